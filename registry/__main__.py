"""The registry's own command line: ``registry init``, ``issue``, ``serve`` and what keeps a store sound.

Every failure is one line on standard error and a non-zero exit; nothing is half done.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from registry.access.identity import Caller, CallerRole, IdentityError
from registry.access.profile import CertificateError
from registry.cli_check import opened
from registry.cli_check import register as register_checking
from registry.cli_copy import register as register_copying
from registry.cli_witness import register as register_watching
from registry.commands.found import FoundingError, Operator
from registry.commands.state import RegistryState
from registry.config import MAX_READERS, STORE, ConfigError, load_config, split_address
from registry.editions import CURRENT_LABEL
from registry.engine import StartError, now_ms
from registry.indexing.generations import Generations
from registry.installation import InstallationError, Plan, as_host, create_installation, issue_client
from registry.processes import serve_processes
from registry.provenance.checkpoint import CheckpointError
from registry.provenance.keys import KeyFileError
from registry.provenance.vault import VaultError
from registry.second_store import adopt
from registry.server import serve as run_server
from registry.store.errors import driver_words
from registry.store.interface import StoreError
from registry.store.opening import migrate_store
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3

SUITES = {"ed25519": SUITE_ED25519, "p256": SUITE_ECDSA_P256_SHA256, "sm2": SUITE_SM2_SM3}
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ONE_LINE = (
    CertificateError, CheckpointError, ConfigError, FoundingError, IdentityError, InstallationError,
    KeyFileError, StartError, StoreError, VaultError,
)  # fmt: skip

_directory = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/registry"),
    show_default=True,
    help="安装目录 (registry.toml 所在). The installation's directory.",
)


def _one_line(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except _ONE_LINE as error:
            raise click.ClickException(_line(error)) from error

    return run


def _line(error: BaseException) -> str:
    """What went wrong, with the words of the database driver behind it, if there are any."""
    cause: BaseException | None = error
    while cause is not None and not hasattr(cause, "orig"):
        cause = cause.__cause__
    detail = f" ({driver_words(cause.orig)})" if cause is not None else ""
    return " ".join(f"{error}{detail}".split())


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """公共信用信息与联合奖惩登记系统. The registry: initialise, serve, check."""
    os.umask(0o077)  # Keys, certificates and the store are for the account that runs the registry alone.
    # A command's failure is one line; only a server that runs has a log.
    logging.basicConfig(handlers=[logging.NullHandler()])


@main.command()
@_directory
@click.option(
    "--origin", default="credit.example/cangzhou", show_default=True, help="日志的来源名. Origin of the log."
)
@click.option(
    "--address", default="127.0.0.1:8443", show_default=True, help="监听地址. Where the server listens."
)
@click.option(
    "--host", "hosts", multiple=True, help="证书中另外的主机名或地址. More hosts in the certificate."
)
@click.option("--operator-code", required=True, help="登记机构的统一社会信用代码. The operator's code.")
@click.option("--operator-name", required=True, help="登记机构名称. The operator's name.")
@click.option("--region", default="130900", show_default=True, help="登记机构的地区 (GB/T 2260). Its region.")
@click.option(
    "--store",
    default=STORE,
    show_default=True,
    help="存储: 安装目录里的文件, 或 postgresql:// 地址. Where the store rests: a file, or a URL.",
)
@click.option("--edition", default=CURRENT_LABEL, show_default=True, help="创世的目录版本. Founding edition.")
@click.option(
    "--suite",
    type=click.Choice(list(SUITES)),
    default="ed25519",
    show_default=True,
    help="所生成密钥的签名算法. Signature suite of every key that is made.",
)
@_one_line
def init(
    directory: Path,
    origin: str,
    address: str,
    hosts: tuple[str, ...],
    operator_code: str,
    operator_name: str,
    region: str,
    store: str,
    edition: str,
    suite: str,
) -> None:
    """建立一个新的登记系统: 密钥、开发用证书、空的存储和创世陈述. Makes a new installation."""
    named = [as_host(host) for host in (split_address(address)[0], *hosts)]
    plan = Plan(
        origin,
        Operator(operator_code, operator_name, region),
        address,
        list(dict.fromkeys(["localhost", *named])),
        edition,
        SUITES[suite],
        store,
    )
    create_installation(directory, plan, clock=now_ms)
    click.echo(f"已建立: {directory}\n  日志 {origin}\n  登记员证书 {directory / 'clients' / 'registrar'}")


@main.command()
@_directory
@click.option(
    "--role",
    type=click.Choice([role.value for role in CallerRole]),
    required=True,
    help="调用者的角色. Role.",
)
@click.option("--caller", required=True, help="部门的统一社会信用代码, 或系统名称. The caller's name.")
@click.option("--name", required=True, help="证书目录名. Directory under clients/.")
@_one_line
def issue(directory: Path, role: str, caller: str, name: str) -> None:
    """签发一张开发用客户端证书. Issues a development certificate for a caller."""
    config = load_config(directory)
    identity = Caller(CallerRole(role), caller, config.origin)
    click.echo(f"已签发: {issue_client(directory, name, identity, now_ms=now_ms())}  {identity.uri}")


@main.command()
@_directory
@click.option(
    "--readers",
    type=click.IntRange(0, MAX_READERS),
    help="查询进程数, 0 为单进程; 默认按 registry.toml. Processes that answer beside the one that writes.",
)
@_one_line
def serve(directory: Path, readers: int | None) -> None:
    """启动服务, 直到收到 SIGTERM 或 Ctrl-C; 多进程时 SIGHUP 逐个换新. Serves until it is told to stop."""
    config = load_config(directory)
    if count := config.readers if readers is None else readers:
        serve_processes(config, directory, count, ready=_log_to_stderr)
        return
    # Blocked here, and so in every thread that starts later, and waited for below: a handler would run
    # only when this thread happens to wake, which a signal that another thread receives does not do.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    run_server(config, until=lambda: signal.sigwait(STOP_SIGNALS), ready=_log_to_stderr)


@main.command()
@_directory
@_one_line
def migrate(directory: Path) -> None:
    """把存储升级到本程序的版本. Brings the store to this version's tables."""
    config = load_config(directory)
    before, after = migrate_store(config.location)
    Generations.of(config).drop()  # Made from rows as they were before.
    click.echo(f"存储版本: {before} → {after}")


@main.command("adopt-head")
@_directory
@click.option(
    "--size", type=click.IntRange(min=1), required=True, help="存储中的陈述条数, 以示确认. How many it has."
)
@_one_line
def adopt_head(directory: Path, size: int) -> None:
    """日志头遗失后, 以现有存储重新建立; 须确知存储是最新的. Makes a lost head anew from the store."""
    config = load_config(directory)
    if config.head is None:
        raise StoreError("registry.toml 没有 [paths] head, 不用第二存储")
    with opened(config) as log:
        adopt(config.head, RegistryState(log.store, log.vault, log.editions), size=size)
    click.echo(f"日志头已建立: {size} 条陈述, {config.head}")


def _log_to_stderr() -> None:
    line = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=line, force=True)


register_checking(main)
register_copying(main)
register_watching(main)

if __name__ == "__main__":
    main()
