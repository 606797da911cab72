"""Commands for the worst day: ``registry backup``, ``registry restore``, ``registry rehearse``.

    registry backup --directory var/registry --to /backup/2026-11-26
    registry restore --from /backup/2026-11-26 --directory var/registry --keys /safe/keys
    registry rehearse --from /backup/2026-11-26 --keys /safe/keys

A backup is taken while the server runs or while it does not. What is wrong is one line on standard error,
with exit code 1 and nothing left behind; the report of a rehearsal goes to standard output.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import click

from registry.backups.held import held_checkpoints
from registry.backups.increment import Increment, take_increment
from registry.backups.manifest import SEALED, BackupError, Manifest, read_manifest
from registry.backups.past import Until
from registry.backups.rehearsal import Rehearsal, rehearse
from registry.backups.restoring import Order, Restored, restore
from registry.backups.revocations import revocations_told
from registry.backups.sealing import open_keys
from registry.backups.taking import same_disk, take_backup
from registry.cli_archive import tell_proofs
from registry.cli_check import Progress, directory_option
from registry.cli_shared import asked_passphrase, checkpoint_option, passphrase_option, plain
from registry.config import CONFIG_NAME, Config, ConfigError, load_config
from registry.domain.periods import CHINA
from registry.engine import now_ms, read_secret
from registry.evidence.opening import is_there
from registry.observing.rehearsals import Rehearsed
from registry.provenance.keys import KeyFileError
from registry.provenance.vault import VaultError
from registry.store.interface import StoreError

SHOWN = 16
QUESTIONS = 5
_source = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="备份的目录. The backup.",
)
_keys = click.option(
    "--keys",
    "key_copies",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="密钥副本的目录, 内有 vault.key 等. Directory with copies of the keys.",
)


@click.command()
@directory_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="备份写入的新目录. The new directory of the backup.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="只含这份备份 (或这个目录中最新一份) 以后的内容. An increment after a backup, or the newest.",
)
@click.option("--with-keys", is_flag=True, help="另含以口令封存的私钥. Also the private keys, sealed.")
@passphrase_option
@plain
def backup(
    directory: Path, target: Path, since: Path | None, with_keys: bool, passphrase_fd: int | None
) -> None:
    """备份: 存储、设置、证书和检查点, 运行中也可以做. Takes a backup, also while the server runs."""
    if since is not None and with_keys:
        raise click.UsageError("--with-keys 只用于完整的备份, 不与 --since 一起使用")
    if passphrase_fd is not None and not with_keys:
        raise click.UsageError("--passphrase-fd 只与 --with-keys 一起使用")
    config = load_config(directory)
    if since is not None:
        at = datetime.fromtimestamp(now_ms() / 1000, tz=CHINA)
        _tell_increment(target, take_increment(config, since, target, at=at))
        return
    passphrase = asked_passphrase(passphrase_fd, confirm=True) if with_keys else None
    at = datetime.fromtimestamp(now_ms() / 1000, tz=CHINA)
    copying = Progress(unit="行" if config.database else "页")
    made = take_backup(config, target, at=at, passphrase=passphrase, copying=copying, checking=Progress())
    sealed = "以口令封存在内" if with_keys else "不在其中, 须另外保存"
    click.echo(f"已备份: {target}\n  {_told(made)}\n  私钥{sealed}")
    if made.elsewhere:
        click.echo(f"  不在安装目录中或含私钥, 未包含: {', '.join(made.elsewhere)}")
    if same_disk(config, target):
        click.echo("  注意: 备份与存储在同一磁盘上, 磁盘损坏时会一起失去", err=True)


@click.command("restore")
@_source
@directory_option
@_keys
@passphrase_option
@click.option(
    "--store", default="", help="存储改放在: 文件或 postgresql:// 地址. Where the store is to rest."
)
@click.option(
    "--head",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="保存下来的第二存储文件. The second store's file that outlived the machine.",
)
@click.option(
    "--accept-shorter",
    is_flag=True,
    help="接受比日志头短的备份, 只供查阅. Accepts a backup behind the head, to be read only.",
)
@click.option(
    "--until",
    "moment",
    default="",
    help="只恢复到这一序号或时间, 在新目录中供查阅. Up to a position or an instant, to be read only.",
)
@checkpoint_option
@plain
def restore_backup(
    source: Path,
    directory: Path,
    key_copies: Path | None,
    passphrase_fd: int | None,
    store: str,
    head: Path | None,
    accept_shorter: bool,
    moment: str,
    held: tuple[Path, ...],
) -> None:
    """恢复备份: 到新的安装目录, 或只把存储放回已有的安装. Puts a backup back."""
    keys: Mapping[str, bytes] = {}
    if key_copies is not None or passphrase_fd is not None or not (directory / CONFIG_NAME).exists():
        keys = _keys_of(source, key_copies, passphrase_fd)
    until = Until.parse(moment) if moment else None
    notes, new = held_checkpoints(held), not (directory / CONFIG_NAME).exists()
    order = Order(source, directory, keys, store, head, accept_shorter, until, notes)
    done = restore(order, progress=Progress())
    to_serve = new and done.past is None
    config = load_config(directory)
    lists = (*revocations_told(config, done.manifest.taken), *_evidence_told(config)) if to_serve else ()
    _tell_restored(directory, done, lists)


@click.command("rehearse")
@_source
@directory_option
@_keys
@passphrase_option
@click.option(
    "--questions",
    type=click.IntRange(0, 1000),
    default=QUESTIONS,
    show_default=True,
    help="问几个单位. Organisations to ask about.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="临时目录建在哪里, 须容得下存储. Where there is room for the store meanwhile.",
)
@checkpoint_option
@click.option(
    "--result",
    type=click.Path(path_type=Path, dir_okay=False),
    help="结果写入此文件, 供运行指标读取. Where what came of it is written, for the metrics.",
)
@plain
def rehearse_restore(
    source: Path,
    directory: Path,
    key_copies: Path | None,
    passphrase_fd: int | None,
    questions: int,
    work: Path | None,
    held: tuple[Path, ...],
    result: Path | None,
) -> None:
    """恢复演练: 在临时目录中恢复、核对、作答, 不留下任何东西. Tries a backup and leaves nothing behind."""
    manifest = read_manifest(source)

    def master() -> bytes:
        if key_copies is None and passphrase_fd is None and (directory / CONFIG_NAME).exists():
            return read_secret(load_config(directory).vault_key)
        keys = _keys_of(source, key_copies, passphrase_fd)
        if "keys/vault.key" not in keys:
            raise BackupError("缺少 vault.key: 请用 --keys 指出密钥副本的目录, 或用封存密钥的口令")
        return keys["keys/vault.key"]

    head = _running_head(directory)
    try:
        report = rehearse(
            source,
            master,
            work=work or Path(tempfile.gettempdir()),
            head=head,
            questions=questions,
            clock=now_ms,
            progress=Progress(),
            held=held_checkpoints(held),
        )
    except OSError as error:
        raise BackupError(f"演练未通过: 临时目录不能写入: {error.strerror}") from error
    except (BackupError, ConfigError, KeyFileError, StoreError, VaultError) as error:
        _keep_result(result, manifest, passed=False)
        raise BackupError(f"演练未通过: {error}") from error
    _tell_rehearsed(source, report)
    _keep_result(result, manifest, passed=True)


def _keep_result(result: Path | None, manifest: Manifest, *, passed: bool) -> None:
    """For the metrics: whether a rehearsal that came to its end passed."""
    if result is None:
        return
    tried = datetime.fromtimestamp(now_ms() / 1000, CHINA)
    try:
        Rehearsed(passed=passed, tried_at=tried, taken_at=manifest.taken, size=manifest.size).write(result)
    except OSError as error:
        raise BackupError(f"演练的结果不能写入 {result}: {error.strerror}") from error


def register(group: click.Group) -> None:
    """Adds these commands to a group."""
    for command in (backup, restore_backup, rehearse_restore):
        group.add_command(command)


def _keys_of(source: Path, copies: Path | None, passphrase_fd: int | None) -> dict[str, bytes]:
    """The private keys at hand, by their names in an installation."""
    sealed = read_manifest(source).sealed_keys
    if copies is not None and passphrase_fd is not None:
        raise click.UsageError("--keys 与 --passphrase-fd 只用一个")
    if copies is not None:
        return _copied_keys(copies)
    if passphrase_fd is None and not (sealed and sys.stdin.isatty()):
        return {}
    if not sealed:
        raise BackupError("备份里没有封存的密钥; 请用 --keys 指出密钥副本的目录")
    return open_keys(read_secret(source / SEALED), asked_passphrase(passphrase_fd, confirm=False))


def _copied_keys(directory: Path) -> dict[str, bytes]:
    """Copies of keys as they lay in an installation (``keys/vault.key``), or all in one directory."""
    found = {
        f"{place}/{path.name}": read_secret(path)
        for place in ("keys", "tls")
        for path in sorted((directory / place).glob("*.key"))
    }
    for path in sorted(directory.glob("*.key")):
        place = "tls" if path.name in ("server.key", "authority.key") else "keys"
        found.setdefault(f"{place}/{path.name}", read_secret(path))
    if not found:
        raise BackupError(f"{directory} 里没有密钥文件 (*.key)")
    return found


def _running_head(directory: Path) -> str | None:
    """What the second store has now, read beside a server that holds it."""
    if not (directory / CONFIG_NAME).exists():
        return None
    head = load_config(directory).head
    try:
        return head.read_text("utf-8") if head and head.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"日志头 {head} 不能读取") from error


def _told(manifest: Manifest) -> str:
    size, root = manifest.size, manifest.root[:SHOWN]
    total = sum(each.bytes for each in manifest.files.values()) / 1e6
    return f"{manifest.origin}, {size} 条陈述, 树根 {root}…, {len(manifest.files)} 个文件 {total:.1f} MB"


def _tell_increment(target: Path, taken: Increment) -> None:
    if taken.manifest is None:
        click.echo(f"没有新内容, 未做增量备份: {taken.previous} 就是最新的")
        return
    total = sum(each.bytes for each in taken.manifest.files.values()) / 1e6
    click.echo(f"已做增量备份: {target}, 接续 {taken.previous}")
    click.echo(
        f"  新增 {taken.statements} 条陈述, 共 {taken.rows} 行, {total:.1f} MB; "
        f"现有 {taken.manifest.size} 条, 树根 {taken.manifest.root[:SHOWN]}…"
    )


def _evidence_told(config: Config) -> Iterator[str]:
    """A line where the evidence is yet to be put back, without which no server starts if acts name any."""
    if config.evidence and not is_there(config.evidence):
        place = config.evidence.directory
        yield f"备份不含证据材料: 收过的, 请把 registry evidence copy 的备份放回 {place}, 或挂载它的盘"


def _tell_restored(directory: Path, done: Restored, lists: Iterable[str]) -> None:
    click.echo(
        f"已恢复: {directory}\n  {_told(done.manifest)}\n  截至 {done.manifest.taken:%Y-%m-%d %H:%M} 的备份"
    )
    if done.before != done.after:
        click.echo(f"  存储版本: {done.before} → {done.after}")
    for name in done.left:
        click.echo(f"  未恢复, 设置没有提到: {name}; 需要时请从备份中取出")
    for path in done.missing:
        click.echo(f"  还须放回密钥: {path}")
    for line in lists:
        click.echo(f"  {line}")
    tell_proofs(done.proofs)
    size = done.manifest.size
    if done.past is not None:
        signed = "有签名" if done.past.signed else "没有签名"
        click.echo(f"  截至{done.past}: {done.past.size} 条, 树根 {done.past.root}")
        click.echo(f"  是所备份的 {done.past.of} 条的前一部分; 检查点{signed}. 只供查阅, 服务会拒绝启动")
        return
    if done.rows:
        click.echo(f"  派生数据: {done.rows} 行与重新折叠日志所得的一致")
    if done.to_read:
        told = f"日志头已签到 {done.head_size} 条" if done.head_size else "没有日志头可比 (--accept-shorter)"
        click.echo(f"  {told}: 只供查阅, 服务会拒绝启动")
        return
    if done.head_size:
        click.echo(f"  与第二存储的日志头 ({done.head_size} 条) 相符")
    else:
        click.echo(
            f"  第二存储没有日志头: 确知 {size} 条就是最后的 (向见证人、跟踪者或回执核对) 以后, "
            f"运行 registry adopt-head --directory {directory} --size {size}"
        )
    folded = "" if done.rows else "--rebuild "
    click.echo(f"  启动服务以前: registry verify {folded}--directory {directory}")


def _tell_rehearsed(source: Path, report: Rehearsal) -> None:
    assert report.manifest is not None
    age = (now_ms() / 1000 - report.manifest.taken.timestamp()) / 3600
    click.echo(f"恢复演练: {source}\n  {_told(report.manifest)}")
    click.echo(f"  备份时间 {report.manifest.taken:%Y-%m-%d %H:%M}, 距今 {max(age, 0):.1f} 小时")
    for number, step in enumerate(report.steps, 1):
        click.echo(f"  {number} {step.name}: {step.seen} ({step.seconds:.1f} 秒)")
    tell_proofs(report.proofs)
    if report.behind is not None:
        click.echo(f"  备份之后登记系统又记载 {report.behind} 条陈述")
    total = sum(step.seconds for step in report.steps)
    click.echo(f"结论: 可以恢复, 用时 {total:.1f} 秒; 没有留下任何东西")
