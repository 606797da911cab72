"""Options that several commands share: where the registry is, who is calling, how to print, a pass phrase."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from registry.provenance.keys import FileSigner
from registry_client.cli.failures import Failure
from registry_client.client import Registry
from registry_client.credentials import Credentials

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_LONGEST_PASSPHRASE = 4096

json_option = click.option(
    "--json", "as_json", is_flag=True, help="逐行输出JSON对象。Print JSON Lines for machines."
)

passphrase_option = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="从文件描述符N读取私钥口令（至行末）；不给则在终端提示输入。口令不得写在命令行或环境变量中。"
    "Read the key's pass phrase from file descriptor N.",
)


class Session:
    """One run's connection: opened when it is first needed, closed at the end."""

    def __init__(self, target: str, directory: Path, timeout: float) -> None:
        self.directory = directory
        self.credentials = Credentials.load(directory)
        self.registry = Registry(target, self.credentials, timeout=timeout)


def connected(
    command: Callable[Concatenate[Session, _Parameters], _Result],
) -> Callable[_Parameters, _Result]:
    """Gives a command the options --target, --credentials and --timeout, and a ``Session`` made of them."""

    @click.option(
        "--target",
        envvar="REGISTRY_TARGET",
        show_envvar=True,
        required=True,
        metavar="HOST:PORT",
        help="登记系统的地址。Address of the registry.",
    )
    @click.option(
        "--credentials",
        envvar="REGISTRY_CREDENTIALS",
        show_envvar=True,
        required=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="存放 ca.pem、cert.pem、key.pem 的目录。Directory of the caller's credentials.",
    )
    @click.option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        default=5.0,
        show_default=True,
        metavar="SECONDS",
        help="每次调用的时限（秒），提交时至少30秒。Deadline of a call.",
    )
    @wraps(command)
    def run(*args: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
        target, directory, timeout = (options.pop(name) for name in ("target", "credentials", "timeout"))
        session = Session(str(target), Path(str(directory)), float(str(timeout)))
        with session.registry:
            return command(session, *args, **options)

    return run


def load_signer(path: Path, passphrase_fd: int | None) -> FileSigner:
    """The key in a file; its pass phrase, where it has one, from the descriptor or the terminal."""
    if passphrase_fd is not None:
        return FileSigner.load(path, read_passphrase(passphrase_fd))
    return FileSigner.load(path, _asked_for(path) if _is_encrypted(path) else None)


def read_passphrase(descriptor: int) -> bytes:
    """The first line behind a descriptor. Failure if there is none, or it is empty."""
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as source:
            line = source.readline(_LONGEST_PASSPHRASE)
    except OSError as fault:
        raise Failure(f"无法从文件描述符{descriptor}读取口令：{fault.strerror}") from None
    if not (passphrase := line.rstrip(b"\r\n")):
        raise Failure(f"文件描述符{descriptor}中没有口令")
    return passphrase


def _asked_for(path: Path) -> bytes:
    answer: str = click.prompt(f"私钥 {path} 的口令", hide_input=True, err=True)
    return answer.encode()


def _is_encrypted(path: Path) -> bool:
    try:
        return b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    except OSError:
        return False  # FileSigner.load says what is wrong with it.
