"""A subject has a valid code, a name, and a kind that its code can have."""

import pytest

from registry.domain.identifiers import uscc_check_character
from registry.domain.uscc import uscc_faults
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.events import ban, faults, firm, new_person, penalty, person, placed, refusal
from tests.support.spine import Spine

CODE = "event.subject.identifier.value"


def said(spine: Spine, subject: Subject) -> set[tuple[str, str]]:
    """Why a penalty of a subject is refused."""
    return refusal(spine.say("财政", event=penalty("财政", subject)))


def with_code(value: str, subject: Subject | None = None) -> Subject:
    """A firm, or another subject, whose code is written so."""
    subject = subject or firm(1)
    subject.identifier.value = value
    return subject


def test_code_that_is_too_short_is_refused(spine: Spine) -> None:
    assert said(spine, with_code(firm(1).identifier.value[:17])) == {("CODE_LENGTH", CODE)}


@pytest.mark.parametrize("written", ["", " ", "9", "x"])
def test_registration_under_no_code_is_refused_with_its_place(spine: Spine, written: str) -> None:
    event = pb.Event(subject=with_code(written), category="E-01", effective_from="2026-01-05")
    refused = refusal(spine.say("市场监管", event=event))
    assert CODE in {place for _, place in refused}
    assert not {reason for reason, _ in refused} & {"REGION_OUTSIDE_MANDATE", "CATEGORY_OUTSIDE_MANDATE"}


def test_character_that_no_code_has_is_named_with_its_place(spine: Spine) -> None:
    wrong = firm(1).identifier.value.replace("D", "O", 1)
    outcome = spine.say("财政", event=penalty("财政", with_code(wrong)))
    assert refusal(outcome) == {("CODE_CHARACTER", CODE)}
    assert "第9位“O”" in faults(outcome)[0].message


def test_code_with_a_wrong_check_character_is_refused(spine: Spine) -> None:
    right = firm(1).identifier.value
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    assert said(spine, with_code(wrong)) == {("CODE_CHECK_DIGIT", CODE)}


@pytest.mark.parametrize("written", ["9.11309E+17", "911309020000001000"])
def test_code_that_lost_its_digits_in_a_spreadsheet_is_told_as_such(spine: Spine, written: str) -> None:
    outcome = spine.say("财政", event=penalty("财政", with_code(written)))
    assert refusal(outcome) == {("CODE_DIGITS_LOST", CODE)}
    assert "电子表格" in faults(outcome)[0].message


def test_personal_number_without_a_date_of_birth_is_refused(spine: Spine) -> None:
    wrong = with_code("130999199902300016", person(1))
    assert ("CODE_DATE", CODE) in said(spine, wrong)


def test_identifier_without_a_type_is_refused(spine: Spine) -> None:
    subject = firm(1)
    subject.identifier.type = subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED
    assert ("FIELD_INVALID", CODE) in said(spine, subject)


def test_identifier_of_a_type_that_this_release_does_not_know_is_refused(spine: Spine) -> None:
    subject = person(1)
    subject.identifier.type = 99  # type: ignore[assignment]
    assert ("FIELD_INVALID", CODE) in said(spine, subject)


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\n", "\u200b", "\ufeff\u200d", "\x00"])
def test_subject_needs_a_name_that_can_be_seen(spine: Spine, name: str) -> None:
    subject = firm(1)
    subject.name = name
    assert said(spine, subject) == {("FIELD_REQUIRED", "event.subject.name")}


def test_subject_needs_a_kind(spine: Spine) -> None:
    subject = firm(1)
    subject.kind = subject_pb2.SUBJECT_KIND_UNSPECIFIED
    assert said(spine, subject) == {("FIELD_REQUIRED", "event.subject.kind")}


def test_person_under_the_code_of_a_firm_is_refused(spine: Spine) -> None:
    subject = firm(1)
    subject.kind = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    assert said(spine, subject) == {("SUBJECT_KIND_MISMATCH", "event.subject.kind")}


def test_firm_under_the_number_of_a_person_is_refused(spine: Spine) -> None:
    subject = person(1)
    subject.kind = subject_pb2.SUBJECT_KIND_ENTERPRISE
    assert said(spine, subject) == {("SUBJECT_KIND_MISMATCH", "event.subject.kind")}


def test_sole_trader_under_the_code_of_an_enterprise_is_refused(spine: Spine) -> None:
    subject = firm(1)
    subject.kind = subject_pb2.SUBJECT_KIND_SOLE_TRADER
    assert said(spine, subject) == {("SUBJECT_KIND_MISMATCH", "event.subject.kind")}


def test_kind_that_this_release_does_not_know_is_refused_under_any_code(spine: Spine) -> None:
    # The prefix A1 (军队单位) says nothing of the kinds that a subject with it may have.
    body = f"A1{firm(1).identifier.value[2:17]}"
    subject = with_code(body + uscc_check_character(body))
    subject.kind = 99  # type: ignore[assignment]
    assert said(spine, subject) == {("FIELD_INVALID", "event.subject.kind")}


def test_code_is_read_in_lower_case_in_full_width_and_with_blanks(spine: Spine) -> None:
    plain = firm(77).identifier.value
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in plain)
    for written in (plain.lower(), full_width, f" {plain[:9]}-{plain[9:]}\u3000"):
        event = ban("财政", with_code(written, firm(77)), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", event=event))
    decision = spine.ask(plain)
    assert len(decision.hits) == 3
    assert {hit.restriction.ground.subject for hit in decision.hits} == {plain}


def test_fault_of_a_personal_number_does_not_spell_it_out(spine: Spine) -> None:
    number = new_person().identifier.value
    for written in (number[:17], number[:17] + "Y", f"{number}{number}", number.replace("1", "I")):
        said(spine, with_code(written, person(1)))  # ``refusal`` looks for parts of the number.


def test_personal_number_in_the_column_of_a_code_is_not_spelt_out(spine: Spine) -> None:
    numbers = (new_person().identifier.value for _ in range(10))
    number = next(each for each in numbers if uscc_faults(each))  # One in 341 passes for a code as well.
    refused = said(spine, with_code(number, firm(1)))
    assert refused == {("CODE_CHECK_DIGIT", CODE)}
