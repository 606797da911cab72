"""RecordService: requests to commands and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import grpc

from registry.access.identity import Caller
from registry.commands.ask import Ask, Found, Matter
from registry.commands.facilitations import NO_VERDICT
from registry.commands.listing_pages import Listing
from registry.commands.listings import BanFilter, BansAsked, ListAsked
from registry.commands.measure_use import first_ms
from registry.commands.name_disputes import name_disputes
from registry.commands.name_search import search
from registry.commands.paging import page_size
from registry.commands.records import Records
from registry.domain.periods import Period
from registry.receipts.answers import GET_CERTIFICATE, GET_RECORD, Told
from registry.receipts.evidence import Rest
from registry.receipts.receipts import Receipts
from registry.sanctions.record.sections import Section, sections_of
from registry.servicer.answered import answered_at
from registry.servicer.gate import current_caller
from registry.servicer.messages import VerdictMessages, list_message
from registry.servicer.record_messages import RowMessages, section_message
from registry.servicer.record_questions import check_subject, day_asked, period_asked
from registry.servicer.screen_messages import put_identity
from registry.v1 import record_service_pb2 as pb
from registry.v1 import record_service_pb2_grpc
from registry.v1.restriction_service_pb2 import Answered, Purpose
from registry.v1.restriction_service_pb2 import Matter as Facts

_HIGHEST_SCORE = 10_000


class RecordServicer(record_service_pb2_grpc.RecordServiceServicer):
    """See record_service.proto."""

    def __init__(self, ask: Ask, receipts: Receipts | None = None) -> None:
        self._ask = ask
        self._receipts = receipts or Receipts(ask)
        self._state = ask.state
        self._records = Records(ask)
        messages = VerdictMessages(ask.state.origin, ask.state.identifier_of)
        self._rows = RowMessages(messages, ask.state.identifier_of)

    def GetRecord(self, request: pb.GetRecordRequest, context: grpc.ServicerContext) -> pb.GetRecordResponse:
        """See record_service.proto."""
        check_subject(request)
        with_receipt = self._receipts.require(request.receipt, [request.subject.value])
        found, matter = self._asked(request, day_asked(request.on), context)
        file = self._records.file(found, matter)
        self._tell(matter, [entry.position for entry in file.entries if entry.grounds])
        self._log(found, matter)
        shown = file.is_known or file.entries
        sections = sections_of(file.entries, matter.edition) if shown else ()
        response = pb.GetRecordResponse(sections=_sections(sections, matter), answered=self._answered(matter))
        put_identity(response.identity, file.identity, found, self._state.identifier_of)
        if with_receipt:
            positions = tuple(entry.stated.recorded.position for entry in file.entries)
            told = Told(GET_RECORD, request, response, (Rest(found, positions),))
            response.receipt.CopyFrom(self._receipts.make([told], request.receipt, matter)[0])
        return response

    def GetCertificate(
        self, request: pb.GetCertificateRequest, context: grpc.ServicerContext
    ) -> pb.GetCertificateResponse:
        """See record_service.proto."""
        check_subject(request)
        with_receipt = self._receipts.require(request.receipt, [request.subject.value])
        period = period_asked(request, self._ask.today())
        found, matter = self._asked(request, None, context)
        report = self._records.certificate(found, matter, period)
        entries = [entry for section in report.sections for entry in section.entries]
        self._tell(matter, [entry.position for entry in entries if entry.grounds])
        self._log(found, matter)
        lists = (list_message(code, matter.question.day, matter) for code in report.lists)
        response = pb.GetCertificateResponse(
            sections=_sections(report.sections, matter),
            nothing_recorded=report.nothing_recorded,
            lists=[told for told in lists if told is not None],
            statement=report.statement,
            answered=self._answered(matter),
        )
        _put_period(response, period)
        put_identity(response.identity, report.identity, found, self._state.identifier_of)
        if with_receipt:
            positions = tuple(entry.position for entry in entries)
            told = Told(GET_CERTIFICATE, request, response, (Rest(found, positions),))
            response.receipt.CopyFrom(self._receipts.make([told], request.receipt, matter)[0])
        return response

    def Search(self, request: pb.SearchRequest, context: grpc.ServicerContext) -> pb.SearchResponse:
        """See record_service.proto."""
        response = pb.SearchResponse()
        for found in search(self._state, request.name, request.page_size):
            response.matches.add(
                subject=self._state.identifier_of(found.subject),
                name=found.name,
                score=round(found.score * _HIGHEST_SCORE),
                former=found.former,
            )
        return response

    def ListMarketBans(
        self, request: pb.ListMarketBansRequest, context: grpc.ServicerContext
    ) -> pb.ListMarketBansResponse:
        """See record_service.proto."""
        wanted = BanFilter(request.domain, request.measure_code, request.region)
        on, caller = day_asked(request.on), current_caller.get()
        asked = BansAsked.of(self._ask, caller, wanted, on=on, token=request.page_token)
        listed = asked.page(page_size(request.page_size))
        matter = self._matter_of(asked.listing, caller)
        self._tell(matter, [row.ground.position for row in listed.rows])
        return pb.ListMarketBansResponse(
            bans=[self._rows.row(row, matter.edition) for row in listed.rows],
            next_page_token=listed.token,
            answered=self._answered(matter),
        )

    def ListListed(
        self, request: pb.ListListedRequest, context: grpc.ServicerContext
    ) -> pb.ListListedResponse:
        """See record_service.proto."""
        on, caller = day_asked(request.on), current_caller.get()
        asked = ListAsked.of(self._ask, caller, request.list, on=on, token=request.page_token)
        listed = asked.page(page_size(request.page_size))
        matter = self._matter_of(asked.listing, caller)
        self._tell(matter, [row.ground.position for row in listed.rows])
        return pb.ListListedResponse(
            entries=[self._rows.row(row, matter.edition) for row in listed.rows],
            next_page_token=listed.token,
            answered=self._answered(matter),
            list=list_message(asked.code, matter.question.day, matter),
        )

    def ListNameDisputes(
        self, request: pb.ListNameDisputesRequest, context: grpc.ServicerContext
    ) -> pb.ListNameDisputesResponse:
        """See record_service.proto."""
        caller, size = current_caller.get(), page_size(request.page_size)
        disputes = name_disputes(self._ask, caller, request.page_token, size)
        response = pb.ListNameDisputesResponse(
            next_page_token=disputes.token, answered=self._answered(disputes.matter)
        )
        for found, identity in disputes.identities:
            dispute = response.disputes.add()
            put_identity(dispute, identity, found, self._state.identifier_of)
            dispute.current.CopyFrom(self._state.identifier_of(found.ref))  # The code whose names disagree.
        return response

    def _asked(
        self,
        request: pb.GetRecordRequest | pb.GetCertificateRequest,
        on: date | None,
        context: grpc.ServicerContext,
    ) -> tuple[Found, Matter]:
        """Whom a question is about, and the question settled at its two times."""
        time_left_s = context.time_remaining() if request.HasField("consistency") else None
        matter = self._records.matter(
            current_caller.get(), request.purpose, request.consistency, on=on, time_left_s=time_left_s
        )
        found = self._ask.find(request.subject.type, request.subject.value)
        if found.personal:
            self._records.require_purpose(matter)
        return found, matter

    def _tell(self, matter: Matter, positions: Collection[int]) -> None:
        """Makes durable what the caller is told of, in every domain it may ask in if it states none."""
        if positions:
            self._ask.tell_of(matter, positions)

    def _log(self, found: Found, matter: Matter) -> None:
        """Puts a question about a natural person into the query log, before the answer leaves."""
        if found.personal:
            self._ask.log(matter, [(found, NO_VERDICT)])

    def _matter_of(self, listing: Listing, caller: Caller) -> Matter:
        """A listing as a question, for what is told of every answer."""
        page = listing.page
        return self._ask.matter(
            caller, Purpose(), Facts(), position=page.position, valid_ms=first_ms(page.day)
        )

    def _answered(self, matter: Matter) -> Answered:
        edition = matter.edition
        return answered_at(self._state, matter.position, matter.valid_ms, edition.hash, edition.label)


def _sections(sections: Iterable[Section], matter: Matter) -> list[pb.RecordSection]:
    day = matter.question.day
    return [section_message(each, day=day, edition=matter.edition, caller=matter.caller) for each in sections]


def _put_period(response: pb.GetCertificateResponse, period: Period) -> None:
    setattr(response, "from", period.first.isoformat())
    response.until = period.last.isoformat() if period.last else ""
