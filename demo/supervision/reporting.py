"""Last chapter: what was done in time, and the one step that was not."""

from __future__ import annotations

from demo.showing import show
from demo.supervision.cast import DEPARTMENTS, HOUSING
from demo.supervision.stage import Stage
from registry.v1.accountability_service_pb2 import DUTY_STATE_MET

FROM, UNTIL = "2026-03-01", "2026-12-31"


def report(stage: Stage) -> list[str]:
    """The report of the year, and what differs from one late step."""
    told = stage.callers["registrar"].supervision.accountability.report(FROM, UNTIL)
    names = {each.office.code: each.office.name for each in DEPARTMENTS}
    rows = [
        (
            names.get(each.department, each.department),
            each.task,
            str(each.met),
            str(each.met_late + each.unmet),
        )
        for each in told.totals
    ]
    show(("部门", "应办事项", "按期", "逾期"), rows, wide=1)
    late = [line for line in told.lines if line.state != DUTY_STATE_MET]
    show(
        ("逾期的步骤", "期限", "办结", "迟(天)", "经办"),
        [
            (
                "\n".join((names[each.obligation.department], each.obligation.task, each.obligation.basis)),
                each.obligation.due_on, each.obligation.met_on or "未办", str(each.obligation.days_late),
                each.official_id or "未明确",
            )
            for each in late
        ],
    )  # fmt: skip
    steps = [(each.obligation.department, each.obligation.deadline) for each in late]
    wanted = [(HOUSING.office.code, "referral_acceptance")]
    return [] if steps == wanted else [f"逾期的步骤是 {steps}, 应为 {wanted}"]
