"""投诉举报: what each act about a complaint needs.

* Who reported and what was said is sealed before it comes here (``registry.provenance.sealed_form``); an act
  holds digest and size, and no text by which a person could be found (``traces``).
* 投诉 (a dispute of one's own): accepted or not, then mediated. 举报 (a breach of law): verified, without a
  decision on acceptance. A clue that turns up in an accepted 投诉 is verified as well.
* The verification may be extended once before it has an outcome; a decision comes after a case was filed.
* Only a named reporter is answered. An opening is signed by two custodians to whom it can have been sealed.

(市场监督管理投诉举报处理暂行办法 第十四条、第二十一条、第二十三条、第三十一条; 行政许可法 第六十五条)

Example: the acceptance of the complaint TS-1 a second time, with the other result, is refused with
STEP_OUT_OF_ORDER at ``supervision.complaint_acceptance.file``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS
from registry.provenance.sealed_form import LARGEST, MEDIA_TYPE, TITLE
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission.custody import custodian_key, custodians, identity_opening
from registry.supervision.custodians import in_force
from registry.supervision.traces import untraceable
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

SUMMARY, REASON = 500, 500
REGION = re.compile(r"[0-9]{6}\Z")
_ACCEPTED, _MEDIATED, _VERIFIED = (
    ACT_NUMBERS[name] for name in ("complaint_acceptance", "complaint_mediation", "complaint_verification")
)
_OUTCOMES = (
    pb.VERIFICATION_RESULT_CASE_FILED, pb.VERIFICATION_RESULT_NO_CASE, pb.VERIFICATION_RESULT_REFERRED,
    pb.VERIFICATION_RESULT_DECIDED,
)  # fmt: skip


def _complaint(found: Findings, statement: Statement, acting: Acting) -> None:
    act, path = statement.supervision.complaint, "supervision.complaint"
    parts.opens(found, statement, acting, "投诉举报编号")
    parts.kind_is(found, f"{path}.channel", act.channel, pb.ComplaintChannel, "来源")
    parts.kind_is(found, f"{path}.kind", act.kind, pb.ComplaintKind, "投诉或举报")
    if act.HasField("subject"):
        parts.organisation(found, f"{path}.subject", act.subject)
        untraceable(found, f"{path}.subject.name", act.subject.name, "名称", longest=200)
    untraceable(found, f"{path}.matter", act.matter, "审批事项", longest=64)
    untraceable(found, f"{path}.summary", act.summary, "摘要", longest=SUMMARY, required=True)
    parts.came(found, f"{path}.received_on", act.received_on, "收到日期", acting.day)
    untraceable(found, f"{path}.region", act.region, "地域", longest=6)
    if act.region and not REGION.match(act.region) and not acting.again:
        # Counts by region are everybody's to read (投诉举报统计), so nobody's name may stand there.
        message = "地域应为6位行政区划代码, 不知道的请留空。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.region", message)
    _sealed(found, f"{path}.content", act.content)
    if act.HasField("reporter"):
        _sealed(found, f"{path}.reporter", act.reporter)
    if not in_force(custodians(acting), acting.day):
        message = "本部门没有两名以上身份保管人的有效公钥, 不能接收投诉举报。"
        found.add(reasons.ERROR_REASON_CUSTODIAN_REQUIRED, path, message)


def _sealed(found: Findings, path: str, item: pb.EvidenceItem) -> None:
    """Notes evidence that is not sealed, or says something by its title or place."""
    parts.evidence_item(found, path, item)
    if (item.media_type, item.title, item.place) != (MEDIA_TYPE, TITLE, "") or item.size > 2 * LARGEST:
        message = f"应为密封材料(媒体类型 {MEDIA_TYPE}, 名称“{TITLE}”, 不写存放处)。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _own_complaint(found: Findings, statement: Statement, acting: Acting) -> SupervisionFile | None:
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_COMPLAINT)
    if file is not None:
        return file if parts.own(found, _path(statement), file.file, acting) else None
    return None


def _path(statement: Statement) -> str:
    return f"supervision.{statement.supervision.WhichOneof('act')}.file"


def _out_of_order(found: Findings, statement: Statement, message: str) -> None:
    found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, _path(statement), message)


def _acceptance(found: Findings, statement: Statement, acting: Acting) -> None:
    act, path = statement.supervision.complaint_acceptance, "supervision.complaint_acceptance"
    file = _own_complaint(found, statement, acting)
    untraceable(found, f"{path}.reason", act.reason, "理由", longest=REASON, required=not act.accepted)
    if file is None:
        return
    parts.came(found, f"{path}.on", act.on, "决定日期", acting.day, since=file.acts[0].on)
    if file.variant != pb.COMPLAINT_KIND_DISPUTE:
        _out_of_order(found, statement, "举报不作受理决定, 直接核查。")
    if _results(file, _ACCEPTED):
        _out_of_order(found, statement, "已经作出是否受理的决定。")


def _mediation(found: Findings, statement: Statement, acting: Acting) -> None:
    act, path = statement.supervision.complaint_mediation, "supervision.complaint_mediation"
    file = _own_complaint(found, statement, acting)
    parts.kind_is(found, f"{path}.stage", act.stage, pb.MediationStage, "调解阶段")
    untraceable(found, f"{path}.text", act.text, "说明", longest=REASON)
    if file is None:
        return
    parts.came(found, f"{path}.on", act.on, "日期", acting.day, since=_last(file, _ACCEPTED, _MEDIATED))
    stages = _results(file, _MEDIATED)
    begins = act.stage == pb.MEDIATION_STAGE_BEGUN
    if 1 not in _results(file, _ACCEPTED):
        _out_of_order(found, statement, "投诉尚未受理, 不能调解。")
    elif stages and (begins or len(stages) > 1 or stages[-1] != pb.MEDIATION_STAGE_BEGUN):
        _out_of_order(found, statement, "调解已经开始或者已经结束。")
    elif not stages and act.stage == pb.MEDIATION_STAGE_AGREED:
        _out_of_order(found, statement, "调解尚未开始, 不能达成协议。")


def _verification(found: Findings, statement: Statement, acting: Acting) -> None:
    act, path = statement.supervision.complaint_verification, "supervision.complaint_verification"
    file = _own_complaint(found, statement, acting)
    parts.kind_is(found, f"{path}.result", act.result, pb.VerificationResult, "核查结果")
    explained = act.result in (pb.VERIFICATION_RESULT_NO_CASE, pb.VERIFICATION_RESULT_EXTENDED)
    untraceable(found, f"{path}.text", act.text, "说明", longest=REASON, required=explained)
    if file is not None:
        _led_to(found, path, act, acting, file)
    if file is None:
        return
    parts.came(found, f"{path}.on", act.on, "日期", acting.day, since=_last(file, _ACCEPTED, _VERIFIED))
    if file.variant == pb.COMPLAINT_KIND_DISPUTE and 1 not in _results(file, _ACCEPTED):
        _out_of_order(found, statement, "投诉尚未受理, 不能核查。")
    if message := _not_next(_results(file, _VERIFIED), act.result):
        _out_of_order(found, statement, message)
    referral = acting.ledger.file(act.referral) if act.referral.department == acting.code else None
    if referral is not None and referral.acts[0].on < file.acts[0].on:
        message = "所写的移送早于收到投诉举报之日, 不是由此而来。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.referral", message)


def _not_next(before: list[int], result: int) -> str:
    """Why a result of verification cannot follow those before; empty if it can."""
    outcomes = [each for each in before if each in _OUTCOMES]
    if result == pb.VERIFICATION_RESULT_DECIDED:
        filed = outcomes == [pb.VERIFICATION_RESULT_CASE_FILED]
        return "" if filed else "没有立案, 或者已经有决定。"
    if outcomes:
        return "核查已经有结果。"
    extended = result == pb.VERIFICATION_RESULT_EXTENDED and before
    return "核查期限只能延长一次。" if extended else ""


def _led_to(
    found: Findings, path: str, act: pb.ComplaintVerification, acting: Acting, file: SupervisionFile
) -> None:
    """Notes a decision or referral that is missing, not this department's, or does not belong here."""
    decided = act.result == pb.VERIFICATION_RESULT_DECIDED
    referred = act.result == pb.VERIFICATION_RESULT_REFERRED
    expected = (
        ("decision", act.HasField("decision"), decided, "决定"),
        ("referral", act.HasField("referral"), referred, "移送"),
    )
    for name, given, wanted, word in expected:
        if given != wanted:
            message = f"应写明{word}。" if wanted else f"这一结果不写{word}。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.{name}", message)
    if decided and act.HasField("decision"):
        parts.decision(found, f"{path}.decision", act.decision, acting, file)
    if referred and parts.known(found, f"{path}.referral", act.referral, acting, pb.FILE_KIND_REFERRAL):
        parts.own(found, f"{path}.referral", act.referral, acting)


def _answer(found: Findings, statement: Statement, acting: Acting) -> None:
    act, path = statement.supervision.complaint_answer, "supervision.complaint_answer"
    file = _own_complaint(found, statement, acting)
    untraceable(found, f"{path}.manner", act.manner, "告知方式", longest=50, required=True)
    untraceable(found, f"{path}.text", act.text, "告知内容", longest=REASON, required=True)
    if file is None:
        return
    parts.came(found, f"{path}.on", act.on, "告知日期", acting.day, since=_last(file, _ACCEPTED, _VERIFIED))
    if not file.acts[0].named:
        message = "匿名的投诉举报没有可以告知的人。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.file", message)
    if not _results(file, _ACCEPTED) and not set(_results(file, _VERIFIED)) & set(_OUTCOMES):
        _out_of_order(found, statement, "还没有可以告知的结果。")


def _results(file: SupervisionFile, number: int) -> list[int]:
    """What came out of the acts of a file with a number, in order."""
    return [act.result for act in file.acts if act.act == number]


def _last(file: SupervisionFile, *numbers: int) -> str:
    """The stated day of the last of some acts, or of the complaint."""
    return parts.last_of(file, ACT_NUMBERS["complaint"], *numbers)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "complaint": _complaint,
    "complaint_acceptance": _acceptance,
    "complaint_mediation": _mediation,
    "complaint_verification": _verification,
    "complaint_answer": _answer,
    "identity_opening": identity_opening,
    "custodian_key": custodian_key,
}
