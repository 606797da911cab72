from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from registry.access.certificates import create_authority, issue
from registry_client import Credentials, CredentialsError
from tests.registry_client.samples import DEPARTMENT, ORIGIN

HandOver = Callable[[str], Path]


def test_credentials_are_three_files_in_a_directory(hand_over: HandOver) -> None:
    directory = hand_over("department")
    loaded = Credentials.load(directory)
    assert loaded.certificate == (directory / "cert.pem").read_bytes()
    assert loaded.channel_credentials() is not None


def test_a_department_finds_its_code_and_the_log_in_its_certificate(hand_over: HandOver) -> None:
    loaded = Credentials.load(hand_over("department"))
    assert (loaded.origin, loaded.department) == (ORIGIN, DEPARTMENT)


def test_a_system_has_no_department(hand_over: HandOver) -> None:
    loaded = Credentials.load(hand_over("system"))
    assert (loaded.origin, loaded.department) == ("", "")


def test_a_certificate_without_identity_says_nothing_of_one(hand_over: HandOver) -> None:
    assert Credentials.load(hand_over("server")).department == ""


def test_files_named_one_by_one_take_precedence(hand_over: HandOver, tmp_path: Path) -> None:
    directory = hand_over("department")
    moved = (directory / "key.pem").rename(tmp_path / "elsewhere.pem")
    assert Credentials.load(directory, key=moved) == Credentials.load(
        authority=directory / "ca.pem", certificate=directory / "cert.pem", key=moved
    )


def test_the_key_is_never_shown(hand_over: HandOver) -> None:
    assert "PRIVATE" not in repr(Credentials.load(hand_over("department")))


@pytest.mark.parametrize("name", ["ca.pem", "cert.pem", "key.pem"])
def test_a_missing_file_is_named(hand_over: HandOver, name: str) -> None:
    directory = hand_over("department")
    (directory / name).unlink()
    with pytest.raises(CredentialsError, match="cannot be read") as refused:
        Credentials.load(directory)
    assert str(refused.value).startswith(str(directory / name))


@pytest.mark.parametrize(
    ("name", "said"),
    [("ca.pem", "not a certificate"), ("cert.pem", "not a certificate"), ("key.pem", "not a private key")],
)
def test_a_damaged_file_is_named(hand_over: HandOver, name: str, said: str) -> None:
    directory = hand_over("department")
    (directory / name).write_text("damaged")
    with pytest.raises(CredentialsError, match=said) as refused:
        Credentials.load(directory)
    assert str(refused.value).startswith(str(directory / name))


def test_a_key_of_another_certificate_is_refused(hand_over: HandOver) -> None:
    directory, other = hand_over("department"), hand_over("system")
    with pytest.raises(CredentialsError, match="not the key of the certificate"):
        Credentials.load(directory, key=other / "key.pem")


def test_an_encrypted_key_needs_its_pass_phrase(hand_over: HandOver) -> None:
    directory = hand_over("department")
    path = directory / "key.pem"
    key = load_pem_private_key(path.read_bytes(), None)
    form = (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"phrase"))
    path.write_bytes(key.private_bytes(*form))
    with pytest.raises(CredentialsError, match="a pass phrase is needed"):
        Credentials.load(directory)
    with pytest.raises(CredentialsError, match="the pass phrase is wrong"):
        Credentials.load(directory, passphrase=b"guess")
    assert b"ENCRYPTED" not in Credentials.load(directory, passphrase=b"phrase").key


@pytest.mark.parametrize(("days", "said"), [(-10, "expired on"), (+10, "valid only from")])
def test_a_certificate_outside_its_time_is_refused(tmp_path: Path, days: int, said: str) -> None:
    opening, lifetime = datetime.now(UTC) + timedelta(days=days), timedelta(days=1)
    create_authority(tmp_path, name="test", not_before=opening, lifetime=lifetime)
    issue(tmp_path, "caller", f"registry://{ORIGIN}/auditor/a", not_before=opening, lifetime=lifetime)
    with pytest.raises(CredentialsError, match=said):
        Credentials.load(
            authority=tmp_path / "authority.pem",
            certificate=tmp_path / "caller.pem",
            key=tmp_path / "caller.key",
        )


def test_without_a_directory_every_file_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match=r"^ca.pem: neither"):
        Credentials.load()
