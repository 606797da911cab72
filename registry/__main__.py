"""The registry's own command line: ``registry init``, ``issue``, ``serve`` and what keeps a store sound.

Every failure is one line on standard error and a non-zero exit; nothing is half done.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from registry.access.identity import Caller, CallerRole, IdentityError
from registry.access.profile import CertificateError
from registry.cli_backup import register as register_backups
from registry.cli_certificates import register as register_certificates
from registry.cli_check import opened
from registry.cli_check import register as register_checking
from registry.cli_copy import register as register_copying
from registry.cli_evidence import register as register_evidence
from registry.cli_setup import register as register_setup
from registry.cli_tokens import register as register_tokens
from registry.cli_witness import register as register_watching
from registry.commands.found import FoundingError
from registry.commands.state import RegistryState
from registry.config import ConfigError, load_config
from registry.config_options.checking import MAX_READERS
from registry.engine import StartError, now_ms
from registry.indexing.generations import Generations
from registry.installation import InstallationError, issue_client
from registry.memory import share_heaps
from registry.observing.logs import start_logging
from registry.processes import serve_processes
from registry.provenance.access_token import TokenError
from registry.provenance.checkpoint import CheckpointError
from registry.provenance.keys import KeyFileError
from registry.provenance.vault import VaultError
from registry.second_store import adopt
from registry.server import serve as run_server
from registry.setup_answers import AnswerError
from registry.store.errors import driver_words
from registry.store.interface import StoreError
from registry.store.opening import migrate_store

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ONE_LINE = (
    AnswerError, CertificateError, CheckpointError, ConfigError, FoundingError, IdentityError,
    InstallationError, KeyFileError, StartError, StoreError, TokenError, VaultError,
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
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # Nothing of a person rests in a core file.
    # A command's failure is one line; only a server that runs has a log.
    logging.basicConfig(handlers=[logging.NullHandler()])


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
    share_heaps()
    if count := config.readers if readers is None else readers:
        serve_processes(config, directory, count, ready=lambda: start_logging(config.logging, "watcher"))
        return
    # Blocked here, and so in every thread that starts later, and waited for below: a handler would run
    # only when this thread happens to wake, which a signal that another thread receives does not do.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    run_server(
        config, until=lambda: signal.sigwait(STOP_SIGNALS), ready=lambda: start_logging(config.logging)
    )


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


register_setup(main, _one_line)
register_checking(main)
register_copying(main)
register_backups(main)
register_watching(main)
register_evidence(main)
register_tokens(main, _one_line)
register_certificates(main, _one_line)

if __name__ == "__main__":
    main()
