"""When what the registry stands on ends (到期): certificates, and the list of those that are revoked.

The server's certificate is the one that was read at the start, for that is what callers are shown until the
next; the others are read when asked about. A key of the log or for receipts has no end of its own: it is
retired by a statement (``registry_own_keys``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from prometheus_client.core import GaugeMetricFamily, Metric

from registry.access.certificate_door import Lists
from registry.access.revocation import RevocationError
from registry.config import Config


class Expiry:
    """Collects the ends of an installation's certificates, as the process that starts now has them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._server_s = ends_s(config.certificate)

    def collect(self) -> Iterator[Metric]:
        """Seconds that are left; below zero when it is over. 0 for a list that cannot be used."""
        now_s = time.time()
        left = GaugeMetricFamily(
            "registry_certificate_expiry_seconds", "Until a certificate ends.", labels=["certificate"]
        )
        for name, end_s in (("server", self._server_s), ("authority", ends_s(self._config.authority))):
            if end_s is not None:
                left.add_metric([name], end_s - now_s)
        yield left
        if self._config.revoked_certificates is not None:
            lists = Lists(self._config.revoked_certificates, self._config.authority)
            try:
                until_s = lists.read(now_s).until_s
            except RevocationError:
                until_s = now_s
            yield GaugeMetricFamily(
                "registry_revocation_list_expiry_seconds",
                "Until the list of revoked certificates ends: then nobody can call.",
                value=until_s - now_s,
            )


def ends_s(path: Path) -> float | None:
    """When the first certificate of a file to end does, in seconds since 1970; None if it cannot be read."""
    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return None
    return min(each.not_valid_after_utc.timestamp() for each in certificates)
