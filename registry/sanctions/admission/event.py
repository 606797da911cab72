"""Checks of a credit event (信用事件): subject, category, document, dates, list, content.

Sources: 国办发〔2020〕49号 (只有目录内的信息可以记录; 认定失信必须以生效文书为依据);
law.md §1.1, §4.4; GB 32100 and GB 11643 for identifiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, is_personal, names_a_subject, normalise, uscc_kinds
from registry.domain.periods import add_months
from registry.domain.quoting import is_blank, quoted
from registry.domain.scopes import region_covers, region_fault
from registry.sanctions.admission.document import check_document, check_not_future
from registry.sanctions.admission.measure import check_measure
from registry.sanctions.catalogue import Category, CreditList, Edition
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

LIST_CATEGORIES = ("E-05", "E-06")
MAX_CONTENT = 4000
MAX_ITEMS = 64
MAX_ARTICLES = 32
MAX_NAME = 500
SHA256_BYTES = 32
_SEVERITIES = frozenset(pb.Severity.values())
_KINDS = frozenset(subject_pb2.SubjectKind.values())


def check_event(
    found: Findings, path: str, event: pb.Event, department: str, received_on: date, ledger: Ledger
) -> None:
    """Notes every fault of ``event``, stated by a registered ``department``."""
    stating = ledger.directory.department(department)
    assert stating is not None
    check_subject(found, f"{path}.subject", event.subject)
    edition = ledger.edition_on(_law_day(event, received_on))
    category = _check_category(found, path, event, stating, edition)
    _check_region(found, path, event, stating)
    negative = category is None or category.polarity == "negative" or bool(event.measures or event.list_code)
    _check_document(found, path, event, required=negative, received_on=received_on, department=stating)
    _check_dates(found, path, event, negative=negative)
    check_legal_basis(found, f"{path}.legal_basis", event.legal_basis, required=negative)
    if event.severity not in _SEVERITIES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.severity", "严重程度不在代码表内。")
    _check_content(found, path, event, category)
    _check_list(found, path, event, stating, edition)
    _check_measures(found, path, event, stating, edition)


def _law_day(event: pb.Event, received_on: date) -> date:
    """The day whose edition judges the event (``effects.recording.law_day``), where it can be read."""
    stated = event.document.decided_on or event.effective_from
    return Findings().optional_day("", stated, "") or received_on


def check_legal_basis(found: Findings, path: str, articles: Sequence[str], *, required: bool) -> None:
    """Notes articles that are missing where they are required, blank, or too many."""
    if any(map(is_blank, articles)) or (required and not articles):
        message = "缺少处罚、列入或限制的法律依据(法律名称和条款), 或有空白项。"
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
    found.required(f"{path}.name", subject.name, "主体名称")
    if len(subject.name) > MAX_NAME:
        found.add(reasons.ERROR_REASON_TOO_LARGE, f"{path}.name", f"主体名称超过{MAX_NAME}字。")
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


def _check_category(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> Category | None:
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
        decided_on = found.optional_day(f"{path}.document.decided_on", event.document.decided_on, "决定日期")
        check_not_future(found, f"{path}.document.decided_on", decided_on, received_on)


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
    if len(event.measures) > MAX_ITEMS or len(event.evidence) > MAX_ITEMS:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"措施或证据超过{MAX_ITEMS}项。")


def _check_measures(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> None:
    imposed_before = set()
    for number, imposed in enumerate(event.measures[:MAX_ITEMS]):
        check_measure(found, f"{path}.measures[{number}]", imposed, event, department, edition)
        scope = imposed.scope
        once = (imposed.measure_code, imposed.capacity, scope.region, scope.industry, scope.activity)
        if once in imposed_before:  # Two terms in a row would be longer than the law's longest.
            message = "同一文书不得就同一范围重复实施同一措施。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.measures[{number}].measure_code", message)
        imposed_before.add(once)


def _check_list(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> None:
    field = f"{path}.list_code"
    if event.category not in LIST_CATEGORIES:
        if event.list_code:
            message = f"类别{quoted(event.category)}不是名单信息。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, field, message)
        return
    listed_on = found.day(f"{path}.effective_from", event.effective_from, "列入日期")
    entry = edition.credit_list(event.list_code, listed_on) if listed_on else None
    if listed_on and entry is None:
        message = f"名单{quoted(event.list_code)}不在{listed_on}有效的目录内。"
        found.add(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, field, message)
    if entry and entry.category != event.category:
        message = f"{entry.name_zh}属于类别{entry.category}, 不是{quoted(event.category)}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.category", message)
    if event.list_code not in department.lists:
        message = f"{department.name}无权列入或转报名单{quoted(event.list_code)}。"
        found.add(reasons.ERROR_REASON_LIST_OUTSIDE_MANDATE, field, message)
    if entry and listed_on:
        _check_list_entry(found, path, event, entry, listed_on)


def _check_list_entry(
    found: Findings, path: str, event: pb.Event, entry: CreditList, listed_on: date
) -> None:
    person = event.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    fits = event.subject.kind in entry.subject_kinds or (person and entry.capacities)
    if not fits:
        message = f"{entry.name_zh}不适用于这一类主体。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND, f"{path}.subject.kind", message)
    until = Findings().last_day("", event.effective_until, "")
    if until is None:
        if not entry.open_ended:
            message = f"{entry.name_zh}的列入须写明期限至。"
            found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.effective_until", message)
        return
    shortest = add_months(listed_on, entry.min_months) - timedelta(days=1) if entry.min_months else listed_on
    longest = add_months(listed_on, entry.max_months) if entry.max_months else date.max
    if not shortest <= until <= longest:
        message = f"{entry.name_zh}的期限应为{entry.min_months or 0}至{entry.max_months or '不限'}个月。"
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.effective_until", message)
