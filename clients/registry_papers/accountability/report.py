"""The report of a period as a sheet. Rows stand in the order of the answer: by department, day and position.

Example: a step that was late is the row 消防, 示例甲(A-1), 签收告知移送, 移送 YS-1, 2026-10-08, 2026-10-09,
1, 实施意见…, 41.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import accountability_service_pb2 as pb
from registry_papers.accountability.names import PROCEDURE, TELLINGS, Names, file_name
from registry_papers.accountability.sheet import Row, Sheet, Table
from registry_papers.masking import visible

TITLE = "监管责任情况报告"
MORE = "只列出前{}行; 请缩短期间或者按部门、人员查询。"
STATES: Mapping[int, str] = {
    pb.DUTY_STATE_MET: "按期办理",
    pb.DUTY_STATE_MET_LATE: "逾期办理",
    pb.DUTY_STATE_UNMET: "逾期未办理",
    pb.DUTY_STATE_RUNNING: "期限未到",
}
_COUNTS = ("按期办理", "逾期办理", "逾期未办理", "期限未到")


def report_sheet(report: pb.GetAccountabilityReportResponse, names: Names) -> Sheet:
    """A report as a sheet."""
    whose = names.department(report.department) if report.department else "全部部门"
    official = [("人员", names.official(report.department, report.official_id))] if report.official_id else []
    return Sheet(
        title=TITLE,
        facts=(
            ("期间", f"{getattr(report, 'from')} 至 {report.until}"),
            ("部门", whose),
            *official,
            ("数据截至", f"登记日志序号{report.known_position}, 办理情况至{report.on}"),
        ),
        tables=(
            _totals(report, names), _lines(report, names), _officials(report, names),
            _told(report, names), _tellings(report, names), _hand_overs(report, names), _measures(report),
        ),
        limits=tuple(report.limits),
        day=report.on,
    )  # fmt: skip


def _counts(total: pb.DutyTotal | pb.OfficialTotal) -> Row:
    return str(total.met), str(total.met_late), str(total.unmet), str(total.running)


def _totals(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(
        (
            names.department(each.department), file_name(each.kind, "").strip() or PROCEDURE,
            visible(each.task), *_counts(each),
        )
        for each in report.totals
    )  # fmt: skip
    headings = ("部门", "类别", "应办事项", *_COUNTS)
    return Table(
        "totals", "一、各部门办理情况", headings, rows, (5, 2, 5, 1, 1, 1, 1), "该期间没有到期的事项。"
    )


def _lines(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(_line(each, names) for each in report.lines)
    return Table(
        "lines",
        "二、逾期事项",
        ("部门", "最后办理人", "应办事项", "卷宗", "应于", "办理于", "逾期(日)", "依据", "序号"),
        rows,
        (4, 3, 4, 3, 2, 2, 1, 4, 1),
        "该期间没有逾期事项。",
        MORE.format(len(rows)) if report.more_lines else "",
        late=6,
    )


def _line(line: pb.DutyLine, names: Names) -> Row:
    duty = line.obligation
    file = file_name(duty.file.kind, duty.file.number) or visible(line.reference)
    note = "(期限待节假日安排公布)" if duty.uncertain else ""
    return (
        names.department(duty.department),
        names.official(duty.department, line.official_id, line.section),
        visible(duty.task),
        file,
        f"{duty.due_on}{note}",
        duty.met_on or "未办理",
        str(duty.days_late),
        visible(duty.basis),
        str(duty.position),
    )


def _officials(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(
        (names.department(each.department), names.official(each.department, each.official_id), *_counts(each))
        for each in report.officials
    )
    headings = ("部门", "最后办理人", *_COUNTS)
    return Table("officials", "三、各人员最后办理的事项", headings, rows, (5, 4, 1, 1, 1, 1), "没有。")


def _told(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(
        (
            names.department(each.department), TELLINGS.get(each.kind, ""), str(each.told), str(each.unread),
            str(each.longest_days),
        )
        for each in report.telling_totals
    )  # fmt: skip
    headings = ("被告知部门", "种类", "件数", "未阅", "最长(日)")
    return Table("told", "四、告知和阅知", headings, rows, (6, 2, 1, 1, 1), "该期间没有告知。")


def _tellings(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(
        (
            TELLINGS.get(each.kind, ""), names.department(getattr(each, "from")), names.department(each.to),
            file_name(each.file.kind, each.file.number) or each.notice_id[:16], each.told_on,
            each.read_on or "未阅", str(each.days),
            names.official(each.to, each.official_id) if each.official_id else "", str(each.position),
        )
        for each in report.tellings
    )  # fmt: skip
    headings = ("种类", "发出", "告知", "卷宗", "告知日期", "阅知日期", "间隔(日)", "签收人", "序号")
    return Table(
        "tellings",
        "五、告知明细(未阅的在前)",
        headings,
        rows,
        (1, 4, 4, 3, 2, 2, 1, 3, 1),
        "该期间没有告知。",
        MORE.format(len(rows)) if report.more_tellings else "",
    )


def _hand_overs(report: pb.GetAccountabilityReportResponse, names: Names) -> Table:
    rows = tuple(
        (
            " → ".join(names.department(code) for code in each.departments),
            "、".join(file_name(file.kind, file.number) for file in each.files), str(each.refused),
            getattr(each, "from"), each.until, "已接收" if each.taken else "未接收", str(each.position),
        )
        for each in report.hand_overs
    )  # fmt: skip
    headings = ("经手部门", "卷宗", "未予接收(次)", "开始", "最后", "状态", "序号")
    return Table(
        "hand_overs",
        "六、反复移送",
        headings,
        rows,
        (7, 4, 1, 2, 2, 1, 1),
        "该期间没有反复移送。",
        MORE.format(len(rows)) if report.more_hand_overs else "",
    )


def _measures(report: pb.GetAccountabilityReportResponse) -> Table:
    rows = tuple(
        (each.measure_code, visible(each.measure_name), visible(each.caller), str(each.count), each.last_on)
        for each in report.measures
    )
    headings = ("措施", "名称", "报告系统", "准许(次)", "最后一次")
    return Table("measures", "七、结论载明措施而准许的", headings, rows, (2, 6, 4, 1, 2), "没有可以列出的。")
