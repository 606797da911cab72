"""What commands about rosters, plans and draws share: files read and checked, published files, uploads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from registry.v1.supervision_pb2 import EvidenceItem, FileReference
from registry_client.bulk.lines import RowFault
from registry_client.cli.ban_steps import Step
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session
from registry_client.cli.output import print_line, print_table
from registry_client.files import MAX_BYTES
from registry_client.supervision.draws import Files
from registry_client.supervision.published_files import folder_files, stored_files

file_argument = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
number_option = click.option("--number", required=True, metavar="NUMBER", help="编号，本部门内不重复。")
sheet_option = click.option("--sheet", default="", metavar="NAME", help="xlsx中的工作表。A worksheet.")
upload_option = click.option(
    "--upload", is_flag=True, help="同时把公布的文件存入登记系统的证据库。Put it into the evidence store."
)
files_option = click.option(
    "--files",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="存放公布文件的目录，按摘要查找；不给则从证据库下载。Folder of the published files.",
)
_SHOWN = 20


def content_of(path: Path) -> bytes:
    """The bytes of a file. Raises Failure."""
    try:
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    if len(content) > MAX_BYTES:
        raise Failure(f"{path}：文件超过{MAX_BYTES >> 20}MB")
    return content


def refuse_faults(path: Path, faults: Sequence[RowFault], in_all: int) -> None:
    """Prints what is wrong with a file, by cell, and ends with exit status 1; nothing if nothing is."""
    if not faults:
        return
    rows = [(str(each.line), each.column, each.message) for each in faults[:_SHOWN]]
    print_table(("行", "列", "问题"), rows, title=f"{path}：{in_all}处问题", whole=("行",))
    if in_all > _SHOWN:
        print_line(f"还有{in_all - _SHOWN}处。")
    print_line("有问题的文件不能使用，改正后再试。", style="bold")
    raise click.exceptions.Exit(1)


@contextmanager
def published(session: Session, folder: Path | None) -> Iterator[Files]:
    """The published files: of a folder, or downloaded from the evidence store for as long as this lasts."""
    if folder is not None:
        try:
            files = folder_files(folder)
        except OSError as fault:
            raise Failure(f"{folder}：无法读取：{fault.strerror}") from None
        yield files
        return
    with TemporaryDirectory(prefix="registry-draw-") as held:
        yield stored_files(session.registry.supervision.evidence, Path(held))


def uploading(
    session: Session, content: bytes, file: FileReference, item: EvidenceItem
) -> Callable[[Any], Any]:
    """What takes the act once its file is in the evidence store."""

    def take(envelope: Any) -> Any:
        session.registry.supervision.evidence.upload_bytes(
            content, file, media_type=item.media_type, title=item.title
        )
        return session.registry.supervision.take(envelope)

    return take


def step(session: Session, body: Any, upload: Callable[[Any], Any] | None) -> Step:
    """An act, and how it is taken."""
    return body, upload or session.registry.supervision.take


def told(text: str) -> None:
    """Something for the person, beside what is printed for machines."""
    click.echo(text, file=sys.stderr)
