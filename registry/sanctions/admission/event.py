"""Checks of a credit event (信用事件): subject, category, document, dates, list, content.

Sources: 国办发〔2020〕49号 (只有目录内的信息可以记录; 认定失信必须以生效文书为依据);
law.md §1.1, §4.4; GB 32100 and GB 11643 for identifiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.domain.alerts import names_an_alert
from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, is_personal, names_a_subject, normalise, uscc_kinds
from registry.domain.quoting import is_blank, quoted
from registry.domain.scopes import region_covers, region_fault
from registry.sanctions.admission.agreement import check_agrees
from registry.sanctions.admission.document import check_document, check_mention
from registry.sanctions.admission.entry import check_entry
from registry.sanctions.admission.identity import check_on_register
from registry.sanctions.admission.measure import check_measures
from registry.sanctions.admission.texts import MAX_NAME, check_name
from registry.sanctions.catalogue.edition import Category, Edition
from registry.sanctions.effects.recording import RED_LIST, REGISTRATION
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

MARKET_BAN = "E-51"
"""市场禁入决定: it is the measures that it imposes."""
MAX_CONTENT = 4000
MAX_ARTICLES = 32
MAX_EVIDENCE = 64
SHA256_BYTES = 32
_SEVERITIES = frozenset(pb.Severity.values())
_KINDS = frozenset(subject_pb2.SubjectKind.values())


def check_event(
    found: Findings, path: str, event: pb.Event, department: str, received_on: date, ledger: Ledger
) -> None:
    """Notes every fault of ``event``, stated by a registered ``department``."""
    check_stated(found, path, event, department, received_on, ledger)
    check_agrees(found, path, event, ledger)


def check_stated(
    found: Findings, path: str, event: pb.Event, department: str, received_on: date, ledger: Ledger
) -> None:
    """Notes every fault that an event has whatever else is recorded of its subject."""
    stating = ledger.directory.department(department)
    assert stating is not None
    check_subject(found, f"{path}.subject", event.subject)
    edition = ledger.edition_on(_law_day(event, received_on))
    category = check_category(found, path, event, stating, edition)
    _check_region(found, path, event, stating)
    negative = category is None or category.polarity == "negative" or bool(event.measures or event.list_code)
    _check_document(found, path, event, required=negative, received_on=received_on, department=stating)
    _check_dates(found, path, event, negative=negative)
    check_legal_basis(found, f"{path}.legal_basis", event.legal_basis, required=negative)
    if event.severity not in _SEVERITIES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.severity", "严重程度不在代码表内。")
    _check_content(found, path, event, category)
    if event.category == REGISTRATION:  # It settles the subject's name.
        check_on_register(found, f"{path}.subject.identifier", event.subject.identifier, stating)
    check_entry(found, path, event, stating, edition)
    check_measures(found, path, event, stating, edition)
    if event.category == MARKET_BAN and not event.measures:
        message = "市场禁入决定没有写明措施; 不禁入的决定请用其他类别。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.measures", message)


def _law_day(event: pb.Event, received_on: date) -> date:
    """The day whose edition judges the event (``effects.recording.law_day``), where it can be read."""
    stated = event.document.decided_on or event.effective_from
    return Findings().optional_day("", stated, "") or received_on


def check_legal_basis(found: Findings, path: str, articles: Sequence[str], *, required: bool) -> None:
    """Notes articles that are missing where they are required, blank, or too many."""
    if any(map(is_blank, articles)) or (required and not articles):
        message = "缺少处罚、列入或限制的法律依据(法律名称和条款), 或有空白项。"
        found.add(reasons.ERROR_REASON_LEGAL_BASIS_REQUIRED, path, message)
    if any(map(names_an_alert, articles[:MAX_ARTICLES])):
        message = "预警不是法律依据, 不能据以认定失信或者作出限制。"
        found.add(reasons.ERROR_REASON_LEGAL_BASIS_REQUIRED, path, message)
    if len(articles) > MAX_ARTICLES or any(len(article) > MAX_NAME for article in articles):
        message = f"法律依据不超过{MAX_ARTICLES}项, 每项不超过{MAX_NAME}字。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)


def check_subject(found: Findings, path: str, subject: subject_pb2.Subject) -> None:
    """Notes every fault of a subject: its code, its name, and whether code and kind agree."""
    identifier = subject.identifier
    value = normalise(identifier.value)
    for fault in code_faults(identifier.type, value):
        found.add(fault.reason, f"{path}.identifier.value", fault.message)
    check_name(found, f"{path}.name", subject.name)
    person = subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    if subject.kind == subject_pb2.SUBJECT_KIND_UNSPECIFIED:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.kind", "缺少主体类别。")
    elif subject.kind not in _KINDS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.kind", "主体类别不在代码表内。")
    elif not names_a_subject(identifier.type):
        message = "主体须用统一社会信用代码或身份证件号码; 旧代码须先由主体关联对应到统一社会信用代码。"
        found.add(reasons.ERROR_REASON_NOT_A_SUBJECT_CODE, f"{path}.identifier.type", message)
    elif person != is_personal(identifier.type):
        message = "自然人用身份证件号码, 组织用统一社会信用代码。"
        found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, f"{path}.kind", message)
    elif not person and (allowed := uscc_kinds(value)) and subject.kind not in allowed:
        message = f"统一社会信用代码前两位“{value[:2]}”与主体类别不符。"
        found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, f"{path}.kind", message)


def check_category(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> Category | None:
    """Notes what is wrong with the category of an event; answers it where there is one."""
    category = edition.category(event.category)
    field = f"{path}.category"
    if category is None:
        message = f"类别{quoted(event.category)}不在目录({edition.label})内, 不得作为信用信息记录。"
        found.add(reasons.ERROR_REASON_CATEGORY_NOT_IN_CATALOGUE, field, message)
        return None
    if category.subtypes:
        # A heading is of mixed polarity: under it a penalty could do without a document.
        message = f"{category.name_zh}({category.code})是总类, 请用其下的类别。"
        found.add(reasons.ERROR_REASON_CATEGORY_NOT_IN_CATALOGUE, field, message)
        return None
    if category.code == RED_LIST:
        message = "守信激励对象须先公示(red_list_candidacy), 期满无异议再列入(red_list_grant)。"
        found.add(reasons.ERROR_REASON_PUBLIC_NOTICE_REQUIRED, field, message)
    if not category.credit_bearing:
        message = f"{category.name_zh}不是信用信息, 作出决定后才可记录。"
        found.add(reasons.ERROR_REASON_NOT_CREDIT_INFORMATION, field, message)
    if category.code not in department.categories:
        message = f"{department.name}的职责不含{category.name_zh}({category.code})。"
        found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_MANDATE, field, message)
    return category


def _check_region(found: Findings, path: str, event: pb.Event, department: Department) -> None:
    if not event.region:
        return
    if fault := region_fault(event.region):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.region", fault)
    elif not region_covers(department.region, event.region):
        message = f"地区{event.region}不在{department.name}的管辖({department.region})内。"
        found.add(reasons.ERROR_REASON_REGION_OUTSIDE_MANDATE, f"{path}.region", message)


def _check_document(
    found: Findings,
    path: str,
    event: pb.Event,
    *,
    required: bool,
    received_on: date,
    department: Department,
) -> None:
    if not required and not event.HasField("document"):
        return
    if required:
        check_document(found, f"{path}.document", event.document, received_on, department)
    else:
        check_mention(found, f"{path}.document", event.document, received_on)


def _check_dates(found: Findings, path: str, event: pb.Event, *, negative: bool) -> None:
    first = found.optional_day(f"{path}.effective_from", event.effective_from, "生效日期")
    last = found.last_day(f"{path}.effective_until", event.effective_until, "截止日期")
    if first and last and last < first:
        message = f"截止日期{last}早于生效日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.effective_until", message)
    decided_on = Findings().optional_day("", event.document.decided_on, "")
    # A licence may be renewed before the old one ends, and dated so; a penalty or a list entry
    # cannot take effect before it was decided.
    if negative and first and decided_on and first < decided_on:
        message = f"生效日期{first}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.effective_from", message)
    if negative and last and decided_on and last < decided_on:
        message = f"截止日期{last}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.effective_until", message)


def _check_content(found: Findings, path: str, event: pb.Event, category: Category | None) -> None:
    names = [item.name for item in event.content]
    known = category.fields if category else frozenset(names)
    for number, name in enumerate(names if not known.issuperset(names) else ()):
        if name not in known:
            message = f"类别{event.category}没有内容项{quoted(name)}。"
            found.add(reasons.ERROR_REASON_CONTENT_FIELD_UNKNOWN, f"{path}.content[{number}].name", message)
    if len(set(names)) != len(names):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.content", "内容项重复。")
    # The whole is measured first: it is seldom longer than one item may be.
    if event.ByteSize() > MAX_CONTENT and any(len(item.value) > MAX_CONTENT for item in event.content):
        found.add(reasons.ERROR_REASON_TOO_LARGE, f"{path}.content", f"内容项超过{MAX_CONTENT}字。")
    for number, evidence in enumerate(event.evidence):
        if len(evidence.sha256) != SHA256_BYTES:
            message = "证据摘要应为32字节的SHA-256。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.evidence[{number}].sha256", message)
    if len(event.evidence) > MAX_EVIDENCE:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"证据超过{MAX_EVIDENCE}项。")
