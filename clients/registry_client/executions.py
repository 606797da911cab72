"""What was done with verdicts (联合奖惩反馈): reporting it, and seeing which measures are applied.

    answer = registry.check(subject, question)
    ...
    registry.executions.report(
        "T-2026-031.refused", subject, question, answer,
        action=EXECUTION_ACTION_REFUSED, measure_codes=["M-PRO-01"],
    )

The registry answers the question again, at the position and the valid time of the answer, and refuses the
report if it does not come out the same. Reporting is safe to repeat under the same id. For a natural person
the identifier is needed again: answers show it masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import grpc

from registry.v1 import execution_service_pb2 as service
from registry.v1 import restriction_service_pb2 as restriction
from registry.v1 import verdict_pb2
from registry.v1.execution_service_pb2_grpc import ExecutionServiceStub
from registry.v1.subject_pb2 import Identifier
from registry_client.calls import Calls
from registry_client.question import Question
from registry_client.results import Answered, CheckResult, Verdict

PAGE = 1000
_VERDICTS = {
    Verdict.CLEAR: verdict_pb2.VERDICT_CLEAR,
    Verdict.REVIEW: verdict_pb2.VERDICT_REVIEW,
    Verdict.BLOCKED: verdict_pb2.VERDICT_BLOCKED,
    Verdict.INDETERMINATE: verdict_pb2.VERDICT_INDETERMINATE,
}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The report is durable; ``already_recorded``: it was before this call."""

    recorded_time: datetime
    already_recorded: bool


class Executions:
    """What was done with verdicts (联合奖惩反馈). One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = ExecutionServiceStub(channel)
        self._calls = calls

    def report(
        self,
        report_id: str,
        subject: Identifier,
        question: Question,
        answer: CheckResult,
        *,
        action: service.ExecutionAction.ValueType,
        reason: str = "",
        measure_codes: Sequence[str] = (),
    ) -> Acknowledged:
        """Reports what was done with the answer to a question; the two times are the answer's."""
        request = service.ReportExecutionRequest(
            report_id=report_id,
            check=restriction.CheckRequest(
                subject=subject, purpose=question.purpose(), matter=question.facts()
            ),
            answered=_answered(answer.answered),
            verdict=_VERDICTS[answer.verdict],
            action=action,
            reason=reason,
            measure_codes=measure_codes,
        )
        return self.send(request)

    def send(self, request: service.ReportExecutionRequest) -> Acknowledged:
        """Sends a report as it travels."""
        response = self._calls.unary(self._stub.ReportExecution, request, self._calls.submit_timeout)
        return Acknowledged(response.recorded_time.ToDatetime(UTC), response.already_recorded)

    def own(self, after: int = 0) -> Iterator[service.Execution]:
        """The caller's own reports, oldest first, without the first ``after``."""
        while True:
            request = service.ListOwnExecutionsRequest(after=after, page_size=PAGE)
            page = self._calls.unary(self._stub.ListOwnExecutions, request).executions
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].number

    def measure_use(self, *, first: str = "", last: str = "") -> tuple[service.MeasureUse, ...]:
        """Every measure with who applied it on these days (ISO 8601, inclusive; empty = not limited).

        Recent reports are not counted yet, see execution_service.proto."""
        request = service.ListMeasureUseRequest(until=last)
        setattr(request, "from", first)
        return tuple(self._calls.unary(self._stub.ListMeasureUse, request).uses)


def _answered(answered: Answered) -> restriction.Answered:
    message = restriction.Answered(
        origin=answered.origin,
        known_position=answered.known_position,
        edition=answered.edition,
        edition_label=answered.edition_label,
    )
    message.valid_time.FromDatetime(answered.valid_time)
    return message
