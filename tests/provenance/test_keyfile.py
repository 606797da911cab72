"""Private keys on disk: who may read them, how they are encrypted, and one clear line when it fails."""

import base64
import os
import resource
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import registry.provenance.libcrypto
import registry.provenance.sm2
from registry.provenance.keys import FileSigner, KeyFileError, load_verifying_key
from registry.provenance.sm2 import Sm2PrivateKey
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3, Suite
from tests.support.suites import SUITES, needs_openssl, needs_sm2, sm2_pkcs8

PASSPHRASE = "口令 of a test".encode()


def refusal(path: Path, passphrase: bytes | None = None) -> str:
    """The one line that says why a key file cannot be loaded, without the path that begins it."""
    with pytest.raises(KeyFileError) as caught:
        FileSigner.load(path, passphrase)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def pem_of(key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Writing past `size` bytes fails in this process, as it does on a full disk."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_saved_key_is_the_same_key_when_loaded(
    tmp_path: Path, suite: Suite.ValueType, passphrase: bytes | None
) -> None:
    signer = FileSigner.generate(suite)
    signer.save(tmp_path / "key.pem", passphrase)
    loaded = FileSigner.load(tmp_path / "key.pem", passphrase)
    assert loaded == signer
    load_verifying_key(suite, signer.public_key).verify(b"message", loaded.sign(b"message"))


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_only_the_owner_may_read_a_key_file_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "key.pem"
    with umask(mask):
        FileSigner.generate(SUITE_ED25519).save(path, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_encrypted_key_file_uses_pbkdf2_with_sha256_and_600000_rounds(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    FileSigner.generate(SUITE_ED25519).save(path, PASSPHRASE)
    header, *body, footer = path.read_text().split("\n")[:-1]
    assert header == "-----BEGIN ENCRYPTED PRIVATE KEY-----"
    assert footer == "-----END ENCRYPTED PRIVATE KEY-----"
    der = base64.b64decode("".join(body))
    assert bytes.fromhex("06092a864886f70d01050c") in der  # PBKDF2 (RFC 8018 A.2)
    assert bytes.fromhex("06082a864886f70d0209") in der  # hmacWithSHA256 (RFC 8018 B.1.2)
    assert bytes.fromhex("060960864801650304012a") in der  # AES-256-CBC (RFC 8018 B.2.5)
    assert b"\x02\x03" + (600_000).to_bytes(3, "big") in der  # INTEGER iterationCount


@needs_openssl
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("passphrase", [None, b"pass phrase"])
def test_openssl_reads_a_key_file_as_the_same_key(
    tmp_path: Path, suite: Suite.ValueType, passphrase: bytes | None
) -> None:
    signer, path = FileSigner.generate(suite), tmp_path / "key.pem"
    signer.save(path, passphrase)
    command = ["openssl", "pkey", "-in", str(path), "-passin", "stdin", "-pubout", "-outform", "DER"]
    read = subprocess.run(command, input=passphrase or b"unused", capture_output=True, check=True, timeout=60)
    assert read.stdout == signer.public_key


@needs_openssl
@pytest.mark.parametrize(
    ("algorithm", "suite"), [("ed25519", SUITE_ED25519), pytest.param("SM2", SUITE_SM2_SM3, marks=needs_sm2)]
)
@pytest.mark.parametrize("cipher", ["-aes-256-cbc", "-aes-128-cbc"])
def test_key_file_made_by_openssl_is_read(
    tmp_path: Path, algorithm: str, suite: Suite.ValueType, cipher: str
) -> None:
    path = tmp_path / "key.pem"
    options = ["-algorithm", algorithm, cipher, "-pass", "stdin", "-out", str(path)]
    openssl("genpkey", *options, given=b"pass phrase")
    assert FileSigner.load(path, b"pass phrase").suite == suite
    assert "wrong pass phrase" in refusal(path, b"pass phrase!")


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    """What the openssl command writes."""
    words = ["openssl", *map(str, arguments)]
    return subprocess.run(words, input=given, capture_output=True, check=True, timeout=60).stdout


@needs_openssl
@needs_sm2
def test_sm2_key_encrypted_with_sm4_is_read(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    openssl("genpkey", "-algorithm", "SM2", "-sm4-cbc", "-pass", "stdin", "-out", path, given=b"pass phrase")
    signer = FileSigner.load(path, b"pass phrase")
    public = openssl(
        "pkey", "-in", path, "-passin", "stdin", "-pubout", "-outform", "DER", given=b"pass phrase"
    )
    assert signer.public_key == public
    assert "wrong pass phrase" in refusal(path, b"pass phrase!")


@needs_openssl
def test_key_of_another_suite_encrypted_with_sm4_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-sm4-cbc", "-pass", "stdin", "-out", path, given=b"pass")
    assert "wrong pass phrase, or the file is damaged" in refusal(path, b"pass")


@needs_sm2
def test_sm2_key_file_with_a_compressed_point_is_the_same_key(tmp_path: Path) -> None:
    # ECPrivateKey (RFC 5915) whose [1] holds 03 ‖ x or 02 ‖ x instead of 04 ‖ x ‖ y.
    key = Sm2PrivateKey.from_pkcs8(sm2_pkcs8(0xACE))
    compressed = bytes([2 + key.point[-1] % 2]) + key.point[1:33]
    inner = (
        bytes.fromhex("304b0201010420") + (0xACE).to_bytes(32, "big") + b"\xa1\x24\x03\x22\x00" + compressed
    )
    curve = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
    body = b"\x02\x01\x00" + curve + b"\x04\x4d" + inner
    path = tmp_path / "key.pem"
    path.write_bytes(pem_around(b"\x30" + bytes([len(body)]) + body))
    assert FileSigner.load(path, None).public_key[-65:] == key.point


def pem_around(der: bytes) -> bytes:
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der) + b"\n-----END PRIVATE KEY-----\n"


def test_key_encrypted_twice_gives_two_different_files(tmp_path: Path) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    for name in ("a.pem", "b.pem"):
        signer.save(tmp_path / name, PASSPHRASE)
    first, second = ((tmp_path / name).read_text().split("\n")[1:-2] for name in ("a.pem", "b.pem"))
    assert not set(first[1:]) & set(second[1:])  # the first line ends before the salt does


@pytest.mark.parametrize("content", [b"", b"someone's key"])
def test_existing_file_is_never_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="exists already"):
        FileSigner.generate(SUITE_ED25519).save(path, None)
    assert path.read_bytes() == content


def test_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(KeyFileError, match="exists already"):
        FileSigner.generate(SUITE_ED25519).save(tmp_path / "key.pem", None)
    assert not (tmp_path / "elsewhere.pem").exists()


def test_key_that_cannot_be_written_in_full_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with largest_file(16), pytest.raises(KeyFileError, match="cannot be written: File too large"):
        FileSigner.generate(SUITE_ED25519).save(path, None)
    assert list(tmp_path.iterdir()) == []


def test_key_in_a_directory_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be created: No such file or directory"):
        FileSigner.generate(SUITE_ED25519).save(tmp_path / "absent" / "key.pem", None)


def test_empty_pass_phrase_never_means_no_encryption(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="pass phrase is empty"):
        FileSigner.generate(SUITE_ED25519).save(tmp_path / "key.pem", b"")
    assert list(tmp_path.iterdir()) == []


def test_wrong_missing_or_needless_pass_phrase_is_named(tmp_path: Path) -> None:
    encrypted, plain = tmp_path / "encrypted.pem", tmp_path / "plain.pem"
    FileSigner.generate(SUITE_ECDSA_P256_SHA256).save(encrypted, PASSPHRASE)
    FileSigner.generate(SUITE_ECDSA_P256_SHA256).save(plain, None)
    assert "wrong pass phrase" in refusal(encrypted, PASSPHRASE + b"!")
    assert "wrong pass phrase" in refusal(encrypted, b"")
    assert "a pass phrase is needed" in refusal(encrypted, None)
    assert "not encrypted" in refusal(plain, PASSPHRASE)


def test_missing_file_and_directory_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.pem") == "the key file cannot be read: No such file or directory"
    assert refusal(tmp_path) == "the key file cannot be read: Is a directory"


def test_unreadable_file_is_named() -> None:
    # Its first page is never mapped, so that reading fails even for the superuser.
    assert refusal(Path("/proc/self/mem")) == "the key file cannot be read: Input/output error"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        bytes(range(256)),
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        pem_of(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.TraditionalOpenSSL),
    ],
)
def test_file_that_is_no_pkcs8_key_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    assert refusal(path) == "not a private key in PKCS#8 PEM form"


def test_damaged_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    whole = pem_of(ec.generate_private_key(ec.SECP256R1()))
    for content in (whole[:60], whole.replace(b"M", b"A", 1), whole.replace(b"\n", b"\n!", 2)):
        path.write_bytes(content)
        assert "damaged" in refusal(path)


def test_file_too_large_for_a_key_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(bytes(1_000_000))
    assert refusal(path) == "too large for a key file"
    assert refusal(Path("/dev/zero")) == "too large for a key file"


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())],
    ids=["rsa", "p384"],
)
def test_key_of_no_supported_suite_is_named(tmp_path: Path, key: PrivateKeyTypes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem_of(key))
    assert refusal(path) == "holds a key that is neither Ed25519, P-256 nor SM2"


@needs_sm2
def test_sm2_key_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem_around(sm2_pkcs8(0)))
    assert refusal(path) == "a key or encryption of an algorithm that is not supported, or a damaged SM2 key"


def test_sm2_key_file_without_libcrypto_is_refused_in_one_line_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry.provenance.libcrypto, "NAMES", ("libcrypto.so.absent",))
    monkeypatch.setattr(
        registry.provenance.sm2, "libcrypto", registry.provenance.libcrypto.libcrypto.__wrapped__
    )
    path = tmp_path / "key.pem"
    path.write_bytes(pem_around(sm2_pkcs8(1)))
    assert "not supported; suite SM2-with-SM3 needs the system's libcrypto" in refusal(path)
