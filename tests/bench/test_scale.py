"""The model of docs/scale.md: arithmetic that can be followed, queues that are what is known of queues."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bench.scale.costs import Cost, Costs
from bench.scale.known import wait_of_many, wait_of_one
from bench.scale.model import Load, Machine, needs, writer_limit
from bench.scale.printed import NATION, document, written
from bench.scale.simulation import checks, closed_writer, lag, writer

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"
COSTS = Costs()
MEASURED_WRITER, MEASURED_SERVER = 2829, 1906
"""Statements a second."""
TOWN = Load("town", subjects=1000, checks_s=10, statements_s=1, years=2, yearly=5, negative=0.1)


@cache
def tables() -> dict[str, list[str]]:
    return document(COSTS, Machine())


def test_document_shows_what_the_model_says() -> None:
    shown = DOCUMENT.read_text("utf-8")

    assert written(shown, tables()) == shown, "python -m bench.scale --write"


def test_table_that_the_document_does_not_show_is_missed() -> None:
    with pytest.raises(KeyError, match="model"):
        written("```costs\n```\n", {"costs": ["a"], "model": ["b"]})


def test_no_line_of_a_table_is_wider_than_a_terminal() -> None:
    for lines in tables().values():
        assert max(map(len, lines)) <= 80


def test_store_grows_by_each_statement_and_each_subject() -> None:
    bytes_of = {
        "subject_bytes": Cost(100, "bytes", "assumed", ""),
        "statement_bytes": Cost(10, "bytes", "assumed", ""),
    }

    found = needs(TOWN, Machine(copies=3), replace(COSTS, **bytes_of))

    assert found.store_bytes == 1000 * 100 + 1000 * 5 * 2 * 10
    assert found.disk_bytes == 3 * found.store_bytes


def test_a_town_needs_one_log_and_the_nation_more_than_one_process_can_take_in() -> None:
    assert needs(TOWN, Machine(), COSTS).logs == 1

    nation = needs(NATION, Machine(), COSTS)

    assert nation.logs * nation.process_limit_s * Machine().busy >= NATION.statements_s
    assert (nation.logs - 1) * nation.process_limit_s * Machine().busy < NATION.statements_s


def test_checks_by_columns_need_a_fraction_of_the_cores() -> None:
    one_by_one, columns = (
        needs(replace(NATION, unary=unary), Machine(), COSTS).check_cores for unary in (1.0, 0.0)
    )

    assert one_by_one / columns == pytest.approx(COSTS.check_s.value / COSTS.columns_s.value)


def test_index_is_split_when_it_is_larger_than_the_memory_of_a_machine() -> None:
    large, small = (needs(NATION, Machine(memory_bytes=size), COSTS) for size in (1e12, 1e11))

    assert large.parts == 1
    assert small.parts * 0.75e11 >= small.tables_bytes + small.records_bytes


def test_one_server_waits_as_pollaczek_and_khinchine_say() -> None:
    for busy in (0.3, 0.6, 0.9):
        found = checks(busy * 1000, 1, 0.001, count=400_000)

        assert found.mean - 0.001 == pytest.approx(wait_of_one(busy * 1000, 0.001), rel=0.08)


def test_servers_with_queues_of_their_own_wait_as_one_with_its_part_of_the_questions() -> None:
    found = checks(0.7 * 8000, 8, 0.001)

    assert found.mean - 0.001 == pytest.approx(wait_of_one(700, 0.001), rel=0.05)


def test_servers_with_one_queue_wait_as_erlang_says() -> None:
    for servers, busy in ((2, 0.8), (8, 0.9)):
        found = checks(busy * servers * 1000, servers, 0.001, shared=True, exponential=True)

        assert found.mean - 0.001 == pytest.approx(
            wait_of_many(busy * servers * 1000, servers, 0.001), rel=0.08
        )


def test_same_service_in_one_queue_waits_about_half_of_what_exponential_does() -> None:
    """Known of M/D/c, near enough, for any number of servers (Lee and Longton)."""
    found = checks(0.9 * 8000, 8, 0.001, shared=True)

    assert (found.mean - 0.001) / wait_of_many(7200, 8, 0.001) == pytest.approx(0.5, abs=0.06)


def test_writer_that_nobody_else_asks_takes_a_group_and_a_statement() -> None:
    found = writer(1.0, group_s=0.005, each_s=0.0005, count=2000)

    assert found.median == pytest.approx(0.0055)


def test_writer_shares_its_groups_under_load_and_falls_behind_beyond_its_limit() -> None:
    within = writer(1500, group_s=0.007, each_s=0.0005, count=100_000)
    beyond = writer(3000, group_s=0.007, each_s=0.0005, count=100_000)

    assert 1500 > 1 / 0.0075, "a group for each would be too slow"
    assert within.p99 < 0.1
    assert within.rate == pytest.approx(1500, rel=0.02)
    assert beyond.rate == pytest.approx(1024 / (0.007 + 1024 * 0.0005), rel=0.02)
    assert beyond.p99 > 1


def test_simulated_server_takes_in_what_was_measured_of_a_real_one() -> None:
    """``make bench``, SubmitBatch of 256, eight calls under way (docs/benchmarks.md)."""
    found = closed_writer(8, 256, group_s=COSTS.group_s.value, each_s=COSTS.submit_s.value)

    assert found == pytest.approx(MEASURED_SERVER, rel=0.1)


def test_simulated_writer_commits_what_was_measured_of_a_real_one() -> None:
    """``bench.scale.measure``, PostgreSQL, two calls of 256 under way."""
    found = closed_writer(2, 256, group_s=COSTS.group_s.value, each_s=COSTS.each_s.value)

    assert found == pytest.approx(MEASURED_WRITER, rel=0.15)


def test_writer_limit_is_that_of_full_groups() -> None:
    assert writer_limit(COSTS) == pytest.approx(
        closed_writer(100, 256, group_s=COSTS.group_s.value, each_s=COSTS.each_s.value), rel=0.01
    )


def test_replica_has_what_was_told_a_while_ago_and_not_what_was_told_just_now() -> None:
    now, later = (lag(network_s=0.001, replay_s=0.003, slow=0.0, asked_after_s=after) for after in (0.0, 0.2))

    assert now.fallen_back == 1.0
    assert later.fallen_back < 0.001
    assert 0.001 < later.median < later.p99 < 0.05


def test_a_simulation_can_be_had_again() -> None:
    assert checks(900, 1, 0.001, count=1000) == checks(900, 1, 0.001, count=1000)
    assert checks(900, 1, 0.001, count=1000) != checks(900, 1, 0.001, count=1000, seed=2)
