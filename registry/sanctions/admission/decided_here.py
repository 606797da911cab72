"""What a department decides in the registry's own procedure it may not state past it (本系统办理的决定).

``Mandate.decides_here`` names measures and lists. An event of that department, or what takes the place of
one, that imposes such a measure or enters a subject on such a list by a document of the department's own is
refused, unless it is the decision of a case or what corrects one. What others decided it may relay as before.
What was stated before may be corrected with what it imposed, if that reaches no further: not in time, nor in
scope, nor in capacity.

Example: the finance bureau decides M-PRO-01 here; an event of its own with that measure: PROCEDURE_REQUIRED.
Its ban of before, until 2028-03-01, may be corrected to end on 2027-03-01, and not to end in 2029.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.domain.faults import Findings
from registry.domain.identifiers import normalise
from registry.domain.periods import Period
from registry.sanctions.bans.weight import scope_within
from registry.sanctions.ground import Ground, GroundKind
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


def check_not_decided_here(
    found: Findings, path: str, event: pb.Event, statement: pb.Statement, day: date, ledger: Ledger
) -> None:
    """Notes measures and a list that the department decides by the procedure alone."""
    stating = ledger.directory.department(statement.department)
    here = frozenset(stating.registration.mandate.decides_here) if stating else frozenset()
    if not here or normalise(event.document.authority_code) != statement.department:
        return
    before = _imposed_before(statement, ledger)
    named = [] if _is_kept_on_the_list(event, before) else [(f"{path}.list_code", event.list_code)]
    for number, measure in enumerate(event.measures):
        if not any(_reaches_no_further(measure, each) for each in before):
            named.append((f"{path}.measures[{number}].measure_code", measure.measure_code))
    article = ledger.edition_on(day).procedures.articles.get("decides_here", "行政处罚法 第三十八条")
    for field, code in named:
        if code in here:
            message = f"{code}由本部门在本登记系统按程序决定, 不得直接陈述; 请立案办理({article})。"
            found.add(reasons.ERROR_REASON_PROCEDURE_REQUIRED, field, message)


def _imposed_before(statement: pb.Statement, ledger: Ledger) -> Sequence[Ground]:
    """What stands of the statement whose place a correction takes."""
    body = statement.WhichOneof("body") or ""
    target = getattr(getattr(statement, body), "target", None)
    recorded = ledger.event(target.department, target.statement_id) if target is not None else None
    if recorded is None:
        return ()
    grounds = ledger.subject(recorded.subject).grounds
    return [row for row in grounds if row.position == recorded.position and row.known_to is None]


def _is_kept_on_the_list(event: pb.Event, before: Sequence[Ground]) -> bool:
    listed = [row for row in before if row.kind is GroundKind.LISTED and row.code == event.list_code]
    days = event.effective_from, event.effective_until
    return any(_lies_within(*days, row.period) for row in listed)


def _reaches_no_further(measure: pb.ImposedMeasure, row: Ground) -> bool:
    if row.kind is not GroundKind.IMPOSED or row.code != measure.measure_code:
        return False
    scope = subject_pb2.Scope(region=row.region, industry=row.industry, activity=row.activity)
    return (
        _lies_within(getattr(measure, "from"), measure.until, row.period)
        and (row.lifetime or not measure.lifetime)
        and (not row.capacity or row.capacity == measure.capacity)
        and scope_within(measure.scope, scope)
    )


def _lies_within(first: str, last: str, period: Period) -> bool:
    """Whether days as they are written lie in a period; what is not a day does not."""
    found = Findings()
    begins, ends = found.optional_day("", first, ""), found.last_day("", last, "")
    if found.faults or begins is None or begins < period.first:
        return False
    return period.last is None or (ends is not None and ends <= period.last)
