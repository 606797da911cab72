"""The log as plain facts, and what stands of it at a position, worked out line by line. Part of ``oracle``.

Only what the registry admitted is a line. Nothing here knows grounds, marks or positions intervals: at each
question the log is read again from its beginning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

ENDS = {
    "RESUMED": "STAYED",
    "OBJECTION_SETTLED": "OBJECTED",
    "CONTEST_ENDED": "CONTESTED",
    "SHIELD_ENDED": "SHIELDED",
}


@dataclass(frozen=True, slots=True)
class Imposed:
    """A measure that a document imposes."""

    measure: str
    first: date
    last: date | None
    lifetime: bool = False
    region: str = ""
    industry: str = ""
    activity: str = ""
    capacity: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry on a list."""

    code: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a department says of a subject. ``wording``, ``fine`` and ``case`` are as they are written."""

    subject: str
    kind: str
    name: str
    category: str
    decided_on: date
    imposed: tuple[Imposed, ...] = ()
    listed: Listed | None = None
    wording: str = ""
    fine: str = ""
    case: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log: ``word`` is the status, the kind of link, the measure or the list it is about."""

    act: str
    key: str
    report: Report | None = None
    target: str = ""
    day: date | None = None
    word: str = ""
    code: str = ""
    goal: str = ""
    names: tuple[str, ...] = ()
    position: int = 0


@dataclass(slots=True)
class Kept:
    """A report that stands, and what became of it. ``by_application`` is the position of a repair that an
    application was granted by, which ends more than an entry on a list."""

    key: str
    position: int
    report: Report
    repaired: date | None = None
    by_application: int | None = None
    annulled: date | None = None
    lifted: dict[str, date] = field(default_factory=dict)


@dataclass(slots=True)
class Noted:
    """What befell a report, from a day to a day."""

    key: str
    status: str
    first: date
    last: date | None = None


@dataclass(slots=True)
class Standing:
    """What stands at a position."""

    kept: dict[str, Kept] = field(default_factory=dict)
    notes: list[Noted] = field(default_factory=list)
    links: dict[str, Line] = field(default_factory=dict)
    rulings: dict[str, Line] = field(default_factory=dict)
    honours: dict[str, Line] = field(default_factory=dict)
    delivered: dict[str, date] = field(default_factory=dict)


def read(lines: Iterable[Line], position: int) -> Standing:
    """What stands when the log is read up to a position."""
    found = Standing()
    for line in lines:
        if line.position <= position:
            _READERS[line.act](found, line)
    return found


def _report(found: Standing, line: Line) -> None:
    assert line.report
    found.kept[line.key] = Kept(line.key, line.position, line.report)


def _correction(found: Standing, line: Line) -> None:
    """What befell the wrong report befell the right one."""
    del found.kept[line.target]
    _report(found, line)
    for note in found.notes:
        if note.key == line.target:
            note.key = line.key


def _withdrawal(found: Standing, line: Line) -> None:
    for kind in (found.kept, found.links, found.rulings, found.honours):
        kind.pop(line.target, None)


def _repair(found: Standing, line: Line) -> None:
    found.kept[line.target].repaired = line.day


def _granted(found: Standing, line: Line) -> None:
    _repair(found, line)
    found.kept[line.target].by_application = line.position


def _annulled(found: Standing, line: Line) -> None:
    found.kept[line.target].annulled = line.day


def _result(found: Standing, line: Line) -> None:
    """The note ends whatever the result is; then it is a withdrawal, a correction, a repair or nothing."""
    _end_note(found, line, "OBJECTED")
    outcomes = {"DELETED": _withdrawal, "CORRECTED": _correction, "REMOVED": _repair}
    if line.word in outcomes:
        outcomes[line.word](found, line)


def _nothing(found: Standing, line: Line) -> None:
    """What is applied for or accepted changes no verdict."""


def _lifting(found: Standing, line: Line) -> None:
    kept = found.kept[line.target]
    assert line.day
    for imposed in kept.report.imposed:
        was_over = imposed.last is not None and imposed.last < line.day
        if line.word in ("", imposed.measure) and imposed.measure not in kept.lifted and not was_over:
            kept.lifted[imposed.measure] = line.day


def _note(found: Standing, line: Line) -> None:
    assert line.day
    if line.word not in ENDS:
        found.notes.append(Noted(line.target, line.word, line.day))
        return
    _end_note(found, line, ENDS[line.word])


def _end_note(found: Standing, line: Line, status: str) -> None:
    assert line.day
    for note in found.notes:
        if note.key == line.target and note.status == status and note.last is None:
            note.last = line.day - timedelta(days=1)


def _delivery(found: Standing, line: Line) -> None:
    assert line.day
    found.delivered[line.word] = line.day  # The latest word counts, also one that takes an earlier back.


def _link(found: Standing, line: Line) -> None:
    found.links[line.key] = line


def _ruling(found: Standing, line: Line) -> None:
    found.rulings[line.key] = line


def _honour(found: Standing, line: Line) -> None:
    found.honours[line.key] = line


_READERS = {
    "report": _report,
    "correction": _correction,
    "withdrawal": _withdrawal,
    "repair": _repair,
    "granted": _granted,
    "annulled": _annulled,
    "result": _result,
    "applied": _nothing,
    "accepted": _nothing,
    "lifting": _lifting,
    "note": _note,
    "delivery": _delivery,
    "link": _link,
    "ruling": _ruling,
    "candidacy": _honour,
    "grant": _honour,
}


# --- who is who -----------------------------------------------------------------------------------


def codes_of(found: Standing, code: str) -> set[str]:
    """The subject under all its codes, earlier and later: one subject on every day."""
    codes = {code}
    while True:
        more = {
            one
            for link in linked(found, "SUCCESSION", date.max)
            for one in (link.code, link.goal)
            if codes & {link.code, link.goal}
        }
        if more <= codes:
            return codes
        codes |= more


def linked(found: Standing, kind: str, day: date) -> list[Line]:
    """The links of a kind that hold on a day."""
    links = found.links.values()
    return [link for link in links if link.word == kind and (link.day is None or link.day <= day)]


def related_to(found: Standing, codes: set[str], day: date) -> dict[str, set[str]]:
    """Those whose records bear on a subject beside its own, with how they are related to it."""
    related: dict[str, set[str]] = {}
    branches, mergers = linked(found, "BRANCH", day), linked(found, "MERGER", day)
    for kind, (members, heads) in {
        "PARENT": (branches, "out"),
        "BRANCH": (branches, "in"),
        "SURVIVING": (mergers, "out"),
        "ABSORBED": (mergers, "in"),
    }.items():
        reached, fresh = set[str](), set(codes)
        while fresh:
            pairs = [(m.code, m.goal) if heads == "out" else (m.goal, m.code) for m in members]
            found_now = {other for one, other in pairs if one in fresh}
            found_now = {code for other in found_now for code in codes_of(found, other)}
            fresh = found_now - reached - codes
            reached |= fresh
            if kind in ("PARENT", "BRANCH"):
                break  # A branch of a branch there is not; a merger may follow a merger.
        for code in reached:
            related.setdefault(code, set()).add(kind)
    return related


def is_known(found: Standing, codes: set[str]) -> bool:
    """Whether anything stands that is said of the subject."""
    said = {kept.report.subject for kept in found.kept.values()} | {h.code for h in found.honours.values()}
    return bool(said & codes)


def names_disputed(found: Standing, code: str) -> bool:
    """一码多名: a name that nobody settled beside another one, on one code."""
    settled, others = set[str](), set[str]()
    for kept in found.kept.values():
        if kept.report.subject == code and kept.report.kind != "NATURAL_PERSON":
            settles = kept.report.category == "E-01"
            (settled if settles else others).add(plain_name(kept.report.name))
    for ruling in found.rulings.values():
        if ruling.code == code:
            settled |= {plain_name(name) for name in ruling.names}
    for honour in found.honours.values():
        if honour.code == code and honour.act == "candidacy":
            others |= {plain_name(name) for name in honour.names}
    others -= settled
    return bool(others) if settled else len(others) > 1


def plain_name(name: str) -> str:
    """However brackets and blanks are written."""
    narrow = unicodedata.normalize("NFKC", name).replace(" ", "")
    for bracket in "[〔【":
        narrow = narrow.replace(bracket, "(")
    for bracket in "]〕】":
        narrow = narrow.replace(bracket, ")")
    return narrow
