"""What has to be done, by whom and by when: 投诉举报

* 投诉: accepted or not within 7 working days of receipt; mediation over within 45 working days of acceptance.
* 举报: verified within 15 working days of receipt, once extended to 30, if that was stated in time; a named
  reporter answered within 5 working days of the decision whether to file a case.

A step counts on the day it states, or that of its record where this came too late (``FileAct.counted_on``).

Example: the report of 2026-11-02 is verified by 2026-11-23; extended on 2026-11-20 by 2026-12-14; extended on
2026-11-24 still by 2026-11-23.

(市场监督管理投诉举报处理暂行办法 第十四条、第二十一条、第二十三条、第三十一条)
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks, first_act
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

ACCEPTANCE, MEDIATION_END = "complaint_acceptance", "complaint_mediation_end"
VERIFICATION = "report_verification"
ANSWER = "report_notify_named_reporter_after_filing_decision"
_ACCEPTED, _MEDIATED, _VERIFIED, _ANSWERED = (
    ACT_NUMBERS[name]
    for name in ("complaint_acceptance", "complaint_mediation", "complaint_verification", "complaint_answer")
)
_FILING = (pb.VERIFICATION_RESULT_CASE_FILED, pb.VERIFICATION_RESULT_NO_CASE)
_VERIFYING = (*_FILING, pb.VERIFICATION_RESULT_REFERRED)


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a complaint."""
    made = _of_dispute if file.variant == pb.COMPLAINT_KIND_DISPUTE else _of_report
    yield from (each for each in made(file, clocks) if each is not None)


def _of_dispute(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation | None]:
    whose, accepted = file.file.department, first_act(file, _ACCEPTED)
    yield clocks.by_law(
        file, ACCEPTANCE, file.acts[0].on, whose=whose, task="决定是否受理投诉", met_on=_counted(accepted)
    )
    if accepted is not None and accepted.result:
        over = _with(file, _MEDIATED, pb.MEDIATION_STAGE_AGREED, pb.MEDIATION_STAGE_ENDED)
        yield clocks.by_law(
            file, MEDIATION_END, accepted.on, whose=whose, task="达成或者终止调解", met_on=_counted(over),
            cause=accepted,
        )  # fmt: skip


def _of_report(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation | None]:
    whose, complaint = file.file.department, file.acts[0]
    extended = _with(file, _VERIFIED, pb.VERIFICATION_RESULT_EXTENDED)
    first = clocks.by_law(file, VERIFICATION, complaint.on, whose=whose, task="核查举报")
    in_time = extended is not None and first is not None and _counted(extended) <= first.due_on
    result = _with(file, _VERIFIED, *_VERIFYING)
    yield clocks.by_law(
        file, VERIFICATION, complaint.on, whose=whose, task="核查举报", met_on=_counted(result),
        extended=in_time,
    )  # fmt: skip
    if complaint.named and result is not None and result.result in _FILING:
        answered = first_act(file, _ANSWERED, after=result.position)
        yield clocks.by_law(
            file, ANSWER, result.on, whose=whose, task="告知实名举报人是否立案", met_on=_counted(answered),
            cause=result,
        )  # fmt: skip


def _with(file: SupervisionFile, number: int, *results: int) -> FileAct | None:
    """The first act with a number that has one of these results."""
    return next((act for act in file.acts if act.act == number and act.result in results), None)


def _counted(act: FileAct | None) -> str:
    """The day on which an act counts as done; empty without one."""
    return (act.counted_on or act.on or act.received_on) if act is not None else ""
