"""Checkpoints: written in one way, read strictly, believed only when the log has signed them."""

import base64
from dataclasses import replace

import pytest

import registry.provenance.checkpoint
import registry.provenance.note
from registry.provenance.checkpoint import (
    Checkpoint,
    CheckpointError,
    open_checkpoint,
    sign_checkpoint,
)
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.merkle import EMPTY_ROOT
from registry.provenance.note import NoteKey, sign_note, signature_lines
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from tests.support.suites import SUITES

ORIGIN = "registry.example/log"
ROOT = bytes(range(32))
CHECKPOINT = Checkpoint(ORIGIN, 20852163, ROOT)
TEXT = "registry.example/log\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
SIGNER = FileSigner.generate(SUITE_ED25519)
VERIFIER = load_verifying_key(SUITE_ED25519, SIGNER.public_key)
GOLDEN = """\
example.com/log
0
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

— example.com/log zHFGcKUsF3xdyl89g8LJgnpk3tAHPSnj4MvMGKumlPFllRFoOppeiTmAjA/qMBjUekD6LHO41IOlvJ2iE0RTbMnjyg0=
"""


def test_text_is_origin_size_and_root_line_by_line() -> None:
    assert CHECKPOINT.text() == TEXT
    assert Checkpoint.parse(TEXT) == CHECKPOINT


def test_signed_checkpoint_opens_to_itself() -> None:
    for size in (0, 1, 9, 10, 2**63, 2**64 - 1):
        for extensions in ((), ("one",), ("一", "two words", "— x AAAA")):
            checkpoint = Checkpoint(ORIGIN, size, ROOT, extensions)
            assert open_checkpoint(sign_checkpoint(checkpoint, SIGNER), VERIFIER, origin=ORIGIN) == checkpoint


def test_checkpoint_of_the_empty_log_is_pinned_to_the_byte(rfc8032_signer: FileSigner) -> None:
    checkpoint = Checkpoint("example.com/log", 0, EMPTY_ROOT)
    assert sign_checkpoint(checkpoint, rfc8032_signer) == GOLDEN
    key = load_verifying_key(SUITE_ED25519, rfc8032_signer.public_key)
    assert open_checkpoint(GOLDEN, key, origin="example.com/log") == checkpoint


def test_examples_in_the_modules_are_this_checkpoint() -> None:
    lines = GOLDEN.splitlines()
    for module in (registry.provenance.checkpoint, registry.provenance.note):
        assert "".join(f"    {line}\n" for line in lines[:3]) in (module.__doc__ or "")
    shown = (registry.provenance.note.__doc__ or "").splitlines()[-1].strip()
    assert shown.endswith("…")
    assert lines[4].startswith(shown.removesuffix("…"))


def test_every_turned_bit_is_refused() -> None:
    raw = sign_checkpoint(replace(CHECKPOINT, extensions=("extension",)), SIGNER).encode()
    for at in range(len(raw)):
        for bit in range(8):
            changed = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            with pytest.raises((CheckpointError, UnicodeDecodeError)):
                open_checkpoint(changed.decode(), VERIFIER, origin=ORIGIN)


def test_checkpoint_signed_by_another_key_is_refused() -> None:
    note = sign_checkpoint(CHECKPOINT, FileSigner.generate(SUITE_ED25519))
    with pytest.raises(CheckpointError, match="no signature"):
        open_checkpoint(note, VERIFIER, origin=ORIGIN)


def test_witnesses_may_add_lines_that_the_reader_does_not_know() -> None:
    note = sign_checkpoint(CHECKPOINT, SIGNER)
    for length in (5, 76, 2424):
        note += f"— witness.example/w{length} {base64.b64encode(bytes(length)).decode()}\n"
    assert open_checkpoint(note, VERIFIER, origin=ORIGIN) == CHECKPOINT


def test_checkpoint_of_another_log_is_refused_even_if_this_key_signed_it() -> None:
    with pytest.raises(CheckpointError, match="no signature"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, SIGNER), VERIFIER, origin="registry.example/other")
    smuggled = sign_note(replace(CHECKPOINT, origin="registry.example/other").text(), ORIGIN, SIGNER)
    with pytest.raises(CheckpointError, match=r"a checkpoint of 'registry\.example/other'"):
        open_checkpoint(smuggled, VERIFIER, origin=ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        TEXT.removesuffix("\n"),
        TEXT + "\n",
        TEXT + "extension",
        TEXT + "extension\n\n",
        TEXT + "\nextension\n",
        TEXT.replace("20852163", ""),
        TEXT.replace("20852163", "020852163"),
        TEXT.replace("20852163", "+20852163"),
        TEXT.replace("20852163", "-1"),
        TEXT.replace("20852163", "00"),
        TEXT.replace("20852163", "20852163 "),
        TEXT.replace("20852163", "20_852_163"),
        TEXT.replace("20852163", "0x13e2e43"),
        TEXT.replace("20852163", "２０"),
        TEXT.replace("20852163", str(2**64)),
        TEXT.replace("20852163", "9" * 5000),
        TEXT.replace("\n20852163", ""),
        TEXT.replace(ORIGIN, ""),
        TEXT.replace("AAEC", "AAE"),
        TEXT.replace("AAEC", ""),
        TEXT.replace("AAEC", "AAECAAEC"),
        TEXT.replace("Hh8=", "Hh9="),
        TEXT.replace("Hh8=", "Hh8"),
        TEXT.replace("\n", "\r\n"),
        sign_checkpoint(CHECKPOINT, SIGNER),
    ],
)
def test_text_that_is_not_strictly_a_checkpoint_is_refused_signed_or_not(text: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)
    if text.endswith("\n") and "\r" not in text:
        with pytest.raises(CheckpointError):
            open_checkpoint(sign_note(text, ORIGIN, SIGNER), VERIFIER, origin=ORIGIN)


def test_checkpoint_that_could_not_be_read_back_cannot_be_made() -> None:
    for origin, size, root, extensions in [
        ("", 0, ROOT, ()),
        ("a\nb", 0, ROOT, ()),
        ("a\tb", 0, ROOT, ()),
        (ORIGIN, -1, ROOT, ()),
        (ORIGIN, 2**64, ROOT, ()),
        (ORIGIN, 0, ROOT[1:], ()),
        (ORIGIN, 0, ROOT + b"\x00", ()),
        (ORIGIN, 0, ROOT, ("",)),
        (ORIGIN, 0, ROOT, ("a\nb",)),
    ]:
        with pytest.raises(CheckpointError):
            Checkpoint(origin, size, root, extensions)


def test_origin_that_cannot_be_a_key_name_is_not_signed() -> None:
    for origin in ("two words", "a+b", "a\u3000b"):
        with pytest.raises(CheckpointError, match="key name"):
            sign_checkpoint(Checkpoint(origin, 0, ROOT), SIGNER)


@pytest.mark.parametrize("suite", SUITES)
def test_log_with_keys_of_two_suites_signs_with_both_and_each_can_be_required(suite: Suite.ValueType) -> None:
    second = FileSigner.generate(suite)
    key = load_verifying_key(suite, second.public_key)
    note = sign_checkpoint(CHECKPOINT, SIGNER, second)
    assert [line.name for line in signature_lines(note)] == [ORIGIN, ORIGIN]
    for required in ((VERIFIER,), (key,), (VERIFIER, key), (key, NoteKey.of(ORIGIN, VERIFIER))):
        assert open_checkpoint(note, *required, origin=ORIGIN) == CHECKPOINT
    with pytest.raises(CheckpointError, match="no signature"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, SIGNER), VERIFIER, key, origin=ORIGIN)
    with pytest.raises(CheckpointError, match="no signature"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, second), VERIFIER, key, origin=ORIGIN)


def test_key_that_signs_under_another_name_than_the_origin_says_its_name() -> None:
    note = sign_note(TEXT, "registry.example/operator", SIGNER)
    key = NoteKey.of("registry.example/operator", VERIFIER)
    assert open_checkpoint(note, key, origin=ORIGIN) == CHECKPOINT
    with pytest.raises(CheckpointError, match="no signature"):
        open_checkpoint(note, VERIFIER, origin=ORIGIN)


def test_checkpoint_is_neither_signed_nor_opened_by_nobody() -> None:
    with pytest.raises(ValueError, match="at least one signer"):
        sign_checkpoint(CHECKPOINT)
    with pytest.raises(ValueError, match="at least one key"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, SIGNER), origin=ORIGIN)
