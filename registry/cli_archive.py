"""The open format: ``registry export --open`` and ``registry import --open`` (docs/open-format.md).

    registry export --directory var/registry --open /srv/archive/2026-11-26
    registry export --directory var/registry --open /srv/archive/2026-11-26 --seal
    registry import --directory var/other --open /srv/archive/2026-11-26 --checkpoint held.note

The export goes on beside a server, of one state; the import makes the store that ``[paths] store`` names, on
whichever engine. Both are done whole or leave nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from registry.archive.format import ArchiveError, Header
from registry.archive.importing import fold_archive
from registry.archive.sealing import SALT_BYTES, archive_key
from registry.archive.shelf import Shelf, ShelfWriter
from registry.archive.writing import write_archive
from registry.backups.held import Held, Proof, held_checkpoints, proofs_of
from registry.backups.placing import place_store
from registry.cli_check import Progress, log_keys, read_vault
from registry.cli_shared import asked_passphrase
from registry.commands.state import open_log
from registry.commands.verify import Plan
from registry.commands.verify import verify as check_log
from registry.config import Config, load_config
from registry.editions import shipped_editions
from registry.handed_out import installation_policy
from registry.location import Location
from registry.store.interface import StoreError
from registry.store.online_copy import settle_file
from registry.store.opening import open_for_reading
from registry.whole_directory import OccupiedError, scratch_directory, whole_directory

SHOWN = 16


def export_open(directory: Path, target: Path, *, seal: bool, descriptor: int | None) -> None:
    """Writes an installation's store as an archive into a directory that is not there, or is empty. Raises
    ArchiveError, BackupError, StoreError, VaultError, KeyFileError, ConfigError."""
    config = load_config(directory)
    salt = os.urandom(SALT_BYTES) if seal else b""
    key = archive_key(asked_passphrase(descriptor, confirm=True), salt) if seal else None
    policy, vault = installation_policy(config).text(), read_vault(config.vault_key)
    try:
        with (
            whole_directory(target, kind="archive") as making,
            closing(open_for_reading(config.location)) as store,
        ):
            shelf = ShelfWriter(making, key)
            done = write_archive(store, vault, shelf, policy=policy, salt=salt, progress=Progress())
    except OccupiedError as error:
        raise ArchiveError(str(error)) from error
    except OSError as error:
        raise ArchiveError(f"不能在 {target} 写入: {error.strerror}") from error
    erased = f", 其中 {done.erased} 条的内容已依法删除" if done.erased else ""
    click.echo(f"已导出: {target}\n  {config.origin}, {done.size} 条陈述{erased}, 树根 {done.root[:SHOWN]}…")
    click.echo(
        f"  {done.files} 个文件 {done.bytes / 1e6:.1f} MB; 核对: python3 {target}/verify_export.py {target}"
    )
    if not seal:
        click.echo("  注意: 归档含个人信息的明文; 须与登记系统同等保管, 或加 --seal 封存", err=True)


def import_open(directory: Path, source: Path, *, held: Sequence[Path], descriptor: int | None) -> None:
    """Folds an archive into an installation's new store. Raises ArchiveError, BackupError, StoreError,
    VaultError, KeyFileError, ConfigError; then there is no store."""
    config, notes = load_config(directory), held_checkpoints(held)
    vault, shelf = read_vault(config.vault_key), Shelf(source)
    if shelf.header.origin != config.origin:
        raise ArchiveError(f"registry.toml 的 origin 是 {config.origin}, 归档属于 {shelf.header.origin}")
    if shelf.header.as_of:
        raise ArchiveError(f"归档是截至{shelf.header.as_of}的查阅副本, 不能导入")
    if shelf.header.salt:
        shelf.unlock(asked_passphrase(descriptor, confirm=False))
    if not config.database and config.store.exists():  # Seen again when it is to take its place.
        raise StoreError(f"{config.store} 已存在; 不会覆盖, 请先移走旧的存储")
    proofs: list[Proof] = []
    try:
        with scratch_directory(config.home, "import", kind="archive") as scratch:
            folded = scratch / "store.db"
            done = fold_archive(shelf, vault, folded, progress=Progress())
            settle_file(folded)

            def check(where: Location) -> None:
                proofs.extend(_checked(where, config, shelf.header, notes))

            place_store(folded, config.location, scratch, check)
    except OSError as error:
        raise ArchiveError(f"不能在 {config.home} 写入: {error.strerror}") from error
    click.echo(
        f"已导入 {done.size} 条陈述和 {done.own_rows} 行自己的记录; 树根 {done.root[:SHOWN]}…, 与归档一致"
    )
    tell_proofs(proofs)


def tell_proofs(proofs: Sequence[Proof]) -> None:
    """Which of the checkpoints that others held a store agrees with."""
    for each in proofs:
        behind = f", 多 {each.beyond} 条: 这些不在其中" if each.beyond else ": 前面的陈述逐条相符"
        click.echo(f"  {each.name}: {each.size} 条, 树根 {each.root[:SHOWN]}…{behind}")


def _checked(where: Location, config: Config, header: Header, held: Sequence[Held]) -> list[Proof]:
    """Checks the copy that is about to take its place. Raises BackupError, StoreError."""
    with closing(open_for_reading(where)) as store:
        log = open_log(store, read_vault(config.vault_key), shipped_editions())
        result = check_log(log, Plan(log_keys(config), signatures=False), progress=Progress())
        if result.faults:
            raise StoreError(f"导入的存储有误, 已删除: {result.faults[0]}")
        head = store.checkpoint()
        if head is None or head.size != header.size:
            raise StoreError(f"导入的存储不是 {header.size} 条陈述")
        return proofs_of(log, held)
