"""IncentiveService: requests to commands and back."""

from __future__ import annotations

from datetime import date

import grpc

from registry.access.identity import Caller
from registry.commands.ask import Ask, Found, Matter
from registry.commands.facilitations import Facilitations, RedListed, told
from registry.commands.identity import Identities
from registry.commands.measure_use import first_ms
from registry.commands.paging import page_size
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.incentives import Granted
from registry.servicer.answered import answered_at
from registry.servicer.gate import current_caller
from registry.servicer.questions import check_question
from registry.servicer.screen_messages import put_identity
from registry.v1 import incentive_service_pb2 as pb
from registry.v1 import incentive_service_pb2_grpc, restriction_service_pb2


class IncentiveServicer(incentive_service_pb2_grpc.IncentiveServiceServicer):
    """See incentive_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state
        self._facilitations = Facilitations(ask)
        self._identities = Identities(ask)

    def Incentives(
        self, request: pb.IncentivesRequest, context: grpc.ServicerContext
    ) -> pb.IncentivesResponse:
        """See incentive_service.proto."""
        found, matter = self._asked(request, context)
        response = pb.IncentivesResponse()
        for granted in self._facilitations.asked(found, matter):
            _put(response, granted, matter.caller)
        identity = self._identities.whole([found], matter)[0]
        put_identity(response.identity, identity, found, self._state.identifier_of)
        edition = matter.edition
        response.answered.CopyFrom(
            answered_at(self._state, matter.position, matter.valid_ms, edition.hash, edition.label)
        )
        return response

    def ListRedListed(
        self, request: pb.ListRedListedRequest, context: grpc.ServicerContext
    ) -> pb.ListRedListedResponse:
        """See incentive_service.proto."""
        size = page_size(request.page_size)
        found = self._facilitations.listed(request.list_code, _day(request.on), request.page_token, size)
        page, edition = found.page, found.edition
        return pb.ListRedListedResponse(
            entries=[self._entry(row, edition) for row in found.rows],
            next_page_token=found.token,
            answered=answered_at(self._state, page.position, first_ms(page.day), edition.hash, edition.label),
        )

    def _asked(self, request: pb.IncentivesRequest, context: grpc.ServicerContext) -> tuple[Found, Matter]:
        """The question settled at its two times; whole days are asked about, from their beginning."""
        check = restriction_service_pb2.CheckRequest(subject=request.subject, purpose=request.purpose)
        day = _day(request.on)
        if day is not None:
            check.valid_time.FromMilliseconds(first_ms(day))
        if request.HasField("consistency"):
            check.consistency.CopyFrom(request.consistency)
        check_question(check)
        time_left_s = context.time_remaining() if check.HasField("consistency") else None
        matter = self._ask.settle(check, current_caller.get(), time_left_s)
        found = self._ask.find(check.subject.type, check.subject.value)
        if found.personal:
            self._ask.require_purpose(matter)
        return found, matter

    def _entry(self, row: RedListed, edition: Edition) -> pb.RedListEntry:
        entry, ground = row.entry, row.entry.ground
        shown = edition.red_list(ground.code, ground.period.first)
        message = pb.RedListEntry(
            subject=self._state.identifier_of(ground.subject),
            name=row.name,
            list_code=ground.code,
            list_name=shown.name_zh if shown else "",
            state=entry.state,
            position=ground.position,
            objected=entry.objected,
        )
        if entry.notice is not None:
            message.publicised_from, message.publicised_until = _written(
                entry.notice.first, entry.notice.last
            )
        if entry.term is not None:
            first, message.until = _written(entry.term.first, entry.term.last)
            setattr(message, "from", first)
        return message


def _put(response: pb.IncentivesResponse, granted: Granted, caller: Caller) -> None:
    if granted.obstacle is None:
        _fill(response.incentives.add(), granted)
        return
    suspended = response.suspended.add()
    _fill(suspended.incentive, granted)
    suspended.reason, suspended.because_of_position = told(granted.obstacle, caller)


def _fill(message: pb.Incentive, granted: Granted) -> None:
    ground, measure = granted.ground, granted.measure
    message.measure_code, message.measure_name = measure.code, measure.name_zh
    message.discretionary = measure.discretionary
    if granted.red_list is not None:
        message.red_list_code, message.red_list_name = granted.red_list.code, granted.red_list.name_zh
    message.legal_basis.extend(granted.legal_basis)
    first, message.until = _written(ground.period.first, ground.period.last)
    setattr(message, "from", first)
    message.document.CopyFrom(ground.document)
    message.position = ground.position
    message.unconfirmed = granted.unconfirmed


def _written(first: date, last: date | None) -> tuple[str, str]:
    return first.isoformat(), last.isoformat() if last else ""


def _day(text: str) -> date | None:
    found = Findings()
    day = found.optional_day("on", text, "日期")
    if found.faults:
        raise RegistryError(found.faults)
    return day
