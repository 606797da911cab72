"""检查、公示、整改: the supervision log (监管日志).

* An inspection (现场检查记录, 行政许可法 第六十一条: 记录、签字、归档) is signed by both inspectors. What
  they saw is checked in ``inspection_visit``, on what it rests in ``inspection_basis``.
* Its result is published once (检查结果公示). Nothing recorded is changed: a result that was wrong is mended
  by an inspection of cause 跟踪检查 that follows it, and is published with it.
* Rectification (整改复查) is checked where it was ordered, until it is sufficient; each time that it is not,
  another last day is set.

Nothing of it is credit information: no record and no verdict changes.

Example: JC-7 of 2026-11-20 orders to rectify by 12-05; published on 12-10; checked on 12-07, not sufficient,
by 12-20; checked on 12-21, sufficient. Nothing more can be stated about JC-7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission.inspection_basis import check_matter, check_source
from registry.supervision.admission.inspection_visit import (
    check_inspectors,
    check_results,
    check_time_and_place,
    visit_day,
)
from registry.supervision.duties import first_act
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile


def check_inspection(found: Findings, statement: Statement, acting: Acting) -> None:
    """An inspection, as both inspectors signed it."""
    visit = statement.supervision.inspection
    day = visit_day(visit) or acting.day
    parts.opens(found, statement, acting, "检查编号")
    parts.organisation(found, "supervision.inspection.subject", visit.subject)
    check_inspectors(found, visit, acting, day)
    check_time_and_place(found, visit, acting)
    check_results(found, visit)
    check_source(found, visit, acting, day)
    check_matter(found, visit, acting, day)


def check_publication(found: Findings, statement: Statement, acting: Acting) -> None:
    """The publication of an inspection's result: own, once, not before the visit."""
    told, path = statement.supervision.result_publication, "supervision.result_publication"
    file = _own_inspection(found, statement, acting)
    since = file.acts[0].on if file else ""
    parts.came(found, f"{path}.published_on", told.published_on, "公示日期", acting.day, since=since)
    parts.text(found, f"{path}.place", told.place, "公示处", longest=500)
    before = first_act(file, ACT_NUMBERS["result_publication"]) if file else None
    if before is not None:
        message = f"这次检查的结果已在序号{before.position}公示; 结果有误的, 请另作跟踪检查。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, f"{path}.file", message)


def check_rectification(found: Findings, statement: Statement, acting: Acting) -> None:
    """A check whether what was ordered has been done."""
    checked, path = statement.supervision.rectification, "supervision.rectification"
    file = _own_inspection(found, statement, acting)
    since = _last_day_of(file) if file else ""
    day = parts.came(found, f"{path}.checked_on", checked.checked_on, "复查日期", acting.day, since=since)
    if file is not None:
        _check_open(found, f"{path}.file", file)
    if checked.sufficient and checked.rectify_by:
        message = "整改到位的, 不再填写改正期限。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.rectify_by", message)
    if not checked.sufficient:
        last = found.day(f"{path}.rectify_by", checked.rectify_by, "新的改正期限")
        parts.in_order(found, f"{path}.rectify_by", day, last, ("复查日期", "新的改正期限"))
    parts.evidence(found, f"{path}.evidence", checked.evidence)


def _check_open(found: Findings, path: str, file: SupervisionFile) -> None:
    """Notes a file in which nothing was ordered, or everything was done."""
    if not file.acts[0].until:
        message = "这次检查没有责令改正, 没有要复查的整改。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)
    for act in file.acts:
        if act.act == ACT_NUMBERS["rectification"] and act.result:
            message = f"整改已在序号{act.position}认定到位。"
            found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)


def _own_inspection(found: Findings, statement: Statement, acting: Acting) -> SupervisionFile | None:
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_INSPECTION)
    if file is not None:
        path = f"supervision.{statement.supervision.WhichOneof('act')}.file"
        return file if parts.own(found, path, file.file, acting) else None
    return None


def _last_day_of(file: SupervisionFile) -> str:
    """The day of the visit, or of the last check of its rectification."""
    return parts.last_of(file, ACT_NUMBERS["inspection"], ACT_NUMBERS["rectification"])


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "inspection": check_inspection,
    "result_publication": check_publication,
    "rectification": check_rectification,
}
