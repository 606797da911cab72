"""SM2 with SM3 (GB/T 32918.2, GM/T 0003.2): keys and signatures, over `registry.provenance.sm2_digest`.

* A signature is r ‖ s, 32 bytes each, big-endian, each in [1, n-1]; libcrypto speaks DER, which never leaves
  this module. s may be above n/2 or below. Unlike ECDSA's, (r, n-s) is not a second signature.
* A public key is its point 04 ‖ x ‖ y; a private key is PKCS#8 (RFC 5208, RFC 5915) with the curve named.

Example, GM/T 0003.5 Annex A: over "message digest" the key of the example there signs, with its k,

    r  f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3
    s  b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa
"""

import ctypes
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from registry.provenance.libcrypto import Owned, libcrypto
from registry.provenance.sm2_digest import identity_digest, sm3_digest
from registry.provenance.suites import SignatureError, SignerError, point_of, spki_of
from registry.v1.envelope_pb2 import SUITE_SM2_SM3

ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

_LONGEST_SIGNATURE = 72  # in DER


def signature_from_der(signature: bytes) -> bytes:
    """r ‖ s of a signature in DER. ValueError if it is none."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point on the curve; safe to share between threads."""

    point: bytes
    _identity: bytes = field(repr=False, compare=False)
    _key: Owned = field(repr=False, compare=False)

    @classmethod
    def from_point(cls, point: bytes) -> "Sm2PublicKey":
        """The key of an uncompressed point. ValueError if it is not on the curve."""
        identity, spki = identity_digest(point), spki_of(SUITE_SM2_SM3, point)
        try:
            key = _decoded("d2i_PUBKEY", spki, "EVP_PKEY_free")
        except ValueError:
            raise ValueError("not an SM2 public key: its point is not on the curve") from None
        return cls(point, identity, key)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Returns if the signature (r ‖ s) is this key's over the message; SignatureError otherwise."""
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < ORDER and 0 < s < ORDER):
            raise SignatureError("r or s of the signature is outside [1, n-1]")
        der, digest = encode_dss_signature(r, s), sm3_digest(self._identity + message)
        library, context = libcrypto(), _context(self._key)
        library.EVP_PKEY_verify_init(context.pointer)
        if library.EVP_PKEY_verify(context.pointer, der, len(der), digest, len(digest)) != 1:
            library.ERR_clear_error()
            raise SignatureError("the signature is not valid for these bytes and this key")


@dataclass(frozen=True, slots=True)
class Sm2PrivateKey:
    """A private key held in this process; safe to share between threads. Never shows the key."""

    point: bytes
    _identity: bytes = field(repr=False, compare=False)
    _key: Owned = field(repr=False, compare=False)

    @classmethod
    def generate(cls) -> "Sm2PrivateKey":
        """A new key, from libcrypto's own random generator."""
        library = libcrypto()
        context = Owned(library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None), library.EVP_PKEY_CTX_free)
        key = ctypes.c_void_p()
        library.EVP_PKEY_keygen_init(context.pointer)
        library.EVP_PKEY_generate(context.pointer, ctypes.byref(key))
        return cls._of(Owned(key.value, library.EVP_PKEY_free))

    @classmethod
    def from_pkcs8(cls, der: bytes, passphrase: bytes | None = None) -> "Sm2PrivateKey":
        """The key in PKCS#8, plain or (with a pass phrase) encrypted by any scheme that libcrypto knows.

        ValueError if it is damaged, the pass phrase is wrong, the numbers are no key pair, or the key is of
        another algorithm.
        """
        library = libcrypto()
        info = _plain_info(der) if passphrase is None else _decrypted_info(der, passphrase)
        try:
            key = Owned(library.EVP_PKCS82PKEY(info.pointer), library.EVP_PKEY_free)
            if library.EVP_PKEY_is_a(key.pointer, b"SM2") != 1:
                raise ValueError("a key of another algorithm")
            if library.EVP_PKEY_check(_context(key).pointer) != 1:
                raise ValueError("not a pair of private and public key")
            return cls._of(key)
        finally:
            library.ERR_clear_error()

    def to_pkcs8(self) -> bytes:
        """The key in PKCS#8, plain: to be encrypted before it is written anywhere."""
        library = libcrypto()
        info = Owned(library.EVP_PKEY2PKCS8(self._key.pointer), library.PKCS8_PRIV_KEY_INFO_free)
        return _encoded("i2d_PKCS8_PRIV_KEY_INFO", info)

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, r ‖ s."""
        library, context = libcrypto(), _context(self._key)
        digest = sm3_digest(self._identity + message)
        der, length = ctypes.create_string_buffer(_LONGEST_SIGNATURE), ctypes.c_size_t(_LONGEST_SIGNATURE)
        library.EVP_PKEY_sign_init(context.pointer)
        signed = library.EVP_PKEY_sign(context.pointer, der, ctypes.byref(length), digest, len(digest))
        if signed != 1:
            library.ERR_clear_error()
            raise SignerError("libcrypto did not sign")
        return signature_from_der(der.raw[: length.value])

    @classmethod
    def _of(cls, key: Owned) -> "Sm2PrivateKey":
        # A file may hold its point compressed; here every key has one spelling.
        libcrypto().EVP_PKEY_set_utf8_string_param(key.pointer, b"point-format", b"uncompressed")
        point = point_of(SUITE_SM2_SM3, _encoded("i2d_PUBKEY", key))
        return cls(point, identity_digest(point), key)


def _context(key: Owned) -> Owned:
    library = libcrypto()
    return Owned(library.EVP_PKEY_CTX_new_from_pkey(None, key.pointer, None), library.EVP_PKEY_CTX_free)


def _plain_info(der: bytes) -> Owned:
    return _decoded("d2i_PKCS8_PRIV_KEY_INFO", der, "PKCS8_PRIV_KEY_INFO_free")


def _decrypted_info(der: bytes, passphrase: bytes) -> Owned:
    library, sealed = libcrypto(), _decoded("d2i_X509_SIG", der, "X509_SIG_free")
    try:
        return Owned(
            library.PKCS8_decrypt(sealed.pointer, passphrase, len(passphrase)),
            library.PKCS8_PRIV_KEY_INFO_free,
        )
    finally:
        library.ERR_clear_error()


def _decoded(function: str, der: bytes, free: str) -> Owned:
    """What libcrypto reads out of DER. ValueError if it reads nothing, or not to the end."""
    library: Any = libcrypto()
    buffer = ctypes.create_string_buffer(der, len(der))
    at = ctypes.c_void_p(ctypes.addressof(buffer))
    try:
        decoded = Owned(getattr(library, function)(None, ctypes.byref(at), len(der)), getattr(library, free))
    finally:
        library.ERR_clear_error()
    if at.value != ctypes.addressof(buffer) + len(der):
        raise ValueError("bytes after the end")
    return decoded


def _encoded(function: str, value: Owned) -> bytes:
    """The DER that libcrypto writes."""
    encode = getattr(libcrypto(), function)
    buffer = ctypes.create_string_buffer(max(encode(value.pointer, None), 0))
    at = ctypes.c_void_p(ctypes.addressof(buffer))
    encode(value.pointer, ctypes.byref(at))
    return buffer.raw
