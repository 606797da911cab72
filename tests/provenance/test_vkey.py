"""Keys of signed notes: real logs' keys and notes, our own types laid out by hand, one spelling each."""

import base64
from hashlib import sha256

import pytest

import registry.provenance.vkey
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.note import NoteError, NoteKey, open_note, parse_vkey, sign_note, vkey
from registry.provenance.vkey import format_vkey, key_id, split_vkey
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3, Suite
from tests.support.suites import SUITES, needs_sm2

NAME = "example.com/log"

# The Go checksum database: its published key, and heads that it signed in 2021, 2023 and 2026.
GO_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_ORIGIN = "go.sum database tree"
GO_HEADS = {
    6476701: """\
go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
""",
    15067302: """\
go.sum database tree
15067302
gJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=

— sum.golang.org Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=
— test.example.com qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUq\
DRK77PWDmL6w8w84UqeAw=
""",
    65209736: """\
go.sum database tree
65209736
5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=

— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=
""",
}
# The examples of C2SP signed-note and of golang.org/x/mod/sumdb/note.
PUBLISHED = [
    (
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "This is an example message.\n\n"
        "— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    ),
    (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    ),
]


@pytest.mark.parametrize("size", GO_HEADS)
def test_head_that_the_go_checksum_database_signed_is_opened(size: int) -> None:
    key, note = parse_vkey(GO_VKEY), GO_HEADS[size]
    assert open_checkpoint(note, key, origin=GO_ORIGIN).size == size
    with pytest.raises(CheckpointError, match="not valid"):
        open_checkpoint(note.replace(f"{size}\n", f"{size + 1}\n"), key, origin=GO_ORIGIN)
    with pytest.raises(CheckpointError, match="not of 'sum.golang.org'"):
        open_checkpoint(note, key, origin="sum.golang.org")


@pytest.mark.parametrize(("text", "note"), PUBLISHED)
def test_published_example_is_opened_by_its_published_key_and_not_by_another(text: str, note: str) -> None:
    assert open_note(note, parse_vkey(text)) == note.partition("\n\n")[0] + "\n"
    with pytest.raises(NoteError, match="no signature"):
        open_note(note, parse_vkey(GO_VKEY))
    with pytest.raises(NoteError, match="not valid"):
        open_note(note.replace("is", "was", 1), parse_vkey(text))


@pytest.mark.parametrize("text", [GO_VKEY, *(text for text, _ in PUBLISHED)])
def test_published_key_is_written_as_it_was_read(text: str) -> None:
    key, parts = parse_vkey(text), split_vkey(text)
    assert key.vkey == text == format_vkey(parts.name, parts.encoded)
    assert vkey(key.name, SUITE_ED25519, key.verifier.public_key) == text


def test_example_in_the_module_is_the_go_databases_key() -> None:
    assert f"    {GO_VKEY}\n" in (registry.provenance.vkey.__doc__ or "")


@pytest.mark.parametrize(
    ("suite", "signature_type", "length"),
    [
        (SUITE_ED25519, b"\x01", 32),
        (SUITE_ECDSA_P256_SHA256, b"\xffregistry.v1/ecdsa-p256-sha256\n", 65),
        pytest.param(SUITE_SM2_SM3, b"\xffregistry.v1/sm2-sm3\n", 65, marks=needs_sm2),
    ],
)
def test_key_of_each_suite_is_laid_out_as_the_specification_says(
    suite: Suite.ValueType, signature_type: bytes, length: int
) -> None:
    signer = FileSigner.generate(suite)
    encoded = signature_type + signer.public_key[-length:]
    identity = sha256(NAME.encode() + b"\n" + encoded).digest()[:4]
    assert key_id(NAME, suite, signer.public_key) == identity
    text = f"{NAME}+{identity.hex()}+{base64.b64encode(encoded).decode()}"
    assert vkey(NAME, suite, signer.public_key) == text
    verifier = load_verifying_key(suite, signer.public_key)
    assert parse_vkey(text) == NoteKey(NAME, identity, verifier) == NoteKey.of(NAME, verifier)


@pytest.mark.parametrize("suite", SUITES)
def test_what_a_key_signs_is_opened_by_its_vkey_under_its_name_only(suite: Suite.ValueType) -> None:
    signer = FileSigner.generate(suite)
    note = sign_note("text\n", NAME, signer)
    assert open_note(note, parse_vkey(vkey(NAME, suite, signer.public_key))) == "text\n"
    with pytest.raises(NoteError, match="no signature"):
        open_note(note, parse_vkey(vkey("example.com/other", suite, signer.public_key)))


@pytest.mark.parametrize("suite", SUITES)
def test_every_changed_or_missing_character_of_a_vkey_is_refused(suite: Suite.ValueType) -> None:
    text = vkey(NAME, suite, FileSigner.generate(suite).public_key)
    for at in range(len(text)):
        for changed in (text[at].swapcase(), "A", "+", "/", " ", "0", "é", ""):
            if changed != text[at]:
                with pytest.raises(NoteError):
                    parse_vkey(text[:at] + changed + text[at + 1 :])


def test_key_of_a_type_that_is_not_ours_is_split_but_not_parsed() -> None:
    for kind in (b"\x02", b"\x04", b"\x06", b"\xffexample.com/other\n", b"\xffregistry.v1/sm2-sm3", b""):
        text = format_vkey(NAME, kind + bytes(65))
        assert split_vkey(text).encoded == kind + bytes(65)
        with pytest.raises(NoteError, match="signature type"):
            parse_vkey(text)


@pytest.mark.parametrize("suite", SUITES)
def test_vkey_of_a_weak_key_or_of_none_is_refused(suite: Suite.ValueType) -> None:
    encoded = split_vkey(vkey(NAME, suite, FileSigner.generate(suite).public_key)).encoded
    length = 32 if suite == SUITE_ED25519 else 65
    kind, point = encoded[:-length], encoded[-length:]
    nowhere = point[:1] + bytes(len(point) - 1) if suite != SUITE_ED25519 else bytes(32)
    for wrong in (b"", point[:-1], point + b"\x00", nowhere, b"\x02" + point[1:33]):
        if wrong[:1] != b"\x02" or suite != SUITE_ED25519:
            with pytest.raises(NoteError, match="the key of"):
                parse_vkey(format_vkey(NAME, kind + wrong))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_name_that_breaks_the_rules_has_no_vkey(name: str) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    with pytest.raises(NoteError, match="key name"):
        vkey(name, signer.suite, signer.public_key)
    with pytest.raises(NoteError, match="key name"):
        key_id(name, signer.suite, signer.public_key)
