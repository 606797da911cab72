"""What a correction made of a decision is known after a restart as before it, and when the log is folded."""

from __future__ import annotations

from pathlib import Path

from registry.commands.jobs import Outcome
from tests.support.ban_cases import ACTORS, KEY, WALK, BanOffice, decision_event
from tests.support.events import correction, firm, placed, refusal
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy


def office(spine: Spine) -> BanOffice:
    return BanOffice(spine, {name: spine.appoint(KEY, *who) for name, who in ACTORS.items()})


def test_number_that_a_decision_bore_until_it_was_corrected_is_free_before_and_after_a_restart(
    tmp_path: Path,
) -> None:
    spine = furnish(found_spine(tmp_path / "registry"))
    bureau = office(spine)

    def take(kind: str, case: str, statement_id: str = "", number: str = "") -> Outcome:
        body = bureau.body(kind, case)
        if number:
            body.event.document.number = number
        return spine.put(KEY, bureau.sealed(kind, body, "", statement_id))[0]

    for case, number in (("C-1", 77), ("C-2", 78), ("C-3", 79)):
        bureau.subjects[case] = firm(number)
        for kind in WALK[:5]:
            placed(take(kind, case))
    placed(take("ban_decision", "C-1", "DEC-1", "沧示财罚〔2026〕12号"))
    assert ("DECISION_NUMBER_USED", "ban_decision.event.document.number") in refusal(
        take("ban_decision", "C-2", "DEC-2", "沧示财罚〔2026〕12号")
    )
    misspelt = decision_event(firm(77), "沧示财罚〔2026〕21号")
    corrected = correction(KEY, "DEC-1", misspelt)
    placed(spine.say(KEY, "COR-1", by=bureau.signers["chief"], correction=corrected))
    placed(take("ban_decision", "C-2", "DEC-2", "沧示财罚〔2026〕12号"))
    spine.reopen()
    assert ("DECISION_NUMBER_USED", "ban_decision.event.document.number") in refusal(
        take("ban_decision", "C-3", "DEC-3", "沧示财罚〔2026〕12号")
    )
    placed(take("ban_decision", "C-3", "DEC-3", "沧示财罚〔2026〕13号"))
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []
