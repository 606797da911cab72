"""What everybody may know of organisations (对社会公示): files, bans, typical cases, counts by month.

    shown = registry.published.of("91130900DEM0000014")
    for hit in shown.restrictions:
        print(hit.measure_name, hit.until, hit.relief)
    for ban in registry.published.bans(domain=DOMAIN_PROCUREMENT):
        print(ban.name, ban.hit.measure_name, ban.hit.until)

Answers are as they travel (``registry.v1.disclosure_service``). That nothing is shown is no CLEAR: what is
past its term, repaired or never publicised is not there, nor is there anything where the registry knows
nothing of the code (``identity.status`` says so). Natural persons are in none of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.v1 import disclosure_service_pb2 as service
from registry.v1 import subject_pb2
from registry.v1.disclosure_service_pb2_grpc import DisclosureServiceStub
from registry.v1.record_service_pb2 import NameMatch
from registry.v1.subject_pb2 import Domain, Identifier
from registry_client.calls import Calls
from registry_client.records import Listing

BANS, CASES = 1000, 100
"""Rows of the largest pages."""


class Published:
    """What is disclosed. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = DisclosureServiceStub(channel)
        self._calls = calls

    def find(self, query: str, *, limit: int = 0) -> tuple[NameMatch, ...]:
        """Organisations by a name they bear or bore, or by their code, the nearest first; at most 50 (0 =
        20)."""
        request = service.FindOrganisationsRequest(query=query, page_size=limit)
        return tuple(self._calls.unary(self._stub.FindOrganisations, request).matches)

    def of(self, code: str) -> service.GetDisclosureResponse:
        """What is shown of an organisation, by its unified social credit code."""
        subject = Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=code)
        return self._calls.unary(self._stub.GetDisclosure, service.GetDisclosureRequest(subject=subject))

    def bans(
        self,
        *,
        domain: Domain.ValueType = subject_pb2.DOMAIN_UNSPECIFIED,
        measure_code: str = "",
        region: str = "",
        page_size: int = BANS,
    ) -> Listing[service.ListDisclosedBansResponse]:
        """Market bans of organisations that are in force and shown."""

        def page(token: str) -> service.ListDisclosedBansResponse:
            return self.bans_page(
                token, domain=domain, measure_code=measure_code, region=region, page_size=page_size
            )

        return Listing(page(""), page, lambda response: response.bans)

    def bans_page(
        self,
        token: str = "",
        *,
        domain: Domain.ValueType = subject_pb2.DOMAIN_UNSPECIFIED,
        measure_code: str = "",
        region: str = "",
        page_size: int = 0,
    ) -> service.ListDisclosedBansResponse:
        """One page of them, for those who leaf themselves."""
        request = service.ListDisclosedBansRequest(
            domain=domain,
            measure_code=measure_code,
            region=region,
            page_size=page_size,
            page_token=token,
        )
        return self._calls.unary(self._stub.ListDisclosedBans, request)

    def cases(self) -> Iterator[service.TypicalCase]:
        """Entries on serious lists that are shown, newest first."""
        token = ""
        while True:
            page = self.cases_page(token, page_size=CASES)
            yield from page.cases
            if not page.next_page_token:
                return
            token = page.next_page_token

    def cases_page(self, token: str = "", *, page_size: int = 0) -> service.ListTypicalCasesResponse:
        """One page of them."""
        request = service.ListTypicalCasesRequest(page_size=page_size, page_token=token)
        return self._calls.unary(self._stub.ListTypicalCases, request)

    def statistics(self, first: str = "", last: str = "") -> service.GetStatisticsResponse:
        """Disclosed restrictions by month, domain and region; months are YYYY-MM, without any the last 24."""
        request = service.GetStatisticsRequest(until=last)
        setattr(request, "from", first)
        return self._calls.unary(self._stub.GetStatistics, request)
