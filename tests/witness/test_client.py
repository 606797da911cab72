"""The client of any witness: it proves from where the witness stands, and believes verified lines alone."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.outbound import Outbound
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import FileSigner
from registry.provenance.note import read_lines, split_note
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.witness.client import MAX_ANSWER_BYTES, WitnessAheadError, WitnessClient, WitnessError
from registry.witness.submission import CheckpointSubmission
from tests.witness.liars import Behaviour, drop_by_drop, for_ever, reply, serving
from tests.witness.running import NOW_S, TestWitness, witness_of
from tests.witness.small_log import SmallLog

NAME = "witness.example/liar"
SIGNER = FileSigner.generate(SUITE_ED25519)
KEY = cosigner_of(NAME, SIGNER.public_key)
SIZE_HEADER = "Content-Type: text/x.tlog.size"


@pytest.fixture
def log() -> SmallLog:
    log = SmallLog()
    log.grow(40)
    return log


@pytest.fixture
def witness(log: SmallLog, tmp_path: Path) -> Iterator[TestWitness]:
    with witness_of(log, directory=tmp_path) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    with Outbound(deadline_s=1.0) as asking:
        yield asking


def line(log: SmallLog, size: int = 9, signer: FileSigner = SIGNER, name: str = NAME) -> str:
    return sign_cosignature(log.checkpoint(size).text(), NOW_S, name=name, signer=signer)


def test_each_checkpoint_is_cosigned_and_the_line_is_verified(witness: TestWitness, log: SmallLog) -> None:
    client = witness.client()
    for size in (0, 3, 3, 20, 40):
        cosigned = client.cosign(log.note(size), log.prove)
        (parsed,) = read_lines(cosigned + "\n")
        assert witness.key.time_of(split_note(log.note(size))[0], parsed) == NOW_S


def test_a_client_that_knows_nothing_learns_where_the_witness_stands(
    witness: TestWitness, log: SmallLog
) -> None:
    witness.client().cosign(log.note(20), log.prove)
    proven = []

    def prove(old: int, new: int) -> list[bytes]:
        proven.append((old, new))
        return list(log.prove(old, new))

    assert witness.client().cosign(log.note(40), prove)
    assert proven == [(20, 40)]


def test_a_witness_that_somebody_else_moved_on_is_followed(witness: TestWitness, log: SmallLog) -> None:
    client = witness.client()
    client.cosign(log.note(5), log.prove)
    witness.client().cosign(log.note(20), log.prove)
    assert client.cosign(log.note(40), log.prove)


def test_a_log_that_lost_its_end_is_told_that_the_witness_is_ahead(
    witness: TestWitness, log: SmallLog
) -> None:
    client = witness.client()
    client.cosign(log.note(40), log.prove)
    for _ in range(2):
        with pytest.raises(WitnessAheadError, match="40"):
            client.cosign(log.note(20), log.prove)
    log.grow(50)
    assert client.cosign(log.note(50), log.prove)


def test_a_fork_gets_no_cosignature(witness: TestWitness, log: SmallLog) -> None:
    witness.client().cosign(log.note(20), log.prove)
    twin = log.fork(12)
    with pytest.raises(WitnessError, match="422"):
        witness.client().cosign(twin.note(40), twin.prove)


def test_a_stranger_to_the_witness_is_told_so(witness: TestWitness) -> None:
    stranger = SmallLog("stranger.example")
    with pytest.raises(WitnessError, match="404"):
        witness.client().cosign(stranger.note(), stranger.prove)


def test_lines_of_other_keys_are_passed_over(outbound: Outbound, log: SmallLog) -> None:
    stranger = FileSigner.generate(SUITE_ED25519)
    lines = "\n".join((line(log, signer=stranger), line(log), line(log, name="w.example", signer=stranger)))
    with serving(lambda c, _: c.sendall(reply(200, f"{lines}\n".encode()))) as url:
        assert WitnessClient(KEY, url, outbound).cosign(log.note(9), log.prove) == line(log)


def lying_lines(log: SmallLog) -> dict[str, str]:
    stranger = FileSigner.generate(SUITE_ED25519)
    (good,) = read_lines(line(log) + "\n")
    forged = good.of(NAME, KEY.key_id, good.signature[:-1] + bytes([good.signature[-1] ^ 1])).text
    early = good.of(NAME, KEY.key_id, bytes(8) + good.signature[8:]).text
    return {
        "nothing": "",
        "no line": "thanks\n",
        "no newline at the end": line(log),
        "of a stranger": line(log, signer=stranger) + "\n",
        "of another checkpoint": line(log, size=8) + "\n",
        "forged": forged + "\n",
        "forged beside a good one": f"{line(log)}\n{forged}\n",
        "without a time": early + "\n",
        "no text": "\udcff",
        "too many": (line(log) + "\n") * 101,
        "another note": log.note(9),
    }


LIES = (
    "nothing",
    "no line",
    "no newline at the end",
    "of a stranger",
    "of another checkpoint",
    "forged",
    "forged beside a good one",
    "without a time",
    "no text",
    "too many",
    "another note",
)


@pytest.mark.parametrize("kind", LIES)
def test_what_is_not_a_good_line_of_the_witness_is_not_believed(
    outbound: Outbound, log: SmallLog, kind: str
) -> None:
    body = lying_lines(log)[kind].encode(errors="surrogateescape")
    with serving(lambda c, _: c.sendall(reply(200, body))) as url, pytest.raises(WitnessError):
        WitnessClient(KEY, url, outbound).cosign(log.note(9), log.prove)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(lambda c, _: c.sendall(reply(409, b"", SIZE_HEADER)), id="no size"),
        pytest.param(lambda c, _: c.sendall(reply(409, b"5", "Content-Type: text/html")), id="another type"),
        pytest.param(lambda c, _: c.sendall(reply(409, b"05\n", SIZE_HEADER)), id="leading zero"),
        pytest.param(lambda c, _: c.sendall(reply(409, b"-5\n", SIZE_HEADER)), id="below zero"),
        pytest.param(lambda c, _: c.sendall(reply(409, b"9" * 5000, SIZE_HEADER)), id="no number"),
        pytest.param(lambda c, _: c.sendall(reply(409, "٥\n".encode(), SIZE_HEADER)), id="other digits"),
        pytest.param(lambda c, _: c.sendall(reply(409, b"5\n", SIZE_HEADER)), id="never content"),
        pytest.param(lambda c, _: c.sendall(reply(302, b"", "Location: http://127.0.0.1/")), id="elsewhere"),
        pytest.param(lambda c, _: c.sendall(reply(503, b"<html>" * 900)), id="unavailable"),
        pytest.param(lambda c, _: c.sendall(reply(200, b"a" * (MAX_ANSWER_BYTES + 1))), id="huge"),
        pytest.param(lambda c, _: for_ever(c, b"HTTP/1.1 200 OK\r\n\r\n" + bytes(65_536)), id="endless"),
        pytest.param(lambda c, _: drop_by_drop(c, b"HTTP/1.1 200 OK\r\nX: " + b"a" * 999), id="by drops"),
        pytest.param(lambda c, _: time.sleep(5), id="silent"),
        pytest.param(lambda c, _: c.close(), id="gone"),
    ],
)
def test_a_witness_that_does_not_keep_to_the_protocol_costs_little_time_and_one_line(
    outbound: Outbound, log: SmallLog, behaviour: Behaviour
) -> None:
    with serving(behaviour) as url:
        began = time.monotonic()
        with pytest.raises(WitnessError) as caught:
            WitnessClient(KEY, url, outbound).cosign(log.note(9), log.prove)
        assert time.monotonic() - began < 3
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)


def test_the_request_of_the_specifications_example_is_made_to_the_byte() -> None:
    proof = [
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
        "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
    ]
    note = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501
    body = "old 20852014\n" + "".join(f"{each}\n" for each in proof) + "\n" + note
    parsed = CheckpointSubmission.parse(body.encode())
    assert parsed.old_size == 20852014
    assert [base64.b64encode(each).decode() for each in parsed.proof] == proof
    assert parsed.note == note
    assert parsed.encode() == body.encode()
