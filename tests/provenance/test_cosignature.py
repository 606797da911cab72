"""Cosignatures: a witness's line says who, when and over what, to the byte as C2SP has it."""

import base64
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from registry.provenance.cosignature import (
    LATEST_TIMESTAMP,
    CosignatureError,
    cosigner_of,
    parse_cosigner,
    sign_cosignature,
)
from registry.provenance.keys import FileSigner
from registry.provenance.note import SignatureLine, split_note
from registry.provenance.vkey import format_vkey, key_id_of, vkey
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519

# C2SP tlog-cosignature, the first example.
NOTE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
TEXT = split_note(NOTE)[0]
NAME = "witness.example.com/w1"
TIME = 1679315147
MESSAGE = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
SIGNER = FileSigner.generate(SUITE_ED25519)
KEY = cosigner_of(NAME, SIGNER.public_key)


def line_of(key_id: bytes, time_s: int, signature: bytes, name: str = NAME) -> SignatureLine:
    return SignatureLine.of(name, key_id, time_s.to_bytes(8, "big") + signature)


def signed(time_s: int = TIME, text: str = TEXT) -> SignatureLine:
    return SignatureLine.parse(sign_cosignature(text, time_s, name=NAME, signer=SIGNER))


def test_the_line_of_the_specification_is_of_the_time_that_it_states() -> None:
    line = split_note(NOTE)[1][1]
    assert line.name == NAME
    assert line.key_id.hex() == "8d66cf3f"
    assert int.from_bytes(line.signature[:8], "big") == TIME
    assert len(line.signature) == 8 + 64


def test_the_signature_is_over_the_message_of_the_specification() -> None:
    line = signed()
    assert line == line_of(KEY.key_id, TIME, SIGNER.sign(MESSAGE))
    assert KEY.time_of(TEXT, line) == TIME


def test_the_key_id_is_that_of_type_04_and_not_of_a_log(rfc8032_signer: FileSigner) -> None:
    point = rfc8032_signer.public_key[-32:]
    key = cosigner_of(NAME, rfc8032_signer.public_key)
    assert key.key_id == key_id_of(NAME, b"\x04" + point)
    assert key.vkey == "+".join((NAME, key.key_id.hex(), base64.b64encode(b"\x04" + point).decode()))
    assert parse_cosigner(key.vkey) == key


def test_every_turned_bit_of_a_line_is_refused_or_is_another_key() -> None:
    stamped = signed().key_id + signed().signature
    for at in range(len(stamped) * 8):
        changed = bytearray(stamped)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(CosignatureError):
            KEY.time_of(TEXT, SignatureLine.of(NAME, bytes(changed[:4]), bytes(changed[4:])))


def test_a_line_holds_for_no_other_text_key_or_name() -> None:
    line = signed()
    other = cosigner_of(NAME, FileSigner.generate(SUITE_ED25519).public_key)
    renamed = cosigner_of("witness.example.com/w2", SIGNER.public_key)
    for key, text in ((KEY, TEXT.replace("163", "164")), (other, TEXT), (renamed, TEXT)):
        with pytest.raises(CosignatureError):
            key.time_of(text, line)


def test_an_ordinary_signature_by_the_same_key_is_no_cosignature() -> None:
    for signature in (SIGNER.sign(TEXT.encode()), SIGNER.sign(MESSAGE)[:-1], SIGNER.sign(MESSAGE) + b"\0"):
        with pytest.raises(CosignatureError):
            KEY.time_of(TEXT, line_of(KEY.key_id, TIME, signature))


@pytest.mark.parametrize("time_s", [0, LATEST_TIMESTAMP + 1, (1 << 64) - 1])
def test_a_cosignature_bears_a_time_that_can_be(time_s: int) -> None:
    message = f"cosignature/v1\ntime {time_s}\n{TEXT}".encode()
    with pytest.raises(CosignatureError, match="no time"):
        KEY.time_of(TEXT, line_of(KEY.key_id, time_s, SIGNER.sign(message)))
    with pytest.raises(CosignatureError):
        sign_cosignature(TEXT, time_s, name=NAME, signer=SIGNER)


def test_the_latest_of_several_lines_counts_and_one_wrong_one_spoils_them() -> None:
    lines = [signed(TIME), signed(TIME + 60), signed(TIME + 5)]
    assert KEY.latest(TEXT, lines) == TIME + 60
    assert KEY.latest(TEXT, split_note(NOTE)[1]) is None
    with pytest.raises(CosignatureError):
        KEY.latest(TEXT, [*lines, line_of(KEY.key_id, TIME, bytes(64))])


def test_what_is_no_checkpoint_is_not_cosigned() -> None:
    for text in ("", "hello\n", TEXT + "\n", TEXT.removesuffix("\n")):
        with pytest.raises(CosignatureError):
            sign_cosignature(text, TIME, name=NAME, signer=SIGNER)


def test_a_key_of_another_suite_or_with_a_bad_name_does_not_cosign() -> None:
    p256 = FileSigner.generate(SUITE_ECDSA_P256_SHA256)
    for name, signer in ((NAME, p256), ("a b", SIGNER), ("a+b", SIGNER), ("", SIGNER)):
        with pytest.raises(CosignatureError):
            sign_cosignature(TEXT, TIME, name=name, signer=signer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        KEY.vkey.replace("+", " "),
        KEY.vkey + "=",
        KEY.vkey.replace(KEY.key_id.hex(), "00000000"),
        vkey(NAME, SUITE_ED25519, SIGNER.public_key),
        format_vkey(NAME, b"\x04" + bytes(31)),
        format_vkey(NAME, b"\x04" + bytes(32)),
        format_vkey(NAME, b"\x06" + bytes(32)),
        format_vkey(NAME, b"\x05" + SIGNER.public_key[-32:]),
        format_vkey(NAME, b"\xff" + SIGNER.public_key[-32:]),
    ],
    ids=itertools.count(),  # The keys are new each time; processes that share the tests go by the names.
)
def test_what_is_not_a_witnesss_key_is_refused(text: str) -> None:
    with pytest.raises(CosignatureError):
        parse_cosigner(text)


def test_ml_dsa_witnesses_are_understood() -> None:
    private = MLDSA44PrivateKey.generate()
    material = b"\x06" + private.public_key().public_bytes_raw()
    key = parse_cosigner(format_vkey(NAME, material))
    origin = b"example.com/behind-the-sofa"
    message = (
        b"subtree/v1\n\0"
        + bytes([len(NAME)]) + NAME.encode()
        + TIME.to_bytes(8, "big")
        + bytes([len(origin)]) + origin
        + (0).to_bytes(8, "big") + (20852163).to_bytes(8, "big")
        + base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    )  # fmt: skip
    line = line_of(key.key_id, TIME, private.sign(message))
    assert len(line.signature) == 8 + 2420
    assert key.time_of(TEXT, line) == TIME
    for text in (TEXT.replace("163", "164"), TEXT.replace("sofa", "sofb")):
        with pytest.raises(CosignatureError):
            key.time_of(text, line)
    with pytest.raises(CosignatureError):
        key.time_of(TEXT, line_of(key.key_id, TIME + 1, line.signature[8:]))
