"""Checks of what a ban case proposes or announces (拟处理意见): as the decision would be, were it made today.

A measure must be in the edition of the day, within the department's mandate, able to fall on this kind of
subject and inside its bounds; an entry likewise. And the edition must have a rule of procedure for it: what
law does not put under the procedure is not decided by it.

Example: M-PRO-01 for 48 months is refused at ``ban_draft.proposal.measures[0].months``: 法定期限 12至36个月.
"""

from __future__ import annotations

from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.sanctions.admission.entry import check_entry
from registry.sanctions.admission.event import check_category, check_legal_basis
from registry.sanctions.admission.measure import check_measures
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.procedures import Needs
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

MAX_MONTHS = 1200
_SEVERITIES = frozenset(pb.Severity.values())


def check_proposal(
    found: Findings,
    path: str,
    proposal: pb.BanProposal,
    subject: subject_pb2.Subject,
    *,
    department: Department,
    edition: Edition,
    day: date,
) -> None:
    """Notes every fault of a proposal about a subject, by the law of a day."""
    if not proposal.measures and not proposal.list_code:
        message = "没有写明拟采取的措施或者拟列入的名单。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.measures", message)
    if proposal.severity not in _SEVERITIES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.severity", "严重程度不在代码表内。")
    if max([proposal.list_months, *(measure.months for measure in proposal.measures)]) > MAX_MONTHS:
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.measures", f"期限超过{MAX_MONTHS}个月。")
        return
    event = as_event(proposal, subject, department, day)
    check_category(found, path, event, department, edition)
    check_legal_basis(found, f"{path}.legal_basis", proposal.legal_basis, required=True)
    check_entry(found, path, event, department, edition)
    check_measures(found, path, event, department, edition)
    _check_procedure(found, path, proposal, edition, day)


def as_event(
    proposal: pb.BanProposal, subject: subject_pb2.Subject, department: Department, day: date
) -> pb.Event:
    """The event that a proposal would be if it were decided on a day, in force from then on."""
    event = pb.Event(
        subject=subject,
        category=proposal.category,
        severity=proposal.severity,
        list_code=proposal.list_code,
        legal_basis=proposal.legal_basis,
        effective_from=day.isoformat(),
        effective_until=_until(day, proposal.list_months) if proposal.list_code else "",
        document=pb.Document(
            authority=department.name, authority_code=department.code, decided_on=day.isoformat()
        ),
    )
    for measure in proposal.measures:
        imposed = event.measures.add(
            measure_code=measure.measure_code,
            until="" if measure.lifetime else _until(day, measure.months),
            lifetime=measure.lifetime,
            scope=measure.scope,
            capacity=measure.capacity,
        )
        setattr(imposed, "from", day.isoformat())
    return event


def needs_of(proposal: pb.BanProposal, edition: Edition, day: date) -> Needs:
    """What the procedure needs for a proposal, by the law of a day."""
    codes = [measure.measure_code for measure in proposal.measures]
    return edition.procedures.needs(_market_bans(codes, edition, day), codes, proposal.list_code, day)


def _check_procedure(
    found: Findings, path: str, proposal: pb.BanProposal, edition: Edition, day: date
) -> None:
    codes = [measure.measure_code for measure in proposal.measures]
    if not edition.procedures.has_bans:
        message = f"目录版本{edition.label}没有市场禁入的程序规则, 不能在本登记系统决定。"
        found.add(reasons.ERROR_REASON_PROCEDURE_NOT_IN_EDITION, path, message)
    elif not edition.procedures.covers(_market_bans(codes, edition, day), codes, proposal.list_code, day):
        message = "目录中没有这些措施或者名单的程序规则, 不能在本登记系统决定。"
        found.add(reasons.ERROR_REASON_PROCEDURE_NOT_IN_EDITION, path, message)


def _market_bans(codes: list[str], edition: Edition, day: date) -> list[str]:
    rows = ((code, edition.measure(code, day)) for code in codes)
    return [code for code, row in rows if row is not None and row.market_ban]


def _until(day: date, months: int) -> str:
    return add_months(day, months).isoformat() if months else ""
