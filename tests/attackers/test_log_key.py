"""(b) The attacker holds the database and the log's keys: he can sign another history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.commands.jobs import OwnStatement
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.proof import ProofError, root_at, verify_consistency
from registry.provenance.vault import Vault
from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Receipt
from registry.v1.statement_pb2 import Statement, TimeAnchor
from registry.witness.submission import CheckpointSubmission
from tests.attackers.scene import BAN, BARRED, Scene, Stage, Watcher, as_free, fault_names
from tests.support.events import licence, placed
from tests.support.spine import ORIGIN
from tests.support.stamps import PlainAuthority
from tests.support.tampering import Copy
from tests.witness.running import post, witness_of


def other_history(before: Scene, parent: Path) -> Path:
    """The installation continued from before the ban, with a licence in the ban's place."""
    parent.mkdir()
    directory = before.copy(parent).config.home
    with before.opened(directory) as spine:
        for _ in range(3):
            placed(spine.say("市场监管", event=licence("市场监管", BARRED)))
    return directory


def test_another_history_is_noticed_by_the_follower_with_both_signed_checkpoints(
    before: Scene, scene: Scene, copy: Copy, watcher: Watcher, tmp_path: Path
) -> None:
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == []
        honest = stage.note
    with scene.running(other_history(before, tmp_path / "other")) as stage:
        assert watcher.look(stage.url) == ["FORK"]
        forked = stage.note
    (evidence,) = (watcher.directory / "follow" / "evidence").glob("fork-*")
    assert (evidence / "known.checkpoint").read_text("utf-8") == honest
    assert (evidence / "offered.checkpoint").read_text("utf-8") == forked


def test_another_history_is_not_cosigned_by_the_witness_of_the_first(
    before: Scene, scene: Scene, copy: Copy, tmp_path: Path
) -> None:
    with witness_of(scene.known(), directory=tmp_path / "witness") as witness:
        with scene.running(copy.config.home) as stage:
            size = stage.spine.engine.state.size
            first = CheckpointSubmission(0, (), stage.note)
            assert post(witness.port, first.encode()).status == 200
        with scene.running(other_history(before, tmp_path / "other")) as stage:
            proof = stage.prove(size, stage.spine.engine.state.size)
            second = CheckpointSubmission(size, proof, stage.note)
            assert post(witness.port, second.encode()).status == 422
            anew = CheckpointSubmission(0, (), stage.note)
            assert post(witness.port, anew.encode()).status == 409


def test_two_receipts_of_two_histories_convict_the_log_without_anybody_else(
    before: Scene, scene: Scene, kept: dict[str, Receipt], tmp_path: Path
) -> None:
    with scene.running(other_history(before, tmp_path / "other")) as stage:
        receipt = stage.receipt(BARRED)
        old, new = checked(scene, kept["barred"].checkpoint), checked(scene, receipt.checkpoint)
        assert scene.report(receipt).ok
        assert scene.report(receipt).verdict == verdict_pb2.VERDICT_CLEAR
        with pytest.raises(ProofError):
            verify_consistency(old[0], old[1], new[0], new[1], stage.prove(old[0], new[0]))


def checked(scene: Scene, note: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that the log's keys signed."""
    checkpoint = scene.policy.check_checkpoint(note).checkpoint
    return checkpoint.size, checkpoint.root


def test_a_departments_statement_cannot_be_rewritten_with_the_logs_key(scene: Scene, copy: Copy) -> None:
    """He shortens the ban and makes everything fit that he can: seal, leaf, chain, tree, checkpoint, head."""
    payload = payload_of_the_ban(copy).replace(b"2028-03-01", b"2026-03-02")
    rewrite_the_ban(copy, payload, statement_hash=statement_hash(PAYLOAD_TYPE, payload))
    with scene.running(copy.config.home) as stage:
        receipt = stage.receipt(BARRED)
    (refused,) = scene.report(receipt).faults
    assert refused.detail == f"序号{position_of_the_ban(copy)}的签名与内容不符"
    assert any(f"序号{position_of_the_ban(copy)}" in fault for fault in copy.verify())
    assert copy.rebuild() != []


def position_of_the_ban(copy: Copy) -> int:
    """The ban is the last statement of the copy that was not served yet."""
    return int(copy.sql("SELECT position FROM statement WHERE statement_id = ?", BAN)[0][0])


def payload_of_the_ban(copy: Copy) -> bytes:
    """What the department signed."""
    ((sealed,),) = copy.sql("SELECT sealed_payload FROM statement WHERE statement_id = ?", BAN)
    return Vault(copy.config.vault_key.read_bytes()).open_payload(sealed, b"")


def rewrite_the_ban(copy: Copy, payload: bytes, **changes: Any) -> None:
    """Puts another payload and leaf in its place, as somebody can who holds database, vault and log key."""
    vault, where = Vault(copy.config.vault_key.read_bytes()), "WHERE statement_id = ?"
    ((old,),) = copy.sql(f"SELECT leaf FROM statement {where}", BAN)
    leaf = replace(Leaf.decode(old), **changes).encode()
    copy.sql(
        f"UPDATE statement SET sealed_payload = ?, leaf = ? {where}",
        vault.seal_payload(payload, b"", bytes(12)), leaf, BAN,
    )  # fmt: skip
    copy.sql("UPDATE chain SET head = ? WHERE head = ?", leaf_hash(leaf), leaf_hash(old))
    frontier = Frontier()
    for (each,) in copy.sql("SELECT leaf FROM statement ORDER BY position"):
        frontier.append(leaf_hash(each))
    note = sign_checkpoint(Checkpoint(ORIGIN, frontier.size, frontier.root()), copy.signer)
    copy.sql("UPDATE checkpoint SET note = ?, frontier = ?", note, frontier.to_bytes())
    assert copy.config.head
    copy.config.head.write_text(note, "utf-8")


def test_a_time_of_receipt_before_the_one_before_it_is_noticed_by_verify_and_the_follower(
    scene: Scene, copy: Copy, watcher: Watcher
) -> None:
    ((leaf,),) = copy.sql("SELECT leaf FROM statement WHERE statement_id = ?", BAN)
    earlier = Leaf.decode(leaf).received_ms - 86_400_000
    rewrite_the_ban(copy, payload_of_the_ban(copy), received_ms=earlier)
    assert any("接收时间" in line for line in copy.verify())
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == ["TIME"]


@pytest.mark.parametrize(("believed", "days_ago"), [(True, 0), (False, 365)])
def test_a_stamp_by_an_authority_of_his_own_bounds_nothing_and_refuses_the_receipt(
    scene: Scene, copy: Copy, believed: bool, days_ago: int
) -> None:
    """He would have the ban be a year older than it is, and lets his own authority say so."""
    authority, own = PlainAuthority(), PlainAuthority()
    policy = replace(scene.policy, certificates=(authority.root,))
    with scene.running(copy.config.home) as stage:
        stamped_ms = scene.clock() - days_ago * 86_400_000
        anchor(stage, authority if believed else own, stamped_ms)
        report = scene.report(stage.receipt(BARRED), policy=policy)
    assert report.ok is believed
    assert fault_names(report) == ([] if believed else ["time"])


def anchor(stage: Stage, authority: PlainAuthority, now_ms: int) -> None:
    """Logs a stamp over the checkpoint that there is."""
    state = stage.spine.engine.state
    checkpoint = Checkpoint(ORIGIN, state.size, root_at(state.tree, state.size))
    token = authority.token(checkpoint.text(), now_ms)
    body = TimeAnchor(size=checkpoint.size, root=checkpoint.root, token=token, gen_time_ms=now_ms)
    stage.spine.engine.writer.put([OwnStatement(Statement(time_anchor=body))])[0].result(20.0)


def test_a_log_key_alone_signs_nothing_that_the_receipt_key_must(
    scene: Scene, kept: dict[str, Receipt], copy: Copy
) -> None:
    assert fault_names(scene.report(as_free(kept["barred"], copy.signer))) == ["answer signature"]
