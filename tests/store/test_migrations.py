from __future__ import annotations

import ast
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine

from registry.provenance.merkle import leaf_hash
from registry.provenance.tiles import tile_root
from registry.store import tables
from registry.store.interface import DERIVED_TABLES, RecipientRow, StoreError
from registry.store.opening import MIGRATIONS, create_store, migrate_store, open_store
from tests.store.samples import everything, full_group

Rows = list[tuple[object, ...]]
VERSION_TABLE = "alembic_version"
LATEST = "0007"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "registry.db"
    store = create_store(path)
    store.commit(full_group())
    store.close()
    return path


def _ask(path: Path, *statements: str) -> Rows:
    with sqlite3.connect(path) as connection:
        rows = [row for statement in statements for row in connection.execute(statement)]
    connection.close()
    return rows


def _schema(path: Path) -> dict[str, Rows]:
    """Every table's columns, keys and indexes as the engine itself tells them; STRICT included."""
    names = [name for (name,) in _ask(path, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    schema: dict[str, Rows] = {}
    for name in sorted(str(name) for name in names if name != VERSION_TABLE):
        indexes = _ask(path, f"PRAGMA index_list('{name}')")
        columns = [_ask(path, f"PRAGMA index_xinfo('{index[1]}')") for index in indexes]
        schema[name] = [
            *_ask(path, f"PRAGMA table_xinfo('{name}')", f"PRAGMA table_list('{name}')"),
            *sorted((*index[2:], *map(tuple, parts)) for index, parts in zip(indexes, columns, strict=True)),
        ]
    return schema


def test_migrations_lead_to_the_tables_of_this_version(path: Path, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.db"
    engine = create_engine(f"sqlite:///{wanted}")
    tables.metadata.create_all(engine)
    engine.dispose()
    assert _schema(path) == _schema(wanted)
    assert set(_schema(path)) == set(tables.metadata.tables)


def test_comparison_of_schemas_would_see_a_table_that_is_not_strict(path: Path) -> None:
    before = _schema(path)
    (strict,) = (row[-1] for row in _ask(path, "PRAGMA table_list('meta')"))
    assert strict == 1
    _ask(path, "DROP TABLE meta", "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    assert _schema(path) != before


def test_alembic_sees_nothing_left_to_migrate(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_every_table_is_strict_and_every_derived_one_is_compared() -> None:
    log_and_own = {"statement", "batch", "person", "refusal", "query_log", "execution", "meta", "cosignature"}
    log_and_own |= {"notice", "subscription", "recipient"}
    assert set(DERIVED_TABLES) | log_and_own == set(tables.metadata.tables)
    assert all(table.dialect_options["sqlite"]["strict"] for table in tables.metadata.tables.values())


def test_migrating_a_store_of_this_version_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    assert migrate_store(path) == (LATEST, LATEST)
    assert path.read_bytes() == before


@pytest.mark.parametrize("act", [open_store, migrate_store])
def test_store_of_a_newer_version_is_refused_and_not_touched(path: Path, act: object) -> None:
    _ask(path, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="9999 比本程序新.*未被改动"):
        act(path)  # type: ignore[operator]
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["registry.db", "registry.db.lock"]


def test_empty_store_is_told_to_be_migrated_and_then_opens(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    _ask(path, "PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="registry migrate"):
        open_store(path)
    assert migrate_store(path) == ("-", LATEST)
    store = open_store(path)
    store.commit(full_group())
    assert everything(store)
    store.close()


def test_migration_of_a_missing_store_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="registry init"):
        migrate_store(tmp_path / "registry.db")
    assert list(tmp_path.iterdir()) == []


def test_store_in_use_is_not_migrated(path: Path) -> None:
    store = open_store(path)
    with pytest.raises(StoreError, match="正被另一进程写入"):
        migrate_store(path)
    store.close()


BREAKING = """
import os, signal, sys
from pathlib import Path
from alembic import op
from registry.store.opening import migrate_store
made = op.create_table
def create_table(name, *parts, **options):
    if name == "refusal":
        os.kill(os.getpid(), signal.SIGKILL)
    return made(name, *parts, **options)
op.create_table = create_table
migrate_store(Path(sys.argv[1]))
"""


def test_migration_that_is_cut_off_leaves_no_half_of_it(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    _ask(path, "PRAGMA user_version = 1")
    cut = subprocess.run([sys.executable, "-c", BREAKING, str(path)], capture_output=True, check=False)
    assert cut.returncode == -signal.SIGKILL
    left = {name for (name,) in _ask(path, "SELECT name FROM sqlite_master")}
    assert not left & set(tables.metadata.tables)
    assert migrate_store(path) == ("-", LATEST)
    open_store(path).close()


def test_migrations_form_one_line_and_only_build() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    revisions, downs = [], []
    for file in files:
        named = {
            target.id: ast.literal_eval(node.value)
            for node in ast.parse(file.read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        revisions.append(named["revision"])
        downs.append(named["down_revision"])
        assert file.name.startswith(f"{named['revision']}_")
        assert "downgrade" not in file.read_text("utf-8")
    assert downs == [None, *revisions[:-1]]


def test_store_of_the_first_version_keeps_its_rows_and_gets_its_tiles(tmp_path: Path) -> None:
    path, engine = _store_of(tmp_path, "0001")
    with engine.begin() as connection:
        leaves = [number.to_bytes(122, "big") for number in range(300)]
        for position, leaf in enumerate(leaves):
            connection.exec_driver_sql(
                "INSERT INTO statement VALUES (?, 'D', ?, 'F', 't', x'00', x'', ?)",
                (position, f"S-{position}", leaf),
            )
        connection.exec_driver_sql("INSERT INTO mark VALUES (7, 7, NULL, 'F', 3, 1, '2026-01-01', NULL)")
        connection.exec_driver_sql("INSERT INTO delivery VALUES (8, 'L-01', '2026-01-01', 'D')")
    engine.dispose()
    assert migrate_store(path) == ("0001", LATEST)
    store = open_store(path)
    assert [row.leaf for row in store.statements()] == leaves
    tile = store.tile(0, 0)
    assert tile == b"".join(map(leaf_hash, leaves[:256]))
    assert store.tile(0, 1) is None
    assert store.tile_roots(0, 0, 1) == [tile_root(tile)]
    (note,) = store.deliveries()
    assert (note.position, note.doubted_from) == (8, None)
    assert [tuple(row) for row in store.derived_rows("mark")] == [(7, 7, None, "F", 3, 1, "2026-01-01", None)]
    store.close()


def test_whoever_was_taken_to_be_told_before_the_fourth_version_is_a_recipient_since(tmp_path: Path) -> None:
    path, engine = _store_of(tmp_path, "0003")
    ground = "INSERT INTO ground SELECT {}".format(
        ", ".join(_filled(engine, "ground", position="?", subject="?"))
    )
    asked = "INSERT INTO query_log VALUES (NULL, 5, 'asker', ?, ?, '案号', '资格审查', ?, 2)"
    with engine.begin() as connection:
        for position, subject in ((7, "P:1"), (9, "P:1"), (8, "P:2")):
            connection.exec_driver_sql(ground, (position, subject))
        for subject, domain, known in (("P:1", 4, 8), ("P:1", 4, 7), ("P:1", 5, 9), ("P:2", 4, 7)):
            connection.exec_driver_sql(asked, (subject, domain, known))
    engine.dispose()
    assert migrate_store(path) == ("0003", LATEST)
    store = open_store(path)
    told = [(7, 4), (7, 5), (9, 5)]
    assert list(store.all_recipients()) == [RecipientRow(at, "asker", domain) for at, domain in told]
    store.close()


def test_changes_of_before_the_fifth_version_follow_from_the_rows_that_are_there(tmp_path: Path) -> None:
    path, engine = _store_of(tmp_path, "0004")
    rows = {
        "ground": {"position": "1", "known_from": "1", "known_to": "4", "subject": "'F'"},
        "mark": {"position": "2", "known_from": "2", "known_to": "NULL", "subject": "'F'"},
        "link": {"position": "3", "known_from": "3", "known_to": "NULL", "subject": "'G'"},
        "name": {"known_from": "3", "known_to": "5", "subject": "'G'"},
        "subject": {"known_from": "1", "known_to": "6", "ref": "'F'"},
        "event": {"position": "7", "ended_position": "8", "subject": "'H'"},
        "statement": {"position": "9", "erased_by": "10", "subject": "'H'"},
    }
    with engine.begin() as connection:
        for table, given in rows.items():
            values = ", ".join(_filled(engine, table, **given))
            connection.exec_driver_sql(f"INSERT INTO {table} SELECT {values}")
    engine.dispose()
    assert migrate_store(path) == ("0004", LATEST)
    store = open_store(path)
    of_f, of_g, of_h = (1, 2, 4, 6), (3, 5), (7, 8, 10)
    told = [*((at, "F") for at in of_f), *((at, "G") for at in of_g), *((at, "H") for at in of_h)]
    assert store.changes(0, 100) == sorted(told)
    assert store.erasures(0, 100) == {(10, "H")}
    store.close()


def _store_of(directory: Path, version: str) -> tuple[Path, Engine]:
    """An empty store as a version made it."""
    path = directory / "registry.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    return path, engine


def _filled(engine: Engine, table: str, **given: str) -> list[str]:
    """An expression for each column of a table, in order: what is given, otherwise something of its type."""
    other = {"INTEGER": "1", "TEXT": "''", "BLOB": "x''"}
    with engine.connect() as connection:
        columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
    return [given.get(name, other[kind]) for _, name, kind, *_ in columns]
