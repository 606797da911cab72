"""``registry witness``, ``registry follow`` and ``registry policy`` as those who watch meet them."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.outbound import Outbound
from registry.provenance.cosignature import parse_cosigner
from registry.provenance.note import read_lines, split_note
from registry.provenance.witness_policy import Policy
from registry.witness.client import WitnessClient
from tests.follow.made_log import MadeLog, published
from tests.support.command import ROOT, assert_one_line, command, in_process, registry
from tests.support.spine import ORIGIN, found_spine
from tests.witness.small_log import SmallLog

STARTS_S = 30


@pytest.fixture
def log() -> SmallLog:
    log = SmallLog()
    log.grow(9)
    return log


def init(directory: Path, log: SmallLog, *more: str) -> str:
    """Makes a witness; its vkey."""
    arguments = ["--name", "w.example/1", "--address", "127.0.0.1:0", "--log", log.keys()[0].vkey, *more]
    run = in_process("witness", "init", "--directory", directory, *arguments)
    assert run.code == 0, run.err
    return run.out.strip()


@contextmanager
def running(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that runs, and the first line that it prints; killed at the end if it still does."""
    process = subprocess.Popen(
        command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


# --- witness


def test_a_witness_is_made_serves_and_stops_when_told(tmp_path: Path, log: SmallLog) -> None:
    key = parse_cosigner(init(tmp_path / "w", log))
    assert (tmp_path / "w/witness.key").stat().st_mode & 0o77 == 0
    for size in (4, 9):
        with running("witness", "serve", "--directory", tmp_path / "w") as (process, line), Outbound() as out:
            port = re.search(r"127\.0\.0\.1:(\d+)", line)
            assert port, line
            client = WitnessClient(key, f"http://127.0.0.1:{port[1]}/", out)
            (signed,) = read_lines(client.cosign(log.note(size), log.prove) + "\n")
            assert key.time_of(split_note(log.note(size))[0], signed)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STARTS_S) == 0


def test_a_witness_is_not_made_over_another(tmp_path: Path, log: SmallLog) -> None:
    init(tmp_path / "w", log)
    before = (tmp_path / "w/witness.key").read_bytes()
    arguments = ["--name", "w.example/2", "--log", log.keys()[0].vkey]
    assert_one_line(in_process("witness", "init", "--directory", tmp_path / "w", *arguments), "不会覆盖")
    assert (tmp_path / "w/witness.key").read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--name", "two words", "key name"),
        ("--log", "nonsense", "vkey"),
        ("--address", "nowhere", "主机:端口"),
    ],
)
def test_what_cannot_be_a_witness_is_told_in_one_line_and_not_made(
    tmp_path: Path, log: SmallLog, option: str, value: str, words: str
) -> None:
    arguments = {"--name": "w.example", "--address": "127.0.0.1:0", "--log": log.keys()[0].vkey}
    arguments[option] = value
    flat = [each for pair in arguments.items() for each in pair]
    assert_one_line(in_process("witness", "init", "--directory", tmp_path / "w", *flat), words)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("part", "instead", "words"),
    [
        ("[witness]", "[other]", "多余的 other"),
        ('name = "w.example/1"\n', "", "缺少 name"),
        ("record = ", "more = 1\nrecord = ", "多余的 more"),
        ("vkeys = [", "vkeys = 5 # [", "registry.example/log"),
        ("origin = ", "origins = ", "origin 和 vkeys"),
        ('key = "witness.key"', 'key = "nothing.key"', "nothing.key"),
        ("127.0.0.1:0", "nowhere", "主机:端口"),
        ("[witness]", "[", "不能读取"),
    ],
)
def test_faulty_settings_are_told_in_one_line(
    tmp_path: Path, log: SmallLog, part: str, instead: str, words: str
) -> None:
    init(tmp_path / "w", log)
    settings = tmp_path / "w/witness.toml"
    text = settings.read_text("utf-8")
    assert part in text
    settings.write_text(text.replace(part, instead), "utf-8")
    assert_one_line(registry("witness", "serve", "--directory", tmp_path / "w"), words)


def test_a_witness_that_runs_is_not_started_twice(tmp_path: Path, log: SmallLog) -> None:
    init(tmp_path / "w", log)
    with running("witness", "serve", "--directory", tmp_path / "w"):
        assert_one_line(registry("witness", "serve", "--directory", tmp_path / "w"), "另一进程")


def test_a_witness_that_was_never_made_is_told(tmp_path: Path) -> None:
    assert_one_line(registry("witness", "serve", "--directory", tmp_path / "w"), "witness init")


# --- follow


@pytest.fixture
def made() -> MadeLog:
    log = MadeLog()
    log.genesis()
    log.grow(300)
    log.map_state()
    return log


def policy_of(log: MadeLog, directory: Path) -> Path:
    path = directory / "verify.policy"
    path.write_text(f"log {log.keys()[0].vkey}\nquorum none\n", "utf-8")
    return path


def test_following_once_says_how_far_it_is_and_ends_well(made: MadeLog, tmp_path: Path) -> None:
    policy = policy_of(made, tmp_path)
    with published(made) as (_, url):
        arguments = (url, "--policy", policy, "--directory", tmp_path / "mirror", "--once")
        run = registry("follow", *arguments, "--max-age", str(10**9))
        assert (run.code, run.out) == (0, f"镜像 {made.size} 条, 一致\n"), run.err
        late = registry("follow", *arguments)
        assert late.code == 3
        assert "警报 LATE" in late.err


def test_a_fork_ends_with_another_code_one_line_and_the_operators_command(
    made: MadeLog, tmp_path: Path
) -> None:
    policy, told = policy_of(made, tmp_path), tmp_path / "told"
    with published(made) as (served, url):
        arguments = (url, "--policy", policy, "--directory", tmp_path / "mirror", "--max-age", str(10**9))
        assert registry("follow", *arguments, "--once").code == 0
        served.log = fork = made.twin(100)
        fork.grow(400, "other")
        run = registry("follow", *arguments, "--once", "--exec", f"sh -c 'echo \"$0\" > {told}'")
        assert run.code == 3
        (line,) = [each for each in run.err.splitlines() if each.startswith("警报")]
        assert line.startswith("警报 FORK: ")
        assert told.read_text("utf-8") == "FORK\n"
        assert run.out == ""


def test_a_log_that_is_not_there_is_an_alarm(made: MadeLog, tmp_path: Path) -> None:
    policy = policy_of(made, tmp_path)
    run = registry(
        "follow", "http://127.0.0.1:1/", "--policy", policy, "--directory", tmp_path / "m", "--once"
    )
    assert run.code == 3
    assert "警报 MISSING" in run.err


def test_following_goes_on_until_it_is_told_to_stop(made: MadeLog, tmp_path: Path) -> None:
    policy = policy_of(made, tmp_path)
    with published(made) as (_, url):
        arguments = (url, "--policy", policy, "--directory", tmp_path / "mirror", "--max-age", str(10**9))
        with running("follow", *arguments, "--interval", "0.1") as (process, line):
            assert line == f"镜像 {made.size} 条, 一致\n"
            made.grow(500)
            assert process.stdout
            assert process.stdout.readline() == "镜像 500 条, 一致\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(STARTS_S) == 0


@pytest.mark.parametrize("content", [None, "", "quorum\n"])
def test_a_policy_that_cannot_be_read_is_told_and_nothing_is_followed(
    tmp_path: Path, content: str | None
) -> None:
    policy = tmp_path / "verify.policy"
    if content is not None:
        policy.write_text(content, "utf-8")
    run = registry("follow", "http://127.0.0.1:1/", "--policy", policy, "--directory", tmp_path / "m")
    assert_one_line(run)
    assert not (tmp_path / "m").exists()


# --- policy


def test_the_policy_of_an_installation_is_printed_while_it_is_served(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")  # It holds the store.
    run = registry("policy", "--directory", tmp_path / "registry")
    plain = registry("policy", "--directory", tmp_path / "registry", "--c2sp")
    head = spine.engine.state.head
    spine.engine.close()
    assert head
    assert (run.code, run.err) == (0, "")
    policy = Policy.parse(run.out)
    assert policy.check_checkpoint(head.note).checkpoint.size == head.size
    assert len(policy.receipt_keys(ORIGIN, 1)) == 1
    assert [line.split()[0] for line in plain.out.splitlines()] == ["log", "quorum"]


def test_faulty_witnesses_of_an_installation_are_told_in_one_line(tmp_path: Path) -> None:
    found_spine(tmp_path / "registry").engine.close()
    with (tmp_path / "registry/registry.toml").open("a", encoding="utf-8") as file:
        file.write('\n[witnesses]\npolicy = "witnesses.policy"\n')
    assert_one_line(in_process("policy", "--directory", tmp_path / "registry"), "witnesses.policy")
    (tmp_path / "registry/witnesses.policy").write_text("witness w x\nquorum w\n", "utf-8")
    run = in_process("policy", "--directory", tmp_path / "registry")
    assert_one_line(run, "第1行", "第2行")
