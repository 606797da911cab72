"""Lists of revoked certificates, as an authority makes them, and a clock for the door that reads them.

lists = RevokedBy(authority, path)
lists.write(credential)                  # the authority revokes it
door = CertificateDoor(lists.files, clock)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from registry.access.certificate_door import Lists
from registry.access.certificates import Credential
from registry.durable import exchange
from tests.support.served import Authority


class LateClock:
    """The wall clock, moved by ``late_s``."""

    def __init__(self) -> None:
        self.late_s = 0.0

    def __call__(self) -> float:
        return time() + self.late_s


@dataclass(slots=True)
class RevokedBy:
    """The list of an authority in a file."""

    authority: Authority
    path: Path
    number: int = 0
    serials: list[int] = field(default_factory=list)

    @property
    def files(self) -> Lists:
        """Where the door finds it."""
        return Lists(self.path, self.authority.directory / "authority.pem")

    def write(self, *revoked: Credential, **how: Any) -> None:
        """Makes the list anew with more on it; ``how`` as in ``crl``."""
        self.serials += [x509.load_pem_x509_certificate(each.certificate).serial_number for each in revoked]
        self.number += 1
        made = crl(self.authority.directory, self.serials, number=self.number, **how)
        exchange(self.path, made, sync=False)


def crl(
    directory: Path,
    serials: list[int],
    *,
    number: int | None = 1,
    begins: timedelta = timedelta(hours=-1),
    ends: timedelta = timedelta(days=30),
    extension: tuple[x509.ExtensionType, bool] | None = None,
    encoding: Encoding = Encoding.PEM,
    signer: Path | None = None,
) -> bytes:
    """The list of the authority in a directory, from an hour ago for thirty days; ``signer``: signed by the
    authority in another directory, under the first one's name."""
    authority = x509.load_pem_x509_certificate((directory / "authority.pem").read_bytes())
    key: Any = load_pem_private_key(((signer or directory) / "authority.key").read_bytes(), None)
    now = datetime.now(UTC).replace(microsecond=0)
    builder = x509.CertificateRevocationListBuilder(authority.subject, now + begins, now + ends)
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if extension is not None:
        builder = builder.add_extension(*extension)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder(serial, now + begins).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(encoding)
