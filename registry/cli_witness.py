"""Commands for those who watch over a log: ``registry witness``, ``registry follow``, ``registry policy``.

    registry witness init --directory W --name audit.example/w1 --address 127.0.0.1:8490 --log VKEY
    registry witness serve --directory W
    registry follow https://log.example/ --policy verify.policy --directory mirror
    registry policy --directory var/registry > verify.policy

Exit codes of ``follow``: 0 nothing was wrong, 3 at least one alarm was raised, now or as ``alarms.log`` says,
others as everywhere.
"""

from __future__ import annotations

import logging
import random
import shlex
import signal
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any

import click

from registry.config import ConfigError, load_config
from registry.durable import DirectoryInUseError
from registry.follow.alarms import Alarms
from registry.follow.figures import put_figures
from registry.follow.follower import CONNECTIONS, HOME, Follower
from registry.follow.progress import ProgressError
from registry.follow.source import LogSource
from registry.handed_out import installation_policy, plain_policy
from registry.outbound import Outbound
from registry.provenance.cosignature import CosignatureError
from registry.provenance.keys import KeyFileError
from registry.provenance.policy_lines import PolicyError
from registry.provenance.vkey import NoteError
from registry.provenance.witness_policy import Policy
from registry.signing import SignerError
from registry.store.interface import StoreError
from registry.witness.config import create_witness, load_witness
from registry.witness.record import RecordError
from registry.witness.serving import RunningWitness

ALARM_EXIT = 3
_SECONDS = click.FloatRange(min=0, min_open=True)
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ONE_LINE = (
    ConfigError, CosignatureError, DirectoryInUseError, KeyFileError, NoteError, OSError, PolicyError,
    ProgressError, RecordError, SignerError, StoreError,
)  # fmt: skip


def _one_line(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except _ONE_LINE as error:
            raise click.ClickException(" ".join(str(error).split())) from error

    return run


@click.group()
def witness() -> None:
    """见证人: 为日志的检查点共签. A witness: cosigns the checkpoints of logs that only grow."""


_home = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/witness"),
    show_default=True,
    help="见证人的目录 (witness.toml 所在). The witness's directory.",
)


@witness.command("init")
@_home
@click.option("--name", required=True, help="见证人的名称, 如 audit.example/w1. The witness's name.")
@click.option("--address", default="127.0.0.1:8490", show_default=True, help="监听地址. Where it listens.")
@click.option("--log", "vkeys", multiple=True, required=True, help="日志的 vkey. A key of a log; may repeat.")
@_one_line
def witness_init(directory: Path, name: str, address: str, vkeys: tuple[str, ...]) -> None:
    """建立一个见证人: 密钥和设置. Makes a witness's key and settings, and prints its vkey."""
    click.echo(create_witness(directory, name, address, vkeys))


@witness.command("serve")
@_home
@_one_line
def witness_serve(directory: Path) -> None:
    """提供共签服务, 直到收到 SIGTERM 或 Ctrl-C. Cosigns until it is told to stop."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    config = load_witness(directory)
    running = RunningWitness(config)
    _log_to_stderr()
    host = config.address.rpartition(":")[0]
    click.echo(f"registry witness: {config.name} 在 {host}:{running.port} 提供服务")
    sys.stdout.flush()
    try:
        signal.sigwait(STOP_SIGNALS)
    finally:
        running.close()


@click.command()
@click.argument("url")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="核验策略. The policy that checkpoints must satisfy.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="镜像目录. Where the mirror is.",
)
@click.option("--once", is_flag=True, help="只查一次. One round, then exit.")
@click.option("--interval", type=_SECONDS, default=60.0, show_default=True, help="间隔秒数. Seconds between.")
@click.option(
    "--max-age", type=_SECONDS, default=86_400.0, show_default=True, help="检查点最长多少秒没有新的. Seconds."
)
@click.option("--exec", "command", default="", help="每个警报执行的命令. Command to run for each alarm.")
@click.option(
    "--metrics",
    type=click.Path(path_type=Path, dir_okay=False),
    help="每轮之后写出的指标文件, 供 node_exporter 读取. A file of figures for Prometheus.",
)
@_one_line
def follow(
    url: str,
    policy_file: Path,
    directory: Path,
    once: bool,
    interval: float,
    max_age: float,
    command: str,
    metrics: Path | None,
) -> None:
    """跟踪核对一个日志, 留下镜像. Mirrors a log, checks it, and raises alarms."""
    policy = Policy.parse(policy_file.read_bytes())
    stop = Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    _log_to_stderr()
    alarms = Alarms(
        directory / HOME,
        say=lambda line: click.echo(line, err=True),
        clock_ms=_now_ms,
        command=shlex.split(command),
    )
    with Outbound(connections=2 * CONNECTIONS) as outbound:
        follower = Follower(
            LogSource(url, outbound),
            policy,
            directory,
            alarms=alarms,
            clock_ms=_now_ms,
            lot=random.SystemRandom().randrange,
            max_age_s=max_age,
            patience_s=0.0 if once else max_age,
            stopped=stop.is_set,
        )
        try:
            _rounds(follower, alarms, None if once else interval, stop, metrics)
        finally:
            follower.close()
    if alarms.raised:
        sys.exit(ALARM_EXIT)


@click.command()
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/registry"),
    show_default=True,
    help="安装目录 (registry.toml 所在). The installation's directory.",
)
@click.option("--c2sp", is_flag=True, help="只要 C2SP tlog-policy 的行. Standard lines only.")
@_one_line
def policy(directory: Path, c2sp: bool) -> None:
    """打印核验策略, 交给核验者. Prints the policy by which others verify this registry."""
    own = installation_policy(load_config(directory))
    click.echo((plain_policy(own) if c2sp else own).text(), nl=False)


def register(main: click.Group) -> None:
    """Adds these commands to the registry's own."""
    for command in (witness, follow, policy):
        main.add_command(command)


def _rounds(
    follower: Follower, alarms: Alarms, interval_s: float | None, stop: Event, metrics: Path | None
) -> None:
    """Rounds until it is stopped, or one; says how far the mirror is whenever that changes."""
    size, checked_s = -1, 0.0
    while not stop.is_set():
        taken = follower.round()
        checked_s = time.time() if taken else checked_s
        if metrics is not None:
            put_figures(metrics, size=follower.size, checked_s=checked_s, alarms=alarms.raised)
        if taken and follower.size != size:
            size = follower.size
            click.echo(f"镜像 {size} 条, " + (f"{alarms.raised} 个警报" if alarms.raised else "一致"))
            sys.stdout.flush()
        if interval_s is None or stop.wait(interval_s):
            return


def _log_to_stderr() -> None:
    line = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=line, force=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
