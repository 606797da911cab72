"""Regions, industries and activities: what lies within what, and when the registry may not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.scopes import (
    Relation,
    activity_relation,
    industry_fault,
    industry_relation,
    region_covers,
    region_fault,
    region_relation,
)

INSIDE, UNSETTLED, OUTSIDE = Relation

pairs = st.integers(1, 99).map("{:02}".format)
provinces = st.integers(11, 82).map(str)
regions = st.builds(
    lambda province, city, county, depth: (province + city + county)[: 2 * depth].ljust(6, "0"),
    provinces,
    pairs,
    pairs,
    st.integers(1, 3),
)
industries = st.sampled_from(
    ["E", "E47", "E471", "E4710", "E48", "E4811", "C", "C13", "C1311", "A01", "I65", "T97"]
)
# 沧州经济开发区 and 高新技术产业开发区 with 沧县, 运河区, 新华区; 渤海新区 with 黄骅市, 海兴县.
CITY = frozenset({"130921", "130903", "130902"})
OVERLAPS = {"130971": CITY, "130972": CITY, "130973": frozenset({"130983", "130924"})}
zones = st.sampled_from([*OVERLAPS, "130983", "130924", "130921", "130984"])
zoned = zones | st.sampled_from(["", "130000", "130900", "140900", "1309"])
overlaps = st.dictionaries(regions | zoned, st.frozensets(regions | zoned, max_size=4), max_size=4)


@pytest.mark.parametrize(
    ("restriction", "question", "relation"),
    [
        ("", "", INSIDE),
        ("", "130902", INSIDE),
        ("130900", "130900", INSIDE),
        ("130900", "130902", INSIDE),
        ("130000", "130902", INSIDE),
        ("130902", "130902", INSIDE),
        ("130900", "", UNSETTLED),
        ("130900", "130000", UNSETTLED),
        ("130902", "130900", UNSETTLED),
        ("130900", "130100", OUTSIDE),
        ("130900", "140900", OUTSIDE),
        ("130902", "130903", OUTSIDE),
        ("500000", "500101", INSIDE),
    ],
)
def test_a_region_is_inside_what_contains_it(restriction: str, question: str, relation: Relation) -> None:
    assert region_relation(restriction, question) is relation


@pytest.mark.parametrize(
    "malformed", ["1309", "13090", "1309000", "130900 ", "１３０９００", "100000", "000000", "130002"]
)
def test_a_malformed_region_never_lies_outside(malformed: str) -> None:
    assert region_relation("130900", malformed) is UNSETTLED
    assert region_relation(malformed, "130900") is UNSETTLED
    assert not region_covers("130900", malformed)
    assert not region_covers(malformed, "130900")
    assert not region_covers("", malformed)
    assert region_fault(malformed)


def test_the_country_covers_all_and_is_covered_by_itself_only() -> None:
    assert region_covers("", "")
    assert region_covers("", "130902")
    assert not region_covers("130000", "")


@given(regions, regions)
def test_region_relation_and_cover_agree(restriction: str, question: str) -> None:
    relation = region_relation(restriction, question)
    assert region_covers(restriction, question) == (relation is INSIDE)
    assert (relation is OUTSIDE) == (region_relation(question, restriction) is OUTSIDE)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("130973", "130983", UNSETTLED),
        ("130973", "130924", UNSETTLED),
        ("130971", "130903", UNSETTLED),
        ("130973", "130921", OUTSIDE),
        ("130973", "130984", OUTSIDE),
        ("130973", "140900", OUTSIDE),
        ("130971", "130972", OUTSIDE),
        ("130902", "130903", OUTSIDE),
    ],
)
def test_a_zone_is_neither_inside_nor_outside_a_county_it_shares_land_with(
    one: str, other: str, relation: Relation
) -> None:
    assert region_relation(one, other, OVERLAPS) is relation
    assert region_relation(other, one, OVERLAPS) is relation
    assert region_relation(one, other) is region_relation(other, one) is OUTSIDE


def test_a_zone_lies_inside_its_city_and_covers_no_county() -> None:
    assert region_relation("130900", "130973", OVERLAPS) is INSIDE
    assert region_relation("130973", "130973", OVERLAPS) is INSIDE
    assert region_relation("130973", "130900", OVERLAPS) is UNSETTLED
    assert not region_covers("130973", "130983")
    assert not region_covers("130983", "130973")


def test_a_zone_with_land_in_another_city_is_not_outside_that_city() -> None:
    across = {"130973": frozenset({"130681"})}
    assert region_relation("130600", "130973", across) is UNSETTLED
    assert region_relation("130973", "130600", across) is UNSETTLED
    assert region_relation("130973", "130682", across) is OUTSIDE


@given(regions | zoned, regions | zoned, overlaps)
def test_overlaps_only_ever_take_back_an_outside(
    restriction: str, question: str, overlaps: dict[str, frozenset[str]]
) -> None:
    strict = region_relation(restriction, question)
    told = region_relation(restriction, question, overlaps)
    assert told is strict or (strict, told) == (OUTSIDE, UNSETTLED)


@given(zoned, zoned, overlaps)
def test_overlaps_work_both_ways(one: str, other: str, overlaps: dict[str, frozenset[str]]) -> None:
    outside = region_relation(one, other, overlaps) is OUTSIDE
    assert outside == (region_relation(other, one, overlaps) is OUTSIDE)


@given(zoned, zoned, overlaps, overlaps)
def test_more_overlaps_never_clear_what_fewer_left_unsettled(
    one: str, other: str, some: dict[str, frozenset[str]], more: dict[str, frozenset[str]]
) -> None:
    both = {zone: some.get(zone, frozenset()) | more.get(zone, frozenset()) for zone in {*some, *more}}
    assert region_relation(one, other, both) <= region_relation(one, other, some)


@given(regions, regions, regions)
def test_cover_is_transitive(outer: str, middle: str, inner: str) -> None:
    if region_covers(outer, middle) and region_covers(middle, inner):
        assert region_covers(outer, inner)


@given(regions)
def test_a_region_code_of_the_right_form_has_no_fault(region: str) -> None:
    if region[2:4] != "00" and region[:2] != "10":
        assert region_fault(region) is None


def test_a_restriction_on_a_region_says_nothing_about_an_unstated_one() -> None:
    assert region_fault("") is None
    assert region_relation("130000", "") is UNSETTLED


@pytest.mark.parametrize(
    ("restriction", "question", "relation"),
    [
        ("", "E4710", INSIDE),
        ("E", "E4710", INSIDE),
        ("E47", "E4710", INSIDE),
        ("E4710", "E471", INSIDE),
        ("E471", "E4710", INSIDE),
        ("E4700", "E4710", INSIDE),
        ("C20", "C2011", INSIDE),
        ("C2000", "C2011", INSIDE),
        ("E47", "E", UNSETTLED),
        ("E4811", "E48", UNSETTLED),
        ("E47", "", UNSETTLED),
        ("E47", "E48", OUTSIDE),
        ("E", "C20", OUTSIDE),
    ],
)
def test_an_industry_is_inside_what_its_code_continues(
    restriction: str, question: str, relation: Relation
) -> None:
    assert industry_relation(restriction, question) is relation


@pytest.mark.parametrize(
    "malformed", ["4710", "e47", "E4", "E47100", "U98", "A47", "E51", "T98", "Ｅ47", "E47 "]
)
def test_a_malformed_industry_never_lies_outside(malformed: str) -> None:
    assert industry_relation("E47", malformed) is UNSETTLED
    assert industry_relation(malformed, "E47") is UNSETTLED
    assert industry_fault(malformed)


def test_every_division_belongs_to_exactly_one_section() -> None:
    sections = "ABCDEFGHIJKLMNOPQRST"
    for division in range(1, 98):
        assert sum(industry_fault(f"{section}{division:02}") is None for section in sections) == 1
    assert industry_fault("E47") is industry_fault("E50") is industry_fault("") is None
    assert "47至50" in (industry_fault("E51") or "")


@given(industries, industries)
def test_industries_outside_each_other_are_so_both_ways(one: str, other: str) -> None:
    assert (industry_relation(one, other) is OUTSIDE) == (industry_relation(other, one) is OUTSIDE)


def test_activities_are_the_same_or_others() -> None:
    assert activity_relation("", "FOOD") is activity_relation("", "") is INSIDE
    assert activity_relation("FOOD", "FOOD") is INSIDE
    assert activity_relation("FOOD", "") is UNSETTLED
    assert activity_relation("FOOD", "DRUG") is OUTSIDE


def test_the_greatest_relation_is_that_of_the_whole() -> None:
    assert max(INSIDE, UNSETTLED) is UNSETTLED
    assert max(UNSETTLED, OUTSIDE) is OUTSIDE
