"""The log against its head in a second store: what is an interrupted exchange, and what would be a fork."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.commands.head import StoredLog, adopt_head, settle_head
from registry.provenance.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.merkle import leaf_hash, root_of
from registry.store.head import HeadFile
from registry.store.interface import StoreError
from registry.v1.envelope_pb2 import SUITE_ED25519

ORIGIN = "credit.example/test"
LEAVES = [leaf_hash(b"%d" % index) for index in range(12)]
OTHER_LEAVES = [leaf_hash(b"other"), *LEAVES[1:]]
SIGNER = FileSigner.generate(SUITE_ED25519)
VERIFIER = load_verifying_key(SIGNER.suite, SIGNER.public_key)


def note(size: int, leaves: list[bytes] = LEAVES, *, origin: str = ORIGIN, by: FileSigner = SIGNER) -> str:
    return sign_checkpoint(Checkpoint(origin, size, root_of(leaves[:size])), by)


def stored(size: int) -> StoredLog:
    return StoredLog(
        size,
        note(size),
        open_note=lambda text: open_checkpoint(text, VERIFIER, origin=ORIGIN),
        root_at=lambda size: root_of(LEAVES[:size]),
    )


@pytest.fixture
def head(tmp_path: Path) -> Iterator[HeadFile]:
    opened = HeadFile(tmp_path / "checkpoint")
    yield opened
    opened.close()


def test_same_head_stays_as_it_is(head: HeadFile) -> None:
    head.swap(None, note(7))
    settle_head(head, stored(7))
    assert head.read() == note(7)


@pytest.mark.parametrize("size", [1, 4, 6])
def test_head_of_before_the_last_groups_is_moved_on(head: HeadFile, size: int) -> None:
    head.swap(None, note(size))
    settle_head(head, stored(7))
    assert head.read() == note(7)


def test_store_older_than_its_head_is_refused_and_the_head_stays(head: HeadFile) -> None:
    head.swap(None, note(12))
    with pytest.raises(StoreError, match="存储只有7条陈述, 日志头已签到12条"):
        settle_head(head, stored(7))
    assert head.read() == note(12)


@pytest.mark.parametrize("size", [1, 6, 7])
def test_store_that_does_not_begin_with_what_was_signed_is_refused(head: HeadFile, size: int) -> None:
    forked = note(size, OTHER_LEAVES)
    head.swap(None, forked)
    with pytest.raises(StoreError, match="不符"):
        settle_head(head, stored(7))
    assert head.read() == forked


@pytest.mark.parametrize(
    "other",
    [note(6, origin="credit.example/other"), note(6, by=FileSigner.generate(SUITE_ED25519)), "nonsense\n"],
    ids=["another log", "another key", "no checkpoint"],
)
def test_head_that_this_log_never_signed_is_refused(head: HeadFile, other: str) -> None:
    head.swap(None, other)
    with pytest.raises(StoreError, match="不是本日志签的检查点"):
        settle_head(head, stored(7))
    assert head.read() == other


def test_lost_head_is_refused_until_an_operator_adopts_the_store_by_its_size(head: HeadFile) -> None:
    with pytest.raises(StoreError, match="没有日志头"):
        settle_head(head, stored(7))
    with pytest.raises(StoreError, match="存储有7条陈述, 不是8条"):
        adopt_head(head, stored(7), size=8)
    assert head.read() is None
    adopt_head(head, stored(7), size=7)
    settle_head(head, stored(7))
    assert head.read() == note(7)


def test_head_that_is_there_is_not_adopted_over(head: HeadFile) -> None:
    head.swap(None, note(12))
    with pytest.raises(StoreError, match="已有日志头"):
        adopt_head(head, stored(7), size=7)
    assert head.read() == note(12)
