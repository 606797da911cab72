"""Tenders screened and watched, verdicts explained, identities resolved: methods of RestrictionService.

``RestrictionServicer`` has them from here, and gives the two things that its own methods share with these:
how a verdict is put into an answer, and under what an answer is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import grpc

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask, Found, Matter
from registry.commands.identity import Identities
from registry.commands.recipients import positions_met
from registry.commands.right_to_see import may_see_step
from registry.commands.screen import Screening, Screens
from registry.commands.watch import Watched, report_then, reports
from registry.domain.faults import told
from registry.errors import RegistryError
from registry.receipts.answers import CHECK, SCREEN, Told, checks_of_screen, rest_of
from registry.receipts.receipts import Receipts, refuse_receipt
from registry.sanctions.explanation.conclusion import conclusion_of
from registry.sanctions.explanation.steps import steps_of
from registry.sanctions.verdict import Decision
from registry.servicer.gate import current_caller
from registry.servicer.messages import VerdictMessages
from registry.servicer.questions import check_question
from registry.servicer.screen_changes import changes_between, says_anything_new
from registry.servicer.screen_messages import ScreenMessages, put_identity
from registry.servicer.tender_questions import MAX_TOLD, screen_faults, watch_faults
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import restriction_service_pb2_grpc, verdict_pb2
from registry.watches import TooManyWatchesError, Watch

_NO_VERDICT = Decision(verdict_pb2.VERDICT_UNSPECIFIED)
"""What the query log has of a question that asks for none."""


class ScreeningServicer(restriction_service_pb2_grpc.RestrictionServiceServicer):
    """See restriction_service.proto."""

    def __init__(self, ask: Ask, receipts: Receipts | None = None) -> None:
        self._ask = ask
        self._receipts = receipts or Receipts(ask)
        self._messages = VerdictMessages(ask.state.origin, ask.state.identifier_of)
        self._identities = Identities(ask)
        self._screens = Screens(ask, self._identities)
        self._reports = ScreenMessages(self._messages, ask.state.identifier_of, self._detail)

    def Screen(self, request: pb.ScreenRequest, context: grpc.ServicerContext) -> pb.ScreenResponse:
        """See restriction_service.proto."""
        faults = told(screen_faults(request), MAX_TOLD)
        codes = [party.subject.value for party in request.parties]
        with_receipts = self._receipts.require(request.receipt, codes, "parties[{}].subject.value")
        matter = self._screens.settle(request, current_caller.get(), context.time_remaining(), faults)
        screening = self._screens.report(request, matter)
        self._ask.tell(matter, [each.decision for each in screening.parties])
        self._screens.log(screening)
        response = self._report(request, screening)
        if with_receipts:
            answers = list(self._told_of_screen(request, response, screening))
            response.receipts.extend(self._receipts.make(answers, request.receipt, matter))
        return response

    def WatchScreen(
        self, request: pb.WatchScreenRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchScreenResponse]:
        """See restriction_service.proto."""
        state, caller = self._ask.state, current_caller.get()
        refuse_receipt(request.screen.receipt, "screen.receipt")
        position = state.known(request.since.known_position)
        asked = watch_faults(request, origin=state.origin, position=position)
        faults = told(asked, MAX_TOLD)
        self._screens.settle(request.screen, caller, context.time_remaining(), faults, "screen.")
        try:
            with state.index.watches.open() as watch:
                if context.add_callback(watch.end):
                    yield from self._watched(request, caller, watch)
        except TooManyWatchesError as error:
            message = "同时关注的项目已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message) from error

    def Explain(self, request: pb.ExplainRequest, context: grpc.ServicerContext) -> pb.ExplainResponse:
        """See restriction_service.proto."""
        check = request.check
        refuse_receipt(check.receipt, "check.receipt")
        check_question(check)
        matter, found = self._found(check, context)
        decision = self._ask.decide(found, matter.question, matter)
        self._ask.tell(matter, (decision,))
        if found.personal:
            self._ask.log(matter, [(found, decision)])
        return self._explained(found, decision, matter)

    def Resolve(self, request: pb.ResolveRequest, context: grpc.ServicerContext) -> pb.ResolveResponse:
        """See restriction_service.proto."""
        check = pb.CheckRequest(subject=request.subject, purpose=request.purpose)
        if request.HasField("consistency"):
            check.consistency.CopyFrom(request.consistency)
        check_question(check)
        matter, found = self._found(check, context)
        if found.personal:
            self._ask.log(matter, [(found, _NO_VERDICT)])
        response = pb.ResolveResponse(answered=self._answered(matter))
        identity = self._identities.whole([found], matter)[0]
        put_identity(response.identity, identity, found, self._ask.state.identifier_of)
        return response

    def _told_of_screen(
        self, request: pb.ScreenRequest, response: pb.ScreenResponse, screening: Screening
    ) -> Iterator[Told]:
        found = [each.found for each in screening.parties]
        decisions = [each.decision for each in screening.parties]
        if request.receipt.each:
            checks = checks_of_screen(request)
            yield from self._told_one_by_one(checks, found, decisions, screening.matter)
        else:
            yield Told(SCREEN, request, response, tuple(map(rest_of, found, decisions)))

    def _told_one_by_one(
        self,
        checks: Iterable[pb.CheckRequest],
        found: Sequence[Found],
        decisions: Sequence[Decision],
        matter: Matter,
    ) -> Iterator[Told]:
        """What Check would have been asked and have answered, for each subject of a larger question."""
        for check, each, decision in zip(checks, found, decisions, strict=True):
            of_role = matter._replace(question=replace(matter.question, role=check.matter.role))
            response = self._answer(each, decision, of_role)
            yield Told(CHECK, check, response, (rest_of(each, decision),))

    def _found(self, check: pb.CheckRequest, context: grpc.ServicerContext) -> tuple[Matter, Found]:
        """The question settled and its subject found; the purpose is stated where a person is asked about."""
        time_left_s = context.time_remaining() if check.HasField("consistency") else None
        matter = self._ask.settle(check, current_caller.get(), time_left_s)
        found = self._ask.find(check.subject.type, check.subject.value)
        if found.personal:
            self._ask.require_purpose(matter)
        return matter, found

    def _explained(self, found: Found, decision: Decision, matter: Matter) -> pb.ExplainResponse:
        record, caller = self._ask.record(found, matter) if found.ref else None, matter.caller
        steps = steps_of(
            matter.question,
            record,
            position=matter.position,
            edition=matter.edition,
            related=self._ask.related(record, matter) if record is not None else (),
            everything=caller.role is CallerRole.DEPARTMENT,
        )
        conclusion = conclusion_of(
            decision,
            matter.question,
            record,
            position=matter.position,
            edition=matter.edition,
            connected=matter.connected,
            delivered=matter.delivered,
        )
        return pb.ExplainResponse(
            answer=self._answer(found, decision, matter),
            steps=self._reports.steps(tuple(each for each in steps if may_see_step(each, caller)), matter),
            conclusion=conclusion,
        )

    def _watched(
        self, request: pb.WatchScreenRequest, caller: Caller, watch: Watch
    ) -> Iterator[pb.WatchScreenResponse]:
        """What changed since the answer the caller has, then each report that says anything new."""
        until_ms = request.until.ToMilliseconds() if request.HasField("until") else None
        watched = Watched(request.screen, caller, until_ms)
        known = self._report_then(watched, request.since) if request.HasField("since") else None
        first = True
        for screening in reports(watched, self._screens, watch):
            report = self._report(request.screen, screening)
            if first or known is None or says_anything_new(known, report):
                changes = changes_between(known, report) if known is not None else ()
                self._ask.note(screening.matter, positions_met(each.decision for each in screening.parties))
                self._screens.log(screening)
                yield pb.WatchScreenResponse(report=report, changes=changes)
                known, first = report, False

    def _report_then(self, watched: Watched, since: pb.Answered) -> pb.ScreenResponse:
        """The report that the caller had. Raises RegistryError if it cannot have been this one."""
        screening = report_then(watched, self._screens, since)
        if since.edition not in ("", screening.matter.edition.hash):
            message = "这份答复不能按其序号和时点重现: 目录版本不同。"
            raise RegistryError.of(reasons.ERROR_REASON_ANSWER_NOT_REPRODUCED, message, "since.edition")
        return self._report(watched.request, screening)

    def _report(self, request: pb.ScreenRequest, screening: Screening) -> pb.ScreenResponse:
        return self._reports.report(request, screening, self._answered(screening.matter))

    def _answer(self, found: Found, decision: Decision, matter: Matter) -> pb.CheckResponse:
        raise NotImplementedError

    def _answered(self, matter: Matter) -> pb.Answered:
        raise NotImplementedError

    def _detail(self, found: Found, decision: Decision, matter: Matter) -> str:
        raise NotImplementedError
