"""The scheduler by itself: order, shares, bounds and deadlines, in a simulation without threads or clock."""

from __future__ import annotations

import pytest

from registry.access.identity import CallerRole
from registry.access.policy import METHODS
from registry.load.classes import BULK, STANDINGS, VITAL, Lane, lane_of
from registry.load.lanes import BURST_S, HURRIED, Bounds, Lanes
from registry.load.queues import Ticket
from tests.load.simulation import Arrival, simulate

ONE = Bounds(running=1, vital=1, wait_s=10.0, depth=10_000, turn_s=600.0)
"""One call at a time, and nobody gives up."""


def crowd(lane: Lane, caller: str, count: int, *, takes: float = 0.01, method: str = "m") -> list[Arrival]:
    return [Arrival(0.001, lane, caller, takes, method=method) for _ in range(count)]


def test_classes_share_by_weight_while_all_have_calls_waiting() -> None:
    lanes = [lane for lane in Lane if lane is not Lane.VITAL]
    calls = [each for lane in lanes for each in crowd(lane, lane.name, 600)]
    outcome = simulate([Arrival(0.0, Lane.BULK, "first"), *calls], ONE)
    whole = sum(STANDINGS[lane].weight for lane in lanes)
    first = outcome.started[: 10 * whole]
    for lane in lanes:
        served = sum(each.lane is lane for each in first)
        assert served == pytest.approx(10 * STANDINGS[lane].weight, abs=3)


def test_vital_calls_are_served_at_once_whatever_runs_and_waits() -> None:
    calls = crowd(Lane.BIDDING, "platform", 500, takes=1.0)
    vital = [Arrival(5.0 + number, Lane.VITAL, "registrar", 0.5) for number in range(3)]
    outcome = simulate([*calls, *vital], ONE)
    assert [outcome.waits[id(each)] for each in vital] == [0.0, 0.0, 0.0]


def test_bulk_never_takes_all_turns_though_nobody_else_is_there() -> None:
    bounds = Bounds(running=4, wait_s=10.0)
    lanes: Lanes[int] = Lanes(bounds)
    for number in range(4):
        assert lanes.offer(Ticket(Lane.BULK, f"reader-{number}", "list", number), 0.0, None) == []
    taken = [ticket for _ in range(4) if (ticket := lanes.take(0.0)[0]) is not None]
    assert len(taken) == STANDINGS[Lane.BULK].running
    lanes.offer(Ticket(Lane.PUBLIC, "portal", "find", 9), 0.0, None)
    assert lanes.take(0.0)[0] is not None


def test_who_floods_leaves_its_peers_their_turns() -> None:
    flood = crowd(Lane.BIDDING, "flood", 400)
    modest = [Arrival(0.5 + 0.1 * n, Lane.BIDDING, f"modest-{n % 3}", 0.01) for n in range(20)]
    outcome = simulate([*flood, *modest], ONE)
    assert not outcome.refused
    assert max(outcome.waits[id(each)] for each in modest) <= 0.021  # The one that runs, and one at most.


def test_callers_share_by_the_time_that_their_calls_take() -> None:
    heavy = crowd(Lane.SYSTEMS, "heavy", 200, takes=0.1, method="heavy")
    light = crowd(Lane.SYSTEMS, "light", 2000, takes=0.01, method="light")
    warm = [Arrival(0.0, Lane.SYSTEMS, "x", 0.1, method="heavy"), Arrival(0.0, Lane.SYSTEMS, "x", 0.01)]
    outcome = simulate([*warm, *heavy, *light], ONE)
    served = outcome.started[:800]
    spent = {name: sum(each.takes for each in served if each.caller == name) for name in ("heavy", "light")}
    assert spent["heavy"] == pytest.approx(spent["light"], rel=0.15)


def test_who_has_most_waiting_loses_its_last_when_the_class_is_full() -> None:
    lanes: Lanes[str] = Lanes(Bounds(running=1, depth=4, wait_s=10.0))
    tickets = [Ticket(Lane.PUBLIC, "flood", "m", f"flood-{number}") for number in range(4)]
    for ticket in tickets:
        assert lanes.offer(ticket, 0.0, None) == []
    newcomer = Ticket(Lane.PUBLIC, "other", "m", "other")
    assert lanes.offer(newcomer, 0.0, None) == [tickets[-1]]
    another = Ticket(Lane.PUBLIC, "flood", "m", "one too many")
    assert lanes.offer(another, 0.0, None) == [another]
    assert lanes.waiting(Lane.PUBLIC) == 4
    assert lanes.counts[Lane.PUBLIC].full == 2


def test_what_cannot_be_answered_within_its_deadline_is_refused_as_it_comes() -> None:
    slow = [Arrival(at, Lane.OFFICES, "office", 1.0, method="slow") for at in (0.0, 2.0)]
    late = Arrival(2.1, Lane.OFFICES, "office", 1.0, left_s=0.9, method="slow")
    in_time = Arrival(2.1, Lane.OFFICES, "office", 1.0, left_s=3.0, method="slow")
    outcome = simulate([*slow, late, in_time], ONE)
    assert outcome.refused == [(late, 2.1)]
    assert in_time in outcome.started


def test_what_was_slow_once_is_tried_again_when_nothing_is_at_work() -> None:
    hung = Arrival(0.0, Lane.OFFICES, "office", 8.0, method="hung")
    after = [Arrival(10.0 + number, Lane.OFFICES, "office", 0.01, 0.5, "hung") for number in range(3)]
    assert simulate([hung, *after], ONE).started == [hung, *after]


def test_a_class_that_was_slow_for_a_while_is_served_as_ever_afterwards() -> None:
    slow = [Arrival(0.01 * n, Lane.BIDDING, f"p{n % 5}", 0.4, method="m") for n in range(60)]
    after = [Arrival(30.0 + 0.02 * n, Lane.BIDDING, f"p{n % 5}", 0.01, method="m") for n in range(200)]
    outcome = simulate([*slow, *after], Bounds(running=1, wait_s=0.05))
    refused = {id(arrival) for arrival, _ in outcome.refused}
    assert any(id(each) in refused for each in slow)
    assert not any(id(each) in refused for each in after)


def test_what_has_waited_for_as_long_as_its_class_waits_is_refused_and_not_served_late() -> None:
    bounds = Bounds(running=1, wait_s=0.05)
    calls = [Arrival(0.001 * n, Lane.BIDDING, f"p{n}", 0.01) for n in range(1000)]
    outcome = simulate(calls, bounds)
    standing = [wait for each in calls[260:] if (wait := outcome.waits.get(id(each))) is not None]
    assert max(standing) <= 0.05 + 1e-9
    assert max(outcome.waits.values()) <= BURST_S + 1e-9
    assert len(outcome.refused) + len(outcome.started) == 1000
    assert len(outcome.refused) > 600
    at_once = [refused for arrival, refused in outcome.refused if refused == arrival.at]
    assert len(at_once) > len(outcome.refused) / 2


def test_a_burst_after_a_lull_is_served_and_not_refused() -> None:
    burst = [Arrival(10.0 * n + 0.001 * k, Lane.PUBLIC, f"p{k}", 0.01) for n in range(3) for k in range(18)]
    assert simulate(burst, Bounds(running=1, wait_s=0.05)).refused == []


def test_a_call_that_rests_gives_its_turn_away_and_keeps_its_thread() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, vital=0, threads=2, each=2))
    for number in range(3):
        lanes.offer(Ticket(Lane.OFFICES, "office", "m", number), 0.0, None)
    first, _ = lanes.take(0.0)
    assert first is not None
    assert lanes.take(0.0)[0] is None
    lanes.rest(first)
    second, _ = lanes.take(0.0)
    assert second is not None
    lanes.rest(second)
    assert (lanes.running, lanes.used) == (0, 2)
    assert lanes.take(0.0)[0] is None  # No thread is left.
    lanes.end(first, 0.01, 0.0)
    assert lanes.take(0.01)[0] is not None


def test_a_call_that_works_on_goes_before_those_that_have_not_begun() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, vital=0))
    for number in range(3):
        lanes.offer(Ticket(Lane.OFFICES, "office", "m", number), 0.0, None)
    first, _ = lanes.take(0.0)
    assert first is not None
    lanes.rest(first)
    second, _ = lanes.take(0.0)
    assert second is not None
    lanes.resume(first, 0.0)
    assert lanes.running == 2
    lanes.end(second, 0.01, 0.0)
    assert lanes.take(0.01)[0] is None
    lanes.end(first, 0.02, 0.0)
    assert lanes.take(0.02)[0] is not None
    assert lanes.running == 1


def test_where_many_are_refused_nobody_waits_long_only_to_be_refused() -> None:
    calls = [Arrival(n * 0.00333, Lane.BIDDING, f"p{n % 7}", 0.01) for n in range(2000)]
    outcome = simulate(calls, Bounds(running=1, wait_s=0.05))
    waited = [told - each.at for each, told in outcome.refused if each.at > 1.0]
    assert len(waited) > 500
    assert max(waited) <= HURRIED * 0.05 + 0.01


def test_a_moment_of_refusals_is_no_standing_queue() -> None:
    burst = [Arrival(0.001 * n, Lane.SYSTEMS, f"p{n % 7}", 0.01) for n in range(60)]
    later = [
        Arrival(3.0 + n * 0.1 + 0.0001 * m, Lane.SYSTEMS, f"p{m}", 0.01) for n in range(9) for m in range(5)
    ]
    outcome = simulate([*burst, *later], Bounds(running=1, wait_s=0.05))
    assert {each.at < 3.0 for each, _ in outcome.refused} == {True}


def test_one_caller_has_only_so_many_threads_however_its_calls_rest() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, threads=10, each=3))
    for number in range(10):
        lanes.offer(Ticket(Lane.SYSTEMS, "greedy", "m", number), 0.0, None)
    lanes.offer(Ticket(Lane.SYSTEMS, "other", "m", 99), 0.0, None)
    taken = []
    while (ticket := lanes.take(0.0)[0]) is not None:
        lanes.rest(ticket)
        taken.append(ticket.caller)
    assert sorted(taken) == ["greedy", "greedy", "greedy", "other"]


def test_requests_in_memory_are_bounded_and_one_caller_has_half_at_most() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, held_bytes=100))
    assert lanes.offer(Ticket(Lane.OFFICES, "a", "m", 1, 50), 0.0, None) == []
    over = Ticket(Lane.OFFICES, "a", "m", 2, 1)
    assert lanes.offer(over, 0.0, None) == [over]
    assert lanes.offer(Ticket(Lane.OFFICES, "b", "m", 3, 50), 0.0, None) == []
    assert lanes.held_bytes == 100
    while (ticket := lanes.take(0.0)[0]) is not None:
        lanes.end(ticket, 0.0, 0.0)
    assert lanes.held_bytes == 0


def test_the_normal_load_is_not_refused_and_three_times_as_much_waits_no_longer_than_twice() -> None:
    def waits(every_s: float) -> tuple[list[float], int]:
        calls = [Arrival(n * every_s, Lane.BIDDING, f"p{n % 7}", 0.01) for n in range(2000)]
        outcome = simulate(calls, Bounds(running=1, wait_s=0.05))
        told = [outcome.waits.get(id(each)) for each in calls if each.at > 2 * BURST_S]
        return sorted(wait for wait in told if wait is not None), len(outcome.refused)

    _, refused = waits(0.0143)
    assert refused == 0
    over, refused = waits(0.00333)
    assert refused > 1200
    assert over[int(len(over) * 0.99)] <= 0.05
    assert len(over) > 600


def test_every_method_and_role_has_a_class() -> None:
    assert set(METHODS) >= VITAL | BULK
    assert not VITAL & BULK
    for method, roles in METHODS.items():
        for role in roles:
            assert lane_of(role, method) in STANDINGS
    check = "/registry.v1.RestrictionService/Check"
    order = [CallerRole.BIDDING_SYSTEM, CallerRole.BORDER_SYSTEM, CallerRole.DEPARTMENT, CallerRole.PUBLIC]
    assert [lane_of(role, check) for role in order] == sorted(lane_of(role, check) for role in order)
    assert lane_of(None, check) is Lane.PUBLIC
    assert lane_of(CallerRole.REGISTRAR, "/registry.v1.DirectoryService/RevokeKey") is Lane.VITAL


def test_what_waits_for_a_database_that_hangs_leaves_threads_to_the_questions() -> None:
    lanes: Lanes[int] = Lanes(Bounds())
    for lane in (Lane.OFFICES, Lane.BULK):
        for number in range(40):
            lanes.offer(Ticket(lane, f"caller-{number % 10}", "m", number), 0.0, None)
        while (ticket := lanes.take(0.0)[0]) is not None:
            lanes.rest(ticket)
    lanes.offer(Ticket(Lane.BIDDING, "platform", "check", 1), 0.0, None)
    asked, _ = lanes.take(0.0)
    assert asked is not None
    assert asked.lane is Lane.BIDDING


def test_who_floods_with_vital_calls_has_the_vital_turns_and_no_others() -> None:
    bounds = Bounds()
    lanes: Lanes[int] = Lanes(bounds)
    for number in range(20):
        lanes.offer(Ticket(Lane.VITAL, "flood", "checkpoint", number), 0.0, None)
    taken = []
    while (ticket := lanes.take(0.0)[0]) is not None:
        taken.append(ticket)
    assert len(taken) == bounds.vital
    lanes.offer(Ticket(Lane.VITAL, "registrar", "revoke", 1), 0.0, None)
    revoked, _ = lanes.take(0.0)
    assert revoked is not None
    assert revoked.caller == "registrar"


def test_who_may_not_call_a_vital_method_has_no_vital_call() -> None:
    revoke = "/registry.v1.DirectoryService/RevokeKey"
    assert lane_of(CallerRole.PUBLIC, revoke) is Lane.PUBLIC
    assert lane_of(None, revoke) is Lane.PUBLIC
    assert lane_of(CallerRole.FACE, revoke) is Lane.VITAL  # Whoever is behind it is not known yet.


def test_a_turn_ends_though_the_call_does_not() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, vital=0, turn_s=0.03))
    for number in range(2):
        lanes.offer(Ticket(Lane.OFFICES, "office", "m", number), 0.0, None)
    endless, _ = lanes.take(0.0)
    assert endless is not None
    lanes.sweep(0.02)
    assert lanes.take(0.02)[0] is None
    lanes.sweep(0.04)
    second, _ = lanes.take(0.04)
    assert second is not None
    lanes.resume(endless, 0.05)
    lanes.end(second, 0.06, 0.0)
    lanes.end(endless, 0.06, 0.0)
    assert (lanes.running, lanes.used) == (0, 0)


def test_calls_that_work_on_after_a_wait_take_no_vital_turns() -> None:
    bounds = Bounds(running=1, vital=2)
    lanes: Lanes[int] = Lanes(bounds)
    resting = []
    for number in range(5):
        lanes.offer(Ticket(Lane.OFFICES, f"office-{number}", "m", number), 0.0, None)
        taken, _ = lanes.take(0.0)
        assert taken is not None
        lanes.rest(taken)
        resting.append(taken)
    for ticket in resting:
        lanes.resume(ticket, 0.0)
    lanes.offer(Ticket(Lane.VITAL, "registrar", "revoke", 9), 0.0, None)
    vital, _ = lanes.take(0.0)
    assert vital is not None
    assert vital.lane is Lane.VITAL


def test_who_asks_modestly_is_served_though_another_floods_the_class_with_slow_calls() -> None:
    flood = [Arrival(n * 0.01, Lane.OFFICES, "flood", 0.03) for n in range(1000)]
    modest = [Arrival(0.5 + n * 0.3, Lane.OFFICES, f"modest-{n % 2}", 0.03) for n in range(31)]
    outcome = simulate([*flood, *modest], Bounds(running=1, wait_s=0.05, turn_s=600.0))
    assert sum(id(each) in outcome.waits for each in modest) > 0.75 * len(modest)


def test_deadlines_too_short_for_any_answer_make_no_crowd() -> None:
    lanes: Lanes[int] = Lanes(Bounds(running=1, wait_s=0.05))
    lanes.offer(Ticket(Lane.BIDDING, "works", "m", 0), 0.0, None)
    assert lanes.take(0.0)[0] is not None
    for number in range(30):
        assert lanes.refuses(Ticket(Lane.BIDDING, "hasty", "m", number), 0.01, 0.004)
    patient = Ticket(Lane.BIDDING, "patient", "m", 99)
    lanes.offer(patient, 0.02, None)
    assert not patient.hurried
