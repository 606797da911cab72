"""The map of a running registry: states are logged, proofs lead to them, and what is altered is noticed."""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest

from registry.commands.intake import person_secret
from registry.provenance.leaf import Leaf, subject_key
from registry.provenance.vault import leaf_subject_key
from registry.upkeep import mapper as module
from registry.upkeep.map_book import MapEvidence
from registry.upkeep.mapper import MapBehindError, Mapper
from registry.upkeep.pending import OWN_SHOWN
from tests.support.events import ban, person, placed
from tests.support.history import EXIT_BAN
from tests.support.spine import Spine, found_spine, furnish
from tests.upkeep.mapping import (
    NEVER_S,
    PATIENCE_S,
    check,
    eventually,
    fine,
    follows,
    key_of,
    mapping,
    own,
    prove,
    rich,
    stated,
    states,
)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管", "法院"], delivered=False)
    yield spine
    spine.engine.close()


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
