from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Barrier, Event, Thread, current_thread

import pytest

from registry.store.interface import QueueFullError, StoreError
from registry.store.writer import MAX_GROUP, MAX_WAITING, Promise, Writer

WAIT_S = 10.0


class Desk:
    """A simulated sequencer: answers each job by its place in the log, keeps the groups it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.size = 0
        self.entered = Event()
        self.gate = Event()
        self.gate.set()
        self.trouble: Callable[[Sequence[int]], None] = lambda _jobs: None

    def process(self, jobs: Sequence[int]) -> list[int]:
        """Waits at the gate, fails if there is trouble, and otherwise records the group."""
        self.entered.set()
        assert self.gate.wait(WAIT_S)
        self.trouble(jobs)
        self.groups.append(list(jobs))
        self.size += len(jobs)
        return list(range(self.size - len(jobs), self.size))

    def hold(self, writer: Writer[int, int]) -> Promise[int]:
        """Stops the writer in the middle of a group of one."""
        self.gate.clear()
        self.entered.clear()
        (held,) = writer.put([-1])
        assert self.entered.wait(WAIT_S)
        return held


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def writer(desk: Desk) -> Iterator[Writer[int, int]]:
    """Jobs of a hundred and more are alone in their group."""
    writer: Writer[int, int] = Writer(desk.process, alone=lambda job: job >= 100)
    yield writer
    desk.gate.set()
    writer.close()


def answers(futures: Sequence[Promise[int]]) -> list[int]:
    return [future.result(WAIT_S) for future in futures]


def test_jobs_that_wait_become_one_group_in_order(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    futures = writer.put([1, 2, 3]) + writer.put([4])
    desk.gate.set()
    assert answers([held, *futures]) == [0, 1, 2, 3, 4]
    assert desk.groups == [[-1], [1, 2, 3, 4]]


def test_group_has_a_largest_size(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    futures = writer.put([n % 100 for n in range(MAX_GROUP + 5)])
    desk.gate.set()
    assert answers([held, *futures]) == list(range(MAX_GROUP + 6))
    assert [len(group) for group in desk.groups] == [1, MAX_GROUP, 5]


def test_job_that_must_be_alone_is_a_group_by_itself(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    futures = writer.put([1, 2, 100, 101, 3, 4, 102])
    desk.gate.set()
    assert answers([held, *futures]) == list(range(8))
    assert desk.groups == [[-1], [1, 2], [100], [101], [3, 4], [102]]


def test_failing_group_is_answered_with_the_error_and_the_next_one_works(
    desk: Desk, writer: Writer[int, int]
) -> None:
    held = desk.hold(writer)
    futures = writer.put([1, 2])
    desk.trouble = lambda jobs: fail("disk full") if 1 in jobs else None
    desk.gate.set()
    assert held.result(WAIT_S) == 0
    for future in futures:
        with pytest.raises(StoreError, match="disk full"):
            future.result(WAIT_S)
    assert answers(writer.put([3])) == [1]


def fail(message: str) -> None:
    raise StoreError(message)


def test_unforeseen_error_does_not_stop_the_writer(
    desk: Desk, writer: Writer[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(jobs: Sequence[int]) -> None:
        assert 1 not in jobs, "unforeseen"

    desk.trouble = stumble
    (future,) = writer.put([1])
    with pytest.raises(AssertionError):
        future.result(WAIT_S)
    assert answers(writer.put([2])) == [0]
    assert "group of 1 failed" in caplog.text


def test_job_that_cannot_be_worked_out_takes_no_other_down_with_it(
    desk: Desk, writer: Writer[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(jobs: Sequence[int]) -> None:
        assert 2 not in jobs, "poisoned"

    held = desk.hold(writer)
    desk.trouble = stumble
    before, poisoned, after = writer.put([1, 2, 3])
    desk.gate.set()
    assert answers([held, before, after]) == [0, 1, 2]
    with pytest.raises(AssertionError, match="poisoned"):
        poisoned.result(WAIT_S)
    assert desk.groups == [[-1], [1], [3]]
    assert "group of 3 failed" in caplog.text


def test_wrong_number_of_answers_is_an_error_for_the_whole_group() -> None:
    writer: Writer[int, int] = Writer(lambda jobs: [7][: len(jobs) - 1])
    for future in writer.put([1]) + writer.put([2]):
        with pytest.raises(ValueError, match="zip"):
            future.result(WAIT_S)
    writer.close()


def test_caller_that_gives_up_does_not_stop_the_writer(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    given_up, kept = writer.put([1, 2])
    with pytest.raises(TimeoutError):
        given_up.result(0.01)
    desk.gate.set()
    assert answers([held, kept]) == [0, 2]
    assert answers(writer.put([3])) == [3]


def test_closing_finishes_what_is_queued_and_takes_nothing_more(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    futures = writer.put([1, 100, 2])
    closer = Thread(target=writer.close)
    closer.start()
    while not writer._closed:
        time.sleep(0.001)
    with pytest.raises(QueueFullError):
        writer.put([3])
    desk.gate.set()
    closer.join(WAIT_S)
    assert answers([held, *futures]) == [0, 1, 2, 3]
    writer.close()


def test_full_queue_takes_all_jobs_of_a_call_or_none(desk: Desk, writer: Writer[int, int]) -> None:
    held = desk.hold(writer)
    writer.put([1] * (MAX_WAITING - 3))
    with pytest.raises(QueueFullError, match="稍后重试"):
        writer.put([2, 2, 2])
    futures = writer.put([3, 3])
    with pytest.raises(QueueFullError):
        writer.put([4])
    desk.gate.set()
    assert answers([held, *futures]) == [0, MAX_WAITING - 2, MAX_WAITING - 1]
    assert not any(2 in group or 4 in group for group in desk.groups)
    assert answers(writer.put([5])) == [MAX_WAITING]


def test_every_job_is_answered_although_the_writer_closes_meanwhile() -> None:
    for seed in range(8):
        desk, chance = Desk(), random.Random(seed)
        writer: Writer[int, int] = Writer(desk.process)
        futures, barrier = list[Promise[int]](), Barrier(5)

        def submit() -> None:
            barrier.wait()  # noqa: B023 - the threads of a round end within it
            try:
                while True:
                    futures.extend(writer.put([1, 2]))  # noqa: B023
            except QueueFullError:
                pass

        threads = [Thread(target=submit) for _ in range(4)]
        for thread in threads:
            thread.start()
        barrier.wait()
        time.sleep(chance.random() / 500)
        writer.close()
        for thread in threads:
            thread.join()
        assert sorted(answers(futures)) == list(range(desk.size))


def test_jobs_of_one_call_stay_together_and_of_one_thread_in_order(
    desk: Desk, writer: Writer[int, int]
) -> None:
    def submit(first: int) -> None:
        for n in range(200):
            writer.put([first, n % 50, n % 50])

    threads = [Thread(target=submit, args=(50 + n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    flat = [job for group in desk.groups for job in group]
    assert len(flat) == 2_400
    counts = dict.fromkeys(range(50, 54), 0)
    for at in range(0, len(flat), 3):
        first, *rest = flat[at : at + 3]
        assert rest == [counts[first] % 50] * 2
        counts[first] += 1


def test_one_thread_does_all_the_work() -> None:
    names = set[str]()

    def process(jobs: Sequence[int]) -> list[int]:
        names.add(current_thread().name)
        return list(jobs)

    writer: Writer[int, int] = Writer(process)
    for n in range(20):
        writer.put([n])[0].result(WAIT_S)
    writer.close()
    assert names == {"registry-writer"}


def test_caller_whose_time_is_over_is_told_and_the_job_is_written_all_the_same(
    desk: Desk, writer: Writer[int, int]
) -> None:
    held = desk.hold(writer)
    with pytest.raises(StoreError, match="结果未知"):
        held.result(0.01)
    desk.gate.set()
    assert held.result(WAIT_S) == 0
