"""A running log's checkpoints are cosigned: what is served has the quorum that is required."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.provenance.merkle import leaf_hash
from registry.provenance.witness_policy import CheckedCheckpoint, Policy
from registry.store.interface import CosignatureRow, StoreError
from registry.upkeep.cosigner import CosignatureError, Cosigner
from tests.witness.liars import serving
from tests.witness.running import TestWitness, witness_of
from tests.witness.small_log import SmallLog

WAIT_S = 10.0
NAMES = ("w1", "w2", "w3")


class Rows:
    """Rows that were kept, by rising size, as a store gives them."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], CosignatureRow] = {}
        self.fault: StoreError | None = None

    def keep(self, rows: Sequence[CosignatureRow]) -> None:
        if self.fault:
            raise self.fault
        for row in rows:
            self.rows.setdefault((row.size, row.name), row)

    def __iter__(self) -> Iterator[CosignatureRow]:
        return (self.rows[key] for key in sorted(self.rows))


@dataclass(slots=True)
class Way:
    """The way to a witness: closed, or open and slow."""

    witness: TestWitness
    open: bool = True
    pause_s: float = 0.0

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        if not self.open:
            return
        time.sleep(self.pause_s)
        with socket.create_connection(("127.0.0.1", self.witness.port)) as inner:
            inner.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            while chunk := inner.recv(65_536):
                connection.sendall(chunk)


@pytest.fixture
def log() -> SmallLog:
    log = SmallLog()
    log.grow(3)
    return log


@pytest.fixture
def witnesses(log: SmallLog, tmp_path: Path) -> Iterator[list[TestWitness]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(witness_of(log, directory=tmp_path / name, name=f"{name}.example"))
            for name in NAMES
        ]


def policy(log: SmallLog, witnesses: Sequence[TestWitness], quorum: str, *urls: str) -> Policy:
    """Two of three, unless another quorum is named."""
    lines = [f"log {log.keys()[0].vkey}"]
    for at, (name, each) in enumerate(zip(NAMES, witnesses, strict=False)):
        lines.append(f"witness {name} {each.key.vkey} {urls[at] if at < len(urls) else each.url}")
    lines += [f"group two 2 {' '.join(NAMES[: len(witnesses)])}"] if len(witnesses) > 1 else []
    return Policy.parse("\n".join([*lines, f"quorum {quorum}", ""]))


@contextmanager
def cosigning(
    log: SmallLog, asked: Policy, rows: Rows | None = None, refresh_s: float = 3600.0
) -> Iterator[Cosigner]:
    rows = rows or Rows()
    cosigner = Cosigner(
        asked,
        head=log.note,
        prove=log.prove,
        keep=rows.keep,
        kept=iter(rows),
        interval_s=0.05,
        refresh_s=refresh_s,
        deadline_s=1.0,
    )
    cosigner.start()
    try:
        yield cosigner
    finally:
        cosigner.close()


def served(cosigner: Cosigner, asked: Policy) -> CheckedCheckpoint:
    """What is served now, as a client with the policy reads it."""
    return asked.check_checkpoint(cosigner.latest())


def eventually(holds: object) -> None:
    """Waits until it holds."""
    assert callable(holds)
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


def test_each_new_checkpoint_is_cosigned_by_the_quorum_and_served(
    log: SmallLog, witnesses: list[TestWitness]
) -> None:
    asked = policy(log, witnesses, "two")
    with cosigning(log, asked) as cosigner:
        for size in (3, 4, 30):
            log.grow(size)
            checked = asked.check_checkpoint(cosigner.require(size, WAIT_S))
            assert checked.checkpoint == log.checkpoint(size)
            assert len(checked.witnesses) >= 2
        eventually(lambda: len(served(cosigner, asked).witnesses) == 3)


def test_one_witness_that_is_down_stops_nobody(log: SmallLog, witnesses: list[TestWitness]) -> None:
    asked = policy(log, witnesses, "two")
    witnesses[1].stop()
    with cosigning(log, asked) as cosigner:
        for size in (3, 9):
            log.grow(size)
            checked = asked.check_checkpoint(cosigner.require(size, WAIT_S))
            assert [each.witness for each in checked.witnesses] == ["w1", "w3"]


def test_one_witness_that_hangs_keeps_nobody_waiting(log: SmallLog, witnesses: list[TestWitness]) -> None:
    with serving(lambda c, _: time.sleep(30)) as url:
        asked = policy(log, witnesses, "two", url)
        with cosigning(log, asked) as cosigner:
            for size in range(3, 9):
                log.grow(size)
                began = time.monotonic()
                cosigner.require(size, WAIT_S)
                assert time.monotonic() - began < 0.9


def test_a_checkpoint_without_the_quorum_is_not_served(log: SmallLog, witnesses: list[TestWitness]) -> None:
    asked = policy(log, witnesses, "two")
    with cosigning(log, asked) as cosigner:
        cosigner.require(3, WAIT_S)
        witnesses[0].stop()
        witnesses[1].stop()
        log.grow(9)
        with pytest.raises(CosignatureError, match="大小9"):
            cosigner.require(9, 1.0)
        assert served(cosigner, asked).checkpoint.size == 3


def test_before_the_first_quorum_nothing_is_served(log: SmallLog, witnesses: list[TestWitness]) -> None:
    for each in witnesses:
        each.stop()
    asked = policy(log, witnesses, "two", *["http://127.0.0.1:1/"] * 3)
    with cosigning(log, asked) as cosigner, pytest.raises(CosignatureError, match="还没有"):
        cosigner.latest()


def test_a_witness_that_comes_back_completes_the_checkpoint_that_waits(
    log: SmallLog, witnesses: list[TestWitness]
) -> None:
    way = Way(witnesses[0], open=False)
    with serving(way) as url:
        asked = policy(log, witnesses[:1], "w1", url)
        with cosigning(log, asked) as cosigner:
            with pytest.raises(CosignatureError):
                cosigner.require(3, 0.5)
            way.open = True
            assert asked.check_checkpoint(cosigner.require(3, WAIT_S)).quorum_met


def test_what_was_cosigned_is_served_after_a_restart_though_no_witness_answers(
    log: SmallLog, witnesses: list[TestWitness]
) -> None:
    asked, rows = policy(log, witnesses, "two"), Rows()
    with cosigning(log, asked, rows) as cosigner:
        for size in (3, 7, 8):
            log.grow(size)
            cosigner.require(size, WAIT_S)
    for each in witnesses:
        each.stop()
    log.grow(20)
    with cosigning(log, asked, rows) as cosigner:
        assert served(cosigner, asked).checkpoint.size == 8


def test_rows_that_were_tampered_with_are_not_served(log: SmallLog, witnesses: list[TestWitness]) -> None:
    asked, rows = policy(log, witnesses, "two"), Rows()
    with cosigning(log, asked, rows) as cosigner:
        for size in (3, 7):
            log.grow(size)
            cosigner.require(size, WAIT_S)
        eventually(lambda: len(served(cosigner, asked).witnesses) == 3)
    for name in ("w1", "w2"):
        rows.rows[7, name] = CosignatureRow(7, name, rows.rows[3, name].line)
    for each in witnesses:
        each.stop()
    with cosigning(log, asked, rows) as cosigner:
        assert served(cosigner, asked).checkpoint.size == 3


def test_a_line_that_is_not_durable_is_not_served(log: SmallLog, witnesses: list[TestWitness]) -> None:
    asked, rows = policy(log, witnesses, "two"), Rows()
    rows.fault = StoreError("full")
    with cosigning(log, asked, rows) as cosigner:
        with pytest.raises(CosignatureError):
            cosigner.require(3, 0.5)
        rows.fault = None
        assert asked.check_checkpoint(cosigner.require(3, WAIT_S)).quorum_met


def test_without_a_quorum_the_newest_is_served_with_whatever_lines_there_are(
    log: SmallLog, witnesses: list[TestWitness]
) -> None:
    asked = policy(log, witnesses, "none")
    witnesses[2].stop()
    with cosigning(log, asked) as cosigner:
        eventually(lambda: len(served(cosigner, asked).witnesses) == 2)
        log.grow(9)
        assert served(cosigner, asked).checkpoint.size == 9
        assert cosigner.require(9, 0.1) == cosigner.latest()
        eventually(lambda: len(served(cosigner, asked).witnesses) == 2)


def test_a_log_that_rests_is_cosigned_anew(log: SmallLog, witnesses: list[TestWitness]) -> None:
    asked = policy(log, witnesses, "two")
    with cosigning(log, asked, refresh_s=0.3) as cosigner:
        cosigner.require(3, WAIT_S)
        for each in witnesses:
            each.now_s += 3600
        later = witnesses[0].now_s
        eventually(lambda: min(each.time_s for each in served(cosigner, asked).witnesses) == later)


def test_a_log_that_was_set_back_is_an_error_to_look_into_though_the_witness_was_down_before(
    log: SmallLog, witnesses: list[TestWitness], caplog: pytest.LogCaptureFixture
) -> None:
    way = Way(witnesses[0])
    with serving(way) as url:
        asked = policy(log, witnesses[:1], "w1", url)
        log.grow(5)
        with cosigning(log, asked) as cosigner:
            cosigner.require(5, WAIT_S)
        way.open = False
        back = log.fork(4)
        del back.leaves[4:]
        back.tree = SmallLog().tree
        for leaf in back.leaves:
            back.tree.append(leaf_hash(leaf))
        with cosigning(back, asked):
            eventually(lambda: [record.levelname for record in caplog.records] == ["WARNING"])
            way.open = True
            eventually(lambda: [record.levelname for record in caplog.records] == ["WARNING", "ERROR"])
    assert "已签到 5, 本日志只有 4" in caplog.records[-1].getMessage()


def test_two_slow_witnesses_sign_the_same_checkpoint_of_a_log_that_grows_fast(
    log: SmallLog, witnesses: list[TestWitness]
) -> None:
    with ExitStack() as stack:
        ways = [Way(each, pause_s=pause) for each, pause in zip(witnesses, (0.2, 0.3), strict=False)]
        urls = [stack.enter_context(serving(way)) for way in ways]
        asked, sizes = policy(log, witnesses[:2], "two", *urls), set[int]()
        with cosigning(log, asked) as cosigner:
            cosigner.require(3, WAIT_S)
            while len(sizes) < 4:
                log.grow(len(log.leaves) + 1)
                sizes.add(served(cosigner, asked).checkpoint.size)
                assert len(log.leaves) < 1_000, sizes
                time.sleep(0.01)


def test_a_witness_without_an_address_is_refused(log: SmallLog, witnesses: list[TestWitness]) -> None:
    nowhere = policy(log, witnesses[:1], "w1", "")
    with pytest.raises(CosignatureError, match="w1"):
        Cosigner(nowhere, head=log.note, prove=log.prove, keep=Rows().keep)
