"""Checks of statements about identity: links between codes, rulings on names.

Only a department that keeps registrations (a mandate for E-01 登记注册基本信息) may state them, and only
about what is on its own register. A USCC says who keeps it (GB 32100-2015): its first character the
registering department (9 市场监管, 5 民政, N 农业农村), its third to eighth the region in which it was given.
Both codes of a link are the department's own. A link must not contradict an earlier one: a code has one
successor and a branch one parent, and no chain leads back to itself.

Worked example: the market regulation of 130900 links 91130902… and 92130983…; 51130902… is for the civil
affairs, 91130100… for the market regulation of another city.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, names_a_subject, normalise
from registry.domain.quoting import is_blank
from registry.domain.scopes import region_covers
from registry.sanctions.admission.document import check_document, check_not_future
from registry.sanctions.admission.texts import check_reason, name_fits
from registry.sanctions.effects.recording import REGISTRATION
from registry.sanctions.ground import Link
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

MAX_NAMES = 32
_REGISTRARS = {
    "5": ("civil_affairs", "民政部门"),
    "9": ("market_reg", "市场监督管理部门"),
    "N": ("agriculture", "农业农村部门"),
}
"""Kind and name of the department that gives codes with a first character; any that keeps registrations gives
the others."""
_DOCUMENTED = (pb.SUBJECT_LINK_KIND_SUCCESSION, pb.SUBJECT_LINK_KIND_MERGER)
_SINGLE = (pb.SUBJECT_LINK_KIND_SUCCESSION, pb.SUBJECT_LINK_KIND_MERGER, pb.SUBJECT_LINK_KIND_BRANCH)


def check_link(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """Two valid codes of the kinds that the link joins, by a document where one is issued."""
    link, path = statement.subject_link, "subject_link"
    keeps = _check_mandate(found, statement, ledger)
    if link.kind not in pb.SubjectLinkKind.values() or not link.kind:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.kind", "关联种类不在代码表内。")
    source = getattr(link, "from")  # A keyword of Python.
    sound = _check_code(found, f"{path}.from", source, old=link.kind == pb.SUBJECT_LINK_KIND_ALTERNATE)
    sound &= _check_code(found, f"{path}.to", link.to, old=False)
    check_reason(found, f"{path}.reason", link.reason)
    effective_on = found.optional_day(f"{path}.effective_on", link.effective_on, "生效日期")
    check_not_future(found, f"{path}.effective_on", effective_on, day, "生效日期")
    department = ledger.directory.department(statement.department)
    assert department is not None
    if link.kind in _DOCUMENTED or link.HasField("document"):
        check_document(found, f"{path}.document", link.document, day, department)
    if sound and keeps:
        check_on_register(found, f"{path}.from", source, department)
        check_on_register(found, f"{path}.to", link.to, department)
    if sound:
        _check_agrees(found, link, ledger)


def check_on_register(
    found: Findings, path: str, identifier: subject_pb2.Identifier, department: Department
) -> None:
    """Notes that a USCC was given by another registering department, or in another region."""
    if identifier.type != subject_pb2.IDENTIFIER_TYPE_USCC:
        return
    code = normalise(identifier.value)
    if code_faults(identifier.type, code):
        return  # Said elsewhere; of a code that is none, nobody can say who registers it.
    kind, name = _REGISTRARS.get(code[0], ("", ""))
    if kind and kind not in department.kinds:
        message = f"首位为{code[0]}的代码由{name}登记, {department.name}不能认定。"
        found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_MANDATE, f"{path}.value", message)
    if department.region and not region_covers(department.region, code[2:8]):
        message = f"该代码在{code[2:8]}登记, 不在{department.name}的地域({department.region})之内。"
        found.add(reasons.ERROR_REASON_REGION_OUTSIDE_MANDATE, f"{path}.value", message)


def _check_code(found: Findings, path: str, identifier: subject_pb2.Identifier, *, old: bool) -> bool:
    faults = code_faults(identifier.type, normalise(identifier.value))
    for fault in faults:
        found.add(fault.reason, f"{path}.value", fault.message)
    organisation = identifier.type == subject_pb2.IDENTIFIER_TYPE_USCC
    fits = not names_a_subject(identifier.type) if old else organisation
    if not fits:
        message = "应为统一社会信用代码之前的旧代码。" if old else "应为统一社会信用代码。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.type", message)
    return not faults and fits


def _check_agrees(found: Findings, link: pb.SubjectLink, ledger: Ledger) -> None:
    source = getattr(link, "from")
    one, other = (ledger.subject_ref(item.type, item.value) for item in (source, link.to))
    path = "subject_link.to"
    if one == other:
        found.add(reasons.ERROR_REASON_LINK_CONTRADICTS, path, "两个代码相同, 不能互相关联。")
    standing = list(_onward(ledger, one, link.kind))
    if any(row.other == other for row in standing):
        found.add(reasons.ERROR_REASON_LINK_CONTRADICTS, path, "同一关联已经登记。")
    elif standing and link.kind in _SINGLE:
        message = f"该代码已在序号{standing[0].position}关联到另一代码; 如有误请先撤回。"
        found.add(reasons.ERROR_REASON_LINK_CONTRADICTS, path, message)
    if one != other and _leads_to(ledger, other, one, link.kind):
        found.add(reasons.ERROR_REASON_LINK_CONTRADICTS, path, "关联成环: 目标代码已经指向本代码。")


def _onward(ledger: Ledger, ref: str, kind: pb.SubjectLinkKind.ValueType) -> Iterator[Link]:
    for link in ledger.subject(ref).links:
        if link.outgoing and link.kind == kind and link.known_to is None:
            yield link


def _leads_to(ledger: Ledger, start: str, goal: str, kind: pb.SubjectLinkKind.ValueType) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        for link in _onward(ledger, waiting.pop(), kind):
            if link.other == goal:
                return True
            if link.other not in seen:
                seen.add(link.other)
                waiting.append(link.other)
    return False


def check_ruling(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """Names of an organisation that a human has ruled on, with the reason."""
    ruling, path = statement.name_ruling, "name_ruling"
    keeps = _check_mandate(found, statement, ledger)
    sound = _check_code(found, f"{path}.subject", ruling.subject, old=False)
    check_reason(found, f"{path}.reason", ruling.reason)
    if not 0 < len(ruling.names) <= MAX_NAMES or any(map(is_blank, ruling.names)):
        message = f"应写明1至{MAX_NAMES}个名称, 没有空白项。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.names", message)
    for number, name in enumerate(ruling.names[:MAX_NAMES]):
        name_fits(found, f"{path}.names[{number}]", name, "名称")
    department = ledger.directory.department(statement.department)
    assert department is not None
    if sound and keeps:
        check_on_register(found, f"{path}.subject", ruling.subject, department)
    if ruling.HasField("document"):
        check_document(found, f"{path}.document", ruling.document, day, department)


def _check_mandate(found: Findings, statement: pb.Statement, ledger: Ledger) -> bool:
    department = ledger.directory.department(statement.department)
    if department is None or REGISTRATION in department.categories:
        return department is not None
    message = f"{department.name}不负责登记注册信息({REGISTRATION}), 不能认定代码或名称。"
    found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_MANDATE, "department", message)
    return False
