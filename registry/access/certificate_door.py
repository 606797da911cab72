"""The door at which a caller's certificate is looked at again (``[paths] revoked_certificates``).

TLS looks at a certificate once, when a connection begins, and connections last for days. So for every call
the door asks whether the certificate still holds: it has not ended since, and its authority did not revoke it
(``registry.access.revocation``). What a certificate says is kept by its bytes, so a call costs a look into a
dictionary; nothing is known of a certificate under a name that another could have.

The file of lists is looked at again at most once a second: whoever revokes a certificate waits for a second
and for no restart. It is read with the authority's file, by which lists are believed. A file that cannot be
read, does not count, or is older than the one before it opens nothing: until it is mended nobody's
certificate is taken; where a list has ended, or there is none of an issuer, none of that issuer is. The
server's log says why, once. From a week before a list ends the log says that too, once a day.

Without a file of lists no certificate is revoked, and only its own end counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import time

from cryptography import x509

from registry.access.revocation import RevocationError, RevocationLists
from registry.access.token_files import file_mark
from registry.provenance.certificate_faults import UNREADABLE

PEER_CERTIFICATE_PROPERTY = "x509_pem_cert"
"""The key under which gRPC's ``auth_context`` has the verified certificate itself."""
LOOK_EVERY_S = 1.0
WARN_S = 7 * 86_400.0
_DAY_S = 86_400.0
_REMEMBERED = 4096
logger = logging.getLogger(__name__)
_Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the lists are, and the certificates of the authorities by which they are believed (PEM)."""

    revoked: Path
    authority: Path

    def read(self, now_s: float) -> RevocationLists:
        """What the files say. Raises RevocationError."""
        try:
            content = self.revoked.read_bytes()
            authorities = x509.load_pem_x509_certificates(self.authority.read_bytes())
        except OSError as error:
            raise RevocationError(f"{error.filename}: 不能读取: {error.strerror}") from None
        except UNREADABLE:
            raise RevocationError(f"{self.authority} 不是 PEM 格式的证书") from None
        try:
            return RevocationLists.of(content, authorities, now_s)
        except RevocationError as error:
            raise RevocationError(f"{self.revoked}: {error}") from None

    def mark(self) -> tuple[_Mark, ...]:
        """What changes when a file does."""
        return tuple(map(file_mark, (self.revoked, self.authority)))


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What counts of a certificate: who issued it (DER), its number, and when it holds, in seconds."""

    issuer: bytes
    serial: int
    from_s: float
    until_s: float


class CertificateDoor:
    """Says whether a certificate still holds. ``now`` gives seconds since 1970. Safe to share between
    threads."""

    def __init__(self, lists: Lists | None = None, now: Callable[[], float] = time) -> None:
        self._lists = lists
        self._now = now
        self._lock = Lock()
        self._looked_s = self._warned_s = float("-inf")
        self._seen: tuple[_Mark, ...] = ()
        self._read: RevocationLists | None = None
        self._counting: RevocationLists | None = None
        self._known: dict[bytes, _Certificate] = {}

    def check(self, properties: Mapping[str, Iterable[bytes] | bytes]) -> None:
        """Raises RevocationError unless the certificate of a peer still holds, as gRPC's ``auth_context``
        describes it."""
        found = properties.get(PEER_CERTIFICATE_PROPERTY, ())
        (pem,) = (found,) if isinstance(found, bytes) else tuple(found) or (b"",)
        self.check_certificate(pem)

    def check_certificate(self, pem: bytes) -> None:
        """Raises RevocationError unless a certificate that TLS has verified still holds."""
        now = self._now()
        certificate = self._known.get(pem) or self._learnt(pem)
        if now >= certificate.until_s:
            raise RevocationError("客户端证书已过期")
        if now < certificate.from_s:
            raise RevocationError("客户端证书尚未生效")
        if self._lists is not None:
            self._current(self._lists, now).check(certificate.issuer, certificate.serial, now)

    def _learnt(self, pem: bytes) -> _Certificate:
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            learnt = _Certificate(
                certificate.issuer.public_bytes(),
                certificate.serial_number,
                certificate.not_valid_before_utc.timestamp(),
                certificate.not_valid_after_utc.timestamp() + 1,  # It holds through its last second.
            )
        except UNREADABLE:
            raise RevocationError("客户端证书不能读") from None
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[pem] = learnt
        return learnt

    def _current(self, lists: Lists, now: float) -> RevocationLists:
        if abs(now - self._looked_s) >= LOOK_EVERY_S:
            with self._lock:
                self._look(lists, now)
        if (counting := self._counting) is None:
            raise RevocationError("登记系统暂时不能核对客户端证书是否已被吊销")
        return counting

    def _look(self, lists: Lists, now: float) -> None:
        seen = lists.mark()
        if seen != self._seen or self._counting is None:
            try:
                self._counting = self._taken(lists.read(now))
            except RevocationError as error:
                if seen != self._seen:
                    logger.error("no certificate is taken: %s", error)
                self._counting = None
            self._seen = seen
        self._warn(lists, now)
        self._looked_s = now

    def _taken(self, read: RevocationLists) -> RevocationLists:
        if self._read is not None and not read.follows(self._read):
            raise RevocationError("吊销名单比先前的旧 (CRLNumber)")
        kept = self._read.by_issuer if self._read is not None else {}
        self._read = RevocationLists({**kept, **read.by_issuer})  # Also of one that is left out for a while.
        return read

    def _warn(self, lists: Lists, now: float) -> None:
        """Has the log say in time that a list ends, and that it has."""
        if self._counting is None:
            return
        until_s = self._counting.until_s
        ended, said = now >= until_s, self._warned_s >= until_s
        if until_s - now > WARN_S or (now - self._warned_s < _DAY_S and ended == said):
            return
        self._warned_s = now
        if ended:
            logger.error("no certificate of its issuer is taken: a list in %s has ended", lists.revoked)
        else:
            hours = (until_s - now) // 3600
            logger.warning(
                "%s ends in %d hours; from then on none of its issuer is taken", lists.revoked, hours
            )
