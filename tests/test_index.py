from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from registry.commands.state import RegistryState
from registry.index import Index
from registry.sanctions.ground import SubjectRecord
from registry.v1 import verdict_pb2
from tests.support.events import ask, correction, firm, placed, withdrawal
from tests.support.history import records_on_disk, short_ban, write_random_history, write_rich_history
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def followed(state: RegistryState) -> dict[str, SubjectRecord | None]:
    """What the index that followed the log holds of every subject on the disk."""
    return {ref: state.index.get(ref) for ref in records_on_disk(state)}


def test_index_that_followed_the_log_is_the_one_loaded_from_disk(spine: Spine) -> None:
    write_rich_history(spine)
    state = spine.engine.state
    assert followed(state) == records_on_disk(state)
    before, size = followed(state), len(state.index)
    assert size == len(before) == 15
    spine.reopen()
    assert followed(spine.engine.state) == before
    assert (len(spine.engine.state.index), spine.engine.state.index.position) == (size, spine.position)


def directory(spine: Spine) -> list[object]:
    """Departments, officials, keys, and what was connected and in force at every position."""
    state = spine.engine.state
    entries = [*state.directory.departments(), *state.directory.officials(), *state.directory.keys()]
    positions = range(spine.position + 1)
    connected = [state.directory.lists_connected(position) for position in positions]
    return [*entries, state.directory.operator, connected, [state.edition_at(at).hash for at in positions]]


def test_directory_that_followed_the_log_is_the_one_loaded_from_disk(spine: Spine) -> None:
    write_rich_history(spine)
    before = directory(spine)
    spine.reopen()
    assert directory(spine) == before


@pytest.mark.parametrize("seed", range(6))
def test_index_agrees_with_the_disk_after_any_history(spine: Spine, seed: int) -> None:
    write_random_history(spine, Random(seed), 80)
    state = spine.engine.state
    assert followed(state) == records_on_disk(state)
    assert len(state.index) == len(records_on_disk(state))


def test_subject_whose_corrected_event_was_withdrawn_is_unknown_before_and_after_a_restart(
    spine: Spine,
) -> None:
    subject = firm(1)
    made = placed(spine.say("财政", "a", event=short_ban(1)))
    corrected = placed(spine.say("财政", "b", correction=correction("财政", "a", short_ban(1, "2027-06-01"))))
    ended = placed(spine.say("财政", "c", withdrawal=withdrawal("财政", "b")))
    blocked, unknown = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_INDETERMINATE
    for _ in range(2):
        asked = [ask(spine, subject, at=at).verdict for at in (made - 1, made, corrected, ended)]
        assert asked == [unknown, blocked, blocked, unknown]
        spine.reopen()


def test_answers_about_the_past_are_the_same_after_a_restart(spine: Spine) -> None:
    write_rich_history(spine)
    subjects = [firm(n) for n in (*range(1, 6), *range(10, 18), 99)]

    def answers() -> list[object]:
        return [ask(spine, subject, at=at) for subject in subjects for at in range(16, spine.position + 1)]

    before = answers()
    spine.reopen()
    assert answers() == before


def test_empty_index_has_no_position_and_knows_nobody() -> None:
    index = Index()
    assert (index.position, len(index), index.get("F1")) == (-1, 0, None)
    assert not index.wait_for(0, 0.01)
    assert index.wait_for(-1, 0)


def test_group_is_taken_into_account_whole() -> None:
    index = Index([SubjectRecord("F1")], 3)
    index.apply([SubjectRecord("F1", live_events=1), SubjectRecord("F2")], 7)
    assert (index.position, len(index)) == (7, 2)
    assert index.get("F1") == SubjectRecord("F1", live_events=1)


def test_reader_that_waits_for_a_position_is_woken_when_it_comes() -> None:
    index, woken = Index(), list[bool]()
    readers = [Thread(target=lambda at=at: woken.append(index.wait_for(at, 10))) for at in (2, 5)]
    for reader in readers:
        reader.start()
    started = time.monotonic()
    for position in range(6):
        index.apply([], position)
    for reader in readers:
        reader.join()
    assert woken == [True, True]
    assert time.monotonic() - started < 5


def test_reader_does_not_wait_longer_than_it_said() -> None:
    index = Index(position=1)
    started = time.monotonic()
    assert not index.wait_for(2, 0.05)
    assert 0.04 < time.monotonic() - started < 2


def test_reader_that_sees_a_position_sees_all_that_stands_before_it() -> None:
    index, done, late = Index(), Event(), list[tuple[int, int]]()

    def read() -> None:
        while not done.is_set():
            position = index.position
            record = index.get("F1")
            seen = record.known[-1][0] if record and record.known else -1
            if seen < position:
                late.append((position, seen))

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    record = SubjectRecord("F1")
    for position in range(5_000):
        record = replace(record, known=((position, None),))
        index.apply([record], position)
    done.set()
    for reader in readers:
        reader.join()
    assert late == []
