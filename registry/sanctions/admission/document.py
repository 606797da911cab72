"""Checks of a legally effective document (生效法律文书): number, authority with its code, date.

A finding of dishonesty must rest on one (国办发〔2020〕49号), be it of the department's own or of an
authority whose decisions it is registered to relay (数据来源单位 ≠ 处罚机关). A document that is named where
none is required, of a licence or of a withdrawal, is held to its form only.
"""

from __future__ import annotations

from datetime import date

from registry.domain.alerts import names_an_alert
from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.quoting import is_blank, names_a_person, quoted_code
from registry.sanctions.admission.texts import MAX_CITED, fits
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


def check_document(
    found: Findings, path: str, document: pb.Document, received_on: date, department: Department
) -> None:
    """Notes what a legally effective document lacks: number, authority with its code, date."""
    for field, value, name in _cited(document):
        # What is too long is not searched for a number; the document is shown with every hit.
        short = fits(found, f"{path}.{field}", value, MAX_CITED, name)
        if is_blank(value):
            message = f"缺少{name}: 认定失信必须以生效法律文书为依据(国办发〔2020〕49号)。"
            found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, f"{path}.{field}", message)
        elif short and names_a_person(value):
            message = f"{name}含有身份证号码, 请按文书原样填写。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.{field}", message)
        elif short and names_an_alert(value):
            message = f"{name}是预警的编号: 预警不是生效法律文书, 不能据以认定失信或者作出限制。"
            found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, f"{path}.{field}", message)
    if not document.decided_on:
        message = "缺少决定日期: 认定失信必须以生效法律文书为依据(国办发〔2020〕49号)。"
        found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, f"{path}.decided_on", message)
    decided_on = found.optional_day(f"{path}.decided_on", document.decided_on, "决定日期")
    check_not_future(found, f"{path}.decided_on", decided_on, received_on)
    authority = normalise(document.authority_code)
    if authority != department.code and authority not in department.relayed_authorities:
        for fault in code_faults(subject_pb2.IDENTIFIER_TYPE_USCC, authority):
            found.add(fault.reason, f"{path}.authority_code", f"决定机关代码: {fault.message}")
        message = f"{department.name}不能陈述其他机关{quoted_code(authority)}的决定, 除非登记为转报。"
        found.add(reasons.ERROR_REASON_AUTHORITY_OUTSIDE_MANDATE, f"{path}.authority_code", message)


def check_mention(found: Findings, path: str, document: pb.Document, received_on: date) -> None:
    """Notes what is wrong with the form of a document that nothing requires."""
    for field, value, name in _cited(document):
        fits(found, f"{path}.{field}", value, MAX_CITED, name)
    fits(found, f"{path}.authority_code", document.authority_code, MAX_CITED, "决定机关代码")
    decided_on = found.optional_day(f"{path}.decided_on", document.decided_on, "决定日期")
    check_not_future(found, f"{path}.decided_on", decided_on, received_on)


def _cited(document: pb.Document) -> tuple[tuple[str, str, str], ...]:
    return ("number", document.number, "文书号"), ("authority", document.authority, "决定机关")


def check_not_future(
    found: Findings, path: str, day: date | None, received_on: date, name: str = "决定日期"
) -> None:
    """Notes a fault if a day that must have come is after the day of receipt."""
    if day is not None and day > received_on:
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, path, f"{name}{day}晚于接收日期{received_on}。")
