"""RestrictionService: requests to questions, decisions to answers."""

from __future__ import annotations

from dataclasses import replace

import grpc

from registry.commands.ask import Ask, Found, Matter
from registry.domain.identifiers import is_personal, mask
from registry.sanctions.verdict import Decision, Question
from registry.servicer.gate import current_caller
from registry.servicer.messages import VerdictMessages, found_codes
from registry.servicer.questions import check_batch, check_question
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import restriction_service_pb2_grpc, verdict_pb2

_DETAILS = {
    verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN: "没有这一主体的任何记录, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED: "法定应查的名单没有来源, 不能据此认为未受限制。",
}


class RestrictionServicer(restriction_service_pb2_grpc.RestrictionServiceServicer):
    """See restriction_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._messages = VerdictMessages()

    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        """See restriction_service.proto."""
        identifier = request.subject
        check_question(request)
        matter = self._ask.settle(request, current_caller.get(), context.time_remaining())
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
        matter = self._ask.settle(request, current_caller.get(), context.time_remaining())
        personal = is_personal(request.identifier_type)
        if personal:
            self._ask.require_purpose(matter)
        questions = _questions(request, matter.question)
        find, decide, kind = self._ask.find, self._ask.decide, request.identifier_type
        subjects = [find(kind, value) for value in request.identifiers]
        decisions = [
            decide(found, question, matter) for found, question in zip(subjects, questions, strict=True)
        ]
        if personal:
            self._ask.log(matter, list(zip(subjects, decisions, strict=True)))
        return self._batch_answer(decisions, {q.role: q for q in questions}, matter)

    def _answer(self, found: Found, decision: Decision, matter: Matter) -> pb.CheckResponse:
        response = pb.CheckResponse(
            verdict=decision.verdict,
            hits=[self._messages.hit(hit, matter.edition) for hit in decision.hits],
            answered=self._answered(matter),
        )
        response.subject.type = found.type
        response.subject.value = mask(found.type, found.code)
        if decision.indeterminate:
            response.indeterminate_reason = decision.indeterminate
            response.indeterminate_detail = found.fault or _DETAILS[decision.indeterminate]
        if found.ref:  # Nothing was examined under a code that is none.
            met = found_codes(decision.hits) if decision.hits else frozenset()
            checked = self._messages.checked(matter.question, matter.edition, matter.lists_connected, met)
            response.checked_and_empty.CopyFrom(checked)
        return response

    def _batch_answer(
        self, decisions: list[Decision], questions: dict[int, Question], matter: Matter
    ) -> pb.BatchCheckResponse:
        response = pb.BatchCheckResponse(
            verdicts=[decision.verdict for decision in decisions], answered=self._answered(matter)
        )
        for number, decision in enumerate(decisions):
            if decision.hits:
                response.hits.extend([self._messages.hit(hit, matter.edition) for hit in decision.hits])
                response.hit_subjects.extend([number] * len(decision.hits))
            if decision.indeterminate:
                response.indeterminate_subjects.append(number)
                response.indeterminate_reasons.append(decision.indeterminate)
        for question in questions.values():
            checked = self._messages.checked(question, matter.edition, matter.lists_connected, frozenset())
            response.checked.add(role=question.role, checked=checked)
        return response

    def _answered(self, matter: Matter) -> pb.Answered:
        answered = pb.Answered(
            origin=self._ask.state.origin,
            known_position=matter.position,
            edition=matter.edition.hash,
            edition_label=matter.edition.label,
        )
        answered.valid_time.FromMilliseconds(matter.valid_ms)
        return answered


def _questions(request: pb.BatchCheckRequest, question: Question) -> list[Question]:
    if not request.roles:
        return [question] * len(request.identifiers)
    by_role = {role: replace(question, role=role) for role in set(request.roles)}
    return [by_role[role] for role in request.roles]
