"""The verdict worked out a second time, slowly and plainly, to compare the product's answers with.

Written from the law (三种来源; the lists that must be checked; who is asked about; the four values) and from
the rules that the module texts of the product state, not from their code. It reads the log as plain facts
(``oracle_log``) and the catalogue's rows; it shares nothing with the product that decides: neither grounds
nor restrictions, nor the reading of penalties, nor the arithmetic of months and scopes.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.verdict import Question
from registry.v1 import subject_pb2 as pb
from tests.sanctions.oracle_log import (
    Imposed,
    Kept,
    Line,
    Report,
    Standing,
    codes_of,
    is_known,
    names_disputed,
    read,
    related_to,
)
from tests.sanctions.oracle_scope import (
    INSIDE,
    OUTSIDE,
    UNSETTLED,
    activity_part,
    industry_part,
    region_part,
    role_part,
    tender_part,
)

# 财库〔2016〕125号; 法〔2016〕285号; 私募投资基金监督管理条例 第八条. How old a delivery may be, in days, is
# the registry's own rule.
MUST_BE_CHECKED = {"PROCUREMENT": {"L-01", "L-02", "L-03"}, "BIDDING": {"L-01"}, "FINANCING": {"L-01"}}
MAX_AGE = {"L-01": 7, "L-02": 30, "L-03": 31}

PERSONAL = {"LEGAL_REP", "MANAGER", "PRACTITIONER", "EXPERT"}
ORGANISATIONAL = {"TENDER_AGENCY", "PROCUREMENT_AGENCY", "INTERMEDIARY"}

# Anchors that are the day of the decision itself (自处罚决定作出之日起 …).
FROM_DECISION = {
    "penalty_decision_date",
    "criminal_judgment",
    "licence_refusal",
    "licence_revocation",
    "registration_revoked",
}

Law = Callable[[int, date], Edition]
"""The edition that applies on a day, as known at a position."""


@dataclass(frozen=True, slots=True)
class Told:
    """One hit. ``relation`` is RELATED where the subject is related in more than one way."""

    key: str
    measure: str
    status: str
    effect: str
    reasons: frozenset[str]
    relation: str
    last: date | None
    milder: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Verdict, reason for INDETERMINATE, the hits, and the earlier decisions that a hit may repeat."""

    verdict: str
    indeterminate: str
    hits: tuple[Told, ...] = ()
    repeated: tuple[tuple[Told, frozenset[str]], ...] = ()


def answer(asked: Question, code: str, lines: Sequence[Line], position: int, law: Law) -> Answer:
    """The verdict on a code, by the book."""
    found = read(lines, position)
    own = codes_of(found, code)
    hits, repeated = [], []
    for kept, relation in bearing_on(found, code, own, asked.day):
        for told, earlier in met(asked, kept, relation, found, own, position, law):
            hits.append(told)
            if earlier:
                repeated.append((told, frozenset(earlier)))
    verdict, why = concluded(asked, own, found, {told.effect for told in hits})
    return Answer(verdict, why, tuple(hits), tuple(repeated))


def concluded(asked: Question, own: set[str], found: Standing, effects: set[str]) -> tuple[str, str]:
    """A block outranks everything; what is not known for certain outranks the rest. Never a false CLEAR."""
    if "BLOCKS" in effects:
        return "BLOCKED", "UNSPECIFIED"
    if not is_known(found, own):
        return "INDETERMINATE", "SUBJECT_UNKNOWN"
    if any(names_disputed(found, code) for code in own):
        return "INDETERMINATE", "IDENTITY_AMBIGUOUS"
    needed = MUST_BE_CHECKED.get(domain_name(asked.domain), set())
    if needed - set(found.delivered):
        return "INDETERMINATE", "SOURCE_NOT_CONNECTED"
    if any((asked.day - found.delivered[one]).days > MAX_AGE[one] for one in needed):
        return "INDETERMINATE", "SOURCE_STALE"
    return ("REVIEW" if "NEEDS_REVIEW" in effects else "CLEAR"), "UNSPECIFIED"


def bearing_on(found: Standing, code: str, own: set[str], day: date) -> Iterator[tuple[Kept, str]]:
    """Every report that bears on a subject, with how whom it is about is related to it."""
    related = related_to(found, own, day)
    for kept in found.kept.values():
        about = kept.report.subject
        if about == code:
            yield kept, "SELF"
        elif about in own:
            yield kept, "SAME"
        elif about in related:
            yield kept, next(iter(related[about])) if len(related[about]) == 1 else "RELATED"


# --- what follows from a report -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Following:
    """One measure that follows from a report, on some days."""

    row: Measure
    answer: str
    first: date
    last: date | None
    falls_on: frozenset[str]
    region: str = ""
    industry: str = ""
    activity: str = ""
    list_code: str = ""
    milder: bool = False
    unclear: bool = False
    may_end_early: bool = False


def following(asked: Question, kept: Kept, position: int, law: Law) -> Iterator[Following]:
    """By the three origins (law.md §1.4): the document's own measures, its list, the statute."""
    now = law(position, asked.day)
    for imposed in kept.report.imposed:
        for first, last in terms_of(kept, imposed, law):
            yield from by_decision(asked, kept, replace(imposed, first=first, last=last), now, law)
    if kept.report.listed is not None:
        yield from by_list(asked, kept, now)
    elif kept.report.category in ("E-02", "E-03-CF"):
        yield from by_statute(asked, kept.report, now)


def terms_of(kept: Kept, imposed: Imposed, law: Law) -> list[tuple[date, date | None]]:
    """The days of a measure: a repair by application ends what law lets end early, its annulment brings that
    back from its own day on."""
    whole = imposed.first, imposed.last
    day = kept.repaired
    if day is None or kept.by_application is None:
        return [whole]
    if not ends_early(law(kept.by_application, day), imposed.measure, day):
        return [whole]
    if imposed.last is not None and imposed.last < day:
        return [whole]
    return [(imposed.first, day_before(day)), *going_on(kept, whole)]


def going_on(kept: Kept, whole: tuple[date, date | None]) -> list[tuple[date, date | None]]:
    """What an annulment brings back."""
    again, (first, last) = kept.annulled, whole
    if again is None or (last is not None and last < again):
        return []
    return [(max(again, first), last)]


def ends_early(edition: Edition, code: str, day: date) -> bool:
    """信用修复管理办法 第三条: 依法依规. What no row names keeps its term."""
    rows = [row for row in edition.procedures.early_ends if code in row.measures]
    rows = [row for row in rows if on(row.effective_from, row.effective_to, day)]
    return bool(rows) and rows[0].allowed


def by_decision(asked: Question, kept: Kept, imposed: Imposed, now: Edition, law: Law) -> Iterator[Following]:
    """Under the row of the day of the decision, as it was known when the decision was recorded."""
    row = in_force_on(law(kept.position, kept.report.decided_on), imposed.measure, kept.report.decided_on)
    assert row
    if asked.domain != row.domain and asked.domain not in row.also_domains:
        return
    last = earlier_of(imposed.last, day_before(kept.lifted.get(imposed.measure)))
    answer, milder = str(row.answer), False
    later = in_force_on(now, imposed.measure, asked.day)
    if later and later.for_earlier == "if_lenient" and later.effective_from > row.effective_from:
        answer, milder = softer(answer, str(later.answer)), softer(answer, str(later.answer)) != answer
        if later.term.max_months is not None and not (imposed.lifetime and later.term.lifetime):
            begins = kept.report.decided_on if later.start_anchor in FROM_DECISION else imposed.first
            bound = months_after(begins, later.term.max_months)
            milder = milder or last is None or bound < last
            last = earlier_of(last, bound)
    if asked.domain != row.domain:
        answer = softer(answer, "review")
    kind = kept.report.kind
    falls_on = {imposed.capacity} if imposed.capacity else falling(row, kind)
    yield Following(
        row,
        answer,
        imposed.first,
        last,
        frozenset(falls_on),
        imposed.region,
        imposed.industry,
        imposed.activity or row.activity,
        milder=milder,
        may_end_early=ends_early(now, imposed.measure, asked.day),
    )


def by_list(asked: Question, kept: Kept, now: Edition) -> Iterator[Following]:
    """Every measure that the law attaches to the list, as long as the entry lasts and the row is law."""
    entry = kept.report.listed
    assert entry
    terms = [(entry.first, earlier_of(entry.last, day_before(kept.repaired)))]
    over = entry.last is not None and kept.repaired is not None and entry.last < kept.repaired
    terms += [] if over else going_on(kept, (entry.first, entry.last))
    for first, last in terms:
        for row in all_rows(now):
            attached = row.origin in ("list", "statute") and entry.code in row.triggering_lists
            if not attached or row.domain != asked.domain:
                continue
            if falls_on := falling(row, kept.report.kind):
                yield Following(
                    row,
                    str(row.answer),
                    max(first, row.effective_from),
                    earlier_of(last, row.effective_to),
                    frozenset(falls_on),
                    activity=row.activity,
                    list_code=entry.code,
                    may_end_early=True,
                )


def by_statute(asked: Question, report: Report, now: Edition) -> Iterator[Following]:
    """政府采购法 第二十二条第一款第五项: 参加政府采购活动前三年内 … 没有重大违法记录."""
    heavy = is_heavy(report)
    for row in all_rows(now):
        if row.code != "M-PRO-04" or row.domain != asked.domain or heavy == "NO":
            continue
        if report.kind not in {kind_name(kind) for kind in row.subject_kinds}:
            continue
        last = earlier_of(months_after(report.decided_on, 36), row.effective_to)
        first = max(report.decided_on, row.effective_from)
        falls_on = frozenset({f"KIND:{report.kind}"})
        unclear = heavy == "PERHAPS"
        yield Following(row, str(row.answer), first, last, falls_on, unclear=unclear)


# How penalties are worded in the histories: kinds that are stated, and kinds that are left open.
HEAVY_KINDS = {"吊销许可证件", "责令停产停业"}
WORDINGS: dict[str, tuple[set[str], set[str]]] = {
    "警告": ({"警告"}, set()),
    "罚款": ({"罚款"}, set()),
    "罚款、没收违法所得": ({"罚款", "没收违法所得"}, set()),
    "吊销许可证件": ({"吊销许可证件"}, set()),
    "责令停产停业;罚款": ({"责令停产停业", "罚款"}, set()),
    "暂扣许可证件": ({"暂扣许可证件"}, set()),
    "暂扣或者吊销许可证": (set(), {"暂扣许可证件", "吊销许可证件"}),
    "": (set(), HEAVY_KINDS | {"罚款"}),
    "7": (set(), HEAVY_KINDS | {"罚款"}),
    "取缔": (set(), HEAVY_KINDS | {"罚款"}),
    "警告并責令停產": ({"警告"}, HEAVY_KINDS | {"罚款"}),
    "拟吊销许可证": (set(), {"吊销许可证件"}),
}
FINES: dict[str, int | None] = {
    "": None,
    "5": 50_000,
    "199.9999": 1_999_999,
    "200": 2_000_000,
    "300.000000": 3_000_000,
    "500": 5_000_000,
    "若干": None,
}
CASES = {
    "（2026）冀09刑初12号": "CRIMINAL",
    "（2026）冀09刑医3号": "NOT_SURE",
    "（2025）冀09民终8号": "OTHER",
    "（2025）冀0902执801号": "OTHER",
    "冀判字12号": "NOT_SURE",
}


def is_heavy(report: Report) -> str:
    """实施条例 第十九条: 刑事处罚, 责令停产停业, 吊销许可证, 较大数额罚款; 财库〔2022〕3号: 200万元以上, and
    sectors with a higher standard keep it. YES, PERHAPS or NO."""
    if report.category == "E-02":
        case = CASES[report.case]
        if case == "OTHER":
            return "NO"
        return "PERHAPS"  # A number does not say how the case ended.
    stated, left_open = WORDINGS[report.wording]
    fine = FINES[report.fine]
    large = 5_000_000 if report.department == "financial_reg" else 2_000_000
    if stated & HEAVY_KINDS or (fine is not None and fine >= large):
        return "YES"
    if left_open & HEAVY_KINDS or (fine is not None and fine >= 2_000_000):
        return "PERHAPS"
    fined_without_amount = fine is None and (report.fine != "" or "罚款" in stated | left_open)
    return "PERHAPS" if fined_without_amount else "NO"


# --- what it means --------------------------------------------------------------------------------


def met(
    asked: Question,
    kept: Kept,
    relation: str,
    found: Standing,
    own: set[str],
    position: int,
    law: Law,
) -> Iterator[tuple[Told, set[str]]]:
    """What is in force on the day, or comes later, and what it means; what is over is not told."""
    for one in following(asked, kept, position, law):
        status = status_of(one, kept, found, asked.day)
        if status == "OVER":
            continue
        effect, reasons = meaning(asked, one, status, relation, law(position, asked.day))
        told = Told(
            kept.key,
            f"{one.row.code} {one.row.effective_from}",
            status,
            effect,
            frozenset(reasons),
            relation,
            one.last,
            one.milder,
        )
        mine = own if relation in ("SELF", "SAME") else {kept.report.subject}
        yield told, earlier_decisions(one, kept, found, mine, law)


def status_of(one: Following, kept: Kept, found: Standing, day: date) -> str:
    """行政处罚法 第七十三条: a suit does not suspend; a stay does. A shield holds back what may end early."""
    if one.last is not None and (one.last < day or one.last < one.first):
        return "OVER"
    if day < one.first:
        return "COMING"
    shield = ("SHIELDED",) if one.may_end_early else ()
    for status in (*shield, "STAYED", "OBJECTED", "CONTESTED"):
        for note in found.notes:
            holds = note.first <= day and (note.last is None or day <= note.last)
            if note.key == kept.key and note.status == status and holds:
                return str(status)
    return "IN_FORCE"


def meaning(
    asked: Question, one: Following, status: str, relation: str, now: Edition
) -> tuple[str, set[str]]:
    """What a restriction means for the question, and why."""
    parts = {
        ("ROLE_NOT_STATED", "OTHER_ROLE"): role_part(
            role_name(asked.role), one.row, set(one.falls_on), {role_name(role) for role in one.row.roles}
        ),
        ("TENDER_KIND_NOT_STATED", "VOLUNTARY_TENDER"): tender_part(
            one.row.compulsory_tender_only, tender_name(asked.tender_kind)
        ),
        ("REGION_NOT_SETTLED", "OTHER_REGION"): region_part(one.region, asked.region),
        ("INDUSTRY_NOT_SETTLED", "OTHER_INDUSTRY"): industry_part(one.industry, asked.industry),
        ("ACTIVITY_NOT_SETTLED", "OTHER_ACTIVITY"): activity_part(one.activity, asked.activity),
    }
    if outside := {words[1] for words, part in parts.items() if part == OUTSIDE}:
        return "INFORMATION", outside
    if one.answer == "information":
        return "INFORMATION", {"NOT_A_RESTRICTION"}
    if status == "COMING":
        return "INFORMATION", {"NOT_YET_IN_FORCE"}
    if status == "SHIELDED":
        return "INFORMATION", {"SHIELDED"}
    doubts = {words[0] for words, part in parts.items() if part == UNSETTLED}
    assert set(parts.values()) <= {INSIDE, UNSETTLED}
    doubts |= doubts_of(one, status, relation, now)
    if doubts:
        return "NEEDS_REVIEW", doubts
    return ("BLOCKS", {"MANDATORY"}) if one.answer == "blocks" else ("NEEDS_REVIEW", {"DISCRETIONARY"})


def doubts_of(one: Following, status: str, relation: str, now: Edition) -> set[str]:
    """Nothing in doubt blocks by itself."""
    doubts = set()
    rows = now.lists.get(one.list_code, ())
    then = [row for row in rows if on(row.effective_from, row.effective_to, one.first)]
    if one.row.confidence == "low" or any(row.confidence == "low" for row in then):
        doubts.add("LOW_CONFIDENCE")
    if status in ("STAYED", "OBJECTED"):
        doubts.add(status)
    if one.unclear:
        doubts.add("FACTS_UNCLEAR")
    if relation in ("PARENT", "BRANCH"):
        doubts.add("BRANCH_OR_PARENT")
    if relation in ("ABSORBED", "SURVIVING"):
        doubts.add("ABSORBED_SUBJECT")
    if relation == "RELATED":
        doubts.add("RELATED")
    return doubts


def earlier_decisions(one: Following, kept: Kept, found: Standing, codes: set[str], law: Law) -> set[str]:
    """招标投标法实施条例 第六十七、六十八条: within three years after the earlier ban has ended."""
    if one.row.code not in ("M-BID-01", "M-BID-02"):
        return set()
    earlier, again = set(), kept.report.decided_on
    for other in found.kept.values():
        for imposed in other.report.imposed:
            same = imposed.measure == one.row.code and other.key != kept.key and other.report.subject in codes
            lasts = [last for _, last in terms_of(other, imposed, law) if last is not None] if same else []
            if any(last < again <= months_after(last, 36) for last in lasts):
                earlier.add(other.key)
    return earlier


# --- days, rows and names -------------------------------------------------------------------------


def months_after(day: date, months: int) -> date:
    """民法典 第二百零二条: the same day of the last month, or that month's end."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_before(day: date | None) -> date | None:
    """The last day, where something ends from a day on."""
    return None if day is None else day - timedelta(days=1)


def earlier_of(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days; None has no end."""
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None


def softer(one: str, other: str) -> str:
    """The gentler of two answers."""
    order = ["information", "review", "blocks"]
    return order[min(order.index(one), order.index(other))]


def on(first: date, last: date | None, day: date) -> bool:
    """Whether a day lies in a term."""
    return first <= day and (last is None or day <= last)


@lru_cache(maxsize=8)
def all_rows(edition: Edition) -> list[Measure]:
    """Every row of every measure."""
    return [row for rows in edition.measures.values() for row in rows]


def in_force_on(edition: Edition, code: str, day: date) -> Measure | None:
    """The row of a measure that is law on a day."""
    rows = [row for row in edition.measures.get(code, ()) if on(row.effective_from, row.effective_to, day)]
    return rows[0] if rows else None


def falling(row: Measure, kind: str) -> set[str]:
    """The kind as such, and the capacities in which somebody of the kind can act, as far as named."""
    capacities = {pb.Capacity.Name(each).removeprefix("CAPACITY_") for each in row.capacities}
    possible = capacities & (PERSONAL if kind == "NATURAL_PERSON" else ORGANISATIONAL)
    as_such = {f"KIND:{kind}"} if kind in {kind_name(each) for each in row.subject_kinds} else set()
    return possible | as_such


def domain_name(domain: int) -> str:
    """PROCUREMENT, …; empty for one that this release does not know."""
    return _DOMAINS.get(domain, "")


def kind_name(kind: int) -> str:
    """ENTERPRISE, …; empty for one that this release does not know."""
    return _KINDS.get(kind, "")


def role_name(role: int) -> str:
    """BIDDER, …; empty for one that this release does not know."""
    return _ROLES.get(role, "")


def tender_name(kind: int) -> str:
    """COMPULSORY, VOLUNTARY; otherwise not stated, or not known."""
    return _TENDERS.get(kind, "")


_DOMAINS = {int(value): name.removeprefix("DOMAIN_") for name, value in pb.Domain.items()}
_KINDS = {int(value): name.removeprefix("SUBJECT_KIND_") for name, value in pb.SubjectKind.items()}
_ROLES = {int(value): name.removeprefix("SUBJECT_ROLE_") for name, value in pb.SubjectRole.items()}
_TENDERS = {int(value): name.removeprefix("TENDER_KIND_") for name, value in pb.TenderKind.items()}
