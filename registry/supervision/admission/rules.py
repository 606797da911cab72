"""监管制度: may this draft enter?

各部门对本部门的审批事项逐项或分类制定监管制度, 明确监管对象、内容、方式和措施 (沧州市进一步加强行政审批事中事
后监管的实施意见 五(二)). A draft is for matters or classes of the department's own that have not ended, and
states all four, its law and, by digest, its whole text. What becomes of it is in ``rule_steps``.

Example: ZD-1 of 市场监管 for SP-2, which only 住建 has: FILE_UNKNOWN at ``supervision.rule.matters[0]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.sanctions.admission.texts import MAX_NAME
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.matters import ended_by
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

MAX_MATTERS = 500


def check_rule(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of a draft."""
    rule, path = statement.supervision.rule, "supervision.rule"
    parts.opens(found, statement, acting, "制度编号")
    parts.text(found, f"{path}.title", rule.title, "制度名称", longest=MAX_NAME)
    if not (rule.matters or rule.matter_classes):
        message = "缺少所监管的审批事项或者类别; 监管制度逐项或者分类制定。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.matters", message)
    check_matters(found, f"{path}.matters", rule.matters, acting)
    _check_classes(found, f"{path}.matter_classes", rule.matter_classes, acting)
    for field, name in (
        ("object", "监管对象"),
        ("content", "监管内容"),
        ("manner", "监管方式"),
        ("measures", "监管措施"),
    ):
        parts.text(found, f"{path}.{field}", getattr(rule, field), name)
    parts.articles(found, f"{path}.legal_basis", rule.legal_basis)
    parts.evidence_item(found, f"{path}.text", rule.text)
    parts.came(found, f"{path}.drafted_on", rule.drafted_on, "起草日期", acting.day)


def check_matters(found: Findings, path: str, numbers: Sequence[str], acting: Acting) -> None:
    """Notes numbers that are no matters of the department, of matters that have ended, too many or twice."""
    if len(numbers) > MAX_MATTERS or len(set(numbers)) < len(numbers):
        message = f"审批事项不超过{MAX_MATTERS}项, 每项只写一次。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)
        return
    for place, number in enumerate(numbers):
        file = acting.ledger.file(_matter(acting.code, number))
        if file is None:
            message = "本部门没有登记这一审批事项; 请先登记事项, 或者核对编号。"
            found.add(reasons.ERROR_REASON_FILE_UNKNOWN, f"{path}[{place}]", message)
        elif ended_by(file, acting.day):
            message = "这一审批事项已停止实施。"
            found.add(reasons.ERROR_REASON_FILE_UNKNOWN, f"{path}[{place}]", message)


def _matter(department: str, number: str) -> pb.FileReference:
    return pb.FileReference(kind=pb.FILE_KIND_MATTER, department=department, number=number)


def _check_classes(found: Findings, path: str, classes: Sequence[str], acting: Acting) -> None:
    if len(classes) > MAX_MATTERS or len(set(map(comparable, classes))) < len(classes):
        message = f"类别不超过{MAX_MATTERS}个, 每个只写一次。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)
        return
    matters = acting.ledger.files_of(pb.FILE_KIND_MATTER, acting.code) if classes else []
    running = [each for each in matters if not ended_by(each, acting.day)]
    known = {comparable(name) for each in running for name in each.matter_classes}
    for place, name in enumerate(classes):
        if comparable(name) not in known:
            message = "本部门没有这一类别的审批事项。"
            found.add(reasons.ERROR_REASON_FILE_UNKNOWN, f"{path}[{place}]", message)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {"rule": check_rule}
