"""Whether one proposal is heavier than another (不得因陈述申辩而加重, 行政处罚法 第四十五条第二款).

What a party was told it may be held to: no measure or list that was not announced, no longer term, no wider
scope, no other capacity, no graver severity (without one the longest disclosure applies), and for life only
if that was announced. What was announced without a scope covers every scope.

Example: announced M-PRO-01 for 24 months in 130902. Decided for 24 months in 130902: not heavier; for 25
months, or without region: heavier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.domain.scopes import region_covers
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

Heavier = tuple[str, str]
"""Field, and why it is heavier."""


def heavier(proposal: pb.BanProposal, announced: pb.BanProposal) -> Iterator[Heavier]:
    """Where a proposal goes beyond what was announced."""
    if proposal.category != announced.category:
        yield "category", "类别与告知的不同"
    if proposal.severity != announced.severity and not 0 < proposal.severity < announced.severity:
        yield "severity", "严重程度重于告知的, 或者没有写明"
    if proposal.list_code and proposal.list_code != announced.list_code:
        yield "list_code", "告知中没有列入这一名单"
    elif proposal.list_code and _longer(proposal.list_months, announced.list_months):
        yield "list_months", f"列入期限长于告知的{announced.list_months}个月"
    for number, measure in enumerate(proposal.measures):
        if why := _heavier_measure(measure, announced):
            yield f"measures[{number}]", why


def decided_proposal(event: pb.Event) -> pb.BanProposal:
    """A decision as a proposal: terms in the least number of whole months that cover them."""
    found = Findings()
    listed, until = (
        found.optional_day("", event.effective_from, ""),
        found.last_day("", event.effective_until, ""),
    )
    proposal = pb.BanProposal(
        category=event.category,
        severity=event.severity,
        list_code=event.list_code,
        legal_basis=event.legal_basis,
    )
    if event.list_code and listed and until:
        proposal.list_months = months_between(listed, until)
    for imposed in event.measures:
        first = found.optional_day("", getattr(imposed, "from"), "")
        last = found.last_day("", imposed.until, "")
        proposal.measures.add(
            measure_code=imposed.measure_code,
            months=months_between(first, last) if first and last and not imposed.lifetime else 0,
            lifetime=imposed.lifetime,
            scope=imposed.scope,
            capacity=imposed.capacity,
        )
    return proposal


def months_between(first: date, last: date) -> int:
    """The least number of months from a day that reach a last day (民法典 第二百零一条至第二百零三条)."""
    months = max(0, (last.year - first.year) * 12 + last.month - first.month)
    return months if add_months(first, months) >= last else months + 1


def _heavier_measure(measure: pb.ProposedMeasure, announced: pb.BanProposal) -> str:
    told = [each for each in announced.measures if each.measure_code == measure.measure_code]
    if not told:
        return f"告知中没有措施{measure.measure_code}"
    whys = [_beyond(measure, each) for each in told]
    return "" if "" in whys else whys[0]


def _beyond(measure: pb.ProposedMeasure, told: pb.ProposedMeasure) -> str:
    if measure.lifetime and not told.lifetime:
        return "告知的不是终身"
    if not told.lifetime and _longer(measure.months, told.months):
        return f"期限长于告知的{told.months}个月"
    if measure.capacity != told.capacity and told.capacity:
        return "适用的身份与告知的不同"
    return "" if scope_within(measure.scope, told.scope) else "适用范围宽于告知的"


def _longer(months: int, told: int) -> bool:
    """Whether a term is longer than the one told; none (0) is longer than any, and no longer than none."""
    return bool(told) and (months > told or not months)


def scope_within(scope: subject_pb2.Scope, told: subject_pb2.Scope) -> bool:
    """Whether a scope reaches no further than another; empty parts of the other cover everything."""
    if told.region and not (scope.region and region_covers(told.region, scope.region)):
        return False
    same = ((scope.industry, told.industry), (scope.activity, told.activity))
    return all(not other or mine == other for mine, other in same)
