"""The verdict worked out a second time, slowly and plainly, to compare the product's answers with.

Written from law.md (§1.4 三种来源, §2, §5.3 who is asked about, §5.4 the four values) and from the rules that
the module texts of ``verdict`` and ``scopes`` state, not from their code. It shares the catalogue's data
with the product, and nothing that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.sanctions.restriction import Restriction, SubjectRecord
from registry.sanctions.verdict import Question

# Who is bound in a role, where the measure does not name its roles: "*" whoever it fell on as what he
# is; otherwise the capacities (and for a traveller natural persons as such).
WHO_IS_BOUND: dict[str, set[str]] = {
    "BIDDER": {"*"},
    "CONSORTIUM_MEMBER": {"*"},
    "APPLICANT": {"*"},
    "AGENCY": {"TENDER_AGENCY", "PROCUREMENT_AGENCY"},
    "INTERMEDIARY": {"INTERMEDIARY"},
    "EVALUATOR": {"EXPERT"},
    "LEGAL_REPRESENTATIVE": {"LEGAL_REP"},
    "MANAGER": {"MANAGER"},
    "PROJECT_MANAGER": {"PRACTITIONER"},
    "PRACTITIONER": {"PRACTITIONER"},
    "TRAVELLER": {"NATURAL_PERSON", "LEGAL_REP", "MANAGER"},
}

# 财库〔2016〕125号; 法〔2016〕285号.
MUST_BE_CONNECTED = {"PROCUREMENT": {"L-01", "L-02", "L-03"}, "BIDDING": {"L-01"}}

INDUSTRIES = {
    **{letter: (first, last) for letter, first, last in [("A", 1, 5), ("C", 13, 43), ("E", 47, 50)]},
    **{letter: (first, last) for letter, first, last in [("F", 51, 52), ("H", 61, 62), ("K", 70, 70)]},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Verdict, reason for INDETERMINATE, and what each restriction in force in the domain means."""

    verdict: str
    indeterminate: str
    hits: tuple[tuple[tuple[int, int, int], str, frozenset[str]], ...]


def answer(
    question: Question, record: SubjectRecord | None, position: int, lists_connected: frozenset[str]
) -> Answer:
    """The verdict, by the book."""
    if record is None:
        return Answer("INDETERMINATE", "SUBJECT_UNKNOWN", ())
    hits = []
    for row in record.restrictions:
        if counts(question, row, position):
            effect, reasons = meaning(question, row)
            hits.append(((row.position, row.ordinal, row.known_from), effect, frozenset(reasons)))
    told = tuple(hits)
    if any(effect == "BLOCKS" for _, effect, _ in hits):
        return Answer("BLOCKED", "UNSPECIFIED", told)
    if not any(known(first, end, position) for first, end in record.known):
        return Answer("INDETERMINATE", "SUBJECT_UNKNOWN", ())
    if MUST_BE_CONNECTED.get(domain_name(question.domain), set()) - lists_connected:
        return Answer("INDETERMINATE", "SOURCE_NOT_CONNECTED", told)
    if any(effect == "NEEDS_REVIEW" for _, effect, _ in hits):
        return Answer("REVIEW", "UNSPECIFIED", told)
    return Answer("CLEAR", "UNSPECIFIED", told)


def counts(question: Question, row: Restriction, position: int) -> bool:
    """Known at the position, in force on the day, and of the domain that is asked about."""
    if not known(row.known_from, row.known_to, position):
        return False
    if day_before(question.day, row.period.first) or day_after(question.day, row.period.last):
        return False
    return row.measure.domain == question.domain


def known(first: int, end: int | None, position: int) -> bool:
    """Whether a position lies in [first, end)."""
    if position < first:
        return False
    return end is None or position < end


def day_before(day: date, first: date) -> bool:
    """Whether a day lies before a term."""
    return day.toordinal() < first.toordinal()


def day_after(day: date, last: date | None) -> bool:
    """Whether a day lies after a term."""
    return last is not None and day.toordinal() > last.toordinal()


def meaning(question: Question, row: Restriction) -> tuple[str, set[str]]:
    """What a restriction in force in the asked domain means, and why."""
    unsettled: set[str] = set()
    outside: set[str] = set()
    for part, unsettled_reason, outside_reason in (
        (role_part(question, row), "ROLE_NOT_STATED", "OTHER_ROLE"),
        (tender_part(question, row), "TENDER_KIND_NOT_STATED", "VOLUNTARY_TENDER"),
        (region_part(row.region, question.region), "REGION_NOT_SETTLED", "OTHER_REGION"),
        (industry_part(row.industry, question.industry), "INDUSTRY_NOT_SETTLED", "OTHER_INDUSTRY"),
        (activity_part(row.activity, question.activity), "ACTIVITY_NOT_SETTLED", "OTHER_ACTIVITY"),
    ):
        if part == "UNSETTLED":
            unsettled.add(unsettled_reason)
        if part == "OUTSIDE":
            outside.add(outside_reason)
    if outside:
        return "INFORMATION", outside
    if row.measure.answer == "information":
        return "INFORMATION", {"NOT_A_RESTRICTION"}
    if unsettled:
        return "NEEDS_REVIEW", unsettled
    if row.measure.confidence == "low":
        return "NEEDS_REVIEW", {"LOW_CONFIDENCE"}
    if row.measure.answer == "blocks":
        return "BLOCKS", {"MANDATORY"}
    return "NEEDS_REVIEW", {"DISCRETIONARY"}


# --- the parts of a scope -------------------------------------------------------------------------


def role_part(question: Question, row: Restriction) -> str:
    """A role that is not stated is unsettled, unless the measure binds in every role there is."""
    bound = {role for role in WHO_IS_BOUND if binds_in(role, row)}
    if bound == set(WHO_IS_BOUND):
        return "INSIDE"
    role = role_name(question.role)
    if role not in WHO_IS_BOUND:
        return "UNSETTLED"
    return "INSIDE" if role in bound else "OUTSIDE"


def binds_in(role: str, row: Restriction) -> bool:
    """Whether the restriction binds whoever it fell on when he acts in a role."""
    if row.measure.roles:
        return role in {role_name(named) for named in row.measure.roles}
    for who in WHO_IS_BOUND[role]:
        if who == "*" and row.kind:
            return True
        if who == "NATURAL_PERSON" and row.kind == 9:
            return True
        if who in {capacity_name(capacity) for capacity in row.capacities}:
            return True
    return False


def tender_part(question: Question, row: Restriction) -> str:
    """招标投标法 第五十三条 and others: 依法必须进行招标的项目."""
    if not row.measure.compulsory_tender_only or question.tender_kind == 1:
        return "INSIDE"
    return "OUTSIDE" if question.tender_kind == 2 else "UNSETTLED"


def region_part(limit: str, asked: str) -> str:
    """GB/T 2260: 130000 contains 130900 contains 130902."""
    if limit == "":
        return "INSIDE"
    if not is_region(limit) or not is_region(asked):
        return "UNSETTLED"
    if limit in places_around(asked):
        return "INSIDE"
    return "UNSETTLED" if asked in places_around(limit) else "OUTSIDE"


def is_region(code: str) -> bool:
    """Six digits, of a province that may exist; no county without its city."""
    if len(code) != 6 or any(char not in "0123456789" for char in code):
        return False
    return code[:2] not in ("00", "10") and not (code[2:4] == "00" and code[4:6] != "00")


def places_around(code: str) -> set[str]:
    """The place itself, its city and its province."""
    return {code, code[:4] + "00", code[:2] + "0000"}


def industry_part(limit: str, asked: str) -> str:
    """GB/T 4754: E contains E47 contains E471 contains E4710; E4710 and E471 are the same."""
    if limit == "":
        return "INSIDE"
    if not is_industry(limit) or not is_industry(asked):
        return "UNSETTLED"
    if plain_industry(limit) in industries_around(asked):
        return "INSIDE"
    return "UNSETTLED" if plain_industry(asked) in industries_around(limit) else "OUTSIDE"


def is_industry(code: str) -> bool:
    """A section alone, or with two to four digits whose first two are a division of it."""
    if code[:1] not in INDUSTRIES:
        return False
    if len(code) == 1:
        return True
    if not 3 <= len(code) <= 5 or any(char not in "0123456789" for char in code[1:]):
        return False
    first, last = INDUSTRIES[code[0]]
    return first <= int(code[1:3]) <= last


def plain_industry(code: str) -> str:
    """Without the zeros that fill up groups and classes."""
    while len(code) > 3 and code.endswith("0"):
        code = code[:-1]
    return code


def industries_around(code: str) -> set[str]:
    """The industry itself and all that contain it."""
    plain = plain_industry(code)
    return {plain[:length] for length in range(1, len(plain) + 1) if length != 2}


def activity_part(limit: str, asked: str) -> str:
    """Activities have no order among them."""
    if limit in ("", asked):
        return "INSIDE"
    return "UNSETTLED" if asked == "" else "OUTSIDE"


# --- names ----------------------------------------------------------------------------------------

_DOMAINS = ("", "BUSINESS", "FINANCING", "EXIT_ENTRY", "BIDDING", "PROCUREMENT")
_CAPACITIES = (
    "",
    "TENDER_AGENCY",
    "PROCUREMENT_AGENCY",
    "INTERMEDIARY",
    "LEGAL_REP",
    "MANAGER",
    "PRACTITIONER",
    "EXPERT",
)
_ROLES = (
    "",
    "BIDDER",
    "CONSORTIUM_MEMBER",
    "AGENCY",
    "EVALUATOR",
    "LEGAL_REPRESENTATIVE",
    "MANAGER",
    "PROJECT_MANAGER",
    "PRACTITIONER",
    "APPLICANT",
    "TRAVELLER",
    "INTERMEDIARY",
)


def domain_name(domain: int) -> str:
    """The five domains of the policy; the others have no lists that must be checked."""
    return _DOMAINS[domain] if domain < len(_DOMAINS) else ""


def capacity_name(capacity: int) -> str:
    """By the number in subject.proto."""
    return _CAPACITIES[capacity]


def role_name(role: int) -> str:
    """By the number in subject.proto; empty for one that is not stated or not known."""
    return _ROLES[role] if role < len(_ROLES) else ""
