"""Private key files: PKCS#8 in PEM (RFC 7468 §10, §11), mode 0600, created exclusively.

    -----BEGIN PRIVATE KEY-----              plain: for development, or where a credential store protects it
    -----BEGIN ENCRYPTED PRIVATE KEY-----    PBES2 (RFC 8018): AES-256-CBC, PBKDF2-HMAC-SHA-256

The encrypted form is put together here, because the library writes it with 2,048 rounds only (cryptography
50: its builder that sets rounds knows PKCS#12 and OpenSSH alone). The library reads it, and so does openssl:

    SEQUENCE {
      SEQUENCE { PBES2, SEQUENCE {
        SEQUENCE { PBKDF2, SEQUENCE { OCTET STRING salt, INTEGER rounds,
                                      SEQUENCE { hmacWithSHA256, NULL } } },
        SEQUENCE { aes256-CBC, OCTET STRING initialisation vector } } },
      OCTET STRING the plain form in DER, padded (PKCS#7) and encrypted }

The library refuses SM2 keys; those are read by the system's libcrypto, which decrypts SM4-CBC as well, the
form in which some certification authorities hand keys over. Older PEM forms ("BEGIN EC PRIVATE KEY") are
refused: their encryption is a single MD5. This module is the only place under `provenance` that touches the
disk.
"""

import base64
import hashlib
import os
import re
import textwrap
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from registry.provenance.secret_file import read_secret_file
from registry.provenance.sm2 import Sm2PrivateKey
from registry.provenance.suites import SuiteNotSupportedError

KDF_ROUNDS = 600_000
"""PBKDF2-HMAC-SHA-256 rounds of an encrypted key file (OWASP Password Storage, 2023)."""

_PLAIN = b"-----BEGIN PRIVATE KEY-----"
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_BODY = re.compile(rb"-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----([^-]*)-----END ")
_LARGEST_FILE = 64 * 1024
_UNSUPPORTED = "a key or encryption of an algorithm that is not supported"
_DAMAGED = "the key cannot be read: damaged"
_WRONG = "the key cannot be read: wrong pass phrase, or the file is damaged"

# Object identifiers in DER: RFC 8018 A.4, A.2, B.1.2 and B.2.5.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES256_CBC = bytes.fromhex("060960864801650304012a")
_NULL = b"\x05\x00"


class KeyFileError(ValueError):
    """A key file cannot be read or written; the message is one line that begins with its path."""


def read_private_key(path: str | Path, passphrase: bytes | None) -> PrivateKeyTypes | Sm2PrivateKey:
    """The private key in a file; `passphrase` None says that it is not encrypted.

    KeyFileError: missing, unreadable, not a PKCS#8 key, of an unknown algorithm, wrong pass phrase, or a pass
    phrase given or missing where the file is not or is encrypted.
    """
    pem = _read(path)
    _require_form(path, pem, passphrase)
    try:
        return load_pem_private_key(pem, passphrase)
    except UnsupportedAlgorithm:
        return _read_sm2(path, pem, passphrase, otherwise=_UNSUPPORTED)
    except (ValueError, TypeError):
        why = _DAMAGED if passphrase is None else _WRONG
        return _read_sm2(path, pem, passphrase, otherwise=why)


def _read_sm2(path: str | Path, pem: bytes, passphrase: bytes | None, *, otherwise: str) -> Sm2PrivateKey:
    try:
        return Sm2PrivateKey.from_pkcs8(_der_of(pem), passphrase)
    except SuiteNotSupportedError as fault:
        detail = f"; {fault}"
    except ValueError:
        detail = ", or a damaged SM2 key"
    raise KeyFileError(f"{path}: {otherwise}" + (detail if otherwise == _UNSUPPORTED else "")) from None


def write_private_key(
    path: str | Path, key: PrivateKeyTypes | Sm2PrivateKey, passphrase: bytes | None
) -> None:
    """Write the key to a new file that its owner alone may read, and make it durable.

    KeyFileError if the file exists already or cannot be written (then nothing is left behind), or the pass
    phrase is empty.
    """
    if passphrase == b"":
        raise KeyFileError(f"{path}: the pass phrase is empty")
    plain = _plain(key)
    if passphrase is None:
        _write(Path(path), _pem("PRIVATE KEY", plain))
    else:
        _write(Path(path), _pem("ENCRYPTED PRIVATE KEY", _encrypt(plain, passphrase)))


def _require_form(path: str | Path, pem: bytes, passphrase: bytes | None) -> None:
    if _ENCRYPTED in pem and passphrase is None:
        raise KeyFileError(f"{path}: the key is encrypted, a pass phrase is needed")
    if _ENCRYPTED not in pem and passphrase is not None and _PLAIN in pem:
        raise KeyFileError(f"{path}: a pass phrase was given, but the key is not encrypted")
    if _ENCRYPTED not in pem and _PLAIN not in pem:
        raise KeyFileError(f"{path}: not a private key in PKCS#8 PEM form")


def _der_of(pem: bytes) -> bytes:
    body = _BODY.search(pem)
    return base64.b64decode(b"".join(body[1].split()), validate=True) if body else b""


def _plain(key: PrivateKeyTypes | Sm2PrivateKey) -> bytes:
    if isinstance(key, Sm2PrivateKey):
        return key.to_pkcs8()
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _encrypt(plain: bytes, passphrase: bytes) -> bytes:
    salt, vector = os.urandom(16), os.urandom(16)
    secret = hashlib.pbkdf2_hmac("sha256", passphrase, salt, KDF_ROUNDS, dklen=32)
    padder, encryptor = PKCS7(128).padder(), Cipher(AES256(secret), CBC(vector)).encryptor()
    padded = padder.update(plain) + padder.finalize()
    # A DER INTEGER is signed: one bit more than the number itself.
    rounds = KDF_ROUNDS.to_bytes(KDF_ROUNDS.bit_length() // 8 + 1, "big")
    kdf_parameters = _sequence(_der(0x04, salt), _der(0x02, rounds), _sequence(_HMAC_SHA256, _NULL))
    kdf = _sequence(_PBKDF2, kdf_parameters)
    cipher = _sequence(_AES256_CBC, _der(0x04, vector))
    algorithm = _sequence(_PBES2, _sequence(kdf, cipher))
    return _sequence(algorithm, _der(0x04, encryptor.update(padded) + encryptor.finalize()))


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _der(tag: int, content: bytes) -> bytes:
    # ITU-T X.690 §8.1.3: lengths below 128 take one byte, longer ones say first how many bytes they take.
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(2, "big").lstrip(b"\x00")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _pem(label: str, der: bytes) -> bytes:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


def _read(path: str | Path) -> bytes:
    try:
        content = read_secret_file(path, _LARGEST_FILE)
    except OSError as fault:
        raise KeyFileError(f"{path}: the key file cannot be read: {fault.strerror}") from None
    if len(content) > _LARGEST_FILE:
        raise KeyFileError(f"{path}: too large for a key file")
    return content


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path}: exists already; a key file is never overwritten") from None
    except OSError as fault:
        raise KeyFileError(f"{path}: the key file cannot be created: {fault.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # a umask may have taken the owner's bits away
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        _sync_directory(path.parent)
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise KeyFileError(f"{path}: the key file cannot be written: {fault.strerror}") from None


def _sync_directory(directory: Path) -> None:
    # Without this a power failure may lose the name of a file whose content is safe.
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
