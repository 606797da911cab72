"""Whether a report of execution is well-formed, before the answer is given again. All faults at once.

* An id is 1 to 64 of [A-Za-z0-9._:-], as a statement's.
* The question is well-formed (``questions``); about a natural person, its purpose is stated as in ``Check``.
* Under what it was answered is stated: origin, valid time, edition.
* What was done is said in words where it does not follow from the answer: to allow against BLOCKED or REVIEW,
  or where nothing could be determined (which is never to be read as CLEAR); to refuse or grade down by no
  measure at all. Facilitation names what was facilitated.
* Texts and lists have bounds. Neither id, nor reference, nor reason holds a citizen's number: they rest in
  clear, and identifiers travel in the identifier's field and nowhere else.
"""

from __future__ import annotations

import re

from registry.commands.purposes import MAX_TEXT, purpose_missing
from registry.domain.faults import Fault, Findings
from registry.domain.quoting import is_blank, names_somebody
from registry.errors import RegistryError
from registry.servicer.questions import asks_about_a_person, check_question, in_calendar
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import verdict_pb2

MAX_REASON = 500
MAX_MEASURES = 100
MAX_CODE = 32
_REPORT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_VERDICTS = frozenset(verdict_pb2.Verdict.values()) - {verdict_pb2.VERDICT_UNSPECIFIED}
_ACTIONS = frozenset(pb.ExecutionAction.values()) - {pb.EXECUTION_ACTION_UNSPECIFIED}
_AGAINST = (pb.EXECUTION_ACTION_REFUSED, pb.EXECUTION_ACTION_GRADED_DOWN)


def check_report(request: pb.ReportExecutionRequest) -> None:
    """Raises RegistryError with every fault of a report."""
    found = Findings()
    _check_id(found, request.report_id)
    _check_asked(found, request)
    _check_answered(found, request)
    _check_done(found, request)
    _check_measures(found, request)
    if found.faults:
        raise RegistryError(found.faults)


def _check_id(found: Findings, report_id: str) -> None:
    if not _REPORT_ID.match(report_id):
        message = "报告编号应为1至64个字母、数字或 . _ : - 。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "report_id", message)
    elif names_somebody(report_id):
        message = "报告编号含有身份证号码; 请改用不含个人信息的编号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "report_id", message)


def _check_asked(found: Findings, request: pb.ReportExecutionRequest) -> None:
    purpose, subject = request.check.purpose, request.check.subject
    try:
        check_question(request.check)
    except RegistryError as error:
        found.faults += [_under_check(fault) for fault in error.faults]
    if asks_about_a_person(subject.type, (subject.value,)):
        found.faults += [_under_check(fault) for fault in purpose_missing(purpose)]
    else:
        _check_text(found, "check.purpose.reference", purpose.reference, MAX_TEXT)


def _under_check(fault: Fault) -> Fault:
    return Fault(fault.reason, f"check.{fault.field}", fault.message)


def _check_answered(found: Findings, request: pb.ReportExecutionRequest) -> None:
    answered = request.answered
    for field, text, name in (("origin", answered.origin, "来源"), ("edition", answered.edition, "目录版本")):
        found.required(f"answered.{field}", text, f"原回答的{name}")
    if not answered.HasField("valid_time"):
        message = "缺少原回答的时点。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "answered.valid_time", message)
    elif not in_calendar(answered.valid_time):
        message = "时间应在公元1年至9999年之间, 且 nanos 在0至999999999之间。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "answered.valid_time", message)
    if request.verdict not in _VERDICTS:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "verdict", "缺少原回答的结论, 或本程序不认识它。")


def _check_done(found: Findings, request: pb.ReportExecutionRequest) -> None:
    if request.action not in _ACTIONS:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "action", "缺少处理结果, 或本程序不认识它。")
    _check_text(found, "reason", request.reason, MAX_REASON)
    if not is_blank(request.reason):
        return
    if request.action == pb.EXECUTION_ACTION_ALLOWED and request.verdict != verdict_pb2.VERDICT_CLEAR:
        message = "结论不是未见限制而准许的, 须写明理由。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "reason", message)
    elif request.action in _AGAINST and not request.measure_codes:
        message = "没有适用措施而拒绝或降级的, 须写明理由。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "reason", message)


def _check_measures(found: Findings, request: pb.ReportExecutionRequest) -> None:
    codes = request.measure_codes
    if len(codes) > MAX_MEASURES or any(len(code) > MAX_CODE for code in codes):
        message = f"措施不超过{MAX_MEASURES}项, 代码不超过{MAX_CODE}个字符。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, "measure_codes", message)
    elif len(set(codes)) != len(codes):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "measure_codes", "同一措施写了不止一次。")
    if request.action == pb.EXECUTION_ACTION_FACILITATED and not codes:
        message = "给予激励的, 须写明激励措施。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "measure_codes", message)


def _check_text(found: Findings, field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        found.add(reasons.ERROR_REASON_TOO_LARGE, field, f"文字不超过{longest}字, 这里有{len(text)}字。")
    elif names_somebody(text):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, field, "文字中不得写身份证件号码。")
