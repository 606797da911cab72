"""What subjects' files contain (信用档案、专项信用报告), organisations by name, and whom bans fall on.

    report = registry.records.certificate(uscc("91130900DEM0000014"), Question(domain=DOMAIN_BIDDING))
    print(report.statement)                    # says what the report says, and what it does not
    for ban in registry.records.market_bans(domain=DOMAIN_BUSINESS):
        print(ban.name, ban.hit.measure_name, ban.hit.until)

Answers are as they travel (``registry.v1.record_service``). ``nothing_recorded`` is no CLEAR: who may take
part is asked with ``Registry.check``. Of a question, domain, reference, reason and consistency count; for an
organisation the domain may be left out (DOMAIN_UNSPECIFIED). Natural persons are masked in every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import grpc

from registry.v1 import record_service_pb2 as service
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_UNSPECIFIED, EvidenceLevel
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2 import Answered
from registry.v1.subject_pb2 import Domain, Identifier
from registry_client.calls import Calls
from registry_client.identity import Identity
from registry_client.question import Question
from registry_client.receipts import Wanted

GET_RECORD = "registry.v1.RecordService/GetRecord"
GET_CERTIFICATE = "registry.v1.RecordService/GetCertificate"
PAGE = 1000


class _Page(Protocol):
    """A page of a listing."""

    @property
    def next_page_token(self) -> str: ...

    @property
    def answered(self) -> Answered: ...


_P = TypeVar("_P", bound=_Page)


@dataclass(frozen=True, slots=True)
class Listing(Generic[_P]):
    """A listing in the order of the log, fetched page by page, all as known when ``first`` was answered."""

    first: _P
    _next: Callable[[str], _P]
    _rows: Callable[[_P], Iterable[service.ListedRestriction]]

    def __iter__(self) -> Iterator[service.ListedRestriction]:
        page = self.first
        yield from self._rows(page)
        while page.next_page_token:
            page = self._next(page.next_page_token)
            yield from self._rows(page)


class Records:
    """What subjects' files contain, and lists of subjects. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = RecordServiceStub(channel)
        self._calls = calls

    def file(
        self,
        subject: Identifier,
        question: Question,
        *,
        on: str = "",
        receipt: EvidenceLevel.ValueType = EVIDENCE_LEVEL_UNSPECIFIED,
    ) -> service.GetRecordResponse:
        """Everything recorded about a subject that the caller may see, as the clocks stand on a day (ISO
        8601; empty = today). A receipt that was asked for is ``Receipt.of(response.receipt)``."""
        wanted = Wanted.of(receipt)
        request = service.GetRecordRequest(
            subject=subject,
            purpose=question.purpose(),
            on=on,
            consistency=question.consistency,
            receipt=wanted.request,
        )
        timeout = wanted.timeout(self._calls.timeout)
        response = self._calls.unary(self._stub.GetRecord, request, timeout)
        wanted.one(request, response, GET_RECORD)
        return response

    def certificate(
        self,
        subject: Identifier,
        question: Question,
        *,
        first: str = "",
        last: str = "",
        receipt: EvidenceLevel.ValueType = EVIDENCE_LEVEL_UNSPECIFIED,
    ) -> service.GetCertificateResponse:
        """The special credit report on a subject for a period, by default the three years up to today. A
        receipt that was asked for is ``Receipt.of(response.receipt)``; a registry of before gives none."""
        wanted = Wanted.of(receipt)
        request = service.GetCertificateRequest(
            subject=subject,
            purpose=question.purpose(),
            until=last,
            consistency=question.consistency,
            receipt=wanted.request,
        )
        setattr(request, "from", first)
        response = self._calls.unary(self._stub.GetCertificate, request, wanted.timeout(self._calls.timeout))
        if response.HasField("receipt"):
            wanted.one(request, response, GET_CERTIFICATE)
        return response

    def search(self, name: str, *, limit: int = 0) -> tuple[service.NameMatch, ...]:
        """Organisations whose current or former names are near, the nearest first; at most 100 (0 = 20)."""
        request = service.SearchRequest(name=name, page_size=limit)
        return tuple(self._calls.unary(self._stub.Search, request).matches)

    def market_bans(
        self,
        *,
        domain: Domain.ValueType = subject_pb2.DOMAIN_UNSPECIFIED,
        measure_code: str = "",
        region: str = "",
        on: str = "",
        page_size: int = PAGE,
    ) -> Listing[service.ListMarketBansResponse]:
        """Market bans in force on a day (empty = today) in the domains that are open to the caller."""

        def page(token: str) -> service.ListMarketBansResponse:
            request = service.ListMarketBansRequest(
                domain=domain,
                measure_code=measure_code,
                region=region,
                on=on,
                page_size=page_size,
                page_token=token,
            )
            return self._calls.unary(self._stub.ListMarketBans, request)

        return Listing(page(""), page, lambda response: response.bans)

    def listed(
        self, named: str, *, on: str = "", page_size: int = PAGE
    ) -> Listing[service.ListListedResponse]:
        """Who is on a list, by its code or a name it bears or bore; ``first.list`` says how fresh it is."""

        def page(token: str) -> service.ListListedResponse:
            request = service.ListListedRequest(list=named, on=on, page_size=page_size, page_token=token)
            return self._calls.unary(self._stub.ListListed, request)

        return Listing(page(""), page, lambda response: response.entries)

    def name_disputes(self) -> Iterator[Identity]:
        """Codes under names that disagree (一码多名), for a human to rule on; oldest first."""
        request = service.ListNameDisputesRequest(page_size=PAGE)
        while True:
            page = self._calls.unary(self._stub.ListNameDisputes, request)
            yield from map(Identity.of, page.disputes)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
