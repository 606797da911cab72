"""Which of several servers is the one that writes, while machines die (主库所在), and which answers nobody.

A store's URL may name several servers. libpq takes the first that lets itself be written to, and a connection
once made stays where it is. That is right until a server fails in a way that its clients do not see:

* **A server without its manager.** The one that watches over a primary is gone, another primary was promoted
  elsewhere, and the old one still lets itself be written to (no standby confirms it any more).
* **A server that stands still.** Its connections stay open and nobody answers, for as long as it takes.

So the servers are asked themselves. Each promotion of PostgreSQL begins a timeline with a greater number: of
all that let themselves be written to, the one with the greatest is meant, and no other is connected to.
While connections are open, a thread asks again and again; it cuts those to a server that is behind another,
and those that wait for a server which answers nobody. Whoever used one sees a broken connection, and settles
what became of his words as after any other (``postgres_store``).

All connections by a URL lead to one server at a time (``is_current``), also where any would do: what one
statement was told of must be there for the next. When it changes, those to the server before are not lent
any more.

Nothing of this decides what may be written: that do the lock, the checkpoint and the second store. It decides
how long a writer waits for a server that is out of the game.

Worked example: ``a`` writes on timeline 4 and its machine hangs in the middle of a COMMIT; ``b`` is promoted
to timeline 5. Within ``LOOK_S`` and the time of one attempt to connect ``b`` is seen, the connection to ``a``
cut, and the next one made to ``b``.

Where a URL names one server, there is nothing to choose: it is asked only while somebody waits for it, and
connections that wait are cut in the same way, after some eight seconds. Whoever reads from a replica that
hangs (a disk that answers nothing, a network that drops everything) reads from elsewhere then, and a thread
of a server is not held for as long as it lasts.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Lock, Thread, Timer
from time import monotonic, sleep
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from registry.store.interface import StoreError

LOOK_S = 2.0
"""How often the servers are asked while connections are open."""
ASK_S = 2
"""How long one of them may take; libpq takes no less."""
FRESH_S = 1.0
"""So old may what a look saw be, to connect by it."""
_WRITING = ("read-write", "primary")
_TIMELINE = """
    SELECT CASE WHEN pg_is_in_recovery() THEN 0
    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END
"""
SWITCHING = "没有可写的主库(可能正在切换), 未确认任何内容; 请稍后重试"
SILENT = "数据库服务器没有应答; 请稍后重试"
logger = logging.getLogger(__name__)
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a store: what of the URL is its own."""

    host: str
    port: str
    hostaddr: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """For libpq."""
        given = {"host": self.host, "port": self.port, "hostaddr": self.hostaddr}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Look:
    """What the servers said: the timeline on which each writes (0: it is a standby), and who was silent."""

    at_s: float
    timelines: Mapping[Server, int]
    silent: frozenset[Server] = frozenset()

    @property
    def primary(self) -> Server | None:
        """The one that is meant to be written to."""
        writing = [server for server, timeline in self.timelines.items() if timeline]
        return max(writing, key=self.timelines.__getitem__) if writing else None


@dataclass(slots=True)
class _Watched:
    """A connection: where it leads, on which timeline it was made, and since when it waits for an answer."""

    server: Server
    timeline: int
    waiting_since: float | None = None


@dataclass(slots=True)
class Servers:
    """The servers of one URL, and this process's connections to them."""

    url: str
    all: tuple[Server, ...]
    writing: bool
    _look: Look | None = None
    _current: Server | None = None
    _connections: WeakKeyDictionary[Connection, _Watched] = field(default_factory=WeakKeyDictionary)
    _lock: Any = field(default_factory=Lock)
    _watching: bool = False

    @property
    def several(self) -> bool:
        """Whether there is one to choose."""
        return len(self.all) > 1

    def choose(self, *, asked_anew: bool) -> Server | None:
        """The server to connect to; None if libpq is to find one. Raises StoreError while none of those that
        answer may be written to, or the only one was silent a moment ago. Whoever is not ``asked_anew`` has
        what the last look saw, if it is fresh."""
        seen = self._look
        if not self.several:
            if seen and seen.silent and monotonic() - seen.at_s < ASK_S + FRESH_S:
                raise StoreError(SILENT)
            return None
        if not self.writing:
            return self._current
        if asked_anew or seen is None or seen.primary is None or monotonic() - seen.at_s > FRESH_S:
            seen = self._ask_all()
        if seen.primary is None and seen.timelines:
            raise StoreError(SWITCHING)
        self._current = seen.primary
        return seen.primary

    def leave(self, server: Server) -> None:
        """Says that a server cannot be connected to: another is to be found."""
        with self._lock:
            if self._current == server:
                self._current = None

    def watch(self, connection: Connection) -> None:
        """Has a connection looked after until it is closed."""
        server = self._of(connection)
        timeline = self._look.timelines.get(server, 0) if self._look else 0
        with self._lock:
            self._connections[connection] = _Watched(server, timeline)
            self._current = self._current or server
            if not self._watching:
                self._watching = True
                Thread(target=self._watch, name="registry-servers", daemon=True).start()

    def is_current(self, connection: Connection) -> bool:
        """Whether a connection leads where the last one was made to."""
        watched = self._connections.get(connection)
        return watched is None or self._current in (None, watched.server)

    def _of(self, connection: Connection) -> Server:
        if not self.several:  # However it is written: libpq has defaults for all of it.
            return self.all[0]
        at = (connection.info.host, str(connection.info.port))
        return next((each for each in self.all if (each.host, each.port) == at), Server(*at))

    def _watch(self) -> None:
        """Looks after the connections for as long as there are any."""
        silent: frozenset[Server] = frozenset()
        while self._still_open():
            try:
                silent = self._look_after(silent)
            except Exception:  # Nobody would start it again.
                logger.exception("store: the servers could not be looked after")
                silent = frozenset()
            if not silent:  # Otherwise it was long enough on the way.
                sleep(LOOK_S)

    def _look_after(self, before: frozenset[Server]) -> frozenset[Server]:
        """Asks the servers, and cuts what is of no use any more; who was silent, as ``before`` at the last
        look."""
        if not self.several and not self._somebody_waits():
            return frozenset()
        look = self._ask_all()
        for connection, its in self._open():
            self._note(connection, its, look.at_s)
            if self._is_left_behind(its, look) or self._stands_still(its, look, before):
                where = f"{its.server.host} port {its.server.port}"
                logger.warning("store: the connection to %s is given up", where)
                cut(connection)
        for server in look.silent & before:
            self.leave(server)
        return look.silent

    def _still_open(self) -> bool:
        with self._lock:
            self._watching = any(not each.closed for each in self._connections)
            return self._watching

    def _open(self) -> list[tuple[Connection, _Watched]]:
        with self._lock:
            return [(each, its) for each, its in self._connections.items() if not each.closed]

    def _somebody_waits(self) -> bool:
        """Whether a connection waits for an answer now that did so at the last look."""
        before = [its for _, its in self._open() if its.waiting_since is not None]
        for connection, its in self._open():
            self._note(connection, its, monotonic())
        return any(its.waiting_since is not None for its in before)

    def _note(self, connection: Connection, its: _Watched, at_s: float) -> None:
        waits = connection.pgconn.transaction_status == TransactionStatus.ACTIVE
        its.waiting_since = (its.waiting_since or at_s) if waits else None

    def _is_left_behind(self, its: _Watched, look: Look) -> bool:
        """Whether another server writes, on a later timeline."""
        if not self.writing or look.primary in (None, its.server):
            return False
        return look.timelines[look.primary] > max(its.timeline, look.timelines.get(its.server, 0))

    def _stands_still(self, its: _Watched, look: Look, before: frozenset[Server]) -> bool:
        """Whether it has waited since before the last look, and its server answered neither then nor now."""
        waited_s = look.at_s - its.waiting_since if its.waiting_since is not None else 0.0
        return its.server in look.silent & before and waited_s > 0

    def _ask_all(self) -> Look:
        began, timelines, silent = monotonic(), dict[Server, int](), set[Server]()
        for server in self.all:
            try:
                timelines[server] = self._ask(server)
            except psycopg.errors.ConnectionTimeout:
                silent.add(server)
            except psycopg.Error as error:
                logger.debug("store: %s port %s: %s", server.host, server.port, error)
        self._look = Look(began, timelines, frozenset(silent))
        return self._look

    def _ask(self, server: Server) -> int:
        """The timeline on which a server writes; 0 if it does not. Raises psycopg.Error."""
        if not self.writing:
            self._connect(server).close()
            return 0
        connection = self._connect(server)
        overdue = Timer(ASK_S, cut, [connection])
        overdue.daemon = True
        overdue.start()
        try:
            row = connection.execute(_TIMELINE).fetchone()
        finally:
            overdue.cancel()
            connection.close()
        return int(row[0]) if row else 0

    def _connect(self, server: Server) -> Connection:
        settings = {**conninfo_to_dict(self.url), "target_session_attrs": "any"}
        settings |= {"connect_timeout": ASK_S, "application_name": "credit-registry look"}
        if self.several:
            settings |= {"hostaddr": None, **server.settings}
        return psycopg.connect(make_conninfo("", **settings), autocommit=True)


@cache
def servers_of(url: str) -> Servers:
    """The servers that a URL names, or the system's default. Raises psycopg.Error."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    hosts, addresses = (parts.get(name, "").split(",") for name in ("host", "hostaddr"))
    count = max(len(hosts), len(addresses))
    ports = parts.get("port", "5432").split(",")
    rows = zip(_each(hosts, count), _each(ports, count), _each(addresses, count), strict=True)
    servers = tuple(Server(host, port or "5432", address) for host, port, address in rows)
    return Servers(url, servers, parts.get("target_session_attrs") in _WRITING)


def _each(given: list[str], count: int) -> list[str]:
    """One for each server: libpq takes one for all, too."""
    return given if len(given) == count else given[:1] * count


def cut(connection: Connection) -> None:
    """Breaks a connection under whoever waits for it."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        if str(connection.info.port) in str(line.getpeername()):  # Not another that has its number by now.
            line.shutdown(socket.SHUT_RDWR)
