"""What the registry would refuse of an event, as far as a client can know (提交前检查).

The registry's own admission decides (``registry.sanctions.admission``); what it needs of the register, the
catalogue and the department's mandate no client has. What needs nothing but the statement and the day is
checked here with the same functions of ``registry.domain``, in the same order and with the same words, so
that a row is mended before it travels. A test holds the two against one another: nothing is refused here that
is not refused there.

Sources: 国办发〔2020〕49号 (a finding of dishonesty rests on an effective document and on an article of law);
GB 32100 and GB 11643 for codes; 双公示 (发改办财金〔2018〕424号).

Example: a penalty without 行政处罚决定书文号 has the fault DOCUMENT_REQUIRED at ``event.document.number``.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from registry.domain.faults import Fault, Findings
from registry.domain.identifiers import code_faults, is_personal, names_a_subject, normalise, uscc_kinds
from registry.domain.names import comparable
from registry.domain.quoting import is_blank, names_a_person
from registry.domain.scopes import industry_fault, region_fault
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Document, Event, ImposedMeasure

NEGATIVE = frozenset(("E-03-CF", "E-05", "E-06", "E-51"))
"""Categories of the layouts that need a document and an article of law."""
LISTED = frozenset(("E-05", "E-06"))
MEASURE = "E-51"
MAX_NAME, MAX_CITED, MAX_CONTENT, MAX_ARTICLES = 500, 200, 4000, 32
_ORGANISATION = subject_pb2.IDENTIFIER_TYPE_USCC


def event_faults(event: Event, *, today: date) -> list[Fault]:
    """Every fault of an event that can be told from itself, on the day in China on which it is sent."""
    found = Findings()
    negative = event.category in NEGATIVE
    _check_subject(found, event.subject)
    if event.region and (fault := region_fault(event.region)):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "event.region", fault)
    _check_document(found, event.document, required=negative, today=today)
    _check_dates(found, event, negative=negative)
    _check_legal_basis(found, event, required=negative)
    _check_content(found, event)
    if event.category in LISTED:
        found.day("event.effective_from", event.effective_from, "列入日期")
        if not event.list_code:
            found.add(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, "event.list_code", "缺少名单代码。")
    for number, imposed in enumerate(event.measures):
        _check_measure(found, f"event.measures[{number}]", imposed, event.document.decided_on)
    if event.category == MEASURE and not event.measures:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "event.measures[0].measure_code", "缺少措施代码。")
    return found.faults


def _check_subject(found: Findings, subject: subject_pb2.Subject) -> None:
    identifier, kind = subject.identifier, subject.kind
    value = normalise(identifier.value)
    for fault in code_faults(identifier.type, value):
        found.add(fault.reason, "event.subject.identifier.value", fault.message)
    if len(subject.name) > MAX_NAME:
        found.add(reasons.ERROR_REASON_TOO_LARGE, "event.subject.name", f"主体名称超过{MAX_NAME}字。")
    elif not comparable(subject.name):
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "event.subject.name", "缺少主体名称。")
    person = kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    if kind == subject_pb2.SUBJECT_KIND_UNSPECIFIED:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "event.subject.kind", "缺少主体类别。")
    elif names_a_subject(identifier.type) and person != is_personal(identifier.type):
        message = "自然人用身份证件号码, 组织用统一社会信用代码。"
        found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, "event.subject.kind", message)
    elif not person and (allowed := uscc_kinds(value)) and kind not in allowed:
        message = f"统一社会信用代码前两位“{value[:2]}”与主体类别不符。"
        found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, "event.subject.kind", message)


def _check_document(found: Findings, document: Document, *, required: bool, today: date) -> None:
    path = "event.document"
    cited = ("number", document.number, "文书号"), ("authority", document.authority, "决定机关")
    for field, value, name in cited:
        if too_long := len(value) > MAX_CITED:
            found.add(reasons.ERROR_REASON_TOO_LARGE, f"{path}.{field}", f"{name}超过{MAX_CITED}字。")
        if required and is_blank(value):
            message = f"缺少{name}: 认定失信必须以生效法律文书为依据(国办发〔2020〕49号)。"
            found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, f"{path}.{field}", message)
        elif not too_long and _names_a_person(value):
            message = f"{name}含有身份证号码, 请按文书原样填写。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.{field}", message)
    if required and not document.decided_on:
        message = "缺少决定日期: 认定失信必须以生效法律文书为依据(国办发〔2020〕49号)。"
        found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, f"{path}.decided_on", message)
    decided_on = found.optional_day(f"{path}.decided_on", document.decided_on, "决定日期")
    if decided_on is not None and decided_on > today:
        message = f"决定日期{decided_on}晚于接收日期{today}。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, f"{path}.decided_on", message)
    if required:
        # A department's own code is valid, and so are those whose decisions it may relay.
        for fault in code_faults(_ORGANISATION, normalise(document.authority_code)):
            found.add(fault.reason, f"{path}.authority_code", f"决定机关代码: {fault.message}")


@lru_cache(maxsize=4096)
def _names_a_person(text: str) -> bool:
    """As ``names_a_person``: the rows of a file name few authorities."""
    return names_a_person(text)


def _check_dates(found: Findings, event: Event, *, negative: bool) -> None:
    first = found.optional_day("event.effective_from", event.effective_from, "生效日期")
    last = found.last_day("event.effective_until", event.effective_until, "截止日期")
    decided_on = Findings().optional_day("", event.document.decided_on, "")
    if first and last and last < first:
        message = f"截止日期{last}早于生效日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "event.effective_until", message)
    if negative and first and decided_on and first < decided_on:
        message = f"生效日期{first}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "event.effective_from", message)
    if negative and last and decided_on and last < decided_on:
        message = f"截止日期{last}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "event.effective_until", message)


def _check_legal_basis(found: Findings, event: Event, *, required: bool) -> None:
    articles, path = event.legal_basis, "event.legal_basis"
    if any(map(is_blank, articles)) or (required and not articles):
        message = "缺少处罚、列入或限制的法律依据(法律名称和条款), 或有空白项。"
        found.add(reasons.ERROR_REASON_LEGAL_BASIS_REQUIRED, path, message)
    if len(articles) > MAX_ARTICLES or any(len(article) > MAX_NAME for article in articles):
        message = f"法律依据不超过{MAX_ARTICLES}项, 每项不超过{MAX_NAME}字。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)


def _check_content(found: Findings, event: Event) -> None:
    if event.ByteSize() <= MAX_CONTENT:
        return
    for number, item in enumerate(event.content):
        if len(item.value) > MAX_CONTENT:
            path, message = f"event.content[{number}]", f"内容项超过{MAX_CONTENT}字。"
            found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)


def _check_measure(found: Findings, path: str, imposed: ImposedMeasure, decided: str) -> None:
    if not imposed.measure_code:
        found.add(reasons.ERROR_REASON_MEASURE_NOT_IN_EDITION, f"{path}.measure_code", "缺少措施代码。")
    for field, value, fault_of in (
        ("region", imposed.scope.region, region_fault),
        ("industry", imposed.scope.industry, industry_fault),
    ):
        if value and (fault := fault_of(value)):
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.scope.{field}", fault)
    decided_on = Findings().optional_day("", decided, "")
    first = found.day(f"{path}.from", getattr(imposed, "from"), "起始日期")
    last = found.last_day(f"{path}.until", imposed.until, "截止日期")
    if first and decided_on and first < decided_on:
        message = f"起始日期{first}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.from", message)
    if first and last and last < first:
        message = f"截止日期{last}早于起始日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.until", message)
