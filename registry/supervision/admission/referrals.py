"""告知、移送 (优化营商环境条例 第五十七条; 行政处罚法 第二十七条): telling, reading, accepting.

* ``referral``: to another registered department. 涉嫌犯罪移送 goes to the police, or as a copy to the
  procuratorate that watches over it; 反向移送 comes from one of these or a court. A case and a suspected
  crime come with evidence (国务院令第730号 第六条). What it comes from is a file of the sender's own, or one
  that the sender was told of.
* The direction is what the regions of the two mandates say, where one contains the other or both are the
  same; otherwise what the sender says.
* The steps are the recipient's, in order and once: 签收, 受理, 结果 and 反馈 (``referral_outcomes``).
  ``receipt`` is also how an alert is read.

Example: 市场监管 tells 消防 of a blocked exit (CLUE, ACROSS); only 消防 can read it, and take it or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS
from registry.domain.scopes import region_covers
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission import referral_outcomes, urgings
from registry.supervision.admission.referral_steps import in_turn, step_of_recipient
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

SOURCES = (
    pb.FILE_KIND_INSPECTION, pb.FILE_KIND_COMPLAINT, pb.FILE_KIND_ALERT, pb.FILE_KIND_REFERRAL,
)  # fmt: skip
"""Kinds of file from which a referral may come."""
PROSECUTING = frozenset({"public_security", "procuratorate"})
JUDICIAL = PROSECUTING | {"court"}
_EVIDENCED = (pb.REFERRAL_KIND_CASE, pb.REFERRAL_KIND_TO_CRIMINAL)
MOST_SENT_ON = 50
_OPENING = "supervision.referral"
_ACCEPTANCE = "supervision.referral_acceptance"
_DIRECTIONS = {
    pb.REFERRAL_DIRECTION_ACROSS: "横向",
    pb.REFERRAL_DIRECTION_UP: "上报",
    pb.REFERRAL_DIRECTION_DOWN: "下转",
}


def _referral(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.referral
    parts.opens(found, statement, acting, "移送编号")
    parts.kind_is(found, f"{_OPENING}.kind", act.kind, pb.ReferralKind, "移送种类")
    parts.kind_is(found, f"{_OPENING}.direction", act.direction, pb.ReferralDirection, "移送方向")
    if act.HasField("subject"):
        parts.organisation(found, f"{_OPENING}.subject", act.subject)
    parts.text(found, f"{_OPENING}.facts", act.facts, "事实")
    parts.articles(found, f"{_OPENING}.legal_basis", act.legal_basis)
    parts.evidence(found, f"{_OPENING}.evidence", act.evidence, required=act.kind in _EVIDENCED)
    on = parts.came(found, f"{_OPENING}.on", act.on, "移送日期", acting.day)
    _check_source(found, act, acting, on)
    _check_parties(found, act, acting)


def _check_source(found: Findings, act: pb.Referral, acting: Acting, on: date | None) -> None:
    """What it comes from has to be known to the sender, and be there before it; it does not go back whence it
    came, however many it went through, for what one does not take one refuses."""
    path = f"{_OPENING}.source"
    if not act.HasField("source"):
        return
    file = acting.ledger.file(act.source) if act.source.kind in SOURCES else None
    if file is None or acting.code not in (file.file.department, file.addressee):
        message = "来源卷宗不存在、种类不符, 或者既不是本部门的、也没有告知本部门。"
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, path, message)
        return
    if on and (file.acts[0].on or "") > on.isoformat():
        message = f"移送日期{on}早于来源卷宗之日{file.acts[0].on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{_OPENING}.on", message)
    sent_back = act.to != acting.code and act.to in _senders(file, acting)
    if sent_back and act.kind != pb.REFERRAL_KIND_FROM_CRIMINAL:
        message = "不能移送回来源部门, 或者已经移送过的部门; 不属本部门职责的, 请对来源移送作不予受理。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_OPENING}.to", message)


def _senders(file: SupervisionFile, acting: Acting) -> list[str]:
    """Who sent a referral, and those from which it comes: where it goes in a circle, each has done his step
    and nobody anything."""
    found: list[str] = []
    while file.file.kind == pb.FILE_KIND_REFERRAL and len(found) < MOST_SENT_ON:
        found.append(file.file.department)
        before = acting.ledger.file(file.acts[0].linked)
        if before is None:
            break
        file = before
    return found


def _check_parties(found: Findings, act: pb.Referral, acting: Acting) -> None:
    path = f"{_OPENING}.to"
    if act.to == acting.code:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "不能移送给本部门。")
        return
    recipient = parts.department_known(found, path, act.to, acting, "接收部门")
    if recipient is None:
        return
    if "association" in recipient.kinds:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "行业协会商会不能接收移送。")
    if act.kind == pb.REFERRAL_KIND_TO_CRIMINAL and not recipient.kinds & PROSECUTING:
        message = "涉嫌犯罪案件只移送公安机关, 抄送检察机关。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
    if act.kind == pb.REFERRAL_KIND_FROM_CRIMINAL and not acting.department.kinds & JUDICIAL:
        message = "反向移送只由公安机关、检察机关、人民法院作出。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, f"{_OPENING}.kind", message)
    expected = direction_between(acting.department, recipient)
    if act.direction and expected and act.direction != expected:
        message = f"按两个部门登记的职责地区, 移送方向应为{_DIRECTIONS[expected]}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_OPENING}.direction", message)


def direction_between(sender: Department, recipient: Department) -> pb.ReferralDirection.ValueType:
    """The direction that the regions of two mandates make certain; unspecified where they do not."""
    here, there = sender.region, recipient.region
    if not here or not there:
        return pb.REFERRAL_DIRECTION_UNSPECIFIED
    if here == there:  # A government stands above the bureaus of its own region.
        government = "local_gov" in sender.kinds | recipient.kinds
        return pb.REFERRAL_DIRECTION_UNSPECIFIED if government else pb.REFERRAL_DIRECTION_ACROSS
    if region_covers(there, here):
        return pb.REFERRAL_DIRECTION_UP
    return pb.REFERRAL_DIRECTION_DOWN if region_covers(here, there) else pb.REFERRAL_DIRECTION_UNSPECIFIED


def _receipt(found: Findings, statement: Statement, acting: Acting) -> None:
    file = step_of_recipient(found, statement, acting, pb.FILE_KIND_REFERRAL, pb.FILE_KIND_ALERT)
    if file is not None:
        in_turn(found, statement, file)


def _acceptance(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.referral_acceptance
    file = step_of_recipient(found, statement, acting, pb.FILE_KIND_REFERRAL)
    parts.optional_text(found, f"{_ACCEPTANCE}.reason", act.reason, "理由")
    if not act.accepted:
        found.required(f"{_ACCEPTANCE}.reason", act.reason, "不予受理的理由")
    if file is not None:
        in_turn(found, statement, file, after=("receipt",))
        since = parts.last_of(file, ACT_NUMBERS["receipt"])
        parts.came(found, f"{_ACCEPTANCE}.on", act.on, "受理日期", acting.day, since=since)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "referral": _referral,
    "receipt": _receipt,
    "referral_acceptance": _acceptance,
    "referral_outcome": referral_outcomes.outcome,
    "referral_answer": referral_outcomes.answer,
    "urging": urgings.urging,
}
