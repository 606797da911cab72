"""Verdicts (结论) as a program uses them: typed, frozen, and never CLEAR by accident.

The verdict on several who take part together, such as a consortium (联合体), is that of its worst member
(财库〔2016〕125号: 联合体中有一个成员存在不良信用记录的, 视同联合体存在不良信用记录). The order is

    BLOCKED 禁止  >  INDETERMINATE 无法判定  >  REVIEW 需研判  >  CLEAR 未见限制

BLOCKED is first because a member's ban keeps the consortium out whatever is unknown about the others.
INDETERMINATE outranks REVIEW because it asks for more: REVIEW is settled by a person who reads the hits at
hand, while INDETERMINATE says that about one member the registry knows nothing, and no reading of the others'
hits can settle that. Shown as REVIEW it could end as a pass for somebody nobody has looked up.

A verdict this release does not know, or none, is read as INDETERMINATE: it must never turn into CLEAR.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from registry.domain.identifiers import mask
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import verdict_pb2
from registry.v1.statement_pb2 import Document
from registry.v1.subject_pb2 import Identifier, Scope
from registry.v1.verdict_pb2 import (
    Checked,
    HitEffect,
    HitReason,
    HitStatus,
    IndeterminateReason,
    RestrictionOrigin,
    SubjectRelation,
)
from registry_client.identity import Identity
from registry_client.receipts import Receipt
from registry_client.words import word_of


class Verdict(IntEnum):
    """May this subject take part? A greater value outranks a smaller one (see ``worst``)."""

    CLEAR = 0
    REVIEW = 1
    INDETERMINATE = 2
    BLOCKED = 3

    @property
    def word(self) -> str:
        """未见限制, 需研判, 无法判定 or 禁止."""
        return word_of(_VERDICT_WORDS, self)


_VERDICT_WORDS = {
    "未见限制": Verdict.CLEAR,
    "需研判": Verdict.REVIEW,
    "无法判定": Verdict.INDETERMINATE,
    "禁止": Verdict.BLOCKED,
}
_VERDICTS: dict[int, Verdict] = {
    verdict_pb2.VERDICT_CLEAR: Verdict.CLEAR,
    verdict_pb2.VERDICT_REVIEW: Verdict.REVIEW,
    verdict_pb2.VERDICT_BLOCKED: Verdict.BLOCKED,
    verdict_pb2.VERDICT_INDETERMINATE: Verdict.INDETERMINATE,
}


def verdict_word(verdict: int) -> str:
    """未见限制, 需研判, 无法判定 or 禁止; what this release does not know is 无法判定."""
    return _VERDICTS.get(verdict, Verdict.INDETERMINATE).word


@dataclass(frozen=True, slots=True)
class Hit:
    """A restriction that the question met, where it stands and what it means. Days are ISO 8601; ``until``
    empty = no end is set. ``related`` is on whom it fell, where that is not the code asked about."""

    measure_code: str
    measure_name: str
    effect: HitEffect.ValueType
    reasons: tuple[HitReason.ValueType, ...]
    list_code: str
    list_name: str
    document: Document
    legal_basis: tuple[str, ...]
    first: str
    until: str
    lifetime: bool
    scope: Scope
    relief: str
    position: int
    statement_id: str
    department: str
    status: HitStatus.ValueType
    origin: RestrictionOrigin.ValueType
    relation: SubjectRelation.ValueType
    related: Identifier | None
    unconfirmed: bool
    milder_rule: bool
    repeats_position: int | None

    @classmethod
    def of(cls, hit: verdict_pb2.Hit) -> Hit:
        """A hit as it travels."""
        return cls(
            measure_code=hit.measure_code,
            measure_name=hit.measure_name,
            effect=hit.effect,
            reasons=tuple(hit.reasons),
            list_code=hit.list_code,
            list_name=hit.list_name,
            document=hit.document,
            legal_basis=tuple(hit.legal_basis),
            first=getattr(hit, "from"),
            until=hit.until,
            lifetime=hit.lifetime,
            scope=hit.scope,
            relief=hit.relief,
            position=hit.position,
            statement_id=hit.statement_id,
            department=hit.department,
            status=hit.status,
            origin=hit.origin,
            relation=hit.relation,
            related=_masked(hit.related) if hit.HasField("related") else None,
            unconfirmed=hit.unconfirmed,
            milder_rule=hit.milder_rule,
            repeats_position=hit.repeats_position if hit.HasField("repeats_position") else None,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """Under what an answer was given; with the question it determines the answer, for ever. ``known_time`` is
    when the last statement that was taken into account had been received."""

    origin: str
    known_position: int
    known_time: datetime
    valid_time: datetime
    edition: str
    edition_label: str

    @classmethod
    def of(cls, answered: service.Answered) -> Answered:
        """As it travels."""
        return cls(
            origin=answered.origin,
            known_position=answered.known_position,
            known_time=answered.known_time.ToDatetime(UTC),
            valid_time=answered.valid_time.ToDatetime(UTC),
            edition=answered.edition,
            edition_label=answered.edition_label,
        )


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one subject, why, and what was looked at.

    ``subject`` is as asked, masked for a natural person. ``checked`` is what was examined; in the answer to
    one question it is what was found empty, in a batch it is empty but for the hits. ``identity`` says whom
    the identifier names, in full only where it has other codes or names in dispute; a batch does not tell it.
    ``receipt`` is there if one was asked for; a batch has its own.
    """

    subject: Identifier
    verdict: Verdict
    indeterminate_reason: IndeterminateReason.ValueType
    indeterminate_detail: str
    hits: tuple[Hit, ...]
    checked: Checked
    answered: Answered
    identity: Identity | None = None
    receipt: Receipt | None = None

    @classmethod
    def of(cls, response: service.CheckResponse) -> CheckResult:
        """The answer to ``Check``."""
        verdict = verdict_of(response.verdict)
        unknown = "" if response.verdict in _VERDICTS else f"verdict {response.verdict} is not known"
        return cls(
            subject=_masked(response.subject),
            verdict=verdict,
            indeterminate_reason=response.indeterminate_reason,
            indeterminate_detail=response.indeterminate_detail or unknown,
            hits=tuple(map(Hit.of, response.hits)),
            checked=response.checked_and_empty,
            answered=Answered.of(response.answered),
            identity=Identity.of(response.identity),
        )


def _masked(subject: Identifier) -> Identifier:
    """As the registry shows it. Masking again changes nothing, and does not rely on the other side."""
    return Identifier(type=subject.type, value=mask(subject.type, subject.value))


def verdict_of(verdict: int) -> Verdict:
    """The verdict that a number on the wire means; INDETERMINATE where it means none that is known."""
    return _VERDICTS.get(verdict, Verdict.INDETERMINATE)


def worst(results: Iterable[CheckResult]) -> Verdict:
    """The verdict on all of them together. ValueError if there are none: nobody has been asked about."""
    return max(result.verdict for result in results)
