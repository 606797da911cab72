"""Checks of an erasure (删除): by right, by law, and of nothing that still counts.

Personal information is erased when its purpose is reached, its term of retention is over, or it was
processed against the law (个人信息保护法 第四十七条); credit information after its terms of disclosure and
retention. It cannot be undone, so

* the department that made the statement erases it, or the operator (who is asked where the department is no
  more), by a document of its own and naming the article;
* while anything of the matter is in force, or is yet to begin, nothing is erased: a restriction, a list
  entry, a public notice, a red list, a link between codes, a ruling on names. It is withdrawn, lifted or
  repaired first, or runs out;
* a case that came to no decision is erased when it is over: rejected by the legal review, or closed;
* while it is objected to, contested, stayed or disputed for a stolen key, the evidence stays; of a link that
  a stolen key cut it stays for good.

What hangs together is erased together: ``effects.erasure``.

Worked example: a fine of 2026-03-20 that counts for M-PRO-04 for three years cannot be erased before
2029-03-21, unless the penalty is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.event import check_legal_basis
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.bans.steps import STATES_ZH
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.erasure import matter_of, named_by
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, Placed, RecordedEvent
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.standing import closed_in_dispute, disputed_at
from registry.v1 import ban_service_pb2, subject_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

_LATEST = 2**63 - 1
_OVER = (ban_service_pb2.BAN_STATE_REJECTED, ban_service_pb2.BAN_STATE_CLOSED)
_FIELD = "erasure.target"
_LISTS = {
    GroundKind.LISTED: "名单",
    GroundKind.PUBLICISED: "红名单公示",
    GroundKind.GRANTED: "红名单",
}


def check_erasure(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A matter that is over, erased by who may, with its basis in law."""
    erasure, path = statement.erasure, "erasure"
    check_legal_basis(found, f"{path}.legal_basis", erasure.legal_basis, required=True)
    check_reason(found, f"{path}.reason", erasure.reason, "删除理由")
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, f"{path}.document", erasure.document, day, department)
    target = _target(found, statement, ledger)
    if target is None:
        return
    event = ledger.event(erasure.target.department, erasure.target.statement_id)
    if event is not None:
        _check_over(found, event, matter_of(erasure.target, target, ledger), day, ledger)
    else:
        _check_case_over(found, target, ledger)


def _target(found: Findings, statement: pb.Statement, ledger: Ledger) -> Placed | None:
    reference = statement.erasure.target
    key = reference.department, reference.statement_id
    if statement.department not in (reference.department, ledger.directory.operator):
        message = "只有作出陈述的部门或登记机构可以删除其内容。"
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, f"{_FIELD}.department", message)
        return None
    target = named_by(reference, ledger)
    if target is not None:
        return target
    if (erased_by := ledger.erased_by(*key)) is not None:
        message = f"所指陈述的内容已由序号{erased_by}依法删除。"
        found.add(reasons.ERROR_REASON_CONTENT_ERASED, _FIELD, message)
    elif ledger.is_recorded(*key):
        message = (
            "只能指明信用事件、处罚决定、更正、关联、认定、守信激励, 或者未作出决定的案件的立案拟定; "
            "与之相关的各步骤、撤回、修复和标注一并删除。"
        )
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, _FIELD, message)
    else:
        found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, _FIELD, "该部门没有这一编号的陈述。")
    return None


def _check_case_over(found: Findings, draft: Placed, ledger: Ledger) -> None:
    """A case without a decision is over when it was rejected or closed."""
    case = ledger.bans.drafted_at(draft.position)
    assert case is not None
    if case.told.state not in _OVER:
        message = (
            f"案件{case.told.case_number}尚未办结({STATES_ZH[case.told.state]}); 请先审核不予通过或者结案。"
        )
        found.add(reasons.ERROR_REASON_TARGET_IN_FORCE, _FIELD, message)


def _check_over(
    found: Findings, target: RecordedEvent, positions: frozenset[int], day: date, ledger: Ledger
) -> None:
    record = ledger.subject(target.subject)
    edition = ledger.edition_on(day)
    disputed = disputed_at(record.marks, _LATEST)
    for row in record.grounds:
        held = row.known_to is None or closed_in_dispute(row, _LATEST, disputed, record.grounds)
        if row.position in positions and held and (why := _in_force(row, edition, day)):
            found.add(reasons.ERROR_REASON_TARGET_IN_FORCE, _FIELD, why)
            return
    standing = {row.position for row in record.grounds if row.known_to is None} & positions
    if any(link.position in positions and link.known_to is None for link in record.links):
        message = "主体关联仍然有效; 请先撤回。"
        found.add(reasons.ERROR_REASON_TARGET_IN_FORCE, _FIELD, message)
    elif target.settles_names and not target.is_about_subject and target.state is EventState.STANDS:
        found.add(reasons.ERROR_REASON_TARGET_IN_FORCE, _FIELD, "名称认定仍然有效; 请先撤回。")
    elif _cut_in_dispute(record, positions):
        message = "该关联曾由存疑密钥撤回, 同一旧码的其他关联因此停用; 留作依据, 不得删除。"
        found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, _FIELD, message)
    elif any(True for _ in _open(record, standing | _standing(target))):
        message = "异议、复议、诉讼、中止执行或密钥存疑尚未终结, 不得删除。"
        found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, _FIELD, message)


def _standing(target: RecordedEvent) -> set[int]:
    return {target.position} if target.state is EventState.STANDS else set()


def _cut_in_dispute(record: SubjectRecord, positions: frozenset[int]) -> bool:
    """Whether a link of the matter was withdrawn with a stolen key. What stood beside it leads nowhere since
    (``effects.disputes``); a fold that passed over the withdrawal would have it lead on."""
    disputed = {mark.target for mark in record.marks if mark.kind is MarkKind.DISPUTED}
    return any(link.position in positions and link.known_to in disputed for link in record.links)


def _open(record: SubjectRecord, positions: set[int]) -> Iterator[object]:
    """Notes without an end on statements that stand. The end of disclosure (终止公示) is for good."""
    for mark in record.marks:
        if mark.kind is MarkKind.UNDISCLOSED:
            continue
        if mark.target in positions and mark.known_to is None and mark.period.last is None:
            yield mark


def _in_force(row: Ground, edition: Edition, day: date) -> str:
    """Why a ground still counts on a day, or will; empty if it is over."""
    if row.kind in _LISTS:
        if row.period.last is not None and row.period.last < day:
            return ""
        return f"{_LISTS[row.kind]}{row.code}{_until(row.period.last)}; 先提前移出、撤回或待期满。"
    for domain in subject_pb2.Domain.values():
        for restriction in restrictions_of(row, edition, domain, day):
            last = restriction.period.last
            if last is None or last >= day:
                name = f"{restriction.measure.name_zh}({restriction.measure.code})"
                return f"{name}{_until(last)}; 先撤回、解除或待期满。"
    return ""


def _until(last: date | None) -> str:
    return f"有效至{last}" if last is not None else "仍然有效"
