"""Alerts are made once, of what the log holds and nothing else, and again only when something is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.provenance.leaf import Leaf, LeafType
from registry.store.writer import Writer
from registry.supervision.risk.alerting import alert_of
from registry.v1 import statement_pb2
from registry.v1 import supervision_pb2 as pb
from tests.support.events import (
    ban,
    correction,
    erasure,
    firm,
    merger,
    penalty,
    person,
    placed,
    succession,
    withdrawal,
)
from tests.support.referrals import MARKET, Town, town_of
from tests.support.risk import (
    REGION,
    alerts,
    answer,
    cluster,
    declare,
    files,
    groups,
    look,
    penalise,
    watch,
)
from tests.support.spine import TODAY, found_spine, furnish

KEYS = ["市场监管", "财政", "住建"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = town_of(furnish(found_spine(tmp_path / "registry"), KEYS, delivered=False))
    yield town
    town.spine.engine.close()


# --- making them ------------------------------------------------------------------------------------


def test_threshold_that_is_reached_is_alerted_of_once_to_whom_it_concerns(town: Town) -> None:
    declare(town, cluster(town))
    job = watch(town.spine)
    positions = [penalise(town, 1), penalise(town, 2)]
    assert job.look() == 0
    positions.append(penalise(town, 3))
    assert (job.look(), job.look()) == (1, 0)
    (alert,) = alerts(town.spine)
    assert (alert.group, alert.value, list(alert.positions)) == (REGION, 3, positions)
    assert (getattr(alert, "from"), alert.until) == ("2026-10-25", "2026-11-23")
    assert (alert.in_charge, alert.answer_by) == (town.code(MARKET), "2026-12-07")
    (file,) = files(town.spine)
    assert (file.addressee, file.region, file.subject) == (town.code(MARKET), REGION, "")
    assert (file.acts[0].until, file.acts[0].result, file.acts[0].linked.number) == ("2026-12-07", 3, "ZB-1")
    row = town.spine.engine.store.statement(file.acts[0].position)
    assert row is not None
    assert Leaf.decode(row.leaf).type is LeafType.ALERT
    assert row.department == town.code(OPERATOR.key)


def test_alert_is_not_made_again_by_a_watch_that_starts_anew(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    assert look(town) == 1
    size = town.spine.engine.state.size
    town.spine.reopen()
    assert look(town) == 0
    penalise(town, 4)
    assert look(town) == 0, "an open alert suppresses the next"
    assert town.spine.engine.state.size == size + 1


class CrashError(Exception):
    """The process ends here."""


def test_alert_that_was_logged_just_before_a_crash_is_not_made_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(town, cluster(town), cluster(town, "ZB-2"))
    for number in range(3):
        penalise(town, number)
    put = Writer.put

    def dying(writer: Any, jobs: Any) -> Any:
        promises = put(writer, jobs)
        promises[0].result(30)
        raise CrashError

    monkeypatch.setattr(Writer, "put", dying)
    with pytest.raises(CrashError):
        look(town)
    monkeypatch.undo()
    town.spine.reopen()
    assert [alert.indicator.number for alert in alerts(town.spine)] == ["ZB-1"]
    assert look(town) == 1
    assert [alert.indicator.number for alert in alerts(town.spine)] == ["ZB-1", "ZB-2"]


def test_watch_that_failed_to_place_an_alert_places_it_the_next_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    job = watch(town.spine)

    def full(_writer: Any, _jobs: Any) -> Any:
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "put", full)
        with pytest.raises(CrashError):
            job.look()
    assert job.look() == 1


def test_alert_that_is_refused_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(town, cluster(town), cluster(town, "ZB-2"))
    for number in range(3):
        penalise(town, number)

    def spoilt(declared: Any, figure: Any, *, answer_by: str) -> pb.RiskAlert:
        alert = alert_of(declared, figure, answer_by=answer_by)
        alert.in_charge = alert.in_charge if alert.indicator.number == "ZB-2" else ""
        return alert

    monkeypatch.setattr("registry.upkeep.risk.alert_of", spoilt)
    assert look(town) == 1
    assert [alert.indicator.number for alert in alerts(town.spine)] == ["ZB-2"]
    monkeypatch.undo()
    assert look(town) == 1


def test_two_indicators_are_each_alerted_of_by_one_event(town: Town) -> None:
    by_subject = cluster(
        town, "ZB-2", grouping=pb.INDICATOR_GROUPING_SUBJECT, threshold=2, in_charge=town.code("消防")
    )
    declare(town, cluster(town, threshold=2), by_subject)
    penalise(town, 1, subject=firm(7))
    penalise(town, 2, subject=firm(7))
    assert look(town) == 2
    assert groups(town) == [(REGION, 2), (firm(7).identifier.value, 2)]
    assert [file.subject for file in files(town.spine)] == ["", firm(7).identifier.value]
    assert [file.addressee for file in files(town.spine)] == [town.code(MARKET), town.code("消防")]


def test_region_of_an_event_that_names_none_is_its_departments(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number, region="")
    look(town)
    assert groups(town) == [("130900", 3)]


def test_key_trade_is_alerted_of_by_one_event_and_persons_are_in_no_group(town: Town) -> None:
    key: dict[str, Any] = {"kind": pb.INDICATOR_KIND_KEY_INDUSTRY, "threshold": 1}
    key["categories"] = ["L-06", "E-51"]
    subjects = cluster(town, "ZB-3", grouping=pb.INDICATOR_GROUPING_SUBJECT, **key)
    declare(town, subjects, cluster(town, "ZB-4", **key))
    for number, subject in ((1, firm(5)), (2, person(5))):
        barred = ban("财政", subject, "M-PRO-01", "2026-11-20", "2028-11-20")
        placed(town.spine.say("财政", f"B-{number}", event=barred))
    assert look(town) == 2
    assert groups(town) == [(firm(5).identifier.value, 1), ("130900", 2)]


# --- days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "counted"), [("2026-10-24", 0), ("2026-10-25", 1), ("2026-11-23", 1)])
def test_window_begins_on_its_first_day(town: Town, on: str, counted: int) -> None:
    declare(town, cluster(town, threshold=1))
    penalise(town, 1, on)
    assert look(town) == counted


def test_watch_that_runs_sees_the_window_move_on(town: Town) -> None:
    declare(town, cluster(town, threshold=2))
    job = watch(town.spine)
    penalise(town, 1, "2026-10-25")
    assert job.look() == 0
    town.spine.clock.move_to(TODAY + timedelta(days=1))
    penalise(town, 2, "2026-11-24")
    assert job.look() == 0
    penalise(town, 3, "2026-11-24")
    assert job.look() == 1


def test_clock_that_is_set_back_moves_no_window(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    town.spine.clock.move_to(TODAY - timedelta(days=400))
    assert look(town) == 1
    (alert,) = alerts(town.spine)
    assert alert.until == TODAY.isoformat(), "the log's last statement says which day it is"


def test_indicator_counts_from_its_first_day_to_the_day_before_its_end(town: Town) -> None:
    declare(town, cluster(town, threshold=1, effective_from="2026-11-24", ended_on="2026-11-26"))
    penalise(town, 1, "2026-11-23")
    assert look(town) == 0
    town.spine.clock.move_to(date(2026, 11, 26))
    assert look(town) == 0
    town.spine.clock.move_to(date(2026, 11, 25))
    declare(town, cluster(town, "ZB-9", threshold=99))
    assert look(town) == 1


def test_indicator_that_is_stated_again_counts_anew_by_what_it_says_now(town: Town) -> None:
    declare(town, cluster(town, threshold=5))
    job = watch(town.spine)
    penalise(town, 1)
    penalise(town, 2)
    assert job.look() == 0
    declare(town, cluster(town, threshold=2, in_charge=town.code("消防")))
    assert job.look() == 1
    assert alerts(town.spine)[0].in_charge == town.code("消防")


# --- what no longer counts --------------------------------------------------------------------------


@pytest.mark.parametrize("running", [True, False], ids=["counted before", "after a start"])
def test_withdrawn_and_corrected_and_erased_penalties_count_no_more(town: Town, running: bool) -> None:
    declare(town, cluster(town, threshold=3))
    job = watch(town.spine)
    for number, on in ((1, "2026-11-20"), (2, "2026-11-20")):
        penalise(town, number, on)
    if running:
        assert job.look() == 0
    elsewhere = penalty(
        MARKET, firm(2), "2026-11-20", region="130903", severity=statement_pb2.SEVERITY_GENERAL
    )
    placed(town.spine.say(MARKET, withdrawal=withdrawal(MARKET, "CF-1")))
    placed(town.spine.say(MARKET, correction=correction(MARKET, "CF-2", elsewhere)))
    for number in (4, 5):
        penalise(town, number)
    assert job.look() == 0
    penalise(town, 6)
    assert job.look() == 1
    assert groups(town) == [(REGION, 3)]


@pytest.mark.parametrize("running", [True, False], ids=["counted before", "after a start"])
def test_erased_statement_counts_no_more(town: Town, running: bool) -> None:
    declare(town, cluster(town, threshold=2, window_days=366))
    job = watch(town.spine)
    over = ban("财政", firm(3), "M-PRO-01", "2025-11-23", "2026-11-22")
    placed(town.spine.say("财政", "over", event=over))
    if running:
        assert job.look() == 0
    placed(town.spine.say("财政", erasure=erasure("财政", "over")))
    placed(town.spine.say("财政", event=ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert job.look() == 0
    placed(town.spine.say("财政", event=ban("财政", firm(5), "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert job.look() == 1


@pytest.mark.parametrize("link", [succession, merger])
@pytest.mark.parametrize("running", [True, False], ids=["counted before", "after a start"])
def test_organisation_under_two_codes_is_counted_as_one_while_the_link_stands(
    town: Town, running: bool, link: Any
) -> None:
    declare(town, cluster(town, grouping=pb.INDICATOR_GROUPING_SUBJECT, threshold=2))
    job = watch(town.spine)
    penalise(town, 1, subject=firm(11))
    penalise(town, 2, subject=firm(12))
    if running:
        assert job.look() == 0
    placed(town.spine.say(MARKET, "tie", subject_link=link(firm(11), firm(12), "2026-01-01")))
    assert job.look() == 1
    assert groups(town) == [(firm(12).identifier.value, 2)]
    placed(town.spine.say(MARKET, withdrawal=withdrawal(MARKET, "tie")))
    penalise(town, 3, subject=firm(11))
    assert job.look() == 1
    assert groups(town)[1:] == [(firm(11).identifier.value, 2)]
    assert (job.look(), look(town)) == (0, 0)


# --- after the answer -------------------------------------------------------------------------------


def test_answered_alert_is_followed_by_another_only_when_something_is_new(town: Town) -> None:
    declare(town, cluster(town))
    job = watch(town.spine)
    for number in range(3):
        penalise(town, number)
    job.look()
    penalise(town, 3)
    assert job.look() == 0
    placed(town.act(MARKET, alert_answer=answer(town, alerts(town.spine)[0], "2026-11-23")))
    assert job.look() == 0, "its number is that of the day; the next is made on another"
    town.spine.clock.move_to(TODAY + timedelta(days=1))
    assert job.look() == 1
    placed(town.act(MARKET, alert_answer=answer(town, alerts(town.spine)[1], "2026-11-24")))
    town.spine.clock.move_to(TODAY + timedelta(days=2))
    assert (job.look(), look(town)) == (0, 0)
    assert groups(town) == [(REGION, 3), (REGION, 4)]


def test_supplement_to_an_older_answer_opens_nothing_again(town: Town) -> None:
    declare(town, cluster(town))
    job = watch(town.spine)
    for number in range(3):
        penalise(town, number)
    job.look()
    first = alerts(town.spine)[0]
    placed(town.act(MARKET, alert_answer=answer(town, first, "2026-11-23")))
    town.spine.clock.move_to(TODAY + timedelta(days=1))
    penalise(town, 4)
    assert job.look() == 1
    placed(town.act(MARKET, alert_answer=answer(town, first, "2026-11-24")))
    penalise(town, 5)
    town.spine.clock.move_to(TODAY + timedelta(days=2))
    assert (job.look(), look(town)) == (0, 0)
