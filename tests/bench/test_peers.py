"""The comparison with peers: an answer that is wrong voids it, and a figure is of both sides together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bench.peers.answers import Answers, Form, Reason, Row, Way, WrongAnswerError, require_equal
from bench.peers.engines import dict_ways
from bench.peers.timing import Timed, compared, lines, questions_of, run

TODAY = date(2026, 11, 26)
BANNED, ENDED, CLEAR = "91130902DEM000001X", "91130902DEM0000028", "91130902DEM0000036"
BAN = Reason("M-PRO-01", "2026-05-01", "2027-05-01")
ROWS = [
    Row(BANNED, BAN, "财政局", "1号"),
    Row(ENDED, Reason("M-PRO-01", "2024-05-01", "2025-05-01"), "财政局", "2号"),
]
TRUTH: Answers = {BANNED: (BAN,)}


def way(answers: Answers, **changes: Any) -> Way:
    return Way("tested", Form.MANY_HERE, lambda _codes: answers, **changes)


def test_dict_answers_what_is_in_force_today_alone() -> None:
    for each in dict_ways(ROWS, TODAY):
        require_equal(each, [BANNED, ENDED, CLEAR], TRUTH)


@pytest.mark.parametrize(
    "answers",
    [{}, {**TRUTH, CLEAR: (BAN,)}, {BANNED: (BAN._replace(until="2027-05-02"),)}, {BANNED: (BAN, BAN)}],
    ids=["misses one", "invents one", "another day", "twice"],
)
def test_wrong_answer_voids_the_comparison(answers: Answers) -> None:
    with pytest.raises(WrongAnswerError, match="tested"):
        require_equal(way(answers), [BANNED, CLEAR], TRUTH)


def test_way_that_tells_no_days_is_held_to_the_measures_alone() -> None:
    require_equal(way({BANNED: (Reason("M-PRO-01"),)}, days=False), [BANNED, CLEAR], TRUTH)

    with pytest.raises(WrongAnswerError):
        require_equal(way({BANNED: (Reason("M-PRO-05"),)}, days=False), [BANNED, CLEAR], TRUTH)


def test_sample_is_asked_whole_in_calls_of_each_size() -> None:
    sample = [f"{number:018d}" for number in range(2500)]
    one = Way("one", Form.ONE, lambda _codes: {})

    for each in (one, way({})):
        asked = questions_of(each, sample)
        assert [code for codes in asked for code in codes] == sample
        assert max(map(len, asked)) == each.codes


def test_cost_of_a_code_is_that_of_server_and_client_together() -> None:
    used = 0.0

    def ask(codes: Sequence[str]) -> Answers:
        nonlocal used
        used += 0.5 * len(codes)
        return {}

    timed = compared([Way("slow", Form.ONE, ask, lambda: used, yardstick=True)], [CLEAR], {})
    run(timed, [CLEAR], 2)

    assert timed[0].server == pytest.approx([0.5, 0.5])
    assert all(cost >= 0.5 for cost in timed[0].cost)


def test_table_compares_with_the_first_of_its_part_and_fits_a_terminal() -> None:
    ours = Timed(
        Way("registry: Check", Form.ONE, lambda _codes: {}, yardstick=True), 1, [4e-4], [2e-4], [7e-4]
    )
    peer = Timed(Way("Redis: GET", Form.ONE, lambda _codes: {}), 1, [1e-4], [2e-4], [4e-4])

    told = list(lines([ours, peer]))

    assert told[-1].split()[-1] == "0.5"
    assert max(len(line.strip()) for line in told) <= 80
