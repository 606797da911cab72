"""The purpose of a question about a natural person (用途和案号): it is stated, and it names nobody.

It rests in clear in the query log, for as long as that is kept, and the auditor reads it. So whoever asks
about persons, by whatever method, states one that passes here.
"""

from __future__ import annotations

from registry.domain.faults import Fault, Findings
from registry.domain.quoting import names_somebody
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.restriction_service_pb2 import Purpose

MAX_TEXT = 200


def purpose_faults(purpose: Purpose) -> list[Fault]:
    """What is wrong with a purpose for a question about a natural person."""
    return [*purpose_missing(purpose), *purpose_naming(purpose)]


def purpose_naming(purpose: Purpose) -> list[Fault]:
    """Where a purpose names somebody by his number."""
    found = Findings()
    for field, value in (("reference", purpose.reference), ("reason", purpose.reason)):
        if len(value) <= MAX_TEXT and names_somebody(value):
            message = "用途和案号中不得写身份证件号码。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"purpose.{field}", message)
    return found.faults


def purpose_missing(purpose: Purpose) -> list[Fault]:
    """What is missing of a purpose."""
    found = Findings()
    for field, value in (("reference", purpose.reference), ("reason", purpose.reason)):
        if not value.strip() or len(value) > MAX_TEXT:
            message = f"查询自然人须写明用途和案号(purpose.{field}, 不超过{MAX_TEXT}字)。"
            found.add(reasons.ERROR_REASON_PURPOSE_REQUIRED, f"purpose.{field}", message)
    return found.faults
