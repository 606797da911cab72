"""Watching a tender over the wire: changes arrive, nothing else does, and who was cut off comes again.

Times that a test waits are bounds: a change is there as soon as it is recorded, a day that begins within a
second or two; that nothing arrives is taken to hold after two looks at the clock.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Thread
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.commands.watch import LOOK_S
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_SOURCE_STALE,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
)
from registry.watches import MAX_WATCHES
from tests.servicer.test_screen import query_log
from tests.support.clock import instant_ms
from tests.support.events import (
    branch_of,
    event,
    firm,
    imposed,
    licence,
    new_firm,
    new_person,
    placed,
    stay,
    withdrawal,
)
from tests.support.served import DEADLINE_S, Refusal, Served, refusal_of
from tests.support.spine import TODAY
from tests.support.tenders import party, tender

ARRIVES_S = 20.0
SILENCE_S = 2 * LOOK_S + 0.5
ENDED = object()
KEY = "市场监管"


class Watching:
    """One open stream, read by a thread of its own."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for message in self._call:
                self._arrived.put(message)
            self._arrived.put(ENDED)
        except grpc.RpcError as error:
            self._arrived.put(refusal_of(error))

    def next(self) -> Any:
        """The next message, the refusal, or ENDED."""
        return self._arrived.get(timeout=ARRIVES_S)

    def is_silent(self) -> bool:
        """Whether nothing arrives for a while."""
        try:
            message = self._arrived.get(timeout=SILENCE_S)
        except queue.Empty:
            return True
        raise AssertionError(message)

    def hang_up(self) -> None:
        self._call.cancel()


@contextmanager
def watching(
    served: Served, screen: pb.ScreenRequest, *, until: date | None = None, since: pb.Answered | None = None
) -> Iterator[Watching]:
    """A watch by the procurement system, hung up at the end."""
    request = pb.WatchScreenRequest(screen=screen, since=since)
    if until is not None:
        request.until.FromMilliseconds(instant_ms(until))
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    watch = Watching(stub.WatchScreen(request, timeout=10 * DEADLINE_S))
    try:
        yield watch
    finally:
        watch.hang_up()
        assert within(ARRIVES_S, lambda: len(served.spine.engine.state.index.watches) == 0)


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within a time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(autouse=True)
def today(served: Served) -> Iterator[None]:
    """Each test begins and ends on the same day, with fresh lists."""
    yield
    served.spine.clock.move_to(TODAY)


def licensed(served: Served) -> Any:
    subject = new_firm()
    placed(served.spine.say(KEY, event=licence(KEY, subject)))
    return subject


def bar(served: Served, subject: Any, name: str = "", *, first: date = date(2026, 3, 1)) -> int:
    """Bars a subject from procurement from a day on, by a decision of an earlier one."""
    measure = imposed("M-PRO-01", first.isoformat(), (first + timedelta(days=366)).isoformat())
    decided = event("财政", subject, "E-51", "2026-03-01", measures=[measure])
    return placed(served.spine.say("财政", name, event=decided))


def verdicts(message: pb.WatchScreenResponse) -> list[int]:
    return [party.verdict for party in message.report.parties]


def changed(message: pb.WatchScreenResponse) -> list[tuple[int, int, int, list[str], list[str]]]:
    """Each change: party, before, after, statements of the restrictions that came, and of those that went."""
    return [
        (
            change.party,
            change.before,
            change.after,
            [hit.measure_code for hit in change.came],
            [hit.measure_code for hit in change.went],
        )
        for change in message.changes
    ]


# --- what arrives ---------------------------------------------------------------------------------


def test_report_as_of_now_comes_first_and_a_ban_arrives_when_it_is_recorded(served: Served) -> None:
    good, bad = licensed(served), licensed(served)
    with watching(served, tender(party(good, bid="甲"), party(bad, bid="乙"))) as watch:
        first = watch.next()
        assert (verdicts(first), changed(first)) == ([VERDICT_CLEAR] * 2, [])
        position = bar(served, bad)
        second = watch.next()
        assert changed(second) == [(1, VERDICT_CLEAR, VERDICT_BLOCKED, ["M-PRO-01"], [])]
        assert second.changes[0].came[0].position == position
        assert second.report.answered.known_position == position
        assert [bid.verdict for bid in second.report.bids] == [VERDICT_CLEAR, VERDICT_BLOCKED]


def test_ban_that_is_stayed_and_withdrawn_changes_and_goes(served: Served) -> None:
    subject = licensed(served)
    bar(served, subject, name="watched-ban")
    with watching(served, tender(party(subject))) as watch:
        assert verdicts(watch.next()) == [VERDICT_BLOCKED]
        placed(served.spine.say("财政", status_note=stay("财政", "watched-ban", "2026-05-15")))
        code = "M-PRO-01"
        assert changed(watch.next()) == [(0, VERDICT_BLOCKED, VERDICT_REVIEW, [code], [code])]
        placed(served.spine.say("财政", withdrawal=withdrawal("财政", "watched-ban")))
        assert changed(watch.next()) == [(0, VERDICT_REVIEW, VERDICT_CLEAR, [], [code])]


def test_ban_of_a_parent_that_is_linked_while_the_branch_is_watched_arrives(served: Served) -> None:
    branch, parent = licensed(served), licensed(served)
    with watching(served, tender(party(branch))) as watch:
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
        placed(served.spine.say(KEY, subject_link=branch_of(branch, parent)))
        linked = watch.next()
        assert [each.identifier for each in linked.report.parties[0].identity.related] == [parent.identifier]
        bar(served, parent)
        assert verdicts(watch.next()) == [VERDICT_REVIEW]


def test_first_statement_about_a_subject_nobody_knew_arrives(served: Served) -> None:
    subject = new_firm()
    with watching(served, tender(party(subject))) as watch:
        assert verdicts(watch.next()) == [VERDICT_INDETERMINATE]
        placed(served.spine.say(KEY, event=licence(KEY, subject)))
        assert verdicts(watch.next()) == [VERDICT_CLEAR]


def test_statements_about_others_and_statements_that_change_nothing_do_not_arrive(served: Served) -> None:
    subject = licensed(served)
    with watching(served, tender(party(subject))) as watch:
        watch.next()
        bar(served, new_firm())
        placed(served.spine.say(KEY, event=licence(KEY, subject)))
        served.spine.deliver()
        assert watch.is_silent()


# --- time -----------------------------------------------------------------------------------------


def test_ban_that_begins_or_ends_with_the_day_arrives_with_the_day(served: Served) -> None:
    subject, clock = licensed(served), served.spine.clock
    tomorrow, after = TODAY + timedelta(days=1), TODAY + timedelta(days=400)
    bar(served, subject, first=TODAY + timedelta(days=1))
    with watching(served, tender(party(subject))) as watch:
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
        clock.move_to(tomorrow)
        begun = watch.next()
        assert changed(begun)[0][:3] == (0, VERDICT_CLEAR, VERDICT_BLOCKED)
        assert begun.report.answered.valid_time.ToMilliseconds() == clock.now_ms
        clock.move_to(after)
        over = watch.next().report.parties[0]
        assert (over.verdict, over.indeterminate_reason) == (
            VERDICT_INDETERMINATE,
            INDETERMINATE_REASON_SOURCE_STALE,
        )


def test_hours_of_the_same_day_and_days_after_a_fixed_cut_off_bring_nothing(served: Served) -> None:
    subject = licensed(served)
    bar(served, subject, first=TODAY + timedelta(days=1))
    with watching(served, tender(party(subject), cut_off=TODAY)) as watch:
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
        served.spine.clock.now_ms += 3_600_000
        served.spine.clock.move_to(TODAY + timedelta(days=2))
        assert watch.is_silent()


def test_watch_ends_at_its_day(served: Served) -> None:
    with watching(served, tender(party(licensed(served))), until=TODAY + timedelta(days=1)) as watch:
        watch.next()
        served.spine.clock.move_to(TODAY + timedelta(days=2))
        found = watch.next()
        assert found is ENDED or watch.next() is ENDED


def test_watch_until_a_day_that_is_past_gives_the_report_and_ends(served: Served) -> None:
    with watching(served, tender(party(licensed(served))), until=TODAY - timedelta(days=1)) as watch:
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
        assert watch.next() is ENDED


# --- coming again ---------------------------------------------------------------------------------


def test_who_comes_again_with_an_answer_learns_first_what_he_missed(served: Served) -> None:
    subject, other = licensed(served), licensed(served)
    screen = tender(party(subject), party(other))
    with watching(served, screen) as watch:
        known = watch.next().report.answered
    bar(served, subject)
    with watching(served, screen, since=known) as watch:
        missed = watch.next()
        assert changed(missed) == [(0, VERDICT_CLEAR, VERDICT_BLOCKED, ["M-PRO-01"], [])]
        assert verdicts(missed) == [VERDICT_BLOCKED, VERDICT_CLEAR]
        bar(served, other)
        assert changed(watch.next()) == [(1, VERDICT_CLEAR, VERDICT_BLOCKED, ["M-PRO-01"], [])]


def test_who_missed_nothing_gets_the_report_without_changes(served: Served) -> None:
    screen = tender(party(licensed(served)))
    with watching(served, screen) as watch:
        known = watch.next().report.answered
    with watching(served, screen, since=known) as watch:
        again = watch.next()
        assert (verdicts(again), changed(again)) == ([VERDICT_CLEAR], [])
        assert watch.is_silent()


@pytest.mark.parametrize(
    ("since", "reason", "field"),
    [
        ({"origin": "credit.example/other"}, "ORIGIN_MISMATCH", "since.origin"),
        ({"known_position": 10**9}, "POSITION_AHEAD", "since.known_position"),
        ({"edition": "0" * 64}, "ANSWER_NOT_REPRODUCED", "since.edition"),
    ],
)
def test_answer_that_was_never_given_here_is_refused(
    served: Served, since: dict[str, Any], reason: str, field: str
) -> None:
    screen = tender(party(licensed(served)))
    with watching(served, screen) as watch:
        known = watch.next().report.answered
    for name, value in since.items():
        setattr(known, name, value)
    with watching(served, screen, since=known) as watch:
        refusal = watch.next()
        assert isinstance(refusal, Refusal)
        assert (refusal.reason, refusal.fields) == (reason, (field,))


# --- limits, rights, persons ----------------------------------------------------------------------


def test_faults_are_told_with_their_place_in_the_request(served: Served) -> None:
    screen = tender(pb.Party(subject=firm(1).identifier), scope={"activity": "NOTHING"})
    screen.consistency.at_exact_position = 1
    with watching(served, screen) as watch:
        refusal = watch.next()
        assert isinstance(refusal, Refusal)
        assert set(refusal.fields) == {
            "screen.parties[0].role", "screen.consistency", "screen.project.scope.activity",
        }  # fmt: skip


def test_only_so_many_watch_and_who_hangs_up_makes_room(served: Served) -> None:
    screen = tender(party(licensed(served)))
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    other = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM, "other")))
    calls = [
        Watching((stub, other)[number % 2].WatchScreen(pb.WatchScreenRequest(screen=screen)))
        for number in range(MAX_WATCHES)
    ]
    assert all(isinstance(call.next(), pb.WatchScreenResponse) for call in calls)
    with pytest.raises(grpc.RpcError) as raised:
        next(iter(stub.WatchScreen(pb.WatchScreenRequest(screen=screen), timeout=DEADLINE_S)))
    refusal = refusal_of(raised.value)
    assert (refusal.reason, refusal.may_retry) == ("OVERLOADED", True)
    assert stub.Screen(screen, timeout=DEADLINE_S).parties  # Questions are answered all the while.
    for call in calls:
        call.hang_up()
    watches = served.spine.engine.state.index.watches
    assert within(ARRIVES_S, lambda: len(watches) == 0)
    with watching(served, screen) as watch:
        watch.next()


def test_each_report_with_persons_that_is_sent_is_in_the_query_log(served: Served) -> None:
    company, head = licensed(served), new_person()
    before = len(query_log(served))
    screen = tender(party(company), party(head, "LEGAL_REPRESENTATIVE"))
    with watching(served, screen) as watch:
        watch.next()
        assert len(query_log(served)) == before + 1
        bar(served, company)
        watch.next()
        rows = query_log(served)[before:]
    assert [row["reference"] for row in rows] == ["CZ-2026-DEMO-1"] * 2


def test_source_that_has_become_stale_and_delivers_again_arrives(served: Served) -> None:
    """The last one: what it records is of later than the others begin."""
    subject, later = licensed(served), TODAY + timedelta(days=10)
    with watching(served, tender(party(subject))) as watch:
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
        served.spine.clock.move_to(later)
        stale = watch.next()
        assert [each.stale for each in stale.report.lists] == [True, False, False]
        assert verdicts(stale) == [VERDICT_INDETERMINATE]
        served.spine.deliver(["法院"], as_of=later)
        assert verdicts(watch.next()) == [VERDICT_CLEAR]
