"""Look-ups by code and day: windows, lists and what follows them, roles, departments."""

from datetime import date
from pathlib import Path

import pytest

import registry.sanctions
from registry.editions import read_edition
from registry.sanctions.catalogue.edition import Edition, Measure, in_force
from registry.v1 import statement_pb2
from registry.v1 import subject_pb2 as pb

TODAY = date(2026, 11, 20)
PERSON = pb.SUBJECT_KIND_NATURAL_PERSON
NOT_AS_SUCH = pb.SUBJECT_KIND_UNSPECIFIED


@pytest.fixture(scope="module")
def edition() -> Edition:
    root = registry.sanctions.__path__[0]
    return read_edition(Path(root) / "editions" / "2026.2")


def measure_of(edition: Edition, code: str, on: date = TODAY) -> Measure:
    measure = edition.measure(code, on)
    assert measure is not None
    return measure


def codes_of(measures: tuple[Measure, ...]) -> list[str]:
    return [measure.code for measure in measures]


def test_measure_is_not_law_before_the_day_its_law_entered_into_force(edition: Edition) -> None:
    assert edition.measure("M-PRO-01", date(2002, 12, 31)) is None
    assert measure_of(edition, "M-PRO-01", date(2003, 1, 1)).code == "M-PRO-01"


def test_measure_that_is_not_in_the_edition_is_none(edition: Edition) -> None:
    assert edition.measure("M-PRO-99", TODAY) is None
    assert edition.credit_list("L-99", TODAY) is None
    assert edition.category("E-99") is None


def test_two_rows_of_one_code_are_in_force_one_after_the_other(edition: Edition) -> None:
    before, after = edition.measures["M-EXI-06"]
    assert (before.effective_to, after.effective_from) == (date(2026, 3, 31), date(2026, 4, 1))
    assert edition.measure("M-EXI-06", date(2026, 3, 31)) is before
    assert edition.measure("M-EXI-06", date(2026, 4, 1)) is after
    assert edition.measure("M-EXI-06", date(2021, 10, 31)) is None
    assert "第251号" in before.legal_basis[0]
    assert "第282号" in after.legal_basis[0]


def test_list_changes_with_the_rule_of_2026_04_01(edition: Edition) -> None:
    before = edition.credit_list("L-13", date(2026, 3, 31))
    after = edition.credit_list("L-13", date(2026, 4, 1))
    assert before
    assert after
    assert before.criteria != after.criteria


def test_row_is_in_force_on_its_first_and_last_day(edition: Edition) -> None:
    row = edition.measures["M-EXI-06"][0]
    days = (date(2021, 10, 31), date(2021, 11, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [in_force(row, day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("list_code", "expected"),
    [
        ("L-01", ["M-PRO-05", "M-BID-06", "M-BUS-10", "M-FIN-09", "M-GEN-02"]),
        ("L-02", ["M-PRO-05"]),
        ("L-03", ["M-PRO-05"]),
        ("L-04", ["M-PRO-06", "M-BID-07"]),
        ("L-05", ["M-BUS-19"]),
        ("L-06", ["M-BID-09"]),
        ("L-07", ["M-BID-09"]),  # run inside L-06
        ("L-14", ["M-GEN-02"]),
        ("L-90", ["M-BID-09"]),
        ("L-09", []),
        ("L-11", []),
        ("L-17", []),
        ("L-19", []),
    ],
)
def test_list_entry_brings_about_only_what_follows_it_by_law(
    edition: Edition, list_code: str, expected: list[str]
) -> None:
    assert sorted(codes_of(edition.measures_of_list(list_code, TODAY))) == sorted(expected)


def test_no_decided_measure_and_no_policy_follows_a_list(edition: Edition) -> None:
    origins = {m.origin for code in edition.lists for m in edition.measures_of_list(code, TODAY)}
    assert origins == {"list", "statute"}


def test_measure_that_was_not_yet_law_does_not_follow_an_earlier_entry(edition: Edition) -> None:
    assert codes_of(edition.measures_of_list("L-01", date(2016, 7, 31))) == []
    assert codes_of(edition.measures_of_list("L-01", date(2016, 8, 1))) == ["M-PRO-05"]


def test_measures_asked_are_those_of_the_domain(edition: Edition) -> None:
    asked = edition.measures_asked(pb.DOMAIN_PROCUREMENT)
    assert codes_of(asked) == [*(f"M-PRO-0{number}" for number in range(1, 7)), "M-BUS-14"]
    assert edition.measures_asked(pb.DOMAIN_PROCUREMENT) is asked
    assert edition.measures_asked(pb.DOMAIN_UNSPECIFIED) == ()


def test_measures_asked_name_each_code_once_also_where_it_has_two_rows(edition: Edition) -> None:
    assert codes_of(edition.measures_asked(pb.DOMAIN_EXIT_ENTRY)).count("M-EXI-06") == 1
    march = edition.measures_asked(pb.DOMAIN_EXIT_ENTRY, date(2026, 3, 31))
    assert [m.effective_to for m in march if m.code == "M-EXI-06"] == [date(2026, 3, 31)]


def test_measures_asked_of_a_day_leave_out_what_was_not_law(edition: Edition) -> None:
    asked = edition.measures_asked(pb.DOMAIN_PROCUREMENT, date(2014, 12, 31))
    assert codes_of(asked) == ["M-PRO-01", "M-PRO-02", "M-PRO-04", "M-BUS-14"]


def test_lists_to_be_checked_are_those_that_law_names(edition: Edition) -> None:
    assert edition.required_lists(pb.DOMAIN_PROCUREMENT) == ("L-01", "L-02", "L-03")
    assert edition.required_lists(pb.DOMAIN_BIDDING) == ("L-01",)
    assert edition.required_lists(pb.DOMAIN_FINANCING) == ("L-01",)
    assert edition.required_lists(pb.DOMAIN_EXIT_ENTRY) == ()
    assert edition.required_measures(pb.DOMAIN_EXIT_ENTRY) == ("M-EXI-01", "M-EXI-02")
    assert edition.required_measures(pb.DOMAIN_PROCUREMENT) == ()
    assert edition.required_lists(pb.DOMAIN_UNSPECIFIED) == ()


def test_role_table_binds_bidders_as_what_they_are_and_posts_by_capacity(edition: Edition) -> None:
    kinds, capacities = edition.binding(pb.SUBJECT_ROLE_BIDDER)
    assert len(kinds) == 9
    assert capacities == frozenset()
    assert edition.binding(pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE) == (
        frozenset(),
        frozenset({pb.CAPACITY_LEGAL_REP}),
    )
    assert edition.binding(pb.SUBJECT_ROLE_PROJECT_MANAGER) == (
        frozenset(),
        frozenset({pb.CAPACITY_PRACTITIONER}),
    )
    agency = frozenset({pb.CAPACITY_TENDER_AGENCY, pb.CAPACITY_PROCUREMENT_AGENCY})
    assert edition.binding(pb.SUBJECT_ROLE_AGENCY) == (frozenset(), agency)
    assert edition.binding(pb.SUBJECT_ROLE_UNSPECIFIED) == (frozenset(), frozenset())


def test_every_role_is_in_the_role_table(edition: Edition) -> None:
    roles = [role for role in pb.SubjectRole.values() if role]
    assert all(any(edition.binding(role)) for role in roles)


def binds(
    edition: Edition, code: str, role: pb.SubjectRole.ValueType, *capacities: pb.Capacity.ValueType
) -> bool:
    """Whether a measure binds a natural person on whom it fell in capacities, or as such if none is named."""
    kind = NOT_AS_SUCH if capacities else PERSON
    return edition.binds(measure_of(edition, code), role, kind=kind, capacities=capacities)


def test_legal_representatives_own_default_does_not_bind_the_bidder_he_represents(edition: Edition) -> None:
    assert not binds(edition, "M-PRO-05", pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE)
    assert not binds(edition, "M-BID-06", pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE)
    assert binds(edition, "M-BID-06", pb.SUBJECT_ROLE_BIDDER)


def test_ban_on_posts_binds_in_the_post_and_not_elsewhere(edition: Edition) -> None:
    assert binds(edition, "M-BUS-10", pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE)
    assert binds(edition, "M-BUS-10", pb.SUBJECT_ROLE_MANAGER)
    assert not binds(edition, "M-BUS-10", pb.SUBJECT_ROLE_APPLICANT)


def test_food_ban_of_a_former_legal_representative_binds_him_as_applicant(edition: Edition) -> None:
    assert binds(edition, "M-BUS-03", pb.SUBJECT_ROLE_APPLICANT, pb.CAPACITY_LEGAL_REP)
    assert binds(edition, "M-BUS-03", pb.SUBJECT_ROLE_MANAGER, pb.CAPACITY_LEGAL_REP)
    assert not binds(edition, "M-BUS-03", pb.SUBJECT_ROLE_TRAVELLER, pb.CAPACITY_LEGAL_REP)


@pytest.mark.parametrize("code", ["M-EXI-01", "M-EXI-02", "M-EXI-03", "M-EXI-04", "M-EXI-05"])
def test_exit_ban_binds_the_person_whatever_he_acts_as(edition: Edition, code: str) -> None:
    roles = [role for role in pb.SubjectRole.values() if role]
    assert all(binds(edition, code, role) for role in roles)


def test_wage_list_binds_a_representative_only_if_it_fell_on_him_as_such(edition: Edition) -> None:
    assert binds(edition, "M-PRO-06", pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE, pb.CAPACITY_LEGAL_REP)
    assert not binds(edition, "M-PRO-06", pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE, pb.CAPACITY_MANAGER)


def test_departments_state_what_the_law_gives_them(edition: Edition) -> None:
    finance, court = frozenset({"finance"}), frozenset({"court"})
    assert edition.may_impose(finance, "M-PRO-01")
    assert not edition.may_impose(court, "M-PRO-01")
    assert edition.may_impose(court, "M-EXI-01")
    assert edition.may_list(court, "L-01")
    assert not edition.may_list(finance, "L-01")
    assert not edition.may_list(finance, "L-99")
    assert not edition.may_impose(finance, "M-PRO-99")


def test_measure_of_every_department_may_be_stated_by_any(edition: Edition) -> None:
    assert measure_of(edition, "M-FIN-05").may_be_stated_by(frozenset({"statistics"}))
    assert "any" not in edition.department_kinds


def test_activity_outside_the_vocabulary_is_a_fault(edition: Edition) -> None:
    assert edition.activity_fault("FOOD") is None
    assert edition.activity_fault("") is None
    assert "GAMBLING" in (edition.activity_fault("GAMBLING") or "")


def test_what_follows_a_list_in_a_domain_is_that_part_of_what_follows_it(edition: Edition) -> None:
    assert codes_of(edition.listed_measures("L-01", pb.DOMAIN_BUSINESS)) == ["M-BUS-10"]
    assert codes_of(edition.listed_measures("L-01", pb.DOMAIN_PROCUREMENT)) == ["M-PRO-05"]
    assert edition.listed_measures("L-01", pb.DOMAIN_SUPERVISION) == ()
    assert edition.listed_measures("L-99", pb.DOMAIN_PROCUREMENT) == ()
    both = edition.listed_measures("L-13", pb.DOMAIN_EXIT_ENTRY)
    assert both == edition.rows_of_list("L-13")
    assert len(both) == 2  # the row of before 2026-04-01 and the one of since


@pytest.mark.parametrize(("category", "expected"), [("E-03-CF", ["M-PRO-04"]), ("E-02", ["M-PRO-04"])])
def test_statutes_are_found_by_the_category_they_arise_from(
    edition: Edition, category: str, expected: list[str]
) -> None:
    assert codes_of(edition.statutes_of(category)) == expected
    assert edition.statutes_of("E-03-XK") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("重大税收违法失信主体", ("L-03",)),
        ("重大税收违法案件当事人名单", ("L-03",)),
        (" 重大税收违法 案件当事人名单\n", ("L-03",)),
        ("严重违法失信企业名单（黑名单）", ("L-06",)),
        ("严重违法失信企业名单(黑名单)", ("L-06",)),
        ("拖欠农民工工资“黑名单”", ("L-04",)),
        ("经营异常名录", ("L-90",)),
        ("老赖名单", ()),
        ("", ()),
    ],
)
def test_list_is_found_by_a_name_of_years_ago_however_it_is_written(
    edition: Edition, name: str, expected: tuple[str, ...]
) -> None:
    assert edition.lists_named(name) == expected


def test_grades_of_severity_begin_on_2026_04_01(edition: Edition) -> None:
    assert not edition.rules.grades_in_force(date(2026, 3, 31))
    assert edition.rules.grades_in_force(date(2026, 4, 1))
    assert not edition.requires_severity("E-03-CF", date(2026, 3, 31))
    assert edition.requires_severity("E-03-CF", date(2026, 4, 1))
    assert not edition.requires_severity("E-06", date(2026, 4, 1))
    assert not edition.requires_severity("E-99", date(2026, 4, 1))


OTHERS, DRUG, MARKET = frozenset[str](), frozenset({"drug"}), frozenset({"market_reg"})
ANY, MINOR = statement_pb2.SEVERITY_UNSPECIFIED, statement_pb2.SEVERITY_MINOR
GENERAL, SERIOUS = statement_pb2.SEVERITY_GENERAL, statement_pb2.SEVERITY_SERIOUS


@pytest.mark.parametrize(
    ("severity", "on", "departments", "months"),
    [
        (ANY, "2023-04-30", OTHERS, None),
        (ANY, "2023-05-01", OTHERS, (3, 36)),
        (SERIOUS, "2026-03-31", OTHERS, (3, 36)),
        (ANY, "2026-03-31", DRUG, (12, 36)),
        (GENERAL, "2026-03-31", DRUG, (12, 36)),
        (
            MINOR,
            "2026-03-31",
            DRUG,
            (3, 3),
        ),  # both are for drugs: that for the grade goes before that for any
        (MINOR, "2026-03-31", MARKET, (3, 3)),
        (ANY, "2026-03-31", MARKET, (3, 36)),
        (MINOR, "2026-03-31", OTHERS, (3, 36)),
        (MINOR, "2026-04-01", MARKET, (0, 3)),
        (GENERAL, "2026-04-01", OTHERS, (3, 12)),
        (SERIOUS, "2026-04-01", DRUG, (12, 36)),
        (ANY, "2026-04-01", OTHERS, None),
    ],
)
def test_severity_rule_is_the_most_special_one_of_its_day(
    edition: Edition,
    severity: statement_pb2.Severity.ValueType,
    on: str,
    departments: frozenset[str],
    months: tuple[int, int] | None,
) -> None:
    rule = edition.rules.severity_rule(severity, date.fromisoformat(on), departments)
    assert (rule and (rule.min_months, rule.max_months)) == months


def test_zone_overlaps_its_counties_and_they_it(edition: Edition) -> None:
    overlaps = edition.rules.overlaps
    assert overlaps["130973"] == {"130924", "130983"}
    assert "130973" in overlaps["130983"]
    assert overlaps["130921"] == {"130971", "130972"}
    assert "130984" not in overlaps
    assert edition.regions["130973"] == edition.rules.zones["130973"].name_zh == "沧州渤海新区"


def test_second_bid_rigging_is_told_with_its_window(edition: Edition) -> None:
    reoffence = measure_of(edition, "M-BID-01").reoffence
    assert reoffence
    assert (reoffence.months, reoffence.basis) == (36, "招标投标法实施条例 第六十七条第三款")
    assert "吊销营业执照" in reoffence.consequence
    assert measure_of(edition, "M-BID-03").reoffence is None


def test_edition_cannot_be_changed(edition: Edition) -> None:
    with pytest.raises(TypeError):
        edition.measures["M-PRO-01"] = ()  # type: ignore[index]
    with pytest.raises(AttributeError):
        edition.label = "2027.1"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        measure_of(edition, "M-PRO-01").code = "M-PRO-02"  # type: ignore[misc]
