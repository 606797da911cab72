"""A process that follows the store has what one has that loads it anew, whatever was stated meanwhile; and
it answers nothing once it cannot follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.following import Follower, FollowingState
from registry.commands.freshness import MAX_STALE_S
from registry.commands.state import RegistryState
from registry.editions import shipped_editions
from registry.errors import RegistryError, status_of
from registry.provenance.vault import Vault
from registry.store.interface import Store, StoreError
from registry.v1 import consistency_pb2
from tests.support.events import ban, erasure, firm, placed, withdrawal
from tests.support.history import write_random_history, write_rich_history
from tests.support.reports import question
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

ASKER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def vault_of(spine: Spine) -> Vault:
    return Vault(spine.config.vault_key.read_bytes())


def following(spine: Spine, **more: object) -> FollowingState:
    return FollowingState(spine.engine.store, vault_of(spine), shipped_editions(), **more)  # type: ignore[arg-type]


def said_by(state: RegistryState) -> tuple[object, ...]:
    """All that an answer can rest on."""
    position, directory = state.index.position, state.directory
    records = {record.ref: record for record in state.index.records()}
    connections = directory.connections(position)
    days = (date(2026, 3, 1), date(2026, 11, 23), date(2027, 6, 1))
    return (
        position,
        records,
        directory.operator,
        [connections.on(day) for day in days],
        dict(state.sources.known(position, connections)),
        [state.edition_at(position, day).hash for day in days],
        list(state.registry_keys),
    )


def check_follows(spine: Spine, follower: FollowingState) -> None:
    follower.catch_up()
    fresh = RegistryState(spine.engine.store, vault_of(spine), shipped_editions())
    assert said_by(follower) == said_by(fresh)


@pytest.mark.parametrize("seed", range(4))
def test_follower_has_what_a_fresh_start_has_after_every_part_of_a_random_history(
    spine: Spine, seed: int
) -> None:
    follower, random = following(spine), Random(seed)
    for _ in range(6):
        write_random_history(spine, random, 25)
        check_follows(spine, follower)


def test_follower_has_editions_keys_links_and_rulings_of_a_rich_history(spine: Spine) -> None:
    follower = following(spine)
    write_rich_history(spine)
    check_follows(spine, follower)


def test_what_is_withdrawn_and_what_is_erased_is_gone_for_the_follower_too(spine: Spine) -> None:
    placed(spine.say("财政", "b", event=ban("财政", firm(1), "M-PRO-01", "2025-03-01", "2026-05-01")))
    follower = following(spine)
    placed(spine.say("财政", withdrawal=withdrawal("财政", "b")))
    check_follows(spine, follower)
    placed(spine.say("财政", erasure=erasure("财政", "b")))
    check_follows(spine, follower)
    assert follower.index.get(firm(1).identifier.value) is None


def test_question_for_a_position_looks_at_the_store_first(spine: Spine) -> None:
    follower = following(spine)
    ask = Ask(follower, lambda _rows: None, spine.clock)
    position = placed(spine.say("财政", event=ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2028-03-01")))
    request = question(firm(2))
    assert ask.settle(request, ASKER, None).position == position - 1
    for consistency in (
        consistency_pb2.Consistency(at_least_as_fresh=position),
        consistency_pb2.Consistency(at_exact_position=position),
        consistency_pb2.Consistency(fully_consistent=True),
    ):
        behind = Ask(following_at(spine, position - 1), lambda _rows: None, spine.clock)
        request.consistency.CopyFrom(consistency)
        assert behind.settle(request, ASKER, None).position == position


def following_at(spine: Spine, position: int) -> FollowingState:
    """A follower that stands at a position and has not looked since."""
    state = following(spine)
    state.index._position = position
    assert state.head is not None
    state.head = type(state.head)(position + 1, state.head.frontier, state.head.last_received_ms, "")
    return state


class Clock:
    """Seconds that pass when they are told to, or with each look at it."""

    def __init__(self) -> None:
        self.now_s = self.pause_s = 0.0

    def __call__(self) -> float:
        self.now_s += self.pause_s
        return self.now_s


class Unreadable:
    """A store that cannot be read any more."""

    def checkpoint(self) -> None:
        raise StoreError("磁盘读写错误")


FULLY = consistency_pb2.Consistency(fully_consistent=True)
BAN = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")


def stale(ask: Ask, **more: consistency_pb2.Consistency) -> str:
    """Why a question is not answered; empty if it is."""
    request = question(firm(1))
    if consistency := more.get("consistency"):
        request.consistency.CopyFrom(consistency)
    try:
        ask.settle(request, ASKER, None)
    except RegistryError as refused:
        return " ".join(fault.name for fault in refused.faults)
    return ""


def test_what_nobody_here_acknowledged_may_have_been_by_another_machine(spine: Spine) -> None:
    """Its writer holds the database now; to this machine's readers nobody says what it acknowledges."""
    before, clock = spine.position, Clock()
    follower = following(spine, now_s=clock, committed=lambda: before)
    ask = Ask(follower, lambda _rows: None, spine.clock)
    placed(spine.say("财政", event=BAN))
    clock.pause_s = 0.3  # A look waits for no longer than that.
    assert stale(ask, consistency=FULLY) == "INDEX_STALE"
    assert stale(ask) == "", "until then the answer says how far it knows"
    clock.now_s += MAX_STALE_S
    follower.catch_up()
    assert (follower.index.position, stale(ask)) == (before, "INDEX_STALE")


def test_follower_begins_with_nothing_that_is_not_acknowledged(spine: Spine) -> None:
    before = spine.position
    placed(spine.say("财政", event=BAN))
    with pytest.raises(StoreError, match="尚未确认"):
        following(spine, committed=lambda: before)
    assert following(spine, committed=lambda: spine.position).index.position == spine.position


def test_follower_that_cannot_read_the_store_answers_until_the_bound_and_not_beyond(spine: Spine) -> None:
    clock = Clock()
    follower = following(spine, now_s=clock)
    ask, store = Ask(follower, lambda _rows: None, spine.clock), follower.store
    unreadable: Store = Unreadable()  # type: ignore[assignment]
    follower.store = unreadable
    clock.now_s += MAX_STALE_S
    with pytest.raises(StoreError):
        follower.catch_up()
    ask.settle(question(firm(1)), ASKER, None)
    clock.now_s += 0.001
    with pytest.raises(RegistryError) as refused:
        ask.settle(question(firm(1)), ASKER, None)
    (fault,) = refused.value.faults
    assert fault.name == "INDEX_STALE"
    assert status_of(refused.value).code.name == "UNAVAILABLE"
    follower.store = store
    follower.catch_up()
    ask.settle(question(firm(1)), ASKER, None)


def test_follower_looks_by_itself_and_goes_on_after_an_outage(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    state = following(spine)
    looking, store = Follower(state, look_s=0.005), state.store
    unreadable: Store = Unreadable()  # type: ignore[assignment]
    state.store = unreadable
    looking.start()
    try:
        placed(spine.say("财政", event=ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2028-03-01")))
        assert not state.index.wait_for(spine.position, 0.2)
        state.store = store
        assert state.index.wait_for(spine.position, 5.0)
        assert caplog.text.count("磁盘读写错误") == 1
    finally:
        looking.close()


def test_store_that_reads_from_a_replica_is_told_how_far_is_wanted(spine: Spine) -> None:
    wanted, committed = list[int](), [-1]

    class Replica:
        seen = (0.0, -1)
        reach = staticmethod(wanted.append)

    follower = following(spine, replicated=Replica(), now_s=lambda: 0.0, committed=lambda: committed[0])
    ask = Ask(follower, lambda _rows: None, spine.clock)
    ask.settle(question(firm(1)), ASKER, None)
    assert wanted == [], "what is known is enough"
    position = placed(spine.say("财政", event=ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2028-03-01")))
    committed[0] = position
    assert ask.settle(question(firm(4)), ASKER, None).position == position
    assert wanted == [position]
    request = question(firm(4))
    request.consistency.at_least_as_fresh = position + 1
    with pytest.raises(RegistryError):
        ask.settle(request, ASKER, 0.01)
    assert wanted == [position, position + 1]


def test_what_the_writer_has_not_acknowledged_is_not_taken_into_account_until_it_has(spine: Spine) -> None:
    acknowledged = [spine.position]
    follower = following(spine, committed=lambda: acknowledged[0])
    position = placed(spine.say("财政", event=ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2028-03-01")))
    follower.catch_up()
    assert follower.index.position == position - 1
    acknowledged[0] = position
    follower.catch_up()
    assert follower.index.position == position


def test_fully_consistent_answer_is_never_older_than_what_is_acknowledged(spine: Spine) -> None:
    """The writer died between committing a group and saying so, and the group before is not read here yet."""
    acknowledged = [spine.position]
    follower = following(spine, committed=lambda: acknowledged[0])
    ask = Ask(follower, lambda _rows: None, spine.clock)
    told, untold = (
        placed(spine.say("财政", event=ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")))
        for number in (7, 8)
    )
    acknowledged[0] = told
    request = question(firm(7))
    request.consistency.fully_consistent = True
    with pytest.raises(RegistryError) as refused:
        ask.settle(request, ASKER, 1.0)
    assert "INDEX_STALE" in str(status_of(refused.value))
    acknowledged[0] = untold
    assert ask.settle(request, ASKER, 1.0).position == untold


def test_follower_that_knows_that_it_lacks_an_acknowledged_statement_answers_nothing(spine: Spine) -> None:
    acknowledged = [spine.position]
    follower = following(spine, committed=lambda: acknowledged[0])
    store = follower.store
    acknowledged[0] = placed(
        spine.say("财政", event=ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2028-03-01"))
    )
    unreadable: Store = Unreadable()  # type: ignore[assignment]
    follower.store = unreadable
    with pytest.raises(RegistryError) as refused:
        follower.newest()
    assert "INDEX_STALE" in str(status_of(refused.value))
    follower.store = store
    assert follower.newest() == acknowledged[0]


def test_whoever_asks_for_an_earlier_position_at_least_has_all_that_is_acknowledged(spine: Spine) -> None:
    acknowledged = [spine.position]
    ask = Ask(following(spine, committed=lambda: acknowledged[0]), lambda _rows: None, spine.clock)
    earlier = acknowledged[0]
    said = ban("财政", firm(5), "M-PRO-01", "2026-03-01", "2028-03-01")
    acknowledged[0] = placed(spine.say("财政", event=said))
    request = question(firm(5))
    request.consistency.at_least_as_fresh = earlier
    assert ask.settle(request, ASKER, 1.0).position == acknowledged[0]
