"""The open format between the engines: the same bytes out of either, the same root and rows in either."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

from registry.config import CONFIG_NAME, STORE
from registry.store.copying import compare_stores
from registry.store.opening import open_for_reading
from tests.support.backing import killed_at
from tests.support.command import assert_one_line, digests, in_process, installation
from tests.support.history import write_rich_history
from tests.support.moments import opened, own_rows, verdicts
from tests.support.postgres import PostgresServer, execute
from tests.support.served import short_ban
from tests.support.spine import found_spine, furnish

LAST_DAY = date(2026, 11, 26)


def moved(directory: Path, place: Path, store: str) -> Path:
    """A copy of an installation that names another store, which is not there yet."""
    shutil.copytree(directory, place)
    for path in place.glob("registry.db*"):
        path.unlink()
    settings = place / CONFIG_NAME
    text = settings.read_text("utf-8")
    assert f'store = "{STORE}"' in text
    settings.write_text(text.replace(f'store = "{STORE}"', f'store = "{store}"'), "utf-8")
    return place


def test_registry_moves_to_postgres_in_the_open_format_with_equal_root_rows_bytes_and_verdicts(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    spine = furnish(found_spine(tmp_path / "town"))
    write_rich_history(spine)
    spine.engine.close()
    with opened(spine.directory, LAST_DAY) as town:
        town.engine.store.commit(own_rows(1, 1_000))
        before = [verdicts(town, at=at) for at in (None, 60, 200)]
    assert in_process("export", "--directory", spine.directory, "--open", tmp_path / "one").code == 0
    url = postgres.new_database()
    other = moved(spine.directory, tmp_path / "other", url)
    run = in_process("import", "--directory", other, "--open", tmp_path / "one")
    assert run.code == 0, run.err
    assert in_process("export", "--directory", other, "--open", tmp_path / "two").code == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert "逐字节一致" in in_process("verify", "--directory", other, "--rebuild").out
    with opened(other, LAST_DAY) as town:
        assert [verdicts(town, at=at) for at in (None, 60, 200)] == before


def test_import_into_a_database_that_was_killed_is_cleared_away_by_the_next(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    directory = installation(tmp_path / "registry")
    assert in_process("export", "--directory", directory, "--open", tmp_path / "archive").code == 0
    url = postgres.new_database()
    other = moved(directory, tmp_path / "other", url)
    words = ("import", "--directory", other, "--open", tmp_path / "archive")
    killed_at("registry.backups.placing.copy_store", *words)
    assert execute(url, "SELECT count(*) FROM statement") == [(0,)]
    run = in_process(*words)
    assert run.code == 0, run.err
    assert_one_line(in_process(*words), "里已有表")


def test_increments_of_a_database_come_to_its_very_rows_in_a_file(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    count, url, backups = 2, postgres.new_database(), tmp_path / "backups"
    backups.mkdir()
    spine = furnish(found_spine(tmp_path / "registry", store=url), ["财政"])
    assert in_process("backup", "--directory", spine.directory, "--to", backups / "base").code == 0
    for number in range(count):
        spine.say("财政", event=short_ban(number))
        spine.engine.store.commit(own_rows(number + 1, 1_000))
        run = in_process("backup", "--directory", spine.directory, "--since", backups, "--to",
                         backups / str(number))  # fmt: skip
        assert run.code == 0, run.err
    spine.engine.close()
    given = ("--keys", spine.directory, "--store", "registry.db", "--directory", tmp_path / "back")
    run = in_process("restore", "--from", backups / str(count - 1), *given)
    assert run.code == 0, run.err
    with (
        closing(open_for_reading(url)) as one,
        closing(open_for_reading(tmp_path / "back/registry.db")) as two,
    ):
        compare_stores(one, two)
