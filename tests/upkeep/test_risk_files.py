"""Alerts of what lies in files: rectifications that are overdue, and complaints that become many at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.v1 import supervision_pb2 as pb
from tests.supervision.custodians_at_work import Custody
from tests.support.events import placed
from tests.support.referrals import MARKET, Town, town_of
from tests.support.risk import alerts, answer, cluster, declare, watch
from tests.support.spine import TODAY, found_spine, furnish
from tests.support.visits import SUBJECT, Bureau


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管", "财政", "住建"], delivered=False)
    yield town_of(spine)
    spine.engine.close()


def overdue(town: Town, **changes: object) -> pb.RiskIndicator:
    """Two rectifications of a matter that are overdue, within sixty days."""
    kind = pb.INDICATOR_KIND_OVERDUE_RECTIFICATION
    given = {"kind": kind, "grouping": pb.INDICATOR_GROUPING_MATTER, "window_days": 60, "threshold": 2}
    return cluster(town, "ZB-2", **(given | changes))


@pytest.mark.parametrize("running", [True, False], ids=["counted before", "after a start"])
def test_rectification_counts_from_the_day_after_its_last_until_it_is_done(town: Town, running: bool) -> None:
    declare(town, overdue(town))
    bureau, job = Bureau.at(town.spine), watch(town.spine)
    for number in ("JC-1", "JC-2", "JC-3"):
        bureau.taken(bureau.record(number))
    if running:
        assert job.look() == 0
    bureau.taken(bureau.recheck("JC-1"))
    town.spine.clock.move_to(date(2026, 12, 5))
    assert (job.look() if running else 0) == 0
    bureau.taken(bureau.recheck("JC-2", checked_on="2026-12-05", sufficient=False, rectify_by="2026-12-20"))
    town.spine.clock.move_to(date(2026, 12, 6))
    assert job.look() == 0, "one only is overdue"
    town.spine.clock.move_to(date(2026, 12, 21))
    assert job.look() == 1
    (alert,) = alerts(town.spine)
    opened = [bureau.file(number).acts[0].position for number in ("JC-2", "JC-3")]
    assert (alert.group, alert.value, list(alert.positions)) == (f"{bureau.code}/SP-1", 2, opened)


def test_overdue_rectifications_of_one_organisation_are_its_own_alert(town: Town) -> None:
    declare(town, overdue(town, grouping=pb.INDICATOR_GROUPING_SUBJECT))
    bureau = Bureau.at(town.spine)
    for number in ("JC-1", "JC-2"):
        bureau.taken(bureau.record(number))
    town.spine.clock.move_to(date(2026, 12, 7))
    assert watch(town.spine).look() == 1
    assert alerts(town.spine)[0].group == SUBJECT.identifier.value


def test_complaints_that_rise_from_nothing_are_alerted_of_and_go_on_only_by_the_rise(town: Town) -> None:
    rise = cluster(
        town, "ZB-4", kind=pb.INDICATOR_KIND_COMPLAINT_RISE, window_days=7, threshold=3, rise_percent=200
    )
    declare(town, rise)
    custody, job = Custody.at(town.spine), watch(town.spine)
    for number in range(2):
        custody.taken(custody.complain(f"TS-{number}"))
    assert job.look() == 0
    custody.taken(custody.complain("TS-2", received_on="2026-11-17"))
    assert job.look() == 1
    (alert,) = alerts(town.spine)
    assert (alert.group, alert.value, alert.before) == ("130902", 3, 0)
    placed(town.act(MARKET, alert_answer=answer(town, alert, "2026-11-23")))
    town.spine.clock.move_to(TODAY + timedelta(days=7))
    for number in range(3, 9):
        custody.taken(custody.complain(f"TS-{number}"))
    assert job.look() == 1, "six against three of the week before"
    placed(town.act(MARKET, alert_answer=answer(town, alerts(town.spine)[1], "2026-11-30")))
    town.spine.clock.move_to(TODAY + timedelta(days=14))
    for number in range(9, 20):
        custody.taken(custody.complain(f"TS-{number}"))
    assert job.look() == 0, "eleven against six are no doubling"
    custody.taken(custody.complain("TS-20"))
    assert job.look() == 1
    assert [(each.value, each.before) for each in alerts(town.spine)] == [(3, 0), (6, 3), (12, 6)]
