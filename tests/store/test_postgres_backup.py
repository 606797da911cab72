"""Backups of a registry whose store is on PostgreSQL: one file of the other engine, put back on either."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from registry.config import load_config
from registry.store.copying import compare_stores
from registry.store.interface import StoreError
from registry.store.opening import open_for_reading, open_store
from tests.support.backing import killed_at, written_to
from tests.support.command import assert_one_line, in_process, registry
from tests.support.postgres import PostgresServer, execute
from tests.support.served import serving_process
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def made(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation on PostgreSQL and its backup, taken while it was written to."""
    home = tmp_path_factory.mktemp("postgres")
    spine = furnish(found_spine(home / "registry", store=postgres.new_database()), ["财政"])
    with serving_process(spine) as (served, _), written_to(served) as positions:
        while len(positions) < 5:
            assert len(positions) < 1000
        run = registry("backup", "--directory", spine.directory, "--to", home / "backup")
        assert run.code == 0, run.err
        first = len(positions)
        while len(positions) < first + 2:
            assert len(positions) < 5000
    return spine.directory, home / "backup"


def test_backup_of_a_database_that_is_written_to_goes_back_into_a_file_and_into_a_database(
    made: tuple[Path, Path], postgres: PostgresServer, tmp_path: Path
) -> None:
    directory, backup = made
    url = postgres.new_database()
    for name, store in (("file", "registry.db"), ("database", url)):
        given = ("--keys", directory, "--store", store)
        run = in_process("restore", "--from", backup, "--directory", tmp_path / name, *given)
        assert run.code == 0, run.err
    assert load_config(tmp_path / "database").database == url
    with (
        closing(open_for_reading(url)) as one,
        closing(open_for_reading(tmp_path / "file/registry.db")) as two,
    ):
        compare_stores(one, two)
        head = one.checkpoint()
    with closing(open_for_reading(load_config(directory).location)) as live:
        now = live.checkpoint()
    assert head is not None
    assert now is not None
    assert head.size < now.size
    for name in ("file", "database"):
        adopted = ("adopt-head", "--directory", tmp_path / name, "--size", str(head.size))
        assert in_process(*adopted).code == 0
        assert "逐字节一致" in in_process("verify", "--directory", tmp_path / name, "--rebuild").out


def test_database_that_has_a_store_is_never_written_over(made: tuple[Path, Path], tmp_path: Path) -> None:
    directory, backup = made
    url = load_config(directory).database
    before = execute(url, "SELECT count(*) FROM statement")
    given = ("--keys", directory)
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", *given)
    assert_one_line(run, "里已有表")
    assert not (tmp_path / "x").exists()
    assert execute(url, "SELECT count(*) FROM statement") == before


def test_rehearsal_needs_no_database(made: tuple[Path, Path], tmp_path: Path) -> None:
    directory, backup = made
    run = in_process("rehearse", "--from", backup, "--directory", directory, "--work", tmp_path)
    assert run.code == 0, run.err
    assert "可以恢复" in run.out
    assert list(tmp_path.iterdir()) == []


OPERATOR = ("--operator-code", "11130900DEM00009X3", "--operator-name", "沧州市(示例)信用办")


@pytest.mark.parametrize(
    "function", ["registry.installation.found", "registry.installation.place_genesis", "pathlib.Path.rename"]
)
def test_init_that_was_killed_leaves_no_store_that_the_next_one_would_trip_over(
    postgres: PostgresServer, tmp_path: Path, function: str
) -> None:
    url = postgres.new_database()
    words = ("init", "--directory", tmp_path / "registry", "--store", url, *OPERATOR)
    killed_at(function, *words)
    assert not (tmp_path / "registry").exists()
    run = in_process(*words)
    assert run.code == 0, run.err
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]
    assert in_process("verify", "--directory", tmp_path / "registry").code == 0


def test_store_that_was_founded_elsewhere_is_not_cleared_away_with_a_forsaken_directory(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.new_database()
    killed_at("registry.installation.create_store", "init", "--directory", tmp_path / "a", "--store", url,
              *OPERATOR)  # fmt: skip
    other = tmp_path / "elsewhere"
    assert in_process("init", "--directory", other / "b", "--store", url, *OPERATOR).code == 0
    assert_one_line(in_process("init", "--directory", tmp_path / "a", "--store", url, *OPERATOR), "里已有表")
    assert in_process("verify", "--directory", other / "b").code == 0
    shutil.rmtree(other)
    with pytest.raises(StoreError, match="已有表"):
        from registry.store.opening import create_store

        create_store(url)
    open_store(url).close()


@pytest.mark.parametrize(
    ("acting", "told"),
    [
        (
            "CREATE TRIGGER nobody BEFORE INSERT ON ground FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "触发器 'nobody' (表 'ground')",
        ),
        ("CREATE RULE nothing AS ON INSERT TO ground DO INSTEAD NOTHING", "规则 'nothing' (表 'ground')"),
    ],
)
def test_check_of_a_database_names_what_would_take_out_what_is_recorded(
    postgres: PostgresServer, tmp_path: Path, acting: str, told: str
) -> None:
    url = postgres.new_database()
    found_spine(tmp_path / "registry", store=url).engine.close()
    assert in_process("verify", "--directory", tmp_path / "registry").code == 0
    execute(url, acting)
    run = in_process("verify", "--directory", tmp_path / "registry")
    assert run.code == 1
    assert told in run.err
