"""Commands that copy a store from one engine to the other: ``registry export`` and ``registry import``.

    registry export --directory var/registry --to postgresql://registry@db.example/registry
    registry export --directory var/registry --to copy.db
    registry import --directory var/other --from copy.db

``--open`` in their place reads and writes the open format (`registry.cli_archive`).

These hold the store that they read, so the server must be stopped, and write into a new one. The copy has
every row of the source: the same log with the same root, the registry's own records, and everything derived.
Before it has its name, or its transaction in a database counts, both are compared row by row, and leaves,
tree, map and checkpoint are checked as ``registry verify --no-signatures`` does it. What fails, or is killed,
leaves no store that another command or a server takes for one.

To move an installation: ``export``, then the new place into ``[paths] store`` of ``registry.toml``.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from registry.backups.placing import clear_forsaken, new_file
from registry.cli_archive import export_open, import_open
from registry.cli_check import Progress, directory_option, log_keys, opened, read_vault
from registry.cli_shared import checkpoint_option, passphrase_option, plain
from registry.commands.state import open_log
from registry.commands.verify import Plan
from registry.commands.verify import verify as check_log
from registry.config import Config, load_config
from registry.editions import shipped_editions
from registry.location import Location, is_url, located
from registry.provenance.checkpoint import Checkpoint
from registry.store.copying import copy_store, count_rows
from registry.store.definitions import store_faults
from registry.store.interface import StoreError
from registry.store.online_copy import settle_file
from registry.store.opening import create_store, open_for_reading, open_store, remove_store
from registry.store.sql_store import SqlStore

SHOWN = 16
"""Characters of a root that are told; all of it stands in the checkpoint."""


@click.command("export")
@directory_option
@click.option("--to", help="新存储: 文件或 postgresql:// 地址. Where the copy is to rest.")
@click.option(
    "--open",
    "archive",
    type=click.Path(path_type=Path, file_okay=False),
    help="以开放格式写入这个新目录; 服务运行中也可以. Writes the open format into this new directory.",
)
@click.option("--seal", is_flag=True, help="以口令封存开放格式的文件. Seals the open format's files.")
@passphrase_option
@plain
def export_store(
    directory: Path, to: str | None, archive: Path | None, seal: bool, passphrase_fd: int | None
) -> None:
    """把存储复制到新的文件或数据库, 逐行核对; 或以开放格式导出. Copies the store, or exports all of it."""
    if (to is None) == (archive is None):
        raise click.UsageError("--to 与 --open 用且只用一个")
    if archive is not None:
        if passphrase_fd is not None and not seal:
            raise click.UsageError("--passphrase-fd 只与 --seal 一起使用")
        export_open(directory, archive, seal=seal, descriptor=passphrase_fd)
        return
    config = load_config(directory)
    with opened(config) as log:
        assert isinstance(log.store, SqlStore)
        _copy(log.store, located(to or "", Path()), config)


@click.command("import")
@directory_option
@click.option("--from", "source", help="已有的存储: 文件或 postgresql:// 地址. The source.")
@click.option(
    "--open",
    "archive",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="开放格式的归档. An archive in the open format.",
)
@checkpoint_option
@passphrase_option
@plain
def import_store(
    directory: Path,
    source: str | None,
    archive: Path | None,
    held: tuple[Path, ...],
    passphrase_fd: int | None,
) -> None:
    """把已有存储或开放格式的归档变为本安装的新存储. Copies a store, or folds an archive, into a new one."""
    if (source is None) == (archive is None):
        raise click.UsageError("--from 与 --open 用且只用一个")
    if archive is not None:
        import_open(directory, archive, held=held, descriptor=passphrase_fd)
        return
    config = load_config(directory)
    with closing(open_store(located(source or "", Path()))) as store:
        open_log(store, read_vault(config.vault_key), {})  # Of another installation: nothing is made.
        _copy(store, config.location, config)


def register(group: click.Group) -> None:
    """Adds these commands to a group."""
    group.add_command(export_store)
    group.add_command(import_store)


def _copy(source: SqlStore, where: Location, config: Config) -> None:
    if faults := store_faults(source):  # Rows that an index hides would be in neither when both are compared.
        raise StoreError(faults[0])
    if is_url(where):
        size, root = _checked(source, config)  # It counts with its transaction: nothing can be checked after.
        clear_forsaken(where)
        rows = _copied(source, where)
    else:
        with new_file(Path(where)) as beside:
            rows = _copied(source, beside)
            with closing(open_for_reading(beside)) as copy:
                size, root = _checked(copy, config)
            settle_file(beside)
    click.echo(f"已复制 {size} 条陈述, 共 {rows} 行, 逐行一致; 树根 {root[:SHOWN]}…")


def _copied(source: SqlStore, where: Location) -> int:
    """Makes a new store with every row of another, and compares them; how many. Raises StoreError, with no
    store there."""
    progress, total, target = Progress(), count_rows(source), create_store(where)
    try:
        with closing(target):
            return copy_store(source, target, progress=lambda done: progress(done, total))
    except BaseException:
        remove_store(where)
        raise


def _checked(store: SqlStore, config: Config) -> tuple[int, str]:
    """Size and root of a store, if it is sound. Raises StoreError if it is not."""
    log = open_log(store, read_vault(config.vault_key), shipped_editions())
    result = check_log(log, Plan(log_keys(config), signatures=False), progress=Progress())
    if result.faults:
        raise StoreError(f"存储有误, 没有复制: {result.faults[0]}; 请先核对原存储 (registry verify)")
    signed = Checkpoint.parse(result.note.partition("\n\n")[0] + "\n")
    return signed.size, signed.root.hex()
