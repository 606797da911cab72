"""Erasure of a ban case that came to no decision: named by its draft, when it is over, with every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.v1.subject_pb2 import Subject
from tests.commands.erasing import check_sound, erase, erased
from tests.support.ban_cases import KEY, BanOffice
from tests.support.events import erasure, new_firm, new_person, refusal
from tests.support.served import Served

TARGET = "erasure.target"


@pytest.fixture(scope="module")
def office(served: Served) -> BanOffice:
    return BanOffice.of(served)


def drafted(office: BanOffice, case: str, subject: Subject) -> str:
    """A case that was drafted; the draft's statement id."""
    office.subjects[case] = subject
    result = office.take("ban_draft", case)
    assert result.HasField("accepted"), result
    return str(result.statement_id)


def take(office: BanOffice, kind: str, case: str, **changes: Any) -> None:
    result = office.take(kind, case, **changes)
    assert result.HasField("accepted"), result


def refused(office: BanOffice, statement_id: str, by: str = KEY) -> set[tuple[str, str]]:
    return refusal(office.spine.say(by, erasure=erasure(KEY, statement_id, by=by)))


def test_rejected_case_about_a_person_is_erased_by_its_draft_with_its_subject(
    office: BanOffice, tmp_path: Path
) -> None:
    spine, before = office.spine, set(erased(office.spine))
    draft = drafted(office, "E-1", new_person())
    assert refused(office, draft) == {("TARGET_IN_FORCE", TARGET)}, "it is under way"
    take(office, "ban_review", "E-1", lawful=False, opinion="证据不足")
    assert refused(office, draft, by="住建") == {("TARGET_OF_ANOTHER_DEPARTMENT", f"{TARGET}.department")}
    by = erase(spine, KEY, draft)
    gone = {position: each for position, each in erased(spine).items() if position not in before}
    assert set(gone.values()) == {by}
    assert len(gone) == 2, "the draft and the review"
    assert spine.engine.state.bans.get(spine.code(KEY), "E-1") is None
    assert "E-1" not in {case.told.case_number for case in spine.engine.store.ban_cases()}
    assert refused(office, draft) == {("CONTENT_ERASED", TARGET)}
    check_sound(spine, tmp_path)


def test_case_closed_after_its_deliberation_is_erased_whole_and_leaves_other_cases(
    office: BanOffice, tmp_path: Path
) -> None:
    spine, firm = office.spine, new_firm()
    kept = drafted(office, "E-2", firm)
    draft = drafted(office, "E-3", firm)
    for kind in ("ban_review", "ban_notice", "ban_defence"):
        take(office, kind, "E-3")
        assert refused(office, draft) == {("TARGET_IN_FORCE", TARGET)}
    take(office, "ban_deliberation", "E-3", agreed=False, opinion="不予处罚")
    before = len(erased(spine))
    erase(spine, KEY, draft)
    assert len(erased(spine)) == before + 5
    assert spine.engine.state.bans.get(spine.code(KEY), "E-2") is not None
    assert refused(office, kept) == {("TARGET_IN_FORCE", TARGET)}
    check_sound(spine, tmp_path)


def test_case_that_was_decided_is_erased_by_its_decision_alone(office: BanOffice) -> None:
    office.walk("E-4", new_firm())
    case = office.spine.engine.state.bans.get(office.spine.code(KEY), "E-4")
    assert case is not None
    row = office.spine.engine.store.statement(case.opened)
    assert row is not None
    assert refused(office, row.statement_id) == {("TARGET_NOT_AN_EVENT", TARGET)}


def test_case_number_is_free_again_once_its_case_is_erased(office: BanOffice, tmp_path: Path) -> None:
    draft = drafted(office, "E-5", new_firm())
    take(office, "ban_review", "E-5", lawful=False, opinion="证据不足")
    erase(office.spine, KEY, draft)
    drafted(office, "E-5", new_firm())
    check_sound(office.spine, tmp_path)
