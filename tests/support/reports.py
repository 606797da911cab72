"""Reports of execution as systems make them: a question, the answer it had, and what was done with it.

request = report_on(spine, "R-1", firm(1), measures=["M-PRO-01"])
spine.engine.executions.report(request, system(subject_pb2.DOMAIN_PROCUREMENT))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.access.identity import Caller
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.clock import instant_ms
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, TODAY, Spine

PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT


def system(domain: subject_pb2.Domain.ValueType = PROCUREMENT, name: str = "asker") -> Caller:
    """A system that asks in a domain."""
    return Caller(ROLE_OF_DOMAIN[domain], name, ORIGIN)


def question(
    subject: Subject,
    domain: subject_pb2.Domain.ValueType = PROCUREMENT,
    role: subject_pb2.SubjectRole.ValueType = subject_pb2.SUBJECT_ROLE_BIDDER,
) -> restriction_service_pb2.CheckRequest:
    """May the subject take part in a compulsory tender, or whatever the domain is about?"""
    asked = restriction_service_pb2.CheckRequest(subject=subject.identifier)
    asked.purpose.domain = domain
    asked.purpose.reference, asked.purpose.reason = "沧示采〔2026〕12号", "资格审查"
    asked.matter.role = role
    asked.matter.tender_kind = subject_pb2.TENDER_KIND_COMPULSORY
    return asked


def answered(spine: Spine, on: date = TODAY, at: int | None = None) -> restriction_service_pb2.Answered:
    """Under what a question is answered on a day, as known now or at a position."""
    position = spine.position if at is None else at
    edition = spine.engine.state.edition_at(position, on)
    message = restriction_service_pb2.Answered(
        origin=ORIGIN, known_position=position, edition=edition.hash, edition_label=edition.label
    )
    message.valid_time.FromMilliseconds(instant_ms(on))
    return message


def report_on(
    spine: Spine,
    report_id: str,
    subject: Subject,
    *,
    verdict: verdict_pb2.Verdict.ValueType = verdict_pb2.VERDICT_BLOCKED,
    action: pb.ExecutionAction.ValueType = pb.EXECUTION_ACTION_REFUSED,
    measures: Sequence[str] = (),
    reason: str = "",
    domain: subject_pb2.Domain.ValueType = PROCUREMENT,
    role: subject_pb2.SubjectRole.ValueType = subject_pb2.SUBJECT_ROLE_BIDDER,
    on: date = TODAY,
    at: int | None = None,
) -> pb.ReportExecutionRequest:
    """A report on an answer of which its caller says that it was ``verdict``."""
    return pb.ReportExecutionRequest(
        report_id=report_id,
        check=question(subject, domain, role),
        answered=answered(spine, on, at),
        verdict=verdict,
        action=action,
        reason=reason,
        measure_codes=measures,
    )
