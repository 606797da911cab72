"""What two inspectors saw: who they are, when they came, what they found (现场检查记录).

* The two named are the two who signed, in that order; each has a certificate (执法证) of his own and a key
  that was valid on the day of the visit.
* It began and ended, in that order and before it was recorded: RFC 3339 with the offset of China.
* One result at least. Nothing found (未发现问题, 未发现开展有关经营活动) stands alone. An order to rectify
  has its last day; where nothing was ordered there is none.
* Whatever was found has a finding and evidence. A finding outside the remit (超出职责) is marked, and may
  stand beside 未发现问题: what belongs to others is told to them by a referral.

Example: 2026-11-20T09:00:00+08:00 to 10:30, 责令改正 by 2026-12-05, two photographs by their digests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.domain.scopes import region_fault
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb

NOTHING = frozenset({pb.INSPECTION_RESULT_NOTHING_FOUND, pb.INSPECTION_RESULT_NO_SUCH_ACTIVITY})
MAX_FINDINGS = 50
MAX_CITED = 20
_PATH = "supervision.inspection"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00\Z")


def visit_day(visit: pb.Inspection) -> date | None:
    """The day in China on which a visit ended; None where that is no instant."""
    ended = _instant(visit.ended_at)
    return ended.date() if ended else None


def check_inspectors(found: Findings, visit: pb.Inspection, acting: Acting, day: date) -> None:
    """Notes where those named are not those who signed, or one of them could not."""
    path = f"{_PATH}.inspectors"
    named = [each.official_id for each in visit.inspectors]
    if len(named) != 2:
        message = f"检查须由两名执法人员进行并签名, 这里写明{len(named)}人。"
        found.add(reasons.ERROR_REASON_INSPECTORS_TOO_FEW, path, message)
    elif named != [key.official_id for key in acting.signers]:
        message = "写明的检查人员与签名人员不一致, 或者顺序不同。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
    if len(set(named)) < len(named):
        found.add(reasons.ERROR_REASON_SAME_OFFICIAL, path, "两名检查人员须是不同的人。")
    for place, each in enumerate(visit.inspectors[:2]):
        parts.text(found, f"{path}[{place}].certificate", each.certificate, "执法证号", longest=64)
    certificates = {comparable(each.certificate) for each in visit.inspectors[:2]}
    if len(visit.inspectors[:2]) > len(certificates):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "两名检查人员的执法证号相同。")
    for place, key in enumerate(acting.signers):
        if key.valid_from > day:
            message = f"检查之日{day}签名人员的密钥尚未登记生效(自{key.valid_from}起)。"
            found.add(reasons.ERROR_REASON_KEY_NOT_VALID_NOW, f"signatures[{place}].keyid", message)


def check_time_and_place(found: Findings, visit: pb.Inspection, acting: Acting) -> None:
    """Notes instants that are none, out of order or to come, and a missing place or manner."""
    began = _stated_instant(found, f"{_PATH}.began_at", visit.began_at, "检查开始时间")
    ended = _stated_instant(found, f"{_PATH}.ended_at", visit.ended_at, "检查结束时间")
    if began and ended and ended < began:
        message = "检查结束时间早于开始时间。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{_PATH}.ended_at", message)
    if ended and ended.date() > acting.day:
        message = f"检查结束时间晚于接收日期{acting.day}。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, f"{_PATH}.ended_at", message)
    parts.kind_is(found, f"{_PATH}.manner", visit.manner, pb.InspectionManner, "检查方式")
    parts.text(found, f"{_PATH}.place", visit.place, "检查地点", longest=500)
    if fault := region_fault(visit.region):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_PATH}.region", f"{fault}。")


def check_results(found: Findings, visit: pb.Inspection) -> None:
    """Notes results that are missing, contradict each other or the findings, or lack their evidence."""
    path, results = f"{_PATH}.results", tuple(visit.results)
    if not results:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, "缺少检查结果。")
    for place, each in enumerate(results):
        parts.kind_is(found, f"{path}[{place}]", each, pb.InspectionResult, "检查结果")
    if len(set(results)) < len(results):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "同一检查结果写了两次。")
    if NOTHING & set(results) and len(results) > 1:
        message = "“未发现问题”和“未发现开展本次抽查涉及的经营活动”不能与其他结果并列。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
    _check_order(found, visit)
    _check_findings(found, visit)


def _check_order(found: Findings, visit: pb.Inspection) -> None:
    path, ordered = f"{_PATH}.rectify_by", pb.INSPECTION_RESULT_ORDERED_TO_RECTIFY in visit.results
    if not ordered:
        if visit.rectify_by:
            message = "没有责令改正的, 不填写改正期限。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
        return
    last = found.day(path, visit.rectify_by, "改正期限")
    ended = _instant(visit.ended_at)
    if last and ended:
        parts.in_order(found, path, ended.date(), last, ("检查之日", "改正期限"))


def _check_findings(found: Findings, visit: pb.Inspection) -> None:
    path, something = f"{_PATH}.findings", not set(visit.results) <= NOTHING
    own = [each for each in visit.findings if not each.outside_remit]
    if something and not own:
        message = "结果为发现问题的, 应写明本部门职责内发现的问题。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, message)
    if not something and own and visit.results:
        message = "结果为未发现问题, 却写明了职责内的问题; 超出职责的请注明。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
    if len(visit.findings) > MAX_FINDINGS:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"问题超过{MAX_FINDINGS}项, 请分次登记。")
    for place, each in enumerate(visit.findings[:MAX_FINDINGS]):
        parts.text(found, f"{path}[{place}].item", each.item, "检查事项", longest=200)
        parts.text(found, f"{path}[{place}].fact", each.fact, "事实", longest=2000)
        _check_cited(found, f"{path}[{place}].legal_basis", each.legal_basis)
    parts.evidence(found, f"{_PATH}.evidence", visit.evidence, required=bool(visit.findings) or something)


def _check_cited(found: Findings, path: str, cited: Sequence[str]) -> None:
    if len(cited) > MAX_CITED:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"依据超过{MAX_CITED}条。")
    for place, each in enumerate(cited[:MAX_CITED]):
        parts.text(found, f"{path}[{place}]", each, "依据", longest=200)


def _stated_instant(found: Findings, path: str, text: str, name: str) -> datetime | None:
    if not found.required(path, text, name):
        return None
    instant = _instant(text)
    if instant is None:
        message = f"{name}不是北京时间(应如 2026-11-20T09:00:00+08:00)。"
        found.add(reasons.ERROR_REASON_DATE_INVALID, path, message)
    return instant


def _instant(text: str) -> datetime | None:
    """An instant as it is written in China; None for anything else."""
    if not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
