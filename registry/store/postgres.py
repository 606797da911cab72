"""PostgreSQL as the engine for more than one machine: one writing connection, readers that never block it.

A store is named by a URL that libpq understands, such as ``postgresql://registry@db1,db2/registry``: one
schema of one database (the first of the role's ``search_path``) holds one store. No extension is needed.

* **One writer.** The writing connection holds an advisory lock of its session for as long as it lives, and
  nothing is written over another connection. When it is lost, so is the lock: the next one takes it again,
  or finds another writer and is refused. Which of two writers came between is seen by the checkpoint, see
  ``postgres_store``.
* **Durable.** A commit is acknowledged when its log record is on the disk of the server, and on those of its
  synchronous standbys if it has any (``synchronous_commit``).
* **Readers** are read-only, and each of their transactions sees one state (REPEATABLE READ). None sees an
  earlier one than another saw before it, whatever server it is lent a connection to (``Horizon``).

Lost connections are noticed within seconds (TCP keepalive, both ways), unless the URL says otherwise. Those
to a server that answers nobody are given up (``postgres_hosts``), which also finds the one that writes where
the URL names several servers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from registry.store.interface import CheckpointRow, StoreBusyError, StoreError
from registry.store.postgres_hosts import Servers, servers_of
from registry.store.postgres_text import adapt_text
from registry.waiting import begin_to_wait, end_waiting

Connection = psycopg.Connection[Any]

OLDEST = 140_000
"""PostgreSQL 14: ``client_connection_check_interval``, and the oldest that is still maintained."""
READERS = 8
READER = "reader"
WARNED = "warned"
"""Under this name a connection's ``info`` has what the server warned of."""
PATIENCE_S = 1.0
"""How long a lock is waited for: a server may take a moment to see that its last holder is gone."""
_LOCK = 0x7265_6769  # "regi"
_DEFAULTS: dict[str, str] = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "11000",
}
_WRITER_SETTINGS = (
    "SET tcp_keepalives_idle = 5",  # The server's own: so long does a lock outlive a machine that is gone.
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET client_connection_check_interval = 2000",
    "SET statement_timeout = 0",
    "SET idle_session_timeout = 0",
    "SET lock_timeout = '10s'",
)
_WEAK = ("off", "local", "remote_write")
_READING = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_SIZE = "SELECT coalesce(max(size), 0) FROM checkpoint"
_MINE = "(%s::bigint << 32) | current_schema()::regnamespace::oid::bigint"


@dataclass(slots=True)
class Horizon:
    """How far a store was seen to be, in statements. A server to which readers are connected anew must be as
    far: what it lacks (a standby that lags, a primary that was overtaken) they would take for nothing."""

    size: int = 0

    def reaches(self, head: CheckpointRow | None) -> CheckpointRow | None:
        """A checkpoint that was read just now."""
        self.size = max(self.size, head.size if head else 0)
        return head


def shown(url: str) -> str:
    """A store's URL as it may be told: without a password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "postgresql://…"
    host, port = (str(parts.get(name) or "") for name in ("host", "port"))
    where = host + (f":{port}" if port else "")
    return f"postgresql://{where}/{parts.get('dbname') or ''}"


def writing_engine(url: str) -> Engine:
    """An engine of exactly one connection, which holds the right to write. Whoever connects by it gets
    StoreBusyError while another process has that right."""
    engine = _engine(lambda: _open_writer(url), size=1, overflow=0)
    event.listen(engine, "connect", _note_warnings)
    return engine


def reading_engine(url: str, horizon: Horizon | None = None) -> Engine:
    """An engine of read-only connections; each transaction sees one snapshot."""
    engine = _engine(
        lambda: _open_reader(url, horizon or Horizon()), size=READERS, overflow=READERS, ping=True
    )
    event.listen(engine, "checkout", partial(_lend, url))
    return engine


def maintaining_engine(url: str) -> Engine:
    """An engine for changes of the schema beside a writer: without its right, and one at a time."""
    return _engine(lambda: _open_maintainer(url), size=1, overflow=0)


_WAIT = "registry.wait"


class _Lending(QueuePool):
    """Connections to another process: whoever is lent one waits for that process until it is given back."""

    def connect(self) -> PoolProxiedConnection:
        """See QueuePool."""
        wait = begin_to_wait()
        try:
            lent = super().connect()
            assert lent.record_info is not None  # It has none when it was detached.
            lent.record_info[_WAIT] = wait
        except BaseException:
            end_waiting(wait)
            raise
        return lent


def _engine(creator: Any, *, size: int, overflow: int, ping: bool = False) -> Engine:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=creator,
        poolclass=_Lending,
        pool_size=size,
        max_overflow=overflow,
        pool_pre_ping=ping,
        hide_parameters=True,
        use_native_hstore=False,
    )
    event.listen(engine, "checkin", _given_back)
    return engine


def _given_back(_connection: Any, record: ConnectionPoolEntry) -> None:
    if (wait := (record.record_info or {}).pop(_WAIT, None)) is not None:
        end_waiting(wait)


def _lend(url: str, connection: Any, _record: ConnectionPoolEntry, _lent: object) -> None:
    """Raises DisconnectionError, upon which the pool makes another, where a connection leads to a server that
    is not the one any more."""
    if not servers_of(url).is_current(connection):
        raise DisconnectionError


def _note_warnings(connection: Any, record: ConnectionPoolEntry) -> None:
    """Keeps in mind that the server warned: it does no more of a commit that no standby confirmed."""

    def note(told: psycopg.errors.Diagnostic) -> None:
        if told.severity_nonlocalized == "WARNING":
            record.info[WARNED] = told.message_primary or WARNED

    connection.add_notice_handler(note)


def _open_writer(url: str) -> Connection:
    connection = _connect(url, "writer")
    try:
        for setting in _WRITER_SETTINGS:
            connection.execute(setting)
        if _ask(connection, "SHOW synchronous_commit") in _WEAK:
            connection.execute("SET synchronous_commit = on")
        if _ask(connection, "SELECT pg_is_in_recovery()"):
            raise StoreError(f"{shown(url)} 是只读的备库, 不能写入; 请改用主库的地址")
        _take_lock(connection, url, _LOCK)
    except BaseException:
        connection.close()
        raise
    connection.autocommit = False
    return connection


def _open_maintainer(url: str) -> Connection:
    connection = _connect(url, "maintenance")
    try:
        connection.execute("SET lock_timeout = '10s'")
        _take_lock(connection, url, _LOCK + 1)
    except BaseException:
        connection.close()
        raise
    connection.autocommit = False
    return connection


def _open_reader(url: str, horizon: Horizon) -> Connection:
    connection = _connect(url, READER)
    try:
        if horizon.size and _ask(connection, _SIZE) < horizon.size:
            raise StoreError(f"{shown(url)} 落后于已读到的状态(可能正在切换); 请稍后重试")
        connection.execute(_READING)
    except BaseException:
        connection.close()
        raise
    connection.autocommit = False
    return connection


def _connect(url: str, role: str) -> Connection:
    """A connection in autocommit, to a server that will do. Raises StoreError, psycopg.Error."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreError("存储的地址不是有效的 postgresql:// 地址") from error
    settings = {**_DEFAULTS, "application_name": f"credit-registry {role}", **given}
    settings["client_encoding"] = "UTF8"
    servers = servers_of(url)
    connection = _dial(settings, servers, asked_anew=role != READER)
    servers.watch(connection)  # Before the first question: the server may answer nobody from here on.
    try:
        _require_fit(connection, url)
    except BaseException:
        connection.close()
        raise
    adapt_text(connection)
    return connection


def _dial(settings: dict[str, Any], servers: Servers, *, asked_anew: bool) -> Connection:
    """A connection to the server that is to be connected to, of those in a URL. Raises StoreError,
    psycopg.Error."""
    if chosen := servers.choose(asked_anew=asked_anew):
        its = {**settings, "hostaddr": None, **chosen.settings}
        try:
            return psycopg.connect(make_conninfo("", **its), autocommit=True)
        except psycopg.OperationalError:
            servers.leave(chosen)
            if servers.writing:
                raise
    return psycopg.connect(make_conninfo("", **settings), autocommit=True)


def _require_fit(connection: Connection, url: str) -> None:
    version = connection.info.server_version
    if version < OLDEST:
        told = f"{version // 10_000}.{version % 10_000}"
        raise StoreError(f"{shown(url)} 是 PostgreSQL {told}, 太旧; 需要 {OLDEST // 10_000} 或更新的版本")
    if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
        raise StoreError(f"{shown(url)} 的编码是 {encoding}; 需要以 UTF8 建立的数据库")
    if _ask(connection, "SELECT current_schema()") is None:
        raise StoreError(f"{shown(url)}: search_path 里没有可用的模式(schema)")


def _take_lock(connection: Connection, url: str, purpose: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while not _ask(connection, f"SELECT pg_try_advisory_lock({_MINE})", purpose):
        if time.monotonic() > until:
            raise StoreBusyError(f"{shown(url)} 正被另一进程写入")
        time.sleep(0.05)


def _ask(connection: Connection, question: str, *given: object) -> Any:
    row = connection.execute(question, given or None).fetchone()
    assert row is not None
    return row[0]
