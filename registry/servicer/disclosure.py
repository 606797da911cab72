"""DisclosureService: what everybody may know, as messages."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask, Matter
from registry.commands.disclosed_bans import DEFAULT_SIZE, DisclosedBans
from registry.commands.listings import BanFilter
from registry.commands.organisations import find_organisations
from registry.commands.paging import page_size
from registry.commands.published import Published
from registry.commands.statistics import Statistics
from registry.commands.typical_cases import TypicalCases
from registry.sanctions.published_tally import month_text
from registry.servicer.answered import answered_at
from registry.servicer.disclosure_messages import (
    DisclosureMessages,
    clean_names,
    public_text,
    red_list_hit,
)
from registry.servicer.disclosure_questions import check_organisation, months_asked
from registry.servicer.messages import VerdictMessages
from registry.servicer.screen_messages import put_identity
from registry.v1 import disclosure_service_pb2 as pb
from registry.v1 import disclosure_service_pb2_grpc
from registry.v1.restriction_service_pb2 import Answered

_HIGHEST_SCORE = 10_000


class DisclosureServicer(disclosure_service_pb2_grpc.DisclosureServiceServicer):
    """See disclosure_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state
        self._published = Published(ask)
        self._cases = TypicalCases(ask, self._published)
        self._statistics = Statistics(ask, self._published)
        messages = VerdictMessages(ask.state.origin, ask.state.identifier_of)
        self._messages = DisclosureMessages(messages, ask.state.identifier_of)

    def FindOrganisations(
        self, request: pb.FindOrganisationsRequest, context: grpc.ServicerContext
    ) -> pb.FindOrganisationsResponse:
        """See disclosure_service.proto."""
        matter = self._published.now()
        response = pb.FindOrganisationsResponse(answered=self._answered(matter))
        for found in find_organisations(self._state, request.query, request.page_size):
            response.matches.add(
                subject=self._state.identifier_of(found.subject),
                name=public_text(found.name),
                score=round(found.score * _HIGHEST_SCORE),
                former=found.former,
            )
        return response

    def GetDisclosure(
        self, request: pb.GetDisclosureRequest, context: grpc.ServicerContext
    ) -> pb.GetDisclosureResponse:
        """See disclosure_service.proto."""
        check_organisation(request.subject)
        matter = self._published.now()
        found = self._ask.find(request.subject.type, request.subject.value)
        shown = self._published.of(found, matter)
        response = pb.GetDisclosureResponse(
            sections=[self._messages.section(section, matter) for section in shown.sections],
            restrictions=self._messages.restrictions(shown, found.ref, matter),
            red_lists=[red_list_hit(ground, matter.edition) for ground in shown.red_lists],
            answered=self._answered(matter),
        )
        put_identity(response.identity, shown.identity, found, self._state.identifier_of)
        clean_names(response.identity)
        return response

    def ListDisclosedBans(
        self, request: pb.ListDisclosedBansRequest, context: grpc.ServicerContext
    ) -> pb.ListDisclosedBansResponse:
        """See disclosure_service.proto."""
        wanted = BanFilter(request.domain, request.measure_code, request.region)
        asked = DisclosedBans.of(self._ask, self._published, wanted, request.page_token)
        listed = asked.page(page_size(request.page_size or DEFAULT_SIZE))
        return pb.ListDisclosedBansResponse(
            bans=[self._messages.ban(row, asked.matter.edition) for row in listed.rows],
            next_page_token=listed.token,
            answered=self._answered(asked.matter),
        )

    def ListTypicalCases(
        self, request: pb.ListTypicalCasesRequest, context: grpc.ServicerContext
    ) -> pb.ListTypicalCasesResponse:
        """See disclosure_service.proto."""
        cases = self._cases.page(request.page_token, request.page_size)
        return pb.ListTypicalCasesResponse(
            cases=[self._messages.case(case, cases.matter.edition) for case in cases.found],
            next_page_token=cases.token,
            answered=self._answered(cases.matter),
        )

    def GetStatistics(
        self, request: pb.GetStatisticsRequest, context: grpc.ServicerContext
    ) -> pb.GetStatisticsResponse:
        """See disclosure_service.proto."""
        first, last = months_asked(request, self._ask.today())
        tallied = self._statistics.between(first, last)
        moment, edition = tallied.moment, tallied.moment.edition
        return pb.GetStatisticsResponse(
            rows=[
                pb.StatisticsRow(
                    month=month_text(month), domain=domain, region=region, in_force=in_force, began=began
                )
                for month, (domain, region), in_force, began in tallied.months
            ],
            organisations=tallied.organisations,
            answered=answered_at(self._state, moment.position, tallied.valid_ms, edition.hash, edition.label),
        )

    def _answered(self, matter: Matter) -> Answered:
        edition = matter.edition
        return answered_at(self._state, matter.position, matter.valid_ms, edition.hash, edition.label)
