"""The hour in seconds: what is opened is given back, a follower verifies to the end; and the hour's judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torture.soak.gauges import Held
from torture.soak.hour import Hour
from torture.soak.judge import MIB, Sample, judged

HELD = Held(100 * MIB, 30, 20, 10)


def samples(*grown: Held, statements: int = 0) -> list[Sample]:
    return [
        Sample(float(number), {"writer": held}, number * statements, 0, 0, 0.0, 0.0)
        for number, held in enumerate(grown)
    ]


def begun(mib: int) -> list[Sample]:
    """What a process holds that began with 8,000 statements."""
    return [Sample(0.0, {"writer": replace(HELD, memory=mib * MIB)}, 8000, 0, 0, 0.0, 0.0)]


def test_nothing_is_wrong_after_seconds_of_everything(tmp_path: Path) -> None:
    """Whether memory is flat, seconds do not tell; nor how many threads wait while somebody calls."""
    hour = Hour(tmp_path, seconds=5.0, readers=0, rate=8.0, looks=6, backups=(0.5,))
    soaked = hour.run()
    growing = [line for line in soaked.reasons if "before the load" not in line and "→" in line]
    assert [line for line in soaked.reasons if line not in growing and "more memory" not in line] == []
    assert sum(soaked.done.values()) > 10
    assert any("statements verified" in line for line in soaked.lines)


def test_memory_that_only_grows_fails_and_what_statements_account_for_does_not() -> None:
    rising = [replace(HELD, memory=(100 + 4 * number) * MIB) for number in range(9)]
    (reason,) = judged(samples(*rising), []).reasons
    assert "more memory" in reason
    assert judged(samples(*rising, statements=1000), begun(132)).reasons == []
    assert judged(samples(*rising, statements=1000), begun(110)).reasons != []


def test_bytes_that_a_statement_leaves_are_no_excuse_without_end() -> None:
    rising = [replace(HELD, memory=(100 + 40 * number) * MIB) for number in range(9)]
    assert judged(samples(*rising, statements=1000), begun(420)).reasons != []


def test_descriptors_and_threads_that_are_not_given_back_fail() -> None:
    rising = [replace(HELD, descriptors=30 + number, threads=20 + number) for number in range(9)]
    assert [reason.split()[1] for reason in judged(samples(*rising), []).reasons] == [
        "descriptors",
        "threads",
    ]


def test_a_process_that_is_not_there_at_the_end_fails() -> None:
    gone = samples(*[HELD] * 9)
    assert judged([*gone[:6], *(replace(each, held={}) for each in gone[6:])], []).reasons != []


def test_readers_are_judged_together_for_connections_are_dealt_out_unevenly() -> None:
    def of(one: int, two: int) -> Sample:
        held = {"reader 1": replace(HELD, memory=one * MIB), "reader 2": replace(HELD, memory=two * MIB)}
        return Sample(0.0, held, 0, 0, 0, 0.0, 0.0)

    assert judged([of(100, 100)] * 3 + [of(90, 112)] * 6, []).reasons == []
    assert judged([of(100, 100)] * 3 + [of(100, 112)] * 6, []).reasons != []


def test_a_pool_of_connections_to_the_store_may_fill_and_not_overflow() -> None:
    filling = [replace(HELD, reading=2 * number) for number in range(9)]
    assert judged(samples(*filling), []).reasons == []
    flowing = [replace(HELD, reading=8 * number) for number in range(9)]
    (reason,) = judged(samples(*flowing), []).reasons
    assert "descriptors of the store" in reason
