"""涉审中介服务机构: may this entry enter?

对行政审批所涉中介服务机构的服务质量、收费标准及资格资质进行监管 (沧州市进一步加强行政审批事中事后监管的实施意
见三(一)). An intermediary is an organisation; what it charges is stated, and its qualification with its last
day where one is required. It belongs to matters of the department in whose approvals its papers are used. A
qualification whose last day has passed may be stated: that it is overdue is what everybody then sees.

Example: the survey firm ZJ-1 serves SP-1 with 测绘资质乙级 until 2026-10-31: from 2026-11-01 it is shown 已过
期.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.domain.quoting import is_blank
from registry.sanctions.admission.texts import MAX_NAME
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission import rules
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement


def check_intermediary(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of an intermediary of approval (涉审中介)."""
    stated, path = statement.supervision.intermediary, "supervision.intermediary"
    before = parts.opens(found, statement, acting, "中介服务登记编号")
    parts.organisation(found, f"{path}.subject", stated.subject)
    parts.same_subject(found, f"{path}.subject", stated.subject, before)
    parts.text(found, f"{path}.service", stated.service, "服务事项", longest=MAX_NAME)
    parts.text(found, f"{path}.fee_standard", stated.fee_standard, "收费标准")
    _check_qualification(found, path, stated)
    if not stated.matters:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.matters", "缺少所涉审批事项。")
    rules.check_matters(found, f"{path}.matters", stated.matters, acting)
    since = found.day(f"{path}.effective_from", stated.effective_from, "登记日期")
    ended = found.optional_day(f"{path}.ended_on", stated.ended_on, "停止登记日期")
    parts.in_order(found, f"{path}.ended_on", since, ended, ("登记日期", "停止登记日期"))
    parts.applies_after(found, f"{path}.effective_from", since, before, acting.day)


def _check_qualification(found: Findings, path: str, stated: pb.Intermediary) -> None:
    """A qualification that is named has its number and its last day; where none is required none is named."""
    parts.optional_text(found, f"{path}.qualification", stated.qualification, "资质名称", longest=MAX_NAME)
    parts.optional_text(
        found, f"{path}.qualification_number", stated.qualification_number, "资质证书编号", longest=MAX_NAME
    )
    named = not is_blank(stated.qualification)
    if named:
        found.required(f"{path}.qualification_number", stated.qualification_number, "资质证书编号")
        found.day(f"{path}.qualified_until", stated.qualified_until, "资质有效期截止日")
    elif stated.qualification_number or stated.qualified_until:
        message = "写明了资质编号或者有效期, 却没有写明资质名称。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.qualification", message)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {"intermediary": check_intermediary}
