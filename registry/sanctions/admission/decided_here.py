"""What a department decides in the registry's own procedure it may not state past it (本系统办理的决定).

``Mandate.decides_here`` names measures and lists. An event of that department, or what takes the place of
one, that imposes such a measure or enters a subject on such a list by a document of the department's own is
refused, unless it is the decision of a case or what corrects one. What others decided it may relay as before.

Example: the finance bureau decides M-PRO-01 here; an event of its own with that measure: PROCEDURE_REQUIRED.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.identifiers import normalise
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_not_decided_here(
    found: Findings, path: str, event: pb.Event, department: str, day: date, ledger: Ledger
) -> None:
    """Notes measures and a list that the department decides by the procedure alone."""
    stating = ledger.directory.department(department)
    here = frozenset(stating.registration.mandate.decides_here) if stating else frozenset()
    if not here or normalise(event.document.authority_code) != department:
        return
    named = [(f"{path}.list_code", event.list_code)]
    named += [(f"{path}.measures[{n}].measure_code", m.measure_code) for n, m in enumerate(event.measures)]
    article = ledger.edition_on(day).procedures.articles.get("decides_here", "行政处罚法 第三十八条")
    for field, code in named:
        if code in here:
            message = f"{code}由本部门在本登记系统按程序决定, 不得直接陈述; 请立案办理({article})。"
            found.add(reasons.ERROR_REASON_PROCEDURE_REQUIRED, field, message)
