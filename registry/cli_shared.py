"""What commands of backups and archives share: how they fail, pass phrases, checkpoints that others hold.

A pass phrase comes from a terminal or from a descriptor, never from the command line.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from registry.archive.format import ArchiveError
from registry.backups.manifest import BackupError
from registry.cli_check import one_line

_LONGEST = 1 << 16
passphrase_option = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="从文件描述符 N 读取封存的口令; 不给则在终端询问. Descriptor with the pass phrase.",
)

checkpoint_option = click.option(
    "--checkpoint",
    "held",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="别处保存的检查点或回执, 可多次给出: 须与之相符. A checkpoint or receipt that somebody held.",
)


def plain(command: Callable[..., None]) -> Callable[..., None]:
    """Has a command fail in one line, and clean up when it is told to stop."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        stop = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            one_line(command)(*args, **kwargs)
        except (ArchiveError, BackupError) as error:
            raise click.ClickException(" ".join(str(error).split())) from error
        finally:
            signal.signal(signal.SIGTERM, stop)

    return run


def asked_passphrase(descriptor: int | None, *, confirm: bool) -> bytes:
    """A pass phrase, asked for twice if it is to seal something. Raises BackupError if there is none."""
    if descriptor is None:
        if not sys.stdin.isatty():
            raise BackupError("没有终端可以询问口令; 请用 --passphrase-fd")
        again = "再次输入口令" if confirm else False
        answer: str = click.prompt("封存的口令", hide_input=True, confirmation_prompt=again, err=True)
        return answer.encode()
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as source:
            line = source.readline(_LONGEST).rstrip(b"\r\n")
    except OSError as error:
        raise BackupError(f"无法从文件描述符 {descriptor} 读取口令: {error.strerror}") from error
    if not line:
        raise BackupError(f"文件描述符 {descriptor} 中没有口令")
    return line
