"""Whatever a log holds folds to the state that it had, byte for byte; and the command that does so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from demo.departments import OPERATOR
from registry.__main__ import main
from registry.store.interface import DERIVED_TABLES, Store, StoreError
from registry.store.opening import create_store, open_store
from tests.support.editions import (
    adopt,
    appoint_officials,
    edition_draft,
    edition_files,
    edition_review,
    new_rule,
)
from tests.support.events import ask, firm, placed, refusal
from tests.support.history import short_ban, write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import TODAY, Spine, found_spine, furnish
from tests.support.tampering import Copy


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a rich history that nobody has tampered with."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("written") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


@pytest.fixture(scope="module")
def folded(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store that was rebuilt."""
    copy = Copy.of(written, tmp_path_factory.mktemp("rebuilt"))
    assert copy.rebuild() == []
    return copy.config.store.with_name("rebuilt.db")


@pytest.fixture(scope="module")
def rebuilt(folded: Path) -> Iterator[Store]:
    """What the history folds to."""
    store = open_store(folded)
    yield store
    store.close()


# --- agreement ------------------------------------------------------------------------------------


def test_rich_history_folds_to_the_same_state(copy: Copy) -> None:
    assert copy.rebuild() == []


def test_rich_history_has_a_row_in_every_derived_table(copy: Copy) -> None:
    for table in DERIVED_TABLES:
        assert copy.sql(f"SELECT * FROM {table}"), table


@pytest.mark.parametrize("seed", range(3))
def test_any_history_folds_to_the_same_state_however_it_was_grouped(
    spine: Spine, tmp_path: Path, seed: int
) -> None:
    write_random_history(spine, Random(seed), 120)
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_history_over_more_than_one_group_folds_to_the_same_state(spine: Spine, tmp_path: Path) -> None:
    statements = [spine.statement("财政", f"S-{n}", event=short_ban(n)) for n in range(1_100)]
    spine.put("财政", *(spine.seal("财政", each) for each in statements[:1_000]))
    spine.clock.now_ms += 1
    spine.put("财政", *(spine.seal("财政", each) for each in statements[1_000:]))
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_rebuilding_twice_gives_equal_files(copy: Copy, folded: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    assert copy.rebuild(again) == []
    assert again.read_bytes() == folded.read_bytes()


def test_rebuilt_store_holds_all_that_the_first_one_held(copy: Copy, rebuilt: Store) -> None:
    store = open_store(copy.config.store)
    assert list(store.statements()) == list(rebuilt.statements())
    assert list(store.all_refusals()) == list(rebuilt.all_refusals())
    assert list(store.queries()) == list(rebuilt.queries())
    assert sorted(store.all_persons()) == sorted(rebuilt.all_persons())
    assert store.meta() == rebuilt.meta()
    assert store.checkpoint() == rebuilt.checkpoint()
    store.close()


def test_rebuilt_store_can_take_the_place_of_the_first_one(spine: Spine, tmp_path: Path) -> None:
    write_rich_history(spine)
    envelope = spine.seal("财政", spine.statement("财政", "last", event=short_ban(30)))
    (last,) = spine.put("财政", envelope)
    questions = [(firm(n), at) for n in (1, 2, 3, 4, 5, 10, 11, 30) for at in range(16, spine.position + 1)]
    before = [ask(spine, subject, at=at) for subject, at in questions]
    spine.engine.close()
    target = tmp_path / "new.db"
    assert Copy(spine.config).rebuild(target) == []
    target.replace(spine.config.store)
    spine.reopen()
    assert [ask(spine, subject, at=at) for subject, at in questions] == before
    (again,) = spine.put("财政", envelope)
    assert placed(again) == placed(last)
    assert placed(spine.say("财政", "next", event=short_ban(31))) == placed(last) + 1
    spine.engine.close()
    assert Copy(spine.config).verify() == []


def test_editions_of_every_fate_are_folded_from_the_files_in_the_log(spine: Spine, tmp_path: Path) -> None:
    officials = appoint_officials(spine)
    for label, lawful in (("2026.7", None), ("2026.8", False)):
        draft = edition_draft(edition_files(label))
        placed(spine.say(OPERATOR.key, edition_draft=draft, by=officials.drafter))
        if lawful is not None:
            review = edition_review(draft.edition, lawful=lawful, opinion="与上位法不一致")
            placed(spine.say(OPERATOR.key, edition_review=review, by=officials.reviewer))
    shorter = new_rule(
        edition_files("2026.9"), "M-PRO-01", "2026-07-01", term_months="{min: 6, max: 12, lifetime: false}"
    )
    adopt(spine, shorter, "2026-11-23", officials)
    placed(spine.say("财政", "within", event=short_ban(1, "2027-03-01")))
    adopt(spine, edition_files("2026.10"), "2027-01-01", officials)
    before = [ask(spine, firm(1), at=at) for at in range(spine.position + 1)]
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    target = tmp_path / "rebuilt.db"
    assert copy.rebuild(target) == []
    target.replace(spine.config.store)
    spine.reopen()
    assert [ask(spine, firm(1), at=at) for at in range(spine.position + 1)] == before
    assert [case.label for case in spine.engine.state.book.cases()][1:] == [
        "2026.7", "2026.8", "2026.9", "2026.10"
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_any_history_of_every_kind_folds_to_the_same_state(spine: Spine, tmp_path: Path, seed: int) -> None:
    write_random_acts(spine, Random(seed), 250)
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_statement_is_judged_as_on_the_day_of_its_receipt(spine: Spine, tmp_path: Path) -> None:
    placed(spine.say("财政", "early", event=short_ban(1)))
    spine.clock.move_to(TODAY.replace(year=2040))  # By then every key has run out.
    refusal(spine.say("财政", "late", event=short_ban(2)))
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


# --- the command ----------------------------------------------------------------------------------


def test_command_compares_tells_and_leaves_nothing_behind(copy: Copy) -> None:
    directory = copy.config.store.parent
    arguments = ["rebuild", "--directory", str(directory)]
    rows = sum(len(copy.sql(f"SELECT 1 FROM {table}")) for table in DERIVED_TABLES)
    ((size,),) = copy.sql("SELECT size FROM checkpoint")
    for _ in range(2):
        fine = CliRunner().invoke(main, arguments)
        assert fine.exit_code == 0
        first, *erased = fine.stdout.splitlines()
        assert first == f"重建 {size} 条陈述, {rows} 行派生数据, 逐字节一致"
        assert [line.split("依法")[1] for line in erased] == ["删除", "删除"]
    assert sorted(path.name for path in directory.glob("registry.db*")) == ["registry.db", "registry.db.lock"]
    copy.sql("UPDATE ground SET last = '2099-01-01' WHERE statement_id = 'tax-4'")
    broken = CliRunner().invoke(main, arguments)
    assert broken.exit_code == 1
    assert "ground: " in broken.stderr
    assert "Traceback" not in broken.output


def test_command_keeps_the_rebuilt_store_where_it_is_asked_to(copy: Copy, tmp_path: Path) -> None:
    target = tmp_path / "kept.db"
    arguments = ["rebuild", "--directory", str(copy.config.store.parent), "--into", str(target)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    open_store(target).close()
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 1
    assert "已存在; 不会覆盖" in refused.stderr


def test_command_works_after_one_that_was_killed_in_the_middle(copy: Copy) -> None:
    left = copy.config.store.with_name("registry.db.rebuild")
    create_store(left).close()
    done = CliRunner().invoke(main, ["rebuild", "--directory", str(copy.config.store.parent)])
    assert done.exit_code == 0, done.stderr
    assert not left.exists()


def test_rebuild_into_a_store_that_is_not_empty_is_refused(copy: Copy) -> None:
    copy.rebuild()
    with pytest.raises(StoreError, match="已存在"):
        copy.rebuild()
