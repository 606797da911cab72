"""The lines of a verifier's policy, each as the thing that it names; `registry.provenance.witness_policy`
says what they mean, and `text` gives the one way in which each is written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from registry.provenance.base64_text import encode_base64
from registry.provenance.cosignature import CosignerKey
from registry.provenance.timestamp import TimeAuthority
from registry.provenance.vkey import NoteKey
from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

SUITE_NAMES = {
    "ed25519": SUITE_ED25519,
    "ecdsa-p256-sha256": SUITE_ECDSA_P256_SHA256,
    "sm2-sm3": SUITE_SM2_SM3,
}
"""What a `suite` line calls each suite."""
NO_QUORUM = "none"


class PolicyError(ValueError):
    """A policy cannot be read, or what is checked does not satisfy it; every reason is told."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log whose checkpoints are accepted: a key, whose name is the log's origin, and where it is."""

    key: NoteKey
    url: str = ""

    @property
    def text(self) -> str:
        """The line."""
        return " ".join(filter(None, ("log", self.key.vkey, self.url)))


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A witness, by the name that it has in this policy."""

    name: str
    key: CosignerKey
    url: str = ""

    @property
    def text(self) -> str:
        """The line."""
        return " ".join(filter(None, ("witness", self.name, self.key.vkey, self.url)))


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Witnesses and groups, of which at least ``threshold`` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line."""
        return " ".join(("group", self.name, str(self.threshold), *self.members))


@dataclass(frozen=True, slots=True)
class RangedKey:
    """A key, whose name is the log's origin, that counts for some sizes of the log; ``last`` None: no end."""

    key: NoteKey
    first: int = 0
    last: int | None = None

    def counts(self, origin: str, size: int) -> bool:
        """Whether it does for this log at this size."""
        return self.key.name == origin and self.first <= size and (self.last is None or size <= self.last)

    def text(self, keyword: str) -> str:
        """The line."""
        whole = self.first == 0 and self.last is None
        limits = () if whole else (str(self.first), "-" if self.last is None else str(self.last))
        return " ".join((keyword, self.key.vkey, *limits))


@dataclass(frozen=True, slots=True)
class SuiteLine:
    """A suite with which must be signed, from a size of the log on."""

    suite: Suite.ValueType
    first: int = 0

    @property
    def text(self) -> str:
        """The line."""
        (name,) = (name for name, each in SUITE_NAMES.items() if each == self.suite)
        return " ".join(("suite", name, *((str(self.first),) if self.first else ())))


def certificate_line(certificate: x509.Certificate) -> str:
    """The line of a certificate of a time stamping authority."""
    return f"tsa {encode_base64(certificate.public_bytes(Encoding.DER))}"


def time_authorities(certificates: Sequence[x509.Certificate]) -> tuple[TimeAuthority, ...]:
    """The authorities that these certificates make up: one for each that is no certificate authority's own,
    or one whose signer is open. TimestampError if no root is among them; none of none."""
    if not certificates:
        return ()
    signers = [each for each in certificates if not _is_authority(each)]
    others = [each for each in certificates if each not in signers]
    wholes = [[*others, signer] for signer in signers] or [others]
    return tuple(
        TimeAuthority.from_pem(b"".join(each.public_bytes(Encoding.PEM) for each in whole))
        for whole in wholes
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
