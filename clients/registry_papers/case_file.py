"""A case as its statements tell it (案卷): what ``GetCase`` answers, read once.

Each step is what was signed, with its place in the log. Of a step that may come more than once the last
counts, of statements of the party all. A correction replaces the decision's event and takes its place in
the log.

A paper is wanted before its step is recorded: it has to be served first. ``foreseen`` puts a statement that
is not in the log yet behind those that are; its place is then not known, its hash is.

Example: ``CaseFile.read(response).decision`` is None while nothing is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import DecodeError, Message

from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.leaf import statement_hash
from registry.v1.ban_service_pb2 import BanCase, CaseStatement, GetCaseResponse
from registry.v1.statement_pb2 import (
    BanDecision,
    BanDefence,
    BanDeliberation,
    BanDraft,
    BanHearing,
    BanHearingNotice,
    BanNotice,
    BanReview,
    BanServed,
    Correction,
    Event,
    Lifting,
    Statement,
    Withdrawal,
)
from registry_papers.errors import PaperError

_Body = TypeVar("_Body", bound=Message)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement is: log, position (None: not yet recorded) and hash."""

    origin: str
    position: int | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class Step(Generic[_Body]):
    """What was stated, and where it is."""

    said: _Body
    place: Place


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The case and its statements, in the order of the log."""

    case: BanCase
    statements: tuple[tuple[Statement, Place], ...]

    @classmethod
    def read(cls, response: GetCaseResponse) -> CaseFile:
        """The file of a case. PaperError if a statement of it cannot be read."""
        return cls(response.case, tuple(map(_read, response.statements)))

    @property
    def draft(self) -> Step[BanDraft] | None:
        """立案"""
        return self._last("ban_draft", BanDraft)

    @property
    def review(self) -> Step[BanReview] | None:
        """法制审核"""
        return self._last("ban_review", BanReview)

    @property
    def notice(self) -> Step[BanNotice] | None:
        """告知"""
        return self._last("ban_notice", BanNotice)

    @property
    def defences(self) -> list[BanDefence]:
        """陈述申辩, every one"""
        return [each.said for each in self._every("ban_defence", BanDefence)]

    @property
    def hearing_notice(self) -> Step[BanHearingNotice] | None:
        """听证通知"""
        return self._last("ban_hearing_notice", BanHearingNotice)

    @property
    def hearing(self) -> Step[BanHearing] | None:
        """听证"""
        return self._last("ban_hearing", BanHearing)

    @property
    def deliberation(self) -> Step[BanDeliberation] | None:
        """决定前审查"""
        return self._last("ban_deliberation", BanDeliberation)

    @property
    def decision(self) -> Step[BanDecision] | None:
        """决定, as corrected"""
        found, corrected = self._last("ban_decision", BanDecision), self.correction
        if found is None or corrected is None:
            return found
        said = BanDecision()
        said.CopyFrom(found.said)
        said.event.CopyFrom(corrected.said.replacement)
        return Step(said, corrected.place)

    @property
    def correction(self) -> Step[Correction] | None:
        """更正"""
        return self._last("correction", Correction)

    @property
    def served(self) -> Step[BanServed] | None:
        """送达"""
        return self._last("ban_served", BanServed)

    @property
    def lifting(self) -> Step[Lifting] | None:
        """解除"""
        return self._last("lifting", Lifting)

    @property
    def withdrawal(self) -> Step[Withdrawal] | None:
        """撤销"""
        return self._last("withdrawal", Withdrawal)

    @property
    def event(self) -> Event | None:
        """What was decided, as credit information."""
        return self.decision.said.event if self.decision else None

    def _last(self, name: str, kind: type[_Body]) -> Step[_Body] | None:
        return next(reversed(self._every(name, kind)), None)

    def _every(self, name: str, kind: type[_Body]) -> list[Step[_Body]]:
        steps = []
        for statement, place in self.statements:
            if statement.WhichOneof("body") == name:
                said = getattr(statement, name)
                assert isinstance(said, kind)
                steps.append(Step(said, place))
        return steps


def foreseen(response: GetCaseResponse, statement: Statement) -> GetCaseResponse:
    """The case as if a statement, not yet signed, had been recorded: for the paper that it is served with."""
    ahead = GetCaseResponse()
    ahead.CopyFrom(response)
    envelope = ahead.statements.add().signed.envelope
    envelope.payload = statement.SerializeToString(deterministic=True)
    envelope.payload_type = PAYLOAD_TYPE
    return ahead


def _read(entry: CaseStatement) -> tuple[Statement, Place]:
    envelope = entry.signed.envelope
    try:
        statement = Statement.FromString(envelope.payload)
    except DecodeError:
        raise PaperError("案件中有一条陈述不能读取") from None
    # Position 0 is the log's genesis and never a step of a case.
    position = entry.position or None
    hashed = statement_hash(envelope.payload_type, envelope.payload)
    return statement, Place(statement.origin, position, hashed)
