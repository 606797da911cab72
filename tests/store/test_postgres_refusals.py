"""A store on PostgreSQL that cannot be used is refused in one clear line, and nothing of it is changed."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from registry.provenance.merkle import leaf_hash
from registry.store import postgres as engine_of_postgres
from registry.store import tables
from registry.store.interface import StoreBusyError, StoreError
from registry.store.opening import (
    MIGRATIONS,
    create_store,
    engine_notice,
    migrate_store,
    open_for_reading,
    open_store,
    remove_store,
)
from registry.store.postgres import reading_engine, shown, writing_engine
from tests.store.samples import everything, full_group
from tests.support.postgres import PostgresServer, execute
from tests.support.stores import Stores

LATEST = "0007"


@pytest.fixture
def made(databases: Stores[str]) -> str:
    """Where there is a store, closed."""
    store = databases.create()
    store.commit(full_group())
    databases.close()
    return databases.path


def refusal(act: object, *where: object) -> str:
    """The line with which something is refused."""
    with pytest.raises(StoreError) as refused:
        act(*where)  # type: ignore[operator]
    line = str(refused.value)
    assert "\n" not in line
    return line


# --- the server and the role


def test_server_that_does_not_answer_is_named_as_such() -> None:
    for url in ("postgresql://127.0.0.1:1/registry", "postgresql:///registry?host=/nowhere"):
        assert "数据库不应答" in refusal(open_store, url)
        assert "数据库不应答" in refusal(create_store, url)
        assert "数据库不应答" in refusal(open_for_reading, url)


def test_database_that_is_missing_is_named_as_such(postgres: PostgresServer) -> None:
    assert "数据库不存在" in refusal(open_store, postgres.url("nowhere"))


def test_wrong_password_is_named_as_such_and_stands_in_no_line(postgres: PostgresServer) -> None:
    postgres.execute("DROP ROLE IF EXISTS secret", "CREATE ROLE secret LOGIN PASSWORD 'right'")
    for password in ("wrong-one", ""):
        line = refusal(open_store, postgres.url("postgres", user="secret", password=password))
        assert "口令不对" in line
        assert "wrong-one" not in line
    right = postgres.url("postgres", user="secret", password="right")
    assert "没有存储" in refusal(open_store, right)
    assert "right" not in refusal(open_store, right)


def test_role_that_may_not_make_tables_founds_nothing(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    postgres.execute("DROP ROLE IF EXISTS weak", "CREATE ROLE weak LOGIN")
    execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert "没有建表的权限" in refusal(create_store, url.replace("registry@", "weak@"))
    create_store(url).close()


def test_role_with_too_few_rights_on_a_table_is_told_which(postgres: PostgresServer, made: str) -> None:
    postgres.execute("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN")
    theirs = made.replace("registry@", "clerk@")
    granting = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk"
    assert "没有存储" not in refusal(open_store, theirs)
    execute(made, granting, "REVOKE UPDATE ON ground FROM clerk")
    assert "对表 ground 的权限不足" in refusal(open_store, theirs)
    open_for_reading(theirs).close()
    execute(made, granting)
    store = open_store(theirs)
    store.put_meta({"a": "b"})
    store.close()
    execute(made, "DROP OWNED BY clerk")


def test_server_that_is_too_old_is_refused_by_its_version(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_of_postgres, "OLDEST", 990_000)
    assert "太旧; 需要 99 或更新" in refusal(open_store, made)


def test_database_of_another_encoding_is_refused(postgres: PostgresServer) -> None:
    postgres.execute(
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' "
        "LOCALE_PROVIDER libc",
    )
    assert "编码是 LATIN1" in refusal(create_store, postgres.url("latin"))


def test_search_path_that_leads_nowhere_is_refused(databases: Stores[str]) -> None:
    line = refusal(create_store, f"{databases.path}&options=-csearch_path%3Dmissing")
    assert "search_path" in line


def test_address_is_told_without_its_password() -> None:
    assert shown("postgresql://me:hush@db.example:6432/registry") == "postgresql://db.example:6432/registry"
    assert shown("postgresql://me@/registry?password=hush&host=/run") == "postgresql:///run/registry"
    assert "hush" not in shown("postgresql://me:hush@%zz/")


# --- the tables


def test_database_without_a_store_is_told_to_be_initialised(databases: Stores[str]) -> None:
    for act in (open_store, open_for_reading, migrate_store):
        assert "registry init" in refusal(act, databases.path)


def test_store_is_never_made_over_another_nor_over_one_of_its_tables(
    postgres: PostgresServer, made: str
) -> None:
    assert "不会覆盖" in refusal(create_store, made)
    url = postgres.new_database()
    execute(url, "CREATE TABLE statement (position int)")
    assert "statement; 不会覆盖" in refusal(create_store, url)


def test_store_that_could_not_be_made_leaves_nothing_behind(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    execute(url, "CREATE VIEW recipient AS SELECT 1 AS position")  # In the way of a later migration.
    refusal(create_store, url)
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    execute(url, "DROP VIEW recipient")
    create_store(url).close()


def test_store_that_is_removed_leaves_nothing_behind(made: str) -> None:
    remove_store(made)
    assert execute(made, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


@pytest.mark.parametrize("act", [open_store, open_for_reading, migrate_store])
def test_store_of_a_newer_version_is_refused(made: str, act: object) -> None:
    execute(made, "UPDATE alembic_version SET version_num = '9999'")
    assert "9999 比本程序新" in refusal(act, made)


def test_store_of_an_older_version_is_told_to_be_migrated(made: str) -> None:
    execute(made, "UPDATE alembic_version SET version_num = '0001'")
    assert "registry migrate" in refusal(open_store, made)


# --- migrations


def test_alembic_sees_nothing_left_to_migrate(made: str) -> None:
    engine = reading_engine(made)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_every_number_has_64_bits_and_every_text_is_compared_by_its_bytes(made: str) -> None:
    columns = execute(
        made,
        "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
    )
    kinds = {(kind, collation) for _, _, kind, collation in columns}
    assert kinds == {("bigint", None), ("text", "C"), ("bytea", None)}
    assert {table for table, *_ in columns} == set(tables.metadata.tables)


def test_store_of_the_first_version_keeps_its_rows(databases: Stores[str]) -> None:
    url = databases.path
    _upgrade(url, "0001")
    leaves = [number.to_bytes(122, "big") for number in range(300)]
    for position, leaf in enumerate(leaves):
        values = rf"{position}, 'D', 'S-{position}', 'F', 't', '\x00', '', '\x{leaf.hex()}'"
        execute(url, f"INSERT INTO statement VALUES ({values})")
    execute(url, "INSERT INTO mark VALUES (7, 7, NULL, 'F', 3, 1, '2026-01-01', NULL)")
    assert migrate_store(url) == ("0001", LATEST)
    store = databases.open()
    assert [row.leaf for row in store.statements()] == leaves
    assert store.tile(0, 0) == b"".join(map(leaf_hash, leaves[:256]))
    assert [tuple(row) for row in store.derived_rows("mark")] == [(7, 7, None, "F", 3, 1, "2026-01-01", None)]


def test_migration_that_lacks_nothing_runs_beside_a_writer_and_one_that_does_waits_for_none(
    databases: Stores[str],
) -> None:
    store = databases.create()
    store.commit(full_group())
    before = everything(store)
    assert migrate_store(databases.path) == (LATEST, LATEST)
    execute(databases.path, "UPDATE alembic_version SET version_num = '0004'")
    with pytest.raises(StoreBusyError, match="正被另一进程写入"):
        migrate_store(databases.path)
    assert everything(store) == before


def test_notice_tells_the_version_of_the_server(made: str) -> None:
    store = open_for_reading(made)
    assert engine_notice(store).startswith("PostgreSQL 1")
    store.close()


def _upgrade(url: str, version: str) -> None:
    """The tables as a version had them."""
    config, engine = Config(), writing_engine(url)
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
