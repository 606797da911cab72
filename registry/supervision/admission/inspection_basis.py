"""On what an inspection rests: an approval matter with a filed rule, and what it follows.

* The matter (审批事项) is the department's own, or one that it took over, supervises or still watches, and is
  in force on the day of the visit. Whoever approves does not inspect (审监分离): no inspector is of the
  section that approves it, however its name is written, nor was on the day of the visit; nor of the one that
  did as far as was stated by that day: a matter that is stated again afterwards, as of a day before, and an
  official who is moved afterwards, change nothing.
* A rule of supervision for it is filed on that day (监管制度备案): else RULE_NOT_FILED.
* The cause has its source: a draw that drew somebody, with a result that was known on the day of the visit, a
  complaint, referral or alert that this department handles, an own inspection that is followed up. 专项整治
  has none.

Example: 食品经营许可 of 市场监管 with the rule GZ-1 filed, inspected on the draw CQ-3, whose result was
recorded the day before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS
from registry.domain.names import comparable
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.duties import first_act, known_by
from registry.supervision.matters import applying, in_force
from registry.supervision.rules import filed_rule
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile

_SOURCES = {
    pb.INSPECTION_CAUSE_DRAW: pb.FILE_KIND_DRAW,
    pb.INSPECTION_CAUSE_COMPLAINT: pb.FILE_KIND_COMPLAINT,
    pb.INSPECTION_CAUSE_REFERRAL: pb.FILE_KIND_REFERRAL,
    pb.INSPECTION_CAUSE_ALERT: pb.FILE_KIND_ALERT,
    pb.INSPECTION_CAUSE_FOLLOW_UP: pb.FILE_KIND_INSPECTION,
}
_OWN = (pb.FILE_KIND_DRAW, pb.FILE_KIND_COMPLAINT, pb.FILE_KIND_INSPECTION)


def check_matter(found: Findings, visit: pb.Inspection, acting: Acting, day: date) -> None:
    """Notes why the matter may not be inspected by this department, or these inspectors, on a day."""
    path = "supervision.inspection.matter"
    if not found.required(path, visit.matter, "审批事项"):
        return
    file = _matter(visit.matter, acting, day)
    if file is None:
        message = "没有这一审批事项, 或者本部门既不是其主管部门, 也没有承接、监管这一事项。"
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, path, message)
        return
    if not in_force(file, day):
        message = f"审批事项在检查之日{day}不在目录内。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)
    if filed_rule(acting.ledger, file.file.department, visit.matter, day) is None:
        message = f"这一审批事项在检查之日{day}没有已备案的监管制度, 不能登记检查结果。"
        found.add(reasons.ERROR_REASON_RULE_NOT_FILED, path, message)
    if file.file.department == acting.code:
        _check_sections(found, _approving(file, acting, day), acting, day)


def _matter(number: str, acting: Acting, day: date) -> SupervisionFile | None:
    """A matter that the department may inspect on a day; its own comes first."""
    others = (each.code for each in acting.ledger.directory.departments() if each.code != acting.code)
    owners = (acting.code, *others)
    references = [
        pb.FileReference(kind=pb.FILE_KIND_MATTER, department=owner, number=number) for owner in owners
    ]
    for file in acting.ledger.files(references):
        if acting.code in (file.file.department, *_entrusted(_stated(file, acting, day))):
            return file
    return None


def _stated(file: SupervisionFile, acting: Acting, day: date) -> pb.ApprovalMatter:
    """A matter as it was on a day; before its first one, as it is now."""
    act = applying(file, day) or file.acts[-1]
    return acting.ledger.act(act.position).supervision.matter


def _entrusted(matter: pb.ApprovalMatter) -> Iterator[str]:
    """Who may inspect a matter beside the department whose it is."""
    yield from filter(None, (matter.taken_over_by, matter.taker_supervised_by, matter.still_watched_by))


def _approving(file: SupervisionFile, acting: Acting, day: date) -> set[str]:
    """The sections that approve a matter on a day, by what is stated now and by what was stated then."""
    then = known_by(file, day)
    stated = (_stated(each, acting, day).approving_section for each in (file, then) if each.acts)
    return {section for each in stated if (section := comparable(each))}


def _check_sections(found: Findings, approving: set[str], acting: Acting, day: date) -> None:
    """Notes who is of such a section, or was on the day of the visit."""
    for place, official in enumerate(acting.officials):
        stated = official.registration
        then = acting.ledger.section_on(stated.department, stated.official_id, day)
        if {comparable(stated.section), comparable(then)} & approving:
            message = "检查人员属于这一事项的审批科室, 审批与监管应当分离。"
            path = f"signatures[{place}].keyid"
            found.add(reasons.ERROR_REASON_SECTIONS_NOT_SEPARATE, path, message)


def check_source(found: Findings, visit: pb.Inspection, acting: Acting, day: date) -> None:
    """Notes what is wrong with the cause of an inspection on a day, and with what it follows."""
    path = "supervision.inspection.source"
    parts.kind_is(found, "supervision.inspection.cause", visit.cause, pb.InspectionCause, "检查缘由")
    kind = _SOURCES.get(visit.cause)
    if visit.cause != pb.INSPECTION_CAUSE_DRAW and visit.drawn_object:
        message = "只有双随机抽查填写被抽中的名录行。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "supervision.inspection.drawn_object", message)
    if kind is None:
        if visit.HasField("source"):
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "专项整治检查不填写来源卷宗。")
        return
    file = parts.known(found, path, visit.source, acting, kind)
    if file is None:
        return
    if not _is_concerned(file, acting):
        message = "来源卷宗不由本部门办理。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, path, message)
    elif visit.cause == pb.INSPECTION_CAUSE_DRAW:
        _check_drawn(found, visit, file, day)
        if not acting.again:
            _check_anybody_drawn(found, file)
    elif day.isoformat() < (file.acts[0].on or file.acts[0].received_on):
        message = "检查早于其来源(投诉、移送、预警或者前次检查)之日。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)


def _is_concerned(file: SupervisionFile, acting: Acting) -> bool:
    """Whether what is followed is the department's own, or was told to it; of another's nothing is said."""
    return acting.code == (file.file.department if file.file.kind in _OWN else file.addressee)


def _check_drawn(found: Findings, visit: pb.Inspection, draw: SupervisionFile, day: date) -> None:
    path = "supervision.inspection.source"
    parts.text(found, "supervision.inspection.drawn_object", visit.drawn_object, "被抽中的名录行", longest=64)
    result = first_act(draw, ACT_NUMBERS["draw_result"])
    if result is None:
        message = "这一抽取还没有结果, 不能据此检查。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)
    elif day.isoformat() < result.received_on:
        message = f"检查早于抽取结果的登记之日{result.received_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)


def _check_anybody_drawn(found: Findings, draw: SupervisionFile) -> None:
    """Notes a draw that drew nobody, for nobody is visited on it; a log that has such a visit keeps it."""
    result = first_act(draw, ACT_NUMBERS["draw_result"])
    if result is not None and not result.result:
        message = "这一抽取没有成立, 没有抽中任何对象, 不能据此检查。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, "supervision.inspection.source", message)
