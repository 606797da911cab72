"""A measure is one of the law's, within the mandate, on whom it can fall, for as long as it may last."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Scope, Subject
from tests.support.events import (
    ban,
    event,
    faults,
    firm,
    imposed,
    penalty,
    person,
    placed,
    refusal,
    registration,
)
from tests.support.spine import Spine

MEASURE = "event.measures[0].measure_code"
UNTIL = "event.measures[0].until"
FROM = "event.measures[0].from"


def said(spine: Spine, stated: pb.Event, key: str = "财政") -> set[tuple[str, str]]:
    """Why an event is refused."""
    return refusal(spine.say(key, event=stated))


@pytest.mark.parametrize("code", ["", "M-PRO-99", "m-pro-01", "L-01"])
def test_measure_that_is_not_in_the_edition_is_refused(spine: Spine, code: str) -> None:
    stated = ban("财政", firm(1), code, "2026-03-01", "2028-03-01")
    assert said(spine, stated) == {("MEASURE_NOT_IN_EDITION", MEASURE)}


def test_measure_that_was_not_law_on_the_day_of_the_decision_is_refused(spine: Spine) -> None:
    """招标代理 bans came with the amendment that was in force from 2017-12-28 on."""
    measures = [imposed("M-BID-04", "2018-01-01", "2019-01-01")]
    stated = penalty("住建", firm(1), "2017-12-27", measures=measures)
    assert said(spine, stated, "住建") == {("MEASURE_NOT_IN_EDITION", MEASURE)}
    stated.document.decided_on = "2017-12-28"
    placed(spine.say("住建", event=stated))


def test_measure_outside_the_mandate_is_refused(spine: Spine) -> None:
    stated = ban("财政", firm(1), "M-BID-01", "2026-03-01", "2027-03-01")
    assert said(spine, stated) == {("MEASURE_OUTSIDE_MANDATE", MEASURE)}


def test_measure_that_follows_a_list_is_not_decided(spine: Spine) -> None:
    stated = ban("人社", firm(1), "M-PRO-06", "2026-03-01", "2027-03-01")
    stated.category = "E-03-CF"
    assert ("MEASURE_FOLLOWS_LIST", MEASURE) in said(spine, stated, "人社")


def test_exit_ban_does_not_fall_on_a_company(spine: Spine) -> None:
    stated = ban("法院", firm(1), "M-EXI-01", "2026-03-01")
    assert said(spine, stated, "法院") == {("MEASURE_NOT_FOR_SUBJECT_KIND", MEASURE)}


def test_bidding_ban_does_not_fall_on_a_natural_person(spine: Spine) -> None:
    stated = ban("住建", person(1), "M-BID-01", "2026-03-01", "2027-03-01")
    assert said(spine, stated, "住建") == {("MEASURE_NOT_FOR_SUBJECT_KIND", MEASURE)}


@pytest.mark.parametrize(
    ("key", "subject", "measure", "capacity"),
    [
        ("市场监管", firm, "M-BUS-03", subject_pb2.CAPACITY_LEGAL_REP),  # a firm represents nobody
        ("市场监管", person, "M-BUS-03", subject_pb2.CAPACITY_EXPERT),  # not among those the measure names
        ("住建", firm, "M-BID-01", subject_pb2.CAPACITY_TENDER_AGENCY),
        ("住建", person, "M-BID-05", subject_pb2.CAPACITY_LEGAL_REP),
        ("住建", person, "M-BID-05", 99),
    ],
)
def test_capacity_is_one_of_the_measure_and_of_the_subject(
    spine: Spine, key: str, subject: Callable[[int], Subject], measure: str, capacity: int
) -> None:
    stated = ban(key, subject(1), measure, "2026-03-01", "2027-03-01", capacity=capacity)
    assert ("MEASURE_NOT_FOR_SUBJECT_KIND", MEASURE) in said(spine, stated, key)


# --- terms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "measure", "shortest", "longest"),
    [
        # From 2026-03-01; the first day may or may not be counted, so one day of grace below.
        ("财政", "M-PRO-01", "2027-02-28", "2029-03-01"),
        ("住建", "M-BID-01", "2027-02-28", "2028-03-01"),
        ("住建", "M-BID-02", "2027-02-28", "2029-03-01"),
        ("住建", "M-BID-03", "2028-02-29", "2031-03-01"),
        ("住建", "M-BID-04", "2027-02-28", "2028-03-01"),
        ("市场监管", "M-BUS-03", "2031-02-28", "2031-03-01"),
    ],
)
def test_term_keeps_to_the_bounds_of_its_article_to_the_day(
    spine: Spine, key: str, measure: str, shortest: str, longest: str
) -> None:
    for within in (shortest, longest):
        placed(spine.say(key, event=ban(key, firm(1), measure, "2026-03-01", within)))
    day_before = date.fromordinal(date.fromisoformat(shortest).toordinal() - 1).isoformat()
    day_after = date.fromordinal(date.fromisoformat(longest).toordinal() + 1).isoformat()
    for outside in (day_before, day_after, "", "2099-12-31", "9999-12-31"):
        stated = ban(key, firm(1), measure, "2026-03-01", outside)
        assert said(spine, stated, key) == {("TERM_OUT_OF_BOUNDS", UNTIL)}, outside


def test_term_that_begins_at_the_end_of_a_long_month_ends_with_the_short_one(spine: Spine) -> None:
    placed(spine.say("住建", event=ban("住建", firm(1), "M-BID-01", "2024-02-29", "2026-02-28")))
    stated = ban("住建", firm(1), "M-BID-01", "2024-02-29", "2026-03-01")
    assert said(spine, stated, "住建") == {("TERM_OUT_OF_BOUNDS", UNTIL)}


def test_term_that_runs_from_the_decision_is_not_made_longer_by_a_later_first_day(spine: Spine) -> None:
    """食品安全法 第一百三十五条: 自处罚决定作出之日起五年内."""
    late = [imposed("M-BUS-03", "2026-09-01", "2031-09-01")]
    stated = penalty("市场监管", firm(1), "2026-03-01", measures=late)
    assert said(spine, stated, "市场监管") == {("TERM_OUT_OF_BOUNDS", UNTIL)}
    stated.measures[0].until = "2031-03-01"
    placed(spine.say("市场监管", event=stated))


def test_decision_binds_within_twelve_months_or_not_by_that_decision(spine: Spine) -> None:
    late = [imposed("M-PRO-01", "2027-03-01", "2030-03-01")]
    placed(spine.say("财政", event=penalty("财政", firm(1), "2026-03-01", measures=late)))
    for first, until in (("2027-03-02", "2030-03-01"), ("2190-01-01", "2193-01-01")):
        late = [imposed("M-PRO-01", first, until)]
        stated = penalty("财政", firm(1), "2026-03-01", measures=late)
        assert said(spine, stated) == {("TERM_OUT_OF_BOUNDS", FROM)}


def test_day_that_law_does_not_count_from_gives_no_later_start(spine: Spine) -> None:
    late = [imposed("M-PRO-01", "2040-01-01", "2042-01-01", anchor_on="2040-01-01")]
    stated = penalty("财政", firm(1), "2026-03-01", measures=late)
    assert said(spine, stated) == {("TERM_OUT_OF_BOUNDS", FROM)}


def exit_ban(first: str, until: str, anchor_on: str) -> pb.Event:
    """A ban of a fraud offender decided on 2026-03-01 (反电信网络诈骗法 第三十六条: 自处罚完毕之日起)."""
    measures = [imposed("M-EXI-04", first, until, anchor_on=anchor_on)]
    decided: dict[str, Any] = {"category": "E-51", "decided_on": "2026-03-01"}
    return event("移民管理", person(1), **decided, measures=measures)


def test_term_after_a_sentence_begins_when_the_sentence_is_served(spine: Spine) -> None:
    """It is counted from there, so before it there is none: it would last until then besides."""
    early = exit_ban("2026-03-01", "2039-01-01", "2036-01-01")
    assert said(spine, early, "移民管理") == {("TERM_OUT_OF_BOUNDS", FROM)}
    placed(spine.say("移民管理", event=exit_ban("2036-01-01", "2039-01-01", "2036-01-01")))
    served = exit_ban("2026-03-01", "2027-01-01", "2026-01-01")  # Served before the ban was decided.
    placed(spine.say("移民管理", event=served))


def test_sentence_is_served_within_the_longest_that_law_knows(spine: Spine) -> None:
    """刑法 第六十九条: 有期徒刑最高不能超过二十五年."""
    placed(spine.say("移民管理", event=exit_ban("2051-03-01", "2054-03-01", "2051-03-01")))
    late = exit_ban("2150-01-01", "2153-01-01", "2150-01-01")
    assert ("TERM_OUT_OF_BOUNDS", "event.measures[0].anchor_on") in said(spine, late, "移民管理")


def test_term_is_not_made_longer_by_imposing_the_measure_twice_in_a_document(spine: Spine) -> None:
    twice = [
        imposed("M-PRO-01", "2026-03-01", "2029-03-01"),
        imposed("M-PRO-01", "2029-03-01", "2032-03-01"),
    ]
    stated = penalty("财政", firm(1), measures=twice)
    assert ("FIELD_INVALID", "event.measures[1].measure_code") in said(spine, stated)


def test_document_may_bar_a_person_in_two_capacities(spine: Spine) -> None:
    both = [
        imposed("M-BUS-03", "2026-03-01", "2031-03-01", capacity=subject_pb2.CAPACITY_LEGAL_REP),
        imposed("M-BUS-03", "2026-03-01", "2031-03-01", capacity=subject_pb2.CAPACITY_MANAGER),
    ]
    placed(spine.say("市场监管", event=penalty("市场监管", person(1), measures=both)))


def test_ban_for_life_is_only_for_measures_that_know_it(spine: Spine) -> None:
    placed(spine.say("住建", event=ban("住建", person(1), "M-BID-05", "2026-03-01", lifetime=True)))
    stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", lifetime=True)
    assert said(spine, stated) == {("TERM_OUT_OF_BOUNDS", UNTIL)}
    stated = ban("财政", person(1), "M-PRO-03", "2026-03-01", lifetime=True)  # The law does not say.
    assert said(spine, stated) == {("TERM_OUT_OF_BOUNDS", UNTIL)}


def test_ban_for_life_has_no_last_day(spine: Spine) -> None:
    stated = ban("住建", person(1), "M-BID-05", "2026-03-01", "2056-03-01", lifetime=True)
    assert said(spine, stated, "住建") == {("TERM_OUT_OF_BOUNDS", UNTIL)}


def test_measure_begins_on_the_day_of_the_decision_or_later(spine: Spine) -> None:
    early = [imposed("M-PRO-01", "2026-02-28", "2028-03-01")]
    stated = penalty("财政", firm(1), "2026-03-01", measures=early)
    assert said(spine, stated) == {("DATES_OUT_OF_ORDER", "event.measures[0].from")}


def test_measure_does_not_end_before_it_begins(spine: Spine) -> None:
    stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2026-02-28")
    assert said(spine, stated) == {("DATES_OUT_OF_ORDER", UNTIL)}


def test_measure_without_a_shortest_term_may_last_a_single_day(spine: Spine) -> None:
    placed(spine.say("住建", event=ban("住建", person(1), "M-BID-05", "2026-03-01", "2026-03-01")))


@pytest.mark.parametrize(
    ("key", "measure", "bounds"),
    [("财政", "M-PRO-01", "(12至36个月)"), ("市场监管", "M-BUS-03", "(60个月)")],
)
def test_refusal_of_a_term_says_what_the_law_allows(
    spine: Spine, key: str, measure: str, bounds: str
) -> None:
    for until in ("2026-03-01", ""):
        (fault,) = faults(spine.say(key, event=ban(key, firm(1), measure, "2026-03-01", until)))
        assert bounds in fault.message


def test_measure_needs_a_first_day(spine: Spine) -> None:
    stated = penalty("财政", firm(1), measures=[imposed("M-PRO-01", "", "2028-03-01")])
    assert said(spine, stated) == {("FIELD_REQUIRED", "event.measures[0].from")}


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-30", "2200-01-01", "三年", " "])
def test_last_day_of_a_measure_is_a_day_of_the_calendar(spine: Spine, day: str) -> None:
    stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", day)
    assert ("DATE_INVALID", UNTIL) in said(spine, stated)


# --- scope ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [("region", "1309"), ("industry", "Z99"), ("industry", "E01"), ("activity", "GARDENING")],
)
def test_scope_is_written_in_the_codes_of_the_standards(spine: Spine, field: str, value: str) -> None:
    scope = Scope(**{field: value})
    stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01", scope=scope)
    assert said(spine, stated) == {("FIELD_INVALID", f"event.measures[0].scope.{field}")}


def test_measure_does_not_bind_beyond_the_region_of_the_mandate(spine: Spine) -> None:
    scope = Scope(region="130100")
    stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01", scope=scope)
    assert said(spine, stated) == {("REGION_OUTSIDE_MANDATE", "event.measures[0].scope.region")}


def test_measure_that_law_limits_to_an_activity_is_not_turned_on_another(spine: Spine) -> None:
    scope = Scope(activity="CONSTRUCTION_PRACTICE")
    stated = ban("市场监管", firm(1), "M-BUS-03", "2026-03-01", "2031-03-01", scope=scope)
    assert ("FIELD_INVALID", "event.measures[0].scope.activity") in said(spine, stated, "市场监管")


def test_more_than_sixty_four_measures_are_refused(spine: Spine) -> None:
    many = [imposed("M-PRO-01", "2026-03-01", "2028-03-01")] * 65
    assert ("TOO_LARGE", "event") in said(spine, penalty("财政", firm(1), measures=many))


def test_mandate_that_was_narrowed_ends_what_the_department_may_decide(spine: Spine) -> None:
    placed(spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")))
    narrowed = registration("财政")
    narrowed.mandate.measures.remove("M-PRO-01")
    placed(spine.say("信用办", department_registration=narrowed))
    try:
        stated = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
        assert said(spine, stated) == {("MEASURE_OUTSIDE_MANDATE", MEASURE)}
    finally:
        placed(spine.say("信用办", department_registration=registration("财政")))
