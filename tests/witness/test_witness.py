"""Our witness by the protocol of C2SP: every status, and that it never signs what did not grow."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import FileSigner
from registry.provenance.note import add_line, read_lines, sign_note, split_note
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.witness.record import RecordError, origin_hash
from registry.witness.submission import MAX_REQUEST_BYTES, CheckpointSubmission
from tests.witness.running import NOW_S, Answer, TestWitness, ask, post, witness_of
from tests.witness.small_log import ORIGIN, SmallLog

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log() -> SmallLog:
    log = SmallLog()
    log.grow(40)
    return log


@pytest.fixture
def witness(log: SmallLog, tmp_path: Path) -> Iterator[TestWitness]:
    with witness_of(log, directory=tmp_path) as running:
        yield running


def submit(witness: TestWitness, log: SmallLog, old: int, size: int) -> Answer:
    proof = log.prove(old, size) if old <= size else ()
    return post(witness.port, CheckpointSubmission(old, tuple(proof), log.note(size)).encode())


def body(old: int, note: str, *proof: bytes) -> bytes:
    return CheckpointSubmission(old, proof, note).encode()


def cosigned(witness: TestWitness, answer: Answer, note: str) -> int:
    """The time of a cosignature that was given, verified."""
    assert answer.status == 200, answer
    (line,) = read_lines(answer.text)
    return witness.key.time_of(split_note(note)[0], line)


# --- what it signs


def test_a_log_that_grows_is_cosigned_at_every_step(witness: TestWitness, log: SmallLog) -> None:
    old = 0
    for size in (0, 0, 1, 1, 7, 8, 31, 40, 40):
        answer = submit(witness, log, old, size)
        assert cosigned(witness, answer, log.note(size)) == NOW_S
        old = size


def test_every_growth_between_small_sizes_is_proven(tmp_path: Path, log: SmallLog) -> None:
    logs = {
        (old, new): SmallLog(f"log.example/{old}/{new}", log.signers)
        for new in range(12)
        for old in range(new)
    }
    with witness_of(*logs.values(), directory=tmp_path) as witness:
        for (old, new), each in logs.items():
            each.grow(new)
            assert submit(witness, each, 0, old).status == 200
            assert submit(witness, each, old, new).status == 200


def test_the_same_checkpoint_is_signed_again_with_the_time_it_is_then(
    witness: TestWitness, log: SmallLog
) -> None:
    submit(witness, log, 0, 9)
    witness.now_s += 3600
    assert cosigned(witness, submit(witness, log, 9, 9), log.note(9)) == NOW_S + 3600


def test_extension_lines_are_signed_with_the_rest(witness: TestWitness, log: SmallLog) -> None:
    extended = Checkpoint(ORIGIN, 9, log.checkpoint(9).root, ("extension",))
    note = sign_checkpoint(extended, *log.signers)
    assert cosigned(witness, post(witness.port, body(0, note)), note) == NOW_S


def test_further_signatures_are_passed_over_and_not_kept(witness: TestWitness, log: SmallLog) -> None:
    note = log.note(9)
    for at in range(20):
        note = add_line(note, f"— stranger.example/{at} {base64.b64encode(bytes(2500)).decode()}")
    assert post(witness.port, body(0, note)).status == 200
    kept = ask(witness.port, "GET", f"/{origin_hash(ORIGIN)}/checkpoint").text
    assert "stranger" not in kept


def test_a_log_with_two_keys_is_known_by_either(tmp_path: Path) -> None:
    log = SmallLog(signers=(FileSigner.generate(SUITE_ED25519), FileSigner.generate(SUITE_ED25519)))
    log.grow(5)
    with witness_of(log, directory=tmp_path) as witness:
        for size, signer in enumerate(log.signers, start=1):
            note = sign_checkpoint(log.checkpoint(size), signer)
            assert post(witness.port, body(size - 1, note, *log.prove(size - 1, size))).status == 200


def test_logs_are_kept_apart(tmp_path: Path, log: SmallLog) -> None:
    other = SmallLog("other.example/log")
    other.grow(5)
    with witness_of(log, other, directory=tmp_path) as witness:
        assert submit(witness, log, 0, 30).status == 200
        assert submit(witness, other, 0, 5).status == 200
        assert submit(witness, log, 30, 31).status == 200


# --- what it does not sign


@pytest.mark.parametrize("old", [0, 7, 19, 21, 40])
def test_another_old_size_is_answered_with_the_right_one(
    witness: TestWitness, log: SmallLog, old: int
) -> None:
    submit(witness, log, 0, 20)
    answer = submit(witness, log, old, 40)
    assert (answer.status, answer.content_type, answer.text) == (409, "text/x.tlog.size", "20\n")


def test_a_smaller_tree_than_the_last_is_never_signed(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 20)
    for size in range(20):
        assert submit(witness, log, size, size).status == 409
        assert submit(witness, log, 20, size).status == 400
    assert submit(witness, log, 20, 20).status == 200


def test_a_fork_is_never_signed_by_whatever_proof(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 20)
    twin = log.fork(12)
    for size in (20, 21, 40):
        note = twin.note(size)
        for proof in (twin.prove(20, size), log.prove(20, size), twin.prove(12, size), (), (bytes(32),)):
            assert post(witness.port, body(20, note, *proof)).status == 422
    assert submit(witness, log, 20, 40).status == 200


def test_a_root_that_contradicts_the_last_is_kept_as_evidence_once(
    witness: TestWitness, log: SmallLog
) -> None:
    submit(witness, log, 0, 20)
    twin = log.fork(12)
    for _ in range(3):
        assert submit(witness, twin, 20, 20).status == 422
        assert submit(witness, twin, 0, 20).status == 409
    (evidence,) = witness.config.record.glob("fork-*")
    for note in (log.note(20), twin.note(20)):
        assert note in evidence.read_text("utf-8")


@pytest.mark.parametrize("old", [0, 20])
def test_empty_tree_has_one_root(witness: TestWitness, log: SmallLog, old: int) -> None:
    wrong = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), *log.signers)
    if old == 0:
        assert post(witness.port, body(0, wrong)).status == 422
    else:
        submit(witness, log, 0, 20)
        assert post(witness.port, body(0, wrong)).status == 409


def test_a_proof_where_there_is_nothing_to_prove_is_refused(witness: TestWitness, log: SmallLog) -> None:
    assert post(witness.port, body(0, log.note(20), bytes(32))).status == 422
    submit(witness, log, 0, 20)
    assert post(witness.port, body(20, log.note(20), bytes(32))).status == 422


def test_a_log_that_is_not_known_is_not_found(witness: TestWitness) -> None:
    stranger = SmallLog("stranger.example")
    assert submit(witness, stranger, 0, 0).status == 404


def test_a_checkpoint_that_its_log_has_not_signed_is_forbidden(witness: TestWitness, log: SmallLog) -> None:
    stranger = FileSigner.generate(SUITE_ED25519)
    unsigned = sign_checkpoint(log.checkpoint(9), stranger)
    renamed = sign_note(log.checkpoint(9).text(), "other.example", *log.signers)
    text, (line,) = split_note(log.note(9))
    wrong = line.of(line.name, line.key_id, bytes(64)).text
    for note in (unsigned, renamed, f"{text}\n{wrong}\n", f"{log.note(9)}{wrong}\n"):
        assert post(witness.port, body(0, note)).status == 403


def test_old_size_above_the_checkpoints_is_a_bad_request(witness: TestWitness, log: SmallLog) -> None:
    assert post(witness.port, body(10, log.note(9))).status == 400


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("old 0\n", ""),
        ("old 0\n\n", "old 0\n"),
        ("old 0", "old 00"),
        ("old 0", "old -1"),
        ("old 0", "old +0"),
        ("old 0", "Old 0"),
        ("old 0", "old  0"),
        ("old 0", "old 0 "),
        ("old 0", "\nold 0"),
        ("old 0", "old ０"),
        ("old 0", "old " + "9" * 21),
        ("old 0", "old 0\nAAAA"),
        ("old 0", "old 0\n!"),
        ("old 0", "old 0\n" + "A" * 43 + "B"),
        ("old 0", "old 0" + ("\n" + "A" * 43 + "=") * 64),
        ("\n", "\r\n"),
        ("=\n", "=\n\n"),
        ("— ", "- "),
        ("\n9\n", "\n09\n"),
        ("\n9\n", "\n"),
        ("\n9\n", "\n\u00009\n"),
    ],
)
def test_a_body_that_is_not_strictly_a_request_is_a_bad_one(
    witness: TestWitness, log: SmallLog, part: str, instead: str
) -> None:
    good = body(0, log.note(9)).decode()
    assert part in good
    assert post(witness.port, good.replace(part, instead).encode()).status == 400
    assert post(witness.port, good.removesuffix("\n").encode()).status == 400
    assert post(witness.port, good.encode()).status == 200


def test_bytes_that_are_no_text_and_endless_ones_are_refused(witness: TestWitness, log: SmallLog) -> None:
    assert post(witness.port, b"old 0\n\n\xff\xfe").status == 400
    assert post(witness.port, b"old 0\n\n" + b"a" * MAX_REQUEST_BYTES).status == 413
    assert ask(witness.port, "GET", "/add-checkpoint").status == 405
    assert submit(witness, log, 0, 9).status == 200


# --- monitors


def test_monitors_get_the_checkpoint_with_the_signatures_of_log_and_witness(
    witness: TestWitness, log: SmallLog
) -> None:
    path = f"/{origin_hash(ORIGIN)}/checkpoint"
    assert ask(witness.port, "GET", path).status == 404
    line = submit(witness, log, 0, 9).text
    answer = ask(witness.port, "GET", path)
    assert answer.text == log.note(9) + line
    assert ask(witness.port, "GET", f"/{origin_hash('x')}/checkpoint").status == 404
    assert ask(witness.port, "GET", "/lock/checkpoint").status == 404


# --- what it remembers


def test_what_was_signed_is_remembered_over_a_restart(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 20)
    witness.restart()
    assert submit(witness, log, 0, 40).text == "20\n"
    assert submit(witness, log.fork(12), 20, 40).status == 422
    assert submit(witness, log, 20, 40).status == 200


KILLED = """
import os, sys
from pathlib import Path
from registry.provenance.keys import FileSigner
from registry.provenance.note import parse_vkey
from registry.witness.record import WitnessRecord
from registry.witness.witness import Witness

class Dying(WitnessRecord):
    def keep(self, origin, note):
        if sys.argv[1] == "after":
            super().keep(origin, note)
        os._exit(9)

directory, origin, vkey = Path(sys.argv[2]), sys.argv[3], sys.argv[4]
record = Dying(directory / "record")
signer = FileSigner.load(directory / "witness.key", None)
witness = Witness("witness.example/w1", signer, {origin: [parse_vkey(vkey)]}, record, clock_s=lambda: 1)
print(witness.add_checkpoint(sys.stdin.buffer.read()))
"""


@pytest.mark.parametrize(("when", "kept"), [("before", 20), ("after", 30)])
def test_a_witness_killed_between_signing_and_answering_signs_no_fork(
    witness: TestWitness, log: SmallLog, when: str, kept: int
) -> None:
    submit(witness, log, 0, 20)
    witness.stop()
    place = str(witness.directory)
    arguments = [sys.executable, "-c", KILLED, when, place, ORIGIN, log.keys()[0].vkey]
    request = body(20, log.note(30), *log.prove(20, 30))
    died = subprocess.run(arguments, input=request, capture_output=True, cwd=ROOT, timeout=60, check=False)
    assert (died.returncode, died.stdout) == (9, b""), died.stderr
    witness.start()
    assert submit(witness, log, 0, 30).text == f"{kept}\n"
    assert submit(witness, log.fork(kept - 1), kept, 40).status == 422
    line = witness.client().cosign(log.note(30), log.prove)
    assert witness.key.time_of(split_note(log.note(30))[0], read_lines(line + "\n")[0]) == NOW_S


def test_two_submitters_at_once_never_roll_the_witness_back(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 10)
    answers: dict[int, Answer] = {}

    def send(size: int) -> None:
        answers[size] = submit(witness, log, 10, size)

    threads = [Thread(target=send, args=(size,)) for size in range(11, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (signed,) = [size for size, answer in answers.items() if answer.status == 200]
    assert {answer.text for answer in answers.values() if answer.status == 409} == {f"{signed}\n"}
    assert submit(witness, log, 0, 40).text == f"{signed}\n"


def test_two_witnesses_do_not_share_a_record(witness: TestWitness) -> None:
    second = TestWitness(witness.directory, witness.logs)
    with pytest.raises(RecordError, match="另一进程"):
        second.start()


def test_a_damaged_record_keeps_the_witness_from_starting(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 20)
    path = witness.config.record / origin_hash(ORIGIN)
    good = path.read_bytes()
    for damaged in (b"", good[: len(good) // 2], good.replace(b"\n20\n", b"\n020\n"), b"\xff" + good):
        witness.stop()
        path.write_bytes(damaged)
        with pytest.raises(RecordError, match="损坏"):
            witness.start()
    path.write_bytes(good)
    witness.start()
    assert submit(witness, log, 20, 40).status == 200


def test_a_record_that_cannot_be_written_gives_no_signature_away(witness: TestWitness, log: SmallLog) -> None:
    submit(witness, log, 0, 20)
    blocked = witness.config.record / f"{origin_hash(ORIGIN)}.new"
    blocked.mkdir()
    answer = submit(witness, log, 20, 40)
    assert answer.status == 500
    assert "—" not in answer.text
    blocked.rmdir()
    assert submit(witness, log, 20, 40).status == 200
