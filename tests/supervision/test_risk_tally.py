"""Counts of risk: windows to the day, groups, what is taken back, what is forgotten, and never a person."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from registry.domain.alerts import alert_number, names_an_alert
from registry.sanctions.said import stated_event
from registry.supervision.risk.alerting import Raised, alert_of, is_new
from registry.supervision.risk.declared import Declared, Window, act_in_force
from registry.supervision.risk.matching import is_reached
from registry.supervision.risk.occurrence import (
    Occurrence,
    Sort,
    of_event,
    of_inspection,
    rectify_by,
)
from registry.supervision.risk.tally import Figure, Tally
from registry.v1 import statement_pb2, subject_pb2
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from tests.support.events import ban, firm, penalty, person
from tests.support.risk import indicator

DAY = date(2026, 11, 23)
FILE = pb.FileReference(kind=pb.FILE_KIND_INDICATOR, department="OP", number="ZB-1")
REGION = "130902"


def tally(**changes: Any) -> Tally:
    counted = Tally(Declared(7, FILE, indicator("ZB-1", "MARKET", **changes)))
    counted.begin(DAY)
    return counted


def happened(key: int, days_ago: int = 0, *, sort: Sort = Sort.EVENT, **changes: Any) -> Occurrence:
    fields: dict[str, Any] = {"region": REGION, "codes": ("E-03-CF",)}
    return Occurrence(key=key, sort=sort, day=DAY - timedelta(days=days_ago), **{**fields, **changes})


def value(counted: Tally, day: date = DAY, group: str = REGION) -> int:
    return counted.figure(group, day).value


def positions(counted: Tally) -> dict[str, tuple[int, ...]]:
    return {each.group: counted.figure(each.group, DAY).positions for each in counted.figures(DAY)}


def test_window_has_its_first_and_its_last_day_and_no_other() -> None:
    counted = tally()
    for key, days_ago in enumerate((30, 29, 0, -1)):
        counted.put(happened(key, days_ago))
    assert counted.figure(REGION, DAY).positions == (1, 2)
    assert value(counted, DAY + timedelta(days=1)) == 2
    assert value(counted, DAY - timedelta(days=1)) == 2


def test_what_is_taken_back_counts_no_more_and_what_comes_twice_counts_once() -> None:
    counted = tally()
    for key in (1, 2, 2, 3):
        counted.put(happened(key))
    counted.remove(2)
    counted.remove(2)
    counted.remove(99)
    assert counted.figure(REGION, DAY).positions == (1, 3)
    assert len(counted) == 2


def test_days_that_no_window_reaches_are_forgotten_and_not_taken_again() -> None:
    counted = tally()
    for key in range(100):
        counted.put(happened(key, key))
    assert len(counted) == 60
    counted.begin(DAY + timedelta(days=59))
    assert len(counted) == 1
    counted.put(happened(200, 1))
    assert len(counted) == 1
    counted.begin(DAY)
    counted.put(happened(201, 1))
    assert len(counted) == 1, "a clock that is set back brings no day back"


def test_indicator_counts_its_own_categories_lists_regions_and_trades() -> None:
    counted = tally(
        categories=["E-06", "L-05"],
        region="130900",
        industries=["C26", "B"],
        grouping=pb.INDICATOR_GROUPING_INDUSTRY,
    )
    trades = ("C2614", "B0610")
    counted.put(happened(1, codes=("E-05", "L-05"), industries=trades))
    counted.put(happened(2, codes=("E-06",), industries=("C26",)))
    counted.put(happened(3, codes=("E-03-CF",), industries=trades))
    counted.put(happened(4, codes=("E-06",), industries=trades, region="130100"))
    counted.put(happened(5, codes=("E-06",), industries=("F51",)))
    counted.put(happened(6, codes=("E-06",)))
    assert positions(counted) == {"C26": (1, 2), "B": (1,)}


def test_trades_without_a_limit_are_told_by_their_division() -> None:
    counted = tally(grouping=pb.INDICATOR_GROUPING_INDUSTRY)
    counted.put(happened(1, industries=("C2614", "C2619")))
    counted.put(happened(2, industries=("C26",)))
    assert positions(counted) == {"C26": (1, 2)}


def test_one_occurrence_counts_for_every_indicator_that_counts_such() -> None:
    by_region, by_subject = tally(), tally(grouping=pb.INDICATOR_GROUPING_SUBJECT)
    for counted in (by_region, by_subject):
        counted.put(happened(1, subject="91A"))
    assert (value(by_region), value(by_subject, group="91A")) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "sort"),
    [
        (pb.INDICATOR_KIND_PENALTY_CLUSTER, Sort.EVENT),
        (pb.INDICATOR_KIND_KEY_INDUSTRY, Sort.EVENT),
        (pb.INDICATOR_KIND_OVERDUE_RECTIFICATION, Sort.OVERDUE),
        (pb.INDICATOR_KIND_COMPLAINT_RISE, Sort.COMPLAINT),
    ],
)
def test_each_kind_counts_one_sort_of_thing(kind: pb.IndicatorKind.ValueType, sort: Sort) -> None:
    counted = tally(kind=kind)
    for key, each in enumerate(Sort):
        counted.put(happened(key, sort=each))
    assert value(counted) == 1
    assert counted.figure(REGION, DAY).positions == (list(Sort).index(sort),)


def test_subjects_that_became_one_are_counted_as_one_before_and_after() -> None:
    counted = tally(grouping=pb.INDICATOR_GROUPING_SUBJECT)
    counted.put(happened(1, subject="91A"))
    counted.put(happened(2, subject="91B"))
    counted.merge("91A", "91B")
    counted.put(happened(3, subject="91A"))
    assert counted.figure("91B", DAY).positions == (1, 2, 3)
    counted.remove(1)
    assert counted.figure("91B", DAY).positions == (2, 3)
    counted.merge("91B", "91A")  # Never in a circle.
    counted.put(happened(4, subject="91A"))
    assert counted.figure("91B", DAY).positions == (2, 3, 4)
    counted.begin(DAY + timedelta(days=200))
    assert list(counted.figures(DAY)) == []


def test_rise_is_measured_against_the_window_before_and_from_nothing_by_the_threshold_alone() -> None:
    rise = indicator("ZB-4", "M", kind=pb.INDICATOR_KIND_COMPLAINT_RISE, rise_percent=200, threshold=5)
    assert [is_reached(rise, *each) for each in ((4, 0), (5, 0), (5, 3), (6, 3), (5, 2))] == [
        False, True, False, True, True,
    ]  # fmt: skip
    counted = Tally(Declared(7, FILE, rise))
    counted.begin(DAY)
    for key, days_ago in enumerate((59, 31, 30, 29, 2, 1, 0, 0, 0)):
        counted.put(happened(key, days_ago, sort=Sort.COMPLAINT))
    figure = counted.figure(REGION, DAY)
    assert (figure.value, figure.before) == (6, 3)
    assert list(counted.due(DAY)) == [figure]
    assert list(counted.due(DAY)) == [], "nothing was new since"


def test_random_history_agrees_with_counting_everything_anew() -> None:
    chance, counted, stands = random.Random(8), tally(), dict[int, Occurrence]()
    day = DAY
    for key in range(2000):
        if chance.random() < 0.2 and stands:
            gone = chance.choice(list(stands))
            del stands[gone]
            counted.remove(gone)
        if chance.random() < 0.05:
            day += timedelta(days=chance.randrange(4))
            counted.begin(day)
        each = happened(
            key, (DAY - day).days + chance.randrange(80), region=chance.choice(("130902", "130903"))
        )
        stands[key] = each
        counted.put(each)
        if key % 100 == 0:
            for region in ("130902", "130903"):
                window = Window.ending(day, 30)
                wanted = [k for k, o in stands.items() if o.region == region and o.day in _days(window)]
                figure = counted.figure(region, day)
                assert (figure.value, figure.positions) == (len(wanted), tuple(sorted(wanted)[:64]))


def _days(window: Window) -> set[date]:
    return {window.first + timedelta(days=n) for n in range((window.last - window.first).days + 1)}


def test_event_counts_on_the_day_of_its_document_in_its_own_region_or_its_departments() -> None:
    received = date(2026, 11, 20)
    stated = penalty("市场监管", firm(1), "2026-11-03")
    found = of_event(stated, 5, home="130900", received_on=received)
    assert (found.day, found.region, found.subject) == (
        date(2026, 11, 3), "130900", firm(1).identifier.value,
    )  # fmt: skip
    stated.region = "130902"
    assert of_event(stated, 5, home="130900", received_on=received).region == "130902"
    stated.ClearField("document")
    assert of_event(stated, 5, home="130900", received_on=received).day == received


def test_person_is_counted_in_a_region_and_is_never_a_group() -> None:
    found = of_event(penalty("市场监管", person(1)), 5, home=REGION, received_on=DAY)
    assert found.subject == ""
    by_subject, by_region = tally(grouping=pb.INDICATOR_GROUPING_SUBJECT), tally(window_days=366)
    for counted in (by_subject, by_region):
        counted.put(found)
    assert list(by_subject.figures(DAY)) == []
    assert value(by_region) == 1


def test_trades_of_an_event_are_those_of_its_measures() -> None:
    scope = subject_pb2.Scope(industry="B0610")
    stated = ban("应急", firm(1), "M-BUS-07", "2026-03-01", "2031-02-28", scope=scope)
    assert of_event(stated, 5, home=REGION, received_on=DAY).industries == ("B0610",)


def visit(*acts: FileAct) -> SupervisionFile:
    opened = FileAct(act=20, position=40, until="2026-11-10")
    return SupervisionFile(file=pb.FileReference(department="D"), matter="SP-1", acts=[opened, *acts])


def test_rectification_is_overdue_from_the_day_after_its_last_until_it_is_found_sufficient() -> None:
    found = of_inspection(visit(), home=REGION)
    assert found is not None
    assert (found.key, found.day, found.matter, found.region) == (40, date(2026, 11, 11), "D/SP-1", REGION)
    again = FileAct(act=22, position=41, until="2026-11-20")
    assert rectify_by(visit(again)) == date(2026, 11, 20)
    done = FileAct(act=22, position=42, result=1)
    assert of_inspection(visit(again, done), home=REGION) is None
    assert of_inspection(SupervisionFile(acts=[FileAct(act=20, position=40)]), home=REGION) is None


def test_indicator_in_force_is_the_last_one_whose_first_day_has_come() -> None:
    file = SupervisionFile(
        acts=[
            FileAct(position=1, on="2026-01-01"),
            FileAct(position=2, on="2026-07-01", until="2026-12-01"),
        ]
    )
    days = ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2026-11-30", "2026-12-01")
    found = [act_in_force(file, date.fromisoformat(day)) for day in days]
    assert [act.position if act else None for act in found] == [None, 1, 1, 2, 2, None]


def figure(count: int, last: date = DAY) -> Figure:
    return Figure(REGION, count, 0, Window.ending(last, 30), tuple(range(count)))


def test_open_alert_is_not_repeated_and_an_answered_one_only_by_what_is_new() -> None:
    opened = Raised("A", 10, DAY.isoformat(), answered=False, position=1)
    answered = Raised("A", 10, DAY.isoformat(), answered=True, position=1)
    assert is_new(figure(10), None)
    assert not is_new(figure(99, DAY + timedelta(days=300)), opened)
    assert not is_new(figure(10, DAY + timedelta(days=3)), answered)
    assert is_new(figure(11, DAY + timedelta(days=3)), answered)
    assert not is_new(figure(10, DAY + timedelta(days=29)), answered)
    assert is_new(figure(10, DAY + timedelta(days=30)), answered)


def test_number_follows_from_indicator_group_and_window_and_names_nobody() -> None:
    declared = Declared(7, FILE, indicator("ZB-1", "MARKET"))
    made = [alert_of(declared, each, answer_by="2026-12-07") for each in (figure(10), figure(11))]
    assert made[0].number == made[1].number == alert_number(
        "V:10/OP/ZB-1", REGION, "2026-10-25", "2026-11-23"
    )  # fmt: skip
    others = {alert_of(declared, figure(10, DAY + timedelta(days=1)), answer_by="").number}
    others |= {alert_number("V:10/OP/ZB-2", REGION, "2026-10-25", "2026-11-23")}
    others |= {alert_number("V:10/OP/ZB-1", "130903", "2026-10-25", "2026-11-23")}
    assert len(others | {made[0].number}) == 4
    assert made[0].number.startswith("YJ-20261123-")


def test_alert_number_is_known_in_any_writing() -> None:
    number = alert_number("V:10/OP/ZB-1", REGION, "2026-10-25", "2026-11-23")
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    for text in (number, number.lower(), f"依据预警{number}的处理", wide):
        assert names_an_alert(text)
    for text in ("", "沧示市监罚字〔2026〕1号", number[:-1], "YJ-2026-1"):
        assert not names_an_alert(text)


def test_whatever_kind_of_statement_makes_an_event_known_it_is_counted() -> None:
    event, holding = penalty("市场监管", firm(1)), []
    for body in statement_pb2.Statement.DESCRIPTOR.oneofs_by_name["body"].fields:
        statement = statement_pb2.Statement()
        held: Any = getattr(statement, body.name)
        held.SetInParent()
        if body.name == "event":
            held.CopyFrom(event)
        assert body.message_type is not None
        for part in body.message_type.fields:
            if part.message_type is event.DESCRIPTOR:
                getattr(held, part.name).CopyFrom(event)
                holding.append(body.name)
        assert stated_event(statement) == (event if body.name in ("event", *holding) else None), body.name
    assert {"correction", "ban_decision", "objection_result"} <= set(holding)
