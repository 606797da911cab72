"""(c) The attacker holds the key that signs answers, and nothing else of the registry's."""

from __future__ import annotations

import pytest

from registry.provenance.answer import seal_receipt
from registry.provenance.checkpoint import sign_checkpoint
from registry.provenance.file_signer import FileSigner
from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Receipt
from tests.attackers.scene import BARRED, SIGNED, Scene, as_free, fault_names
from tests.support.tampering import Copy


@pytest.fixture
def stolen(copy: Copy) -> FileSigner:
    """The receipt key."""
    return FileSigner.load(copy.config.home / "keys" / "receipt.key", None)


def test_a_false_answer_with_proof_is_refused_since_the_evidence_says_otherwise(
    scene: Scene, kept: dict[str, Receipt], stolen: FileSigner
) -> None:
    report = scene.report(as_free(kept["barred"], stolen))
    assert report.verdict == verdict_pb2.VERDICT_CLEAR
    assert fault_names(report) == ["verdict"]


def test_a_false_answer_with_a_signature_alone_passes_and_says_that_nothing_is_proven(
    scene: Scene, copy: Copy, stolen: FileSigner
) -> None:
    """What SIGNED is worth: the key's holder says so. Who wants more asks for PROOF and reads the level."""
    with scene.running(copy.config.home) as stage:
        honest = stage.receipt(BARRED, SIGNED)
    report = scene.report(as_free(honest, stolen))
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_CLEAR
    assert "答复只有签名: 内容是登记系统签名的说法, 没有附证明" in [line.detail for line in report.claims]


def test_a_proof_cannot_be_passed_off_as_a_signature_alone_unseen(
    scene: Scene, kept: dict[str, Receipt], stolen: FileSigner
) -> None:
    """He takes the evidence away that speaks against him: the answer says PROOF, so it must be there."""
    bare = Receipt.FromString(kept["barred"].SerializeToString())
    del bare.leaves[:], bare.chains[:], bare.consistency[:]
    bare.ClearField("checkpoint")
    assert not scene.report(as_free(bare, stolen)).ok


def test_the_receipt_key_signs_no_checkpoint(
    scene: Scene, kept: dict[str, Receipt], stolen: FileSigner
) -> None:
    """He needs another tree for another story, and the policy names the log's key for it."""
    checkpoint = scene.policy.check_checkpoint(kept["barred"].checkpoint).checkpoint
    moved = Receipt.FromString(kept["barred"].SerializeToString())
    moved.checkpoint = sign_checkpoint(checkpoint, stolen)
    assert fault_names(scene.report(seal_receipt(moved))) == ["checkpoint"]
