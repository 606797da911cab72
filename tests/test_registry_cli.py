"""The ``registry`` command: init, issue, verify, rebuild, migrate; and that the handbook is true to it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from registry.__main__ import main
from registry.config import load_config
from tests.support.command import (
    ROOT,
    TIMEOUT_S,
    assert_one_line,
    command,
    digests,
    in_process,
    installation,
    registry,
)
from tests.support.tampering import Copy

OPERATOR = ("--operator-code", "11130900DEM00009X3", "--operator-name", "沧州市(示例)信用办")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: copy it."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "registry"))


# --- init and issue


def test_init_makes_an_installation_that_verifies_and_hands_out_certificates(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "registry"
    made = registry("init", "--directory", directory, "--origin", "credit.example/new", *OPERATOR)
    assert (made.code, made.err) == (0, "")
    assert "credit.example/new" in made.out
    config = load_config(directory)
    assert config.origin == "credit.example/new"
    secrets = [config.vault_key, config.log_key, config.certificate_key, directory / "keys/operator.key"]
    assert [path.stat().st_mode & 0o077 for path in secrets] == [0, 0, 0, 0]
    assert in_process("verify", "--directory", directory).code == 0

    issued = in_process(
        "issue", "--directory", directory,
        "--role", "system/procurement", "--caller", "tender-platform", "--name", "platform",
    )  # fmt: skip
    assert issued.code == 0
    assert "registry://credit.example/new/system/procurement/tender-platform" in issued.out
    handed_over = {path.name for path in (directory / "clients/platform").iterdir()}
    assert handed_over == {"ca.pem", "cert.pem", "key.pem"}
    before = digests(directory)
    again = in_process(
        "issue", "--directory", directory, "--role", "auditor", "--caller", "a", "--name", "platform"
    )
    assert_one_line(again, "platform")
    assert_one_line(in_process("init", "--directory", directory, *OPERATOR), "不会覆盖")
    assert digests(directory) == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--operator-code", "11130900DEM00009X4", "--operator-name", "x"), "11130900DEM00009X4"),
        (("--operator-code", "91130903DEMD1TJ38", "--operator-name", "x"), "91130903DEMD1TJ38"),
        ((*OPERATOR, "--origin", 'credit.example"'), "credit.example"),
        ((*OPERATOR, "--origin", ""), "origin"),
        ((*OPERATOR, "--region", "13"), "region"),
        ((*OPERATOR[:3], " "), "name"),
        ((*OPERATOR, "--address", "127.0.0.1"), "127.0.0.1"),
        ((*OPERATOR, "--address", '"\n[x]:1'), "主机:端口"),
        ((*OPERATOR, "--host", "a b"), "a b"),
    ],
    ids=str,
)
def test_init_refuses_what_cannot_be_and_leaves_nothing_behind(
    tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    run = in_process("init", "--directory", tmp_path / "registry", *arguments)
    assert_one_line(run, word)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("directory", ["/proc/nowhere/registry", "/dev/null/registry"])
def test_init_where_nothing_can_be_written_says_so(directory: str) -> None:
    assert_one_line(in_process("init", "--directory", directory, *OPERATOR), directory)


def test_init_takes_an_empty_directory_and_leaves_one_with_content_alone(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "mine").write_text("mine")
    assert in_process("init", "--directory", empty, *OPERATOR).code == 0
    assert_one_line(in_process("init", "--directory", full, *OPERATOR), "不会覆盖")
    assert [path.name for path in full.iterdir()] == ["mine"]
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "full"}


def test_two_inits_at_once_make_one_installation(tmp_path: Path) -> None:
    directory = tmp_path / "registry"
    begun = [
        subprocess.Popen(
            command("init", "--directory", directory, *OPERATOR), cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=TIMEOUT_S)[1] for process in begun]
    assert sorted(process.returncode for process in begun) == [0, 1]
    (loser,) = [error for error in errors if error]
    assert len(loser.splitlines()) == 1
    assert in_process("verify", "--directory", directory).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]


@pytest.mark.parametrize(
    ("role", "caller", "name"),
    [
        ("department", "11130900DEM0000220", "bad-code"),
        ("auditor", "Not A Name", "bad-name"),
        ("auditor", "asker", "../escape"),
        ("auditor", "asker", "authority"),
        ("auditor", "asker", "server"),
    ],
)
def test_issue_refuses_what_cannot_be_and_changes_nothing(
    copy: Path, role: str, caller: str, name: str
) -> None:
    before = digests(copy.parent)
    run = in_process("issue", "--directory", copy, "--role", role, "--caller", caller, "--name", name)
    assert_one_line(run)
    assert digests(copy.parent) == before


# --- the store's own commands


def test_a_good_store_verifies_rebuilds_and_needs_no_migration(copy: Path) -> None:
    before = digests(copy)
    verified, rebuilt, migrated = (
        run(name, "--directory", copy)
        for run, name in ((registry, "verify"), (in_process, "rebuild"), (in_process, "migrate"))
    )
    assert (verified.code, rebuilt.code, migrated.code) == (0, 0, 0)
    ((size,),) = Copy(load_config(copy)).sql("SELECT size FROM checkpoint")
    assert f"{size} 条" in verified.out
    assert f"{size} 条" in rebuilt.out
    assert re.fullmatch(r"存储版本: (\d{4}) → \1\n", migrated.out)
    assert verified.err + rebuilt.err + migrated.err == ""
    assert digests(copy) == before


def test_a_rebuilt_store_can_be_kept_and_served_in_the_place_of_the_old_one(copy: Path) -> None:
    kept = copy / "rebuilt.db"
    assert in_process("rebuild", "--directory", copy, "--into", kept).code == 0
    toml = copy / "registry.toml"
    toml.write_text(toml.read_text("utf-8").replace("registry.db", "rebuilt.db"), "utf-8")
    assert in_process("verify", "--directory", copy).code == 0
    old = copy / "registry.db"
    assert_one_line(in_process("rebuild", "--directory", copy, "--into", old), "不会覆盖")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("verify", "UPDATE statement SET signatures = x'' WHERE position = 5"),
        ("verify", "UPDATE statement SET leaf = x'00' WHERE position = 17"),
        ("verify", "DELETE FROM person"),
        ("rebuild", "UPDATE ground SET last = '2029-03-01'"),
        ("rebuild", "DELETE FROM person"),
        ("rebuild", "UPDATE statement SET leaf = x'00' WHERE position = 17"),
    ],
)
def test_a_store_that_was_tampered_with_fails_the_check_and_is_not_repaired(
    copy: Path, name: str, change: str
) -> None:
    Copy(load_config(copy)).sql(change)
    before = digests(copy)
    run = in_process(name, "--directory", copy)
    assert run.code == 1
    assert run.err.splitlines()[-1].startswith("Error: ")
    assert digests(copy) == before


def test_a_rebuild_with_the_key_of_another_log_says_so(copy: Path) -> None:
    shutil.copy(copy / "tls/server.key", copy / "keys/log.key")
    before = digests(copy)
    run = in_process("rebuild", "--directory", copy)
    assert run.code == 1
    assert "log.key 不是签过最后检查点的密钥" in run.err
    assert digests(copy) == before


# --- what the documents say


def test_every_command_and_option_stands_in_the_operators_handbook() -> None:
    handbook = (ROOT / "docs/operations.md").read_text("utf-8")
    for name, subcommand in main.commands.items():
        assert f"`registry {name}" in handbook
        for parameter in subcommand.params:
            assert all(f"`{option}`" in handbook for option in parameter.opts), (name, parameter.opts)


def test_every_error_line_of_the_handbook_is_one_that_the_program_can_print() -> None:
    handbook = (ROOT / "docs/operations.md").read_text("utf-8").partition("## What an error line means")[2]
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "registry").rglob("*.py"))
    lines = re.findall(r"^\| `([^`]+)` \|", handbook, re.MULTILINE)
    assert len(lines) > 25
    for line in lines:
        assert all(piece.strip() in sources for piece in line.split("…")), line
