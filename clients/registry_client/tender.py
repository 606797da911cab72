"""A tender to be screened (招标、采购项目): what it is, who takes part in it as what, and as of when.

Parties with the same ``bid`` are one bid (联合体): the worst member decides it. Agencies and evaluators stand
without a bid. A question about a natural person goes into the registry's query log with the project's
``number`` and ``reason``, which are required then. ``named_lists`` are lists as the tender document has them,
old names too.

Example::

    Tender(
        domain=DOMAIN_PROCUREMENT, number="CZZB-2026-0917", reason="资格审查",
        tender_kind=TENDER_KIND_COMPULSORY, region="130903",
        cut_off=datetime(2026, 10, 20, 9, 30, tzinfo=CHINA),
        parties=(TenderParty(uscc("9113…"), SUBJECT_ROLE_BIDDER, bid="1", name="沧州…有限公司"),),
    )
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registry.domain.names import alike
from registry.v1 import subject_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.restriction_service_pb2 import Party, Project, ScreenRequest
from registry.v1.subject_pb2 import Domain, Identifier, Scope, SubjectRole, TenderKind


@dataclass(frozen=True, slots=True)
class TenderParty:
    """Who takes part, as what, in which bid (empty: in none); ``name`` as written in the bid."""

    subject: Identifier
    role: SubjectRole.ValueType
    bid: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A project with its parties. ValueError if ``cut_off`` has no time zone (None = now), or if bids differ
    by the way they are written alone (``registry.domain.names``)."""

    domain: Domain.ValueType
    parties: tuple[TenderParty, ...]
    number: str = ""
    title: str = ""
    reason: str = ""
    tender_kind: TenderKind.ValueType = subject_pb2.TENDER_KIND_UNSPECIFIED
    region: str = ""
    industry: str = ""
    activity: str = ""
    cut_off: datetime | None = None
    named_lists: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cut_off is not None and self.cut_off.tzinfo is None:
            raise ValueError("cut_off needs a time zone: an instant without one is no instant")
        if found := alike(party.bid for party in self.parties):
            raise ValueError(f"bids that look alike, and would not be one bid: {found}")

    def request(self, consistency: Consistency | None = None) -> ScreenRequest:
        """As it travels."""
        project = Project(
            number=self.number,
            name=self.title,
            domain=self.domain,
            tender_kind=self.tender_kind,
            scope=Scope(region=self.region, industry=self.industry, activity=self.activity),
            reason=self.reason,
        )
        if self.cut_off is not None:
            project.cut_off.FromDatetime(self.cut_off)
        parties = [
            Party(subject=each.subject, role=each.role, bid=each.bid, name=each.name) for each in self.parties
        ]
        return ScreenRequest(
            project=project, parties=parties, named_lists=self.named_lists, consistency=consistency
        )
