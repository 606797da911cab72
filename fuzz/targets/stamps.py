"""Time stamps (RFC 3161), certificates, and keys: ASN.1 that others wrote."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fuzz.mutators import plain
from fuzz.target import Prepared, holds
from registry.provenance import der
from registry.provenance.der import DerError, encode
from registry.provenance.keys import SignatureError
from registry.provenance.suites import SuiteNotSupportedError
from registry.provenance.timestamp import TimeAuthority, TimestampError, check_token, token_in
from registry.provenance.verifying_key import load_verifying_key
from registry.v1.envelope_pb2 import Suite
from tests.support.stamps import PlainAuthority

_TEXT = "credit.example/fuzz\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
_WHEN_MS = 1_790_000_000_123


def _elements(data: bytes, random: Random) -> bytes:
    """One element of DER changed, its outer lengths made right again."""
    try:
        found = der.elements(data)
    except DerError:
        return plain.changed(data, random)
    if not found:
        return data + encode(random.choice((2, 4, 5, 6, 0x30)), random.randbytes(3))
    at = random.randrange(len(found))
    parts = [encode(each.tag, each.content) for each in found]
    if found[at].tag & 0x20 and random.random() < 0.85:
        parts[at] = encode(found[at].tag, _elements(found[at].content, random))
    else:
        act = random.randrange(5)
        if act == 0:
            del parts[at]
        elif act == 1:
            parts.insert(at, parts[random.randrange(len(parts))])
        elif act == 2:
            parts[at] = encode(random.randrange(1, 31) | random.choice((0, 0x80, 0xA0)), found[at].content)
        else:
            parts[at] = encode(found[at].tag, plain.changed(found[at].content, random))
    return b"".join(parts)


def time_stamp() -> Prepared:
    """A time stamp token: it says the one instant that was signed, or is refused."""
    authority = PlainAuthority()
    token = authority.token(_TEXT, _WHEN_MS, accuracy_ms=500, nonce=7)
    wrapped = encode(der.SEQUENCE, encode(der.SEQUENCE, der.encode_number(0)), token)

    def run(data: bytes) -> bool:
        taken = False
        given = data
        with suppress(TimestampError):
            given = token_in(data)
        for each in (data, given):
            try:
                stamp = check_token(each, _TEXT, authority.believed)
            except TimestampError:
                continue
            holds(stamp.gen_time_ms == _WHEN_MS, "a time that nobody stamped is believed")
            taken = True
        return taken

    return Prepared(
        run, [token, wrapped, authority.token("else", _WHEN_MS)], (_elements, _elements, plain.changed)
    )


def certificate() -> Prepared:
    """Certificates of a time stamping authority, PEM or DER."""
    authority = PlainAuthority()
    pem = authority.root.public_bytes(serialization.Encoding.PEM)

    def run(data: bytes) -> bool:
        with suppress(TimestampError):
            TimeAuthority.from_pem(data)
        try:
            made = x509.load_der_x509_certificate(data)
        except ValueError:
            return False
        try:
            TimeAuthority.from_pem(made.public_bytes(serialization.Encoding.PEM))
        except TimestampError:
            return False
        return True

    seeds = [pem, authority.root.public_bytes(serialization.Encoding.DER)]
    return Prepared(run, [*seeds, pem + pem], (_elements, plain.changed))


def public_key() -> Prepared:
    """A public key of any suite (SPKI), and a signature that never holds."""
    private = ec.derive_private_key(int.from_bytes(sha256(b"p256").digest(), "big") >> 8, ec.SECP256R1())
    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ed25519 = bytes.fromhex("302a300506032b6570032100") + bytes.fromhex(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    signature = private.sign(b"x", ec.ECDSA(hashes.SHA256()))

    def run(data: bytes) -> bool:
        taken = False
        for suite in Suite.values():
            try:
                key = load_verifying_key(suite, data)
            except (ValueError, SuiteNotSupportedError):
                continue
            holds(key.public_key == data, "a key is another than was read")
            try:
                key.verify(b"another", signature[:64].ljust(64, b"\x01"))
            except SignatureError:
                taken = True
                continue
            holds(False, "a signature holds that nobody made")
        return taken

    return Prepared(run, [private.public_key().public_bytes(*spki), ed25519], (_elements, plain.changed))
