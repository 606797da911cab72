"""Which restrictions follow from an event: by its measures, by its list, by statute; on whom, from when to
when."""

from datetime import date

import pytest

from registry.editions import current_edition
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.recording import grounds_of
from registry.sanctions.ground import Ground, GroundKind
from registry.sanctions.restriction import Restriction, restrictions_of
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Scope
from tests.support.events import (
    ban,
    fields,
    fined,
    firm,
    imposed,
    judgment,
    licence,
    list_entry,
    penalty,
    person,
)

ENTERPRISE = subject_pb2.SUBJECT_KIND_ENTERPRISE
NATURAL_PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
LEGAL_REP, MANAGER = subject_pb2.CAPACITY_LEGAL_REP, subject_pb2.CAPACITY_MANAGER
TENDER_AGENCY = subject_pb2.CAPACITY_TENDER_AGENCY
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


def grounds(event: pb.Event, edition: Edition) -> list[Ground]:
    """What an event leaves at position 7."""
    return list(grounds_of(event, pb.Statement(statement_id="S"), "ref", 7, edition))


def opened(event: pb.Event, edition: Edition) -> list[Restriction]:
    """What follows from it in every domain, in the order of the domains' numbers."""
    return [
        restriction
        for domain in subject_pb2.Domain.values()
        for ground in grounds(event, edition)
        for restriction in restrictions_of(ground, edition, domain, DAY)
    ]


def codes(rows: list[Restriction]) -> list[str]:
    """The measures, in order."""
    return [row.measure.code for row in rows]


# --- what an event leaves -------------------------------------------------------------------------


def test_penalty_leaves_a_record_from_the_day_of_its_document_and_a_licence_leaves_nothing(
    edition: Edition,
) -> None:
    (record,) = grounds(penalty("财政", firm(1)), edition)
    assert (record.kind, record.code) == (GroundKind.RECORDED, "E-03-CF")
    assert (record.period.first, record.period.last) == (date(2026, 3, 1), None)
    assert grounds(licence("市场监管", firm(1)), edition) == []


def test_ban_leaves_each_measure_and_the_record_of_itself(edition: Edition) -> None:
    measures = [imposed("M-FIN-05", "2026-03-01"), imposed("M-PRO-01", "2026-04-01", "2028-03-01")]
    rows = grounds(penalty("财政", firm(1), measures=measures), edition)
    assert [(row.kind, row.code, row.ordinal) for row in rows] == [
        (GroundKind.IMPOSED, "M-FIN-05", 0),
        (GroundKind.IMPOSED, "M-PRO-01", 1),
        (GroundKind.RECORDED, "E-03-CF", 2),
    ]
    assert [row.period.first for row in rows[:2]] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert {(row.position, row.known_from, row.known_to, row.statement_id) for row in rows} == {
        (7, 7, None, "S")
    }


def test_entry_leaves_one_ground_however_many_measures_follow_from_it(edition: Edition) -> None:
    (entry,) = grounds(list_entry("法院", firm(1), "L-01", "2026-03-01"), edition)
    assert (entry.kind, entry.code, entry.measure) == (GroundKind.LISTED, "L-01", None)


# --- decided measures -----------------------------------------------------------------------------


def test_event_without_a_measure_opens_nothing(edition: Edition) -> None:
    assert opened(penalty("财政", firm(1)), edition) == []
    assert opened(licence("市场监管", firm(1)), edition) == []


def test_restriction_names_measure_document_article_edition_and_day_of_the_law(edition: Edition) -> None:
    """Invariant 4: no restriction without law."""
    event = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
    event.legal_basis[:] = ["政府采购法 第七十七条", "示例办法 第三条"]
    (row,) = opened(event, edition)
    assert row.legal_basis == ("政府采购法 第七十七条", "政府采购法实施条例 第七十三条", "示例办法 第三条")
    assert row.origin == verdict_pb2.RESTRICTION_ORIGIN_DECISION
    ground = row.ground
    assert ground.document == event.document
    assert (ground.edition, ground.law_date) == (edition.hash, date(2026, 3, 1))
    assert edition.measure(row.measure.code, ground.law_date) == row.measure


@pytest.mark.parametrize("written", ["", "2099-12-31", "9999-12-31"])
def test_open_end_is_no_last_day_however_it_is_written(edition: Edition, written: str) -> None:
    (row,) = opened(ban("法院", person(1), "M-EXI-01", "2026-03-01", written), edition)
    assert row.period.last is None


def test_scope_of_the_document_is_kept_and_that_of_the_law_fills_it(edition: Edition) -> None:
    scope = Scope(region="130902", industry="C14")
    (row,) = opened(ban("市场监管", firm(1), "M-BUS-03", "2026-03-01", "2031-03-01", scope=scope), edition)
    assert (row.ground.region, row.ground.industry, row.activity) == ("130902", "C14", "FOOD")


# --- on whom --------------------------------------------------------------------------------------


def test_ban_on_a_firm_falls_on_it_as_what_it_is(edition: Edition) -> None:
    (row,) = opened(ban("住建", firm(1), "M-BID-01", "2026-03-01", "2028-03-01"), edition)
    assert (row.kind, row.capacities) == (ENTERPRISE, ())


def test_ban_that_names_agencies_falls_on_a_firm_as_an_agency_alone(edition: Edition) -> None:
    (row,) = opened(ban("财政", firm(1), "M-PRO-02", "2026-03-01", "2028-03-01"), edition)
    assert (row.kind, row.capacities) == (0, (subject_pb2.CAPACITY_PROCUREMENT_AGENCY,))


def test_food_ban_on_a_person_falls_in_every_capacity_it_names_unless_the_document_says(
    edition: Edition,
) -> None:
    (row,) = opened(ban("市场监管", person(1), "M-BUS-03", "2026-03-01", "2031-03-01"), edition)
    assert (row.kind, row.capacities) == (0, (LEGAL_REP, MANAGER))
    said = ban("市场监管", person(1), "M-BUS-03", "2026-03-01", "2031-03-01", capacity=MANAGER)
    assert opened(said, edition)[0].capacities == (MANAGER,)


def test_exit_ban_in_a_capacity_falls_on_the_person_in_that_capacity(edition: Edition) -> None:
    (row,) = opened(ban("税务", person(1), "M-EXI-02", "2026-03-01"), edition)
    assert (row.kind, row.capacities) == (NATURAL_PERSON, (LEGAL_REP,))
    (row,) = opened(ban("税务", person(1), "M-EXI-02", "2026-03-01", capacity=LEGAL_REP), edition)
    assert (row.kind, row.capacities) == (0, (LEGAL_REP,))


# --- lists ----------------------------------------------------------------------------------------


def test_entry_of_a_firm_brings_about_what_can_fall_on_a_firm(edition: Edition) -> None:
    rows = opened(list_entry("法院", firm(1), "L-01", "2026-03-01"), edition)
    assert set(codes(rows)) == {"M-PRO-05", "M-BID-06", "M-FIN-09"}
    assert {row.list_code for row in rows} == {"L-01"}
    assert verdict_pb2.RESTRICTION_ORIGIN_DECISION not in {row.origin for row in rows}
    bidding = next(row for row in rows if row.measure.code == "M-BID-06")
    assert (bidding.kind, bidding.capacities) == (ENTERPRISE, (TENDER_AGENCY,))


def test_entry_of_a_person_brings_about_what_can_fall_on_a_person(edition: Edition) -> None:
    rows = opened(list_entry("法院", person(1), "L-01", "2026-03-01"), edition)
    assert set(codes(rows)) == {"M-PRO-05", "M-BID-06", "M-BUS-10", "M-FIN-09", "M-GEN-02"}


def test_entry_lasts_as_long_as_it_says(edition: Edition) -> None:
    rows = opened(list_entry("人社", firm(1), "L-04", "2026-03-01", "2027-05-05"), edition)
    assert codes(rows) == ["M-BID-07", "M-PRO-06"]
    assert {(row.period.first, row.period.last) for row in rows} == {(date(2026, 3, 1), date(2027, 5, 5))}


def test_rule_that_came_after_the_listing_takes_hold_of_who_is_still_listed(edition: Edition) -> None:
    rows = opened(list_entry("法院", firm(1), "L-01", "2014-05-01"), edition)
    first = {row.measure.code: row.period.first for row in rows}
    assert first["M-PRO-05"] == date(2016, 8, 1)
    assert first["M-BID-06"] == date(2016, 8, 30)


def test_entry_that_ended_before_the_rule_brings_nothing_about(edition: Edition) -> None:
    assert opened(list_entry("法院", firm(1), "L-01", "2014-05-01", "2016-07-31"), edition) == []
    last_day = opened(list_entry("法院", firm(1), "L-01", "2014-05-01", "2016-08-01"), edition)
    assert [(row.period.first, row.period.last) for row in last_day] == [(date(2016, 8, 1),) * 2]


def test_entry_that_outlasts_a_rule_goes_on_under_the_next_row_of_it(edition: Edition) -> None:
    """海关总署令第251号 until 2026-03-31, 第282号 from 2026-04-01 on."""
    rows = opened(list_entry("税务", firm(1), "L-13", "2024-01-01"), edition)
    assert [(row.measure.code, row.period.first, row.period.last) for row in rows] == [
        ("M-EXI-06", date(2024, 1, 1), date(2026, 3, 31)),
        ("M-EXI-06", date(2026, 4, 1), None),
    ]
    assert ["251" in row.legal_basis[0] for row in rows] == [True, False]


def test_list_without_consequences_opens_nothing(edition: Edition) -> None:
    assert opened(list_entry("市场监管", firm(1), "L-16", "2026-03-01", "2027-03-01"), edition) == []


# --- statute --------------------------------------------------------------------------------------


def test_heavy_fine_restricts_for_three_years_from_its_decision_and_cites_the_article(
    edition: Edition,
) -> None:
    """政府采购法 第二十二条第一款第五项: 参加采购活动前三年内."""
    (row,) = opened(fined("财政", firm(1), "2026-03-20", "250"), edition)
    assert (row.measure.code, row.origin) == ("M-PRO-04", verdict_pb2.RESTRICTION_ORIGIN_STATUTE)
    assert (row.period.first, row.period.last) == (date(2026, 3, 20), date(2029, 3, 20))
    assert row.legal_basis[0] == "政府采购法 第二十二条第一款第五项"
    assert not row.unclear


@pytest.mark.parametrize(
    ("units", "arises"), [("199.999999", False), ("200", True), ("200.000000", True), ("0", False)]
)
def test_fine_is_heavy_from_two_million_yuan_on(edition: Edition, units: str, arises: bool) -> None:
    """财库〔2022〕3号: 200万元以上."""
    assert codes(opened(fined("财政", firm(1), "2026-03-20", units), edition)) == ["M-PRO-04"] * arises


@pytest.mark.parametrize("wording", ["责令停产停业", "吊销许可证件", "罚款、吊销营业执照"])
def test_closure_and_revocation_are_heavy_whatever_the_fine(edition: Edition, wording: str) -> None:
    event = penalty("市场监管", firm(1), content=fields(cflb=wording, nr_fk="1"))
    (row,) = opened(event, edition)
    assert (row.measure.code, row.unclear) == ("M-PRO-04", False)


@pytest.mark.parametrize("wording", ["暂扣或者吊销许可证、暂扣或者吊销执照", "", "3"])
def test_wording_that_leaves_it_open_is_unclear(edition: Edition, wording: str) -> None:
    event = penalty("市场监管", firm(1), content=fields(cflb=wording))
    assert [(row.measure.code, row.unclear) for row in opened(event, edition)] == [("M-PRO-04", True)]


def test_fine_whose_amount_cannot_be_read_is_unclear(edition: Edition) -> None:
    (row,) = opened(fined("财政", firm(1), "2026-03-20", "贰佰万元"), edition)
    assert row.unclear


def test_criminal_judgment_restricts_perhaps(edition: Edition) -> None:
    """Its number tells neither that somebody was sentenced nor that it was 因违法经营, as 第二十二条 asks."""
    for subject in (firm(1), person(1)):
        (row,) = opened(judgment(subject, "2026-03-20", "（2026）冀09刑初12号"), edition)
        assert (row.measure.code, row.unclear) == ("M-PRO-04", True)
    assert opened(judgment(firm(1), "2026-03-20", "（2026）冀09民初12号"), edition) == []


def test_ban_from_procurement_is_no_heavy_penalty_of_the_statute(edition: Edition) -> None:
    """实施条例 第十九条第二款: whose ban has expired may take part."""
    assert codes(opened(ban("财政", firm(1), "M-PRO-01", "2023-03-01", "2024-03-01"), edition)) == [
        "M-PRO-01"
    ]
