"""What an indicator counts, in which group, and from which value on (指标的范围、归并和阈值).

* The kind says what is counted; region, trades and categories (or lists) limit it.
* The grouping says into which group it falls: of trades into each that the indicator names and the event lies
  in, or into its division (C26) where the indicator names none. What has no such part falls into none.
* Of a rise the threshold is needed and the rise: six complaints after three are twice as many (200).

Example: limited to C26 and 130900, a penalty that bars from C2614 in 130902 counts in the group C26.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from registry.domain.scopes import Relation, industry_relation, region_covers
from registry.supervision.risk.occurrence import Occurrence, Sort
from registry.v1 import supervision_pb2 as pb

SORTS: Mapping[int, Sort] = {
    pb.INDICATOR_KIND_PENALTY_CLUSTER: Sort.EVENT,
    pb.INDICATOR_KIND_KEY_INDUSTRY: Sort.EVENT,
    pb.INDICATOR_KIND_OVERDUE_RECTIFICATION: Sort.OVERDUE,
    pb.INDICATOR_KIND_COMPLAINT_RISE: Sort.COMPLAINT,
}
"""What each kind of indicator counts."""
_DIVISION = 3
"""A section's letter and two digits."""
_PER_CENT = 100


def is_counted(indicator: pb.RiskIndicator, occurrence: Occurrence) -> bool:
    """Whether an occurrence is one of the indicator's."""
    if SORTS.get(indicator.kind) is not occurrence.sort:
        return False
    if indicator.categories and not set(indicator.categories) & set(occurrence.codes):
        return False
    if not region_covers(indicator.region, occurrence.region):
        return False
    return not indicator.industries or any(_trades(indicator, occurrence))


def groups_of(indicator: pb.RiskIndicator, occurrence: Occurrence) -> list[str]:
    """The groups into which it falls, each once."""
    return list(dict.fromkeys(filter(None, _GROUPS[indicator.grouping](indicator, occurrence))))


def is_reached(indicator: pb.RiskIndicator, value: int, before: int) -> bool:
    """Whether a value is worth an alert: the threshold is reached and, of a rise, so is that. From nothing
    whatever reaches the threshold is a rise."""
    if value < indicator.threshold:
        return False
    rise = indicator.kind == pb.INDICATOR_KIND_COMPLAINT_RISE
    return not rise or value * _PER_CENT >= before * indicator.rise_percent


def _trades(indicator: pb.RiskIndicator, occurrence: Occurrence) -> Iterator[str]:
    limits = indicator.industries
    for code in occurrence.industries:
        if not limits:
            yield code[:_DIVISION]
        yield from (each for each in limits if industry_relation(each, code) is Relation.INSIDE)


_GROUPS: Mapping[int, Callable[[pb.RiskIndicator, Occurrence], Iterator[str]]] = {
    pb.INDICATOR_GROUPING_REGION: lambda _indicator, each: iter((each.region,)),
    pb.INDICATOR_GROUPING_SUBJECT: lambda _indicator, each: iter((each.subject,)),
    pb.INDICATOR_GROUPING_MATTER: lambda _indicator, each: iter((each.matter,)),
    pb.INDICATOR_GROUPING_INDUSTRY: _trades,
}
