"""处理结果、反馈: what came of a referral, and that its sender was told.

Of a referral that was accepted the outcome is the recipient's; of one that was not it is the sender's, who
refers it on, decides himself or says why nothing is to be done. What each result needs:

    DECIDED        the paper, of the department or of an authority whose decisions it relays; where the
                   decision is credit information of whom the referral is about the recorded event, the
                   department's own, stated after
    NO_CASE        a reason
    CRIMINAL_CASE  the police alone; the paper
    REFERRED_ON    the onward referral, recorded already, whose source this one is

Example: 消防 fined the mall on 2026-11-20 and stated the event CF-9: the outcome names the paper and CF-9.
"""

from __future__ import annotations

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS, file_key
from registry.sanctions.admission.texts import MAX_CITED
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission.referral_steps import in_turn, is_refused, not_yours, step_of_recipient
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

_OUTCOME = "supervision.referral_outcome"
_ANSWER = "supervision.referral_answer"
_ACCEPTANCE_NUMBER = ACT_NUMBERS["referral_acceptance"]
_PAPERED = (pb.REFERRAL_RESULT_DECIDED, pb.REFERRAL_RESULT_CRIMINAL_CASE)


def outcome(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an outcome."""
    act = statement.supervision.referral_outcome
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_REFERRAL)
    parts.kind_is(found, f"{_OUTCOME}.result", act.result, pb.ReferralResult, "处理结果")
    parts.optional_text(found, f"{_OUTCOME}.reason", act.reason, "理由")
    if file is None:
        return
    refused = is_refused(file)
    if acting.code != (file.file.department if refused else file.addressee):
        not_yours(found, statement)
        return
    in_turn(found, statement, file, after=("receipt", "referral_acceptance"))
    since = parts.last_of(file, _ACCEPTANCE_NUMBER)
    parts.came(found, f"{_OUTCOME}.on", act.on, "结果日期", acting.day, since=since)
    _check_result(found, act, acting, file)


def _check_result(found: Findings, act: pb.ReferralOutcome, acting: Acting, file: SupervisionFile) -> None:
    if act.result in _PAPERED or act.HasField("paper"):
        _check_paper(found, act.paper, acting, since=file.acts[0].on)
    if act.result == pb.REFERRAL_RESULT_NO_CASE:
        found.required(f"{_OUTCOME}.reason", act.reason, "不予处罚、不立案的理由")
    if act.result == pb.REFERRAL_RESULT_CRIMINAL_CASE and "public_security" not in acting.department.kinds:
        message = "刑事立案只由公安机关作出。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, f"{_OUTCOME}.result", message)
    if act.result == pb.REFERRAL_RESULT_REFERRED_ON:
        _check_onward(found, act, acting, file)
    elif act.HasField("onward"):
        _needless(found, "onward", "只有另行移送的才写明另行移送的卷宗。")
    if act.HasField("decision"):
        _check_decision(found, act, acting, file)


def _check_paper(found: Findings, paper: pb.SupervisionPaper, acting: Acting, *, since: str) -> None:
    path = f"{_OUTCOME}.paper"
    parts.text(found, f"{path}.number", paper.number, "文号", longest=MAX_CITED)
    parts.came(found, f"{path}.issued_on", paper.issued_on, "文书日期", acting.day, since=since)
    if paper.authority_code not in {acting.code, *acting.department.relayed_authorities}:
        message = "作出文书的机关应为本部门, 或者本部门代为报送的机关。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.authority_code", message)


def _check_onward(found: Findings, act: pb.ReferralOutcome, acting: Acting, file: SupervisionFile) -> None:
    path = f"{_OUTCOME}.onward"
    onward = parts.known(found, path, act.onward, acting, pb.FILE_KIND_REFERRAL)
    if onward is None:
        return
    comes_from_here = file_key(onward.acts[0].linked) == file_key(file.file)
    if onward.file.department != acting.code or not comes_from_here:
        message = "另行移送须由本部门作出, 并以这一卷宗为来源。"
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, path, message)


def _check_decision(found: Findings, act: pb.ReferralOutcome, acting: Acting, file: SupervisionFile) -> None:
    path, named = f"{_OUTCOME}.decision", act.decision
    if act.result != pb.REFERRAL_RESULT_DECIDED:
        _needless(found, "decision", "只有已作出决定的才写明决定的信用信息。")
        return
    parts.decision(found, path, named, acting, file)


def _needless(found: Findings, field: str, message: str) -> None:
    found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_OUTCOME}.{field}", message)


def answer(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an answer: it follows the outcome, or the refusal."""
    act = statement.supervision.referral_answer
    file = step_of_recipient(found, statement, acting, pb.FILE_KIND_REFERRAL)
    parts.text(found, f"{_ANSWER}.text", act.text, "反馈内容")
    if file is None:
        return
    before = "referral_acceptance" if is_refused(file) else "referral_outcome"
    in_turn(found, statement, file, after=("receipt", "referral_acceptance", before))
    since = parts.last_of(file, ACT_NUMBERS[before])
    parts.came(found, f"{_ANSWER}.on", act.on, "反馈日期", acting.day, since=since)
