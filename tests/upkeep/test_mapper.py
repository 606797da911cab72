"""The map of a running registry: states are logged, proofs lead to them, and what is altered is noticed."""

from __future__ import annotations

import hmac
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest

from registry.commands.intake import open_envelope, person_secret
from registry.commands.jobs import OwnStatement, Placed
from registry.commands.rebuild import rebuild
from registry.provenance.leaf import Leaf, LeafType, subject_key
from registry.provenance.map_proof import verify_absent, verify_present
from registry.provenance.vault import leaf_subject_key
from registry.store.interface import StoreError
from registry.store.opening import create_store
from registry.upkeep import mapper as module
from registry.upkeep.map_book import MapEvidence
from registry.upkeep.mapper import MapBehindError, Mapper
from registry.upkeep.pending import OWN_SHOWN
from registry.v1.statement_pb2 import MapState, Statement
from tests.support.events import ban, firm, penalty, person, placed
from tests.support.history import EXIT_BAN, write_rich_history
from tests.support.map_check import MapCheck
from tests.support.spine import BY_KEY, Spine, found_spine, furnish
from tests.support.tampering import Copy

PATIENCE_S = 20.0
NEVER_S = 3600.0


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管", "法院"], delivered=False)
    yield spine
    spine.engine.close()


@contextmanager
def mapping(spine: Spine, *, interval_s: float = NEVER_S) -> Iterator[Mapper]:
    mapper = Mapper(spine.engine.state, spine.engine.writer, interval_s=interval_s)
    mapper.start()
    try:
        yield mapper
    finally:
        mapper.close()


def rich(spine: Spine) -> None:
    furnish(spine, [key for key in BY_KEY if key not in spine.signers], delivered=False)
    write_rich_history(spine)


def states(spine: Spine) -> list[tuple[int, MapState]]:
    """Every map state of the log with its position."""
    log = spine.engine.state.log
    return [
        (row.position, Statement.FromString(open_envelope(row, log).payload).map_state)
        for row in log.store.statements()
        if Leaf.decode(row.leaf).type == LeafType.MAP_STATE
    ]


def fine(spine: Spine, number: int) -> int:
    return placed(spine.say("市场监管", event=penalty("市场监管", firm(number))))


def key_of(number: int) -> bytes:
    return subject_key(firm(number).identifier.value)


def prove(mapper: Mapper, spine: Spine, *keys: bytes, position: int | None = None) -> MapEvidence:
    at = spine.position if position is None else position
    return mapper.prove(keys, position=at, timeout_s=PATIENCE_S)


def check(evidence: MapEvidence) -> None:
    """Every proof leads to the state's root."""
    for key, proven in evidence.proven.items():
        if proven.entry is None:
            verify_absent(evidence.state.root, key, proven.proof)
        else:
            assert proven.entry.key == key
            verify_present(evidence.state.root, *proven.entry, proven.proof)


def stated(spine: Spine, evidence: MapEvidence) -> bool:
    """Whether the log states the evidence's state where it says."""
    state = evidence.state
    return (state.position, MapState(size=state.size, root=state.root)) in states(spine)


def follows(spine: Spine) -> list[str]:
    """What a check of every state against the leaves finds."""
    checked, at = MapCheck(), dict(states(spine))
    faults = []
    for row in spine.engine.store.statements():
        if row.position in at:
            faults += checked.state(row.position, at[row.position].size, at[row.position].root)
        checked.leaf(row.leaf)
    return faults + checked.finish()


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def own(spine: Spine, size: int, root: bytes) -> int:
    """The registry states a state that no mapper made."""
    body = Statement(map_state=MapState(size=size, root=root))
    outcome = spine.engine.writer.put([OwnStatement(body)])[0].result(PATIENCE_S)
    assert isinstance(outcome, Placed), outcome
    return outcome.position


# --- states


def test_a_state_is_made_on_demand_and_proves_what_is_held_and_what_is_not(spine: Spine) -> None:
    at = fine(spine, 1)
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, key_of(1), key_of(2), position=at)
    check(evidence)
    assert stated(spine, evidence)
    assert evidence.state.size > at
    held = evidence.proven[key_of(1)].entry
    assert held is not None
    assert held.count == 1
    assert evidence.proven[key_of(2)].entry is None
    assert follows(spine) == []


def test_the_chain_of_a_subject_grows_with_each_statement_about_it(spine: Spine) -> None:
    with mapping(spine) as mapper:
        prove(mapper, spine)
        before = len(states(spine))
        for count in (1, 2, 3):
            evidence = prove(mapper, spine, key_of(1), position=fine(spine, 1))
            check(evidence)
            entry = evidence.proven[key_of(1)].entry
            assert entry is not None
            assert entry.count == count
    assert len(states(spine)) - before == 3
    assert follows(spine) == []


def test_a_state_that_covers_the_position_is_used_again(spine: Spine) -> None:
    at = fine(spine, 1)
    with mapping(spine) as mapper:
        first = prove(mapper, spine, key_of(1), position=at).state
        size = spine.engine.state.size
        assert prove(mapper, spine, key_of(2), position=at - 1).state == first
        assert prove(mapper, spine, key_of(2)).state == first
        assert spine.engine.state.size == size


def test_a_state_from_before_a_statement_does_not_cover_it(spine: Spine) -> None:
    with mapping(spine) as mapper:
        prove(mapper, spine)
        first, second = fine(spine, 1), fine(spine, 2)
        assert prove(mapper, spine, key_of(1), position=first).proven[key_of(1)].entry is not None
        assert prove(mapper, spine, key_of(2), position=second).proven[key_of(2)].entry is not None


def test_the_registry_s_own_statements_need_no_new_state_until_they_are_many(spine: Spine) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        first = prove(mapper, spine, key_of(1)).state
        while spine.engine.state.size - first.size < OWN_SHOWN:
            own(spine, first.size, first.root)
        assert prove(mapper, spine, key_of(1)).state == first
        own(spine, first.size, first.root)
        assert prove(mapper, spine, key_of(1)).state.size == first.size + OWN_SHOWN + 1
    assert follows(spine) == []


def test_those_who_need_a_state_at_the_same_time_share_one(spine: Spine) -> None:
    with mapping(spine) as mapper:
        prove(mapper, spine)
        before = len(states(spine))
        for number in range(20):
            fine(spine, number)
        asking = [Thread(target=prove, args=(mapper, spine, key_of(1))) for _ in range(16)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert len(states(spine)) - before == 1


def test_states_on_demand_are_a_quarter_of_a_second_apart(spine: Spine) -> None:
    with mapping(spine) as mapper:
        prove(mapper, spine)
        before, start = len(states(spine)), time.monotonic()
        while time.monotonic() - start < 1.5:
            prove(mapper, spine, position=fine(spine, 1))
        took = time.monotonic() - start
    assert 1 <= len(states(spine)) - before <= took / 0.25 + 1


def test_a_state_is_made_after_the_interval_if_there_is_something_new(spine: Spine) -> None:
    with mapping(spine, interval_s=0.3):
        assert eventually(lambda: len(states(spine)) == 1)
        time.sleep(1.0)
        assert len(states(spine)) == 1
        at = fine(spine, 1)
        assert eventually(lambda: len(states(spine)) == 2)
    assert states(spine)[-1][1].size == at + 1


def test_many_leaves_are_taken_into_several_states(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 8)
    for number in range(30):
        fine(spine, number)
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, *map(key_of, range(31)))
    check(evidence)
    sizes = [state.size for _, state in states(spine)]
    assert len(sizes) > 3
    assert max(later - earlier for earlier, later in pairwise(sizes)) < 16
    assert follows(spine) == []


def test_a_new_registry_s_map_proves_everything_absent(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    try:
        with mapping(spine) as mapper:
            evidence = prove(mapper, spine, key_of(1), position=0)
        check(evidence)
        assert evidence.proven[key_of(1)].entry is None
        assert stated(spine, evidence)
    finally:
        spine.engine.close()


def test_a_person_is_found_by_the_key_that_the_secret_makes_and_by_no_other(spine: Spine) -> None:
    at = placed(spine.say("法院", event=ban("法院", person(1), EXIT_BAN, "2026-04-01")))
    log = spine.engine.state.log
    row = log.store.statement(at)
    assert row is not None
    secret = person_secret(row.subject, log)
    key, guessed = leaf_subject_key(row.subject, secret), subject_key(row.subject)
    other = hmac.digest(bytes(32), row.subject.encode(), "sha256")
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, key, guessed, other, position=at)
    check(evidence)
    assert [evidence.proven[k].entry is not None for k in (key, guessed, other)] == [True, False, False]


def test_every_subject_of_a_rich_history_is_proven_with_its_whole_chain(spine: Spine) -> None:
    rich(spine)
    keys = {Leaf.decode(row.leaf).subject_key for row in spine.engine.store.statements()}
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, *keys)
    check(evidence)
    covered = spine.engine.store.leaves(0, evidence.state.size)
    counts = Counter(Leaf.decode(leaf).subject_key for leaf in covered)
    assert {key: proven.entry.count for key, proven in evidence.proven.items() if proven.entry} == counts
    assert follows(spine) == []


# --- waiting, stopping, starting again


def test_nobody_waits_longer_than_he_is_willing_to(spine: Spine) -> None:
    mapper = Mapper(spine.engine.state, spine.engine.writer, interval_s=NEVER_S)
    with pytest.raises(MapBehindError):
        mapper.prove([key_of(1)], position=spine.position, timeout_s=0.05)
    mapper.start()
    assert prove(mapper, spine, key_of(1)).state.size > 0
    mapper.close()


def test_a_position_that_the_log_has_not_reached_cannot_be_required(spine: Spine) -> None:
    with mapping(spine) as mapper, pytest.raises(ValueError, match="no position"):
        mapper.require(spine.position + 1, 1.0)


def test_whoever_waits_is_told_when_the_mapper_stops(spine: Spine) -> None:
    mapper = Mapper(spine.engine.state, spine.engine.writer, interval_s=NEVER_S)
    told: list[BaseException] = []

    def wait() -> None:
        try:
            mapper.require(spine.position, PATIENCE_S)
        except MapBehindError as error:
            told.append(error)

    thread = Thread(target=wait)
    thread.start()
    mapper.close()
    mapper.close()
    thread.join(PATIENCE_S)
    assert len(told) == 1


def test_a_registry_that_starts_again_goes_on_from_its_last_state(spine: Spine) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        before = prove(mapper, spine, key_of(1))
    spine.reopen()
    with mapping(spine) as mapper:
        again = prove(mapper, spine, key_of(1))
        assert again == before
        at = fine(spine, 2)
        evidence = prove(mapper, spine, key_of(1), key_of(2), position=at)
    check(evidence)
    assert follows(spine) == []


def test_a_registry_stopped_between_two_states_covers_what_came_since(spine: Spine) -> None:
    """What is in no state yet is in the log alone."""
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    for number in range(2, 40):
        fine(spine, number)
    spine.reopen()
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, *map(key_of, range(1, 41)))
    check(evidence)
    assert [proven.entry is not None for proven in evidence.proven.values()] == [True] * 39 + [False]
    assert follows(spine) == []


def test_proofs_read_while_states_are_replaced_are_each_of_one_state(spine: Spine) -> None:
    keys = [key_of(number) for number in range(12)]
    evidences: list[MapEvidence] = []
    done = False

    def read(mapper: Mapper) -> None:
        while not done:
            evidences.append(prove(mapper, spine, *keys, position=0))

    with mapping(spine, interval_s=0.001) as mapper:
        prove(mapper, spine)
        readers = [Thread(target=read, args=(mapper,)) for _ in range(3)]
        for thread in readers:
            thread.start()
        number, until = 0, time.monotonic() + PATIENCE_S
        # States come a quarter of a second apart, and only while there is something new.
        while len(states(spine)) <= 4 and time.monotonic() < until:
            fine(spine, number % 12)
            number += 1
        done = True
        for thread in readers:
            thread.join()
    assert len(states(spine)) > 4
    for evidence in evidences:
        check(evidence)
    logged = {(position, state.size, state.root) for position, state in states(spine)}
    assert {(e.state.position, e.state.size, e.state.root) for e in evidences} <= logged
    assert follows(spine) == []


def test_the_tree_grows_with_the_subjects(spine: Spine) -> None:
    with mapping(spine) as mapper:
        for number in range(200):
            at = fine(spine, number)
            if number % 40 == 0:
                check(prove(mapper, spine, key_of(number), position=at))
        evidence = prove(mapper, spine, *map(key_of, range(210)))
    check(evidence)
    assert sum(proven.entry is not None for proven in evidence.proven.values()) == 200


# --- altered stores


def alter(spine: Spine, statement: str) -> None:
    with sqlite3.connect(spine.config.store) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


ALTERATIONS = {
    "a head": "UPDATE map_entry SET head = zeroblob(32)",
    "a count": "UPDATE map_entry SET count = count + 1",
    "a count below one": "UPDATE map_entry SET count = -1",
    "a key": "UPDATE map_entry SET subject_key = randomblob(32)",
    "a key of another length": "UPDATE map_entry SET subject_key = randomblob(33)",
    "an entry taken away": "DELETE FROM map_entry",
    "an entry put in": "INSERT INTO map_entry SELECT randomblob(32), 1, head FROM map_entry",
}


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
def test_altered_entries_are_noticed_when_the_registry_starts(spine: Spine, statement: str) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    alter(spine, statement)
    with mapping(spine) as mapper, pytest.raises(StoreError, match="registry rebuild"):
        prove(mapper, spine, key_of(1))


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
def test_entries_altered_under_a_running_registry_get_into_no_state(spine: Spine, statement: str) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        alter(spine, statement)
        before = states(spine)
        at = fine(spine, 1)
        with pytest.raises(StoreError, match="registry rebuild"):
            prove(mapper, spine, key_of(1), position=at)
        assert states(spine) == before


def test_altered_entries_are_proven_to_nobody(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.upkeep.map_book.PATIENCE_S", 0.1)
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        alter(spine, ALTERATIONS["a head"])
        with pytest.raises(StoreError, match="registry rebuild"):
            prove(mapper, spine, key_of(1))


# --- folding the log again


def test_a_rebuilt_store_has_the_same_entries(spine: Spine, tmp_path: Path) -> None:
    rich(spine)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        fine(spine, 1)
        prove(mapper, spine)
        fine(spine, 2)
    target = create_store(tmp_path / "again.db")
    result = rebuild(spine.engine.state.log, target, [Copy(spine.config).signer])
    entries = list(spine.engine.store.derived_rows("map_entry"))
    assert result.differences == []
    assert list(target.derived_rows("map_entry")) == entries
    assert len(entries) > 10
    target.close()


def test_altered_entries_are_named_by_rebuild(spine: Spine, tmp_path: Path) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    copy.sql("UPDATE map_entry SET count = count + 1")
    assert copy.rebuild()[0].startswith("map_entry: ")
    spine.reopen()


@pytest.mark.parametrize("said", ["覆盖5条", "算出的不同"])
def test_a_state_that_does_not_follow_is_named_by_rebuild_and_by_the_check(
    spine: Spine, tmp_path: Path, said: str
) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    at = own(spine, 5 if "5" in said else spine.engine.state.size, bytes(32))
    target = create_store(tmp_path / "again.db")
    result = rebuild(spine.engine.state.log, target, [Copy(spine.config).signer])
    target.close()
    for faults in (follows(spine), result.differences):
        (fault,) = faults
        assert fault.startswith(f"序号{at}: ")
        assert said in fault
