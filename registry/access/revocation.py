"""Which certificates were revoked (吊销): the lists of those who issued them (CRL, RFC 5280 §5).

A file holds one list, in DER or PEM, or several in PEM, one for each authority that issues certificates of
callers. A list counts when

* it is signed by a certificate of the authority's file, under the name of its issuer, by one that may sign
  lists (``keyUsage`` cRLSign, where it has a key usage);
* it has begun (``thisUpdate``), and says until when it holds (``nextUpdate``, §5.1.2.5);
* it is whole: delta lists, indirect lists, lists of some reasons or kinds only, and whatever else it marks as
  critical, would be understood by halves and are refused (§5.2);
* no other list of the file has the same issuer.

One list that does not count makes the file useless: nobody can say who else was on it. Whose certificate was
issued by an authority without a list in the file is refused too, as OpenSSL does it. A certificate on hold is
revoked. No file and no clock is read in here.

Example: ``RevocationLists.of(pem, [authority], now_s)`` and then ``lists.check(issuer, serial, now_s)``,
which raises RevocationError if that certificate was revoked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from registry.provenance.certificate_faults import UNREADABLE

SKEW_S = 60
"""How far the clock of an authority may be ahead."""
_UNREADABLE = (*UNREADABLE, UnsupportedAlgorithm)
_PEM = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


class RevocationError(ValueError):
    """A certificate is not taken, or a list says nothing that counts; the message is one line."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One authority's list: serial numbers of what it revoked, and from when to when the list holds."""

    number: int
    serials: frozenset[int]
    until_s: float


@dataclass(frozen=True, slots=True)
class RevocationLists:
    """The lists of a file by the name of their issuer (DER)."""

    by_issuer: Mapping[bytes, RevocationList]

    @classmethod
    def of(cls, content: bytes, authorities: Sequence[x509.Certificate], now_s: float) -> RevocationLists:
        """What the content of a file says. Raises RevocationError."""
        found: dict[bytes, RevocationList] = {}
        for crl in lists_in(content):
            issuer = _issuer(crl)
            if issuer in found:
                raise RevocationError(f"{crl.issuer.rfc4514_string()} 有两份吊销名单")
            found[issuer] = _counted(crl, authorities, now_s)
        return cls(found)

    @property
    def until_s(self) -> float:
        """When the first of them ends, in seconds since 1970."""
        return min(each.until_s for each in self.by_issuer.values())

    def follows(self, before: RevocationLists) -> bool:
        """Whether no authority's list is older than it was: one that is was put back, and misses somebody."""
        was = before.by_issuer
        return all(each.number >= was[name].number for name, each in self.by_issuer.items() if name in was)

    def check(self, issuer: bytes, serial: int, now_s: float) -> None:
        """Raises RevocationError if a certificate was revoked, or the list does not say whether."""
        listed = self.by_issuer.get(issuer)
        if listed is None:
            raise RevocationError("没有客户端证书签发者的吊销名单")
        if now_s >= listed.until_s:
            raise RevocationError("吊销名单已过期, 登记系统暂时不能核对客户端证书")
        if serial in listed.serials:
            raise RevocationError("客户端证书已被吊销")


def lists_in(content: bytes) -> list[x509.CertificateRevocationList]:
    """The lists of a file, whether they count or not. Raises RevocationError."""
    pieces = _PEM.findall(content)
    try:
        if pieces:
            return [x509.load_pem_x509_crl(each) for each in pieces]
        return [x509.load_der_x509_crl(content)]
    except _UNREADABLE as error:
        raise RevocationError("不是吊销名单 (CRL, PEM 或 DER)") from error


def _issuer(crl: x509.CertificateRevocationList) -> bytes:
    try:
        return crl.issuer.public_bytes()
    except _UNREADABLE as error:
        raise RevocationError("吊销名单签发者的名称不能读") from error


def _counted(
    crl: x509.CertificateRevocationList, authorities: Sequence[x509.Certificate], now_s: float
) -> RevocationList:
    """What a list says if it counts. Raises RevocationError."""
    name = crl.issuer.rfc4514_string()
    try:
        if not any(_signed_by(crl, each) for each in authorities):
            raise RevocationError(f"{name} 的吊销名单不是由所信任的机构签发的")
        number = _number(crl)
        begun_s, until = crl.last_update_utc.timestamp(), crl.next_update_utc
        serials = frozenset(_serial(each) for each in crl)
    except _UNREADABLE as error:
        if isinstance(error, RevocationError):
            raise
        raise RevocationError(f"{name} 的吊销名单不能读") from error
    if until is None:
        raise RevocationError(f"{name} 的吊销名单没有写明有效到何时 (nextUpdate)")
    if begun_s > now_s + SKEW_S:
        raise RevocationError(f"{name} 的吊销名单尚未生效")
    return RevocationList(number, serials, until.timestamp())


def _signed_by(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    if authority.subject != crl.issuer or not _may_sign_lists(authority):
        return False
    try:
        return crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except TypeError:  # A kind of key that signs nothing.
        return False


def _may_sign_lists(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _number(crl: x509.CertificateRevocationList) -> int:
    """The list's number (§5.2.3), 0 where it has none. Raises RevocationError for what is not understood."""
    number = 0
    for extension in crl.extensions:
        if isinstance(extension.value, x509.CRLNumber):
            number = extension.value.crl_number
        elif extension.critical:
            raise RevocationError(f"吊销名单有不能处理的扩展 {extension.oid.dotted_string}")
    return number


def _serial(revoked: x509.RevokedCertificate) -> int:
    """Raises RevocationError where an entry is of a kind that is not understood."""
    for extension in revoked.extensions:
        if extension.critical:
            raise RevocationError(f"吊销名单的条目有不能处理的扩展 {extension.oid.dotted_string}")
    return revoked.serial_number
