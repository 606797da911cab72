"""The facts of a matter as a question: well-formed, or refused with every fault.

Many subjects are asked about in few matters, so a matter that was read is kept.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from registry.domain.faults import Findings
from registry.domain.scopes import industry_fault, region_fault
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Question
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2, subject_pb2


@lru_cache(maxsize=4096)
def asked(domain: subject_pb2.Domain.ValueType, matter: bytes, day: date, edition: Edition) -> Question:
    """The question in a serialised Matter; many subjects are asked about in few. Raises RegistryError."""
    stated = restriction_service_pb2.Matter.FromString(matter)
    _check_scope(stated.scope, edition)
    return Question(
        domain=domain,
        role=stated.role,
        day=day,
        region=stated.scope.region,
        industry=stated.scope.industry,
        activity=stated.scope.activity,
        tender_kind=stated.tender_kind,
    )


def _check_scope(scope: subject_pb2.Scope, edition: Edition) -> None:
    if not (scope.region or scope.industry or scope.activity):
        return
    found = Findings()
    checks = (
        ("region", region_fault(scope.region) if scope.region else None),
        ("industry", industry_fault(scope.industry) if scope.industry else None),
        ("activity", edition.activity_fault(scope.activity)),
    )
    for name, fault in checks:
        if fault:
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"matter.scope.{name}", fault)
    if found.faults:
        raise RegistryError(found.faults)
