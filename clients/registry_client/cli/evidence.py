"""``registryctl evidence``: evidence put into the evidence store, found by its file, fetched and compared.

A file of supervision is written 检查/JC-7, of another department 检查/11130900DEM0000106/JC-7; a piece of
evidence by its SHA-256, 64 hexadecimal digits."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from registry.v1.evidence_service_pb2 import HeldEvidence
from registry.v1.supervision_pb2 import EvidenceItem, FileKind, FileReference
from registry_client.cli.bytes_bar import bytes_told
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import own_department
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_line, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.errors import RegistryCallError
from registry_client.supervision.evidence import digest_of
from registry_client.supervision.referral_words import FILE_KINDS
from registry_client.words import word_of

_KIND = WordOption(FILE_KINDS, FileKind, "FILE_KIND_")
_UNKNOWN_TYPE = "application/octet-stream"
_DIGITS = 64
_file = click.option(
    "--file", "reference", required=True, metavar="FILE", help="卷宗：种类/编号，或 种类/部门/编号。The file."
)
_content = click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH")
_digest = click.argument("sha256", metavar="SHA256")


@click.group("evidence", cls=WideGroup, short_help="证据材料 evidence of supervision")
def evidence() -> None:
    """证据材料：上传（中断后接着传）、按卷宗查找、下载、核对。Evidence of supervision, by its digest."""


@evidence.command("put", cls=WideCommand, short_help="上传 upload")
@_content
@_file
@click.option("--title", required=True, metavar="TEXT", help="材料名称，不含个人信息。Without personal data.")
@click.option(
    "--media-type", default="", metavar="TYPE", help="如 video/mp4；默认按文件名。Default: by name."
)
@json_option
@connected
def put(session: Session, path: Path, reference: str, title: str, media_type: str, as_json: bool) -> None:
    """把 PATH 上传到证据库，归入本部门的一个卷宗；中断后再次运行即接着传。

    Upload; run it again after an interruption and it goes on. Prints what an act says of it.
    """
    media_type = media_type or mimetypes.guess_type(path.name)[0] or _UNKNOWN_TYPE
    file = _file_of(session, reference)
    with _readable(path), bytes_told(shown=not as_json) as progress:
        item = session.registry.supervision.evidence.upload(
            path, file, media_type=media_type, title=title, progress=progress
        )
    _show_item(item, as_json)


@evidence.command("get", cls=WideCommand, short_help="下载 download")
@_digest
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@connected
def get(session: Session, sha256: str, path: Path) -> None:
    """下载到新文件 PATH 并核对摘要；中断后再次运行即接着下载。Download into a new file, and check it."""
    try:
        with bytes_told() as progress:
            session.registry.supervision.evidence.download(_sha256(sha256), path, progress=progress)
    except OSError as fault:
        raise Failure(f"{path}：无法写入：{fault.strerror}") from None
    print_line(f"已下载并核对：{path}")


@evidence.command("list", cls=WideCommand, short_help="列出卷宗的材料 list by file")
@_file
@json_option
@connected
def list_(session: Session, reference: str, as_json: bool) -> None:
    """列出归入一个卷宗的材料。List what belongs to a file."""
    found = session.registry.supervision.evidence.of_file(_file_of(session, reference))
    if as_json:
        for each in found.evidence:
            print_json(_json_of(each))
        return
    rows = [
        (label.title, label.media_type, f"{each.size:,}", label.uploaded_on, _state(each), each.sha256.hex())
        for each in found.evidence
        for label in each.labels
    ]
    print_table(("名称", "类型", "字节", "上传日期", "状态", "摘要"), rows, whole=("上传日期", "状态"))
    if found.more:
        print_line("只列前一千件。")


@evidence.command("check", cls=WideCommand, short_help="核对本地文件 compare a local file")
@_content
@json_option
@connected
def check(session: Session, path: Path, as_json: bool) -> None:
    """核对本地文件 PATH 是否就是证据库中的材料：按其摘要查找。退出码1：证据库没有，或未传完、已删除。

    Whether a local file is in the evidence store, by its digest.
    """
    sha256 = _digest_of(path)
    try:
        held = session.registry.supervision.evidence.get(sha256)
    except RegistryCallError as error:
        if error.reason != "NOT_FOUND":
            raise
        print_line(f"证据库没有这份材料，或者无权查阅：{sha256.hex()}")
        raise click.exceptions.Exit(1) from None
    if as_json:
        print_json(_json_of(held))
    else:
        print_facts([("摘要", sha256.hex()), ("字节", f"{held.size:,}"), ("状态", _state(held))])
        print_table(("卷宗", "名称", "上传日期"), [_label_row(each) for each in held.labels])
    if not held.complete:
        raise click.exceptions.Exit(1)


def _label_row(label: Any) -> tuple[str, str, str]:
    file = label.file
    kind = word_of(FILE_KINDS, file.kind)
    return f"{kind}/{file.department}/{file.number}", label.title, label.uploaded_on


def _state(held: HeldEvidence) -> str:
    if held.HasField("erasure"):
        return f"已依法删除（{held.erasure.erased_on}）"
    if not held.complete:
        return f"已传{held.offset:,}字节"
    return "可下载" if held.readable else "只列目录"


def _json_of(held: HeldEvidence) -> dict[str, Any]:
    """As the contract has it, but for the digest, which is written as everybody writes it."""
    return {**json_of(held), "sha256": held.sha256.hex()}


def _show_item(item: EvidenceItem, as_json: bool) -> None:
    if as_json:
        print_json(json_of(item))  # As it stands in an act's JSON.
        return
    print_facts([("摘要", item.sha256.hex()), ("字节", f"{item.size:,}"), ("类型", item.media_type)])


def _file_of(session: Session, written: str) -> FileReference:
    """A file as it is written. UsageError if it is not of the form."""
    first, *rest = written.split("/")
    if len(rest) not in (1, 2) or not all(rest):
        raise click.UsageError("卷宗应写作 种类/编号，或 种类/部门/编号，如 检查/JC-7。")
    department = rest[0] if len(rest) > 1 else own_department(session)
    file = FileReference(department=department, number=rest[-1])
    file.kind = FileKind.ValueType(_KIND.convert(first, None, None))
    return file


def _sha256(written: str) -> bytes:
    try:
        found = bytes.fromhex(written)
    except ValueError:
        found = b""
    if len(written) != _DIGITS or len(found) * 2 != _DIGITS:
        raise click.UsageError("摘要应为64个十六进制数字。")
    return found


def _digest_of(path: Path) -> bytes:
    with _readable(path), path.open("rb") as source:
        return digest_of(source).sha256


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Has a file that cannot be read told in one line."""
    try:
        yield
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
