"""行业自律: may this note of an association enter?

推动行业协会商会建立健全行业经营自律规范、自律公约和职业道德准则, 规范会员行为 (沧州市进一步加强行政审批事中事
后监管的实施意见 四(三)). An association (行业协会商会) states who its members are, what it found about a
member under its own rule, and whom it honours: nothing else of supervision, and of nobody but its members.
What it says is shown as 行业自律信息 and has no effect: no restriction may stand in it. The words looked for
keep a slip from being recorded; that a note restricts nobody follows from there being nothing that reads it.

Example: 示例食品协会 records a breach of clause 3 of its 自律公约 by a member; 列入黑名单 in it is
BEYOND_ASSOCIATION.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import normalise
from registry.domain.names import comparable
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

ASSOCIATION, NOTE = "association", "association_note"
_PATH = "supervision.association_note"
_RESTRICTING = (
    "黑名单", "失信名单", "失信主体", "联合惩戒", "失信惩戒", "市场禁入", "限制参加", "禁止参加", "不得参加",
    "限制投标", "禁止投标", "限制准入", "禁止准入", "限制经营", "禁止经营", "限制贷款", "限制出境",
)  # fmt: skip
"""Words by which somebody would be restricted; an association has no power to."""


def only_own_acts(found: Findings, name: str, department: Department | None) -> None:
    """Notes any act of an association but its notes."""
    if department is not None and ASSOCIATION in department.kinds and name != NOTE:
        message = "行业协会商会只登记行业自律信息, 不办理其他监管行为。"
        found.add(reasons.ERROR_REASON_BEYOND_ASSOCIATION, "department", message)


def check_note(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of what an association says."""
    note = statement.supervision.association_note
    before = parts.opens(found, statement, acting, "自律信息编号")
    parts.of_kind(found, acting, {ASSOCIATION}, "行业协会商会")
    parts.kind_is(found, f"{_PATH}.kind", note.kind, pb.AssociationNoteKind, "自律信息种类")
    parts.organisation(found, f"{_PATH}.subject", note.subject)
    parts.same_subject(found, f"{_PATH}.subject", note.subject, before)
    if before is not None and before.variant != note.kind:
        message = "这一编号登记的是另一种自律信息; 请另用编号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_PATH}.kind", message)
    _check_texts(found, note)
    since = parts.came(found, f"{_PATH}.from", getattr(note, "from"), "起始日期", acting.day)
    until = found.optional_day(f"{_PATH}.until", note.until, "截止日期")
    parts.in_order(found, f"{_PATH}.until", since, until, ("起始日期", "截止日期"))
    if since and note.kind not in (pb.ASSOCIATION_NOTE_KIND_UNSPECIFIED, pb.ASSOCIATION_NOTE_KIND_MEMBER):
        _check_member(found, note, since, acting)


def _check_texts(found: Findings, note: pb.AssociationNote) -> None:
    parts.text(found, f"{_PATH}.content", note.content, "内容")
    if note.association_rule or note.kind != pb.ASSOCIATION_NOTE_KIND_MEMBER:
        parts.text(found, f"{_PATH}.association_rule", note.association_rule, "所依据的自律规约名称和条款")
    written = comparable(f"{note.content[: parts.LONG_TEXT]}{note.association_rule[: parts.LONG_TEXT]}")
    if any(word in written for word in _RESTRICTING):
        message = "行业自律信息不得含有限制、禁止或者列入名单的内容; 限制须由有权机关依法决定。"
        found.add(reasons.ERROR_REASON_BEYOND_ASSOCIATION, f"{_PATH}.content", message)


def _check_member(found: Findings, note: pb.AssociationNote, on: date, acting: Acting) -> None:
    """What is found or honoured is a member's, on the day on which it was."""
    subject = normalise(note.subject.identifier.value)
    notes = acting.ledger.files_of(pb.FILE_KIND_ASSOCIATION_NOTE, acting.code, subject)
    members = (each.acts[-1] for each in notes if each.variant == pb.ASSOCIATION_NOTE_KIND_MEMBER)
    day = on.isoformat()
    if not any(act.on <= day and (not act.until or day <= act.until) for act in members):
        message = "所指单位当日不是本会登记的会员; 行业协会商会只登记会员的自律信息。"
        found.add(reasons.ERROR_REASON_BEYOND_ASSOCIATION, f"{_PATH}.subject", message)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {NOTE: check_note}
