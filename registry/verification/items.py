"""What an answer says of each subject, whatever the method: one item for each, to be worked out again alone.

    Check        one item
    BatchCheck   one for each identifier, with its role
    Screen       one for each party, with its role
    GetRecord, GetCertificate
                 none: their entries are compared with the statements (``record``)

Question and response must fit each other: as many verdicts as identifiers, the position and the edition of
the answer, the instant that was asked about.

Example: BatchCheck of two codes: verdicts [BLOCKED, CLEAR], hit_subjects [0]: two items, one with a hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from registry.domain.identifiers import normalise
from registry.domain.periods import china_day
from registry.sanctions.verdict import Question
from registry.v1 import consistency_pb2, receipt_pb2, record_service_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.verification import terms
from registry.verification.form import read_message
from registry.verification.report import FailedError

_KINDS: dict[str, tuple[type[Message], type[Message]]] = {
    terms.CHECK: (pb.CheckRequest, pb.CheckResponse),
    terms.BATCH_CHECK: (pb.BatchCheckRequest, pb.BatchCheckResponse),
    terms.SCREEN: (pb.ScreenRequest, pb.ScreenResponse),
    terms.GET_RECORD: (record_service_pb2.GetRecordRequest, record_service_pb2.GetRecordResponse),
    terms.GET_CERTIFICATE: (
        record_service_pb2.GetCertificateRequest,
        record_service_pb2.GetCertificateResponse,
    ),
}
_BADNESS = (
    verdict_pb2.VERDICT_BLOCKED,
    verdict_pb2.VERDICT_INDETERMINATE,
    verdict_pb2.VERDICT_REVIEW,
    verdict_pb2.VERDICT_CLEAR,
)


@dataclass(frozen=True, slots=True)
class Item:
    """What was asked about one subject and what was answered; ``lists`` are those told as searched, without
    the ones that were met; ``identity`` is None where the method tells none."""

    identifier: subject_pb2.Identifier
    question: Question
    verdict: verdict_pb2.Verdict.ValueType
    reason: verdict_pb2.IndeterminateReason.ValueType
    hits: Sequence[verdict_pb2.Hit]
    lists: Sequence[verdict_pb2.CheckedList]
    identity: verdict_pb2.Resolution | None

    @property
    def name(self) -> str:
        """The subject as the answer shows it."""
        return self.identifier.value


@dataclass(frozen=True, slots=True)
class Filed:
    """Question and response of an answer, read."""

    question: Message
    response: Message
    answered: pb.Answered
    items: tuple[Item, ...]

    @property
    def verdict(self) -> verdict_pb2.Verdict.ValueType:
        """The worst verdict; 0 where there is none."""
        told = {item.verdict for item in self.items}
        return next((verdict for verdict in _BADNESS if verdict in told), verdict_pb2.VERDICT_UNSPECIFIED)


def read_filed(answer: receipt_pb2.Answer) -> Filed:
    """Question and response of an answer whose method is known. Raises FailedError unless they fit each other
    and the answer."""
    asked, told = _KINDS[answer.method]
    question = read_message(asked, answer.question, "问题")
    response = read_message(told, answer.response, "答复内容")
    answered: pb.Answered = response.answered  # type: ignore[attr-defined]
    if (answered.origin, answered.known_position, answered.edition) != (
        answer.origin,
        answer.position,
        answer.edition,
    ):
        raise FailedError("答复内容中的日志、序号或目录版本与回执所述不同")
    _check_asked(question, answer, answered)
    if isinstance(question, record_service_pb2.GetCertificateRequest):
        _check_certificate(question, response)
    return Filed(question, response, answered, tuple(_items(question, response, answered)))


def _check_asked(question: Message, answer: receipt_pb2.Answer, answered: pb.Answered) -> None:
    """What of the question the answer must follow."""
    purpose = _reference(question)
    if purpose != answer.purpose_reference:
        raise FailedError("答复的案号不是问题中的")
    consistency: consistency_pb2.Consistency = question.consistency  # type: ignore[attr-defined]
    exact = consistency.HasField("at_exact_position") and consistency.at_exact_position != answer.position
    if exact or consistency.at_least_as_fresh > answer.position:
        raise FailedError("答复的序号不是问题所要求的")
    stated = _stated_ms(question)
    if stated is not None and stated != answered.valid_time.ToMilliseconds():
        raise FailedError("答复的时点不是问题中的")
    if stated is None and answered.valid_time.ToMilliseconds() > answer.answered_ms:
        raise FailedError("答复的时点晚于答复时间")


def _check_certificate(question: record_service_pb2.GetCertificateRequest, response: Message) -> None:
    """The period is the one that was asked about, and what is said of its being empty is so."""
    assert isinstance(response, record_service_pb2.GetCertificateResponse)
    for name in ("from", "until"):
        stated = getattr(question, name)
        if stated and stated != getattr(response, name):
            raise FailedError("报告的期间不是问题中的")
    entries = any(section.entries for section in response.sections)
    if response.nothing_recorded and (entries or not response.sections):
        raise FailedError("报告自称没有查见登记, 与其内容不符")


def _reference(question: Message) -> str:
    if isinstance(question, pb.ScreenRequest):
        return question.project.number
    purpose: pb.Purpose = question.purpose  # type: ignore[attr-defined]
    return purpose.reference


def _stated_ms(question: Message) -> int | None:
    if isinstance(question, pb.ScreenRequest):
        project = question.project
        return project.cut_off.ToMilliseconds() if project.HasField("cut_off") else None
    if isinstance(question, pb.CheckRequest | pb.BatchCheckRequest) and question.HasField("valid_time"):
        return question.valid_time.ToMilliseconds()
    return None


def _items(question: Message, response: Message, answered: pb.Answered) -> Iterator[Item]:
    day_ms = answered.valid_time.ToMilliseconds()
    if isinstance(question, pb.CheckRequest) and isinstance(response, pb.CheckResponse):
        asked = _question(question.purpose.domain, question.matter, question.matter.role, day_ms)
        _check_same(question.subject, response.subject)
        yield Item(
            response.subject, asked, response.verdict, response.indeterminate_reason, response.hits,
            response.checked_and_empty.lists, response.identity,
        )  # fmt: skip
    elif isinstance(question, pb.BatchCheckRequest) and isinstance(response, pb.BatchCheckResponse):
        yield from _of_batch(question, response, day_ms)
    elif isinstance(question, pb.ScreenRequest) and isinstance(response, pb.ScreenResponse):
        yield from _of_screen(question, response, day_ms)


def _of_batch(question: pb.BatchCheckRequest, response: pb.BatchCheckResponse, day_ms: int) -> Iterator[Item]:
    count = len(question.identifiers)
    roles = question.roles or [question.matter.role] * count
    subjects, reasons = response.hit_subjects, response.indeterminate_subjects
    if not count == len(response.verdicts) == len(roles):
        raise FailedError("答复的结论数与所问的主体数不同")
    if len(subjects) != len(response.hits) or len(reasons) != len(response.indeterminate_reasons):
        raise FailedError("答复的命中数与其主体数不同")
    if any(number >= count for number in (*subjects, *reasons)) or len(set(reasons)) != len(reasons):
        raise FailedError("答复指向没有问到的主体")
    why = dict(zip(reasons, response.indeterminate_reasons, strict=True))
    lists = {each.role: each.checked.lists for each in response.checked}
    for number, (value, role) in enumerate(zip(question.identifiers, roles, strict=True)):
        yield Item(
            subject_pb2.Identifier(type=question.identifier_type, value=value),
            _question(question.purpose.domain, question.matter, role, day_ms),
            response.verdicts[number],
            why.get(number, verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED),
            [hit for hit, of in zip(response.hits, subjects, strict=True) if of == number],
            lists.get(role, ()),
            None,
        )


def _of_screen(question: pb.ScreenRequest, response: pb.ScreenResponse, day_ms: int) -> Iterator[Item]:
    if len(question.parties) != len(response.parties):
        raise FailedError("答复的参加者数与所问的不同")
    project = question.project
    matter = pb.Matter(scope=project.scope, tender_kind=project.tender_kind)
    for asked, told in zip(question.parties, response.parties, strict=True):
        _check_same(asked.subject, told.party.subject)
        if (asked.role, asked.bid, asked.name) != (told.party.role, told.party.bid, told.party.name):
            raise FailedError("答复中的参加者不是所问的")
        yield Item(
            told.party.subject, _question(project.domain, matter, asked.role, day_ms), told.verdict,
            told.indeterminate_reason, told.hits, response.lists, told.identity,
        )  # fmt: skip


def _question(
    domain: subject_pb2.Domain.ValueType,
    matter: pb.Matter,
    role: subject_pb2.SubjectRole.ValueType,
    day_ms: int,
) -> Question:
    scope = matter.scope
    return Question(
        domain=domain,
        role=role,
        day=china_day(day_ms),
        region=scope.region,
        industry=scope.industry,
        activity=scope.activity,
        tender_kind=matter.tender_kind,
    )


def _check_same(asked: subject_pb2.Identifier, told: subject_pb2.Identifier) -> None:
    if (asked.type, normalise(asked.value)) != (told.type, normalise(told.value)):
        raise FailedError("答复所说的主体不是所问的")
