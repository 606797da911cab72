"""(g) Whoever asked files another receipt than the one that he got."""

from __future__ import annotations

import pytest

from registry.provenance.answer import seal_receipt
from registry.provenance.note import add_line, split_note
from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Answer, Receipt
from registry.verification import check_receipt
from registry.witness.submission import CheckpointSubmission
from tests.attackers.scene import BARRED, Scene, as_free, fault_names
from tests.support.tampering import Copy
from tests.witness.running import post, witness_of


def parsed(receipt: Receipt) -> Receipt:
    """A copy to change."""
    return Receipt.FromString(receipt.SerializeToString())


def test_another_verdict_in_the_file_is_refused_by_the_answers_signature(
    scene: Scene, kept: dict[str, Receipt]
) -> None:
    report = scene.report(as_free(kept["barred"]))
    assert fault_names(report) == ["answer signature"]
    assert report.answer is None


def test_the_answer_of_one_firm_with_the_evidence_of_another_is_refused(
    scene: Scene, kept: dict[str, Receipt]
) -> None:
    mixed = parsed(kept["barred"])
    mixed.answer = kept["free"].answer
    mixed.signature.CopyFrom(kept["free"].signature)
    assert not scene.report(seal_receipt(mixed)).ok


@pytest.mark.parametrize("part", ["leaves", "chains", "consistency", "statement"])
def test_evidence_left_out_is_missed(scene: Scene, kept: dict[str, Receipt], part: str) -> None:
    shorter = parsed(kept["barred"])
    if part == "statement":
        shorter.leaves[-1].ClearField("statement")
    else:
        del getattr(shorter, part)[-1]
    assert not scene.report(seal_receipt(shorter)).ok


def test_a_subjects_chain_shown_as_empty_is_refused_by_the_map(
    scene: Scene, kept: dict[str, Receipt]
) -> None:
    """He would have the barred firm be one of which nothing is recorded."""
    emptied = parsed(kept["barred"])
    for chain in emptied.chains:
        if chain.ref == BARRED.identifier.value:
            del chain.leaves[:]
    assert fault_names(scene.report(seal_receipt(emptied))) == ["chains"]


def test_a_cosignature_that_the_policy_requires_cannot_be_left_out(
    scene: Scene, kept: dict[str, Receipt], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("witness") / "w"
    note = kept["barred"].checkpoint
    with witness_of(scene.known(), directory=directory) as witness:
        line = post(witness.port, CheckpointSubmission(0, (), note).encode()).text.rstrip("\n")
        policy = scene.requiring(witness)
    whole = parsed(kept["barred"])
    whole.checkpoint = add_line(note, line)
    assert scene.report(seal_receipt(whole), policy=policy).ok
    assert len(split_note(whole.checkpoint)[1]) == 2
    assert fault_names(scene.report(kept["barred"], policy=policy)) == ["checkpoint"]


def test_a_true_receipt_of_another_day_or_purpose_says_so_and_is_for_the_reader_to_see(
    scene: Scene, kept: dict[str, Receipt]
) -> None:
    """What no signature can tell: whether this is the receipt that the file wants. It names who asked, for
    what matter, when, and about whom."""
    report = scene.report(kept["free"])
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_CLEAR)
    assert report.answer is not None
    answer = Answer.FromString(kept["free"].answer)
    assert (answer.purpose_reference, answer.caller.rpartition("/")[2]) == ("案1", "asker")
    assert any("案1" in line.detail for line in report)


def test_every_byte_of_the_file_counts(scene: Scene, kept: dict[str, Receipt], copy: Copy) -> None:
    content = kept["unknown"].SerializeToString(deterministic=True)
    assert scene.report(kept["unknown"]).ok
    for place in range(0, len(content), 101):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert not check_receipt(changed, scene.policy).ok, place
