"""The trace of an accident as a sheet: the timeline, and what is missing.

Example: the row 2026-12-03, 41, 逾期步骤, 消防, 示例甲(A-1), 签收告知移送: 最后期限2026-12-03…, 移送 YS-7.
"""

from __future__ import annotations

from registry.v1 import accountability_service_pb2 as pb
from registry_papers.accountability.names import AREAS, TRACES, Names, file_name
from registry_papers.accountability.sheet import Row, Sheet, Table
from registry_papers.masking import visible

TITLE = "事故倒查情况"


def trace_sheet(trace: pb.TraceAccidentResponse, names: Names) -> Sheet:
    """A trace as a sheet."""
    return Sheet(
        title=TITLE,
        facts=(
            ("事故", f"{file_name(trace.file.kind, trace.file.number)}, {AREAS.get(trace.area, '')}"),
            ("发生", f"{trace.occurred_on}, 行政区划{visible(trace.region)}"),
            ("涉事主体", visible(trace.subject) or "未写明"),
            ("审批事项", "、".join(map(visible, trace.matters)) or "未写明"),
            ("倒查期间", f"{getattr(trace, 'from')} 至 {trace.on}"),
            ("数据截至", f"登记日志序号{trace.known_position}, 办理情况至{trace.on}"),
        ),
        tables=(_gaps(trace), _timeline(trace, names)),
        limits=tuple(trace.limits),
        day=trace.on,
    )


def _gaps(trace: pb.TraceAccidentResponse) -> Table:
    rows = tuple((TRACES.get(each.kind, ""), visible(each.matter), visible(each.text)) for each in trace.gaps)
    return Table("gaps", "一、没有记录的", ("类别", "审批事项", "情况"), rows, (1, 2, 7), "没有发现空白。")


def _timeline(trace: pb.TraceAccidentResponse, names: Names) -> Table:
    rows = tuple(_entry(each, names) for each in trace.entries)
    return Table(
        "entries",
        "二、时间顺序",
        ("日期", "序号", "类别", "部门", "办理人员", "情况", "卷宗", "说明"),
        rows,
        (2, 1, 1, 4, 3, 7, 3, 2),
        "该期间没有记录。",
        f"只列出{len(rows)}行, 还有更多; 请缩短倒查天数或者写明主体。" if trace.more else "",
    )


def _entry(entry: pb.TraceEntry, names: Names) -> Row:
    notes = ["事故发生后才登记"] if entry.recorded_after else []
    if entry.received_on and entry.received_on != entry.day:
        notes.append(f"{entry.received_on}登记")
    line = entry.duty
    file = file_name(entry.file.kind, entry.file.number) or visible(line.reference)
    overdue = entry.kind == pb.TRACE_KIND_OVERDUE
    signers = names.signers(
        entry.department, entry.official_ids, [*entry.sections, *[""] * len(entry.official_ids)]
    )
    return (
        entry.day,
        str(entry.position),
        TRACES.get(entry.kind, ""),
        names.department(entry.department) if entry.department else "登记系统",
        signers or (names.official("", "") if overdue else ""),
        visible(entry.text)
        + (f"; 依据: {visible(line.obligation.basis)}" if overdue and line.obligation.basis else ""),
        file,
        "; ".join(notes),
    )
