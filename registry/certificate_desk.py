"""The operator's desk for certificates of his own authority (``registry issue``): which are revoked.

    tls/authority.pem, tls/authority.key     who issues, and signs the list
    tls/revoked.crl                          the list (CRL, RFC 5280 §5): ``[paths] revoked_certificates``

A change makes the list anew with everything that was on it, a higher number, and a new end; it is one
renamed file, so a server reads the old list or the new one. Changes of several hands wait for each other. A
list of another authority is made by that authority, and only put in place here.

Every failure is a CertificateError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from os import O_CLOEXEC, O_CREAT, O_RDONLY, close, fchmod
from os import open as open_handle
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from registry.access.certificate_door import Lists
from registry.access.certificates import load_authority
from registry.access.profile import CertificateError
from registry.access.revocation import RevocationError
from registry.durable import LOCK_NAME, exchange

LIST = Path("tls") / "revoked.crl"
"""Where the list is, from the home of the installation."""
DAYS = 366
"""How long a list holds if nothing else is said: from then on a registry takes no certificate any more."""
_PUBLIC = 0o644
"""A list is no secret, and whoever changes it need not be the account that serves: one that this could not
read would shut everybody out."""
REASONS = tuple(
    sorted(each.value for each in x509.ReasonFlags if each is not x509.ReasonFlags.remove_from_crl)
)
"""Why a certificate may have been revoked (§5.3.1); on hold is revoked, and stays so."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """One entry: a certificate by its number, since when, and why."""

    serial: int
    since: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True)
class Desk:
    """The authority's directory, and the file of its list."""

    authority: Path
    path: Path

    def set_up(self, now: datetime, days: int = DAYS) -> None:
        """Makes an empty list, where there is none."""
        with self._alone():
            if self.path.exists():
                raise CertificateError(f"{self.path} 已存在; 不会覆盖")
            self._put([], 0, now, days)

    def revoke(self, serials: Sequence[int], reason: x509.ReasonFlags, now: datetime, days: int) -> None:
        """Puts certificates on the list; what is on it already stays as it is."""
        with self._alone():
            crl = self._whole(now)
            known = list(_entries(crl))
            missing = [
                serial for serial in dict.fromkeys(serials) if serial not in {each.serial for each in known}
            ]
            added = [Revoked(each, now, reason) for each in missing]
            self._put([*known, *added], _number(crl), now, days)

    def renew(self, now: datetime, days: int) -> None:
        """Gives the list a new end."""
        self.revoke((), x509.ReasonFlags.unspecified, now, days)

    def entries(self, now: datetime) -> list[Revoked]:
        """What is on the list, in the order in which it was put there."""
        return list(_entries(self._whole(now)))

    def ends(self, now: datetime) -> datetime:
        """When the list ends."""
        until = self._whole(now).next_update_utc
        assert until is not None  # A list that counts has an end.
        return until

    def _whole(self, now: datetime) -> x509.CertificateRevocationList:
        try:
            Lists(self.path, self.authority / "authority.pem").read(now.timestamp())
            return x509.load_pem_x509_crl(self.path.read_bytes())
        except (RevocationError, ValueError) as error:
            raise CertificateError(str(error)) from None

    def _put(self, revoked: Iterable[Revoked], before: int, now: datetime, days: int) -> None:
        key, authority = load_authority(self.authority)
        number = max(before + 1, int(now.timestamp()))  # Higher also than that of a list that was lost.
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.subject)
            .last_update(now)
            .next_update(now + timedelta(days=days))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(_entry(each))
        try:
            exchange(self.path, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM), mode=_PUBLIC)
        except OSError as error:
            raise CertificateError(f"{error.filename or self.path}: {error.strerror}") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Changes nothing of the list while another does."""
        try:
            handle = open_handle(self.path.parent / LOCK_NAME, O_RDONLY | O_CREAT | O_CLOEXEC, _PUBLIC)
        except OSError as error:
            raise CertificateError(f"{error.filename}: {error.strerror}") from None
        try:
            with suppress(PermissionError):  # Another account's, which it was made readable by.
                fchmod(handle, _PUBLIC)
            flock(handle, LOCK_EX)
            yield
        finally:
            close(handle)


def serial_of(pem: bytes) -> int:
    """The number of a certificate (PEM)."""
    try:
        return x509.load_pem_x509_certificate(pem).serial_number
    except ValueError:
        raise CertificateError("不是 PEM 格式的证书") from None


def _entries(crl: x509.CertificateRevocationList) -> Iterator[Revoked]:
    for each in crl:
        try:
            reason = each.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except x509.ExtensionNotFound:
            reason = x509.ReasonFlags.unspecified
        yield Revoked(each.serial_number, each.revocation_date_utc, reason)


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(revoked.serial)
        .revocation_date(revoked.since.astimezone(UTC))
    )
    if revoked.reason is not x509.ReasonFlags.unspecified:  # §5.3.1: that one is said by saying nothing.
        builder = builder.add_extension(x509.CRLReason(revoked.reason), critical=False)
    return builder.build()


def _number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
