"""The checker of histories, tried on histories whose verdict is known: it must see what it is for."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random

import pytest

from torture.histories.judge import Judgement, judge
from torture.histories.linearize import NEVER, Call, linearize
from torture.histories.record import (
    ANSWERED,
    BAN,
    CHECK,
    EXACT,
    FRESH,
    FULLY,
    LATENCY,
    PLACED,
    REFUSED,
    UNKNOWN,
    WITHDRAW,
    Operation,
    read_from,
    written_to,
)

FIRM = "91130902DEMO000001"


def said(kind: str, ban: str, begin: int, end: int | None, at: int = -1, outcome: str = PLACED) -> Operation:
    return Operation("w", kind, FIRM, begin, end, outcome, id=ban, position=at)


def asked(
    begin: int, end: int, at: int, *hits: str, level: str = FULLY, wanted: int = 0, subject: str = FIRM
) -> Operation:
    verdict = "BLOCKED" if hits else "CLEAR"
    return Operation(
        "a", CHECK, subject, begin, end, ANSWERED, level=level, asked=wanted, position=at,
        verdict=verdict, hits=hits,
    )  # fmt: skip


def promises(judgement: Judgement) -> set[str]:
    return {breach.promise for breach in judgement.breaches}


# --- the search


def register(state: int, done: tuple[str, int]) -> int | None:
    """A register: writes always fit, a read only of what is there."""
    kind, value = done
    return value if kind == "write" else (state if state == value else None)


def reads(done: tuple[str, int]) -> bool:
    return done[0] == "read"


W1, W2, R0, R1, R2 = ("write", 1), ("write", 2), ("read", 0), ("read", 1), ("read", 2)


@pytest.mark.parametrize(
    ("calls", "holds"),
    [
        ([Call(0, 10, W1), Call(4, 6, R0)], True),
        ([Call(0, 10, W1), Call(12, 14, R0)], False),
        ([Call(0, 10, W1), Call(4, 6, R1), Call(7, 8, R0)], False),
        ([Call(0, 10, W1), Call(0, 10, W2), Call(12, 14, R1)], True),
        ([Call(0, 10, W1), Call(0, 10, W2), Call(12, 14, R1), Call(15, 16, R2)], False),
        ([Call(0, NEVER, W1), Call(12, 14, R0), Call(15, 16, R1)], True),
        ([Call(0, NEVER, W1), Call(12, 14, R1), Call(15, 16, R0)], False),
        ([Call(5, NEVER, W1), Call(0, 4, R1)], False),
        ([Call(0, 10, W1), Call(10, 12, R0)], True),
        ([], True),
    ],
)
def test_search_knows_what_a_register_can_have_done(
    calls: list[Call[tuple[str, int]]], *, holds: bool
) -> None:
    for order in itertools.permutations(calls) if len(calls) < 5 else [calls]:
        assert linearize(order, 0, register, reads).holds is holds


def test_search_agrees_with_trying_every_order() -> None:
    """Small random histories of a register, against every permutation of every choice of pending calls."""
    chance, seen = Random(9), {True: 0, False: 0}
    for _ in range(400):
        calls = [random_call(chance) for _ in range(chance.randrange(1, 6))]
        expected = by_trying(calls)
        assert linearize(calls, 0, register).holds is expected, calls
        assert linearize(calls, 0, register, reads).holds is expected, calls
        seen[expected] += 1
    assert min(seen.values()) > 50


def random_call(chance: Random) -> Call[tuple[str, int]]:
    begin, value = chance.randrange(20), chance.randrange(3)
    end = NEVER if chance.random() < 0.15 else begin + chance.randrange(1, 12)
    return Call(begin, end, ("write" if chance.random() < 0.5 else "read", value))


def by_trying(calls: list[Call[tuple[str, int]]]) -> bool:
    pending = [at for at, call in enumerate(calls) if call.end == NEVER]
    for count in range(len(pending) + 1):
        for left in itertools.combinations(pending, count):
            kept = [call for at, call in enumerate(calls) if at not in left]
            if any(fits(order) for order in itertools.permutations(kept)):
                return True
    return False


def fits(order: tuple[Call[tuple[str, int]], ...]) -> bool:
    state = 0
    for at, call in enumerate(order):
        after = register(state, call.operation)
        if after is None or any(later.end < call.begin for later in order[at + 1 :]):
            return False
        state = after
    return True


def test_thousands_of_calls_are_searched_without_trying_orders_twice() -> None:
    """Many that overlap and fit in one order alone: without memory this would not end."""
    calls = [Call(at, at + 60, ("write", at)) for at in range(600)]
    calls += [Call(at + 30, at + 61, ("read", at)) for at in range(600)]
    found = linearize(calls, 0, register, reads)
    assert found.holds
    assert found.tried < 100_000


def test_reads_of_long_ago_do_not_have_every_order_tried() -> None:
    """Questions that may have been answered at any time since the beginning, each of another state."""
    calls = [Call(2 * at, 2 * at + 1, ("write", at)) for at in range(1, 120)]
    calls += [Call(0, 1000 + at, ("read", 1 + at % 119)) for at in range(400)]
    assert linearize(calls, 0, register, reads).holds


# --- the promises


def test_history_as_it_should_be_holds() -> None:
    history = [
        said(BAN, "x", 0, 10, 5),
        asked(2, 4, 4),
        asked(11, 12, 5, "x"),
        said(WITHDRAW, "x", 13, 20, 6),
        asked(14, 19, 5, "x", level=LATENCY),
        asked(21, 22, 6),
        asked(23, 24, 5, "x", level=EXACT, wanted=5),
        asked(25, 26, 5, "x", level=FRESH, wanted=5),
        said(WITHDRAW, "x", 27, 28, outcome=REFUSED),
    ]
    judgement = judge(history)
    assert judgement.holds, judgement.breaches
    assert judgement.clients == 2


@pytest.mark.parametrize("level", [FULLY, LATENCY])
def test_stale_read_is_found_by_order_and_by_position(level: str) -> None:
    """Asked after a ban was acknowledged, answered without it."""
    history = [
        said(BAN, "y", 0, 3, 4),
        said(BAN, "x", 4, 10, 5),
        asked(5, 6, 5, "x", "y", level=level),
        asked(11, 12, 4, "y", level=level),
        asked(13, 14, 5, "x", "y", level=level),
    ]
    judgement = judge(history)
    assert promises(judgement) == {
        "an answer that is older than an acknowledgement before it",
        "no order explains what was told of a firm",
    }
    (shown,) = [each for each in judgement.breaches if each.promise.startswith("no order")]
    assert [one.kind for one in shown.operations] == [BAN, CHECK], "the smallest part that shows it"
    assert "x" in str(shown)


def test_stale_read_that_lies_about_its_position_is_found() -> None:
    history = [said(BAN, "x", 0, 10, 5), asked(11, 12, 5)]
    assert promises(judge(history)) == {
        "an answer that is not the state at its position",
        "no order explains what was told of a firm",
    }


def test_lost_write_is_found() -> None:
    """Acknowledged and seen, then gone, as after a restart from an older store."""
    history = [
        said(BAN, "x", 0, 10, 5),
        asked(11, 12, 5, "x"),
        said(BAN, "y", 20, 30, 5),
        asked(31, 32, 5, "y"),
    ]
    found = promises(judge(history))
    assert "two statements at one position" in found
    assert "no order explains what was told of a firm" in found


def test_later_statement_before_an_earlier_one_is_found() -> None:
    assert promises(judge([said(BAN, "x", 0, 10, 7), said(BAN, "y", 11, 12, 6)])) == {
        "a later statement stands before an earlier one"
    }


@pytest.mark.parametrize("at", [None, 50])
def test_statement_in_doubt_may_have_taken_effect_or_not(at: int | None) -> None:
    unknown = said(BAN, "x", 0, None, outcome=UNKNOWN)
    assert judge([unknown]).holds
    if at is None:
        return
    seen = [asked(begin, begin + 1, 3, level=FULLY) for begin in (at, at + 2)]
    assert judge([unknown, *seen]).holds


def test_statement_in_doubt_that_was_seen_cannot_vanish() -> None:
    unknown = said(BAN, "x", 0, None, outcome=UNKNOWN)
    history = [unknown, asked(5, 6, 9, "x"), asked(7, 8, 9)]
    assert "no order explains what was told of a firm" in promises(judge(history))


def test_fresh_answer_may_be_old_but_not_older_than_wanted() -> None:
    writes = [said(BAN, "x", 0, 10, 5), said(BAN, "y", 11, 20, 6)]
    assert judge([*writes, asked(30, 31, 5, "x", level=FRESH, wanted=5)]).holds
    assert not judge([*writes, asked(30, 31, 5, "x", level=FRESH, wanted=6)]).holds
    assert not judge([*writes, asked(30, 31, 4, level=FRESH, wanted=5)]).holds


def test_exact_answer_at_another_position_is_found() -> None:
    history = [said(BAN, "x", 0, 10, 5), asked(30, 31, 5, "x", level=EXACT, wanted=4)]
    assert promises(judge(history)) == {"an answer at another position than the one asked for"}


def test_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = [said(BAN, "x", 0, 10, 5), said(BAN, "y", 1, None, outcome=UNKNOWN), asked(11, 12, 5, "x")]
    written_to(tmp_path / "history.jsonl", history)
    assert read_from(tmp_path / "history.jsonl") == history
