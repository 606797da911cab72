"""The verdict worked out a second time, slowly and plainly, to compare the product's answers with.

Written from the law (三种来源; the lists that must be checked; who is asked about; the four values) and from
the rules that the module texts of the product state, not from their code. It reads the log as plain facts
(``oracle_log``) and the catalogue's rows; it shares nothing with the product that decides: neither grounds
nor restrictions, nor the reading of penalties, nor the arithmetic of months and scopes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Question
from tests.sanctions.oracle_following import Following, Law, following, terms_of
from tests.sanctions.oracle_log import (
    Kept,
    Line,
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
from tests.sanctions.oracle_words import (
    domain_name,
    months_after,
    on,
    role_name,
    tender_name,
)

# 财库〔2016〕125号; 法〔2016〕285号; 私募投资基金监督管理条例 第八条. How old a delivery may be, in days, is
# the registry's own rule.
MUST_BE_CHECKED = {"PROCUREMENT": {"L-01", "L-02", "L-03"}, "BIDDING": {"L-01"}, "FINANCING": {"L-01"}}
MAX_AGE = {"L-01": 7, "L-02": 30, "L-03": 31}


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
