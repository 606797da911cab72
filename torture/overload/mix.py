"""Who asks for what (调用的组成): the opening hour of bids, when everybody else works too.

Shares are of calls. One of the four platforms has half of the questions of its kind: it floods when the whole
does. What departments state is signed before the clock starts, each statement new.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.population import ORIGIN, Population, firm, penalty
from registry.access.identity import Caller, CallerRole
from registry.load.classes import Lane
from registry.v1 import disclosure_service_pb2 as disclosure
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import log_service_pb2 as log
from registry.v1 import record_service_pb2 as record
from registry.v1 import restriction_service_pb2 as restriction
from registry.v1 import subject_pb2

STATEMENTS, PER_CALL, BATCH, PAGE, LEAVES = 6000, 2, 200, 100, 256
RESTRICTED = 0.1
"""What part of the firms asked about is restricted."""
Make = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call: its class, its share of all calls, its method, who makes it, and the next request."""

    name: str
    lane: Lane
    share: float
    method: str
    callers: Sequence[tuple[str, Caller]]
    make: Make


def kinds(population: Population, dice: random.Random) -> list[Kind]:
    """The mix over an installation."""
    platforms = _systems(CallerRole.PROCUREMENT_SYSTEM, "platform", 4)
    flooding = [platforms[0]] * 3 + platforms[1:]
    banks = _systems(CallerRole.FINANCING_SYSTEM, "bank", 2)
    office = population.authors["市场监管"]
    registrars = [("office", office.caller())]
    portal = _systems(CallerRole.PUBLIC, "portal", 1)
    auditors = _systems(CallerRole.AUDITOR, "auditor", 1)
    asked = "/registry.v1.RestrictionService/"
    procurement, financing = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_FINANCING
    bidder, applicant = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.SUBJECT_ROLE_APPLICANT

    def some() -> str:
        if dice.random() < RESTRICTED:
            return firm(dice.randrange(population.restricted))
        return firm(population.restricted + dice.randrange(population.clear))

    def check() -> bytes:
        return _check(some(), procurement, bidder)

    def batch() -> bytes:
        return _batch([some() for _ in range(BATCH)], procurement, bidder)

    def bank() -> bytes:
        return _check(some(), financing, applicant)

    def find() -> bytes:
        return disclosure.FindOrganisationsRequest(query=some()).SerializeToString()

    def bans() -> bytes:
        return record.ListMarketBansRequest(page_size=PAGE).SerializeToString()

    def leaves() -> bytes:
        return log.GetLeavesRequest(first=dice.randrange(1000), count=LEAVES).SerializeToString()

    return [
        Kind("Check, bids", Lane.BIDDING, 0.34, asked + "Check", flooding, check),
        Kind("BatchCheck of 200, bids", Lane.BIDDING, 0.20, asked + "BatchCheck", platforms, batch),
        Kind("Check, banks", Lane.SYSTEMS, 0.14, asked + "Check", banks, bank),
        Kind("Submit of 2", Lane.OFFICES, 0.10, "/registry.v1.IntakeService/Submit", registrars,
             _statements(population)),
        Kind("FindOrganisations", Lane.PUBLIC, 0.12, "/registry.v1.DisclosureService/FindOrganisations",
             portal, find),
        Kind("ListMarketBans", Lane.BULK, 0.05, "/registry.v1.RecordService/ListMarketBans",
             platforms[3:], bans),
        Kind("GetLeaves", Lane.BULK, 0.03, "/registry.v1.LogService/GetLeaves", auditors, leaves),
        Kind("GetCheckpoint", Lane.VITAL, 0.02, "/registry.v1.LogService/GetCheckpoint", auditors,
             log.GetCheckpointRequest().SerializeToString),
    ]  # fmt: skip


def _systems(role: CallerRole, name: str, count: int) -> list[tuple[str, Caller]]:
    return [(f"{name}-{number}", Caller(role, f"{name}-{number}", ORIGIN)) for number in range(count)]


def _check(code: str, domain: subject_pb2.Domain.ValueType, role: subject_pb2.SubjectRole.ValueType) -> bytes:
    request = restriction.CheckRequest()
    request.subject.type, request.subject.value = subject_pb2.IDENTIFIER_TYPE_USCC, code
    request.purpose.domain, request.matter.role = domain, role
    return request.SerializeToString()


def _batch(
    codes: Sequence[str], domain: subject_pb2.Domain.ValueType, role: subject_pb2.SubjectRole.ValueType
) -> bytes:
    request = restriction.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC, identifiers=codes
    )
    request.purpose.domain, request.matter.role = domain, role
    return request.SerializeToString()


def _statements(population: Population) -> Make:
    """Statements that are new each, as long as there are any: then they are repeated."""
    author = population.authors["市场监管"]
    sealed = [
        author.envelope(f"overload-{number}", penalty(author, number, about=number % population.restricted))
        for number in range(STATEMENTS)
    ]
    requests = cycle(
        intake.SubmitRequest(envelopes=sealed[first : first + PER_CALL]).SerializeToString()
        for first in range(0, STATEMENTS, PER_CALL)
    )
    return lambda: next(requests)
