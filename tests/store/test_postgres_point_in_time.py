"""A base backup and the archived log of PostgreSQL bring back any moment; a held checkpoint proves which."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from registry.config import CONFIG_NAME, load_config
from registry.engine import StartError, start_engine
from registry.store.interface import DERIVED_TABLES
from registry.store.opening import open_for_reading
from tests.support.command import in_process
from tests.support.events import placed
from tests.support.point_in_time import archive_all, archiving_postgres, base_backup, restored_postgres
from tests.support.postgres import NoPostgresError, PostgresServer, execute
from tests.support.served import short_ban
from tests.support.spine import found_spine, furnish


@pytest.fixture
def archiving() -> Iterator[PostgresServer]:
    try:
        running = archiving_postgres()
        server = running.__enter__()
    except NoPostgresError as error:
        pytest.skip(str(error))
    yield server
    running.__exit__(None, None, None)


@pytest.mark.parametrize("by", ["time"])  # "lsn" as well; one is enough for every day.
def test_point_in_time_recovery_brings_back_what_a_held_checkpoint_says(
    archiving: PostgresServer, tmp_path: Path, by: str
) -> None:
    url = archiving.new_database()
    spine = furnish(found_spine(tmp_path / "registry", store=url), ["财政"])
    placed(spine.say("财政", "before", event=short_ban(1)))
    base = base_backup(archiving, "base")
    placed(spine.say("财政", "between", event=short_ban(2)))
    head, store = spine.engine.state.head, spine.engine.store
    assert head is not None
    (tmp_path / "held.note").write_text(head.note, "utf-8")
    rows = {table: list(store.derived_rows(table)) for table in DERIVED_TABLES}
    wanted = {"lsn": "SELECT pg_current_wal_insert_lsn()::text", "time": "SELECT clock_timestamp()::text"}[by]
    ((moment,),) = archiving.execute(wanted)
    placed(spine.say("财政", "after", event=short_ban(3)))
    spine.engine.close()
    execute(url, "DROP TABLE statement")  # The wrong command, which a standby repeats at once.
    archive_all(archiving)
    with restored_postgres(archiving, base, f"recovery_target_{by} = '{moment}'") as restored:
        back = restored.url(url.partition("?")[0].rpartition("/")[2])
        directory = Path(shutil.copytree(spine.directory, tmp_path / "back"))
        settings = directory / CONFIG_NAME
        settings.write_text(settings.read_text("utf-8").replace(url, back), "utf-8")
        with closing(open_for_reading(back)) as found:
            assert found.checkpoint() == head
            assert {table: list(found.derived_rows(table)) for table in DERIVED_TABLES} == rows
        # The second store outlived it, and says that one statement more was answered for.
        with pytest.raises(StartError, match=f"已签到{head.size + 1}条"):
            start_engine(load_config(directory))
        backup, given = tmp_path / "backup", ("--checkpoint", tmp_path / "held.note")
        assert in_process("backup", "--directory", directory, "--to", backup).code == 0
        run = in_process("rehearse", "--from", backup, "--directory", directory, *given)
        assert run.code == 0, run.err
        assert f"held.note: {head.size} 条" in run.out
        assert "逐条相符" in run.out
        assert "又记载 1 条陈述" in run.out
