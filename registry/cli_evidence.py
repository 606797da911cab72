"""``registry evidence``: the evidence store checked against digests and log, copied, and erased from by law.

    registry evidence check --directory var/registry
    registry evidence copy --directory var/registry --to /srv/backup/evidence
    registry evidence erase 3b7f… --basis "个人信息保护法 第四十七条; 沧删字〔2026〕3号"
    registry evidence anew --directory var/registry     # only where disk and copies are lost

All may run beside the server. What is erased is gone for everybody, also where several files refer to it;
what is left is the digest, and who erased it, when and on what basis. It leaves a copy when it is next made.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import click

from registry.cli_check import Progress, directory_option, one_line, read_vault, report
from registry.commands.state import open_log
from registry.config import Config, ConfigError, EvidenceSettings, load_config
from registry.domain.quoting import names_somebody
from registry.editions import shipped_editions
from registry.engine import now_ms
from registry.evidence.catalogue import NAME
from registry.evidence.checking import check as check_all
from registry.evidence.copying import copy_evidence
from registry.evidence.keep import Keep
from registry.evidence.opening import is_there, open_evidence
from registry.store.interface import StoreError
from registry.store.reading import reading_store

SHA256_DIGITS = 64
MAX_BASIS = 500


def register(group: click.Group) -> None:
    """Adds these commands to a group."""
    group.add_command(evidence)


@click.group()
def evidence() -> None:
    """证据库: 核对, 依法删除. The evidence store: checked, and erased by law."""


@evidence.command()
@directory_option
@click.option(
    "--content/--no-content",
    default=True,
    help="是否从头到尾读出并核对摘要; 不读则只核对长度. Whether everything is read.",
)
@one_line
def check(directory: Path, content: bool) -> None:
    """核对证据库: 每份材料的摘要, 日志所指的材料是否都在. Checks every digest, and what the log names."""
    config = load_config(directory)
    keep = _opened(config)
    try:
        with reading_store(config.location) as store:
            log = open_log(store, read_vault(config.vault_key), shipped_editions())
            found = check_all(keep, log, content=content, progress=Progress(unit="字节"))
    finally:
        keep.close()
    how = "" if content else " (未读内容)"
    report(
        found.faults,
        f"核对 {found.objects} 份材料, {found.size:,} 字节{how}; 日志所指 {found.named} 处都在"
        f"{f', 其中依法删除 {found.erased} 份' if found.erased else ''}",
    )


@evidence.command()
@click.argument("sha256", metavar="SHA256")
@directory_option
@click.option("--basis", required=True, help="法律依据和决定文号, 不含个人信息. Law and decision.")
@click.option("--by", default="", help="经手人的工号, 默认为本系统账户. Who erases; default: this account.")
@click.option("--yes", is_flag=True, help="不再询问. Does not ask again.")
@one_line
def erase(sha256: str, directory: Path, basis: str, by: str, yes: bool) -> None:
    """依法删除一份材料; 不能恢复. Erases a piece of evidence by law, for ever."""
    digest = _digest(sha256)
    if not basis.strip() or len(basis) > MAX_BASIS:
        raise click.UsageError(f"--basis 应为1至{MAX_BASIS}字。")
    if names_somebody(basis) or names_somebody(by):  # Both rest in clear, and are told with what is left.
        raise click.UsageError("--basis 和 --by 不得写入身份证号码: 以明文保存, 查询时告知。")
    keep = _opened(load_config(directory))
    try:
        for label in keep.labels(digest):
            file = label.file
            click.echo(f"  归入 {file.department} 的卷宗 {file.number}: {label.title}", err=True)
        if not yes:
            click.confirm("删除后不能恢复, 上列卷宗都不再有这份材料。确定?", abort=True, err=True)
        size = keep.erase(digest, by=by or _account(), basis=basis.strip())
    finally:
        keep.close()
    click.echo(f"已依法删除: {sha256}, {size:,} 字节; 备份中的副本在下次复制时移走")


@evidence.command()
@directory_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="复制到这个目录; 再次运行只复制新的, 并移走已依法删除的. Copied here.",
)
@one_line
def copy(directory: Path, target: Path) -> None:
    """复制证据库作备份, 不必停止服务. Copies the store while it is in use."""
    keep = _opened(load_config(directory))
    try:
        copied = copy_evidence(keep, target, Progress(unit="份"))
    finally:
        keep.close()
    click.echo(f"已复制到 {target}: {copied.objects} 份材料, 新增 {copied.new}, 移走 {copied.removed}")


@evidence.command()
@directory_option
@click.option("--yes", is_flag=True, help="不再询问. Does not ask again.")
@one_line
def anew(directory: Path, yes: bool) -> None:
    """证据库和备份都没有了的, 建立空的证据库. Makes an empty store where disk and copies are lost."""
    config = load_config(directory)
    settings = _settings(config)
    if is_there(settings):
        raise StoreError(f"{settings.directory} 里已有证据库; 不会覆盖")
    if not yes:
        question = "日志所指的材料将都查不到。盘确实没有了(不是没有挂载), 也没有备份?"
        click.confirm(question, abort=True, err=True)
    open_evidence(settings, read_vault(config.vault_key), now_ms).close()
    click.echo(f"已建立空的证据库: {settings.directory}; 原部门可以再传各份材料")


def _settings(config: Config) -> EvidenceSettings:
    if config.evidence is None:
        raise ConfigError("registry.toml 没有 [evidence], 不收证据材料")
    return config.evidence


def _opened(config: Config) -> Keep:
    settings = _settings(config)
    if not settings.directory.is_dir():
        raise StoreError(f"证据库目录 {settings.directory} 不存在")
    if not is_there(settings):  # A new one, made here, would be taken for it by the next server.
        raise StoreError(f"{settings.directory} 里没有证据库({NAME}): 盘可能没有挂载")
    return open_evidence(settings, read_vault(config.vault_key), now_ms)


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # A container's account may have no name.
        return f"uid {os.getuid()}"


def _digest(written: str) -> bytes:
    try:
        found = bytes.fromhex(written)
    except ValueError:
        found = b""
    if len(written) != SHA256_DIGITS or len(found) * 2 != SHA256_DIGITS:
        raise click.UsageError("摘要应为64个十六进制数字。")
    return found
