"""Commands that copy a store from one engine to the other: ``registry export`` and ``registry import``.

    registry export --directory var/registry --to postgresql://registry@db.example/registry
    registry export --directory var/registry --to copy.db
    registry import --directory var/other --from copy.db

Both hold the store that they read, so the server must be stopped, and write into a new one. The copy has
every row of the source: the same log with the same root, the registry's own records, and everything derived.
Before it is said to be one, both are compared row by row, and leaves, tree, map and checkpoint of the copy
are checked as ``registry verify --no-signatures`` does it. A copy that fails is removed again.

To move an installation: ``export``, then the new place into ``[paths] store`` of ``registry.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from registry.cli_check import Progress, directory_option, log_keys, one_line, opened, read_vault
from registry.commands.state import open_log
from registry.commands.verify import Plan
from registry.commands.verify import verify as check_log
from registry.config import Config, load_config
from registry.editions import shipped_editions
from registry.location import Location, located
from registry.provenance.checkpoint import Checkpoint
from registry.store.copying import compare_stores, copy_store, count_rows
from registry.store.interface import StoreError
from registry.store.opening import create_store, open_for_reading, open_store, remove_store
from registry.store.sql_store import SqlStore

SHOWN = 16
"""Characters of a root that are told; all of it stands in the checkpoint."""


@click.command("export")
@directory_option
@click.option("--to", required=True, help="新存储: 文件或 postgresql:// 地址. Where the copy is to rest.")
@one_line
def export_store(directory: Path, to: str) -> None:
    """把存储复制到新的文件或数据库, 逐行核对. Copies the store to a new file or database."""
    config = load_config(directory)
    with opened(config) as log:
        assert isinstance(log.store, SqlStore)
        _copy(log.store, located(to, Path()), config)


@click.command("import")
@directory_option
@click.option("--from", "source", required=True, help="已有的存储: 文件或 postgresql:// 地址. The source.")
@one_line
def import_store(directory: Path, source: str) -> None:
    """把已有存储复制为本安装的新存储, 逐行核对. Copies a store into this installation's new one."""
    config = load_config(directory)
    with closing(open_store(located(source, Path()))) as store:
        open_log(store, read_vault(config.vault_key), {})  # Of another installation: nothing is made.
        _copy(store, config.location, config)


def register(group: click.Group) -> None:
    """Adds these commands to a group."""
    group.add_command(export_store)
    group.add_command(import_store)


def _copy(source: SqlStore, where: Location, config: Config) -> None:
    progress, total = Progress(), count_rows(source)
    with _kept_if_good(where) as target:
        rows = copy_store(source, target, progress=lambda done: progress(done, total))
        compare_stores(source, target)
    size, root = _checked(where, config)
    click.echo(f"已复制 {size} 条陈述, 共 {rows} 行, 逐行一致; 树根 {root[:SHOWN]}…")


@contextmanager
def _kept_if_good(where: Location) -> Iterator[SqlStore]:
    """A new store, closed at the end, and removed if the block fails. Raises StoreError if there is one."""
    store = create_store(where)
    try:
        with closing(store):
            yield store
    except BaseException:
        remove_store(where)
        raise


def _checked(where: Location, config: Config) -> tuple[int, str]:
    """Size and root of a copy, if it is sound. Raises StoreError, and removes it, if it is not."""
    with closing(open_for_reading(where)) as store:
        log = open_log(store, read_vault(config.vault_key), shipped_editions())
        result = check_log(log, Plan(log_keys(config), signatures=False), progress=Progress())
    if result.faults:
        remove_store(where)
        raise StoreError(f"副本有误, 已删除: {result.faults[0]}; 请先核对原存储 (registry verify)")
    signed = Checkpoint.parse(result.note.partition("\n\n")[0] + "\n")
    return signed.size, signed.root.hex()
