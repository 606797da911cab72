"""An index over a base in files is the one that is loaded whole: the same records, tables and answers,
whenever the base was made and whatever was stated since."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from registry.commands.following import FollowingState
from registry.commands.state import RegistryState
from registry.durable import LOCK_NAME
from registry.editions import shipped_editions
from registry.indexing.generation import FACTS, RECORDS, Generation
from registry.indexing.generations import Generations
from registry.indexing.keeper import IndexKeeper
from registry.indexing.record_file import RecordFile, RecordWriter
from registry.sanctions.ground import SubjectRecord
from registry.store.interface import StoreError
from registry.v1 import subject_pb2, verdict_pb2
from tests.support.command import in_process
from tests.support.editions import adopt, edition_files
from tests.support.events import erasure, firm, placed, withdrawal
from tests.support.history import records_on_disk, short_ban, write_random_history, write_rich_history
from tests.support.indexing import Town
from tests.support.spine import found_spine, furnish

DOMAINS = [domain for domain in subject_pb2.Domain.values() if domain]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield Town(spine, Generations.of(spine.config))
    spine.engine.close()


def by_ref(state: RegistryState) -> dict[str, SubjectRecord]:
    records = list(state.index.records())
    assert len({record.ref for record in records}) == len(records) == len(state.index)
    return {record.ref: record for record in records}


def check(town: Town, state: RegistryState) -> None:
    """A state over a base has what one without has."""
    whole = by_ref(town.whole())
    assert by_ref(state) == whole
    assert {ref: state.index.get(ref) for ref in whole} == whole
    assert state.index.position == town.spine.position


def test_start_over_a_base_has_what_one_without_has_whatever_was_stated_since(town: Town) -> None:
    write_rich_history(town.spine)
    town.make()
    state = town.load()
    assert state.index.base is not None
    assert state.index.changed == 0
    check(town, state)
    write_random_history(town.spine, Random(7), 60)
    state = town.load()
    assert state.index.base is not None
    assert state.index.changed > 0
    check(town, state)


def test_what_a_process_still_makes_is_neither_tidied_away_nor_made_by_another(town: Town) -> None:
    """The writer that began it was killed, and the next one tidies up and wants a new one too."""
    write_rich_history(town.spine)
    state, next_one = town.spine.engine.state, Generations.of(town.spine.config)

    def meanwhile() -> Iterator[SubjectRecord]:
        for number, record in enumerate(state.store.subjects(state.measure)):
            if number == 3:
                next_one.keep_only(7)
                with pytest.raises(StoreError, match="另一进程正在生成索引"):
                    next_one.make(state, (), now_ms=town.spine.clock())
            yield record

    town.generations.make(state, meanwhile(), now_ms=town.spine.clock())
    over = town.load()
    assert over.index.base is not None
    check(town, over)


@pytest.mark.parametrize("seed", range(4))
def test_random_histories_before_and_after_bases_that_follow_each_other(town: Town, seed: int) -> None:
    random = Random(seed)
    follower = FollowingState(
        town.spine.engine.store, town.vault, shipped_editions(), base=town.generations.newest
    )
    for _ in range(4):
        write_random_history(town.spine, random, 25)
        if random.random() < 0.7:
            town.make()
        write_random_history(town.spine, random, random.randrange(12))
        check(town, town.load())
        follower.catch_up()
        if random.random() < 0.7:
            follower.renew_base()
        check(town, follower)


def test_writer_takes_a_base_while_it_goes_on(town: Town) -> None:
    placed(town.spine.say("财政", "b1", event=short_ban(1)))
    state = town.spine.engine.state
    state._find_base = town.generations.newest
    town.make()
    placed(town.spine.say("财政", "b2", event=short_ban(2)))
    placed(town.spine.say("财政", withdrawal=withdrawal("财政", "b1")))
    assert state.renew_base()
    assert state.index.changed == 2
    check(town, state)
    placed(town.spine.say("财政", "b3", event=short_ban(3)))
    check(town, state)
    assert not state.renew_base()
    assert town.spine.ask(firm(3).identifier.value).verdict == verdict_pb2.VERDICT_BLOCKED
    assert town.spine.ask(firm(2).identifier.value).verdict == verdict_pb2.VERDICT_BLOCKED
    assert town.spine.ask(firm(9).identifier.value).verdict == verdict_pb2.VERDICT_INDETERMINATE


def test_erased_subject_is_gone_though_the_base_has_it(town: Town) -> None:
    placed(town.spine.say("财政", "b", event=short_ban(1)))
    town.make()
    placed(town.spine.say("财政", withdrawal=withdrawal("财政", "b")))
    placed(town.spine.say("财政", erasure=erasure("财政", "b")))
    state = town.load()
    assert state.index.base is not None
    assert state.index.get(firm(1).identifier.value) is None
    check(town, state)


def spoilt_byte(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


SPOILT: dict[str, Callable[[Path], object]] = {
    "facts altered": lambda place: spoilt_byte(place / FACTS, 60),
    "facts cut off": lambda place: (place / FACTS).write_bytes(b"short"),
    "facts missing": lambda place: (place / FACTS).unlink(),
    "record altered": lambda place: spoilt_byte(place / RECORDS, 200),
    "records cut off": lambda place: (place / RECORDS).write_bytes((place / RECORDS).read_bytes()[:-9]),
    "records empty": lambda place: (place / RECORDS).write_bytes(b""),
    "table altered": lambda place: spoilt_byte(place / "table-1", 300),
    "table missing": lambda place: (place / "table-1").unlink(),
}


@pytest.mark.parametrize("name", SPOILT)
def test_generation_that_was_touched_is_not_used_and_nothing_is_missed(
    town: Town, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_rich_history(town.spine)
    SPOILT[name](town.make())
    state = town.load()
    assert state.index.base is None
    check(town, state)
    assert "index" in caplog.text


def test_older_generation_is_used_where_the_newest_cannot_be(town: Town) -> None:
    placed(town.spine.say("财政", "b", event=short_ban(1)))
    older = town.make()
    placed(town.spine.say("财政", "c", event=short_ban(2)))
    spoilt_byte(town.make() / RECORDS, 100)
    state = town.load()
    assert isinstance(state.index.base, Generation)
    assert state.index.base.directory == older
    check(town, state)


def test_generation_of_another_registry_or_of_a_later_log_is_not_used(town: Town, tmp_path: Path) -> None:
    other = furnish(found_spine(tmp_path / "other"))
    try:
        write_rich_history(other)
        foreign = Town(other, Generations.of(other.config)).make()
        town.generations.directory.mkdir()
        shutil.copytree(foreign, town.generations.directory / foreign.name)
        write_rich_history(town.spine)
        assert town.load().index.base is None
    finally:
        other.engine.close()


def test_generation_of_a_log_that_went_another_way_since_is_not_used(town: Town, tmp_path: Path) -> None:
    spine = town.spine
    spine.engine.close()
    shutil.copytree(spine.directory, tmp_path / "copy")
    spine.reopen()
    placed(spine.say("财政", "b", event=short_ban(1)))
    town.make()
    made = town.generations.directory
    spine.engine.close()
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    shutil.copytree(made, tmp_path / "kept")
    shutil.copy(tmp_path / "copy" / "registry.db", spine.directory / "registry.db")
    shutil.rmtree(spine.directory / "head")
    shutil.copytree(tmp_path / "copy" / "head", spine.directory / "head")
    spine.reopen()
    placed(spine.say("财政", "other", event=short_ban(2)))
    assert town.load().index.base is None
    assert spine.ask(firm(1).identifier.value).verdict == verdict_pb2.VERDICT_INDETERMINATE


def test_generation_made_from_another_store_is_not_used(town: Town, tmp_path: Path) -> None:
    town.make()
    other = Generations(town.generations.directory, "another store")
    assert town.generations.newest(town.spine.engine.state) is not None
    assert other.newest(town.spine.engine.state) is None


def test_one_that_cannot_be_made_leaves_nothing_and_the_old_in_place(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(town.spine.say("财政", "b", event=short_ban(1)))
    town.make()
    before = sorted(town.generations.directory.rglob("*"))
    placed(town.spine.say("财政", "c", event=short_ban(2)))

    def full(_self: RecordWriter, _record: SubjectRecord) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RecordWriter, "add", full)
    with pytest.raises(OSError, match="No space"):
        town.make()
    assert sorted(town.generations.directory.rglob("*")) == before
    check(town, town.load())


def test_keeper_has_a_process_make_the_base_and_removes_what_holds_something_erased(town: Town) -> None:
    spine, state = town.spine, town.spine.engine.state
    state._find_base = town.generations.newest
    keeper = IndexKeeper(state, town.generations, spine.directory, spine.clock, small=3, letting_go_s=0.0)
    assert not keeper.due()
    for number in range(4):
        placed(spine.say("财政", f"b{number}", event=short_ban(number)))
    assert keeper.due()
    assert keeper.make()
    assert state.index.base is not None
    assert not keeper.due()
    (first,) = town.generations.sizes()
    with (town.generations.directory / f"{first:012d}" / RECORDS).open("rb") as held:
        document = state.index.get(firm(1).identifier.value).grounds[0].document.number.encode()  # type: ignore[union-attr]
        assert document in held.read()
        placed(spine.say("财政", withdrawal=withdrawal("财政", "b1")))
        assert not keeper.due()
        placed(spine.say("财政", erasure=erasure("财政", "b1")))
        assert keeper.due()
        assert keeper.make()
        held.seek(0)
        assert not held.read().strip(b"\0")
    assert len(town.generations.sizes()) == 1
    assert town.generations.sizes()[0] > first
    check(town, state)
    check(town, town.load())


def test_another_edition_makes_another_base_due(town: Town) -> None:
    spine, state = town.spine, town.spine.engine.state
    state._find_base = town.generations.newest
    keeper = IndexKeeper(state, town.generations, spine.directory, spine.clock)
    town.make()
    assert state.renew_base()
    assert not keeper.due()
    adopt(spine, edition_files("2027.1"), "2027-01-01")
    assert not keeper.due()
    spine.clock.move_to(date(2027, 1, 1))
    assert keeper.due()


def test_records_are_found_among_many_and_none_that_is_not_there(town: Town, tmp_path: Path) -> None:
    records = [SubjectRecord(f"{number:018d}", number) for number in range(3000)]
    with (tmp_path / "records").open("xb") as file:
        writer = RecordWriter(file)
        for record in records:
            writer.add(record)
        writer.finish()
    read = RecordFile((tmp_path / "records").read_bytes(), town.spine.engine.state.measure)
    assert list(read) == records
    assert [read.get(record.ref) for record in records] == records
    assert [read.get(f"{number:018d}") for number in range(3000, 6000)] == [None] * 3000
    assert len(read) == 3000
    with pytest.raises(StoreError):
        RecordFile(b"CRINDEX\x02" + bytes(100), town.spine.engine.state.measure)


def test_a_base_that_is_not_later_is_refused(town: Town) -> None:
    placed(town.spine.say("财政", "b", event=short_ban(1)))
    town.make()
    state = town.load()
    assert state.index.base is not None
    with pytest.raises(ValueError, match="not later"):
        state.index.lay(state.index.base)
    assert by_ref(state) == records_on_disk(state)


def test_verify_compares_the_base_with_the_store_and_tells_what_differs(town: Town) -> None:
    spine = town.spine
    for number in range(4):
        placed(spine.say("财政", f"b{number}", event=short_ban(number)))
    state = spine.engine.state
    records = [each for each in state.index.records() if each.ref != firm(2).identifier.value]
    placed(spine.say("财政", "after", event=short_ban(7)))
    town.make()
    spine.engine.close()
    good = in_process("verify", "--directory", spine.directory)
    assert good.code == 0
    assert "条记录与存储一致" in good.out
    spine.reopen()
    town.generations.drop()
    town.generations.make(spine.engine.state, records, now_ms=spine.clock())  # One is left out.
    spine.engine.close()
    bad = in_process("verify", "--directory", spine.directory)
    assert bad.code == 1
    assert "与存储不符: 2条记录不同" in bad.err
    spine.reopen()


def test_migration_drops_the_base_for_its_rows_may_have_another_meaning(town: Town) -> None:
    town.make()
    town.spine.engine.close()
    assert in_process("migrate", "--directory", town.spine.directory).code == 0
    assert town.generations.sizes() == []
    town.spine.reopen()


def test_base_is_not_believed_where_the_log_lost_what_was_stated_while_it_was_made(
    town: Town, tmp_path: Path
) -> None:
    spine = town.spine
    placed(spine.say("财政", "b", event=short_ban(3)))
    spine.engine.close()
    shutil.copytree(spine.directory, tmp_path / "copy")
    spine.reopen()
    state = town.whole()

    def read_slowly() -> Iterator[SubjectRecord]:
        placed(spine.say("财政", "meanwhile", event=short_ban(1)))
        yield from state.store.subjects(state.measure)

    town.generations.make(state, read_slowly(), now_ms=spine.clock())
    assert town.load().index.base is not None
    check(town, town.load())
    spine.engine.close()
    shutil.copy(tmp_path / "copy" / "registry.db", spine.directory / "registry.db")
    shutil.copy(tmp_path / "copy" / "head" / "checkpoint", spine.directory / "head" / "checkpoint")
    spine.reopen()
    placed(spine.say("财政", "another", event=short_ban(2)))
    placed(spine.say("财政", "one-more", event=short_ban(4)))
    assert town.load().index.base is None
    assert town.load().index.get(firm(1).identifier.value) is None


def test_file_that_is_being_written_over_is_no_source_of_absence(town: Town) -> None:
    placed(town.spine.say("财政", "b", event=short_ban(1)))
    place = town.make()
    state = town.load()
    with (place / RECORDS).open("r+b") as file:
        file.write(bytes(64))
    for code in (firm(1), firm(2)):
        with pytest.raises(StoreError):
            state.index.get(code.identifier.value)


def test_base_of_the_same_position_for_another_edition_takes_the_place_of_the_old(town: Town) -> None:
    spine, state = town.spine, town.spine.engine.state
    state._find_base = town.generations.newest
    adopt(spine, edition_files("2027.1"), "2027-01-01")
    town.make()
    assert state.renew_base()
    spine.clock.move_to(date(2027, 1, 1))
    town.make()
    assert state.renew_base()
    assert not state.renew_base()
    assert not IndexKeeper(state, town.generations, spine.directory, spine.clock).due()
    check(town, state)


def test_what_a_killed_process_left_is_removed_at_the_next_start(town: Town) -> None:
    spine, state = town.spine, town.spine.engine.state
    state._find_base = town.generations.newest
    placed(spine.say("财政", "b", event=short_ban(1)))
    older = town.make()
    placed(spine.say("财政", withdrawal=withdrawal("财政", "b")))
    placed(spine.say("财政", erasure=erasure("财政", "b")))
    newer = town.make()
    left = town.generations.directory / ".making"
    shutil.copytree(older, left)
    assert state.renew_base()
    with (older / RECORDS).open("rb") as one, (left / RECORDS).open("rb") as other:
        IndexKeeper(state, town.generations, spine.directory, spine.clock, letting_go_s=0.0).tidy()
        assert not one.read().strip(b"\0")
        assert not other.read().strip(b"\0")
    assert set(town.generations.directory.iterdir()) == {newer, newer.with_name(LOCK_NAME)}
