"""审批事项、涉审中介: may this entry of the catalogue enter?

Who approves does not supervise (审监分离, 沧州市进一步加强行政审批事中事后监管的实施意见 二(二)): the two
sections of a matter are never one, however the name is written. Of a matter that was delegated or transferred
it is known who took it over and who supervises that body; of a cancelled one who still watches, or that
nobody has to. A matter is stated again under its number when it changes; what was stated before stays.

Example: 许可科 approves SP-1 and `` 许可 科`` supervises it: SECTIONS_NOT_SEPARATE, for that is one section.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.names import comparable
from registry.sanctions.admission.texts import MAX_NAME
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission import intermediaries, rule_steps, rules
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC
from registry.v1.supervision_file_pb2 import SupervisionFile

_PATH = "supervision.matter"
_TAKEN_OVER = frozenset({pb.MATTER_KIND_DELEGATED, pb.MATTER_KIND_TRANSFERRED})
_LONGEST_SECTION = 100


def check_matter(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of an approval matter."""
    matter = statement.supervision.matter
    before = parts.opens(found, statement, acting, "事项编号")
    parts.text(found, f"{_PATH}.name", matter.name, "事项名称", longest=MAX_NAME)
    parts.kind_is(found, f"{_PATH}.kind", matter.kind, pb.MatterKind, "事项类别")
    parts.optional_text(found, f"{_PATH}.matter_class", matter.matter_class, "类别", longest=_LONGEST_SECTION)
    parts.articles(found, f"{_PATH}.legal_basis", matter.legal_basis)
    _check_sections(found, matter, acting)
    _check_taker(found, matter, acting)
    _check_watcher(found, matter, acting)
    _check_days(found, matter, before, acting.day)


def _check_sections(found: Findings, matter: pb.ApprovalMatter, acting: Acting) -> None:
    """A cancelled matter is no longer approved, and supervised here only where this department watches it."""
    cancelled = matter.kind == pb.MATTER_KIND_CANCELLED
    watched_here = matter.still_watched_by == acting.code
    sections = (
        ("approving_section", matter.approving_section, "审批科室", not cancelled),
        ("supervising_section", matter.supervising_section, "监管科室", not cancelled or watched_here),
    )
    for field, value, name, required in sections:
        if required or value:
            parts.text(found, f"{_PATH}.{field}", value, name, longest=_LONGEST_SECTION)
    approving, supervising = comparable(matter.approving_section), comparable(matter.supervising_section)
    if approving and approving == supervising:
        message = "审批科室与监管科室为同一科室; 审批与监管须由不同内设机构承担(审监分离)。"
        found.add(reasons.ERROR_REASON_SECTIONS_NOT_SEPARATE, f"{_PATH}.supervising_section", message)


def _check_taker(found: Findings, matter: pb.ApprovalMatter, acting: Acting) -> None:
    taker, supervisor = f"{_PATH}.taken_over_by", f"{_PATH}.taker_supervised_by"
    if matter.kind not in _TAKEN_OVER:
        _absent(found, taker, matter.taken_over_by, "承接机关只随下放、委托、转移、转变的事项填写")
        _absent(found, supervisor, matter.taker_supervised_by, "监管承接机关的部门只随承接机关填写")
        return
    if found.required(taker, matter.taken_over_by, "承接机关或者承接单位的统一社会信用代码"):
        _check_taker_code(found, taker, matter, acting)
    if found.required(supervisor, matter.taker_supervised_by, "监管承接机关的部门"):
        parts.department_that_acts(
            found, supervisor, matter.taker_supervised_by, acting, "监管承接机关的部门"
        )
    if matter.taken_over_by and matter.taken_over_by in (matter.taker_supervised_by, acting.code):
        message = "承接机关不能是本部门, 也不能自己监管自己。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, taker, message)


def _check_taker_code(found: Findings, path: str, matter: pb.ApprovalMatter, acting: Acting) -> None:
    """Powers are delegated to a registered department; what is transferred may go to any organisation."""
    code = matter.taken_over_by
    if matter.kind == pb.MATTER_KIND_DELEGATED:
        parts.department_known(found, path, code, acting, "承接机关")
    elif code_faults(IDENTIFIER_TYPE_USCC, code) or code != normalise(code):
        message = "承接单位须用统一社会信用代码(18位)。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _check_watcher(found: Findings, matter: pb.ApprovalMatter, acting: Acting) -> None:
    path = f"{_PATH}.still_watched_by"
    if matter.kind != pb.MATTER_KIND_CANCELLED:
        _absent(found, path, matter.still_watched_by, "继续监管的部门只随取消的事项填写")
        if matter.no_more_supervision:
            message = "只有取消的事项才可以不再监管。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_PATH}.no_more_supervision", message)
        return
    if bool(matter.still_watched_by) == matter.no_more_supervision:
        message = "取消的事项须写明由哪个部门继续监管, 或者写明不再监管, 二者择一。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, message)
    elif matter.still_watched_by:
        parts.department_that_acts(found, path, matter.still_watched_by, acting, "继续监管的部门")


def _absent(found: Findings, path: str, value: str, message: str) -> None:
    if value:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, f"{message}。")


def _check_days(
    found: Findings, matter: pb.ApprovalMatter, before: SupervisionFile | None, day: date
) -> None:
    since = found.day(f"{_PATH}.effective_from", matter.effective_from, "实施日期")
    ended = found.optional_day(f"{_PATH}.ended_on", matter.ended_on, "停止实施日期")
    parts.in_order(found, f"{_PATH}.ended_on", since, ended, ("实施日期", "停止实施日期"))
    parts.applies_after(found, f"{_PATH}.effective_from", since, before, day)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "matter": check_matter,
    **intermediaries.CHECKS,
    **rules.CHECKS,
    **rule_steps.CHECKS,
}
