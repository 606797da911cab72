"""Which class a call is of (类别): by the caller's role and the method, in one table.

In the opening hour of bids the questions of bidding and procurement systems come first; then those of other
systems, then what departments state and their officials do, then what the public looks at, then what reads
much at a time. What keeps the registry itself honest (health, checkpoints, the revocation of a key, the
lifting of a ban) is little, and gets in whatever else is going on.

A class has a weight, which is its share of the threads while all classes have calls waiting, and how long one
of its calls waits for its turn: whom a late answer does not serve is told so at once.

Example: all classes are over full. Of 60 turns bids have 32, other systems 12, departments 9, the public 4
and lists 3. Where only the public and lists have calls waiting, they have the whole between them, 4 to 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from registry.access.identity import CallerRole
from registry.access.policy import METHODS


class Lane(IntEnum):
    """A class of calls; the smaller, the sooner."""

    VITAL = 0
    BIDDING = 1
    SYSTEMS = 2
    OFFICES = 3
    PUBLIC = 4
    BULK = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """``weight``: share of the turns; ``patience``: how long a call waits, in times ``[load] wait_ms``;
    ``running``: how many at a time, None: as many as there are; ``retry_s``: when to come again, between;
    ``held``: how many threads its calls have at most, those that wait for something with them, None: all."""

    weight: int
    patience: float
    running: int | None
    retry_s: tuple[float, float]
    held: int | None = None


STANDINGS: Mapping[Lane, Standing] = {
    Lane.VITAL: Standing(60, 20, None, (0.2, 0.6)),
    Lane.BIDDING: Standing(32, 1, None, (0.3, 0.9)),
    Lane.SYSTEMS: Standing(12, 1, None, (0.5, 1.5)),
    Lane.OFFICES: Standing(9, 2, None, (1.0, 3.0), held=16),
    Lane.PUBLIC: Standing(4, 2, None, (2.0, 6.0), held=16),
    Lane.BULK: Standing(3, 4, 1, (5.0, 15.0), held=4),
}

_OF_ROLE: Mapping[CallerRole, Lane] = {
    CallerRole.BIDDING_SYSTEM: Lane.BIDDING,
    CallerRole.PROCUREMENT_SYSTEM: Lane.BIDDING,
    CallerRole.FINANCING_SYSTEM: Lane.SYSTEMS,
    CallerRole.LICENSING_SYSTEM: Lane.SYSTEMS,
    CallerRole.BORDER_SYSTEM: Lane.SYSTEMS,
    CallerRole.DEPARTMENT: Lane.OFFICES,
    CallerRole.REGISTRAR: Lane.OFFICES,
    CallerRole.AUDITOR: Lane.OFFICES,
    CallerRole.PUBLIC: Lane.PUBLIC,
    CallerRole.FACE: Lane.PUBLIC,
}
"""A face whose token was not taken yet is nobody in particular."""

VITAL: frozenset[str] = frozenset(
    {
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/List",
        "/registry.v1.AuditService/GetHealth",
        "/registry.v1.LogService/GetCheckpoint",
        "/registry.v1.LogService/GetConsistencyProof",
        "/registry.v1.DirectoryService/RevokeKey",
        "/registry.v1.DirectoryService/RevokeOfficial",
        "/registry.v1.BanService/Stay",
        "/registry.v1.BanService/Lift",
        "/registry.v1.BanService/Revoke",
    }
)
"""Whoever may call these, whatever the load: each is small, and what is wrong must be put right. Who may not
is told so in its turn."""

BULK: frozenset[str] = frozenset(
    {
        "/registry.v1.AccountabilityService/GetAccountabilityReport",
        "/registry.v1.AccountabilityService/TraceAccident",
        "/registry.v1.AuditService/ListQueries",
        "/registry.v1.CatalogueService/CheckEdition",
        "/registry.v1.CatalogueService/Diff",
        "/registry.v1.CatalogueService/Simulate",
        "/registry.v1.ComplaintService/GetComplaintStatistics",
        "/registry.v1.DisclosureService/GetStatistics",
        "/registry.v1.EvidenceService/Download",
        "/registry.v1.EvidenceService/DownloadPart",
        "/registry.v1.ExecutionService/ListMeasureUse",
        "/registry.v1.IncentiveService/ListRedListed",
        "/registry.v1.IntakeService/ListStatements",
        "/registry.v1.LogService/GetLeaves",
        "/registry.v1.MonitoringService/GetRiskFigures",
        "/registry.v1.RecordService/ListListed",
        "/registry.v1.RecordService/ListMarketBans",
        "/registry.v1.ReferralService/GetReferralStatistics",
        "/registry.v1.SnapshotService/GetSnapshot",
    }
)
"""What reads much for one answer, whoever asks for it."""


def lane_of(role: CallerRole | None, method: str) -> Lane:
    """The class of a call; ``role`` None: of a caller who is nobody here, and will be told so."""
    if method in VITAL and (role is CallerRole.FACE or role in METHODS[method]):
        return Lane.VITAL
    if method in BULK:
        return Lane.BULK
    return Lane.PUBLIC if role is None else _OF_ROLE[role]
