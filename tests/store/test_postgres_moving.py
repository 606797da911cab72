"""An installation whose store is on PostgreSQL, or moves there and back: the same log, root and verdicts."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.departments import OPERATOR
from registry.__main__ import main
from registry.config import CONFIG_NAME, STORE, load_config
from registry.engine import start_engine
from registry.location import Location
from registry.provenance.keys import FileSigner
from registry.store.copying import compare_stores, copy_store
from registry.store.interface import StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.v1 import subject_pb2
from tests.store.execution_contract import report
from tests.store.notice_contract import notice
from tests.store.samples import everything, full_group
from tests.support.backing import killed_at
from tests.support.clock import SetClock
from tests.support.events import firm
from tests.support.history import BAN, records_on_disk, short_ban, write_rich_history
from tests.support.postgres import PostgresServer, execute
from tests.support.spine import TODAY, Spine, found_spine, furnish

DOMAINS = (subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_FINANCING)
KEY = "财政"


def command(*arguments: object) -> str:
    """What a command says that succeeds."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def refused(*arguments: object) -> str:
    """The line of a command that fails."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 1, done.output
    return done.output


def moved(directory: Path, store: object) -> None:
    """Names another store in an installation's configuration."""
    path = directory / CONFIG_NAME
    before = load_config(directory)
    named = str(before.location if before.database else before.store.name)
    text = path.read_text("utf-8")
    assert f'store = "{named}"' in text
    path.write_text(text.replace(f'store = "{named}"', f'store = "{store}"'), "utf-8")


@contextmanager
def running(directory: Path, signer: FileSigner) -> Iterator[Spine]:
    """An installation with its engine running, on the last day of the history."""
    config, clock = load_config(directory), SetClock(TODAY)
    clock.move_to(date(2026, 11, 26))
    operator = FileSigner.load(directory / "keys" / "operator.key", None)
    engine = start_engine(config, clock)
    try:
        yield Spine(directory, config, clock, engine, {KEY: signer, OPERATOR.key: operator})
    finally:
        engine.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FileSigner]:
    """An installation on SQLite with a rich history, and the key of 财政."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("town") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory, spine.signers[KEY]


def asked(spine: Spine) -> list[object]:
    """Verdicts on firms in several domains, now and at earlier positions."""
    positions = (None, spine.position // 2)
    return [
        spine.ask(firm(n).identifier.value, domain, at=at)
        for n in range(60)
        for domain in DOMAINS
        for at in positions
    ]


def test_history_written_on_postgres_verifies_and_folds_to_the_same_on_the_other_engine(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    spine = furnish(found_spine(tmp_path / "registry", store=postgres.new_database()))
    write_rich_history(spine)
    size = spine.engine.state.size
    loaded = {record.ref: record for record in spine.engine.state.index.records()}
    assert loaded == records_on_disk(spine.engine.state)
    spine.reopen()
    spine.engine.close()
    assert not (spine.directory / STORE).exists()
    told = command("verify", "--directory", spine.directory, "--rebuild", "--processes", 2)
    assert f"核对 {size} 条陈述, 一致" in told
    assert "逐字节一致" in told


def test_store_moves_to_postgres_and_back_with_the_same_root_and_the_same_verdicts(
    town: tuple[Path, FileSigner], tmp_path: Path, postgres: PostgresServer
) -> None:
    source, signer = town
    directory = Path(shutil.copytree(source, tmp_path / "registry"))
    with running(directory, signer) as spine:
        note, verdicts, records = spine.engine.state.head, asked(spine), records_on_disk(spine.engine.state)
    url = postgres.new_database()
    told = command("export", "--directory", directory, "--to", url)
    assert "逐行一致" in told
    moved(directory, url)
    (directory / STORE).rename(tmp_path / "before.db")
    with running(directory, signer) as spine:
        assert spine.engine.state.head == note
        assert records_on_disk(spine.engine.state) == records
        assert asked(spine) == verdicts
        spine.say(KEY, "later", event=short_ban(59))
        verdicts = asked(spine)
    assert not (directory / STORE).exists()
    moved(directory, STORE)
    assert "逐行一致" in command("import", "--directory", directory, "--from", url)
    with running(directory, signer) as spine:
        assert asked(spine) == verdicts
        assert any(BAN in str(verdict) for verdict in verdicts)
    with closing(open_for_reading(url)) as one, closing(open_for_reading(directory / STORE)) as other:
        compare_stores(one, other)


def test_every_kind_of_row_survives_the_way_there_and_back(tmp_path: Path, postgres: PostgresServer) -> None:
    group = full_group()
    group.executions, group.notices = [report("R-1"), report("R-2")], [notice(1), notice(2)]
    places: list[Location] = [tmp_path / "first.db", postgres.new_database(), tmp_path / "last.db"]
    with closing(create_store(places[0])) as first, closing(create_store(places[1])) as second:
        first.put_meta({"origin": "a"})
        first.commit(group)
        before = everything(first)
        copied = copy_store(first, second)
    with closing(open_store(places[1])) as second, closing(create_store(places[2])) as last:
        assert everything(second) == before
        assert copy_store(second, last) == copied
        assert everything(last) == before
        second.put_meta({"origin": "b"})
        with pytest.raises(StoreError, match="副本与原存储不符"):
            compare_stores(second, last)


def test_copy_is_never_made_over_another_store_nor_of_another_installation(
    town: tuple[Path, FileSigner], tmp_path: Path, postgres: PostgresServer
) -> None:
    directory = Path(shutil.copytree(town[0], tmp_path / "registry"))
    url = postgres.new_database()
    command("export", "--directory", directory, "--to", url)
    assert "不会覆盖" in refused("export", "--directory", directory, "--to", url)
    other = found_spine(tmp_path / "other")
    other.engine.close()
    moved(other.directory, "new.db")
    assert "vault.key" in refused("import", "--directory", other.directory, "--from", url)
    assert not (other.directory / "new.db").exists()


def test_copy_of_a_store_that_was_tampered_with_is_refused_and_removed(
    town: tuple[Path, FileSigner], tmp_path: Path, postgres: PostgresServer
) -> None:
    directory = Path(shutil.copytree(town[0], tmp_path / "registry"))
    url, again = postgres.new_database(), postgres.new_database()
    command("export", "--directory", directory, "--to", url)
    moved(directory, url)
    execute(url, "UPDATE statement SET sealed_payload = sealed_payload || 'x' WHERE position = 9")
    assert "存储有误, 没有复制: " in refused("export", "--directory", directory, "--to", again)
    assert execute(again, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


@pytest.mark.parametrize("step", ["registry.cli_copy.copy_store", "registry.store.copying._compare"])
def test_copy_into_a_database_that_was_killed_counts_for_nothing_and_the_next_one_succeeds(
    town: tuple[Path, FileSigner], postgres: PostgresServer, step: str
) -> None:
    url = postgres.new_database()
    words = ("export", "--directory", str(town[0]), "--to", url)
    killed_at(step, *words)
    assert execute(url, "SELECT count(*) FROM statement") == [(0,)]
    assert "逐行一致" in command(*words)
    assert "里已有表" in refused(*words)


def test_server_on_postgres_is_the_only_one_and_starts_again_after_it_was_killed(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    spine = found_spine(tmp_path / "registry", store=postgres.new_database())
    spine.engine.close()
    for end, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)):
        with _serving(spine.directory) as server:
            assert server.stdout is not None
            assert "提供服务" in server.stdout.readline()
            assert "正被另一进程写入" in refused("verify", "--directory", spine.directory)
            server.send_signal(end)
            assert server.wait(30) == status


@contextmanager
def _serving(directory: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server
        finally:
            server.kill()


def test_installation_that_fails_leaves_no_store_in_the_database(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    url = postgres.new_database()
    execute(url, "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'")
    execute(
        url,
        "CREATE FUNCTION on_table() RETURNS event_trigger LANGUAGE plpgsql AS "
        "'BEGIN IF to_regclass(''change'') IS NOT NULL THEN EXECUTE ''CREATE OR REPLACE TRIGGER no "
        "BEFORE INSERT ON statement EXECUTE FUNCTION no()''; END IF; END'",
        "CREATE EVENT TRIGGER on_table ON ddl_command_end WHEN TAG IN ('CREATE INDEX') "
        "EXECUTE FUNCTION on_table()",
    )
    arguments = ["--operator-code", OPERATOR.office.code, "--operator-name", "示例", "--store", url]
    assert "存储出错" in refused("init", "--directory", tmp_path / "new", *arguments)
    assert list(tmp_path.iterdir()) == []
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
