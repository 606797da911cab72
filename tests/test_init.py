"""``registry init``: asks at a terminal, takes a file, tells all faults at once, leaves nothing half made."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from registry.config import load_config
from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256
from tests.support.backing import killed_at, small_disk, with_small_files
from tests.support.command import ROOT, assert_one_line, command, in_process, registry

CODE, NAME = "11130900DEM00009X3", "沧州市(示例)信用办"
OPERATOR = ("--operator-code", CODE, "--operator-name", NAME)
ANSWERS = f"""\
operator_code = "{CODE}"
operator_name = "{NAME}"
origin = "credit.example/new"
address = "127.0.0.1:9443"
hosts = ["registry.example", "192.0.2.21"]
suite = "p256"
"""


class Terminal:
    """Somebody at a terminal, who waits for each question and answers it."""

    def __init__(self, *arguments: str | Path) -> None:
        self._end, its = pty.openpty()
        self.process = subprocess.Popen(
            command(*arguments), cwd=ROOT, stdin=its, stdout=its, stderr=its, close_fds=True
        )
        os.close(its)
        self.seen = ""

    def hear(self, text: str) -> None:
        """Waits for some words; what came before them is past."""
        self._read_until(text)
        self.seen = self.seen.partition(text)[2]

    def answer(self, question: str, text: str) -> None:
        self.hear(question)
        os.write(self._end, f"{text}\n".encode())

    def code(self) -> int:
        self._read_until(None)
        os.close(self._end)
        return self.process.wait(30)

    def _read_until(self, text: str | None) -> None:
        until = time.monotonic() + 30
        while text is None or text not in self.seen:
            assert time.monotonic() < until, self.seen
            if not select.select([self._end], [], [], 1)[0]:
                continue
            try:
                self.seen += os.read(self._end, 4096).decode("utf-8", "replace")
            except OSError:  # The other end is closed.
                assert text is None, self.seen
                return


def test_somebody_at_a_terminal_is_asked_for_what_is_missing_and_told_what_cannot_be(tmp_path: Path) -> None:
    directory = tmp_path / "registry"
    terminal = Terminal("init", "--directory", directory, "--address", "127.0.0.1:9443")
    terminal.answer("统一社会信用代码:", "11130900DEM00009X4")
    terminal.hear("校验码")
    terminal.answer("统一社会信用代码:", CODE)
    terminal.answer("登记机构名称:", NAME)
    terminal.answer("[130900]:", "")
    terminal.answer("[credit.example/cangzhou]:", 'a b"')
    terminal.hear("Error")
    terminal.answer("[credit.example/cangzhou]:", "")
    terminal.answer("可以没有:", "registry.example")
    terminal.answer("[registry.db]:", "")
    terminal.answer("]:", "")
    terminal.answer("[ed25519]:", "rsa")
    terminal.hear("没有 'rsa'")
    terminal.answer("[ed25519]:", "p256")
    terminal.answer("以上无误", "y")
    assert terminal.code() == 0
    config = load_config(directory)
    assert (config.origin, config.address) == ("credit.example/cangzhou", "127.0.0.1:9443")
    assert in_process("verify", "--directory", directory).code == 0


def test_somebody_who_gives_up_leaves_nothing_behind(tmp_path: Path) -> None:
    terminal = Terminal("init", "--directory", tmp_path / "registry", *OPERATOR[:2])
    terminal.answer("登记机构名称:", NAME)
    for question in ("]:", "]:", "]:", "可以没有:", "]:", "]:", "]:"):
        terminal.answer(question, "")
    terminal.answer("以上无误", "n")
    assert terminal.code() == 1
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_terminal_one_line_says_all_that_is_missing(tmp_path: Path) -> None:
    run = registry("init", "--directory", tmp_path / "registry", "--region", "13")
    assert_one_line(run, "缺少 --operator-code", "缺少 --operator-name", "--region '13'")
    assert list(tmp_path.iterdir()) == []


def test_file_of_answers_founds_a_registry_and_an_option_comes_before_it(tmp_path: Path) -> None:
    answers, directory = tmp_path / "init.toml", tmp_path / "registry"
    answers.write_text(ANSWERS, "utf-8")
    words = ("init", "--directory", directory, "--answers", answers, "--address", "127.0.0.1:9444")
    run = registry(*words)
    assert (run.code, run.err) == (0, "")
    config = load_config(directory)
    assert (config.origin, config.address) == ("credit.example/new", "127.0.0.1:9444")
    said = subprocess.run(
        ["openssl", "x509", "-in", directory / "tls/server.pem", "-noout", "-ext", "subjectAltName"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for host in ("registry.example", "192.0.2.21", "127.0.0.1", "localhost"):
        assert host in said
    assert FileSigner.load(config.log_key, None).suite == SUITE_ECDSA_P256_SHA256


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("operator_code = 1\ncolour = 'red'", ("operator_code 应为文字", "多余的 colour")),
        ("hosts = 'a b'", ("hosts 应为文字列表",)),
        (f"operator_code = '{CODE}'\nedition = '1999'\nsuite = 'rsa'\nstore = 'mysql://x'\naddress = 'x'",
         ("缺少 --operator-name", "--edition", "--suite", "postgresql", "主机:端口")),
        ("operator_code = ", ("不能读取",)),
        (None, ("不能读取",)),
    ],
    ids=["types", "hosts", "everything", "not TOML", "no file"],
)  # fmt: skip
def test_file_of_answers_that_cannot_be_is_told_of_in_one_line(
    tmp_path: Path, content: str | None, words: tuple[str, ...]
) -> None:
    answers = tmp_path / "init.toml"
    if content is not None:
        answers.write_text(content, "utf-8")
    run = in_process("init", "--directory", tmp_path / "registry", "--answers", answers)
    assert_one_line(run, *words)
    assert not (tmp_path / "registry").exists()


@pytest.mark.parametrize(
    "function",
    [
        "registry.installation.write_secret",
        "registry.installation.create_store",
        "registry.installation.place_genesis",
        "registry.whole_directory._sync",
        "pathlib.Path.rename",
    ],
)
def test_init_that_is_killed_leaves_no_installation_and_the_next_one_clears_it_away(
    tmp_path: Path, function: str
) -> None:
    words = ("init", "--directory", tmp_path / "registry", *OPERATOR)
    killed_at(function, *words)
    assert not (tmp_path / "registry").exists()
    assert in_process(*words).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]
    assert in_process("verify", "--directory", tmp_path / "registry").code == 0


def test_init_that_is_told_to_stop_clears_up_itself(tmp_path: Path) -> None:
    words = command("init", "--directory", tmp_path / "registry", *OPERATOR)
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not list(tmp_path.iterdir()):
        assert time.monotonic() < until
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    left = [path.name for path in tmp_path.iterdir()]
    assert left in ([], ["registry"])
    assert process.returncode == (0 if left else 143)


def test_init_on_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    words = ("init", *OPERATOR, "--directory")
    assert_one_line(with_small_files(60_000, *words, tmp_path / "registry"))
    assert list(tmp_path.iterdir()) == []
    with small_disk(tmp_path / "disk", "100k") as disk:
        assert_one_line(in_process(*words, disk / "registry"))
        assert list(disk.iterdir()) == []
