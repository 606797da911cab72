"""A person who acts for a bid, and whose only record was withdrawn with a key that was found stolen."""

from __future__ import annotations

from pathlib import Path

from registry.sanctions.tender import Bid
from registry.v1.verdict_pb2 import (
    HIT_EFFECT_NEEDS_REVIEW,
    INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
)
from tests.commands.test_screen import licensed, screen
from tests.support.events import list_entry, new_person, placed, withdrawal
from tests.support.signing_keys import found_stolen
from tests.support.spine import found_spine, furnish
from tests.support.tenders import BIDDING, party, tender


def test_thief_clears_no_bid_by_withdrawing_what_is_known_of_a_person_in_it(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"))
    firm, person = licensed(spine), new_person()
    asked = tender(party(firm, bid="甲"), party(person, "PRACTITIONER", bid="甲"), domain=BIDDING)
    placed(spine.say("法院", "entry", event=list_entry("法院", person, "L-01", "2026-03-01", "2028-03-01")))
    assert screen(spine, asked).bids == (Bid("甲", VERDICT_REVIEW, (1,)),)
    theft = placed(spine.say("法院", "theft", withdrawal=withdrawal("法院", "entry")))
    assert screen(spine, asked).bids == (Bid("甲", VERDICT_CLEAR, (0,)),)
    found_stolen(spine, spine.signers["法院"], theft)
    screening = screen(spine, asked)
    decision = screening.parties[1].decision
    assert decision.indeterminate == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert [hit.effect for hit in decision.hits] == [HIT_EFFECT_NEEDS_REVIEW]
    assert screening.bids == (Bid("甲", VERDICT_INDETERMINATE, (1,)),)
    spine.engine.close()
