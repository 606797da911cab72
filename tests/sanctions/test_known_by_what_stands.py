"""Whether a subject is known by more than a thief's word rests on what stands about it, whichever statement
came first and whenever the key is found stolen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.domain.live_table import LiveTable
from registry.domain.verdict_shapes import question_of
from registry.domain.verdict_table import VerdictTable
from registry.editions import current_edition
from registry.provenance.keys import FileSigner
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict_file import TableBasis, compile_table
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.statement_pb2 import OBJECTION_OUTCOME_DELETED
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, SUBJECT_ROLE_BIDDER, TENDER_KIND_UNSPECIFIED, Subject
from registry.v1.verdict_pb2 import INDETERMINATE_REASON_UNSPECIFIED as NO_FAULT
from tests.support.events import ask, correction, erasure, licence, new_firm, placed, told, withdrawal
from tests.support.remedies import objection_to, result
from tests.support.signing_keys import confirmation, found_stolen
from tests.support.spine import TODAY, Spine, found_spine, furnish
from tests.support.tampering import Copy

KEY = "住建"
UNKNOWN, CLEAR = "INDETERMINATE SUBJECT_UNKNOWN", "CLEAR"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """Each test has its own: a key is stolen once. The office has three, two of them to be stolen."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    for name in ("thief", "second"):
        furnished.signers[name] = FileSigner.generate(SUITE_ED25519)
        placed(furnished.enrol(KEY, furnished.signers[name]))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def firm() -> Subject:
    return new_firm()


def state(spine: Spine, firm: Subject, name: str, *, by: str = KEY) -> int:
    """A licence, each of a day of its own."""
    day = date(2020, 1, 1 + spine.position % 28).isoformat()
    return placed(spine.say(KEY, name, by=spine.signers[by], event=licence(KEY, firm, day)))


def withdraw(spine: Spine, name: str, *, by: str = KEY) -> int:
    return placed(spine.say(KEY, by=spine.signers[by], withdrawal=withdrawal(KEY, name)))


def correct(spine: Spine, firm: Subject, name: str, new: str, *, by: str = KEY) -> int:
    said = correction(KEY, name, licence(KEY, firm))
    return placed(spine.say(KEY, new, by=spine.signers[by], correction=said))


def steal(spine: Spine, at: int, name: str = "thief") -> int:
    found_stolen(spine, spine.signers[name], at)
    return spine.position


def confirm(spine: Spine, name: str) -> None:
    placed(spine.say(KEY, confirmation=confirmation(name, KEY)))


def verdict(spine: Spine, firm: Subject, at: int | None = None) -> str:
    """The verdict, on which a table that is compiled of the record must agree."""
    decision, position = ask(spine, firm, at=at), spine.position if at is None else at
    basis = TableBasis(DOMAIN_PROCUREMENT, position, current_edition(), TODAY)
    table = LiveTable(VerdictTable(b"".join(compile_table([record_of(spine, firm)], basis))))
    column = question_of(SUBJECT_ROLE_BIDDER, TENDER_KIND_UNSPECIFIED)
    found = table.check(firm.identifier.value.encode(), TODAY, column, fault=NO_FAULT)
    assert (found.verdicts[0], found.reasons[0]) == (decision.verdict, decision.indeterminate)
    return told(decision)[0]


def record_of(spine: Spine, firm: Subject) -> SubjectRecord:
    record = spine.engine.state.index.get(firm.identifier.value)
    assert record is not None
    return record


def check_sound(spine: Spine, firm: Subject, directory: Path) -> None:
    """What is known is read again as it was, and a fold of the log comes to the same."""
    known = record_of(spine, firm).known
    spine.reopen()
    assert record_of(spine, firm).known == known
    assert Copy.of(spine.directory, directory).rebuild() == []


@pytest.mark.parametrize("order", ["withdrawn last", "found stolen last"])
def test_firm_of_which_only_a_thief_tells_any_more_is_as_good_as_unknown(
    spine: Spine, firm: Subject, tmp_path: Path, order: str
) -> None:
    state(spine, firm, "real")
    thief = state(spine, firm, "theft", by="thief")
    if order == "withdrawn last":
        steal(spine, thief)
        assert verdict(spine, firm) == CLEAR
        last = withdraw(spine, "real")
    else:
        withdraw(spine, "real")
        assert verdict(spine, firm) == CLEAR
        last = steal(spine, thief)
    assert verdict(spine, firm) == UNKNOWN
    assert verdict(spine, firm, last - 1) == CLEAR
    check_sound(spine, firm, tmp_path)
    confirm(spine, "theft")
    assert verdict(spine, firm) == CLEAR
    withdraw(spine, "theft")
    assert verdict(spine, firm) == UNKNOWN
    assert verdict(spine, firm, last - 1) == CLEAR
    check_sound(spine, firm, tmp_path)


def test_sound_statement_makes_it_known_again_and_its_withdrawal_unknown(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state(spine, firm, "real")
    steal(spine, state(spine, firm, "theft", by="thief"))
    withdraw(spine, "real")
    for name in ("second", "third"):
        since = state(spine, firm, name)
        assert (verdict(spine, firm), verdict(spine, firm, since - 1)) == (CLEAR, UNKNOWN)
        gone = withdraw(spine, name)
        assert (verdict(spine, firm), verdict(spine, firm, gone - 1)) == (UNKNOWN, CLEAR)
        check_sound(spine, firm, tmp_path)


def test_sound_statement_beside_an_earlier_one_by_a_thief_makes_a_firm_known(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    thief = state(spine, firm, "theft", by="thief")
    state(spine, firm, "real")
    steal(spine, thief)
    assert verdict(spine, firm) == CLEAR
    withdraw(spine, "real")
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)


def test_withdrawal_of_one_sound_statement_leaves_the_firm_known_by_the_other(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state(spine, firm, "real")
    thief = state(spine, firm, "theft", by="thief")
    state(spine, firm, "other")
    steal(spine, thief)
    withdraw(spine, "real")
    assert verdict(spine, firm) == CLEAR
    withdraw(spine, "other")
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)


@pytest.mark.parametrize("confirmed", ["theft", "another"])
def test_whichever_of_two_disputed_statements_is_confirmed_makes_it_known(
    spine: Spine, firm: Subject, tmp_path: Path, confirmed: str
) -> None:
    state(spine, firm, "real")
    thief = state(spine, firm, "theft", by="thief")
    state(spine, firm, "another", by="thief")
    withdraw(spine, "real")
    steal(spine, thief)
    assert verdict(spine, firm) == UNKNOWN
    confirm(spine, confirmed)
    assert verdict(spine, firm) == CLEAR
    withdraw(spine, confirmed)
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)


def test_confirmation_that_is_found_stolen_itself_vouches_for_nothing(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state(spine, firm, "real")
    steal(spine, state(spine, firm, "theft", by="thief"))
    said = spine.say(KEY, by=spine.signers["second"], confirmation=confirmation("theft", KEY))
    withdraw(spine, "real")
    assert verdict(spine, firm) == CLEAR
    steal(spine, placed(said), "second")
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)


def test_correction_by_a_thief_takes_no_sound_statement_away_and_one_by_the_office_makes_sound(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state(spine, firm, "real")
    thief = correct(spine, firm, "real", "corrected", by="thief")
    state(spine, firm, "theft", by="thief")
    correct(spine, firm, "theft", "anew")
    steal(spine, thief)
    assert verdict(spine, firm) == CLEAR
    withdraw(spine, "anew")
    assert verdict(spine, firm) == CLEAR
    state(spine, firm, "other")
    withdraw(spine, "corrected")
    assert verdict(spine, firm) == CLEAR
    check_sound(spine, firm, tmp_path)


def test_deletion_upon_an_objection_leaves_the_firm_to_a_thief_as_a_withdrawal_does(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state(spine, firm, "real")
    steal(spine, state(spine, firm, "theft", by="thief"))
    placed(spine.say(KEY, objection=objection_to(KEY, "real")))
    filed = spine.engine.state.remedies.about((spine.code(KEY), "real"))[-1].told.filed.statement_id
    placed(spine.say(KEY, objection_result=result(KEY, "real", filed, OBJECTION_OUTCOME_DELETED)))
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)


@pytest.mark.parametrize("erased", ["real", "theft", "other", "corrected"])
@pytest.mark.parametrize("found", ["early", "late"])
def test_erasure_leaves_what_a_fold_without_the_matter_comes_to(
    spine: Spine, firm: Subject, tmp_path: Path, erased: str, found: str
) -> None:
    state(spine, firm, "real")
    thief = state(spine, firm, "theft", by="thief")
    state(spine, firm, "another", by="thief")
    if found == "early":
        steal(spine, thief)
    state(spine, firm, "other")
    withdraw(spine, "real")
    state(spine, firm, "wrong")
    correct(spine, firm, "wrong", "corrected")
    withdraw(spine, "other")
    withdraw(spine, "corrected")
    if found == "late":
        steal(spine, thief)
    withdraw(spine, "theft")
    assert verdict(spine, firm) == UNKNOWN
    placed(spine.say(KEY, erasure=erasure(KEY, erased)))
    assert verdict(spine, firm) == UNKNOWN
    check_sound(spine, firm, tmp_path)
    confirm(spine, "another")
    assert verdict(spine, firm) == CLEAR
    check_sound(spine, firm, tmp_path)
