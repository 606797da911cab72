"""``registry backup --since``: a base and its increments come to the rows that were there, or to nothing."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from registry.archive.format import OWN
from registry.backups.chain import chain_to, newest_in, whole_store
from registry.backups.manifest import BackupError
from registry.backups.marks import MAX_MARKS_BYTES, NUMBERED
from registry.provenance.answer import VERSION, receipt_digest
from registry.store import tables
from registry.store.copying import compare_stores
from registry.store.interface import DERIVED_TABLES, Group, SubscriptionRow
from registry.store.opening import open_for_reading, open_store
from registry.v1 import statement_pb2 as pb
from registry.v1.receipt_pb2 import Receipt
from tests.support import events
from tests.support.backing import killed_at, reseal, with_small_files
from tests.support.command import Run, assert_one_line, digests, in_process
from tests.support.events import person, placed, withdrawal
from tests.support.moments import acknowledged, opened, own_rows
from tests.support.served import exit_ban, short_ban
from tests.support.spine import Spine, found_spine, furnish


def taken(directory: Path, backups: Path, name: str) -> Run:
    """An increment after whatever is newest."""
    return in_process("backup", "--directory", directory, "--since", backups, "--to", backups / name)


def erasure(target: str) -> pb.Erasure:
    return pb.Erasure(
        target=events.target("财政", target),
        legal_basis=["个人信息保护法 第四十七条"],
        document=events.document("财政", "2026-11-23"),
        reason="保存期限届满",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation, and a base with three increments; content of the base, and of an increment, is erased
    in later ones, and notices are acknowledged. Not to be changed: copy it."""
    home = tmp_path_factory.mktemp("chain")
    spine, backups = furnish(found_spine(home / "registry"), ["财政", "法院"]), home / "backups"
    backups.mkdir()
    store = spine.engine.store
    _ended(spine, "early", 1)
    store.commit(own_rows(1, 5_000))
    run = in_process("backup", "--directory", spine.directory, "--to", backups / "base")
    assert run.code == 0, run.err
    placed(spine.say("法院", "exit-1", event=exit_ban(person(1))))
    _ended(spine, "late", 2)
    store.commit(own_rows(2, 1_000))  # The clock was set back.
    store.commit(own_rows(3, 2_000))
    assert taken(spine.directory, backups, "one").code == 0
    store.commit(acknowledged(1, 3_000))
    store.commit(acknowledged(2, 3_000))
    assert "新增 0 条陈述" in taken(spine.directory, backups, "two").out
    placed(spine.say("财政", "early-gone", erasure=erasure("early")))
    placed(spine.say("财政", "late-gone", erasure=erasure("late")))
    assert "新增 2 条陈述" in taken(spine.directory, backups, "three").out
    assert "没有新内容" in taken(spine.directory, backups, "four").out
    assert not (backups / "four").exists()
    spine.engine.close()
    return spine.directory, backups


def _ended(spine: Spine, name: str, number: int) -> None:
    placed(spine.say("财政", name, event=short_ban(number)))
    placed(spine.say("财政", f"{name}-back", withdrawal=withdrawal("财政", name)))


@pytest.fixture
def chain(made: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the backups."""
    return Path(shutil.copytree(made[1], tmp_path / "backups"))


def test_chain_comes_to_the_very_rows_of_the_registry_and_serves(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, backups = made
    before = digests(backups)
    target, head = tmp_path / "restored", directory / "head/checkpoint"
    given = ("--keys", directory, "--head", head, "--checkpoint", backups / "base/checkpoint")
    run = in_process("restore", "--from", backups / "three", "--directory", target, *given)
    assert run.code == 0, run.err
    assert "逐条相符" in run.out
    assert "相符" in run.out.splitlines()[-2]
    with (
        closing(open_for_reading(target / "registry.db")) as one,
        closing(open_for_reading(directory / "registry.db")) as two,
    ):
        compare_stores(one, two)
        assert [row.acknowledged_ms for row in one.all_notices() if row.told == b"\x00\xffnotice"] == [
            3_000, 3_000, None,
        ]  # fmt: skip
    assert digests(backups) == before
    assert {"restoring"} & {path.name for path in target.iterdir()} == set()
    with opened(target):  # The engine starts: the head agrees.
        pass


def test_each_increment_of_a_chain_is_a_backup_by_itself_and_agrees_with_what_others_hold(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, backups = made
    receipt, work, sizes = tmp_path / "receipt.pb", tmp_path / "work", []
    receipt.write_bytes(_receipt((backups / "one/checkpoint").read_text("utf-8")))
    work.mkdir()
    for name in ("one", "two"):
        held = [backups / "base/checkpoint", backups / "three/checkpoint", receipt]
        given = [word for path in held for word in ("--checkpoint", path)]
        run = in_process("rehearse", "--from", backups / name, "--directory", directory, "--work", work,
                         "--questions", "1", *given)  # fmt: skip
        assert run.code == 0, run.err
        assert "可以恢复" in run.out
        assert "多 2 条: 这些不在其中" in run.out
        size = json.loads((backups / name / "manifest.json").read_text("utf-8"))["size"]
        assert f"receipt.pb: {size} 条" in run.out
        sizes.append(size)
    assert sizes[0] == sizes[1]
    assert list(work.iterdir()) == []


def _receipt(note: str) -> bytes:
    """A receipt with nothing in it but a checkpoint."""
    receipt = Receipt(version=VERSION, checkpoint=note)
    receipt.digest = receipt_digest(receipt)
    return receipt.SerializeToString(deterministic=True)


def test_increments_of_a_chain_are_open_one_at_a_time(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Of a day there are 288, with three handles each, and a process has a thousand."""
    directory, backups = made
    seen: list[set[str]] = []

    def look(_done: int, _total: int) -> None:
        links = [name.readlink().name for name in Path("/proc/self/fd").iterdir() if name.is_symlink()]
        seen.append({name for name in links if re.fullmatch(r"increment-\d+\.db", name)})

    master = (directory / "keys/vault.key").read_bytes()
    with whole_store(chain_to(backups / "three"), tmp_path, master, progress=look):
        pass
    assert {"increment-3.db"} in seen
    assert max(map(len, seen)) == 1


def test_who_subscribed_anew_is_in_an_increment_though_nothing_else_was_recorded(
    made: tuple[Path, Path], chain: Path, tmp_path: Path
) -> None:
    directory = Path(shutil.copytree(made[0], tmp_path / "registry"))
    with closing(open_store(directory / "registry.db")) as store:
        store.commit(Group(subscriptions=[SubscriptionRow("caller-1", 0, subscribed=False)]))
        store.commit(Group(subscriptions=[SubscriptionRow("caller-1", 9_000)]))
    assert taken(directory, chain, "four").code == 0
    master = (directory / "keys/vault.key").read_bytes()
    with (
        whole_store(chain_to(chain / "four"), tmp_path, master) as path,
        closing(open_for_reading(path)) as store,
    ):
        assert SubscriptionRow("caller-1", 9_000) in list(store.subscriptions())


def test_questions_whose_term_ended_are_in_no_store_that_comes_of_a_chain(
    made: tuple[Path, Path], chain: Path, tmp_path: Path
) -> None:
    """Terms differ by what was asked: a later question may go before an earlier one."""
    directory = Path(shutil.copytree(made[0], tmp_path / "registry"))
    with closing(sqlite3.connect(directory / "registry.db")) as rows:
        assert rows.execute("DELETE FROM query_log WHERE number = 2").rowcount == 1
        rows.commit()
    with closing(open_store(directory / "registry.db")) as store:
        store.commit(own_rows(4, 4_000))
        kept = list(store.queries())
    assert taken(directory, chain, "four").code == 0
    assert "没有新内容" in taken(directory, chain, "five").out
    master = (directory / "keys/vault.key").read_bytes()
    with (
        whole_store(chain_to(chain / "four"), tmp_path, master) as path,
        closing(open_for_reading(path)) as store,
    ):
        assert list(store.queries()) == kept
        assert len(kept) == 3


def test_every_table_is_of_the_log_or_own_or_derived_and_what_is_own_is_in_increments_and_archives() -> None:
    """A new table of own records would be lost otherwise, and nobody would be told."""
    names = {table.name for table in tables.metadata.sorted_tables}
    own = {table.name for table in OWN.values()}
    assert own | set(DERIVED_TABLES) | {"statement", "meta"} == names
    by_rule = {"person", "batch", "recipient", "subscription", "cosignature"}
    assert {table.name for table in NUMBERED} | by_rule == own
    assert {column.name for table in NUMBERED for column in table.primary_key.columns} == {"number"}


def test_content_of_an_increment_rests_sealed(made: tuple[Path, Path]) -> None:
    directory, backups = made
    vault = (directory / "keys/vault.key").read_bytes()
    for path in (backups / "one").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert person(1).identifier.value.encode() not in content
            assert vault not in content
            assert b"PRIVATE KEY" not in content
            assert path.stat().st_mode & 0o077 == 0


def test_chain_with_a_member_missing_or_altered_is_refused(
    made: tuple[Path, Path], chain: Path, tmp_path: Path
) -> None:
    restoring = ("restore", "--from", chain / "three", "--directory", tmp_path / "x", "--keys", made[0])
    (chain / "one").rename(tmp_path / "one")
    assert_one_line(in_process(*restoring), "所接续的备份")
    (tmp_path / "one").rename(chain / "renamed")  # Names mean nothing.
    assert [path.name for path in chain_to(chain / "three")] == ["base", "renamed", "two", "three"]
    for path in sorted((chain / "renamed").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
            with pytest.raises(BackupError):
                chain_to(chain / "three")
            path.write_bytes(content)
    chain_to(chain / "three")
    assert not (tmp_path / "x").exists()


def _row(change: str) -> Callable[[Path], None]:
    def alter(increment: Path) -> None:
        with closing(sqlite3.connect(increment / "increment.db")) as rows:
            assert rows.execute(change).rowcount
            rows.commit()
        reseal(increment, "increment.db")

    return alter


def _later(increment: Path) -> None:
    """The time of receipt in each leaf is another."""
    with closing(sqlite3.connect(increment / "increment.db")) as rows:
        for position, leaf in rows.execute("SELECT position, leaf FROM statement").fetchall():
            changed = leaf[:9] + bytes([leaf[9] ^ 1]) + leaf[10:]
            rows.execute("UPDATE statement SET leaf = ? WHERE position = ?", (changed, position))
        rows.commit()
    reseal(increment, "increment.db")


def _other_checkpoint(increment: Path) -> None:
    shutil.copy(increment.parent / "base/checkpoint", increment / "checkpoint")
    reseal(increment, "checkpoint")


FORGED = [
    (_later, "不符"),
    (_row("DELETE FROM statement WHERE position = (SELECT max(position) FROM statement)"), "应到"),
    (_row("DELETE FROM person"), ""),
    (_other_checkpoint, "不符"),
]


@pytest.mark.parametrize(("forge", "word"), FORGED)
def test_increment_that_was_forged_under_a_manifest_that_agrees_is_refused(
    made: tuple[Path, Path], chain: Path, tmp_path: Path, forge: Callable[[Path], None], word: str
) -> None:
    forge(chain / "one")
    restoring = ("restore", "--from", chain / "one", "--directory", tmp_path / "x", "--keys", made[0])
    assert_one_line(in_process(*restoring), word)
    assert not (tmp_path / "x").exists()


MARKS = {
    "nested": b"[" * 60_000,
    "text for a number": b'{"numbers": {"query_log": "7"}}',
    "SQL for a block": b'{"changed": ["7 OR 1=1"]}',
    "not UTF-8": b"\xff{}",
    "longer than any": b"{}" + b" " * MAX_MARKS_BYTES,
}


@pytest.mark.parametrize("content", MARKS.values(), ids=MARKS)
def test_marks_that_no_backup_wrote_are_refused_in_one_line(
    made: tuple[Path, Path], chain: Path, tmp_path: Path, content: bytes
) -> None:
    (chain / "one" / "marks.json").write_bytes(content)
    reseal(chain / "one", "marks.json")
    restoring = ("restore", "--from", chain / "one", "--directory", tmp_path / "x", "--keys", made[0])
    assert_one_line(in_process(*restoring), "marks.json 不能读取")
    assert not (tmp_path / "x").exists()


def test_nothing_follows_a_backup_of_another_history(
    made: tuple[Path, Path], chain: Path, tmp_path: Path
) -> None:
    other = furnish(found_spine(tmp_path / "other"))
    other.engine.close()
    assert_one_line(taken(other.directory, chain, "x"), "不是同一历史")
    back = tmp_path / "back"
    given = ("--keys", made[0], "--accept-shorter")
    assert in_process("restore", "--from", chain / "base", "--directory", back, *given).code == 0
    assert_one_line(taken(back, chain, "x"), "恢复到更早的状态")
    assert_one_line(taken(made[0], tmp_path / "other", "x"), "没有可接续的备份")
    assert not (chain / "x").exists()


def test_chain_begins_anew_with_each_whole_backup_though_an_increment_reaches_farther(chain: Path) -> None:
    assert newest_in(chain, "credit.example/test").name == "three"
    shutil.copytree(chain / "base", chain / "tonight")
    path = chain / "tonight/manifest.json"
    content = json.loads(path.read_text("utf-8")) | {"taken_at": "2126-11-26T02:30:00+08:00"}
    path.write_text(json.dumps(content), "utf-8")
    assert newest_in(chain, "credit.example/test").name == "tonight"
    with pytest.raises(BackupError, match="没有可接续的备份"):
        newest_in(chain, "credit.example/other")


def test_increment_that_was_killed_looks_like_none_and_a_full_disk_is_told(
    made: tuple[Path, Path], chain: Path, tmp_path: Path
) -> None:
    shutil.rmtree(chain / "three")
    words = ("backup", "--directory", made[0], "--since", chain, "--to", chain / "x")
    killed_at("registry.backups.increment.stored_files", *words)
    assert not (chain / "x").exists()
    assert_one_line(with_small_files(50_000, *words))
    assert not (chain / "x").exists()
    run = in_process(*words)
    assert run.code == 0, run.err
    assert "接续" in run.out
    assert sorted(path.name for path in chain.iterdir()) == ["base", "one", "two", "x"]
    assert in_process("rehearse", "--from", chain / "x", "--directory", made[0]).code == 0
