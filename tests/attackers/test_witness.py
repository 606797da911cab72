"""(e) A witness colludes with the log: it cosigns another history though it has seen the first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from registry.provenance.note import add_line
from registry.provenance.policy_lines import PolicyError
from registry.provenance.proof import ProofError, verify_consistency
from registry.v1.receipt_pb2 import Receipt
from registry.witness.submission import CheckpointSubmission
from tests.attackers.scene import BARRED, Scene, Watcher
from tests.attackers.test_log_key import other_history
from tests.support.tampering import Copy
from tests.witness.running import TestWitness, post, witness_of


@pytest.fixture
def witnesses(scene: Scene, tmp_path: Path) -> Iterator[list[TestWitness]]:
    """Two witnesses of the log: the first will collude."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(witness_of(scene.known(), directory=tmp_path / name, name=f"{name}.example"))
            for name in ("colluding", "honest")
        ]


def cosigned(note: str, *witnesses: TestWitness) -> tuple[str, list[int]]:
    """A checkpoint with the lines of those that sign it as the first they see, and how each answered."""
    signed, statuses = note, []
    for witness in witnesses:
        answer = post(witness.port, CheckpointSubmission(0, (), note).encode())
        statuses.append(answer.status)
        if answer.status == 200:
            signed = add_line(signed, answer.text.rstrip("\n"))
    return signed, statuses


def forget(witness: TestWitness) -> None:
    """What collusion comes to: the record of what was signed is thrown away."""
    witness.stop()
    shutil.rmtree(witness.config.record)
    witness.start()


def test_one_colluding_witness_of_two_makes_no_quorum_for_another_history(
    before: Scene, scene: Scene, copy: Copy, witnesses: list[TestWitness], tmp_path: Path
) -> None:
    policy = scene.requiring(*witnesses)
    with scene.running(copy.config.home) as stage:
        note, statuses = cosigned(stage.note, *witnesses)
    assert statuses == [200, 200]
    assert policy.check_checkpoint(note).quorum_met
    forget(witnesses[0])
    with scene.running(other_history(before, tmp_path / "other")) as stage:
        forked, statuses = cosigned(stage.note, *witnesses)
    assert statuses == [200, 409]
    with pytest.raises(PolicyError):
        policy.check_checkpoint(forked)


def test_all_witnesses_colluding_are_convicted_by_a_follower_and_by_an_older_receipt(
    before: Scene,
    scene: Scene,
    copy: Copy,
    witnesses: list[TestWitness],
    watcher: Watcher,
    kept: dict[str, Receipt],
    tmp_path: Path,
) -> None:
    policy = scene.requiring(*witnesses)
    with scene.running(copy.config.home) as stage:
        cosigned(stage.note, *witnesses)
        assert watcher.look(stage.url) == []
    for each in witnesses:
        forget(each)
    with scene.running(other_history(before, tmp_path / "other")) as stage:
        forked, statuses = cosigned(stage.note, *witnesses)
        assert statuses == [200, 200]
        assert policy.check_checkpoint(forked).quorum_met  # Whoever sees only this one notices nothing.
        assert watcher.look(stage.url) == ["FORK"]
        receipts = (kept["barred"], stage.receipt(BARRED))
        old, new = (scene.policy.check_checkpoint(each.checkpoint).checkpoint for each in receipts)
        with pytest.raises(ProofError):
            verify_consistency(old.size, old.root, new.size, new.root, stage.prove(old.size, new.size))


def test_a_witness_signs_no_checkpoint_that_the_log_has_not_signed(
    scene: Scene, kept: dict[str, Receipt], witnesses: list[TestWitness]
) -> None:
    """All that a witness can give is its own line: without the log's it is worth nothing."""
    text = kept["barred"].checkpoint.split("\n\n")[0] + "\n\n"
    alone, _ = cosigned(kept["barred"].checkpoint, *witnesses)
    lines = [line for line in alone.splitlines() if line.startswith("— ") and "example/test" not in line]
    with pytest.raises(PolicyError):
        scene.requiring(*witnesses).check_checkpoint(text + "\n".join(lines) + "\n")
