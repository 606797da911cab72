"""All tables together, made to fit each other: what the log's key is needed for, and what it hides."""

from __future__ import annotations

from typing import Any

import pytest

from registry.engine import StartError
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.note import split_note
from registry.provenance.proof import ProofError, verify_consistency
from tests.attackers.scene import BAN, Scene, Watcher
from tests.attackers.test_log_key import payload_of_the_ban, rewrite_the_ban
from tests.support.tampering import Copy


def without_the_log_key(copy: Copy, payload: bytes, **changes: Any) -> None:
    """All is made to fit but the checkpoint, which only the log's key signs, here and in the second store."""
    assert copy.config.head
    ((note,),) = copy.sql("SELECT note FROM checkpoint")
    second = copy.config.head.read_text("utf-8")
    rewrite_the_ban(copy, payload, **changes)
    copy.sql("UPDATE checkpoint SET note = ?", note)
    copy.config.head.write_text(second, "utf-8")


@pytest.mark.parametrize("word", [b"2028-03-01", b"2026-03-02"], ids=["a leaf alone", "with the vault's key"])
def test_what_fits_without_the_logs_key_is_found_at_the_start_and_by_verify(
    scene: Scene, copy: Copy, word: bytes
) -> None:
    payload = payload_of_the_ban(copy).replace(b"2028-03-01", word)
    if word == b"2028-03-01":
        without_the_log_key(copy, payload, received_ms=scene.clock() + 1)
    else:
        without_the_log_key(copy, payload, statement_hash=statement_hash(PAYLOAD_TYPE, payload))
    assert any(line.startswith("检查点签的是") for line in copy.verify())
    with pytest.raises(StartError, match="存储被改动"), scene.opened(copy.config.home):
        pass


def test_a_time_moved_with_the_logs_key_is_seen_by_the_follower_and_whoever_holds_a_checkpoint(
    scene: Scene, copy: Copy, watcher: Watcher
) -> None:
    """Between its neighbours nothing inside can tell, for the registry alone says when it received what."""
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == []
        held = Checkpoint.parse(split_note(stage.note)[0])
    ((leaf,),) = copy.sql("SELECT leaf FROM statement WHERE statement_id = ?", BAN)
    moved = Leaf.decode(leaf).received_ms + 1000
    rewrite_the_ban(copy, payload_of_the_ban(copy), received_ms=moved)
    copy.sql("UPDATE checkpoint SET last_received_ms = ?", moved)
    assert copy.verify() == []
    assert copy.rebuild() == []
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == ["FORK"]
        now = Checkpoint.parse(split_note(stage.note)[0])
        with pytest.raises(ProofError):
            verify_consistency(held.size, held.root, now.size, now.root, stage.prove(held.size, now.size))
