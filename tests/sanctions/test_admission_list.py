"""An entry on a list: by who keeps the list, of whom it can hold, for as long as its rules say."""

from datetime import date

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from tests.support.events import event, firm, list_entry, person, placed, refusal
from tests.support.spine import Spine

LIST = "event.list_code"
UNTIL = "event.effective_until"


def said(spine: Spine, key: str, stated: pb.Event) -> set[tuple[str, str]]:
    """Why an event is refused."""
    return refusal(spine.say(key, event=stated))


@pytest.mark.parametrize("code", ["", "L-99", "l-02", "M-PRO-01"])
def test_list_that_is_not_in_the_edition_is_refused(spine: Spine, code: str) -> None:
    stated = list_entry("财政", firm(1), code, "2026-03-01", "2027-03-01")
    assert said(spine, "财政", stated) == {("LIST_NOT_IN_EDITION", LIST), ("LIST_OUTSIDE_MANDATE", LIST)}


def test_list_that_did_not_exist_on_the_day_of_listing_is_refused(spine: Spine) -> None:
    """人社部令第45号 is in force from 2022-01-01 on."""
    stated = list_entry("人社", firm(1), "L-04", "2021-12-31", "2024-12-31")
    assert said(spine, "人社", stated) == {("LIST_NOT_IN_EDITION", LIST)}
    placed(spine.say("人社", event=list_entry("人社", firm(1), "L-04", "2022-01-01", "2025-01-01")))


def test_list_that_another_department_keeps_is_refused(spine: Spine) -> None:
    stated = list_entry("财政", firm(1), "L-01", "2026-03-01")
    assert said(spine, "财政", stated) == {("LIST_OUTSIDE_MANDATE", LIST)}


def test_list_names_the_day_of_listing(spine: Spine) -> None:
    stated = list_entry("财政", firm(1), "L-02", "2026-03-01", "2027-03-01")
    stated.effective_from = ""
    assert said(spine, "财政", stated) == {("FIELD_REQUIRED", "event.effective_from")}


def test_entry_takes_hold_within_twelve_months_or_not_by_that_decision(spine: Spine) -> None:
    stated = list_entry("财政", firm(1), "L-02", "2026-03-01", "2029-03-01")
    stated.effective_from = "2027-03-01"
    placed(spine.say("财政", event=stated))
    late = list_entry("财政", firm(1), "L-02", "2026-03-01", "2193-01-01")
    late.effective_from = "2190-01-01"
    assert said(spine, "财政", late) == {("DATES_OUT_OF_ORDER", "event.effective_from")}


def test_only_list_information_names_a_list(spine: Spine) -> None:
    stated = event("财政", firm(1), "E-03-CF", "2026-03-01", list_code="L-02")
    assert said(spine, "财政", stated) == {("FIELD_INVALID", LIST)}


def test_person_is_not_entered_on_a_list_of_enterprises(spine: Spine) -> None:
    stated = list_entry("市场监管", person(1), "L-90", "2026-03-01")
    refused = {("MEASURE_NOT_FOR_SUBJECT_KIND", "event.subject.kind")}
    assert said(spine, "市场监管", stated) == refused


def test_cooperative_is_not_entered_on_the_wage_list(spine: Spine) -> None:
    stated = list_entry("人社", firm(1, subject_pb2.SUBJECT_KIND_COOP), "L-04", "2026-03-01", "2029-03-01")
    assert said(spine, "人社", stated) == {("MEASURE_NOT_FOR_SUBJECT_KIND", "event.subject.kind")}


@pytest.mark.parametrize(
    ("key", "code", "shortest", "longest"),
    [
        ("法院", "L-01", "2028-02-29", "2031-03-01"),
        ("财政", "L-02", "2027-02-28", "2029-03-01"),
        ("税务", "L-03", "2026-03-01", "2029-03-01"),
        ("人社", "L-04", "2026-08-31", "2029-03-01"),
        ("应急", "L-05", "2027-02-28", "2029-03-01"),
        ("市场监管", "L-06", "2027-02-28", "2029-03-01"),
    ],
)
def test_entry_lasts_as_long_as_the_rules_of_the_list_say_to_the_day(
    spine: Spine, key: str, code: str, shortest: str, longest: str
) -> None:
    for within in (shortest, longest):
        placed(spine.say(key, event=list_entry(key, firm(1), code, "2026-03-01", within)))
    if shortest > "2026-03-01":
        day_before = date.fromordinal(date.fromisoformat(shortest).toordinal() - 1).isoformat()
        stated = list_entry(key, firm(1), code, "2026-03-01", day_before)
        assert said(spine, key, stated) == {("TERM_OUT_OF_BOUNDS", UNTIL)}
    day_after = date.fromordinal(date.fromisoformat(longest).toordinal() + 1).isoformat()
    stated = list_entry(key, firm(1), code, "2026-03-01", day_after)
    assert said(spine, key, stated) == {("TERM_OUT_OF_BOUNDS", UNTIL)}


@pytest.mark.parametrize("until", ["", "2099-12-31", "9999-12-31"])
def test_list_with_a_longest_term_has_no_entry_without_end_however_that_is_written(
    spine: Spine, until: str
) -> None:
    for key, code in (("财政", "L-02"), ("税务", "L-03"), ("人社", "L-04"), ("市场监管", "L-06")):
        stated = list_entry(key, firm(1), code, "2026-03-01", until)
        assert said(spine, key, stated) == {("TERM_OUT_OF_BOUNDS", UNTIL)}, code


@pytest.mark.parametrize("until", ["", "2099-12-31", "9999-12-31"])
def test_defaulter_who_simply_refuses_is_listed_without_end(spine: Spine, until: str) -> None:
    placed(spine.say("法院", event=list_entry("法院", firm(1), "L-01", "2026-03-01", until)))
