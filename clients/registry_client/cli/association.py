"""``registryctl association``: what associations say of their members, listed as that (行业自律信息).

Stating needs ``--act``; without it a command shows what it would submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_pb2 import AssociationNoteKind
from registry_client.cli.ban_steps import Step
from registry_client.cli.entries import print_entries
from registry_client.cli.official_steps import acting, body_of
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_line, print_table
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.supervision.matter_words import NOTE_KINDS
from registry_client.supervision.matters import STANDING
from registry_client.words import word_of

_NOTE = WordOption(NOTE_KINDS, AssociationNoteKind, "ASSOCIATION_NOTE_KIND_")
_file = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_on = click.option("--on", default="", metavar="DAY", help="查询时点，默认今天。As of this day.")
_ended = click.option("--with-ended", is_flag=True, help="包括未实施和已停止的。Those not in force too.")


@click.group("association", cls=WideGroup, short_help="行业自律 what associations say")
def association() -> None:
    """行业自律信息：会员、违反自律规约、行业表彰；不属于公共信用信息，不影响任何结论。What associations say
    of their members: no credit information, and of no effect."""


@association.command("state", cls=WideCommand, short_help="登记自律信息 state a note")
@_file
@acting
def state_note(session: Session, path: Path) -> Step:
    """登记或者变更自律信息，只由行业协会商会办理。State a note; FILE is JSON.

    FILE 是JSON：number、kind、subject、content、association_rule、from、until。
    """
    body = pb.Supervision(association_note=body_of(path, pb.AssociationNote()))
    return body, session.registry.supervision.take


@association.command("list", cls=WideCommand, short_help="列出自律信息 list notes")
@click.option("--association", default="", metavar="CODE", help="协会商会代码，默认全部。")
@click.option("--subject", default="", metavar="CODE", help="只列这一单位的。About this subject.")
@click.option("--kind", type=_NOTE, default=0, metavar="WORD", help=f"只列：{_NOTE.choices()}。")
@_on
@_ended
@json_option
@connected
def list_notes(session: Session, /, as_json: bool, **wanted: Any) -> None:
    """列出行业自律信息。List what associations say of their members."""
    found = session.registry.supervision.matters.notes(**wanted)
    if as_json:
        print_entries(found)
        return
    rows = [
        (
            word_of(NOTE_KINDS, each.note.kind),
            each.note.subject.name,
            each.note.content,
            each.association_name,
            getattr(each.note, "from"),
        )
        for each in found
    ]
    print_table(("种类", "单位", "内容", "协会商会", "起始"), rows, title=STANDING, whole=("种类", "起始"))
    print_line(f"以上为{STANDING}，不影响任何查询结论。")
