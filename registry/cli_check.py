"""Commands that check a store: ``registry verify`` and ``registry rebuild``.

    registry verify --directory var/registry --save checked.note
    registry verify --directory var/registry --since checked.note --save checked.note
    registry verify --directory var/registry --no-signatures --rebuild

Both hold the store while they run, so the server must be stopped. What is found is told one line each on
standard error, with exit code 1; on standard output, what was checked, and what was erased by law.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from registry.commands.erasures import PassedOver
from registry.commands.rebuild import Rebuilt
from registry.commands.rebuild import rebuild as fold_again
from registry.commands.state import Log, open_log
from registry.commands.verify import Plan, Reopening
from registry.commands.verify import verify as check_log
from registry.config import Config, ConfigError, load_config
from registry.durable import exchange
from registry.editions import shipped_editions
from registry.engine import OwnSigners, read_secret
from registry.indexing.checking import compared_index
from registry.indexing.generations import Generations
from registry.location import Location, located
from registry.provenance.keys import KeyFileError, VerifyingKey, load_verifying_key
from registry.provenance.vault import Vault, VaultError
from registry.second_store import kept_head
from registry.signing import SignerError
from registry.store.definitions import store_faults
from registry.store.interface import StoreError
from registry.store.opening import create_store, open_for_reading, open_store, remove_store
from registry.store.sql_store import SqlStore

MAX_TOLD = 20
TOLD_EVERY_S = 1.0
_ONE_LINE = (ConfigError, KeyFileError, SignerError, StoreError, VaultError)

directory_option = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/registry"),
    show_default=True,
    help="安装目录 (registry.toml 所在). The installation's directory.",
)


def one_line(command: Callable[..., None]) -> Callable[..., None]:
    """Has a command fail in one line, with what cannot be used or done."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except _ONE_LINE as error:
            raise click.ClickException(" ".join(str(error).split())) from error

    return run


@click.command()
@directory_option
@click.option(
    "--signatures/--no-signatures",
    default=True,
    help="是否核对签名和历次映射状态; 不核对则快得多. Whether to verify signatures and every map state.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False),
    help="上次核对保存的检查点: 其前的签名不再核对. Skips signatures before this checkpoint.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="核对无误后把检查点存入这个文件. Where to keep the checkpoint that was verified.",
)
@click.option("--rebuild", "folded", is_flag=True, help="另行重建并比对派生数据. Also folds the log again.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=None,
    help="同时核对的进程数, 默认为可用的处理器数. How many processes check side by side.",
)
@one_line
def verify(
    directory: Path,
    signatures: bool,
    since: Path | None,
    save: Path | None,
    folded: bool,
    processes: int | None,
) -> None:
    """核对存储: 每条陈述的字节、签名、叶子, 树、映射和检查点. Checks the store against its log."""
    if save and not signatures:
        raise click.UsageError("不核对签名时不能保存检查点 (--save); 保存的检查点表示其前的签名已核对。")
    config = load_config(directory)
    keys = log_keys(config)
    with opened(config) as log:  # Before the second store is read: none of both moves then.
        plan = Plan(
            keys,
            signatures=signatures,
            second=kept_head(config.head) if config.head else None,
            since=_read(since) if since else None,
            processes=processes or len(os.sched_getaffinity(0)),
            reopening=Reopening(
                partial(open_for_reading, config.location), partial(read_vault, config.vault_key)
            ),
        )
        beside = _file_faults(log)
        result = check_log(log, plan, progress=Progress())
        result.faults[:0] = beside
        rebuilt = _rebuilt(log, config, None) if folded and not result.faults else None
        indexed, index_faults = compared_index(log, Generations.of(config)) if not result.faults else (0, [])
    report(result.faults, f"核对 {result.statements} 条陈述, 一致{'' if signatures else ' (未核对签名)'}")
    if rebuilt:
        _report_rebuilt(rebuilt)
    if indexed:
        report(index_faults, f"索引 {indexed} 条记录与存储一致")
    tell_erased(result.passed_over)
    if save:
        _write(save, result.note)
    if not rebuilt:
        click.echo("派生数据未核对; 加 --rebuild 从日志重建并逐行比对")


@click.command()
@directory_option
@click.option("--into", help="重建到这个文件或 postgresql:// 地址并保留. Keep the rebuilt store here.")
@one_line
def rebuild(directory: Path, into: str | None) -> None:
    """把日志重新折叠到空的存储里, 与现有存储逐行比对. Folds the log again and compares every row."""
    config = load_config(directory)
    with opened(config) as log:
        beside = _file_faults(log)
        result = _rebuilt(log, config, located(into, Path()) if into else None)
        result.differences[:0] = beside
    _report_rebuilt(result)
    tell_erased(result.passed_over)


def register(group: click.Group) -> None:
    """Adds these commands to a group."""
    group.add_command(verify)
    group.add_command(rebuild)


@contextmanager
def opened(config: Config) -> Iterator[Log]:
    """The log of an installation, held while it is used. Raises StoreError."""
    vault = read_vault(config.vault_key)
    store = open_store(config.location)
    try:
        yield open_log(store, vault, shipped_editions())
    finally:
        store.close()


def read_vault(path: Path) -> Vault:
    """The vault of a key file. Raises KeyFileError, VaultError."""
    return Vault(read_secret(path))


def log_keys(config: Config) -> Sequence[VerifyingKey]:
    """The log keys of an installation. Raises KeyFileError, SignerError."""
    return [load_verifying_key(each.suite, each.public_key) for each in OwnSigners.of(config).log]


class Progress:
    """Tells on standard error, once a second, how far it is, how fast, and how long it takes yet.

    Example: ``1,200,000/10,000,000 条, 105,000 条/秒, 剩余 84 秒``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, unit: str = "条") -> None:
        self._clock = clock
        self._unit = unit
        self._began = self._told = clock()

    def __call__(self, done: int, total: int) -> None:
        """Is told how many are done of how many."""
        now = self._clock()
        if now - self._told < TOLD_EVERY_S:
            return
        self._told = now
        rate = done / (now - self._began)
        left = (total - done) / rate if rate else 0
        unit = self._unit
        click.echo(f"  {done:,}/{total:,} {unit}, {rate:,.0f} {unit}/秒, 剩余 {left:.0f} 秒", err=True)


def _file_faults(log: Log) -> list[str]:
    assert isinstance(log.store, SqlStore)  # As it was opened.
    return store_faults(log.store)


def _rebuilt(log: Log, config: Config, into: Location | None) -> Rebuilt:
    # Of a store in a database too: another engine must come to the same rows.
    target = into or config.store.with_name(config.store.name + ".rebuild")
    if into is None:
        remove_store(target)  # Left by a comparison that was killed.
    store = create_store(target)
    total, progress = (log.store.last_position() or 0) + 1, Progress()
    try:
        signers = OwnSigners.of(config).log
        return fold_again(log, store, signers, progress=lambda done: progress(done, total))
    finally:
        store.close()
        if into is None:
            remove_store(target)


def _report_rebuilt(result: Rebuilt) -> None:
    rows = f"重建 {result.statements} 条陈述, {result.rows} 行派生数据, 逐字节一致"
    report(result.differences, rows)


def tell_erased(passed_over: Sequence[PassedOver]) -> None:
    """What was passed over, because its content was erased."""
    for row in passed_over[:MAX_TOLD]:
        click.echo(f"  {row}")
    if len(passed_over) > MAX_TOLD:
        click.echo(f"  … 共 {len(passed_over)} 条陈述的内容已依法删除")


def report(faults: Sequence[str], success: str) -> None:
    """Tells every fault and fails, or tells what was done."""
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException(f"发现 {len(faults)} 处不一致")
    click.echo(success)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} 不能读取, 或不是检查点") from error


def _write(path: Path, note: str) -> None:
    try:
        exchange(path, note.encode())
    except OSError as error:
        raise ConfigError(f"{path} 不能写入: {error.strerror}") from error
    click.echo(f"已保存检查点: {path}")
