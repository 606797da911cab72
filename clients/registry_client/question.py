"""A question to the registry (查询): for what purpose, in what matter, as of when.

The same question may be asked about many subjects. What is left out is not guessed: a role, region or kind of
tender that is not stated leads to REVIEW where a restriction turns on it. A question about a natural person
needs ``reference`` (案号) and ``reason`` (用途), which go into the registry's query log (查询日志).

Two times: ``valid_time`` is the instant that is asked about (default: now), ``consistency`` says what the
registry must have known by then (default: what it knows now).

Example: ``Question(domain=DOMAIN_BIDDING, role=SUBJECT_ROLE_BIDDER, region="130902",
tender_kind=TENDER_KIND_COMPULSORY, valid_time=datetime(2026, 4, 1, 1, tzinfo=UTC))``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from registry.v1 import subject_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.restriction_service_pb2 import Matter, Purpose
from registry.v1.subject_pb2 import Domain, Identifier, Scope, SubjectRole, TenderKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a subject. ValueError if ``valid_time`` has no time zone."""

    domain: Domain.ValueType
    reference: str = ""
    reason: str = ""
    role: SubjectRole.ValueType = subject_pb2.SUBJECT_ROLE_UNSPECIFIED
    region: str = ""
    industry: str = ""
    activity: str = ""
    tender_kind: TenderKind.ValueType = subject_pb2.TENDER_KIND_UNSPECIFIED
    valid_time: datetime | None = None
    consistency: Consistency | None = None

    def __post_init__(self) -> None:
        if self.valid_time is not None and self.valid_time.tzinfo is None:
            raise ValueError("valid_time needs a time zone: an instant without one is no instant")

    def purpose(self) -> Purpose:
        """As it travels."""
        return Purpose(domain=self.domain, reference=self.reference, reason=self.reason)

    def facts(self) -> Matter:
        """The facts of the matter, as they travel."""
        scope = Scope(region=self.region, industry=self.industry, activity=self.activity)
        return Matter(scope=scope, role=self.role, tender_kind=self.tender_kind)

    def instant(self) -> Timestamp | None:
        """The valid time, as it travels; None = now."""
        if self.valid_time is None:
            return None
        instant = Timestamp()
        instant.FromDatetime(self.valid_time)
        return instant


def uscc(code: str) -> Identifier:
    """An organisation by its 统一社会信用代码."""
    return Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=code)


def resident_id(number: str) -> Identifier:
    """A natural person by the 公民身份号码."""
    return Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=number)


def at_least_as_fresh(position: int) -> Consistency:
    """Everything up to this position must be taken into account, such as one's own last submission."""
    return Consistency(at_least_as_fresh=position)


def at_exact_position(position: int) -> Consistency:
    """The answer as the registry knew it at this position, whatever came later."""
    return Consistency(at_exact_position=position)


def fully_consistent() -> Consistency:
    """Everything acknowledged at the time of asking must be taken into account."""
    return Consistency(fully_consistent=True)
