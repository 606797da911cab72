"""Signed notes: one spelling, one answer; what the reader does not know is passed over, nothing else is."""

import base64
from hashlib import sha256

import pytest

from registry.provenance.keys import FileSigner, VerifyingKey, load_verifying_key
from registry.provenance.note import (
    MAX_NOTE_CHARACTERS,
    MAX_SIGNATURES,
    NoteError,
    NoteKey,
    SignatureLine,
    add_line,
    join_note,
    key_id,
    open_note,
    read_lines,
    sign_note,
    signature_lines,
    split_note,
)
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from tests.support.suites import SUITES

NAME = "example.com/log"
TEXT = "first line\n第二行\n"
SIGNER = FileSigner.generate(SUITE_ED25519)
VERIFIER = load_verifying_key(SUITE_ED25519, SIGNER.public_key)
KEY = NoteKey.of(NAME, VERIFIER)
NOTE = sign_note(TEXT, NAME, SIGNER)
STRANGER = "— witness.example/w1 " + base64.b64encode(bytes(80)).decode() + "\n"


def opens(note: str, name: str = NAME, verifier: VerifyingKey = VERIFIER) -> bool:
    try:
        open_note(note, NoteKey.of(name, verifier))
    except NoteError:
        return False
    return True


def resigned(line: bytes) -> str:
    return f"{TEXT}\n— {NAME} {base64.b64encode(line).decode()}\n"


def test_note_opens_to_its_text() -> None:
    assert open_note(NOTE, KEY) == TEXT


def test_note_is_laid_out_as_the_specification_says() -> None:
    identity = sha256(NAME.encode() + b"\n\x01" + SIGNER.public_key[-32:]).digest()[:4]
    assert key_id(NAME, SUITE_ED25519, SIGNER.public_key) == identity
    assert resigned(identity + SIGNER.sign(TEXT.encode())) == NOTE


@pytest.mark.parametrize(
    "text", ["a\n", "\n", "a\n\nb\n", "a\n\n", "\n\n\n", "— looks signed AAAA\n", "\u2028\x85\n"]
)
def test_any_text_survives_the_round_trip(text: str) -> None:
    assert open_note(sign_note(text, NAME, SIGNER), KEY) == text


def test_every_turned_bit_of_a_note_is_refused() -> None:
    raw = NOTE.encode()
    for at in range(len(raw)):
        for bit in range(8):
            changed = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            try:
                mutated = changed.decode()
            except UnicodeDecodeError:
                continue  # cannot even be handed over as text
            assert not opens(mutated)


def test_every_missing_or_doubled_byte_of_a_note_is_refused() -> None:
    for at in range(len(NOTE)):
        assert not opens(NOTE[:at] + NOTE[at + 1 :])
        doubled = NOTE[:at] + NOTE[at] + NOTE[at:]
        assert not opens(doubled)


def test_every_beginning_of_a_note_is_refused() -> None:
    assert not any(opens(NOTE[:length]) for length in range(len(NOTE)))


def test_signature_by_another_key_or_under_another_name_does_not_count() -> None:
    other = FileSigner.generate(SUITE_ED25519)
    assert not opens(NOTE, verifier=load_verifying_key(SUITE_ED25519, other.public_key))
    assert not opens(NOTE, name="example.com/other")
    assert not opens(sign_note(TEXT, NAME, other))


def test_borrowed_key_id_does_not_make_another_keys_signature_count() -> None:
    other = FileSigner.generate(SUITE_ED25519)
    assert not opens(resigned(KEY.key_id + other.sign(TEXT.encode())))


def test_signatures_of_unknown_keys_are_passed_over_wherever_they_stand() -> None:
    head, line = NOTE.split("\n\n")
    assert opens(NOTE + STRANGER)
    assert opens(f"{head}\n\n{STRANGER}{line}")
    assert opens(f"{head}\n\n{STRANGER}{line}{STRANGER * 15}")
    same_name = f"— {NAME} {base64.b64encode(b'ABCD' + bytes(64)).decode()}\n"
    same_id = f"— example.com/else {line.split(' ')[2]}"
    assert opens(NOTE + same_name + same_id)


def test_note_with_signatures_of_unknown_keys_only_is_refused() -> None:
    assert not opens(TEXT + "\n" + STRANGER)


def test_second_wrong_signature_of_the_known_key_spoils_the_note() -> None:
    wrong = resigned(KEY.key_id + bytes(64)).split("\n\n")[1]
    assert not opens(NOTE + wrong)
    head, line = NOTE.split("\n\n")
    assert not opens(f"{head}\n\n{wrong}{line}")
    assert opens(NOTE + line)


@pytest.mark.parametrize(
    "line",
    [
        "\n",
        "- example.com/w AAAAAAAA\n",
        "—example.com/w AAAAAAAA\n",
        "— AAAAAAAA\n",
        "—  AAAAAAAA\n",
        "— a+b AAAAAAAA\n",
        "— a\u00a0b AAAAAAAA\n",
        "— a\u3000b AAAAAAAA\n",
        "— example.com/w\n",
        "— example.com/w \n",
        "— example.com/w AAAA\n",
        "— example.com/w AAAAAA==\n",
        "— example.com/w AAAAAAA\n",
        "— example.com/w AAAAAAB=\n",
        "— example.com/w AAAA_AAA\n",
        "— example.com/w AAAA AAA\n",
        "— example.com/w AAAAAAAA \n",
        "— example.com/w AAAAAAAA\r\n",
        "— example.com/w AAAAAAAA",
        "trailing text\n",
    ],
)
def test_malformed_signature_line_spoils_the_note_even_if_it_is_a_strangers(line: str) -> None:
    assert not opens(NOTE + line)


@pytest.mark.parametrize("character", ["\x00", "\t", "\r", "\x1b", "\x1f", "\ud800"])
def test_control_characters_and_broken_text_are_neither_signed_nor_opened(character: str) -> None:
    with pytest.raises(NoteError, match=r"control characters|UTF-8"):
        sign_note(f"a{character}b\n", NAME, SIGNER)
    with pytest.raises(NoteError, match=r"control characters|UTF-8"):
        open_note(NOTE.replace("first", f"fi{character}rst"), KEY)
    with pytest.raises(NoteError, match=r"control characters|UTF-8"):
        open_note(NOTE + STRANGER.replace("w1", f"w{character}1"), KEY)


def test_text_without_a_last_newline_is_not_signed() -> None:
    for text in ("", "a", "a\nb"):
        with pytest.raises(NoteError, match="ends in a newline"):
            sign_note(text, NAME, SIGNER)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\tb", "a\u2003b"])
def test_name_that_breaks_the_rules_is_refused_on_both_sides(name: str) -> None:
    with pytest.raises(NoteError, match="key name"):
        sign_note(TEXT, name, SIGNER)
    with pytest.raises(NoteError, match="key name"):
        NoteKey.of(name, VERIFIER)


def test_number_of_signatures_and_length_have_a_bound() -> None:
    assert opens(NOTE + STRANGER * (MAX_SIGNATURES - 1))
    with pytest.raises(NoteError, match="signatures"):
        open_note(NOTE + STRANGER * MAX_SIGNATURES, KEY)
    with pytest.raises(NoteError, match="longer"):
        open_note("a" * (MAX_NOTE_CHARACTERS + 1), KEY)


@pytest.mark.parametrize("suite", SUITES)
def test_key_of_each_suite_signs_and_opens_a_note(suite: Suite.ValueType) -> None:
    signer, other = FileSigner.generate(suite), FileSigner.generate(suite)
    note = sign_note(TEXT, NAME, signer)
    assert opens(note, verifier=load_verifying_key(suite, signer.public_key))
    assert not opens(note, verifier=load_verifying_key(suite, other.public_key))


def test_note_is_neither_signed_nor_opened_by_nobody() -> None:
    with pytest.raises(ValueError, match="at least one signer"):
        sign_note(TEXT, NAME)
    with pytest.raises(ValueError, match="at least one key"):
        open_note(NOTE)


def test_splitting_and_joining_a_note_gives_the_same_note() -> None:
    for note in (NOTE, NOTE + STRANGER, sign_note("a\n\n— looks signed AAAA\n", NAME, SIGNER, SIGNER)):
        assert join_note(*split_note(note)) == note
        assert signature_lines(note) == split_note(note)[1]


def test_signature_line_holds_its_name_key_id_signature_and_text() -> None:
    line = signature_lines(NOTE)[0]
    assert (line.name, line.key_id, line.signature) == (NAME, KEY.key_id, SIGNER.sign(TEXT.encode()))
    assert NOTE.endswith(f"\n\n{line.text}\n")
    assert SignatureLine.parse(line.text) == line == SignatureLine.of(line.name, line.key_id, line.signature)
    assert line.is_of(KEY)
    assert not signature_lines(NOTE + STRANGER)[1].is_of(KEY)


def test_lines_by_themselves_are_read_as_under_a_note() -> None:
    assert [line.name for line in read_lines(STRANGER + STRANGER.replace("w1", "w2"))] == [
        "witness.example/w1",
        "witness.example/w2",
    ]
    for wrong in ("", "\n", STRANGER + "\n", STRANGER.removesuffix("\n"), "text\n", STRANGER * 101):
        with pytest.raises(NoteError):
            read_lines(wrong)


def test_line_is_added_at_the_end_and_once() -> None:
    line = STRANGER.removesuffix("\n")
    longer = add_line(NOTE, line)
    assert longer == NOTE + STRANGER
    assert add_line(longer, line) == longer
    assert opens(longer)


@pytest.mark.parametrize(
    "line", ["", "text", STRANGER, STRANGER + STRANGER.removesuffix("\n"), "— a\x00b AAAAAAAA", "— a AAAA"]
)
def test_malformed_line_is_not_added(line: str) -> None:
    with pytest.raises(NoteError):
        add_line(NOTE, line)


def test_line_is_not_added_past_the_bound() -> None:
    with pytest.raises(NoteError, match="more than 100"):
        add_line(NOTE + STRANGER * (MAX_SIGNATURES - 1), "— a AAAAAAAA")
