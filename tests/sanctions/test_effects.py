"""Which restrictions an event brings about: by its measures, by its list, on whom, from when to when."""

from datetime import date

import pytest

from registry.editions import current_edition
from registry.sanctions.catalogue import Edition
from registry.sanctions.effects import restrictions_of
from registry.sanctions.restriction import Restriction, SubjectRecord
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Scope, Subject
from tests.support.events import (
    ban,
    correction,
    firm,
    imposed,
    licence,
    list_entry,
    new_firm,
    new_person,
    penalty,
    person,
    placed,
    repair,
    withdrawal,
)
from tests.support.spine import Spine

ENTERPRISE = subject_pb2.SUBJECT_KIND_ENTERPRISE
NATURAL_PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
LEGAL_REP, MANAGER = subject_pb2.CAPACITY_LEGAL_REP, subject_pb2.CAPACITY_MANAGER
AGENCIES = (subject_pb2.CAPACITY_TENDER_AGENCY, subject_pb2.CAPACITY_PROCUREMENT_AGENCY)


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


def opened(event: pb.Event, edition: Edition) -> list[Restriction]:
    """What an event opens at position 7."""
    return list(restrictions_of(event, pb.Statement(statement_id="S"), "ref", 7, edition))


def codes(rows: list[Restriction]) -> list[str]:
    """The measures, in order."""
    return [row.measure.code for row in rows]


# --- decided measures -----------------------------------------------------------------------------


def test_event_without_a_measure_opens_nothing(edition: Edition) -> None:
    assert opened(penalty("财政", firm(1)), edition) == []
    assert opened(licence("市场监管", firm(1)), edition) == []


def test_each_measure_of_a_document_opens_a_row_of_its_own_in_order(edition: Edition) -> None:
    measures = [imposed("M-FIN-05", "2026-03-01"), imposed("M-PRO-01", "2026-04-01", "2028-03-01")]
    rows = opened(penalty("财政", firm(1), measures=measures), edition)
    assert codes(rows) == ["M-FIN-05", "M-PRO-01"]
    assert [row.ordinal for row in rows] == [0, 1]
    assert [row.period.first for row in rows] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert {(row.position, row.known_from, row.known_to, row.statement_id) for row in rows} == {
        (7, 7, None, "S")
    }


def test_restriction_names_measure_document_article_edition_and_day_of_the_law(edition: Edition) -> None:
    """Invariant 4: no restriction without law."""
    event = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
    event.legal_basis[:] = ["政府采购法 第七十七条", "示例办法 第三条"]
    (row,) = opened(event, edition)
    assert row.legal_basis == ("政府采购法 第七十七条", "政府采购法实施条例 第七十三条", "示例办法 第三条")
    assert row.document == event.document
    assert (row.edition, row.law_date) == (edition.hash, date(2026, 3, 1))
    assert edition.measure(row.measure.code, row.law_date) == row.measure


@pytest.mark.parametrize("written", ["", "2099-12-31", "9999-12-31"])
def test_open_end_is_no_last_day_however_it_is_written(edition: Edition, written: str) -> None:
    (row,) = opened(ban("法院", person(1), "M-EXI-01", "2026-03-01", written), edition)
    assert row.period.last is None


def test_scope_of_the_document_is_kept_and_that_of_the_law_fills_it(edition: Edition) -> None:
    scope = Scope(region="130902", industry="C14")
    (row,) = opened(ban("市场监管", firm(1), "M-BUS-03", "2026-03-01", "2031-03-01", scope=scope), edition)
    assert (row.region, row.industry, row.activity) == ("130902", "C14", "FOOD")


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
    assert [row.ordinal for row in rows] == [0, 1, 2]
    bidding = next(row for row in rows if row.measure.code == "M-BID-06")
    assert (bidding.kind, bidding.capacities) == (ENTERPRISE, (AGENCIES[0],))


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
    assert all(edition.measure(row.measure.code, row.law_date) == row.measure for row in rows)


def test_entry_that_ended_before_the_rule_brings_nothing_about(edition: Edition) -> None:
    assert opened(list_entry("法院", firm(1), "L-01", "2014-05-01", "2016-07-31"), edition) == []
    last_day = opened(list_entry("法院", firm(1), "L-01", "2014-05-01", "2016-08-01"), edition)
    assert [(row.period.first, row.period.last) for row in last_day] == [(date(2016, 8, 1),) * 2]


def test_entry_that_outlasts_a_rule_goes_on_under_the_next_row_of_it(edition: Edition) -> None:
    """海关总署令第251号 until 2026-03-31, 第282号 from 2026-04-01 on."""
    event = list_entry("税务", firm(1), "L-13", "2024-01-01")
    rows = opened(event, edition)
    assert [(row.measure.code, row.period.first, row.period.last) for row in rows] == [
        ("M-EXI-06", date(2024, 1, 1), date(2026, 3, 31)),
        ("M-EXI-06", date(2026, 4, 1), None),
    ]
    assert ["251" in row.legal_basis[0] for row in rows] == [True, False]


def test_list_without_consequences_opens_nothing(edition: Edition) -> None:
    assert opened(list_entry("市场监管", firm(1), "L-16", "2026-03-01", "2027-03-01"), edition) == []


# --- what the registry holds ----------------------------------------------------------------------


def record_of(spine: Spine, subject: Subject) -> SubjectRecord:
    """What is known of a subject."""
    ref = spine.engine.state.vault.ref(subject.identifier.type, subject.identifier.value)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    return record


def versions(spine: Spine, subject: Subject) -> list[tuple[int, date, date | None, int, int | None]]:
    """Every version of every row: position, term, known from and to."""
    return [
        (row.position, row.period.first, row.period.last, row.known_from, row.known_to)
        for row in record_of(spine, subject).restrictions
    ]


def test_repair_closes_the_row_and_opens_what_is_left_of_it(spine: Spine) -> None:
    subject, first = new_firm(), date(2026, 1, 1)
    entry = list_entry("税务", subject, "L-03", "2026-01-01", "2028-12-31")
    listed = placed(spine.say("税务", "shorten", event=entry))
    repaired = placed(spine.say("税务", repair=repair("税务", "shorten", "2026-05-01")))
    assert versions(spine, subject) == [
        (listed, first, date(2028, 12, 31), listed, repaired),
        (listed, first, date(2026, 4, 30), repaired, None),
    ]


def test_repair_on_the_second_day_leaves_one_day_and_on_the_first_leaves_nothing(spine: Spine) -> None:
    for name, day, left in (("second", "2026-01-02", 1), ("first", "2026-01-01", 0)):
        subject = new_firm()
        entry = list_entry("税务", subject, "L-03", "2026-01-01", "2028-12-31")
        placed(spine.say("税务", name, event=entry))
        repaired = placed(spine.say("税务", repair=repair("税务", name, day)))
        assert [row[2] for row in versions(spine, subject) if row[3] == repaired] == [date(2026, 1, 1)] * left


def test_repair_after_the_end_of_the_entry_does_not_make_it_longer(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("税务", subject, "L-03", "2026-01-01", "2026-03-01")
    placed(spine.say("税务", "over", event=entry))
    placed(spine.say("税务", repair=repair("税务", "over", "2026-06-01")))
    assert {row[2] for row in versions(spine, subject)} == {date(2026, 3, 1)}


def test_withdrawal_closes_the_rows_of_its_target_and_no_others(spine: Spine) -> None:
    subject = new_person()
    kept = placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-01-01")))
    gone = placed(spine.say("法院", "gone", event=ban("法院", subject, "M-EXI-01", "2026-01-01")))
    at = placed(spine.say("法院", withdrawal=withdrawal("法院", "gone")))
    assert {(row[0], row[4]) for row in versions(spine, subject)} == {(kept, None), (gone, at)}


def test_correction_of_a_correction_leaves_only_the_last_in_force(spine: Spine) -> None:
    subject = new_firm()
    ends = ("2027-03-01", "2027-06-01", "2028-03-01")
    events = [ban("财政", subject, "M-PRO-01", "2026-03-01", end) for end in ends]
    placed(spine.say("财政", "c0", event=events[0]))
    placed(spine.say("财政", "c1", correction=correction("财政", "c0", events[1])))
    last = placed(spine.say("财政", "c2", correction=correction("财政", "c1", events[2])))
    current = [row for row in versions(spine, subject) if row[4] is None]
    assert current == [(last, date(2026, 3, 1), date(2028, 3, 1), last, None)]
    assert len(versions(spine, subject)) == 3


def test_correction_does_not_interrupt_what_is_known_of_a_subject(spine: Spine) -> None:
    subject = new_firm()
    stated = placed(spine.say("财政", "k0", event=penalty("财政", subject)))
    placed(spine.say("财政", "k1", correction=correction("财政", "k0", penalty("财政", subject))))
    assert record_of(spine, subject).known == ((stated, None),)
    gone = placed(spine.say("财政", withdrawal=withdrawal("财政", "k1")))
    again = placed(spine.say("财政", event=penalty("财政", subject)))
    known = ((stated, gone), (again, None))
    assert record_of(spine, subject).known == known
    spine.reopen()
    assert record_of(spine, subject).known == known
    assert record_of(spine, subject).live_events == 1


def test_correction_may_take_a_measure_away_and_leave_the_penalty(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "m", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    at = placed(spine.say("财政", correction=correction("财政", "m", penalty("财政", subject))))
    assert [row[4] for row in versions(spine, subject)] == [at]
    assert record_of(spine, subject).live_events == 1
