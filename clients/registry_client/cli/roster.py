"""``registryctl roster``: rosters of objects and inspectors (名录库), checked, published and committed."""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1 import supervision_pb2 as pb
from registry_client.cli.ban_steps import Step
from registry_client.cli.draw_options import (
    content_of,
    file_argument,
    number_option,
    refuse_faults,
    sheet_option,
    step,
    told,
    upload_option,
    uploading,
)
from registry_client.cli.official_steps import acting, own_department
from registry_client.cli.options import Session
from registry_client.cli.output import print_facts
from registry_client.cli.saved_files import save_new
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.supervision.roster_files import Prepared, prepare, prepare_recusals

_PREPARED = ("objects", "inspectors", "recusals")
_KINDS = {"objects": pb.ROSTER_KIND_OBJECTS, "inspectors": pb.ROSTER_KIND_INSPECTORS}
_TITLES = {"objects": "检查对象名录", "inspectors": "检查人员名录"}
_out = click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="写公布的csv文件。"
)


@click.group("roster", cls=WideGroup, short_help="名录库 rosters for draws")
def roster() -> None:
    """名录库：检查对象名录、检查人员名录；检查后写成公布的文件，以其根哈希登记。Rosters for draws.

    名录用 registryctl template 取模板（检查对象名录、检查人员名录、回避名单）。人员只写工号和执法证号。
    """


@roster.command("prepare", cls=WideCommand, short_help="检查并写公布的文件 check a roster")
@file_argument
@click.option("--kind", type=click.Choice(_PREPARED), required=True, help="名录种类，或回避名单。")
@sheet_option
@_out
def prepare_roster(path: Path, kind: str, sheet: str, out: Path) -> None:
    """检查 FILE（csv或xlsx），逐格指出问题；没有问题的，写成公布的csv文件。Check a file."""
    prepared = _prepared(path, kind, sheet)
    save_new(out, b"".join(prepared.lines))
    print_facts(
        [
            ("文件", str(out)),
            ("行数", str(prepared.rows)),
            ("根哈希", prepared.root.hex() if kind in _KINDS else ""),
            ("SHA-256", prepared.sha256.hex()),
        ]
    )


@roster.command("commit", cls=WideCommand, short_help="登记名录 commit a roster")
@file_argument
@click.option("--kind", type=click.Choice(list(_KINDS)), required=True, help="名录种类。")
@number_option
@click.option("--title", default="", metavar="TEXT", help="名称。Title.")
@click.option("--as-of", required=True, metavar="DAY", help="名录截止日期。As of this day.")
@sheet_option
@_out
@upload_option
@acting
def commit(
    session: Session,
    path: Path,
    kind: str,
    number: str,
    title: str,
    as_of: str,
    sheet: str,
    out: Path,
    upload: bool,
) -> Step:
    """登记名录 FILE（csv或xlsx）：写公布的csv文件，登记其根哈希。此后改动一字即可发现。Commit a roster."""
    prepared = _prepared(path, kind, sheet)
    content = b"".join(prepared.lines)
    if not out.exists() or out.read_bytes() != content:
        save_new(out, content)
    told(f"{out}：{prepared.rows}行，请公布这一文件")
    title = title or _TITLES[kind]
    item = prepared.evidence(title)
    body = pb.Roster(
        number=number,
        kind=_KINDS[kind],
        title=title,
        root=prepared.root,
        rows=prepared.rows,
        file=item,
        as_of=as_of,
    )
    file = pb.FileReference(kind=pb.FILE_KIND_ROSTER, department=own_department(session), number=number)
    sent = uploading(session, content, file, item) if upload else None
    return step(session, pb.Supervision(roster=body), sent)


def _prepared(path: Path, kind: str, sheet: str) -> Prepared:
    content = content_of(path)
    if kind == "recusals":
        prepared = prepare_recusals(path, content, sheet=sheet)
    else:
        prepared = prepare(kind, path, content, sheet=sheet)
    refuse_faults(path, prepared.faults, prepared.faults_in_all)
    return prepared
