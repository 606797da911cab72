"""The set in PostgreSQL, asked by psycopg: a select by key, prepared, as an integrator would write it.

A row for each reason, its primary key the code and a number; one connection over a socket of the file system,
one call at a time. The server is started as the tests start theirs, with memory enough for the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.machine import bind_process, cpu_seconds, serving_cores
from bench.peers.answers import IN_BATCH, Answers, Form, MissingPeerError, Reason, Row, Way
from tests.support.postgres import NoPostgresError, running_postgres

TABLE = """CREATE TABLE restriction (
    code text COLLATE "C", number int, measure text NOT NULL, since date NOT NULL, until date,
    authority text NOT NULL, document text NOT NULL, PRIMARY KEY (code, number))"""
_TOLD = "SELECT code, measure, since::text, until::text, authority, document FROM restriction WHERE "
_TODAY = " AND since <= current_date AND (until IS NULL OR until >= current_date)"
BY_KEY = f"{_TOLD} code = %s{_TODAY}"
BY_KEYS = f"{_TOLD} code = ANY(%s){_TODAY}"
SETTINGS = {"shared_buffers": "512MB", "autovacuum": "off", "max_connections": "20"}


@contextmanager
def postgresql_ways(rows: Sequence[Row]) -> Iterator[list[Way]]:
    """A server with the set, until the block ends. Raises MissingPeerError."""
    try:
        with running_postgres(**SETTINGS) as server:
            bind_process(server.pid, serving_cores())
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                _fill(connection, rows)
                yield _ways(connection, server.pid)
    except NoPostgresError as error:
        raise MissingPeerError(str(error)) from error


def _fill(connection: psycopg.Connection, rows: Sequence[Row]) -> None:
    connection.execute(TABLE)
    with connection.cursor().copy("COPY restriction FROM STDIN") as copy:
        for number, (code, reason, authority, document) in enumerate(rows):
            days = (reason.since, reason.until or None)
            copy.write_row((code, number, reason.measure, *days, authority, document))
    connection.execute("VACUUM ANALYZE restriction")


def _ways(connection: psycopg.Connection, pid: int) -> list[Way]:
    cursor = connection.cursor()

    def one(codes: Sequence[str]) -> Answers:
        return _answers(cursor.execute(BY_KEY, (codes[0],), prepare=True).fetchall())

    def many(codes: Sequence[str]) -> Answers:
        return _answers(cursor.execute(BY_KEYS, (list(codes),), prepare=True).fetchall())

    def used() -> float:
        return sum(map(cpu_seconds, [pid, *_children(pid)]))

    return [
        Way("PostgreSQL: select by key", Form.ONE, one, used),
        *(Way("PostgreSQL: = ANY", form, many, used) for form in IN_BATCH),
    ]


def _answers(rows: Sequence[tuple[str, str, str, str | None, str, str]]) -> Answers:
    found: Answers = {}
    for code, measure, since, until, _authority, _document in rows:
        found[code] = (*found.get(code, ()), Reason(measure, since, until or ""))
    return found


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
