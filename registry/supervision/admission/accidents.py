"""事故 (安全事故倒查): what happened where and when, from which responsibility is traced back.

It is stated by the operator of the registry, or by a department that answers for safety in one of the four
areas (食品药品、生态环境、生产安全…) or oversees others; about a subject, or approval matters, or both.
A matter need not be in any catalogue: that it is in none is one of the things to be found.

Worked example: an explosion of 2026-11-02 at a firm that holds the permit SP-7, looked back on for 1,095
days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.domain.scopes import region_fault
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

KINDS = frozenset(
    {
        "emergency", "market_reg", "drug", "ecology", "health", "housing", "transport", "fire",
        "agriculture", "oversight", "discipline", "procuratorate",
    }
)  # fmt: skip
"""Kinds of departments that may state an accident, beside the operator."""
LOOK_BACK_DAYS = 1095
MAX_LOOK_BACK_DAYS = 3650
MAX_MATTERS = 20


def check_accident(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an accident."""
    accident, path = statement.supervision.accident, "supervision.accident"
    parts.opens(found, statement, acting, "事故编号")
    if not acting.is_operator:
        parts.of_kind(found, acting, KINDS, "登记机构、安全监管部门或者督查、监察机关")
    parts.kind_is(found, f"{path}.area", accident.area, pb.AccidentArea, "事故类别")
    parts.came(found, f"{path}.occurred_on", accident.occurred_on, "事故发生日期", acting.day)
    parts.text(found, f"{path}.place", accident.place, "事故地点", longest=200)
    parts.text(found, f"{path}.account", accident.account, "事故情况")
    if not accident.region or region_fault(accident.region):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.region", "事故地区应为六位行政区划代码。")
    if accident.look_back_days > MAX_LOOK_BACK_DAYS:
        message = f"倒查期限不超过{MAX_LOOK_BACK_DAYS}日。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.look_back_days", message)
    _check_concerned(found, path, accident)


def _check_concerned(found: Findings, path: str, accident: pb.Accident) -> None:
    if accident.HasField("subject"):
        parts.organisation(found, f"{path}.subject", accident.subject)
    elif not accident.matters:
        message = "应写明涉事主体或者涉及的审批事项。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.subject", message)
    if len(accident.matters) > MAX_MATTERS:
        found.add(reasons.ERROR_REASON_TOO_LARGE, f"{path}.matters", f"审批事项不超过{MAX_MATTERS}项。")
    for place, number in enumerate(accident.matters[:MAX_MATTERS]):
        parts.number(found, f"{path}.matters[{place}]", number, "审批事项编号")
    if len(set(accident.matters)) < len(accident.matters):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.matters", "同一审批事项写了两次。")


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {"accident": check_accident}
