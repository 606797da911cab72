"""Writes one group in the transaction it is given: statements, leaves, derived rows, checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Update, bindparam, delete, insert, select, update

from registry.domain.files import file_key
from registry.provenance.map_entry import MapEntry
from registry.store import directory_rows, rows, tables
from registry.store.change_rows import changes_told, settle_changes
from registry.store.columns import POSTGRESQL
from registry.store.file_rows import file_values
from registry.store.interface import ChangeRow, ErasedRows, Group, NoticeRow
from registry.store.postgres_write import write_rows

MANY = 32
"""Rows in one insert: enough to share the cost of a statement, few enough for any limit of parameters."""
MANY_IDS = 1000
"""Ids looked up at a time."""


def write_group(connection: Connection, group: Group) -> None:
    """Writes every row of the group; what one statement opens, a later one of the group may close."""
    add_rows(connection, tables.statement, map(_plain, group.statements))
    add_rows(connection, tables.batch, map(_plain, group.batches), ending=_ONCE)
    persons = ({"ref": ref, "sealed": sealed} for ref, sealed in group.persons)
    add_rows(connection, tables.person, persons, ending=PERSON_ANEW)
    changed = changes_told(connection, [erased.subject for erased in group.erased])
    for erased in group.erased:  # Before what is left is written anew.
        _erase(connection, erased)
    add_rows(connection, tables.event, map(rows.event_values, group.recorded))
    _update(connection, _END_EVENT, map(_event_end, group.targets))
    _write_grounds(connection, group)
    _write_identity(connection, group)
    add_rows(connection, tables.subject, ({"ref": ref, "known_from": at} for ref, at in group.became_known))
    _update(
        connection,
        _FORGET_SUBJECT,
        ({"of": ref, "since": since, "end": end} for ref, since, end in group.became_unknown),
    )
    add_rows(connection, tables.change, (_change(row) for row in group.changes if not row.erasure))
    erasures = (_change(row) for row in group.changes if row.erasure)
    add_rows(
        connection, tables.change, erasures, ending=_ONCE
    )  # A fold meets one with each of what it erased.
    settle_changes(connection, group, changed)
    add_rows(connection, tables.chain, map(_plain, group.chains.values()), ending=_MOVING_ON)
    add_rows(connection, tables.department, map(directory_rows.department_values, group.departments))
    for official in group.officials:
        _replace(connection, tables.official, directory_rows.official_values(official))
    for key in group.keys:
        _replace(connection, tables.key, directory_rows.key_values(key))
    for entry in group.registry_keys:
        _replace(connection, tables.registry_key, _plain(entry))
    add_rows(connection, tables.tile, map(_plain, group.tiles))
    add_rows(connection, tables.map_entry, map(_map_entry, group.map_entries), ending=_NEW_HEAD)
    for case in group.editions:
        _replace(connection, tables.edition, rows.edition_values(case))
    for ban in group.bans:
        _replace(connection, tables.ban_case, rows.ban_case_values(ban))
    for filed in group.remedies:
        _replace(connection, tables.remedy, rows.remedy_values(filed))
    for file in {file_key(each.file): each for each in group.files}.values():
        _replace(connection, tables.file, file_values(file))
    add_rows(connection, tables.delivery, map(_delivery, group.deliveries))
    _update(connection, _DOUBT_DELIVERY, ({"at": at, "since": since} for at, since in group.doubted))
    add_rows(connection, tables.anchor, map(_plain, group.anchors))
    add_rows(connection, tables.refusal, _numbered(connection, tables.refusal, map(_plain, group.refusals)))
    _write_queries(connection, group)
    add_rows(connection, tables.cosignature, map(_plain, group.cosignatures), ending=_ONCE)
    reports = map(rows.execution_values, group.executions)
    add_rows(connection, tables.execution, _numbered(connection, tables.execution, reports))
    _write_notices(connection, group)
    add_rows(connection, tables.recipient, map(_plain, group.recipients), ending=_ONCE)
    if group.checkpoint is not None:
        _replace(connection, tables.checkpoint, {"id": 1, **_plain(group.checkpoint)})


def _write_queries(connection: Connection, group: Group) -> None:
    queries = _numbered(connection, tables.query_log, map(_plain, group.queries))
    add_rows(connection, tables.query_log, queries)
    for first in range(0, len(group.ended_queries), MANY_IDS):  # After the new rows: a number is given once.
        numbers = group.ended_queries[first : first + MANY_IDS]
        connection.execute(delete(tables.query_log).where(tables.query_log.c.number.in_(numbers)))


def _write_notices(connection: Connection, group: Group) -> None:
    notices = map(_plain, _new_notices(connection, group.notices))
    add_rows(connection, tables.notice, _numbered(connection, tables.notice, notices))
    _update(
        connection,
        _ACKNOWLEDGE,
        (
            {"id": notice_id, "by": row.addressee, "at": row.acknowledged_ms}
            for row in group.acknowledged
            for notice_id in row.notice_ids
        ),
    )
    for row in group.subscriptions:
        values = {"caller": row.caller, "since_ms": row.since_ms}
        if row.subscribed:
            add_rows(connection, tables.subscription, [values], ending=_ONCE)
        else:
            table = tables.subscription
            connection.execute(delete(table).where(table.c.caller == row.caller))


def _erase(connection: Connection, erased: ErasedRows) -> None:
    """Takes the content of statements, what was derived from it, and what is kept of the subject by name."""
    statement, positions = tables.statement, list(erased.positions)
    gone = {"sealed_payload": b"", "erased_by": erased.by}
    connection.execute(update(statement).where(statement.c.position.in_(positions)).values(gone))
    for table in (tables.event, tables.ground, tables.link, tables.recipient):
        connection.execute(delete(table).where(table.c.position.in_(positions)))
    connection.execute(delete(tables.mark).where(tables.mark.c.target.in_(positions)))
    connection.execute(delete(tables.ban_case).where(tables.ban_case.c.opened.in_(positions)))
    connection.execute(delete(tables.remedy).where(tables.remedy.c.filed.in_(positions)))
    for column in (tables.name.c.subject, tables.name_gram.c.subject, tables.subject.c.ref):
        connection.execute(delete(column.table).where(column == erased.subject))


def _write_grounds(connection: Connection, group: Group) -> None:
    add_rows(connection, tables.ground, map(rows.ground_values, group.opened))
    _update(
        connection,
        _CLOSE_GROUND,
        (
            {"at": row.position, "nth": row.ordinal, "since": row.known_from, "end": row.known_to}
            for row in group.closed
        ),
    )
    add_rows(connection, tables.mark, (rows.mark_values(ref, mark) for ref, mark in group.marked))
    _update(
        connection,
        _CLOSE_MARK,
        map(_mark_end, group.unmarked),
    )


def _write_identity(connection: Connection, group: Group) -> None:
    add_rows(connection, tables.link, map(rows.link_values, group.linked))
    _update(connection, _CLOSE_LINK, ({"at": link.position, "end": link.known_to} for link in group.unlinked))
    add_rows(connection, tables.name, map(rows.name_values, group.named))
    _update(connection, _CLOSE_NAME, map(_name_end, group.unnamed))
    grams = ({"gram": gram, "subject": ref} for gram, ref in group.grams)
    add_rows(connection, tables.name_gram, grams, ending=_ONCE)


_END_EVENT: Update = (
    update(tables.event)
    .where(tables.event.c.position == bindparam("at"))
    .values(
        state=bindparam("new_state"),
        ended_position=bindparam("ended"),
        repaired_position=bindparam("repaired"),
    )
)
_CLOSE_GROUND: Update = (
    update(tables.ground)
    .where(
        tables.ground.c.position == bindparam("at"),
        tables.ground.c.ordinal == bindparam("nth"),
        tables.ground.c.known_from == bindparam("since"),
    )
    .values(known_to=bindparam("end"))
)
_CLOSE_MARK: Update = (
    update(tables.mark)
    .where(
        tables.mark.c.position == bindparam("at"),
        tables.mark.c.target == bindparam("of"),
        tables.mark.c.known_from == bindparam("since"),
    )
    .values(known_to=bindparam("end"))
)
_CLOSE_LINK: Update = (
    update(tables.link).where(tables.link.c.position == bindparam("at")).values(known_to=bindparam("end"))
)
_CLOSE_NAME: Update = (
    update(tables.name)
    .where(
        tables.name.c.subject == bindparam("of"),
        tables.name.c.name == bindparam("called"),
        tables.name.c.settled == bindparam("is_settled"),
        tables.name.c.known_from == bindparam("since"),
    )
    .values(known_to=bindparam("end"))
)
_DOUBT_DELIVERY: Update = (
    update(tables.delivery)
    .where(tables.delivery.c.position == bindparam("at"), tables.delivery.c.doubted_from.is_(None))
    .values(doubted_from=bindparam("since"))
)
_ONCE = " ON CONFLICT DO NOTHING"
"""A subject has a pair of characters once, in whichever of its names. Both engines read this."""
PERSON_ANEW = " ON CONFLICT (ref) DO UPDATE SET sealed = excluded.sealed"
"""A person has one row; what is sealed in it changes when the number is erased, and is stated again."""
_MOVING_ON = " ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence, head = excluded.head"
"""A subject's chain has one row, new or not. SQLite and PostgreSQL both read this."""
_NEW_HEAD = " ON CONFLICT (subject_key) DO UPDATE SET count = excluded.count, head = excluded.head"
_ACKNOWLEDGE: Update = (
    update(tables.notice)
    .where(
        tables.notice.c.notice_id == bindparam("id"),
        tables.notice.c.addressee == bindparam("by"),
        tables.notice.c.acknowledged_ms.is_(None),
    )
    .values(acknowledged_ms=bindparam("at"))
)
_FORGET_SUBJECT: Update = (
    update(tables.subject)
    .where(tables.subject.c.ref == bindparam("of"), tables.subject.c.known_from == bindparam("since"))
    .values(known_to=bindparam("end"))
)


def _plain(row: Any) -> dict[str, Any]:
    """A flat row as it is; dataclasses.asdict would copy every value."""
    return {name: getattr(row, name) for name in row.__slots__}


def _event_end(event: Any) -> dict[str, Any]:
    return {
        "at": event.position,
        "new_state": int(event.state),
        "ended": event.ended_position,
        "repaired": event.repaired_position,
    }


def _mark_end(mark: Any) -> dict[str, Any]:
    return {"at": mark.position, "of": mark.target, "since": mark.known_from, "end": mark.known_to}


def _name_end(naming: Any) -> dict[str, Any]:
    use = naming.use
    return {
        "of": naming.subject,
        "called": use.name,
        "is_settled": int(use.settled),
        "since": use.known_from,
        "end": use.known_to,
    }


def _change(row: ChangeRow) -> dict[str, Any]:
    return {"position": row.position, "subject": row.subject, "erasure": int(row.erasure)}


def _map_entry(entry: MapEntry) -> dict[str, Any]:
    return {"subject_key": entry.key, "count": entry.count, "head": entry.head}


def _delivery(note: Any) -> dict[str, Any]:
    return {**_plain(note), "as_of": note.as_of.isoformat()}


def _new_notices(connection: Connection, notices: list[NoticeRow]) -> Iterable[NoticeRow]:
    """Those that were never made: whoever makes one again changes nothing, and takes no number."""
    wanted: dict[str, NoticeRow] = {}
    for row in notices:
        wanted.setdefault(row.notice_id, row)
    ids, known = list(wanted), tables.notice.c.notice_id
    for at in range(0, len(ids), MANY_IDS):
        there = select(known).where(known.in_(ids[at : at + MANY_IDS]))
        for (notice_id,) in connection.execute(there):
            del wanted[notice_id]
    return wanted.values()


def _numbered(
    connection: Connection, table: Table, values: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Rows with the numbers that follow the highest there is: without gaps, and known before they are
    written. There is one writer, so nobody else takes the same."""
    last: int | None = None
    for row in values:
        if last is None:
            last = connection.exec_driver_sql(f"SELECT max(number) FROM {table.name}").scalar() or 0
        last += 1
        yield {**row, "number": last}


def add_rows(
    connection: Connection, table: Table, values: Iterable[dict[str, Any]], *, ending: str = ""
) -> None:
    """Inserts rows with statements prepared once for each dialect: nine tenths of what a group writes.

    Where the driver takes parameters by position, ``MANY`` rows go in one statement: a driver lets go of
    the interpreter lock for each statement it steps, and under load waits as often to have it back."""
    parameters = list(values)
    if connection.dialect.name == POSTGRESQL:
        if parameters:
            write_rows(connection, table, parameters, ending)
        return
    whole = len(parameters) - len(parameters) % MANY
    for first in range(0, whole, MANY):
        _run(connection, table, parameters[first : first + MANY], ending)
    for row in parameters[whole:]:
        _run(connection, table, [row], ending)


def _run(connection: Connection, table: Table, values: list[dict[str, Any]], ending: str) -> None:
    sql, columns = _prepared(connection.dialect, table, tuple(values[0]), len(values))
    if columns is None:
        connection.exec_driver_sql(sql + ending, values)
    else:
        connection.exec_driver_sql(sql + ending, tuple(chain.from_iterable(map(columns, values))))


@lru_cache(maxsize=128)
def _prepared(
    dialect: Dialect, table: Table, names: tuple[str, ...], count: int
) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]] | None]:
    """The text of an insert of ``count`` rows, and what puts a row's values in the order of its parameters;
    None where the driver takes them by name."""
    one = insert(table).compile(dialect=dialect, column_keys=list(names))
    if not one.positional or one.positiontup is None:
        return str(one), None
    order = itemgetter(*one.positiontup)
    columns = order if len(one.positiontup) > 1 else lambda row: (order(row),)
    if count == 1:
        return str(one), columns
    many = insert(table).values([dict.fromkeys(one.positiontup)] * count)
    return str(many.compile(dialect=dialect)), columns


def _update(connection: Connection, statement: Update, values: Iterable[dict[str, Any]]) -> None:
    if parameters := list(values):
        connection.execute(statement, parameters)


def _replace(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    matches = [column == values[column.name] for column in table.primary_key.columns]
    connection.execute(delete(table).where(*matches))
    add_rows(connection, table, [values])
