"""A person's number is refused where it would rest in clear and be shown, and rests in no refusal either."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands import submission
from registry.commands.kept_in_clear import check_kept_in_clear
from registry.commands.submission import Rejection
from registry.domain.faults import Findings
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID
from registry.v1.statement_pb2 import Statement
from tests.support.events import (
    ban,
    correction,
    document,
    firm,
    licence,
    note,
    person,
    placed,
    refusal,
    ruling,
    target,
    withdrawal,
)
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

NUMBER = person(7).identifier.value
OLD = "130999640229683"
WIDE = NUMBER.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Spine:
    made = furnish(found_spine(tmp_path_factory.mktemp("clear") / "registry"), ["财政", "市场监管"])
    placed(made.say("财政", "sound", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")))
    return made


@pytest.mark.parametrize("written", [NUMBER, f"法人代表 {NUMBER[:6]} {NUMBER[6:]}", WIDE, OLD, f"({OLD})"])
@pytest.mark.parametrize("place", ["subject.name", "legal_basis[0]", "document.authority"])
def test_number_in_what_everybody_is_shown_is_refused(spine: Spine, written: str, place: str) -> None:
    event = ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2028-03-01")
    if place == "subject.name":
        event.subject.name = written
    elif place == "document.authority":
        event.document.authority = written
    else:
        event.legal_basis[:] = [written]
    assert ("FIELD_INVALID", f"event.{place}") in refusal(spine.say("财政", event=event))
    corrected = correction("财政", "sound", event)
    outcome = refusal(spine.say("财政", correction=corrected))
    assert ("FIELD_INVALID", f"correction.replacement.{place}") in outcome


NESTED = (
    "ban_decision.event.subject.name", "ban_decision.event.legal_basis[0]",
    "ban_decision.event.document.authority", "ban_decision.repair_notice.authority",
    "ban_decision.responsible_persons[0].name", "objection_result.replacement.subject.name",
    "objection_result.replacement.legal_basis[0]", "ban_draft.proposal.legal_basis[0]",
    "ban_draft.subject.name", "ban_notice.announced.legal_basis[0]",
    "ban_deliberation.upper_consent.authority", "department_registration.name",
    "official_registration.section", "edition_adoption.filing_number", "erasure.legal_basis[0]",
)  # fmt: skip
OLD_ALONE = (
    "ban_draft.case_number", "ban_decision.case_number", "official_registration.official_id",
    "supervision.referral.number", "supervision.referral.facts", "supervision.inspection.findings[0].fact",
    "supervision.referral.subject.name", "supervision.urging.text",
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "written"),
    [(place, text) for place in NESTED for text in (NUMBER, OLD)] + [(place, OLD) for place in OLD_ALONE],
)
def test_number_is_found_wherever_it_would_rest_in_clear(place: str, written: str) -> None:
    found = Findings()
    check_kept_in_clear(found, stated(place, written))
    assert [(fault.reason, fault.field) for fault in found.faults] == [(ERROR_REASON_FIELD_INVALID, place)]


def stated(place: str, text: str) -> Statement:
    """A statement that has nothing but a text at one place."""
    made = Statement()
    *way, last = place.replace("[0]", "*").split(".")
    at: Any = made
    for name in way:
        at = getattr(at, name.rstrip("*")).add() if name.endswith("*") else getattr(at, name)
    if last.endswith("*"):
        getattr(at, last.rstrip("*")).append(text)
    else:
        setattr(at, last, text)
    return made


def test_code_of_a_subject_is_no_number_that_slid_in() -> None:
    found, made = Findings(), Statement()
    made.event.subject.identifier.value = NUMBER
    made.supervision.referral.subject.identifier.value = OLD
    check_kept_in_clear(found, made)
    assert found.faults == []


def test_number_of_before_1999_is_no_id_and_no_number_of_a_document(spine: Spine) -> None:
    event = ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2028-03-01")
    assert ("FIELD_INVALID", "statement_id") in refusal(spine.say("财政", OLD, event=event))
    event.document.number = OLD
    assert ("FIELD_INVALID", "event.document.number") in refusal(spine.say("财政", event=event))


def mentions(number: str) -> list[tuple[dict[str, Any], str]]:
    """Statements that mention a document which nothing requires, and where its number stands."""
    permit = licence("市场监管", firm(6))
    permit.document.number = number
    withdrawn = withdrawal("市场监管", "permit", document=document("市场监管", "2026-11-23"))
    withdrawn.document.number = number
    shield = note("市场监管", "penalty", pb.NOTED_STATUS_SHIELDED, "2026-11-23", reason="法院裁定")
    shield.document.CopyFrom(document("法院", "2026-11-23"))
    shield.document.number = number
    corrected = correction("市场监管", "permit", permit)
    return [
        ({"event": permit}, "event.document.number"),
        ({"withdrawal": withdrawn}, "withdrawal.document.number"),
        ({"status_note": shield}, "status_note.document.number"),
        ({"correction": corrected}, "correction.replacement.document.number"),
    ]


@pytest.mark.parametrize("number", [NUMBER, f"许可〔2026〕{NUMBER}号", OLD])
def test_number_is_no_number_of_a_document_that_is_only_mentioned(spine: Spine, number: str) -> None:
    for body, place in mentions(number):
        told = spine.say("市场监管", **body)
        assert isinstance(told, Rejection)
        assert [fault.name for fault in told.faults if fault.field == place] == ["FIELD_INVALID"], place
        assert number not in str(told.faults)


def test_number_of_a_document_is_told_once_and_with_all_else_that_is_wrong(spine: Spine) -> None:
    event = ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2026-02-01")
    event.document.number = NUMBER
    told = spine.say("财政", event=event)
    assert isinstance(told, Rejection)
    assert len(told.faults) == len({fault.field for fault in told.faults}) > 1


def test_number_that_an_earlier_release_took_is_folded_as_before(
    spine: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(submission, "check_on_receipt", lambda *_: ())
        (body, _), *_ = mentions(NUMBER)
        placed(spine.say("市场监管", "taken", **body))
    assert check_of(spine, tmp_path) == []


def test_number_is_no_name_that_a_code_rightly_bears(spine: Spine) -> None:
    outcome = refusal(spine.say("市场监管", name_ruling=ruling(firm(1), "甲公司", NUMBER)))
    assert ("FIELD_INVALID", "name_ruling.names[1]") in outcome


def test_fifteen_digits_that_are_no_birthday_are_a_number_like_any_other(spine: Spine) -> None:
    event = ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2028-03-01")
    event.document.number = "130902202600001"
    placed(spine.say("财政", "130902202600001", event=event))


def test_refusal_rests_without_the_number_for_which_it_was_refused(spine: Spine) -> None:
    event = ban("财政", firm(5), "M-PRO-01", "2026-03-01", "2028-03-01")
    for statement_id in (NUMBER, OLD):
        spine.say("财政", statement_id, event=event)
    bare = envelope_pb2.Envelope(payload=NUMBER.encode(), payload_type=PAYLOAD_TYPE)
    spine.put("财政", bare)
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), ORIGIN)
    rows = spine.engine.intake.refusals(caller, after=0, page_size=1000)[-3:]
    assert [row.statement_id for row in rows] == ["", "", ""]
    assert [len(row.payload_sha256) for row in rows] == [32, 32, 0], "a bare number's hash is the number"


def test_what_the_log_already_has_is_folded_as_before(spine: Spine, tmp_path: Path) -> None:
    assert target("财政", "sound").statement_id == "sound"
    assert check_of(spine, tmp_path) == []


def check_of(spine: Spine, directory: Path) -> list[str]:
    """What a rebuild finds different."""
    from tests.commands.erasing import rebuilt

    return [str(each) for each in rebuilt(spine, directory).differences]
