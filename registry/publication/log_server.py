"""The log's pages on an address, for as long as the registry runs.

publication = LogPublication(LogReading(state), config.publication)
publication.start()          # OSError if the address is taken
publication.close()
"""

from __future__ import annotations

from registry.publication.pages import PublishedLog, pages
from registry.publication.serving import HttpServer


class LogPublication:
    """Publishes a log over HTTP between `start` and `close`."""

    def __init__(self, log: PublishedLog, address: str) -> None:
        self._log = log
        self._address = address
        self._server: HttpServer | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return self._server.port if self._server else 0

    def start(self) -> None:
        """Begins. OSError if the address cannot be listened on."""
        self._server = HttpServer(pages(self._log), self._address)

    def close(self) -> None:
        """Takes no more requests and finishes those under way; does nothing if it never began."""
        if self._server:
            self._server.stop()
            self._server = None
