"""Which edition answers: by the day asked about and by what was known; 从旧兼从轻 (立法法 第一百零四条); and
rows that the catalogue marks as not confirmed.

Each registry adopts an edition of its own making, so every test has one to itself."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from registry.commands.jobs import Outcome
from registry.sanctions.verdict import Decision
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.editions import adopt, changed_row, edition_files, new_rule
from tests.support.events import (
    ask,
    ban,
    fined,
    firm,
    imposed,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    refusal,
    registration,
    told,
)
from tests.support.spine import TODAY, Spine, found_spine, furnish

BLOCKED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})
CLEAR: tuple[str, dict[str, str]] = ("CLEAR", {})
RULE_OF = "2025-07-01"
RULE_DAY = date(2025, 7, 1)
TWO_YEARS = "{min: 6, max: 24, lifetime: false}"
UNCONFIRMED = {"confidence": "low", "answer": "review"}
"""No edition has a row that is not confirmed and blocks; a list that is not may bring about one that does."""


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry of one's own with every department."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("own") / "registry"))
    yield spine
    spine.engine.close()


def barred(spine: Spine, first: str = "2024-03-20", until: str = "2026-12-20") -> Subject:
    """A firm barred from procurement by the old rule, for as long as that allowed."""
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", first, until)))
    return subject


def hit(decision: Decision) -> tuple[bool, date | None]:
    """Whether a milder rule was applied, and to what last day."""
    (only,) = decision.hits
    return only.restriction.milder, only.restriction.period.last


# --- which edition --------------------------------------------------------------------------------


def test_each_day_is_judged_by_its_edition_as_it_was_known(own: Spine) -> None:
    """A list that brings about a block only under the new edition does so from its first day in force, and
    for who asks as of an earlier position it never did."""
    subject = new_firm()
    placed(own.say("法院", event=list_entry("法院", subject, "L-01", "2025-03-01")))
    files = changed_row(edition_files("2099.1"), "M-BID-06", answer="blocks")
    adopted = adopt(own, files, RULE_OF)
    for day, at, expected in (
        (RULE_DAY - timedelta(days=1), None, "REVIEW"),
        (RULE_DAY, None, "BLOCKED"),
        (RULE_DAY, adopted - 1, "REVIEW"),
        (TODAY, None, "BLOCKED"),
        (TODAY, adopted - 1, "REVIEW"),
    ):
        assert told(ask(own, subject, subject_pb2.DOMAIN_BIDDING, on=day, at=at))[0] == expected
    own.reopen()
    assert told(ask(own, subject, subject_pb2.DOMAIN_BIDDING, at=adopted))[0] == "BLOCKED"
    assert told(ask(own, subject, subject_pb2.DOMAIN_BIDDING, at=adopted - 1))[0] == "REVIEW"


def test_penalty_of_march_and_one_of_april_2026_are_each_under_their_own_rule(own: Spine) -> None:
    """第58号令 until 2026-03-31: three months at least; 第36号令 from 2026-04-01: none."""
    placed(own.say("信用办", department_registration=registration("财政", measures=["M-SUP-02"])))

    def shown(decided_on: str, until: str, subject: Subject) -> Outcome:
        event = penalty("财政", subject, decided_on, measures=[imposed("M-SUP-02", decided_on, until)])
        return own.say("财政", event=event)

    refused = refusal(shown("2026-03-20", "2026-04-20", firm(1)))
    assert refused == {("TERM_OUT_OF_BOUNDS", "event.measures[0].until")}
    subject = new_firm()
    placed(shown("2026-03-20", "2026-12-20", subject))
    placed(shown("2026-04-10", "2026-12-10", subject))
    placed(shown("2026-04-10", "2026-05-10", subject))
    record = own.engine.state.index.get(subject.identifier.value)
    assert record
    rows = [ground.measure for ground in record.grounds if ground.measure]
    assert ["第58号" in row.legal_basis[0] for row in rows] == [True, False, False]
    assert ["第36号" in row.legal_basis[0] for row in rows] == [False, True, True]


# --- 从旧兼从轻 -----------------------------------------------------------------------------------


def test_shorter_term_of_a_later_rule_reaches_back_where_the_edition_says_so(own: Spine) -> None:
    """Thirty months at most: from the day the rule is in force the old ban ends on 2026-09-20."""
    subject = barred(own)
    before = own.position
    term = "{min: 12, max: 30, lifetime: false}"
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, term_months=term, for_earlier="if_lenient")
    adopt(own, files, RULE_OF)
    assert hit(ask(own, subject, on=RULE_DAY - timedelta(days=1))) == (False, date(2026, 12, 20))
    assert hit(ask(own, subject, on=RULE_DAY)) == (True, date(2026, 9, 20))
    assert told(ask(own, subject, on=date(2026, 9, 20))) == BLOCKED
    assert told(ask(own, subject, on=date(2026, 9, 21))) == CLEAR
    assert told(ask(own, subject, on=date(2026, 9, 21), at=before)) == BLOCKED


@pytest.mark.parametrize(
    ("milder", "harder"),
    [
        ({"term_months": TWO_YEARS}, {"for_earlier": "none"}),
        ({"term_months": TWO_YEARS}, {"term_months": "{min: 6, max: 30, lifetime: false}"}),
        ({"answer": "review"}, {"for_earlier": "none", "answer": "blocks"}),
    ],
)
def test_milder_rule_goes_on_applying_when_another_takes_its_place(
    own: Spine, milder: dict[str, str], harder: dict[str, str]
) -> None:
    """Nobody who was freed by a rule of 2025 is barred again in 2026 by a decision of 2024."""
    subject = barred(own)
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, for_earlier="if_lenient", **milder)
    adopt(own, new_rule(files, "M-PRO-01", "2026-04-01", **harder), RULE_OF)
    days = [date(2026, 3, 21), date(2026, 3, 31), date(2026, 4, 1), TODAY]
    answers = [told(ask(own, subject, on=day)) for day in days]
    assert answers[0][0] == ("REVIEW" if "answer" in milder else "CLEAR")
    assert answers == answers[:1] * len(days)


def test_milder_rule_goes_on_applying_when_nothing_takes_its_place(own: Spine) -> None:
    subject = barred(own)
    rule = {"term_months": TWO_YEARS, "effective_to": "2026-03-31"}
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, for_earlier="if_lenient", **rule)
    adopt(own, files, RULE_OF)
    assert hit(ask(own, subject, on=date(2026, 3, 20))) == (True, date(2026, 3, 20))
    assert [told(ask(own, subject, on=date(2026, 4, day))) for day in (1, 2)] == [CLEAR, CLEAR]


def test_of_several_milder_rules_each_gives_what_is_milder_in_it(own: Spine) -> None:
    """The shorter term of the first and the gentler answer of the second."""
    subject, term = barred(own), "{min: 12, max: 30, lifetime: false}"
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, term_months=term, for_earlier="if_lenient")
    rule = {"term_months": "{min: 12, max: 33, lifetime: false}", "answer": "review"}
    adopt(own, new_rule(files, "M-PRO-01", "2026-04-01", **rule), RULE_OF)
    assert told(ask(own, subject, on=date(2026, 3, 31))) == BLOCKED
    decision = ask(own, subject, on=date(2026, 4, 1))
    assert (told(decision)[0], hit(decision)) == ("REVIEW", (True, date(2026, 9, 20)))
    assert told(ask(own, subject, on=date(2026, 9, 21))) == CLEAR


def test_gentler_answer_of_a_later_rule_reaches_back_too(own: Spine) -> None:
    subject = barred(own)
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, answer="review", for_earlier="if_lenient")
    adopt(own, files, RULE_OF)
    assert told(ask(own, subject, on=RULE_DAY - timedelta(days=1))) == BLOCKED
    decision = ask(own, subject, on=RULE_DAY)
    assert told(decision) == ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW DISCRETIONARY"})
    assert hit(decision) == (True, date(2026, 12, 20))


@pytest.mark.parametrize("max_months", ["36", "60"])
def test_later_rule_that_is_not_milder_changes_nothing_for_what_came_before(
    own: Spine, max_months: str
) -> None:
    subject = barred(own)
    term = f"{{min: 12, max: {max_months}, lifetime: false}}"
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, term_months=term, for_earlier="if_lenient")
    adopt(own, files, RULE_OF)
    assert hit(ask(own, subject)) == (False, date(2026, 12, 20))


def test_later_rule_does_not_reach_back_unless_the_edition_says_so(own: Spine) -> None:
    subject = barred(own)
    term = "{min: 6, max: 12, lifetime: false}"
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, term_months=term, answer="review")
    adopt(own, files, RULE_OF)
    assert (told(ask(own, subject)), hit(ask(own, subject))) == (BLOCKED, (False, date(2026, 12, 20)))


def test_decision_under_the_later_rule_is_bound_by_it_alone(own: Spine) -> None:
    term = "{min: 6, max: 12, lifetime: false}"
    files = new_rule(edition_files("2099.1"), "M-PRO-01", RULE_OF, term_months=term, for_earlier="if_lenient")
    adopt(own, files, RULE_OF)
    too_long = own.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-20", "2028-03-20"))
    assert refusal(too_long) == {("TERM_OUT_OF_BOUNDS", "event.measures[0].until")}
    subject = barred(own, "2026-03-20", "2027-03-20")
    assert hit(ask(own, subject)) == (False, date(2027, 3, 20))
    # A decision of before the rule, reported after it, is under the rule of its own day.
    older = barred(own, "2025-06-30", "2026-12-30")
    assert hit(ask(own, older, on=date(2025, 6, 30))) == (False, date(2026, 12, 30))
    assert hit(ask(own, older, on=date(2026, 6, 30))) == (True, date(2026, 6, 30))
    assert told(ask(own, older)) == CLEAR


def test_ban_for_life_is_not_cut_to_a_number_of_months(own: Spine) -> None:
    subject = new_person()
    for_life = ban("住建", subject, "M-BID-05", "2024-03-01", lifetime=True)
    placed(own.say("住建", event=for_life))
    term = "{min: null, max: 12, lifetime: true}"
    files = new_rule(edition_files("2099.1"), "M-BID-05", RULE_OF, term_months=term, for_earlier="if_lenient")
    adopt(own, files, RULE_OF)
    role = subject_pb2.SUBJECT_ROLE_EVALUATOR
    assert hit(ask(own, subject, subject_pb2.DOMAIN_BIDDING, role)) == (False, None)


# --- not confirmed --------------------------------------------------------------------------------


def test_measure_that_is_not_confirmed_is_reviewed_and_never_blocks(own: Spine) -> None:
    adopt(own, changed_row(edition_files("2099.1"), "M-PRO-01", **UNCONFIRMED), RULE_OF)
    subject = barred(own, "2026-03-20", "2028-03-20")
    assert told(ask(own, subject)) == ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW LOW_CONFIDENCE"})


def test_entry_on_a_list_that_is_not_confirmed_is_reviewed_and_never_blocks(own: Spine) -> None:
    adopt(own, changed_row(edition_files("2099.1"), "L-02", confidence="low"), "2020-01-01")
    subject, other = new_firm(), new_firm()
    placed(own.say("财政", event=list_entry("财政", subject, "L-02", "2026-03-01", "2028-03-01")))
    placed(own.say("税务", event=list_entry("税务", other, "L-03", "2026-03-01", "2028-03-01")))
    assert told(ask(own, subject)) == ("REVIEW", {"M-PRO-05": "NEEDS_REVIEW LOW_CONFIDENCE"})
    assert told(ask(own, other))[0] == "BLOCKED"


def test_statute_that_is_not_confirmed_is_reviewed(own: Spine) -> None:
    adopt(own, changed_row(edition_files("2099.1"), "M-PRO-04", **UNCONFIRMED), RULE_OF)
    subject = new_firm()
    placed(own.say("财政", event=fined("财政", subject, "2026-03-01", "300")))
    assert told(ask(own, subject)) == ("REVIEW", {"M-PRO-04": "NEEDS_REVIEW LOW_CONFIDENCE"})
