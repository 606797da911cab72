"""That a witness saw a log only ever grow: C2SP tlog-cosignature, a signature line under a checkpoint.

    — <witness name> base64(key id ‖ timestamp ‖ signature)     timestamp: u64, big-endian, Unix seconds

    type  algorithm            key id                                       signature
    04    Ed25519              SHA-256(name ‖ LF ‖ 04 ‖ 32-byte key)[:4]    64 bytes
    06    ML-DSA-44, FIPS 204  SHA-256(name ‖ LF ‖ 06 ‖ 1312-byte key)[:4]  2,420 bytes; not made here

Signed is not the checkpoint's text alone: a witness also says when. Type 04 signs two lines and the text,

    cosignature/v1
    time 1679315147
    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

type 06 signs "subtree/v1" LF 00, its own name and the origin (each after a length byte), time, and the leaves
[0, size) with their root. It means: at that time this was the largest tree that the witness had seen of this
log, and every earlier one that it had signed was the beginning of it. Example (C2SP tlog-cosignature), whose
first 12 bytes are the key id 8d66cf3f and that time:

    — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5…
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.keys import Signer, load_verifying_key
from registry.provenance.note import SignatureLine
from registry.provenance.suites import SignatureError, point_of, spki_of
from registry.provenance.vkey import format_vkey, split_vkey
from registry.v1.envelope_pb2 import SUITE_ED25519

ED25519_COSIGNATURE = 0x04
ML_DSA_44_COSIGNATURE = 0x06
LATEST_TIMESTAMP = (1 << 63) - 1
"""A timestamp is no later; C2SP tlog-cosignature."""

_TIMESTAMP_BYTES = 8
_ML_DSA_44_BYTES = 2420
_LABEL = b"subtree/v1\n\x00"
_LONGEST_NAME = 255

_Check = Callable[[str, int, bytes], None]
"""Returns if the signature is over this text at this time; SignatureError otherwise."""


class CosignatureError(ValueError):
    """A cosignature, or a cosigner's key, is malformed or wrong."""


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A witness's name and public key, as `parse_cosigner` reads them."""

    name: str
    key_id: bytes
    material: bytes = field(repr=False)
    """Type byte and public key: what a vkey wraps."""
    _check: _Check = field(repr=False, compare=False)

    @property
    def vkey(self) -> str:
        """<name>+<hex key id>+<base64(type ‖ public key)>."""
        return format_vkey(self.name, self.material)

    def signed(self, line: SignatureLine) -> bool:
        """Whether a signature line claims to be this key's."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def time_of(self, text: str, line: SignatureLine) -> int:
        """When this witness signed a checkpoint's text, Unix seconds, by a line that is its own.

        CosignatureError if the line is of another key, malformed, without a time, or wrong.
        """
        if not self.signed(line):
            raise CosignatureError(f"the signature line is not of {self.name!r} and this key")
        timestamp = int.from_bytes(line.signature[:_TIMESTAMP_BYTES], "big")
        if not 0 < timestamp <= LATEST_TIMESTAMP:
            raise CosignatureError(f"the cosignature of {self.name!r} bears no time")
        try:
            self._check(text, timestamp, line.signature[_TIMESTAMP_BYTES:])
        except (SignatureError, CheckpointError) as fault:
            raise CosignatureError(f"the cosignature of {self.name!r}: {fault}") from None
        return timestamp

    def latest(self, text: str, lines: Iterable[SignatureLine]) -> int | None:
        """The latest time at which this witness signed the text; None if no line is its own.

        CosignatureError if one of its lines is wrong: such a note is to be rejected whole (signed-note).
        """
        times = [self.time_of(text, line) for line in lines if self.signed(line)]
        return max(times, default=None)


def parse_cosigner(vkey: str) -> CosignerKey:
    """The key in a vkey of type 04 or 06. CosignatureError if it is malformed, weak or of another type."""
    try:
        parts = split_vkey(vkey)
        check = _check_of(parts.name, parts.encoded)
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise CosignatureError(str(fault)) from None
    return CosignerKey(parts.name, parts.key_id, parts.encoded, check)


def cosigner_of(name: str, public_key: bytes) -> CosignerKey:
    """The witness of this name with an Ed25519 key (SubjectPublicKeyInfo, DER). Raises CosignatureError."""
    try:
        point = point_of(SUITE_ED25519, public_key)
        return parse_cosigner(format_vkey(name, bytes([ED25519_COSIGNATURE]) + point))
    except ValueError as fault:
        raise CosignatureError(str(fault)) from None


def sign_cosignature(text: str, timestamp_s: int, *, name: str, signer: Signer) -> str:
    """The signature line of a witness under a checkpoint's text, without its newline.

    CosignatureError if the text is no checkpoint, the time none, or the key not Ed25519. The caller answers
    for having seen that the tree grew out of the last one that it signed.
    """
    if not 0 < timestamp_s <= LATEST_TIMESTAMP:
        raise CosignatureError(f"the time of a cosignature is 1 to 2^63-1 seconds, not {timestamp_s}")
    try:
        Checkpoint.parse(text)
    except CheckpointError as fault:
        raise CosignatureError(str(fault)) from None
    key = cosigner_of(name, signer.public_key)
    signature = signer.sign(_ed25519_message(text, timestamp_s))
    stamp = timestamp_s.to_bytes(_TIMESTAMP_BYTES, "big")
    return SignatureLine.of(name, key.key_id, stamp + signature).text


def _check_of(name: str, material: bytes) -> _Check:
    kind, public_key = next(iter(material), 0), material[1:]
    if kind == ED25519_COSIGNATURE:
        return _ed25519_check(public_key)
    if kind == ML_DSA_44_COSIGNATURE:
        return _ml_dsa_check(name, public_key)
    raise ValueError(f"the key of {name!r} is of type {kind:02x}, not that of a cosignature (04 or 06)")


def _ed25519_check(public_key: bytes) -> _Check:
    key = load_verifying_key(SUITE_ED25519, spki_of(SUITE_ED25519, public_key))

    def check(text: str, timestamp: int, signature: bytes) -> None:
        key.verify(_ed25519_message(text, timestamp), signature)

    return check


def _ed25519_message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _ml_dsa_check(name: str, public_key: bytes) -> _Check:
    key = MLDSA44PublicKey.from_public_bytes(public_key)

    def check(text: str, timestamp: int, signature: bytes) -> None:
        if len(signature) != _ML_DSA_44_BYTES:
            raise SignatureError(f"a signature has {_ML_DSA_44_BYTES} bytes, not {len(signature)}")
        try:
            key.verify(signature, _ml_dsa_message(name, timestamp, Checkpoint.parse(text)))
        except InvalidSignature:
            raise SignatureError("the signature is not valid for these bytes and this key") from None

    return check


def _ml_dsa_message(name: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if not len(cosigner) <= _LONGEST_NAME >= len(origin):
        raise SignatureError(f"name and origin have at most {_LONGEST_NAME} bytes")
    return b"".join(
        (
            _LABEL,
            bytes([len(cosigner)]) + cosigner,
            timestamp.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            bytes(8),  # the first leaf
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )
