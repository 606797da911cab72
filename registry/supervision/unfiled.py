"""Who has not filed a rule of supervision by the day (十一月底前报备).

各部门要于11月底前, 将事中事后监管制度报机构编制部门备案 (沧州市进一步加强行政审批事中事后监管的实施意见
五(二)). For each matter in the catalogue that has to have a rule there is one duty of its department: due on
30 November of the year in which the matter came into the catalogue, of the next year if it came in December.
It is met by the first filing of a rule that covers the matter, by number or class. The duty is pure of files:
those of matters and of rules.

Who is answerable (``ended``) is asked of matters that are out of the catalogue by now as well, if one was in
it on the last day, as far as was known then: the step was due, and is not undone by taking the matter out,
nor by dating that back. It was late until the matter was out.

Worked example: SP-1 came into the catalogue on 2026-11-16, so its rule is due on 2026-11-30; of SP-2, which
came on 2026-12-01, on 2027-11-30. A rule for SP-1 that was filed on 2026-12-04 is 4 days late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from registry.supervision.duties import Clocks, known_by
from registry.supervision.matters import applying, came, needs_rule
from registry.supervision.obligations.matters import BASIS
from registry.supervision.rules import covers, filing_of
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

DEADLINE = "rule_filed_by_november"
_MONTH, _DAY = 11, 30
_TASK = "制定监管制度并报机构编制部门备案"


def filing_duties(
    matters: Iterable[SupervisionFile],
    rules: Iterable[SupervisionFile],
    clocks: Clocks,
    *,
    ended: bool = False,
) -> Iterator[Obligation]:
    """The duty of each matter that has to have a rule as seen on the clocks' day, met or not. ``ended``: of
    each that had to have one on its last day, too."""
    of_department: dict[str, list[SupervisionFile]] = defaultdict(list)
    for rule in rules:
        of_department[rule.file.department].append(known_by(rule, clocks.day))
    for file in matters:
        matter = known_by(file, clocks.day)
        if not matter.acts:
            continue
        if needs_rule(matter, clocks.day):
            yield _duty(matter, of_department[matter.file.department], clocks)
        elif ended and _was_due(matter, clocks.day):
            until = replace(clocks, day=_out_on(matter, clocks.day))
            yield _duty(matter, of_department[matter.file.department], until)


def due_day(came_on: date) -> date:
    """30 November of the year in which a matter came; of the next for one that came in December."""
    return date(came_on.year + (came_on.month > _MONTH), _MONTH, _DAY)


def _was_due(matter: SupervisionFile, day: date) -> bool:
    """Whether the last day is over, and a matter had to have a rule on it by what was known then."""
    last = due_day(came(matter))
    then = known_by(matter, last)
    return last < day and bool(then.acts) and needs_rule(then, last)


def _out_on(matter: SupervisionFile, day: date) -> date:
    """The day on which a matter that needs no rule any more was out, but none before that was stated."""
    act = applying(matter, day) or matter.acts[-1]
    return min(max(date.fromisoformat(act.until or act.on), date.fromisoformat(act.received_on)), day)


def _duty(matter: SupervisionFile, rules: Iterable[SupervisionFile], clocks: Clocks) -> Obligation:
    came_on = came(matter)
    filed = _first_filing(matter, rules)
    met_on = max(filed.counted_on or filed.on, came_on.isoformat()) if filed is not None else ""
    duty = clocks.by_act(
        matter,
        DEADLINE,
        due_day(came_on).isoformat(),
        whose=matter.file.department,
        task=_TASK,
        start=came_on.isoformat(),
        basis=BASIS,
        met_on=met_on,
    )
    duty.matter = matter.file.number
    return duty


def _first_filing(matter: SupervisionFile, rules: Iterable[SupervisionFile]) -> FileAct | None:
    """Of the filings of rules that cover a matter the one that counts first: none that is dated back."""
    filings = (filing_of(rule) for rule in rules if covers(rule, matter))
    found = (each for each in filings if each is not None)
    return min(found, key=lambda each: each.counted_on or each.on, default=None)
