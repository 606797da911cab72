"""The marked copy of a file, written whole or not at all (标注文件)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from registry_client.bulk.marked import Mark, write_marked
from registry_client.cli.failures import Failure
from registry_client.files import Table


def require_usable(marked: Path, files: Sequence[Path]) -> None:
    """Refuses a place for the marked copy before anything is done that it would report.

    UsageError where several files would share it; Failure where it is the file itself or cannot be written.
    """
    if len(files) > 1:
        raise click.UsageError("--marked 一次只能用于一个文件")
    if marked.exists() and files[0].exists() and marked.samefile(files[0]):
        raise Failure(f"{marked}：标注文件不能覆盖所提交的文件")
    if not os.access(marked.parent, os.W_OK | os.X_OK):
        raise Failure(f"{marked}：无法写入标注文件，目录不存在或没有写权限")


def save_marked(path: Path, table: Table, marks: Iterable[Mark], *, said: Sequence[str] = ()) -> None:
    """Writes the copy beside its place and puts it there when it is whole. Failure if it cannot."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_marked(unfinished, table, marks, said=said)
        os.replace(unfinished, path)
    except ModuleNotFoundError:
        raise Failure("写标注文件需要安装 credit-registry[bulk]") from None
    except Exception as fault:
        if not isinstance(fault, OSError) and not type(fault).__module__.startswith("xlsxwriter"):
            raise
        reason = getattr(fault, "strerror", None) or fault
        raise Failure(f"{path}：标注文件没有写成：{reason}") from None
    finally:
        unfinished.unlink(missing_ok=True)
