from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from demo.departments import OPERATOR
from registry.commands.state import RegistryState
from registry.index import Index
from registry.sanctions.ground import SubjectRecord
from registry.v1 import verdict_pb2
from tests.support.editions import adopt, appoint_officials, edition_draft, edition_files
from tests.support.events import ask, correction, firm, placed, ruling, withdrawal
from tests.support.history import records_on_disk, short_ban, write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import Spine, found_spine, furnish

DAYS = [date(2026, 3, 20), date(2026, 11, 24), date(2026, 11, 25)]


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
    assert size == len(before) > 20
    spine.reopen()
    assert followed(spine.engine.state) == before
    assert (len(spine.engine.state.index), spine.engine.state.index.position) == (size, spine.position)


@pytest.mark.parametrize("part", ["grounds", "marks", "links", "names"])
def test_rich_history_leaves_rows_of_every_part_of_a_record_some_of_them_closed(
    spine: Spine, part: str
) -> None:
    write_rich_history(spine)
    rows = [row for record in records_on_disk(spine.engine.state).values() for row in getattr(record, part)]
    assert {row.known_to is None for row in rows} == {True, False}


def directory(spine: Spine) -> list[object]:
    """Departments, officials, keys, editions, and what was connected, delivered and in force at every
    position."""
    state = spine.engine.state
    entries = [*state.directory.departments(), *state.directory.officials(), *state.directory.keys()]
    positions = range(spine.position + 1)
    connections = [state.directory.connections(position) for position in positions]
    connected = [(dict(each.keepers), [each.on(day) for day in DAYS]) for each in connections]
    delivered = [dict(state.sources.known(at, each)) for at, each in zip(positions, connections, strict=True)]
    in_force = [state.edition_at(at, day).hash for at in positions for day in DAYS]
    return [*entries, state.directory.operator, *state.book.cases(), connected, delivered, in_force]


def test_directory_that_followed_the_log_is_the_one_loaded_from_disk(spine: Spine) -> None:
    write_rich_history(spine)
    before = directory(spine)
    spine.reopen()
    assert directory(spine) == before
    assert len(set(before[-1])) == 2  # type: ignore[call-overload]


def test_editions_are_listed_as_they_were_drafted_whichever_was_adopted_first(spine: Spine) -> None:
    officials = appoint_officials(spine)
    first = edition_draft(edition_files("2026.8"))
    placed(spine.say(OPERATOR.key, edition_draft=first, by=officials.drafter))
    adopt(spine, edition_files("2026.9"), "2026-12-01", officials)
    before = [case.label for case in spine.engine.state.book.cases()]
    spine.reopen()
    assert [case.label for case in spine.engine.state.book.cases()] == before
    assert before[1:] == ["2026.8", "2026.9"]


@pytest.mark.parametrize("names", [["甲某(示例)公司", "甲某（示例）公司"], ["甲某(示例)公司"] * 2])
def test_ruling_that_says_one_name_twice_is_let_go_by_one_withdrawal(spine: Spine, names: list[str]) -> None:
    placed(spine.say("市场监管", "ruled", name_ruling=ruling(firm(1), *names)))
    placed(spine.say("市场监管", "back", withdrawal=withdrawal("市场监管", "ruled")))
    state = spine.engine.state
    assert followed(state) == records_on_disk(state)
    (use,) = records_on_disk(state)[firm(1).identifier.value].names
    assert (use.live, use.known_to) == (0, spine.position)


@pytest.mark.parametrize("seed", range(6))
def test_index_agrees_with_the_disk_after_any_history(spine: Spine, seed: int) -> None:
    write_random_history(spine, Random(seed), 80)
    state = spine.engine.state
    assert followed(state) == records_on_disk(state)
    assert len(state.index) == len(records_on_disk(state))


@pytest.mark.parametrize("seed", range(10))
def test_index_agrees_with_the_disk_after_any_history_of_every_kind(spine: Spine, seed: int) -> None:
    written = write_random_acts(spine, Random(seed), 150)
    state = spine.engine.state
    assert written[True] > 30
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
