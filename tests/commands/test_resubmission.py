from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier
from typing import cast

import pytest

from registry.commands.jobs import Outcome, Placed
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from tests.support.events import (
    firm,
    list_entry,
    placed,
    refusal,
)
from tests.support.history import records_on_disk, short_ban
from tests.support.spine import Spine, found_spine, furnish
from tests.support.table import Table, names, revoke

DAY_MS = 86_400_000


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


@pytest.fixture
def table(spine: Spine) -> Table:
    return Table(spine)


def test_same_statements_from_eight_threads_in_any_order_get_one_position_each(spine: Spine) -> None:
    statements = [spine.statement("财政", f"ban-{n}", event=short_ban(n)) for n in range(40)]
    envelopes = [spine.seal("财政", statement) for statement in statements]
    first, barrier = spine.position + 1, Barrier(8)

    def submit(seed: int) -> list[Outcome]:
        chance = Random(seed)
        mine = chance.sample(envelopes, len(envelopes))
        outcomes: list[Outcome] = []
        barrier.wait()
        while mine:
            size = chance.choice((1, 1, 3, 40))
            outcomes += spine.put("财政", *mine[:size])
            del mine[:size]
        return outcomes

    with ThreadPoolExecutor(8) as pool:
        answers = [outcome for outcomes in pool.map(submit, range(8)) for outcome in outcomes]
    by_id: dict[str, list[Placed]] = {}
    for outcome in answers:
        assert isinstance(outcome, Placed)
        by_id.setdefault(outcome.statement_id, []).append(outcome)
    assert {len(same) for same in by_id.values()} == {8}
    assert {len({(same.position, same.received_ms) for same in group}) for group in by_id.values()} == {1}
    assert {sum(not same.again for same in group) for group in by_id.values()} == {1}
    assert sorted(group[0].position for group in by_id.values()) == list(range(first, first + 40))
    assert spine.position == first + 39
    assert records_on_disk(spine.engine.state).keys() >= {firm(n).identifier.value for n in range(40)}


def test_same_statement_in_one_group_gets_one_position(table: Table) -> None:
    job = table.say("财政", "S", event=short_ban(1))
    outcomes = table.group(*[job] * 8)
    assert {placed(outcome) for outcome in outcomes} == {table.spine.position}
    assert [cast("Placed", outcome).again for outcome in outcomes] == [False] + [True] * 7


def test_first_answer_is_repeated_after_a_restart(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", "S", event=short_ban(1)))
    (first,) = spine.put("财政", envelope)
    spine.clock.now_ms += DAY_MS
    spine.reopen()
    (again,) = spine.put("财政", envelope)
    assert isinstance(first, Placed)
    assert isinstance(again, Placed)
    assert (again.position, again.received_ms, again.again) == (first.position, first.received_ms, True)
    assert spine.position == first.position


def test_first_answer_is_repeated_although_the_key_has_been_revoked(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", "S", event=short_ban(1)))
    (first,) = spine.put("财政", envelope)
    revoke(spine, "财政")
    (again,) = spine.put("财政", envelope)
    assert placed(again) == placed(first)


def test_same_statement_signed_with_another_key_is_the_same_statement(spine: Spine) -> None:
    statement = spine.statement("财政", "S", event=short_ban(1))
    (first,) = spine.put("财政", spine.seal("财政", statement))
    spine.signers["财政"] = FileSigner.generate(envelope_pb2.SUITE_ECDSA_P256_SHA256)
    placed(spine.enrol("财政", spine.signers["财政"]))
    (again,) = spine.put("财政", spine.seal("财政", statement))
    assert placed(again) == placed(first)


def test_id_used_again_for_other_content_is_refused(spine: Spine) -> None:
    placed(spine.say("财政", "S", event=short_ban(1)))
    before = spine.position
    assert refusal(spine.say("财政", "S", event=short_ban(2))) == {("STATEMENT_ID_REUSED", "statement_id")}
    assert spine.position == before
    placed(spine.say("税务", "S", event=list_entry("税务", firm(1), "L-03", "2025-03-01", "2027-03-01")))


def test_id_used_twice_in_one_group_belongs_to_the_first(table: Table) -> None:
    one, other = (table.say("财政", "S", event=short_ban(n)) for n in (1, 2))
    first, second, third = table.group(one, other, one)
    assert placed(first) == placed(third) == table.spine.position
    assert names(second) == {"STATEMENT_ID_REUSED"}


def test_id_of_a_refused_statement_is_free(table: Table) -> None:
    too_long, mended = (
        table.say("财政", "S", event=short_ban(1, until)) for until in ("2036-03-01", "2028-03-01")
    )
    refused, accepted = table.group(too_long, mended)
    assert names(refused) == {"TERM_OUT_OF_BOUNDS"}
    assert placed(accepted) == table.spine.position


def test_of_eight_threads_with_one_id_and_different_contents_one_wins(spine: Spine) -> None:
    envelopes = [spine.seal("财政", spine.statement("财政", "S", event=short_ban(n))) for n in range(8)]
    barrier = Barrier(8)

    def submit(envelope: envelope_pb2.Envelope) -> Outcome:
        barrier.wait()
        return spine.put("财政", envelope)[0]

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(submit, envelopes))
    won = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
    assert [outcome.position for outcome in won] == [spine.position]
    assert all(names(outcome) == {"STATEMENT_ID_REUSED"} for outcome in outcomes if outcome not in won)
