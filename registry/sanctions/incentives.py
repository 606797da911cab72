"""Incentives (守信激励): which facilitation follows from a red list, and what stands against it.

A grant brings about the incentive measures its red list names, as long as it lasts; a document may grant
one by itself (M-INC-06, 减免保证金). A negative record that is still disclosed, or a restriction in force,
suspends them; when it ends, they apply again. So does a stay of the grant itself (中止执行). What is recorded
of a subject under its earlier and later codes counts as well, for it and against it.

What a stolen key signed gives nothing and takes nothing away: a disputed grant is suspended, and what a
disputed statement ended stands against incentives as before.

A record that is not shown to the public at all (轻微, 原则上不公示, 国家发展改革委令第36号) suspends nothing:
the suspension would tell what the law keeps back. A statutory restriction that outlasts publication does.
A red list never outweighs a restriction: verdicts do not ask it (law.md §7; 河南省社会信用条例 第二十八条,
第三十条 as comparator).

Worked example: 纳税信用A级 granted from 2026-05-01 to 2027-04-30, a penalty of 2026-07-01 of general
severity: the facilitations apply until 2026-06-30, are suspended while the penalty is disclosed, to
2027-07-01, and would apply again after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition, RedList
from registry.sanctions.catalogue.measure import Measure
from registry.sanctions.disclosure import disclosure_of_record
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.parties import surely_same
from registry.sanctions.restriction import Restriction, restrictions_of
from registry.sanctions.standing import (
    RUNNING,
    disputed_at,
    marks_of,
    marks_on,
    speaks,
    standing,
    standing_of,
)
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

_INCENTIVE = "incentive"
_HIDING = (MarkKind.UNDISCLOSED, MarkKind.SHIELDED)
SUSPENDING = {
    pb.HIT_STATUS_STAYED: "该认定已中止执行",
    pb.HIT_STATUS_DISPUTED: "该认定的签名密钥泄露, 部门尚未确认",
}
"""Where a grant may stand that runs and gives nothing, and why it does."""
_LINK_DISPUTED = "代码的关联因签名密钥泄露存疑, 部门尚未确认"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands against an incentive: why, in Chinese, and until when (None: no end is known).

    ``domains`` are those of the restriction: who may ask in none of them is not told of it. Empty: told to
    everybody, for lists and disclosed records are public."""

    ground: Ground
    text_zh: str
    last: date | None = None
    domains: frozenset[subject_pb2.Domain.ValueType] = frozenset()


@dataclass(frozen=True, slots=True)
class Granted:
    """A facilitation, by a red list or (``red_list`` None) by a document of its own; ``obstacle`` is what
    suspends it, None if it applies."""

    ground: Ground
    red_list: RedList | None
    measure: Measure
    obstacle: Obstacle | None

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """Articles: of the measure, of the red list, of the document."""
        of_list = self.red_list.legal_basis if self.red_list else ()
        return tuple(dict.fromkeys((*self.measure.legal_basis, *of_list, *self.ground.legal_basis)))

    @property
    def unconfirmed(self) -> bool:
        """Whether the catalogue marks the measure or the red list as not confirmed."""
        rows = (self.measure, *((self.red_list,) if self.red_list else ()))
        return any(row.confidence == "low" for row in rows)


def incentives_of(
    record: SubjectRecord, position: int, edition: Edition, day: date, same: Iterable[SubjectRecord] = ()
) -> Iterator[Granted]:
    """The facilitations granted and running on a day, known at a position, in the order of the records.

    ``same`` are the records of the subject under its other codes."""
    records = (record, *same)
    sure = surely_same(record, records[1:], position)
    against = longest(each for one in records for each in obstacles(one, position, edition, day))
    for one in records:
        for ground in one.grounds:
            status = status_of(ground, one, position, day)
            if status in RUNNING:
                suspended = SUSPENDING.get(status) if one.ref in sure else _LINK_DISPUTED
                obstacle = Obstacle(ground, suspended) if suspended else against
                yield from _brought_about(ground, edition, day, obstacle)


def _brought_about(
    ground: Ground, edition: Edition, day: date, obstacle: Obstacle | None
) -> Iterator[Granted]:
    if _is_incentive(ground) and ground.measure is not None:
        yield Granted(ground, None, ground.measure, obstacle)
    entry = edition.red_list(ground.code, day) if ground.kind is GroundKind.GRANTED else None
    for code in entry.measures if entry else ():
        measure = edition.measure(code, day)
        if measure is not None and ground.subject_kind in measure.subject_kinds:
            yield Granted(ground, entry, measure, obstacle)


def obstacles(record: SubjectRecord, position: int, edition: Edition, day: date) -> Iterator[Obstacle]:
    """Restrictions and list entries that run on a day, and negative records that are disclosed on it."""
    disputed = disputed_at(record.marks, position) if record.marks else frozenset()
    for ground in record.grounds:
        if _is_incentive(ground) or not speaks(ground, position, disputed, record.grounds):
            continue
        running = standing_of(ground, day, record.marks, position, edition) in RUNNING
        if running and ground.kind is GroundKind.LISTED:
            yield _by_list(ground, edition)
        if running and ground.kind is GroundKind.RECORDED and not _is_hidden(ground, record, position, day):
            yield from _by_record(ground, record, edition, day)
        if ground.kind in (GroundKind.IMPOSED, GroundKind.RECORDED):
            yield from _by_restriction(ground, record, position, edition, day)


def _is_hidden(ground: Ground, record: SubjectRecord, position: int, day: date) -> bool:
    """Whether disclosure was ended (终止公示), or is interrupted by a shield (暂时屏蔽)."""
    marks = marks_of(record.marks, ground.position, position)
    return any(mark.kind in _HIDING and mark.period.contains(day) for mark in marks)


def longest(found: Iterable[Obstacle]) -> Obstacle | None:
    """The obstacle that lasts longest: after it, and not before, the incentives apply again."""
    return max(found, key=lambda each: (each.last is None, each.last or date.min), default=None)


def _by_list(ground: Ground, edition: Edition) -> Obstacle:
    entry = edition.credit_list(ground.code, ground.period.first)
    name = entry.name_zh if entry else "名单"
    return Obstacle(ground, f"在{name}({ground.code})内{_until(ground.period.last)}", ground.period.last)


def _by_record(ground: Ground, record: SubjectRecord, edition: Edition, day: date) -> Iterator[Obstacle]:
    shown = _disclosed(ground, record, edition, day)
    if shown is not None and shown.contains(day):
        text = f"{ground.law_date}的负面记录({ground.code})在公示期内{_until(shown.last)}"
        yield Obstacle(ground, text, shown.last)


def _disclosed(ground: Ground, record: SubjectRecord, edition: Edition, day: date) -> Period | None:
    """The days on which a negative record is shown, by the rule of its category and what is known on a day.

    What is shown while it is valid is so on the days of the measures beside it, which stand for themselves;
    where it imposes none, the clock of penalties bounds it."""
    category = edition.category(ground.code)
    rule = category.disclosure if category else "always"
    if rule == "never" or (rule == "while_valid" and _imposes(ground, record)):
        return None
    if rule == "always" or ground.facts is None:
        return ground.period
    term = disclosure_of_record(edition.rules, ground.facts, decided_on=ground.law_date, asked_on=day)
    if term is None:
        return ground.period
    return Period(term.first, term.last) if term.rule.publish_default else None


def _imposes(ground: Ground, record: SubjectRecord) -> bool:
    beside = (other for other in record.grounds if other.position == ground.position)
    return any(other.kind is GroundKind.IMPOSED for other in beside)


def _by_restriction(
    ground: Ground, record: SubjectRecord, position: int, edition: Edition, day: date
) -> Iterator[Obstacle]:
    marks = marks_on(ground, record.marks, position, edition, day) if record.marks else ()
    for row in _restrictions(ground, edition, day):
        if standing(row.period, day, ended=ground.ended, marks=marks) in RUNNING:
            measure, last = row.measure, row.period.last
            text = f"{measure.name_zh}({measure.code})有效{_until(last)}"
            yield Obstacle(ground, text, last, measure.domains)


def _restrictions(ground: Ground, edition: Edition, day: date) -> Iterator[Restriction]:
    """What a document imposes, or what the law attaches to a recorded fact, in whichever domain."""
    rows = (ground.measure,) if ground.measure is not None else edition.statutes_of(ground.code)
    for domain in dict.fromkeys(row.domain for row in rows):
        yield from restrictions_of(ground, edition, domain, day)


def _is_incentive(ground: Ground) -> bool:
    """Whether a document imposes what is no restriction but a facilitation."""
    return ground.measure is not None and ground.measure.effect == _INCENTIVE


def _until(last: date | None) -> str:
    return f", 至{last}" if last else ""


def status_of(
    ground: Ground, record: SubjectRecord, position: int, day: date
) -> pb.HitStatus.ValueType | None:
    """Where a ground stands on a day; None if it was not known at the position."""
    return standing_of(ground, day, record.marks, position) if ground.known_at(position) else None
