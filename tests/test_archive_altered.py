"""An open archive that was altered, cut or forged is refused, by the import and by its own script."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.archive.format import SUMS
from tests.support.archives import emptied, imported, script, summed
from tests.support.command import assert_one_line, digests, in_process, installation


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small installation. Not to be changed: copy it."""
    return installation(tmp_path_factory.mktemp("small") / "registry")


@pytest.fixture(scope="module")
def small_archive(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its archive. Not to be changed: copy it."""
    place = tmp_path_factory.mktemp("archives") / "small"
    assert in_process("export", "--directory", small, "--open", place).code == 0
    return place


# --- altered


def _missing(archive: Path) -> None:
    (archive / "queries.jsonl").unlink()


def _extra(archive: Path) -> None:
    (archive / "statements/extra.jsonl").write_text("{}\n")


def _cut(archive: Path) -> None:
    path = archive / "statements/000000.jsonl"
    path.write_bytes(path.read_bytes()[:-100])


def _link(archive: Path) -> None:
    (archive / "queries.jsonl").rename(archive.parent / "elsewhere")
    (archive / "queries.jsonl").symlink_to(archive.parent / "elsewhere")


def _traversal(archive: Path) -> None:
    with (archive / SUMS).open("a") as file:
        file.write(f"{'0' * 64}  ../../etc/passwd\n")


def _format(archive: Path) -> None:
    path = archive / "archive.json"
    path.write_text(path.read_text("utf-8").replace("registry-archive/1", "registry-archive/2"), "utf-8")
    summed(archive)


def _sums(archive: Path) -> None:
    (archive / SUMS).unlink()


ALTERED = [(_missing, "缺少 queries.jsonl"), (_extra, "多出 statements/extra.jsonl"), (_cut, "000000.jsonl"),
           (_link, "不是普通文件"), (_traversal, "etc/passwd"), (_format, "registry-archive/1"),
           (_sums, "不是完整的归档")]  # fmt: skip


@pytest.mark.parametrize(("alter", "word"), ALTERED)
def test_archive_that_is_not_whole_is_refused_with_one_line(
    small: Path, small_archive: Path, tmp_path: Path, alter: Callable[[Path], None], word: str
) -> None:
    copy = Path(shutil.copytree(small_archive, tmp_path / "copy"))
    other = emptied(small, tmp_path / "other")
    before = digests(other)
    alter(copy)
    assert_one_line(imported(copy, other), word)
    assert digests(other) == before


def _changed_statement(archive: Path) -> None:
    _rewrite(archive, "statements/000000.jsonl", 5, payload=base64.b64encode(b"forged").decode())


def _changed_subject(archive: Path) -> None:
    _rewrite(archive, "statements/000000.jsonl", 22, subject="91130900MA00000XX9")


def _changed_leaf(archive: Path) -> None:
    path = archive / "statements/000000.jsonl"
    leaf = bytearray(base64.b64decode(json.loads(path.read_text("utf-8").splitlines()[-1])["leaf"]))
    leaf[9] ^= 1  # The time of receipt.
    _rewrite(archive, "statements/000000.jsonl", -1, leaf=base64.b64encode(leaf).decode())


def _changed_secret(archive: Path) -> None:
    _rewrite(archive, "persons.jsonl", 0, secret=base64.b64encode(bytes(32)).decode())


def _said_to_be_erased(archive: Path) -> None:
    _rewrite(archive, "statements/000000.jsonl", 22, payload=None, erased_by=23)


def _shorter(archive: Path) -> None:
    path = archive / "statements/000000.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    header = json.loads((archive / "archive.json").read_text("utf-8"))
    (archive / "archive.json").write_text(json.dumps({**header, "size": header["size"] - 1}), "utf-8")


def _rewrite(archive: Path, name: str, number: int, **changes: object) -> None:
    path = archive / name
    rows = path.read_text("utf-8").splitlines()
    rows[number] = json.dumps(json.loads(rows[number]) | changes, ensure_ascii=False)
    path.write_text("\n".join(rows) + "\n", "utf-8")


FORGED = [_changed_statement, _changed_subject, _changed_leaf, _changed_secret, _said_to_be_erased, _shorter]


@pytest.mark.parametrize("forge", FORGED)
def test_archive_that_was_forged_with_sums_that_agree_gives_no_store(
    small: Path, small_archive: Path, tmp_path: Path, forge: Callable[[Path], None]
) -> None:
    copy = Path(shutil.copytree(small_archive, tmp_path / "copy"))
    other = emptied(small, tmp_path / "other")
    before = digests(other)
    forge(copy)
    summed(copy)
    assert_one_line(imported(copy, other))
    assert digests(other) == before


@pytest.mark.parametrize("forge", [_changed_statement, _changed_leaf, _shorter])
def test_script_finds_what_was_forged_with_sums_that_agree(
    small_archive: Path, tmp_path: Path, forge: Callable[[Path], None]
) -> None:
    copy = Path(shutil.copytree(small_archive, tmp_path / "copy"))
    forge(copy)
    summed(copy)
    run = script(copy)
    assert run.code == 1
    assert "does not hold" in run.err
