"""RestrictionService: requests to questions, decisions to answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from registry.commands.ask import Ask, Found, Matter
from registry.commands.ask_many import AskMany
from registry.current_call import step
from registry.domain.identifiers import mask, names_a_subject
from registry.receipts.answers import BATCH_CHECK, CHECK, Told, checks_of_batch, rest_of
from registry.receipts.receipts import Receipts
from registry.sanctions.hit_message import put_brief
from registry.sanctions.verdict import CLEAR, Decision, Question
from registry.servicer.columns import columns_of
from registry.servicer.gate import current_caller, registry_error
from registry.servicer.messages import found_codes
from registry.servicer.questions import asks_about_a_person, check_batch, check_columns, check_question
from registry.servicer.screen_messages import put_identity
from registry.servicer.screening import ScreeningServicer
from registry.servicer.streamed import Elsewhere, Methods, streamed
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

_DETAILS = {
    verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN: "没有这一主体的任何记录, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED: "法定应查的来源没有接入, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_SOURCE_STALE: "法定应查的名单报送已过时, 不能据此认为未受限制。",
    verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS: "同一代码对应不同名称或不同主体, 须由人员认定。",
}
_NOT_LINKED = "这一旧代码没有关联到任何主体, 请改用统一社会信用代码查询; 不能据此认为未受限制。"
_NOTHING: frozenset[str] = frozenset()
_UNKNOWN = verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN


class RestrictionServicer(ScreeningServicer):
    """See restriction_service.proto. ``elsewhere`` puts to the writer what a stream asks and this process may
    not answer."""

    def __init__(
        self, ask: Ask, receipts: Receipts | None = None, elsewhere: Elsewhere | None = None
    ) -> None:
        super().__init__(ask, receipts)
        self._elsewhere = elsewhere
        self._many = AskMany(ask)

    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        """See restriction_service.proto."""
        identifier = request.subject
        check_question(request)
        with_receipt = request.HasField("receipt") and self._receipts.require(
            request.receipt, [identifier.value]
        )
        matter = self._ask.settle(request, current_caller.get(), _time_left(request, context))
        found = self._ask.find(identifier.type, identifier.value)
        personal = found.personal
        if personal:
            self._ask.require_purpose(matter)
        with step("verdict"):
            decision = self._ask.decide(found, matter.question, matter)
        if decision.hits:
            self._ask.tell(matter, (decision,))
        if personal:
            self._ask.log(matter, [(found, decision)])
        response = self._answer(found, decision, matter)
        if with_receipt:
            told = Told(CHECK, request, response, (rest_of(found, decision),))
            response.receipt.CopyFrom(self._receipts.make([told], request.receipt, matter)[0])
        self._ask.verdicts.one(matter.question.domain, decision)
        return response

    def BatchCheck(
        self, request: pb.BatchCheckRequest, context: grpc.ServicerContext
    ) -> pb.BatchCheckResponse:
        """See restriction_service.proto."""
        check_batch(request)
        with_receipts = self._receipts.require(request.receipt, request.identifiers, "identifiers[{}]")
        matter = self._ask.settle(request, current_caller.get(), _time_left(request, context))
        if asks_about_a_person(request.identifier_type, request.identifiers):
            self._ask.require_purpose(matter)
        questions = _questions(request, matter.question)
        if request.identifier_type == subject_pb2.IDENTIFIER_TYPE_USCC:
            decisions = self._many.decide(request.identifiers, questions, matter)
        else:
            decisions = self._one_by_one(request, questions, matter)
        self._ask.tell(matter, decisions)
        response = self._batch_answer(request, decisions, {q.role: q for q in questions}, matter)
        if with_receipts:
            told = list(self._told_of_batch(request, response, decisions, matter))
            response.receipts.extend(self._receipts.make(told, request.receipt, matter))
        self._ask.verdicts.many(matter.question.domain, decisions)
        return response

    def CheckColumns(
        self, request: pb.CheckColumnsRequest, context: grpc.ServicerContext
    ) -> pb.CheckColumnsResponse:
        """See restriction_service.proto."""
        check_columns(request)
        matter = self._ask.settle(request, current_caller.get(), _time_left(request, context))
        columns = self._many.columns(request.codes, matter)
        self._ask.tell(matter, [decision for _, decision in columns.met])
        response = columns_of(columns)
        response.answered.CopyFrom(self._answered(matter))
        return response

    def StreamCheck(
        self, request_iterator: Iterator[pb.StreamCheckRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamCheckResponse]:
        """See restriction_service.proto."""
        methods: Methods = {"check": self.Check, "batch": self.BatchCheck, "columns": self.CheckColumns}
        error_of = partial(registry_error, "StreamCheck")
        return streamed(request_iterator, context, methods, elsewhere=self._elsewhere, error_of=error_of)

    def _told_of_batch(
        self,
        request: pb.BatchCheckRequest,
        response: pb.BatchCheckResponse,
        decisions: list[Decision],
        matter: Matter,
    ) -> Iterator[Told]:
        found = [self._ask.find(request.identifier_type, value) for value in request.identifiers]
        if request.receipt.each:
            yield from self._told_one_by_one(checks_of_batch(request), found, decisions, matter)
        else:
            yield Told(BATCH_CHECK, request, response, tuple(map(rest_of, found, decisions)))

    def _one_by_one(
        self, request: pb.BatchCheckRequest, questions: list[Question], matter: Matter
    ) -> list[Decision]:
        subjects = [self._ask.find(request.identifier_type, value) for value in request.identifiers]
        decisions = [
            self._ask.decide(found, question, matter)
            for found, question in zip(subjects, questions, strict=True)
        ]
        answers = zip(subjects, decisions, strict=True)
        if personal := [(found, decision) for found, decision in answers if found.personal]:
            self._ask.log(matter, personal)
        return decisions

    def _answer(self, found: Found, decision: Decision, matter: Matter) -> pb.CheckResponse:
        met = found_codes(decision.hits) if decision.hits else _NOTHING
        response = pb.CheckResponse()
        response.CopyFrom(self._frame(matter.question, matter, met))
        response.verdict = decision.verdict
        asked_about = response.subject
        # An organisation is kept under its code, which is public.
        shown = found.code if found.ref == found.code else mask(found.type, found.code)
        asked_about.type, asked_about.value = found.type, shown
        self._date(response.answered, matter)
        self._identify(response.identity, found, matter)
        for hit in decision.hits:
            self._messages.add_hit(response.hits, hit, matter.edition)
        if decision.indeterminate:
            response.indeterminate_reason = decision.indeterminate
            response.indeterminate_detail = self._detail(found, decision, matter)
        if not found.ref:
            response.ClearField("checked_and_empty")  # Nothing was examined under a code that is none.
        return response

    def _detail(self, found: Found, decision: Decision, matter: Matter) -> str:
        if found.fault:
            return found.fault
        unknown = decision.indeterminate == verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
        if unknown and not names_a_subject(found.type):
            record = self._ask.record(found, matter)
            if record is None or record.ref == found.ref:
                return _NOT_LINKED
        return _DETAILS[decision.indeterminate]

    def _batch_answer(
        self,
        request: pb.BatchCheckRequest,
        decisions: list[Decision],
        questions: dict[int, Question],
        matter: Matter,
    ) -> pb.BatchCheckResponse:
        response = pb.BatchCheckResponse(verdicts=[decision.verdict for decision in decisions])
        detail = request.options.hits
        for number, decision in enumerate(decisions):
            if decision is CLEAR:
                continue
            if decision.hits and detail != pb.HIT_DETAIL_NONE:
                self._add_hits(response, number, decision, matter, brief=detail == pb.HIT_DETAIL_BRIEF)
            if decision.indeterminate:
                response.indeterminate_subjects.append(number)
                response.indeterminate_reasons.append(decision.indeterminate)
                response.indeterminate_details.append(self._detail_of(request, number, decision, matter))
        for question in () if request.options.without_checked else questions.values():
            frame = self._frame(question, matter, _NOTHING)
            response.checked.add(role=question.role, checked=frame.checked_and_empty)
        response.answered.CopyFrom(self._answered(matter))
        response.keys.extend(request.keys)
        return response

    def _add_hits(
        self,
        response: pb.BatchCheckResponse,
        number: int,
        decision: Decision,
        matter: Matter,
        *,
        brief: bool,
    ) -> None:
        for hit in decision.hits:
            if brief:
                put_brief(response.hits.add(), hit)
            else:
                self._messages.add_hit(response.hits, hit, matter.edition)
        response.hit_subjects.extend([number] * len(decision.hits))

    def _detail_of(
        self, request: pb.BatchCheckRequest, number: int, decision: Decision, matter: Matter
    ) -> str:
        """Why nothing can be said of one identifier of a batch. Of an organisation that is simply unknown, as
        most are, it is always the same."""
        if decision.indeterminate == _UNKNOWN and request.identifier_type == subject_pb2.IDENTIFIER_TYPE_USCC:
            return _DETAILS[_UNKNOWN]
        found = self._ask.find(request.identifier_type, request.identifiers[number])
        return self._detail(found, decision, matter)

    def _answered(self, matter: Matter) -> pb.Answered:
        answered = pb.Answered()
        answered.CopyFrom(self._frame(matter.question, matter, _NOTHING).answered)
        self._date(answered, matter)
        return answered

    def _identify(self, message: verdict_pb2.Resolution, found: Found, matter: Matter) -> None:
        identity = self._identities.brief(found, matter)
        if identity.only_status:
            message.status = identity.status
        else:
            put_identity(message, identity, found, self._ask.state.identifier_of)

    def _date(self, answered: pb.Answered, matter: Matter) -> None:
        answered.known_position = matter.position
        _set(answered.known_time, self._ask.state.received_ms(matter.position))
        _set(answered.valid_time, matter.valid_ms)

    def _frame(self, question: Question, matter: Matter, met: frozenset[str]) -> pb.CheckResponse:
        return self._messages.frame(question, matter, met)


def _time_left(
    request: pb.CheckRequest | pb.BatchCheckRequest | pb.CheckColumnsRequest,
    context: grpc.ServicerContext,
) -> float | None:
    # Only a question for a position may have to wait.
    return context.time_remaining() if request.HasField("consistency") else None


def _set(instant: Timestamp, ms: int) -> None:
    instant.seconds, rest = divmod(ms, 1000)
    instant.nanos = rest * 1_000_000


def _questions(request: pb.BatchCheckRequest, question: Question) -> list[Question]:
    if not request.roles:
        return [question] * len(request.identifiers)
    by_role = {role: replace(question, role=role) for role in set(request.roles)}
    return [by_role[role] for role in request.roles]
