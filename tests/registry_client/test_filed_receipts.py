"""Receipts that a registry files under another subject, or about another matter: none of them is taken."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from google.protobuf.message import Message

from registry.domain.identifiers import mask
from registry.v1 import receipt_pb2 as pb
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import subject_pb2, verdict_pb2
from registry_client import AnswerError
from registry_client.filed_questions import checks_of
from registry_client.receipts import Receipt, Wanted
from tests.registry_papers.answer_samples import answer_of, batch, certificate, check, screen, whole_record
from tests.support.events import firm, person

CHECK, SIGNED = "registry.v1.RestrictionService/Check", pb.EVIDENCE_LEVEL_SIGNED
RESIDENT = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
OTHERS = mask(RESIDENT, person(2).identifier.value)
CLEAR = verdict_pb2.VERDICT_CLEAR
Change = Callable[[service.CheckRequest, service.CheckResponse], None]


class Asking:
    """A question that was sent, and what a registry makes of it."""

    def __init__(self, asked: tuple[str, Any, Any], *, each: bool = False) -> None:
        self.wanted = Wanted.of(SIGNED, each=each)
        self.method, self.request, self.response = asked
        assert self.wanted.request is not None
        self.request.receipt.CopyFrom(self.wanted.request)

    def receipt(self, method: str, question: Message, response: Message) -> pb.Receipt:
        filed = type(question)()
        filed.CopyFrom(question)
        filed.ClearField("receipt")
        digest = sha256(self.request.SerializeToString()).digest()
        nonce = self.request.receipt.nonce
        answer = answer_of((method, filed, response), request_sha256=digest, nonce=nonce)
        return pb.Receipt(version=1, answer=answer.SerializeToString())

    def one(self, question: Message) -> Receipt | None:
        """The receipt of one answer, which files a question."""
        self.response.ClearField("receipt")
        self.response.receipt.CopyFrom(self.receipt(self.method, question, self.response))
        return self.wanted.one(self.request, self.response, self.method)

    def whole(self, question: Message) -> tuple[Receipt, ...]:
        """The one receipt for many subjects, which files a question."""
        self.response.receipts.append(self.receipt(self.method, question, self.response))
        return self.wanted.many(self.request, self.response, self.method, self._verdicts())

    def each(self, change: Change, place: int = 1) -> tuple[Receipt, ...]:
        """The receipts for each subject, one of them changed."""
        for number, question in enumerate(checks_of(self.request)):
            kind, value = question.subject.type, question.subject.value
            question.subject.value = mask(kind, value)
            response = service.CheckResponse(subject=question.subject, verdict=self._verdicts()[number])
            if number == place:
                change(question, response)
            self.response.receipts.append(self.receipt(CHECK, question, response))
        return self.wanted.many(self.request, self.response, self.method, self._verdicts())

    def _verdicts(self) -> list[Any]:
        of_tender = isinstance(self.response, service.ScreenResponse)
        return [each.verdict for each in self.response.parties] if of_tender else list(self.response.verdicts)


def persons() -> tuple[str, Any, Any]:
    """A batch about natural persons."""
    method, question, response = batch(3)
    question.identifier_type = RESIDENT
    question.identifiers[:] = [person(number).identifier.value for number in (1, 2, 3)]
    question.valid_time.FromMilliseconds(1_795_000_000_000)
    return method, question, response


def nothing(_: service.CheckRequest, __: service.CheckResponse) -> None:
    pass


def another_subject(question: service.CheckRequest, response: service.CheckResponse) -> None:
    question.subject.value = response.subject.value = firm(1).identifier.value


def another_subject_told(_: service.CheckRequest, response: service.CheckResponse) -> None:
    response.subject.value = firm(1).identifier.value


def another_purpose(question: service.CheckRequest, _: service.CheckResponse) -> None:
    question.purpose.reference = "CZCG-2026-0918"


def another_role(question: service.CheckRequest, _: service.CheckResponse) -> None:
    question.matter.role = subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE


def another_region(question: service.CheckRequest, _: service.CheckResponse) -> None:
    question.matter.scope.region = "110000"


def another_day(question: service.CheckRequest, _: service.CheckResponse) -> None:
    question.valid_time.FromMilliseconds(0)


def another_position(question: service.CheckRequest, _: service.CheckResponse) -> None:
    question.consistency.at_exact_position = 0


CHANGES = [
    another_subject, another_subject_told, another_purpose, another_role, another_region, another_day,
    another_position,
]  # fmt: skip


@pytest.mark.parametrize("sample", [batch, screen, persons])
def test_each_receipt_is_filed_under_its_subject(sample: Callable[[], tuple[str, Any, Any]]) -> None:
    asked = sample()
    receipts = Asking(asked, each=True).each(nothing)
    assert len(receipts) == len(list(checks_of(asked[1])))


@pytest.mark.parametrize("sample", [batch, screen, persons])
@pytest.mark.parametrize("change", CHANGES)
def test_one_about_another_subject_or_matter_is_refused(
    sample: Callable[[], tuple[str, Any, Any]], change: Change
) -> None:
    with pytest.raises(AnswerError, match="about another (question|subject)"):
        Asking(sample(), each=True).each(change)


def test_so_is_one_about_another_person() -> None:
    def another(question: service.CheckRequest, response: service.CheckResponse) -> None:
        question.subject.value = response.subject.value = OTHERS

    with pytest.raises(AnswerError, match="about another question"):
        Asking(persons(), each=True).each(another, place=0)


@pytest.mark.parametrize("sample", [check, certificate, whole_record])
def test_a_receipt_files_the_question_that_was_sent(sample: Callable[[], tuple[str, Any, Any]]) -> None:
    asking = Asking(sample())
    assert asking.one(asking.request) is not None
    other = type(asking.request)()
    other.CopyFrom(asking.request)
    other.subject.value = firm(2).identifier.value
    with pytest.raises(AnswerError, match="about another question"):
        asking.one(other)


@pytest.mark.parametrize("sample", [batch, screen])
def test_so_does_one_for_a_whole(sample: Callable[[], tuple[str, Any, Any]]) -> None:
    asking = Asking(sample())
    assert len(asking.whole(asking.request)) == 1
    asking, other = Asking(sample()), sample()[1]
    (other.purpose if hasattr(other, "purpose") else other.project).reason = "另一用途"
    with pytest.raises(AnswerError, match="about another question"):
        asking.whole(other)


def test_who_asks_about_one_firm_is_not_answered_about_another() -> None:
    asking = Asking(check())
    asking.response.subject.value = firm(2).identifier.value
    with pytest.raises(AnswerError, match="about another subject"):
        asking.one(asking.request)


def test_nor_is_a_party_that_takes_part_as_something_else() -> None:
    asking = Asking(screen())
    asking.response.parties[1].party.role = subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE
    with pytest.raises(AnswerError, match="about another subject"):
        asking.whole(asking.request)


def test_a_code_may_be_written_in_full_width_and_comes_back_as_it_is() -> None:
    method, question, response = check(code=firm(1).identifier.value)
    question.subject.value = "".join(chr(ord(char) + 0xFEE0) for char in question.subject.value.lower())
    asking = Asking((method, question, response))
    assert asking.one(asking.request) is not None


def test_as_many_verdicts_as_questions() -> None:
    asking = Asking(batch(), each=True)
    asking.response.verdicts.append(CLEAR)
    with pytest.raises(AnswerError, match="4 receipts and 5 verdicts"):
        asking.each(nothing)
