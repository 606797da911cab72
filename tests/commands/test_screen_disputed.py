"""A person who acts for a bid, and whose only record was withdrawn with a key that was found stolen."""

from __future__ import annotations

from pathlib import Path

from registry.provenance.keys import FileSigner
from registry.sanctions.tender import Bid
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
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
    firm, person, safe = licensed(spine), new_person(), FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol("法院", safe))
    asked = tender(party(firm, bid="甲"), party(person, "PRACTITIONER", bid="甲"), domain=BIDDING)
    placed(spine.say("法院", "entry", event=list_entry("法院", person, "L-01", "2026-03-01", "2028-03-01")))
    assert screen(spine, asked).bids == (Bid("甲", VERDICT_REVIEW, (1,)),)
    theft = placed(spine.say("法院", "theft", withdrawal=withdrawal("法院", "entry")))
    assert screen(spine, asked).bids == (Bid("甲", VERDICT_CLEAR, (0,)),)
    found_stolen(spine, spine.signers["法院"], theft)
    kept = pb.Delivery(list_code="L-01", as_of="2026-11-22")
    placed(spine.say("法院", by=safe, delivery=kept))  # It delivers again, with the key that it kept.
    screening = screen(spine, asked)
    decision = screening.parties[1].decision
    assert decision.indeterminate == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert [hit.effect for hit in decision.hits] == [HIT_EFFECT_NEEDS_REVIEW]
    assert screening.bids == (Bid("甲", VERDICT_INDETERMINATE, (1,)),)
    spine.engine.close()
