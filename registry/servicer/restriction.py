"""RestrictionService: requests to questions, decisions to answers."""

from __future__ import annotations

from dataclasses import replace

import grpc

from registry.commands.ask import Ask, Found, Matter
from registry.domain.identifiers import is_personal, mask
from registry.sanctions.verdict import CLEAR, Decision, Question
from registry.servicer.gate import current_caller
from registry.servicer.messages import VerdictMessages, found_codes
from registry.servicer.questions import check_batch, check_question
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import restriction_service_pb2_grpc, verdict_pb2

_DETAILS = {
    verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN: "没有这一主体的任何记录, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED: "法定应查的名单没有来源, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_SOURCE_STALE: "法定应查的名单报送已过时, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS: "同一代码对应不同名称或不同主体, 须由人员认定。",
}
_NOTHING: frozenset[str] = frozenset()


class RestrictionServicer(restriction_service_pb2_grpc.RestrictionServiceServicer):
    """See restriction_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._messages = VerdictMessages(ask.state.origin, ask.state.identifier_of)

    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        """See restriction_service.proto."""
        identifier = request.subject
        check_question(request)
        matter = self._ask.settle(request, current_caller.get(), _time_left(request, context))
        personal = is_personal(identifier.type)
        if personal:
            self._ask.require_purpose(matter)
        found = self._ask.find(identifier.type, identifier.value)
        decision = self._ask.decide(found, matter.question, matter)
        if personal:
            self._ask.log(matter, [(found, decision)])
        return self._answer(found, decision, matter)

    def BatchCheck(
        self, request: pb.BatchCheckRequest, context: grpc.ServicerContext
    ) -> pb.BatchCheckResponse:
        """See restriction_service.proto."""
        check_batch(request)
        matter = self._ask.settle(request, current_caller.get(), _time_left(request, context))
        personal = is_personal(request.identifier_type)
        if personal:
            self._ask.require_purpose(matter)
        questions = _questions(request, matter.question)
        if personal:
            decisions = self._ask_about_persons(request, questions, matter)
        else:
            decisions = self._ask.decide_organisations(request.identifiers, questions, matter)
        return self._batch_answer(decisions, {q.role: q for q in questions}, matter)

    def _ask_about_persons(
        self, request: pb.BatchCheckRequest, questions: list[Question], matter: Matter
    ) -> list[Decision]:
        subjects = [self._ask.find(request.identifier_type, value) for value in request.identifiers]
        decisions = [
            self._ask.decide(found, question, matter)
            for found, question in zip(subjects, questions, strict=True)
        ]
        self._ask.log(matter, list(zip(subjects, decisions, strict=True)))
        return decisions

    def _answer(self, found: Found, decision: Decision, matter: Matter) -> pb.CheckResponse:
        met = found_codes(decision.hits) if decision.hits else _NOTHING
        response = pb.CheckResponse()
        response.CopyFrom(self._frame(matter.question, matter, met))
        response.verdict = decision.verdict
        asked_about = response.subject
        asked_about.type, asked_about.value = found.type, mask(found.type, found.code)
        _date(response.answered, matter)
        for hit in decision.hits:
            self._messages.add_hit(response.hits, hit, matter.edition)
        if decision.indeterminate:
            response.indeterminate_reason = decision.indeterminate
            response.indeterminate_detail = found.fault or _DETAILS[decision.indeterminate]
        if not found.ref:
            response.ClearField("checked_and_empty")  # Nothing was examined under a code that is none.
        return response

    def _batch_answer(
        self, decisions: list[Decision], questions: dict[int, Question], matter: Matter
    ) -> pb.BatchCheckResponse:
        response = pb.BatchCheckResponse(verdicts=[decision.verdict for decision in decisions])
        for number, decision in enumerate(decisions):
            if decision is CLEAR:
                continue
            for hit in decision.hits:
                self._messages.add_hit(response.hits, hit, matter.edition)
                response.hit_subjects.append(number)
            if decision.indeterminate:
                response.indeterminate_subjects.append(number)
                response.indeterminate_reasons.append(decision.indeterminate)
        for question in questions.values():
            frame = self._frame(question, matter, _NOTHING)
            response.checked.add(role=question.role, checked=frame.checked_and_empty)
        response.answered.CopyFrom(self._frame(matter.question, matter, _NOTHING).answered)
        _date(response.answered, matter)
        return response

    def _frame(self, question: Question, matter: Matter, met: frozenset[str]) -> pb.CheckResponse:
        return self._messages.frame(question, matter, met)


def _time_left(
    request: pb.CheckRequest | pb.BatchCheckRequest, context: grpc.ServicerContext
) -> float | None:
    # Only a question for a position may have to wait.
    return context.time_remaining() if request.HasField("consistency") else None


def _date(answered: pb.Answered, matter: Matter) -> None:
    answered.known_position = matter.position
    valid_time = answered.valid_time
    valid_time.seconds, ms = divmod(matter.valid_ms, 1000)
    valid_time.nanos = ms * 1_000_000


def _questions(request: pb.BatchCheckRequest, question: Question) -> list[Question]:
    if not request.roles:
        return [question] * len(request.identifiers)
    by_role = {role: replace(question, role=role) for role in set(request.roles)}
    return [by_role[role] for role in request.roles]
