"""Questions by a code of before the USCC: it leads to a subject where a statement links the two, and to
nothing by itself. A sole trader's tax number may be a citizen's: to ask by one is to ask about a person."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.domain.identifiers import organisation_code_check_character
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import (
    IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE,
    IDENTIFIER_TYPE_ORGANISATION_CODE,
    IDENTIFIER_TYPE_REGISTRATION_NUMBER,
    IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE,
    IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
    IDENTIFIER_TYPE_USCC,
    Identifier,
)
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_CODE_INVALID,
    INDETERMINATE_REASON_IDENTITY_AMBIGUOUS,
    INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
)
from tests.support.clock import instant_ms
from tests.support.events import (
    alternate,
    firm,
    licence,
    old_code,
    person,
    placed,
    succession,
    withdrawal,
)
from tests.support.served import Refusal, Served, code_of, number_of, refusal_of, short_ban

PURPOSE = pb.Purpose(
    domain=subject_pb2.DOMAIN_PROCUREMENT, reference="沧采〔2026〕17号", reason="供应商资格审查"
)
BARE = pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT)
TRADER = number_of(7)
KEY = "市场监管"


def tax(value: str) -> Identifier:
    return Identifier(type=IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER, value=value)


def of(kind: subject_pb2.IdentifierType.ValueType, value: str) -> Identifier:
    return Identifier(type=kind, value=value)


def value_of(identifier: Identifier) -> str:
    return identifier.value


LINKED = old_code(firm(1))
OF_TWO = old_code(firm(2))
OF_NOBODY = old_code(firm(3))
WITHDRAWN = old_code(firm(4))
LATE = old_code(firm(5))
OF_PREDECESSOR = of(IDENTIFIER_TYPE_REGISTRATION_NUMBER, "1309020000014")
INSTITUTION = of(IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE, "113090000123")
SOCIAL = of(IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE, "冀沧民证字第010001号")
TAX = tax(f"130902DEM00009{organisation_code_check_character('DEM00009')}")
TRADERS = tax(TRADER)


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """Firms 1, 6 (which goes on as firm 16) and 7 are banned; 2, 8 and 9 have a licence."""
    say = served.spine.say
    for number in (1, 6, 7):
        placed(say("财政", event=short_ban(number)))
    for number in (2, 8, 9):
        placed(say(KEY, event=licence(KEY, firm(number))))
    placed(say(KEY, subject_link=succession(firm(6), firm(16), "2026-05-01")))
    for code, number in ((LINKED, 1), (OF_TWO, 2), (OF_TWO, 8), (OF_PREDECESSOR, 16)):
        placed(say(KEY, subject_link=alternate(code, firm(number))))
    for code, number in ((INSTITUTION, 1), (SOCIAL, 2), (TAX, 9), (TRADERS, 7)):
        placed(say(KEY, subject_link=alternate(code, firm(number))))
    placed(say(KEY, subject_link=alternate(LATE, firm(1), effective_on="2026-06-01")))
    placed(say(KEY, "wrong", subject_link=alternate(WITHDRAWN, firm(1))))
    placed(say(KEY, withdrawal=withdrawal(KEY, "wrong")))


def stub(served: Served) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))


def request(identifier: Identifier, purpose: pb.Purpose = BARE, **more: Any) -> pb.CheckRequest:
    matter = pb.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER)
    asked = pb.CheckRequest(subject=identifier, purpose=purpose, matter=matter, **more)
    asked.valid_time.FromMilliseconds(instant_ms(date(2026, 11, 20)))
    return asked


def check(served: Served, identifier: Identifier, purpose: pb.Purpose = BARE, **more: Any) -> Any:
    try:
        return stub(served).Check(request(identifier, purpose, **more))
    except grpc.RpcError as error:
        return refusal_of(error)


def check_all(served: Served, identifiers: Sequence[Identifier], purpose: pb.Purpose = BARE) -> Any:
    one = request(identifiers[0], purpose)
    batch = pb.BatchCheckRequest(
        identifier_type=identifiers[0].type,
        identifiers=[identifier.value for identifier in identifiers],
        purpose=purpose,
        matter=one.matter,
        valid_time=one.valid_time,
    )
    try:
        return stub(served).BatchCheck(batch)
    except grpc.RpcError as error:
        return refusal_of(error)


def query_log(served: Served) -> list[tuple[str, int]]:
    """Subject and verdict of every question that was logged."""
    with sqlite3.connect(f"file:{served.spine.config.store}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT subject, verdict FROM query_log ORDER BY number").fetchall()
    connection.close()
    return rows


# --- where a code leads ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", [LINKED, INSTITUTION, LATE, OF_PREDECESSOR], ids=value_of)
def test_a_linked_code_is_answered_as_the_subject_it_leads_to(served: Served, code: Identifier) -> None:
    goal = 16 if code is OF_PREDECESSOR else 1
    answer, itself = check(served, code), check(served, firm(goal).identifier)
    assert answer.verdict == itself.verdict == VERDICT_BLOCKED
    assert list(answer.hits) == list(itself.hits)
    assert answer.subject == code
    assert answer.identity.current.value == code_of(goal)


def test_a_code_is_found_however_it_is_written(served: Served) -> None:
    written = f" {LINKED.value[:-1].lower()}-{LINKED.value[-1]} "
    assert check(served, of(LINKED.type, written)).verdict == VERDICT_BLOCKED


def test_a_linked_code_of_a_subject_without_restriction_is_clear(served: Served) -> None:
    assert check(served, SOCIAL).verdict == check(served, TAX).verdict == VERDICT_CLEAR


def test_a_code_of_two_subjects_is_ambiguous_although_neither_is_restricted(served: Served) -> None:
    answer = check(served, OF_TWO)
    assert answer.verdict == VERDICT_INDETERMINATE
    assert answer.indeterminate_reason == INDETERMINATE_REASON_IDENTITY_AMBIGUOUS
    assert not answer.hits


@pytest.mark.parametrize("code", [OF_NOBODY, WITHDRAWN], ids=["never linked", "link withdrawn"])
def test_a_code_without_a_link_is_told_so_and_never_clear(served: Served, code: Identifier) -> None:
    answer = check(served, code)
    assert answer.verdict == VERDICT_INDETERMINATE
    assert answer.indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert "旧代码没有关联到任何主体" in answer.indeterminate_detail


def test_a_link_counts_from_its_day_and_its_position_on(served: Served) -> None:
    early = request(LATE)
    early.valid_time.FromMilliseconds(instant_ms(date(2026, 5, 31)))
    assert stub(served).Check(early).indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    before = request(LINKED)
    first = next(link.position for link in record_of(served, 1).links)
    before.consistency.at_exact_position = first - 1
    assert stub(served).Check(before).indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    before.consistency.at_exact_position = first
    assert stub(served).Check(before).verdict == VERDICT_BLOCKED


def record_of(served: Served, number: int) -> Any:
    return served.spine.engine.state.index.get(code_of(number))


def test_a_linked_code_of_a_subject_of_which_nothing_stands_says_that_and_not_that_it_is_not_linked(
    served: Served,
) -> None:
    placed(served.spine.say(KEY, subject_link=alternate(old_code(firm(30)), firm(31))))
    answer = check(served, old_code(firm(30)))
    assert answer.indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert "旧代码" not in answer.indeterminate_detail


def test_a_code_that_cannot_be_one_is_told_what_is_wrong(served: Served) -> None:
    answer = check(served, of(IDENTIFIER_TYPE_ORGANISATION_CODE, LINKED.value[:-1] + "7"))
    assert answer.indeterminate_reason == INDETERMINATE_REASON_CODE_INVALID
    assert "组织机构代码" in answer.indeterminate_detail


def test_equal_digits_of_another_type_lead_nowhere(served: Served) -> None:
    answer = check(served, of(IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE, LINKED.value))
    assert answer.indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN


def test_a_uscc_is_no_old_code_and_an_old_code_no_uscc(served: Served) -> None:
    for kind, value in (
        (IDENTIFIER_TYPE_ORGANISATION_CODE, code_of(1)),
        (IDENTIFIER_TYPE_USCC, LINKED.value),
    ):
        assert check(served, of(kind, value)).indeterminate_reason == INDETERMINATE_REASON_CODE_INVALID


OF_EACH_TYPE = [
    [firm(1).identifier, firm(2).identifier, firm(3).identifier, of(IDENTIFIER_TYPE_USCC, "1")],
    [LINKED, OF_TWO, OF_NOBODY, WITHDRAWN, LATE, of(IDENTIFIER_TYPE_ORGANISATION_CODE, code_of(1))],
    [OF_PREDECESSOR, of(IDENTIFIER_TYPE_REGISTRATION_NUMBER, "1309020000099")],
    [TAX, TRADERS, tax(code_of(1)), tax(number_of(8))],
    [INSTITUTION, of(IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE, "113090000124")],
    [SOCIAL, of(IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE, code_of(1))],
    [person(1).identifier, person(2).identifier],
    *[
        [of(kind, value), of(kind, "?")]
        for kind, value in (
            (subject_pb2.IDENTIFIER_TYPE_PASSPORT, "EA7654321"),
            (subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT, "H1234567801"),
            (subject_pb2.IDENTIFIER_TYPE_TAIWAN_PERMIT, "12345678"),
            (subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID, "CHN130076010101"),
        )
    ],
]


def test_the_batches_that_are_held_against_single_questions_are_of_every_type() -> None:
    assert {codes[0].type for codes in OF_EACH_TYPE} == set(subject_pb2.IdentifierType.values()) - {0}


@pytest.mark.parametrize("codes", OF_EACH_TYPE, ids=lambda codes: str(codes[0].type))
def test_a_batch_says_of_each_what_a_single_question_says(served: Served, codes: list[Identifier]) -> None:
    batch = check_all(served, codes, PURPOSE)
    singles = [check(served, code, PURPOSE) for code in codes]
    assert list(batch.verdicts) == [single.verdict for single in singles]
    assert list(batch.hits) == [hit for single in singles for hit in single.hits]
    reasons = dict(zip(batch.indeterminate_subjects, batch.indeterminate_reasons, strict=True))
    expected = {n: each.indeterminate_reason for n, each in enumerate(singles) if each.indeterminate_reason}
    assert reasons == expected


# --- where a citizen's number may stand in a code -------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [TRADERS, tax(TRADER + "01"), of(IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE, f"第{TRADER}号")],
    ids=["citizen's number", "with two digits more", "in the wrong column"],
)
def test_to_ask_by_a_number_that_may_be_a_citizens_needs_a_purpose(served: Served, code: Identifier) -> None:
    before = query_log(served)
    for refusal in (check(served, code), check_all(served, [code])):
        assert isinstance(refusal, Refusal)
        assert refusal.reason == "PURPOSE_REQUIRED"
        assert refusal.fields == ("purpose.reference", "purpose.reason")
    assert query_log(served) == before


def test_no_number_may_stand_in_the_purpose_of_such_a_question(served: Served) -> None:
    purpose = pb.Purpose(domain=PURPOSE.domain, reference=number_of(500), reason="资格审查")
    for refusal in (check(served, TRADERS, purpose), check_all(served, [TAX, TRADERS], purpose)):
        assert isinstance(refusal, Refusal)
        assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("purpose.reference",))


def test_a_question_by_a_citizens_tax_number_is_logged_and_answered_masked(served: Served) -> None:
    before = len(query_log(served))
    answer = check(served, TRADERS, PURPOSE)
    assert answer.verdict == VERDICT_BLOCKED
    assert answer.subject.value == f"{TRADER[:4]}**********{TRADER[-4:]}"
    assert TRADER.encode() not in answer.SerializeToString()
    ((subject, verdict),) = query_log(served)[before:]
    assert (subject[:2], len(subject), verdict) == ("L:", 66, VERDICT_BLOCKED)


def test_of_a_batch_those_that_may_be_citizens_are_logged_and_no_others(served: Served) -> None:
    before = len(query_log(served))
    answer = check_all(served, [TAX, TRADERS, tax(code_of(2))], PURPOSE)
    assert list(answer.verdicts) == [VERDICT_CLEAR, VERDICT_BLOCKED, VERDICT_INDETERMINATE]
    assert [verdict for _, verdict in query_log(served)[before:]] == [VERDICT_BLOCKED]


def test_an_organisations_code_needs_no_purpose_and_is_not_logged(served: Served) -> None:
    before = query_log(served)
    for code in (TAX, LINKED, INSTITUTION, OF_PREDECESSOR):
        assert isinstance(check(served, code), pb.CheckResponse)
        assert isinstance(check_all(served, [code]), pb.BatchCheckResponse)
    assert query_log(served) == before


def test_a_citizens_number_that_is_linked_is_nowhere_on_the_disk(served: Served) -> None:
    check(served, TRADERS, PURPOSE)
    files = [path for path in served.spine.directory.rglob("*") if path.is_file()]
    assert not [path.name for path in files if TRADER.encode() in path.read_bytes()]
