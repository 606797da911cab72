"""Outside time (可信时间戳): RFC 3161 requests and tokens over the text of a checkpoint.

Nobody believes a registry's own clock when it is the registry that is doubted. An authority for time stamps,
independent of it, signs that a hash existed at an instant:

    TimeStampReq   SEQUENCE { 1, SEQUENCE { SHA-256, digest }, nonce, certReq TRUE }
    TimeStampResp  SEQUENCE { SEQUENCE { status, … }, TimeStampToken }

The digest is SHA-256 of the checkpoint's text as `Checkpoint.text` gives it, without signature lines. What is
checked of a token (RFC 3161 §2.2, RFC 5652, RFC 5816):

* digest, and the nonce where one is given, so that an old answer is not taken for one to this request;
* one signer, whose signature stands, who chains to a configured root, all valid at genTime (rfc3161-client
  does this, by OpenSSL), and whose certificate is for time stamps alone: critical, extended key usage (§2.3);
* what the signature leaves open: `registry.provenance.timestamp_signer`.

Not checked: whether the authority's certificate was revoked (ask the authority; a stamp of before stays good,
RFC 3161 §4), and policies. Tokens with SM2 (GB/T 20520) are not read. Where a token states no accuracy it
counts as exact.

Example, ``openssl ts -reply`` for the request that this module made: {genTime 20261125123709.146Z, accuracy
1 s} gives Stamp(1795610229146, 1000, …), so the text existed at 1795610230146 at the latest.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from registry.provenance import der
from registry.provenance.certificate_faults import UNREADABLE
from registry.provenance.der import DerError, Element
from registry.provenance.timestamp_signer import SHA256
from registry.provenance.timestamp_token import TokenParts

REQUEST_TYPE = "application/timestamp-query"
RESPONSE_TYPE = "application/timestamp-reply"
"""Content types of RFC 3161 §3.4."""
NONCE_BYTES = 16
MAX_RESPONSE_BYTES = 64 * 1024

_GRANTED = (0, 1)  # As asked for, or with changes, which are checked like everything else.
_LONGEST_REASON = 200


class TimestampError(ValueError):
    """A time stamp is refused, malformed, of something else, or not by an authority that is believed."""


@dataclass(frozen=True, slots=True)
class TimeAuthority:
    """Whose stamps are believed: roots, what they vouch for on the way, and the one signer if it is named."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    signer: x509.Certificate | None = None

    @classmethod
    def from_pem(cls, pem: bytes) -> TimeAuthority:
        """The certificates of a PEM file: at least one self-issued one of a CA; others of CAs; at most one
        that is no CA's, which then is the only signer believed. TimestampError otherwise."""
        try:
            certificates = x509.load_pem_x509_certificates(pem)
            of_authorities = [each for each in certificates if _is_authority(each)]
            # Names are read only when they are asked for.
            roots = tuple(each for each in of_authorities if each.subject == each.issuer)
        except UNREADABLE:
            raise TimestampError("not certificates in PEM form") from None
        signers = [each for each in certificates if each not in of_authorities]
        if not roots or len(signers) > 1:
            raise TimestampError("a root certificate is needed, and at most one that is no authority's")
        others = tuple(each for each in of_authorities if each not in roots)
        return cls(roots, others, signers[0] if signers else None)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token that was checked says: when, how exactly, by whom."""

    gen_time_ms: int
    accuracy_ms: int
    serial: int
    signer: str

    @property
    def earliest_ms(self) -> int:
        """The token was made at this instant or later."""
        return self.gen_time_ms - self.accuracy_ms

    @property
    def latest_ms(self) -> int:
        """What was stamped existed at this instant."""
        return self.gen_time_ms + self.accuracy_ms


def timestamp_request(text: str, nonce: int) -> bytes:
    """The request for a stamp over a text, DER; the answer is to bring its certificates along."""
    algorithm = der.encode(der.SEQUENCE, der.encode(der.OID, SHA256), der.encode(der.NULL))
    imprint = der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTETS, _digest(text)))
    certificates = der.encode(der.BOOLEAN, b"\xff")
    return der.encode(der.SEQUENCE, der.encode_number(1), imprint, der.encode_number(nonce), certificates)


def token_in(response: bytes) -> bytes:
    """The token in an authority's answer, unchecked. TimestampError if the answer is none, or a refusal."""
    try:
        status, *tokens = der.only(response).within(der.SEQUENCE)
        number, *explained = status.within(der.SEQUENCE)
        code = number.number()
    except ValueError as error:
        raise TimestampError(f"not an answer to a request for a time stamp: {error}") from None
    if code not in _GRANTED or len(tokens) != 1:
        raise TimestampError(f"the authority refuses: status {code}{_words(explained)}")
    return tokens[0].encoded


def check_token(token: bytes, text: str, authority: TimeAuthority, *, nonce: int | None = None) -> Stamp:
    """What a token over a text says, once everything above is checked. Raises TimestampError."""
    try:
        parts = TokenParts.of(token)
    except (*UNREADABLE, LookupError) as error:
        raise TimestampError(f"not a time stamp token: {error}") from None
    if parts.digest != _digest(text):
        raise TimestampError("the time stamp is over something else")
    if nonce is not None and parts.nonce != nonce:
        raise TimestampError("the time stamp answers another request")
    try:
        _check_signature(parts, authority)
        _check_purpose(parts.signer)
        signer = parts.signer.subject.rfc4514_string()
    except TimestampError:
        raise
    except UNREADABLE:
        raise TimestampError("the certificate of the time stamp's signer cannot be read") from None
    return Stamp(parts.gen_time_ms, parts.accuracy_ms, parts.serial, signer)


def _check_signature(parts: TokenParts, authority: TimeAuthority) -> None:
    verifier = VerifierBuilder(
        roots=list(authority.roots),
        intermediates=list(authority.intermediates),
        tsa_certificate=authority.signer,
    ).build()
    granted = der.encode(der.SEQUENCE, der.encode_number(0))
    try:  # The library reads answers, not tokens.
        verifier.verify(
            decode_timestamp_response(der.encode(der.SEQUENCE, granted, parts.token)), parts.digest
        )
    except (VerificationError, ValueError) as error:
        raise TimestampError(f"the time stamp's signature is not believed: {_reason(error)}") from None


def _check_purpose(signer: x509.Certificate) -> None:
    """That it is critical, the library has seen to."""
    usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if list(usage) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TimestampError("the time stamp's signer has a certificate for other uses too")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _words(explained: list[Element]) -> str:
    """What a refusal says in words, as far as it can be shown."""
    try:
        parts = [part for part in explained if part.tag == der.SEQUENCE]
        texts = [text.content.decode() for part in parts for text in der.elements(part.content)]
    except (DerError, UnicodeDecodeError):
        return ""
    shown = "; ".join(texts)[:_LONGEST_REASON]
    return f" ({shown})" if shown and shown.isprintable() else ""


def _reason(error: Exception) -> str:
    """What OpenSSL says, without the places in its sources."""
    text = str(error)
    found = re.search(r'data: "([^"]*)"', text) or re.search(r'reason: "([^"]*)"', text)
    return found[1] if found else text[:_LONGEST_REASON]
