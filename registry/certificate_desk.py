"""The operator's desk for certificates of his own authority (``registry issue``): which are revoked.

    tls/authority.pem, tls/authority.key     who issues, and signs the list
    tls/revoked.crl                          the list (CRL, RFC 5280 §5): ``[paths] revoked_certificates``

A change makes the list anew with everything that was on it, a higher number, and a new end; it is one
renamed file, so a server reads the old list or the new one. Changes of several hands wait for each other.
Lists of other authorities in the same file are made by those authorities, and stay as they are.

Every failure is a CertificateError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from registry.access.certificate_door import Lists
from registry.access.certificates import load_authority
from registry.access.profile import CertificateError
from registry.access.revocation import RevocationError, lists_in
from registry.durable import PUBLIC, exchange, in_turn

LIST = Path("tls") / "revoked.crl"
"""Where the list is, from the home of the installation."""
DAYS = 366
"""How long a list holds if nothing else is said: from then on a registry takes no certificate any more."""
REASONS = tuple(
    sorted(each.value for each in x509.ReasonFlags if each is not x509.ReasonFlags.remove_from_crl)
)
"""Why a certificate may have been revoked (§5.3.1); on hold is revoked, and stays so."""
_Crl = x509.CertificateRevocationList


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
            crl, others = self._whole(now)
            known = list(_entries(crl))
            missing = [
                serial for serial in dict.fromkeys(serials) if serial not in {each.serial for each in known}
            ]
            added = [Revoked(each, now, reason) for each in missing]
            self._put([*known, *added], _number(crl), now, days, others)

    def renew(self, now: datetime, days: int) -> None:
        """Gives the list a new end."""
        self.revoke((), x509.ReasonFlags.unspecified, now, days)

    def entries(self, now: datetime) -> list[Revoked]:
        """What is on the list, in the order in which it was put there."""
        return list(_entries(self._whole(now)[0]))

    def ends(self, now: datetime) -> datetime:
        """When the list ends."""
        until = self._whole(now)[0].next_update_utc
        assert until is not None  # A list that counts has an end.
        return until

    def _whole(self, now: datetime) -> tuple[_Crl, list[_Crl]]:
        """The own authority's list, whose certificate is the first of its file, and those of others."""
        path = self.authority / "authority.pem"
        try:
            Lists(self.path, path).read(now.timestamp())
            lists = lists_in(self.path.read_bytes())
            own = x509.load_pem_x509_certificate(path.read_bytes()).subject
        except (RevocationError, ValueError) as error:
            raise CertificateError(str(error)) from None
        found = [each for each in lists if each.issuer == own]
        if not found:
            raise CertificateError(f"{self.path} 中没有 {own.rfc4514_string()} 的吊销名单")
        return found[0], [each for each in lists if each.issuer != own]

    def _put(
        self, revoked: Iterable[Revoked], before: int, now: datetime, days: int, others: Sequence[_Crl] = ()
    ) -> None:
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
        lists = (builder.sign(key, hashes.SHA256()), *others)
        content = b"".join(each.public_bytes(Encoding.PEM) for each in lists)
        exchange(self.path, content, mode=PUBLIC)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Changes nothing of the list while another does."""
        try:
            with in_turn(self.path.parent):
                yield
        except OSError as error:
            raise CertificateError(f"{error.filename or self.path}: {error.strerror}") from None


def serial_of(pem: bytes) -> int:
    """The number of a certificate (PEM)."""
    try:
        return x509.load_pem_x509_certificate(pem).serial_number
    except ValueError:
        raise CertificateError("不是 PEM 格式的证书") from None


def _entries(crl: _Crl) -> Iterator[Revoked]:
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


def _number(crl: _Crl) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
