"""Questions and statements about natural persons: masked, purposeful, logged, and nowhere in clear.

Numbers are those of nobody (region 130999 was never given out). What is looked for on the disk are the
bytes of the store, its write-ahead log included, and all that the server wrote to its log.
"""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import (
    IDENTIFIER_TYPE_HK_MACAO_PERMIT,
    IDENTIFIER_TYPE_PASSPORT,
    IDENTIFIER_TYPE_RESIDENT_ID,
    IDENTIFIER_TYPE_USCC,
)
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_CODE_INVALID,
    VERDICT_BLOCKED,
    VERDICT_INDETERMINATE,
)
from tests.support.events import list_entry, person, placed
from tests.support.served import Refusal, Served, code_of, exit_ban, fault_names, number_of, refusal_of

PURPOSE = pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY, reference="口岸〔2026〕17号", reason="出境检查")
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
WRONG = number_of(1)[:-1] + ("0" if number_of(1)[-1] != "0" else "1")


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """Three persons who must not leave, one of them on a list too."""
    permit = holder(IDENTIFIER_TYPE_HK_MACAO_PERMIT, "H1234567801")
    passport = holder(IDENTIFIER_TYPE_PASSPORT, "EA7654321")
    for subject in (person(1), permit, passport):
        placed(served.spine.say("法院", event=exit_ban(subject)))
    placed(served.spine.say("法院", event=list_entry("法院", person(1), "L-01", "2025-03-01", "2027-03-01")))


def holder(type: subject_pb2.IdentifierType.ValueType, value: str) -> subject_pb2.Subject:
    """A natural person with another paper."""
    identifier = subject_pb2.Identifier(type=type, value=value)
    kind = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    return subject_pb2.Subject(identifier=identifier, kind=kind, name="示例某")


@pytest.fixture(autouse=True)
def server_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def check(
    served: Served,
    value: str,
    type: subject_pb2.IdentifierType.ValueType = IDENTIFIER_TYPE_RESIDENT_ID,
    purpose: pb.Purpose = PURPOSE,
) -> pb.CheckResponse | Refusal:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.BORDER_SYSTEM, "port-1")))
    subject = subject_pb2.Identifier(type=type, value=value)
    try:
        return stub.Check(pb.CheckRequest(subject=subject, purpose=purpose), timeout=20)
    except grpc.RpcError as error:
        return refusal_of(error)


def check_all(served: Served, values: list[str], purpose: pb.Purpose = PURPOSE) -> Any:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.BORDER_SYSTEM, "port-1")))
    request = pb.BatchCheckRequest(
        identifier_type=IDENTIFIER_TYPE_RESIDENT_ID, identifiers=values, purpose=purpose
    )
    try:
        return stub.BatchCheck(request, timeout=20)
    except grpc.RpcError as error:
        return refusal_of(error)


def query_log(served: Served) -> list[dict[str, Any]]:
    """The query log as another process reads it from the disk: what is there is committed."""
    with sqlite3.connect(f"file:{served.spine.config.store}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM query_log ORDER BY number")]
    connection.close()
    return rows


def on_disk(directory: Path) -> bytes:
    """Every byte of every file of the installation."""
    return b"".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


@pytest.mark.parametrize(
    ("type", "value", "shown"),
    [
        (IDENTIFIER_TYPE_RESIDENT_ID, number_of(1), f"1309**********{number_of(1)[-4:]}"),
        (
            IDENTIFIER_TYPE_RESIDENT_ID,
            number_of(1).translate(FULL_WIDTH),
            f"1309**********{number_of(1)[-4:]}",
        ),
        (
            IDENTIFIER_TYPE_RESIDENT_ID,
            f" {number_of(1)[:6]} {number_of(1)[6:]} ",
            f"1309**********{number_of(1)[-4:]}",
        ),
        (IDENTIFIER_TYPE_HK_MACAO_PERMIT, "H1234567801", "H********01"),
        (IDENTIFIER_TYPE_HK_MACAO_PERMIT, "H1234567899", "H********99"),
        (IDENTIFIER_TYPE_PASSPORT, "ea7654321", "E******21"),
    ],
    ids=["plain", "full width", "with blanks", "permit", "renewed permit", "passport in lower case"],
)
def test_a_person_is_found_however_the_number_is_written_and_shown_masked(
    served: Served, type: subject_pb2.IdentifierType.ValueType, value: str, shown: str
) -> None:
    answer = check(served, value, type)
    assert isinstance(answer, pb.CheckResponse), answer
    assert (answer.verdict, answer.subject.value) == (VERDICT_BLOCKED, shown)
    assert value.encode() not in answer.SerializeToString()


def test_no_field_of_an_answer_spells_out_a_number(served: Served) -> None:
    for value in (
        number_of(1),
        number_of(77),
        WRONG,
        number_of(1)[:-1],
        number_of(1) + "1",
        number_of(1)[:15],
    ):
        answer = check(served, value)
        assert isinstance(answer, pb.CheckResponse)
        content = answer.SerializeToString()
        assert value.encode() not in content
        assert value[6:14].encode() not in content, "a date of birth"


@pytest.mark.parametrize("value", [WRONG, "", number_of(1)[:-1], number_of(1)[:15], "张三"])
def test_a_number_that_cannot_be_one_is_indeterminate_with_the_reason(served: Served, value: str) -> None:
    answer = check(served, value)
    assert isinstance(answer, pb.CheckResponse)
    assert answer.verdict == VERDICT_INDETERMINATE
    assert answer.indeterminate_reason == INDETERMINATE_REASON_CODE_INVALID
    assert "公民身份号码" in answer.indeterminate_detail
    assert not value or value not in answer.indeterminate_detail


def test_a_citizens_number_asked_about_as_a_code_of_a_firm_is_masked_too(served: Served) -> None:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    request = pb.CheckRequest(subject=subject_pb2.Identifier(type=IDENTIFIER_TYPE_USCC, value=number_of(1)))
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    answer = stub.Check(request)
    assert answer.verdict == VERDICT_INDETERMINATE
    assert number_of(1).encode() not in answer.SerializeToString()


@pytest.mark.parametrize(
    ("reference", "reason", "fields"),
    [
        ("", "", ("purpose.reference", "purpose.reason")),
        ("口岸〔2026〕17号", "", ("purpose.reason",)),
        ("", "出境检查", ("purpose.reference",)),
        ("  ", "\u3000", ("purpose.reference", "purpose.reason")),
        ("号" * 201, "出境检查", ("purpose.reference",)),
    ],
)
def test_asking_about_a_person_needs_reference_and_reason(
    served: Served, reference: str, reason: str, fields: tuple[str, ...]
) -> None:
    before = len(query_log(served))
    purpose = pb.Purpose(domain=PURPOSE.domain, reference=reference, reason=reason)
    for refusal in (check(served, number_of(1), purpose=purpose), check_all(served, [number_of(1)], purpose)):
        assert isinstance(refusal, Refusal)
        assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
        assert (refusal.reason, refusal.fields) == ("PURPOSE_REQUIRED", fields)
    assert len(query_log(served)) == before


def test_a_number_written_into_the_purpose_is_refused_and_kept_nowhere(served: Served) -> None:
    stray = number_of(501)
    for text in (stray, f"查{stray}的案件", stray.translate(FULL_WIDTH), stray.lower()):
        purpose = pb.Purpose(domain=PURPOSE.domain, reference=text, reason=text)
        refusal = check(served, number_of(1), purpose=purpose)
        assert isinstance(refusal, Refusal)
        assert (refusal.reason, refusal.fields) == (
            "FIELD_INVALID",
            ("purpose.reference", "purpose.reason"),
        )
        assert stray not in refusal.message
    assert stray.encode() not in on_disk(served.spine.directory)


def test_a_question_about_a_person_is_in_the_query_log_when_the_answer_arrives(served: Served) -> None:
    before = len(query_log(served))
    answer = check(served, number_of(1))
    assert isinstance(answer, pb.CheckResponse)
    (row,) = query_log(served)[before:]
    subject = row.pop("subject")
    assert row == {
        "number": row["number"],
        "asked_ms": served.spine.clock.now_ms,
        "caller": served.system(CallerRole.BORDER_SYSTEM, "port-1").uri,
        "domain": subject_pb2.DOMAIN_EXIT_ENTRY,
        "reference": "口岸〔2026〕17号",
        "reason": "出境检查",
        "known_position": answer.answered.known_position,
        "verdict": VERDICT_BLOCKED,
    }
    assert subject.startswith("P:")
    assert len(subject) == 2 + 64


def test_the_same_person_has_the_same_keyed_hash_and_another_has_another(served: Served) -> None:
    before = len(query_log(served))
    for value in (number_of(1), number_of(1).translate(FULL_WIDTH), number_of(4)):
        check(served, value)
    one, again, other = [row["subject"] for row in query_log(served)[before:]]
    assert one == again != other


def test_a_batch_about_persons_logs_each_of_them(served: Served) -> None:
    before = len(query_log(served))
    answer = check_all(served, [number_of(1), number_of(4), WRONG])
    assert list(answer.verdicts) == [VERDICT_BLOCKED, VERDICT_INDETERMINATE, VERDICT_INDETERMINATE]
    rows = query_log(served)[before:]
    assert [row["verdict"] for row in rows] == list(answer.verdicts)
    assert len({row["subject"] for row in rows}) == 3


def test_questions_about_firms_are_not_in_the_query_log(served: Served) -> None:
    before = len(query_log(served))
    assert isinstance(check(served, code_of(1), IDENTIFIER_TYPE_USCC), pb.CheckResponse)
    assert len(query_log(served)) == before


def test_a_question_that_is_denied_is_not_answered_and_not_logged(served: Served) -> None:
    before = len(query_log(served))
    refusal = check(served, number_of(1), purpose=pb.Purpose(domain=PROCUREMENT, reference="a", reason="b"))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "DOMAIN_DENIED"
    assert len(query_log(served)) == before


def refuse(served: Served, **changes: Any) -> intake_service_pb2.SubmitResult:
    """Submits an exit ban on a person with something wrong, and answers the refusal."""
    event = exit_ban(person(600))
    for name, value in changes.items():
        setattr(event, name, value)
    return submit(served, event)


def submit(served: Served, event: Any) -> intake_service_pb2.SubmitResult:
    envelope = served.spine.seal("法院", served.spine.statement("法院", event=event))
    stub = IntakeServiceStub(served.channel(served.department("法院")))
    return stub.Submit(intake_service_pb2.SubmitRequest(envelopes=[envelope])).results[0]


def test_a_refusal_does_not_repeat_the_number(served: Served) -> None:
    event = exit_ban(holder(IDENTIFIER_TYPE_RESIDENT_ID, WRONG))
    result = submit(served, event)
    assert fault_names(result) == ["CODE_CHECK_DIGIT"]
    assert WRONG.encode() not in result.SerializeToString()


@pytest.mark.parametrize("column", ["category", "region", "effective_from", "effective_until", "list_code"])
def test_a_number_that_slid_into_another_column_is_not_repeated(served: Served, column: str) -> None:
    stray = number_of(502)
    result = refuse(served, **{column: stray})
    assert result.HasField("refused")
    assert stray.encode() not in result.SerializeToString()


@pytest.mark.parametrize("column", ["decided_on", "authority_code"])
def test_a_number_that_slid_into_the_document_is_not_repeated(served: Served, column: str) -> None:
    event = exit_ban(person(600))
    setattr(event.document, column, number_of(503))
    result = submit(served, event)
    assert result.HasField("refused")
    assert number_of(503).encode() not in result.SerializeToString()


@pytest.mark.parametrize("column", ["measure_code", "from", "until"])
def test_a_number_that_slid_into_a_measure_is_not_repeated(served: Served, column: str) -> None:
    event = exit_ban(person(600))
    setattr(event.measures[0], column, number_of(504))
    result = submit(served, event)
    assert result.HasField("refused")
    assert number_of(504).encode() not in result.SerializeToString()


def test_no_number_is_on_the_disk_or_in_the_log(served: Served, server_log: pytest.LogCaptureFixture) -> None:
    asked = [number_of(1), number_of(4), number_of(77), WRONG, "H1234567801", "EA7654321"]
    for value in asked[:4]:
        check(served, value)
    check_all(served, asked)
    submit(served, exit_ban(holder(IDENTIFIER_TYPE_RESIDENT_ID, WRONG)))
    submit(served, exit_ban(person(4)))
    content = on_disk(served.spine.directory)
    assert b"SQLite format 3" in content
    for value in asked:
        for form in (value, value.lower(), value.translate(FULL_WIDTH)):
            assert form.encode() not in content
            assert form.encode("utf-16-le") not in content
            assert form not in server_log.text


def test_the_name_of_a_person_is_not_on_the_disk_either(served: Served) -> None:
    event = exit_ban(person(5))
    event.subject.name = "示例无名氏欧阳"
    assert submit(served, event).HasField("accepted")
    assert "示例无名氏欧阳".encode() not in on_disk(served.spine.directory)
