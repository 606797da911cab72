"""Notes that several keys must have signed: nothing can be changed, no line that is required taken away."""

import pytest

from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.note import NoteError, NoteKey, join_note, open_note, sign_note, split_note
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3
from tests.support.suites import needs_sm2

NAME = "example.com/log"
TEXT = f"{NAME}\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
STRANGER = f"— {NAME} QUJDREVG\n"

PAIRS = [
    pytest.param((SUITE_ED25519, SUITE_SM2_SM3), id="ed25519-sm2", marks=needs_sm2),
    pytest.param((SUITE_SM2_SM3, SUITE_ECDSA_P256_SHA256), id="sm2-p256", marks=needs_sm2),
    pytest.param((SUITE_ECDSA_P256_SHA256, SUITE_ED25519), id="p256-ed25519"),
    pytest.param((SUITE_ED25519, SUITE_ED25519), id="ed25519-ed25519"),
]


@pytest.fixture(params=PAIRS)
def signers(request: pytest.FixtureRequest) -> tuple[FileSigner, FileSigner]:
    first, second = request.param
    return FileSigner.generate(first), FileSigner.generate(second)


def key_of(signer: FileSigner, name: str = NAME) -> NoteKey:
    return NoteKey.of(name, load_verifying_key(signer.suite, signer.public_key))


def opens(note: str, *required: NoteKey) -> bool:
    try:
        return bool(open_note(note, *required))
    except NoteError:
        return False


def test_note_with_both_lines_opens_for_either_key_and_for_both(
    signers: tuple[FileSigner, FileSigner],
) -> None:
    first, second = map(key_of, signers)
    note = sign_note(TEXT, NAME, *signers)
    assert open_note(note, first, second) == open_note(note, second, first) == TEXT
    assert open_note(note, first) == open_note(note, second) == open_note(note, first, first) == TEXT


def test_note_without_one_of_the_lines_is_refused_by_who_requires_both(
    signers: tuple[FileSigner, FileSigner],
) -> None:
    first, second = map(key_of, signers)
    text, lines = split_note(sign_note(TEXT, NAME, *signers))
    for kept, opened, missing in ((lines[0], first, second), (lines[1], second, first)):
        stripped = join_note(text, [kept])
        assert opens(stripped, opened)
        assert not opens(stripped, missing)
        assert not opens(stripped, first, second)
        assert not opens(stripped + STRANGER, first, second)
        assert not opens(join_note(text, [kept, kept]), first, second)


def test_one_keys_signature_does_not_stand_in_for_the_others(signers: tuple[FileSigner, FileSigner]) -> None:
    first, second = map(key_of, signers)
    _, lines = split_note(sign_note(TEXT, NAME, *signers))
    swapped = [
        type(line).of(NAME, key.key_id, other.signature)
        for line, key, other in zip(lines, (first, second), reversed(lines), strict=True)
    ]
    assert not opens(join_note(TEXT, swapped), first)
    assert not opens(join_note(TEXT, swapped), second)
    assert not opens(join_note(TEXT, [*lines, swapped[1]]), first, second)


def test_line_under_another_name_does_not_count(signers: tuple[FileSigner, FileSigner]) -> None:
    text, lines = split_note(sign_note(TEXT, NAME, signers[0]))
    elsewhere = split_note(sign_note(TEXT, "example.com/other", signers[1]))[1]
    note = join_note(text, lines + elsewhere)
    assert opens(note, key_of(signers[0]), key_of(signers[1], "example.com/other"))
    assert not opens(note, key_of(signers[0]), key_of(signers[1]))


def test_every_changed_byte_of_a_note_with_two_required_lines_is_refused(
    signers: tuple[FileSigner, FileSigner],
) -> None:
    keys = [key_of(signer) for signer in signers]
    raw = sign_note(TEXT, NAME, *signers).encode()
    assert opens(raw.decode(), *keys)
    # All 255 other values for the two suites that a deployment pairs; a turned bit each for the other pairs.
    paired = {signer.suite for signer in signers} == {SUITE_ED25519, SUITE_SM2_SM3}
    changes = range(1, 256) if paired else [1 << bit for bit in range(8)]
    for at in range(len(raw)):
        for change in changes:
            assert not opens_bytes(raw[:at] + bytes([raw[at] ^ change]) + raw[at + 1 :], keys)


def test_every_missing_doubled_or_cut_byte_of_such_a_note_is_refused(
    signers: tuple[FileSigner, FileSigner],
) -> None:
    keys = [key_of(signer) for signer in signers]
    raw = sign_note(TEXT, NAME, *signers).encode()
    for at in range(len(raw)):
        assert not opens_bytes(raw[:at], keys)
        assert not opens_bytes(raw[:at] + raw[at + 1 :], keys)
        assert not opens_bytes(raw[:at] + raw[at : at + 1] + raw[at:], keys)


def opens_bytes(note: bytes, keys: list[NoteKey]) -> bool:
    try:
        return opens(note.decode(), *keys)
    except UnicodeDecodeError:
        return False  # cannot even be handed over as text
