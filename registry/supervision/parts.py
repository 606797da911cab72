"""Parts that acts of supervision have in common: numbers, files, days, evidence, subjects, departments.

Nothing in an act names a natural person: numbers and texts are searched for resident numbers, and a subject
is one with a code that everybody may know. What is personal belongs into evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.files import RESTATED, act_of, file_of
from registry.domain.identifiers import is_personal, names_a_subject, normalise
from registry.domain.quoting import is_blank, names_a_person, quoted_code
from registry.sanctions.admission.event import MAX_ARTICLES, SHA256_BYTES, check_subject
from registry.sanctions.admission.texts import MAX_NAME, fits
from registry.sanctions.ledger import EventState
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}\Z")
LONG_TEXT = 4000
MAX_EVIDENCE = 100
MAX_EVIDENCE_BYTES = 1 << 40


def number(found: Findings, path: str, text: str, name: str) -> None:
    """Notes a number that is none, or names a person."""
    if not NUMBER.match(text) or names_a_person(text):
        message = f"{name}应为1至64个字母、数字或 . _ : - , 不含个人信息。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def text(found: Findings, path: str, value: str, name: str, *, longest: int = LONG_TEXT) -> None:
    """Notes a text that is missing, too long, or holds a resident number."""
    found.required(path, value, name)
    optional_text(found, path, value, name, longest=longest)


def optional_text(found: Findings, path: str, value: str, name: str, *, longest: int = LONG_TEXT) -> None:
    """Notes a text that is too long or holds a resident number."""
    if fits(found, path, value, longest, name) and names_a_person(value):
        message = f"{name}含有身份证号码; 个人信息请放入证据材料, 不写入监管记录。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def came(found: Findings, path: str, value: str, name: str, day: date, *, since: str = "") -> date | None:
    """A day that has come, and is not before ``since``, the day of an earlier act."""
    stated = found.day(path, value, name)
    if stated and stated > day:
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, path, f"{name}{stated}晚于接收日期{day}。")
    elif stated and since and stated.isoformat() < since:
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, f"{name}{stated}早于前一步骤之日{since}。")
    return stated


def in_order(
    found: Findings, path: str, first: date | None, last: date | None, names: tuple[str, str]
) -> None:
    """Notes a first day after the last one."""
    if first and last and first > last:
        message = f"{names[1]}{last}早于{names[0]}{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)


def kind_is(found: Findings, path: str, value: int, enumeration: object, name: str) -> None:
    """Notes an enumeration's number that is missing or unknown."""
    if value == 0:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, f"缺少{name}。")
    elif value not in enumeration.values():  # type: ignore[attr-defined]  # An enumeration of protobuf.
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, f"{name}不在代码表内。")


def organisation(found: Findings, path: str, subject: subject_pb2.Subject) -> None:
    """Notes a subject that is none, or a natural person: of persons no file of supervision is kept."""
    check_subject(found, path, subject)
    kind, identifier = subject.kind, subject.identifier
    person = kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON or is_personal(identifier.type)
    if person or (identifier.value and not names_a_subject(identifier.type)):
        message = "监管记录只记载有统一社会信用代码的主体; 自然人的情况请放入证据材料。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.identifier", message)
    if names_a_person(subject.name):
        message = "名称含有身份证号码; 个人信息不写入监管记录。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.name", message)


def evidence(found: Findings, path: str, items: Sequence[pb.EvidenceItem], *, required: bool = False) -> None:
    """Notes evidence that is missing, too much, or wrongly described."""
    if required and not items:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, "缺少证据材料。")
    if len(items) > MAX_EVIDENCE:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"证据材料超过{MAX_EVIDENCE}件。")
    for place, item in enumerate(items[:MAX_EVIDENCE]):
        evidence_item(found, f"{path}[{place}]", item)


def evidence_item(found: Findings, path: str, item: pb.EvidenceItem) -> None:
    """Notes what is wrong with one piece of evidence."""
    if len(item.sha256) != SHA256_BYTES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.sha256", "应附32字节的SHA-256摘要。")
    if not 0 < item.size <= MAX_EVIDENCE_BYTES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.size", "大小应为1字节至1TiB。")
    if not MEDIA_TYPE.match(item.media_type):
        message = "媒体类型应如 text/plain、image/jpeg、video/mp4。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.media_type", message)
    text(found, f"{path}.title", item.title, "材料名称", longest=200)
    optional_text(found, f"{path}.place", item.place, "存放处", longest=500)


def carried_on(found: Findings, statement: Statement, acting: Acting, *kinds: int) -> SupervisionFile | None:
    """The file that an act carries on; None, with a fault noted, if it is none of these kinds or not open."""
    reference, path = file_of(statement), f"supervision.{act_of(statement)}.file"
    file = acting.ledger.file(reference) if reference.kind in kinds else None
    if file is None:
        message = "没有这一卷宗, 或者卷宗种类与这一行为不符。"
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, path, message)
    return file


def known(
    found: Findings, path: str, reference: pb.FileReference, acting: Acting, *kinds: int
) -> SupervisionFile | None:
    """A file that an act refers to; None, with a fault noted, if there is none of these kinds."""
    file = acting.ledger.file(reference) if reference.kind in kinds else None
    if file is None:
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, path, "所指卷宗不存在, 或者种类不符。")
    return file


def opens(found: Findings, statement: Statement, acting: Acting, name: str) -> SupervisionFile | None:
    """The file as it was before an act that opens it, or states it again; with a fault noted if the number is
    none, or taken by an act that does not come again."""
    act, reference = act_of(statement), file_of(statement)
    path = f"supervision.{act}.number"
    number(found, path, reference.number, name)
    file = acting.ledger.file(reference)
    if file is not None and act not in RESTATED:
        message = f"{name}{reference.number[:64]}已在序号{file.acts[0].position}登记。"
        found.add(reasons.ERROR_REASON_CASE_EXISTS, path, message)
    return file


def own(found: Findings, path: str, reference: pb.FileReference, acting: Acting) -> bool:
    """Notes a file that another department opened, of which no more is to be said; whether it is own."""
    if reference.department == acting.code:
        return True
    message = "这一卷宗由另一部门开立, 本部门不能办理这一步骤。"
    found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, path, message)
    return False


def department_known(found: Findings, path: str, code: str, acting: Acting, name: str) -> Department | None:
    """A registered department by its code; None, with a fault noted, if there is none."""
    department = acting.ledger.directory.department(code)
    if department is None:
        message = f"{name}{quoted_code(code)}不是已登记的部门。"
        found.add(reasons.ERROR_REASON_DEPARTMENT_UNKNOWN, path, message)
    return department


def department_that_acts(found: Findings, path: str, code: str, acting: Acting, name: str) -> None:
    """Notes a department that is none, or an association: it takes no step of supervision."""
    department = department_known(found, path, code, acting, name)
    if department is not None and "association" in department.kinds:
        message = f"{name}不能是行业协会商会: 协会只登记行业自律信息, 不办理监管。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def of_kind(found: Findings, acting: Acting, kinds: Iterable[str], name: str) -> None:
    """Notes that the department that acts is of none of these kinds of the catalogue."""
    if not acting.department.kinds & frozenset(kinds):
        message = f"这一步骤只由{name}办理。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, "department", message)


def last_of(file: SupervisionFile, *names: int) -> str:
    """The stated day of the last act of a file that has these numbers, or of any; empty if there is none."""
    days = [act.on or act.received_on for act in file.acts if not names or act.act in names]
    return days[-1] if days else ""


def articles(found: Findings, path: str, texts: Sequence[str]) -> None:
    """Notes a legal basis that is missing, blank, too long, or holds a resident number."""
    if not texts or any(map(is_blank, texts)):
        message = "缺少法律依据(法律名称和条款), 或有空白项。"
        found.add(reasons.ERROR_REASON_LEGAL_BASIS_REQUIRED, path, message)
    if len(texts) > MAX_ARTICLES or any(len(each) > MAX_NAME for each in texts):
        message = f"法律依据不超过{MAX_ARTICLES}项, 每项不超过{MAX_NAME}字。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)
    elif any(map(names_a_person, texts)):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "法律依据含有身份证号码。")


def same_subject(
    found: Findings, path: str, subject: subject_pb2.Subject, before: SupervisionFile | None
) -> None:
    """Notes that what is stated again under its number is about somebody else."""
    if before is not None and before.subject != normalise(subject.identifier.value):
        message = "这一编号登记的是另一主体; 请另用编号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.identifier.value", message)


def applies_after(
    found: Findings, path: str, since: date | None, before: SupervisionFile | None, day: date
) -> None:
    """Notes that what is stated again applies from before what it replaces, unless that never applied."""
    applied = (act.on for act in before.acts if act.on <= day.isoformat()) if before is not None else ()
    last = max(applied, default="")
    if since and since.isoformat() < last:
        message = f"实施日期{since}早于上次登记的实施日期{last}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)


def decision(
    found: Findings, path: str, named: pb.RecordedStatement, acting: Acting, file: SupervisionFile
) -> None:
    """Notes a credit event that cannot be the decision which came of a file: it is the department's own,
    stands, was recorded after the file was opened, and is about its subject."""
    if named.department != acting.code:
        message = "决定应为本部门登记的信用信息。"
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, path, message)
        return
    event = acting.ledger.event(named.department, named.statement_id)
    if event is None or not event.is_about_subject:
        found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, path, "没有登记这一信用信息; 请先登记决定。")
    elif event.state is EventState.WITHDRAWN:
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, path, "这一信用信息已经撤销。")
    elif event.position < file.acts[0].position:
        message = "这一信用信息在立卷之前已经登记, 不是由此作出的决定。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, message)
    elif file.subject and event.subject != file.subject:
        message = "这一信用信息不是卷宗所涉主体的; 决定的是其他主体的, 不写这一项。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
