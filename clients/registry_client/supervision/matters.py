"""Approval matters, rules, intermediaries and what associations say (审批事项、监管制度、涉审中介、行业自律信
息).

    desk = registry.supervision.matters
    for entry in desk.matters(department="11130900DEM0000106"):
        print(entry.matter.number, entry.matter.name, entry.filing_number or "无备案的监管制度")
    for each in desk.unfiled(overdue_only=True):
        print(each.department_name, each.matter_name, each.due_on, each.days_late)

Every listing goes on from page to page by itself. What is stated goes through ``registry.supervision.take``.
What associations say is no credit information: show ``STANDING`` with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc

from registry.v1 import matter_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.matter_service_pb2_grpc import MatterServiceStub
from registry_client.calls import Calls

PAGE = 500
STANDING = "行业自律信息, 不属于公共信用信息"
"""What a note of an association is, in a few words; the registry says it at length with each page."""


class MatterDesk:
    """Listings of MatterService. One is had from ``Registry.supervision``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._calls = calls
        self._stub = MatterServiceStub(channel)

    def matters(
        self,
        *,
        department: str = "",
        kind: acts.MatterKind.ValueType = acts.MATTER_KIND_UNSPECIFIED,
        number: str = "",
        on: str = "",
        with_ended: bool = False,
    ) -> Iterator[pb.MatterEntry]:
        """The catalogue as of a day (today), the one that came last first."""
        request = pb.ListMattersRequest(
            department=department, kind=kind, number=number, on=on, with_ended=with_ended, page_size=PAGE
        )
        return self._all(self.matters_page, request, lambda page: page.matters)

    def matters_page(self, request: pb.ListMattersRequest) -> pb.ListMattersResponse:
        """One page of it, for those who leaf themselves."""
        return self._calls.unary(self._stub.ListMatters, request)

    def rules(
        self,
        *,
        department: str = "",
        matter: str = "",
        state: pb.RuleState.ValueType = pb.RULE_STATE_UNSPECIFIED,
        on: str = "",
    ) -> Iterator[pb.RuleEntry]:
        """Rules of supervision, the one drafted last first."""
        request = pb.ListRulesRequest(
            department=department, matter=matter, state=state, on=on, page_size=PAGE
        )
        return self._all(self.rules_page, request, lambda page: page.rules)

    def rules_page(self, request: pb.ListRulesRequest) -> pb.ListRulesResponse:
        """One page of them."""
        return self._calls.unary(self._stub.ListRules, request)

    def unfiled(
        self, *, department: str = "", on: str = "", overdue_only: bool = False
    ) -> Iterator[pb.UnfiledMatter]:
        """Matters without a filed rule, the one due first first."""
        request = pb.ListUnfiledRequest(
            department=department, on=on, overdue_only=overdue_only, page_size=PAGE
        )
        return self._all(self.unfiled_page, request, lambda page: page.matters)

    def unfiled_page(self, request: pb.ListUnfiledRequest) -> pb.ListUnfiledResponse:
        """One page of them."""
        return self._calls.unary(self._stub.ListUnfiled, request)

    def intermediaries(
        self,
        *,
        department: str = "",
        matter: str = "",
        on: str = "",
        overdue_only: bool = False,
        with_ended: bool = False,
    ) -> Iterator[pb.IntermediaryEntry]:
        """Intermediaries, the one that came last first."""
        request = pb.ListIntermediariesRequest(
            department=department, matter=matter, on=on, overdue_only=overdue_only, with_ended=with_ended,
            page_size=PAGE,
        )  # fmt: skip
        return self._all(self.intermediaries_page, request, lambda page: page.intermediaries)

    def intermediaries_page(self, request: pb.ListIntermediariesRequest) -> pb.ListIntermediariesResponse:
        """One page of them."""
        return self._calls.unary(self._stub.ListIntermediaries, request)

    def notes(
        self,
        *,
        association: str = "",
        subject: str = "",
        kind: acts.AssociationNoteKind.ValueType = acts.ASSOCIATION_NOTE_KIND_UNSPECIFIED,
        on: str = "",
        with_ended: bool = False,
    ) -> Iterator[pb.AssociationNoteEntry]:
        """What associations say of their members."""
        request = pb.ListAssociationNotesRequest(
            association=association, subject=subject, kind=kind, on=on, with_ended=with_ended, page_size=PAGE
        )
        return self._all(self.notes_page, request, lambda page: page.notes)

    def notes_page(self, request: pb.ListAssociationNotesRequest) -> pb.ListAssociationNotesResponse:
        """One page of it, with what it is."""
        return self._calls.unary(self._stub.ListAssociationNotes, request)

    @staticmethod
    def _all(page_of: Callable[[Any], Any], request: Any, entries: Callable[[Any], Any]) -> Iterator[Any]:
        """Every entry, page by page."""
        while True:
            page = page_of(request)
            yield from entries(page)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
