"""Checks of a measure that a document imposes (决定类措施).

A measure must be in the edition in force on the decision date, within the department's mandate,
able to fall on this kind of subject, and inside the bounds of its term (过惩相当, see ``term``). A measure
that follows a list is brought about by the list entry alone and is refused here. A document imposes a measure
for one term, be it for several regions or industries.

Example: M-PRO-01 for 130902 and for 130903, both from 2026-03-01 to 2028-03-01, is admitted; for 130903 from
2028-03-02 on it is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.quoting import quoted
from registry.domain.scopes import industry_fault, region_covers, region_fault
from registry.sanctions.admission.term import check_term
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.reach import feasible_capacities
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

MAX_ITEMS = 64


def check_measures(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> None:
    """Notes every fault of the measures of an event, each by itself and beside the others."""
    if len(event.measures) > MAX_ITEMS:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"措施超过{MAX_ITEMS}项。")
    before: list[pb.ImposedMeasure] = []
    for number, imposed in enumerate(event.measures[:MAX_ITEMS]):
        field = f"{path}.measures[{number}]"
        check_measure(found, field, imposed, event, department, edition)
        if fault := _beside(imposed, before):
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{field}.measure_code", fault)
        before.append(imposed)


def _beside(imposed: pb.ImposedMeasure, before: Iterable[pb.ImposedMeasure]) -> str:
    """What is wrong with a measure beside those of the same document: for several regions or industries it
    may stand several times, and always for one term. Two terms in a row would be longer than the law's
    longest."""
    for other in before:
        if other.measure_code != imposed.measure_code or not capacities_meet(
            other.capacity, imposed.capacity
        ):
            continue
        if _term(other) != _term(imposed):
            return "同一文书的同一措施只有一个期限, 各适用范围应当相同。"
        if other.capacity == imposed.capacity and other.scope == imposed.scope:
            return "同一文书不得就同一范围重复实施同一措施。"
    return ""


def capacities_meet(one: subject_pb2.Capacity.ValueType, other: subject_pb2.Capacity.ValueType) -> bool:
    """Whether a measure imposed in one capacity and in another falls on the subject twice: in the same, or
    where either document names none and means every one."""
    return one == other or not one or not other


def _term(imposed: pb.ImposedMeasure) -> tuple[str, date | None, bool, str]:
    last = Findings().last_day("", imposed.until, "")
    return getattr(imposed, "from"), last, imposed.lifetime, imposed.anchor_on


def check_measure(
    found: Findings,
    path: str,
    imposed: pb.ImposedMeasure,
    event: pb.Event,
    department: Department,
    edition: Edition,
) -> None:
    """Notes every fault of one imposed measure."""
    decided_on = Findings().optional_day("", event.document.decided_on, "")
    if decided_on is None:
        return  # Already told as a fault of the document; without the date there is no edition to ask.
    field = f"{path}.measure_code"
    measure = edition.measure(imposed.measure_code, decided_on)
    if measure is None:
        message = f"措施{quoted(imposed.measure_code)}不在{decided_on}有效的目录内, 不得实施。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_IN_EDITION, field, message)
        return
    if measure.origin == "list":
        message = f"{measure.name_zh}随名单产生, 请提交名单信息。"
        found.add(reasons.ERROR_REASON_MEASURE_FOLLOWS_LIST, field, message)
    if measure.code not in department.measures:
        message = f"{department.name}无权决定{measure.name_zh}({measure.code})。"
        found.add(reasons.ERROR_REASON_MEASURE_OUTSIDE_MANDATE, field, message)
    _check_reach(found, path, imposed, measure, event.subject.kind)
    if measure.activity and imposed.scope.activity not in ("", measure.activity):
        other = quoted(imposed.scope.activity)
        message = f"{measure.name_zh}依法只限于活动{measure.activity}, 不能改为{other}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.scope.activity", message)
    _check_scope(found, f"{path}.scope", imposed.scope, department, edition)
    check_term(found, path, imposed, measure, decided_on)


def _check_reach(
    found: Findings,
    path: str,
    imposed: pb.ImposedMeasure,
    measure: Measure,
    kind: subject_pb2.SubjectKind.ValueType,
) -> None:
    feasible = feasible_capacities(kind)
    if imposed.capacity:
        fits = imposed.capacity in measure.capacities and imposed.capacity in feasible
    else:
        fits = kind in measure.subject_kinds or bool(measure.capacities & feasible)
    if not fits:
        message = f"{measure.name_zh}不能适用于这一类主体。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND, f"{path}.measure_code", message)


def _check_scope(
    found: Findings, path: str, scope: subject_pb2.Scope, department: Department, edition: Edition
) -> None:
    faults = (
        ("region", region_fault(scope.region) if scope.region else None),
        ("industry", industry_fault(scope.industry) if scope.industry else None),
        ("activity", edition.activity_fault(scope.activity)),
    )
    for name, fault in faults:
        if fault:
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.{name}", fault)
    if scope.region and not region_fault(scope.region) and not region_covers(department.region, scope.region):
        message = f"适用区域{scope.region}不在{department.name}的管辖({department.region})内。"
        found.add(reasons.ERROR_REASON_REGION_OUTSIDE_MANDATE, f"{path}.region", message)
