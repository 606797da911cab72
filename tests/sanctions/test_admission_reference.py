"""Corrections, withdrawals and repairs refer to a standing event of the same department."""

import itertools
from typing import Any

import pytest

from registry.v1 import statement_pb2 as pb
from tests.support.events import (
    ban,
    correction,
    document,
    firm,
    list_entry,
    new_person,
    penalty,
    placed,
    refusal,
    repair,
    target,
    withdrawal,
)
from tests.support.spine import Spine

_ids = itertools.count(1)


def wage_entry(spine: Spine) -> str:
    """The id of an entry on the wage list, L-04, from 2026-01-01 to 2029-01-01."""
    statement_id = f"wage-{next(_ids)}"
    entry = list_entry("人社", firm(1), "L-04", "2026-01-01", "2029-01-01")
    placed(spine.say("人社", statement_id, event=entry))
    return statement_id


@pytest.fixture
def entry(spine: Spine) -> str:
    return wage_entry(spine)


@pytest.fixture
def other(spine: Spine) -> str:
    """The id of a penalty by 财政."""
    statement_id = f"penalty-{next(_ids)}"
    placed(spine.say("财政", statement_id, event=penalty("财政", firm(1))))
    return statement_id


def replacement() -> pb.Event:
    """A shorter entry, by a document of its own."""
    return list_entry("人社", firm(1), "L-04", "2026-01-01", "2028-01-01")


# --- the target -----------------------------------------------------------------------------------


def test_nothing_can_be_done_to_a_statement_that_was_never_made(spine: Spine) -> None:
    for kind, body in (
        ("correction", {"correction": correction("人社", "none", replacement())}),
        ("withdrawal", {"withdrawal": withdrawal("人社", "none")}),
        ("repair", {"repair": repair("人社", "none", "2026-08-01")}),
    ):
        assert refusal(spine.say("人社", **body)) == {("TARGET_UNKNOWN", f"{kind}.target")}


def test_statement_of_another_department_is_not_corrected_withdrawn_or_repaired(
    spine: Spine, other: str
) -> None:
    for kind in ("correction", "withdrawal", "repair"):
        body: Any = {
            "correction": correction("人社", other, replacement(), target=target("财政", other)),
            "withdrawal": withdrawal("人社", other, target=target("财政", other)),
            "repair": repair("人社", other, "2026-08-01", target=target("财政", other)),
        }[kind]
        refused = refusal(spine.say("人社", **{kind: body}))
        assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", f"{kind}.target.department")}


def test_withdrawal_of_a_withdrawal_is_refused(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", f"{entry}-gone", withdrawal=withdrawal("人社", entry)))
    again = spine.say("人社", withdrawal=withdrawal("人社", f"{entry}-gone"))
    assert refusal(again) == {("TARGET_NOT_AN_EVENT", "withdrawal.target")}


def test_event_is_withdrawn_once(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", withdrawal=withdrawal("人社", entry)))
    again = spine.say("人社", withdrawal=withdrawal("人社", entry))
    assert refusal(again) == {("TARGET_ALREADY_ENDED", "withdrawal.target")}


def test_withdrawn_event_is_neither_corrected_nor_repaired(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", withdrawal=withdrawal("人社", entry)))
    corrected = spine.say("人社", correction=correction("人社", entry, replacement()))
    assert refusal(corrected) == {("TARGET_ALREADY_ENDED", "correction.target")}
    repaired = spine.say("人社", repair=repair("人社", entry, "2026-08-01"))
    assert refusal(repaired) == {("TARGET_ALREADY_ENDED", "repair.target")}


def test_event_that_was_corrected_is_referred_to_by_its_correction(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", f"{entry}-c", correction=correction("人社", entry, replacement())))
    old = spine.say("人社", withdrawal=withdrawal("人社", entry))
    assert refusal(old) == {("TARGET_ALREADY_ENDED", "withdrawal.target")}
    placed(spine.say("人社", f"{entry}-cc", correction=correction("人社", f"{entry}-c", replacement())))
    placed(spine.say("人社", repair=repair("人社", f"{entry}-cc", "2026-08-01")))
    placed(spine.say("人社", withdrawal=withdrawal("人社", f"{entry}-cc")))


def test_statement_does_not_refer_to_itself(spine: Spine) -> None:
    itself = spine.say("人社", "itself", correction=correction("人社", "itself", replacement()))
    assert refusal(itself) == {("TARGET_UNKNOWN", "correction.target")}
    itself = spine.say("人社", "itself", withdrawal=withdrawal("人社", "itself"))
    assert refusal(itself) == {("TARGET_UNKNOWN", "withdrawal.target")}


# --- correction and withdrawal --------------------------------------------------------------------


def test_correction_does_not_move_a_record_to_another_subject(spine: Spine, entry: str) -> None:
    moved = list_entry("人社", firm(2), "L-04", "2026-01-01", "2028-01-01")
    refused = refusal(spine.say("人社", correction=correction("人社", entry, moved)))
    assert refused == {("TARGET_ANOTHER_SUBJECT", "correction.replacement.subject.identifier")}


def test_correction_is_checked_as_the_event_it_replaces_was_and_all_faults_are_told(
    spine: Spine, entry: str
) -> None:
    moved = list_entry("人社", firm(2), "L-01", "2026-01-01", "2025-01-01")
    moved.category, moved.list_code = "E-06", "L-01"
    refused = refusal(spine.say("人社", correction=correction("人社", entry, moved, reason=" ")))
    assert refused >= {
        ("FIELD_REQUIRED", "correction.reason"),
        ("LIST_OUTSIDE_MANDATE", "correction.replacement.list_code"),
        ("DATES_OUT_OF_ORDER", "correction.replacement.effective_until"),
        ("TARGET_ANOTHER_SUBJECT", "correction.replacement.subject.identifier"),
    }


def test_correction_does_not_reach_beyond_the_mandate(spine: Spine, entry: str) -> None:
    widened = ban("人社", firm(1), "M-PRO-01", "2026-01-01", "2028-01-01")
    refused = refusal(spine.say("人社", correction=correction("人社", entry, widened)))
    assert refused == {
        ("CATEGORY_OUTSIDE_MANDATE", "correction.replacement.category"),
        ("MEASURE_OUTSIDE_MANDATE", "correction.replacement.measures[0].measure_code"),
    }


@pytest.mark.parametrize("reason", ["", " \u3000", "\u200b"])
def test_correction_withdrawal_and_repair_say_why(spine: Spine, entry: str, reason: str) -> None:
    said = spine.say("人社", correction=correction("人社", entry, replacement(), reason=reason))
    assert refusal(said) == {("FIELD_REQUIRED", "correction.reason")}
    said = spine.say("人社", withdrawal=withdrawal("人社", entry, reason=reason))
    assert refusal(said) == {("FIELD_REQUIRED", "withdrawal.reason")}
    said = spine.say("人社", repair=repair("人社", entry, "2026-08-01", reason=reason))
    assert refusal(said) == {("FIELD_REQUIRED", "repair.reason")}


def test_reasons_and_the_document_of_a_withdrawal_have_a_longest_length(spine: Spine, entry: str) -> None:
    long = "因" * 501
    said = spine.say("人社", correction=correction("人社", entry, replacement(), reason=long))
    assert refusal(said) == {("TOO_LARGE", "correction.reason")}
    said = spine.say("人社", repair=repair("人社", entry, "2026-08-01", reason=long))
    assert refusal(said) == {("TOO_LARGE", "repair.reason")}
    revoking = document("法院", "2026-08-01", "号" * 201)
    said = spine.say("人社", withdrawal=withdrawal("人社", entry, reason=long, document=revoking))
    assert refusal(said) == {("TOO_LARGE", "withdrawal.reason"), ("TOO_LARGE", "withdrawal.document.number")}
    revoking.number = revoking.number[1:]
    placed(spine.say("人社", withdrawal=withdrawal("人社", entry, reason=long[1:], document=revoking)))


def test_document_that_revokes_a_decision_is_not_of_the_future(spine: Spine, entry: str) -> None:
    field = "withdrawal.document.decided_on"
    revoking = document("法院", "2026-11-24")
    said = spine.say("人社", withdrawal=withdrawal("人社", entry, document=revoking))
    assert refusal(said) == {("DATE_IN_FUTURE", field)}
    revoking.decided_on = "昨天"
    said = spine.say("人社", withdrawal=withdrawal("人社", entry, document=revoking))
    assert refusal(said) == {("DATE_INVALID", field)}
    revoking.decided_on = "2026-11-23"
    placed(spine.say("人社", withdrawal=withdrawal("人社", entry, document=revoking)))


# --- repair (谁认定谁修复) ------------------------------------------------------------------------


def test_entry_is_repaired_from_the_day_the_list_allows_and_not_before(spine: Spine) -> None:
    """人社部令第45号: 六个月."""
    early = spine.say("人社", repair=repair("人社", wage_entry(spine), "2026-06-30"))
    assert refusal(early) == {("REPAIR_TOO_EARLY", "repair.effective_on")}
    placed(spine.say("人社", repair=repair("人社", wage_entry(spine), "2026-07-01")))


def test_repair_does_not_take_effect_before_the_entry(spine: Spine, entry: str) -> None:
    before = repair("人社", entry, "2025-12-31", decided_on="2026-07-01")
    assert refusal(spine.say("人社", repair=before)) == {("DATES_OUT_OF_ORDER", "repair.effective_on")}


def test_entry_is_repaired_once(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", repair=repair("人社", entry, "2026-08-01")))
    again = spine.say("人社", repair=repair("人社", entry, "2026-07-01"))
    assert refusal(again) == {("TARGET_ALREADY_ENDED", "repair.target")}


def test_ban_of_a_decision_is_not_repaired(spine: Spine) -> None:
    placed(spine.say("财政", "ban", event=ban("财政", firm(1), "M-PRO-01", "2024-03-01", "2026-12-31")))
    refused = refusal(spine.say("财政", repair=repair("财政", "ban", "2026-08-01")))
    assert refused == {("REPAIR_NOT_AVAILABLE", "repair.target")}


def test_repair_rests_on_a_document_of_the_listing_authority(spine: Spine, entry: str) -> None:
    bare = pb.Repair(target=target("人社", entry), effective_on="2026-08-01", reason="已支付")
    assert refusal(spine.say("人社", repair=bare)) == {
        ("DOCUMENT_REQUIRED", "repair.document.number"),
        ("DOCUMENT_REQUIRED", "repair.document.authority"),
        ("DOCUMENT_REQUIRED", "repair.document.decided_on"),
        ("CODE_LENGTH", "repair.document.authority_code"),
        ("AUTHORITY_OUTSIDE_MANDATE", "repair.document.authority_code"),
    }
    foreign = repair("人社", entry, "2026-08-01", document=document("财政", "2026-08-01"))
    refused = refusal(spine.say("人社", repair=foreign))
    assert refused == {("AUTHORITY_OUTSIDE_MANDATE", "repair.document.authority_code")}


def test_repair_names_its_day(spine: Spine, entry: str) -> None:
    nameless = repair("人社", entry, "", decided_on="2026-08-01")
    refused = refusal(spine.say("人社", repair=nameless))
    assert refused == {("FIELD_REQUIRED", "repair.effective_on")}


def test_record_of_a_person_is_corrected_under_the_same_number_however_it_is_written(spine: Spine) -> None:
    subject = new_person()
    entry = list_entry("人社", subject, "L-04", "2026-01-01", "2029-01-01")
    placed(spine.say("人社", "of-person", event=entry))
    replacement = list_entry("人社", subject, "L-04", "2026-01-01", "2028-01-01")
    number = replacement.subject.identifier
    number.value = f" {number.value[:6]} {number.value[6:].lower()}"
    placed(spine.say("人社", correction=correction("人社", "of-person", replacement)))


# --- what a repair may not be ---------------------------------------------------------------------


def test_repair_takes_effect_neither_before_its_decision_nor_in_the_future(spine: Spine, entry: str) -> None:
    early = repair("人社", entry, "2026-08-01", "2026-08-02")
    assert refusal(spine.say("人社", repair=early)) == {("DATES_OUT_OF_ORDER", "repair.effective_on")}
    late = repair("人社", entry, "2027-08-01", "2026-08-01")
    assert refusal(spine.say("人社", repair=late)) == {("DATE_IN_FUTURE", "repair.effective_on")}


def test_repaired_entry_is_not_corrected_back_into_force(spine: Spine, entry: str) -> None:
    placed(spine.say("人社", repair=repair("人社", entry, "2026-08-01")))
    said = spine.say("人社", correction=correction("人社", entry, replacement()))
    assert refusal(said) == {("TARGET_ALREADY_ENDED", "correction.target")}
