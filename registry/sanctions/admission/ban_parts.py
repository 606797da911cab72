"""Parts that the steps of a ban case have in common (各步骤的共同要求): that there is a case in the right
state, a service with its receipt, evidence with its digests, texts, and days.

A day of a step has come, and is not before the day of any step that the case has behind it.

Worked example: reviewed on 2026-10-14; a notice served on 2026-10-13, or on the day after it was received, is
refused at ``ban_notice.service.served_on``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.domain.faults import Findings
from registry.domain.quoting import quoted_code
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.event import SHA256_BYTES
from registry.sanctions.admission.texts import fits
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import STATES_ZH, STEPS, case_of
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

LONG_TEXT = 4000
_METHODS = frozenset(pb.ServiceMethod.values()) - {pb.SERVICE_METHOD_UNSPECIFIED}


def open_case(found: Findings, statement: pb.Statement, ledger: Ledger) -> Case | None:
    """The case that a step is of, if the step leads out of its state; None with a fault noted if not."""
    body = statement.WhichOneof("body") or ""
    rule, case = STEPS[body], case_of(statement, ledger)
    if case is None:
        number = "" if body == "ban_served" else getattr(statement, body).case_number
        what = f"案号{quoted_code(number)}" if number else "所指的决定"
        found.add(reasons.ERROR_REASON_CASE_UNKNOWN, body, f"本部门没有{what}的案件。")
        return None
    if case.told.department != statement.department:
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, body, "只能办理本部门的案件。")
        return None
    if case.told.state not in rule.states:
        message = f"案件{case.told.case_number}{STATES_ZH[case.told.state]}, 不能办理{rule.name}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, body, message)
        return None
    return case


def check_service(
    found: Findings, path: str, service: pb.ServiceRecord, day: date, *, since: date | None = None
) -> date | None:
    """Notes what a service lacks; answers its day."""
    if service.method not in _METHODS:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.method", "缺少送达方式。")
    check_evidence(found, f"{path}.receipt", (service.receipt,), required=True)
    return on_day(found, f"{path}.served_on", service.served_on, "送达日期", day, since=since)


def check_served_paper(
    found: Findings,
    path: str,
    paper: tuple[pb.Document, pb.ServiceRecord],
    day: date,
    statement: pb.Statement,
    *,
    ledger: Ledger,
    since: date | None,
) -> date | None:
    """Notes what a paper of the department, and its service, lack; answers the day of service."""
    document, service = paper
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, f"{path}.document", document, day, department)
    served = check_service(found, f"{path}.service", service, day, since=since)
    written = Findings().optional_day("", document.decided_on, "")
    if served and written and served < written:
        message = f"送达日期{served}早于文书日期{written}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.service.served_on", message)
    return served


def check_evidence(found: Findings, path: str, items: Sequence[pb.Evidence], *, required: bool) -> None:
    """Notes evidence that is missing where it is required, or without a digest."""
    if required and not items:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, "缺少证据。")
    if any(len(item.sha256) != SHA256_BYTES for item in items):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "证据、笔录和回证应附32字节的SHA-256摘要。")


def long_text(found: Findings, path: str, text: str, name: str) -> None:
    """Notes a text that is missing or too long."""
    found.required(path, text, name)
    fits(found, path, text, LONG_TEXT, name)


def on_day(
    found: Findings, path: str, text: str, name: str, received: date, *, since: date | None = None
) -> date | None:
    """A day that has come, and not before the day of the step it follows."""
    day = found.day(path, text, name)
    if day and day > received:
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, path, f"{name}{day}晚于接收日期{received}。")
    elif day and since and day < since:
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, f"{name}{day}早于前一步骤之日{since}。")
    return day


def last_day(case: Case | None) -> date | None:
    """The day of the latest step of a case."""
    return max(date.fromisoformat(act.on) for act in case.told.acts) if case else None


def notice_day(case: Case | None) -> date | None:
    """The day on which the notice was served."""
    days = [act.on for act in case.told.acts if act.step == ban.BAN_STEP_NOTICE] if case else []
    return date.fromisoformat(days[-1]) if days else None
