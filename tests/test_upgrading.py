"""The guide to upgrades is true: what a migration of a restored backup does, and which there are."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.commands import submission
from registry.commands.submission import Rejection
from registry.store.opening import MIGRATIONS
from registry.v1 import error_reason_pb2 as reasons
from tests.support.backing import reseal
from tests.support.command import ROOT, assert_one_line, digests, in_process, installation
from tests.support.events import placed
from tests.support.served import short_ban
from tests.support.spine import found_spine, furnish

GUIDE = (ROOT / "docs/upgrading.md").read_text("utf-8")
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture
def backup(good: Path, tmp_path: Path) -> Path:
    made = tmp_path / "backup"
    assert in_process("backup", "--directory", good, "--to", made).code == 0
    return made


def brought_back(backup: Path, version: str) -> None:
    """Has a backup be one that the release before the last migration took."""
    with closing(sqlite3.connect(backup / "store.db")) as store:
        for name in re.findall(
            r'create_index\("(\w+)"', (next((MIGRATIONS / "versions").glob("0006*"))).read_text("utf-8")
        ):
            store.execute(f"DROP INDEX {name}")
        store.execute("DROP TABLE file")  # Of 0007.
        store.execute("UPDATE alembic_version SET version_num = ?", [version])
        store.commit()
    reseal(backup, "store.db")


def test_guide_names_every_version_of_the_tables() -> None:
    assert re.findall(r"^\| `(\d{4})` \|", GUIDE, re.MULTILINE) == VERSIONS


def test_backup_of_the_release_before_is_migrated_on_the_way_and_stays_as_it_is(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    brought_back(backup, "0005")
    before, target, told = digests(backup), tmp_path / "restored", f"0005 → {VERSIONS[-1]}"
    assert f"升级 {told}" in in_process("rehearse", "--from", backup, "--directory", good).out
    run = in_process("restore", "--from", backup, "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert f"存储版本: {told}" in run.out
    assert digests(backup) == before
    shutil.copy(good / "head/checkpoint", target / "head/checkpoint")
    assert in_process("verify", "--directory", target, "--rebuild").code == 0


def test_backup_of_a_later_release_is_refused_in_one_line(good: Path, backup: Path, tmp_path: Path) -> None:
    brought_back(backup, "9999")
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(run, "比本程序新")
    assert not (tmp_path / "x").exists()


def test_log_folds_with_statements_that_would_not_be_received_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded by the rules of its day is not judged by those that came later."""
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    try:
        strange, old_number, turned = short_ban(1), short_ban(2), short_ban(4)
        strange.MergeFromString(b"\xa0\x3f\x01")  # A field of a release to come.
        old_number.subject.name = "示例130503670401001公司"
        turned.subject.name = "示例\u202e司公"
        asked = [("strange", strange), ("old", old_number), ("turned", turned)]
        refused = [spine.say("财政", name, event=event) for name, event in asked]
        assert [each.faults[0].reason for each in refused if isinstance(each, Rejection)] == [
            reasons.ERROR_REASON_MALFORMED_MESSAGE, reasons.ERROR_REASON_FIELD_INVALID,
            reasons.ERROR_REASON_FIELD_INVALID,
        ]  # fmt: skip
        placed(spine.say("财政", "202611261030127", event=short_ban(3)))  # A time is no number of a person.
        with monkeypatch.context() as before:
            before.setattr(submission, "check_on_receipt", lambda *_: ())
            for name, event in asked:
                placed(spine.say("财政", name, event=event))
    finally:
        spine.engine.close()
    checked = in_process("verify", "--directory", spine.directory, "--rebuild")
    assert checked.code == 0, checked.err
