"""How often each measure was applied, and by whom (recorded executions, counted)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.commands.jobs import Reported
from registry.commands.measure_use import EMBARGO_DAYS, MeasureUse, MeasureUses
from registry.sanctions.verdict import Decision
from registry.v1 import execution_service_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    firm,
    list_entry,
    new_firm,
    placed,
)
from tests.support.reports import report_on, system
from tests.support.spine import TODAY, Spine, found_spine, furnish

BAN = "M-PRO-01"
ALLOWED, REFUSED = pb.EXECUTION_ACTION_ALLOWED, pb.EXECUTION_ACTION_REFUSED
FIRST, LAST = "2026-03-01", "2028-03-01"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Spine]:
    """A registry of one test's own."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    furnished.deliver()
    yield furnished
    furnished.engine.close()


def banned(spine: Spine, subject: Subject | None = None) -> Subject:
    """A firm that is banned from procurement."""
    subject = subject or new_firm()
    placed(spine.say("财政", event=ban("财政", subject, BAN, FIRST, LAST)))
    return subject


def send(spine: Spine, request: pb.ReportExecutionRequest, name: str = "asker") -> Reported:
    return spine.engine.executions.report(request, system(request.check.purpose.domain, name))


def uses(spine: Spine, first: date | None = None, last: date | None = None) -> dict[str, MeasureUse]:
    return {use.code: use for use in MeasureUses(spine.engine.ask).between(first, last)}


def used(spine: Spine, code: str, *days: date | None) -> list[tuple[str, int, int]]:
    """Who did what how often by a measure."""
    return [(by.caller, by.action, by.count) for by in uses(spine, *days)[code].by]


def test_use_is_counted_by_measure_caller_and_action(own: Spine) -> None:
    for n in range(3):
        send(own, report_on(own, f"R-{n}", banned(own), measures=[BAN]))
    allowed = report_on(own, "R-3", banned(own), measures=[BAN], action=ALLOWED, reason="应急采购")
    send(own, allowed)
    send(own, report_on(own, "R-1", banned(own), measures=[BAN]), "other")
    own.clock.move_to(TODAY + timedelta(days=EMBARGO_DAYS))
    assert used(own, BAN) == [("asker", REFUSED, 3), ("asker", ALLOWED, 1), ("other", REFUSED, 1)]


def test_measure_in_force_that_nobody_applied_is_listed_with_how_often_it_is(own: Spine) -> None:
    for _ in range(2):
        banned(own)
    placed(own.say("法院", event=list_entry("法院", firm(1), "L-01", "2026-01-01")))
    found = uses(own)
    assert (found[BAN].by, found[BAN].in_force) == ((), 2)
    assert found["M-PRO-05"].in_force == 1
    assert found["M-PRO-02"].in_force == 0
    assert found[BAN].name


def test_restriction_that_ended_or_is_to_come_is_not_in_force(own: Spine) -> None:
    for first, last in (("2024-03-01", "2026-03-01"), ("2026-11-23", "2028-01-01")):
        placed(own.say("财政", event=ban("财政", new_firm(), BAN, first, last)))
    assert uses(own)[BAN].in_force == 1
    own.clock.move_to(date(2028, 1, 2))
    assert uses(own)[BAN].in_force == 0


def test_nothing_younger_than_the_delay_shows_in_any_way(own: Spine) -> None:
    """Before an opening nobody may learn that somebody was asked about (招标投标法 第二十二条)."""
    subject = banned(own)
    before = uses(own)
    send(own, report_on(own, "R-1", subject, measures=[BAN]))
    assert uses(own) == before
    own.clock.move_to(TODAY + timedelta(days=EMBARGO_DAYS - 1))
    assert used(own, BAN) == used(own, BAN, TODAY, date(2099, 1, 1)) == []
    own.clock.move_to(TODAY + timedelta(days=EMBARGO_DAYS))
    assert used(own, BAN) == [("asker", REFUSED, 1)]


def test_time_of_use_is_a_whole_day_and_days_limit_it(own: Spine) -> None:
    own.clock.now_ms += 12_345
    send(own, report_on(own, "R-1", banned(own), measures=[BAN]))
    own.clock.move_to(TODAY + timedelta(days=1))
    send(own, report_on(own, "R-2", banned(own), measures=[BAN]))
    own.clock.move_to(TODAY + timedelta(days=400))
    (by,) = uses(own, None, TODAY)[BAN].by
    assert (by.last_ms + 8 * 3_600_000) % 86_400_000 == 0
    assert (
        used(own, BAN, TODAY, TODAY) == used(own, BAN, TODAY + timedelta(days=1)) == [("asker", REFUSED, 1)]
    )
    assert used(own, BAN, TODAY + timedelta(days=2)) == []
    assert used(own, BAN) == [("asker", REFUSED, 2)]


def test_verdict_is_what_it_was_before_anything_was_reported(own: Spine) -> None:
    subject = banned(own)
    before: Decision = ask(own, subject)
    send(own, report_on(own, "R-1", subject, measures=[BAN]))
    assert ask(own, subject) == before
