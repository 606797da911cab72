from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.provenance.leaf import subject_key
from registry.provenance.vault import (
    MASTER_BYTES,
    NONCE_BYTES,
    SECRET_BYTES,
    Person,
    Vault,
    VaultError,
    is_person,
    leaf_subject_key,
)
from registry.v1 import subject_pb2
from tests.support.events import ban, person, placed, repair
from tests.support.history import EXIT_BAN, permit_holder
from tests.support.spine import found_spine, furnish

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
PASSPORT = subject_pb2.IDENTIFIER_TYPE_PASSPORT
HK_MACAO = subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT
TAIWAN = subject_pb2.IDENTIFIER_TYPE_TAIWAN_PERMIT

MASTER = bytes(range(MASTER_BYTES))
SECRET = bytes(range(100, 100 + SECRET_BYTES))
NONCE = bytes(NONCE_BYTES)
NUMBER = "13099919800101002X"
VAULT = Vault(MASTER)


def someone(secret: bytes = SECRET) -> Person:
    return Person(subject_pb2.Identifier(type=RESIDENT_ID, value=NUMBER), secret)


def test_person_comes_out_as_it_went_in() -> None:
    assert VAULT.open_person(VAULT.seal_person(someone(), NONCE)) == someone()


@pytest.mark.parametrize("secret", [b"", SECRET])
@pytest.mark.parametrize("payload", [b"", b"\x00", "沧州".encode(), os.urandom(65_536)])
def test_payload_comes_out_byte_for_byte(payload: bytes, secret: bytes) -> None:
    sealed = VAULT.seal_payload(payload, secret, NONCE)
    assert VAULT.open_payload(sealed, secret) == payload
    assert len(sealed) == NONCE_BYTES + len(payload) + 16


def test_another_master_key_opens_nothing_and_is_told_by_its_check_value() -> None:
    other = Vault(MASTER[:-1] + b"\xff")
    with pytest.raises(VaultError, match="another vault key, or altered bytes"):
        other.open_person(VAULT.seal_person(someone(), NONCE))
    with pytest.raises(VaultError):
        other.open_payload(VAULT.seal_payload(b"x", b"", NONCE), b"")
    assert other.check_value != VAULT.check_value == Vault(MASTER).check_value
    assert other.ref(RESIDENT_ID, NUMBER) != VAULT.ref(RESIDENT_ID, NUMBER)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_master_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(VaultError, match=str(length)):
        Vault(bytes(length))


def test_every_altered_byte_is_found() -> None:
    sealed = VAULT.seal_person(someone(), NONCE)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(VaultError):
            VAULT.open_person(bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 11, 12, 13, 27, 28])
def test_sealed_bytes_that_are_cut_off_are_found(length: int) -> None:
    for sealed, secret in (
        (VAULT.seal_payload(b"payload", b"", NONCE), b""),
        (VAULT.seal_payload(b"payload", SECRET, NONCE), SECRET),
    ):
        with pytest.raises(VaultError):
            VAULT.open_payload(sealed[:length], secret)
    with pytest.raises(VaultError):
        VAULT.open_person(VAULT.seal_person(someone(), NONCE)[:length])


def test_payload_of_a_person_opens_with_that_persons_secret_only() -> None:
    sealed = VAULT.seal_payload(b"payload", SECRET, NONCE)
    for secret in (b"", bytes(SECRET_BYTES)):
        with pytest.raises(VaultError):
            VAULT.open_payload(sealed, secret)


def test_sealed_person_cannot_be_passed_off_as_a_payload() -> None:
    with pytest.raises(VaultError):
        VAULT.open_payload(VAULT.seal_person(someone(), NONCE), b"")


def test_same_content_under_another_nonce_looks_different() -> None:
    assert VAULT.seal_payload(b"x", b"", NONCE) != VAULT.seal_payload(b"x", b"", b"\x01" * NONCE_BYTES)


@pytest.mark.parametrize(
    ("type", "written", "also"),
    [
        (RESIDENT_ID, NUMBER, NUMBER.lower()),
        (RESIDENT_ID, NUMBER, "１３０９９９１９８００１０１００２Ｘ"),
        (RESIDENT_ID, NUMBER, "１３０９９９１９８００１０１００２ｘ"),
        (RESIDENT_ID, NUMBER, " 130999 19800101 002x\u3000"),
        (RESIDENT_ID, NUMBER, "130999-19800101-002X"),
        (RESIDENT_ID, NUMBER, f"\u200b{NUMBER}\ufeff"),
        (PASSPORT, "E12345678", "e１２３45678"),
        (HK_MACAO, "H12345678", "H1234567801"),
        (HK_MACAO, "H1234567801", "h1234567812"),
        (HK_MACAO, "M12345678", "Ｍ12345678 02"),
        (TAIWAN, "12345678", "1234-5678"),
        (USCC, "91130902DEM0000142", "９1130902dem0000142 "),
    ],
)
def test_one_subject_written_in_two_ways_has_one_reference(
    type: subject_pb2.IdentifierType.ValueType, written: str, also: str
) -> None:
    assert VAULT.ref(type, written) == VAULT.ref(type, also)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((PASSPORT, "12345678"), (TAIWAN, "12345678")),
        ((PASSPORT, "H12345678"), (HK_MACAO, "H12345678")),
        ((HK_MACAO, "H12345678"), (HK_MACAO, "H12345679")),
        ((HK_MACAO, "H12345678"), (HK_MACAO, "M12345678")),
        ((PASSPORT, "H1234567801"), (PASSPORT, "H1234567802")),
        ((RESIDENT_ID, NUMBER), (PASSPORT, NUMBER)),
        ((RESIDENT_ID, NUMBER), (USCC, NUMBER)),
    ],
)
def test_different_papers_have_different_references(
    one: tuple[subject_pb2.IdentifierType.ValueType, str],
    other: tuple[subject_pb2.IdentifierType.ValueType, str],
) -> None:
    assert VAULT.ref(*one) != VAULT.ref(*other)


def test_reference_of_a_person_tells_nothing_and_that_of_a_firm_is_its_code() -> None:
    ref = VAULT.ref(RESIDENT_ID, NUMBER)
    assert is_person(ref)
    assert len(ref) == 2 + 64
    assert not any(NUMBER[at : at + 6] in ref for at in range(len(NUMBER) - 5))
    firm = "91130902DEM0000142"
    assert VAULT.ref(USCC, firm) == firm
    assert not is_person(firm)


def test_paper_of_a_type_not_known_is_taken_for_a_persons() -> None:
    assert is_person(VAULT.ref(subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED, NUMBER))


def test_subject_key_of_a_person_cannot_be_worked_out_without_the_secret() -> None:
    ref = VAULT.ref(RESIDENT_ID, NUMBER)
    assert leaf_subject_key(ref, SECRET) != subject_key(ref)
    assert leaf_subject_key(ref, SECRET) != leaf_subject_key(ref, bytes(SECRET_BYTES))
    assert leaf_subject_key("91130902DEM0000142", b"") == subject_key("91130902DEM0000142")


def test_no_byte_of_an_installation_tells_a_persons_number(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["法院"])
    holder = permit_holder("H1234567801")
    entries = {"a": person(1), "b": person(2), "c": holder}
    for statement_id, subject in entries.items():
        placed(spine.say("法院", statement_id, event=ban("法院", subject, EXIT_BAN, "2026-04-01")))
    too_early = ban("法院", person(3), EXIT_BAN, "2027-04-01")
    spine.say("法院", "refused", event=too_early)
    misdirected = person(4)
    misdirected.identifier.value = misdirected.identifier.value[:-1] + "?"
    spine.say("法院", "mistyped", event=ban("法院", misdirected, EXIT_BAN, "2026-04-01"))
    spine.say("法院", "repair", repair=repair("法院", "a", "2026-05-01"))
    numbers = [subject.identifier.value for subject in (*entries.values(), person(3), misdirected)]
    stored = {file: file.read_bytes() for file in spine.directory.rglob("registry.db*")}
    assert sum(map(len, stored.values())) > 100_000
    for file, content in stored.items():
        for number in numbers:
            assert number.encode() not in content, file.name
    spine.engine.close()
    content = spine.config.store.read_bytes()
    assert not any(number.encode() in content for number in numbers)
    assert "示例某".encode() not in content
