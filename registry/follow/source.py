"""Where a follower reads a log: its pages over HTTP (C2SP tlog-tiles, and the registry's own statements).

Nothing that comes from here is believed: it is bounded in size and time (`registry.outbound`), and whoever
uses it compares it with a signed root.
"""

from __future__ import annotations

from registry.outbound import Outbound, OutboundError, Reply
from registry.provenance.leaf import LEAF_BYTES
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.tile_path import WIDTH, TilePath

MAX_CHECKPOINT_BYTES = 262_144
MAX_STATEMENT_BYTES = 1_048_576
TRIES = 2
"""A connection that was kept may have been closed meanwhile."""

_ENTRY_BYTES = 2 + LEAF_BYTES
_MAX_BYTES = {True: WIDTH * _ENTRY_BYTES, False: WIDTH * HASH_BYTES}


class SourceError(Exception):
    """The log did not give what was asked for; one line says what."""


class MissingError(SourceError):
    """The log says that it has no such page."""


class LogSource:
    """A log by the address of its pages; safe for several threads."""

    def __init__(self, url: str, outbound: Outbound) -> None:
        self._prefix = url.rstrip("/") + "/"
        self._outbound = outbound

    def checkpoint(self) -> str:
        """The newest checkpoint. Raises SourceError."""
        body = self._get("checkpoint", MAX_CHECKPOINT_BYTES)
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise SourceError(f"{self._prefix}checkpoint: 不是 UTF-8") from None

    def tile(self, path: TilePath) -> bytes:
        """A tile or bundle with exactly its width, or the full one that has taken the place of a partial one.
        Raises SourceError."""
        limit = _MAX_BYTES[path.level is None]
        try:
            return self._get(str(path), limit)
        except MissingError:
            if path.width == WIDTH:
                raise
        return self._get(str(TilePath(path.level, path.number)), limit)

    def statement(self, position: int) -> bytes:
        """A statement of the registry's own, a serialised SignedStatement. Raises SourceError."""
        return self._get(f"statement/{position}", MAX_STATEMENT_BYTES)

    def _get(self, path: str, limit: int) -> bytes:
        reply = self._ask(self._prefix + path, limit)
        if reply.status == 404:
            raise MissingError(f"{self._prefix}{path}: 没有这一页 (404)")
        if reply.status != 200:
            raise SourceError(f"{self._prefix}{path}: 答复 {reply.status}")
        return reply.body

    def _ask(self, url: str, limit: int) -> Reply:
        for left in range(TRIES - 1, -1, -1):
            try:
                return self._outbound.get(url, limit=limit)
            except OutboundError as error:
                if not left:
                    raise SourceError(str(error)) from error
        raise AssertionError
