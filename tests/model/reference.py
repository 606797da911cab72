"""What follows from a log, told a second time and as simply as it can be: lines, and one function over them.

Written from the law and from docs (design.md "Two times", decisions 0010, 0013, 0017, 0023), not from the
program: of that it knows the rows of the catalogue, and nothing that decides. A line is a statement that was
acknowledged. At each question the lines up to the position are read again from the first, so nothing here can
be stale.

    answer(lines, Asked("9113…", PROCUREMENT, at=40, day=date(2026, 5, 1)))

The world is small on purpose: firms that are bidders in a compulsory tender, no links, no regions.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.sanctions.catalogue.edition import Edition, Measure

ENTERPRISE = 1
"""SUBJECT_KIND_ENTERPRISE, the only kind of subject here."""
LOOKED_BACK_ON = "M-PRO-04"
FROM_DECISION = {"penalty_decision_date", "criminal_judgment", "licence_revocation", "registration_revoked"}
GENTLEST = ("information", "review", "blocks")
DOUBTED = ("DISPUTED", "STAYED", "OBJECTED")
SHOWN_ONLY = ("NOT_SERVED", "COMING")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a department says of a firm: a measure or an entry on a list with its term, a fine that law looks
    back on, or nothing that restricts (all empty)."""

    subject: str
    decided: date
    measure: str = ""
    list_code: str = ""
    heavy_fine: bool = False
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A statement of the log. ``act``: event, correction, withdrawal, ended (repair, lifting), stayed,
    resumed, objected, settled, contested, served, delivered, lost and held (a list, by its keeper), adopted,
    stolen, confirmed, or "" for what changes no verdict. ``target`` is the key of the statement it is about,
    or the first suspect position."""

    position: int
    act: str
    key: str = ""
    target: str = ""
    matter: Matter | None = None
    day: date | None = None
    word: str = ""
    edition: Edition | None = None
    by_thief: bool = False
    unserved: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a bidder: domain by its number, known position and day."""

    subject: str
    domain: int
    at: int
    day: date


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One restriction: position of its statement, measure, status, effect, first and last day."""

    position: int
    measure: str
    status: str
    effect: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Verdict, reason of an INDETERMINATE, and every hit."""

    verdict: str
    reason: str
    hits: frozenset[Hit]


@dataclass(slots=True)
class Kept:
    """A matter that stands at a position. ``ends``: it ended from that day on; ``notes``: status, first and
    last day; ``disputed``: a stolen key stated it, or ended it."""

    line: Line
    matter: Matter
    ends: date | None = None
    notes: list[tuple[str, date, date | None]] = field(default_factory=list)
    disputed: bool = False


def answer(lines: Sequence[Line], asked: Asked) -> Answer:
    """The verdict, by what was known at the position."""
    known = [line for line in lines if line.position <= asked.at]
    kept = [each for each in standing(known).values() if each.matter.subject == asked.subject]
    hits = frozenset(hit for each in kept for hit in hits_of(each, known, asked))
    effects = {hit.effect for hit in hits}
    if "BLOCKS" in effects:
        return Answer("BLOCKED", "", hits)
    if not kept or (all(each.disputed for each in kept) and "NEEDS_REVIEW" not in effects):
        return Answer("INDETERMINATE", "SUBJECT_UNKNOWN", hits)
    if reason := source_fault(known, asked):
        return Answer("INDETERMINATE", reason, hits)
    return Answer("REVIEW" if "NEEDS_REVIEW" in effects else "CLEAR", "", hits)


def standing(known: Sequence[Line]) -> dict[str, Kept]:
    """What stands of the matters stated, by the key of the statement, when the lines are read in order."""
    doubted, kept = disputed(known), dict[str, Kept]()
    for line in known:
        match line.act:
            case "event":
                assert line.matter
                kept[line.key] = Kept(line, line.matter, disputed=line.key in doubted)
                if line.unserved:
                    kept[line.key].notes.append(("NOT_SERVED", date.min, None))
            case "correction":
                assert line.matter
                before = kept.pop(line.target)
                kept[line.key] = Kept(line, line.matter, None, before.notes, line.key in doubted)
            case "withdrawal" if line.key in doubted:
                kept[line.target].disputed = True  # A stolen key frees nobody.
            case "withdrawal":
                kept.pop(line.target, None)
            case "ended":
                kept[line.target].ends = line.day
            case "stayed" | "objected" | "contested":
                assert line.day
                kept[line.target].notes.append((line.act.upper(), line.day, None))
            case "resumed" | "settled" | "served":
                over = {"resumed": "STAYED", "settled": "OBJECTED", "served": "NOT_SERVED"}[line.act]
                _end_note(kept[line.target], over, line.day)
    return kept


def disputed(known: Sequence[Line]) -> set[str]:
    """Keys of the statements of a stolen key, from the first suspect one on, that nobody has confirmed."""
    suspect = min((int(line.target) for line in known if line.act == "stolen"), default=None)
    if suspect is None:
        return set()
    doubted = {line.key for line in known if line.by_thief and line.position >= suspect}
    return doubted - {line.target for line in known if line.act == "confirmed"}


def _end_note(kept: Kept, status: str, day: date | None) -> None:
    assert day
    kept.notes = [
        (name, first, day - timedelta(days=1) if name == status and last is None else last)
        for name, first, last in kept.notes
    ]


def hits_of(kept: Kept, known: Sequence[Line], asked: Asked) -> Iterator[Hit]:
    """Every measure that follows from a matter in the domain and is not over on the day."""
    for row, first, last, response, sure in following(kept, known, asked):
        status = status_of(kept, first, last, asked.day)
        if status == "OVER":
            continue
        effect = "BLOCKS" if response == "blocks" else "NEEDS_REVIEW"
        if response == "information" or status in SHOWN_ONLY:
            effect = "INFORMATION"
        elif status in DOUBTED or not sure:
            effect = "NEEDS_REVIEW"
        until = last.isoformat() if last else ""
        yield Hit(kept.line.position, row.code, status, effect, first.isoformat(), until)


def status_of(kept: Kept, first: date, last: date | None, day: date) -> str:
    """Where it stands on a day; both days of a term belong to it."""
    if last is not None and (last < day or last < first):
        return "OVER"
    holding = {name for name, begun, end in kept.notes if begun <= day and (end is None or day <= end)}
    if "NOT_SERVED" in holding:
        return "NOT_SERVED"
    if day < first:
        return "COMING"
    if kept.disputed:
        return "DISPUTED"
    return next((name for name in ("STAYED", "OBJECTED", "CONTESTED") if name in holding), "IN_FORCE")


Following = tuple[Measure, date, date | None, str, bool]
"""A row, first and last day, its answer, and whether row and list are confirmed."""


def following(kept: Kept, known: Sequence[Line], asked: Asked) -> Iterator[Following]:
    """The three origins: the document itself, the list it enters, the statute that looks back."""
    matter, now = kept.matter, law(known, asked.day)
    last = earlier(matter.last, kept.ends - timedelta(days=1) if kept.ends else None)
    if matter.measure:
        then = [line for line in known if line.position <= kept.line.position]
        row = row_on(law(then, matter.decided), matter.measure, matter.decided)
        assert row
        if asked.domain == row.domain:
            bound, response = milder(row, now, matter, asked.day, last)
            yield row, matter.decided, bound, response, row.confidence != "low"
    for row in rows_of(now, asked.domain):
        if matter.list_code in row.triggering_lists and ENTERPRISE in row.subject_kinds:
            first, end = max(matter.decided, row.effective_from), earlier(last, row.effective_to)
            over = end is not None and end < first and not (last is not None and last < matter.decided)
            if not over:
                on_day = [each for each in now.lists[matter.list_code] if each.effective_from <= first]
                sure = row.confidence != "low" and on_day[-1].confidence != "low"
                yield row, first, end, str(row.answer), sure
        if matter.heavy_fine and row.code == LOOKED_BACK_ON:
            yield row, matter.decided, months_after(matter.decided, 36), str(row.answer), True


def milder(
    row: Measure, now: Edition, matter: Matter, day: date, last: date | None
) -> tuple[date | None, str]:
    """从旧兼从轻: every later row that says so, and has come into force, shortens the term and softens the
    answer, never the contrary; what follows it takes nothing of that back."""
    softest, bound = GENTLEST.index(str(row.answer)), last
    for later in now.measures.get(row.code, ()):
        has_come = row.effective_from < later.effective_from and later.effective_from <= day
        if later.for_earlier == "none" or not has_come:
            continue
        softest = min(softest, GENTLEST.index(str(later.answer)))
        if later.term.max_months is not None:
            bound = earlier(bound, months_after(matter.decided, later.term.max_months))
    return bound, GENTLEST[softest]


def source_fault(known: Sequence[Line], asked: Asked) -> str:
    """Whether every list that must be checked was delivered, and lately enough for the day."""
    doubted, now = disputed(known), law(known, asked.day)
    delivered: dict[str, date] = {}
    lost = {line.word: line.act == "lost" for line in known if line.act in ("lost", "held")}
    for line in known:
        if line.act == "delivered" and line.key not in doubted:
            assert line.day
            delivered[line.word] = line.day
    needed = now.required_lists(asked.domain)  # type: ignore[arg-type]
    if any(code not in delivered or lost.get(code) for code in needed):
        return "SOURCE_NOT_CONNECTED"
    ages = {code: (asked.day - delivered[code]).days for code in needed}
    bounds = {code: now.lists[code][-1].max_age_days or 0 for code in needed}
    return "SOURCE_STALE" if any(ages[code] > bounds[code] for code in needed) else ""


def law(known: Sequence[Line], day: date) -> Edition:
    """The edition that applies on a day: of those adopted, the one with the latest first day not after it."""
    adopted = [line for line in known if line.edition is not None and line.day and line.day <= day]
    found = max(adopted, key=lambda line: (line.day, line.position)).edition
    assert found
    return found


def row_on(edition: Edition, code: str, day: date) -> Measure | None:
    """The row of a measure that is law on a day."""
    rows = edition.measures.get(code, ())
    on = [
        row for row in rows if row.effective_from <= day and (not row.effective_to or day <= row.effective_to)
    ]
    return on[0] if on else None


def rows_of(edition: Edition, domain: int) -> list[Measure]:
    """Every row of the measures of a domain, of whatever time."""
    return [row for rows in edition.measures.values() for row in rows if row.domain == domain]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's end (民法典 第二百零二条)."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days; None has no end."""
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None
