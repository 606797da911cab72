"""(c) The attacker holds the key that signs answers, and nothing else of the registry's."""

from __future__ import annotations

import pytest

from demo.departments import OPERATOR
from registry.config import CONFIG_NAME, load_config
from registry.handed_out import installation_policy
from registry.provenance.answer import seal_receipt
from registry.provenance.checkpoint import sign_checkpoint
from registry.provenance.file_signer import FileSigner
from registry.provenance.witness_policy import Policy
from registry.v1 import statement_pb2, verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.receipt_pb2 import Answer, Receipt
from tests.attackers.scene import BARRED, SIGNED, Scene, as_free, fault_names
from tests.support.events import placed
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


class Changed:
    """The stolen key was found missing: another was added, and it is retired. ``overlap``: the other one was
    there before he had it."""

    def __init__(self, scene: Scene, copy: Copy, stolen: FileSigner, *, overlap: bool) -> None:
        self.scene, self.home, self.stolen = scene, copy.config.home, stolen
        self.other = FileSigner.generate(SUITE_ED25519)
        self.other.save(self.home / "keys" / "receipt-2.key", None)
        toml = self.home / CONFIG_NAME
        both = 'receipt = ["keys/receipt.key", "keys/receipt-2.key"]'
        text = toml.read_text("utf-8").replace('receipt = ["keys/receipt.key"]', both)
        toml.write_text(text, "utf-8")
        if overlap:
            self.change(add=self._added())
            self.before = self._asked()
        else:
            self.before = self._asked()
            self.change(add=self._added())
        self.change(retire=stolen.keyid)
        self.after = self._asked()

    def change(self, **body: object) -> None:
        """The registrar changes the registry's keys."""
        with self.scene.opened(self.home) as spine:
            change = statement_pb2.RegistryKeyChange(**body)  # type: ignore[arg-type]
            placed(spine.say(OPERATOR.key, registry_key_change=change))

    @property
    def policy(self) -> Policy:
        """What is handed out after the change."""
        return installation_policy(load_config(self.home))

    def _asked(self) -> Receipt:
        with self.scene.running(self.home) as stage:
            return stage.receipt(BARRED, SIGNED)

    def _added(self) -> statement_pb2.RegistryKey:
        purpose, key = statement_pb2.REGISTRY_KEY_PURPOSE_RECEIPT, self.other
        return statement_pb2.RegistryKey(purpose=purpose, suite=key.suite, public_key=key.public_key)


def test_once_retired_it_signs_no_answer_from_what_came_after(
    scene: Scene, copy: Copy, stolen: FileSigner
) -> None:
    """Whatever size of the log he claims that he signed at: it is never before what the answer rests on."""
    changed = Changed(scene, copy, stolen, overlap=False)
    assert scene.report(changed.before, policy=changed.policy).ok
    assert scene.report(changed.after, policy=changed.policy).ok
    answer = Answer.FromString(changed.after.answer)
    for size in (0, 1, answer.position, answer.position + 1, 1 << 40):
        answer.log_size = size
        forged = Receipt.FromString(changed.after.SerializeToString())
        forged.answer = answer.SerializeToString()
        report = scene.report(as_free(forged, stolen), policy=changed.policy)
        assert fault_names(report) == ["answer signature"]


def test_once_retired_it_still_signs_what_he_says_is_of_before(
    scene: Scene, copy: Copy, stolen: FileSigner
) -> None:
    """Nobody can tell it from one that was filed then: the reader sees the position, and that it is old. A
    policy that ends the key's line earlier refuses both."""
    changed = Changed(scene, copy, stolen, overlap=False)
    forged = as_free(changed.before, stolen)
    report = scene.report(forged, policy=changed.policy)
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_CLEAR
    size = Answer.FromString(forged.answer).position + 1
    text = changed.policy.text()
    (line,) = (line for line in text.splitlines() if line.startswith("receipt ") and " 1 " in line)
    ended = Policy.parse(text.replace(line, f"{line.rsplit(' ', 1)[0]} {size - 1}"))
    for receipt in (forged, changed.before):
        assert fault_names(scene.report(receipt, policy=ended)) == ["answer signature"]


def test_of_two_receipt_keys_one_alone_signs_nothing(scene: Scene, copy: Copy, stolen: FileSigner) -> None:
    """Keys kept apart: from the size on at which the other one came, not even of before it retired."""
    changed = Changed(scene, copy, stolen, overlap=True)
    assert scene.report(changed.before, policy=changed.policy).ok
    report = scene.report(as_free(changed.before, stolen), policy=changed.policy)
    assert fault_names(report) == ["answer signature"]
