"""``registryctl custodian consent``, ``share``, ``open``: the consent of two, and the opening itself.

Each custodian works on a machine of his own. Both commands that open look first whether the opening is in the
log, signed by the two."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from registry.v1 import supervision_pb2 as pb
from registry_client.cli.custody_files import (
    custody_key,
    custody_passphrase,
    keys_of_official,
    load_key,
    number_argument,
    official_of,
    opening_recorded,
    part_option,
    read_file,
    read_opening,
    sealed_blob,
    write_new,
)
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import (
    acting_options,
    finish,
    own_department,
    required_key,
    sealed,
    show_step,
)
from registry_client.cli.options import Session, connected, load_signer
from registry_client.cli.output import print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.instants import today
from registry_client.supervision.custody import joined, statement_of
from registry_client.supervision.sealing import keys_of, sender_of


@click.command("consent", cls=WideCommand, short_help="同意开启 agree to an opening")
@number_argument
@click.option("--reason", default="", metavar="TEXT", help="开启理由，不写个人信息。第一人填写。")
@click.option("--basis", multiple=True, metavar="ARTICLE", help="法律依据，可重复。第一人填写。")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="第一人签名后存入的新文件。")
@click.option("--on", default="", metavar="DAY", help="开启日期，默认为今天。第一人填写。")
@click.option("--join", type=click.Path(path_type=Path), metavar="FILE", help="第二人：第一人签过的文件。")
@acting_options
def consent(session: Session, number: str, **given: Any) -> None:
    """两名保管人先后签名：第一人用 --out 存成文件，第二人用 --join 加签并提交。The consent of two: the first
    signs into a file, the second signs the same and submits."""
    out, join, as_json = (given.pop(name) for name in ("out", "join", "as_json"))
    if (out is None) == (join is None):
        raise click.UsageError("请用 --out(第一人)或者 --join(第二人)之一")
    file = pb.FileReference(kind=pb.FILE_KIND_COMPLAINT, department=own_department(session), number=number)
    if out is not None:
        told = pb.IdentityOpening(
            file=file,
            reason=given["reason"],
            legal_basis=given["basis"],
            on=given["on"] or today().isoformat(),
        )
        _first(session, out, pb.Supervision(identity_opening=told), given)
        return
    opening = read_opening(join)
    body = statement_of(opening).supervision
    if body.identity_opening.file != file:
        raise Failure(f"{join}：不是关于 {number} 的开启决定")
    if not given["act"]:
        show_step(body)
        return
    signer = load_signer(required_key(given["key"]), given["passphrase_fd"])
    finish(session.registry.supervision.take(joined(opening, signer)), as_json)


def _first(session: Session, out: Path, body: pb.Supervision, given: dict[str, Any]) -> None:
    if not given["act"]:
        show_step(body)
        return
    envelope = sealed(session, body, required_key(given["key"]), given["passphrase_fd"], given["secret"])
    write_new(out, envelope.SerializeToString())
    print_line(f"已签名，存入 {out}；请交另一名保管人核对并加签。还没有提交。")


@click.command("share", cls=WideCommand, short_help="移交份额 make the message for the other")
@number_argument
@part_option
@custody_key
@custody_passphrase
@click.option("--to", "other", required=True, metavar="ID", help="另一名保管人的工号。")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="新的移交文件。")
@connected
def share(session: Session, /, number: str, part: str, custody_key: Path, **given: Any) -> None:
    """第一人：为另一名保管人制作移交文件，只有他能用。开启决定须已登记。The first custodian's message for the
    second, after the opening was recorded."""
    key = load_key(custody_key, given["custody_passphrase_fd"])
    own = official_of(session, key.public_key)
    said = opening_recorded(session, number, own, given["other"])
    blob = sealed_blob(session, said, part)
    for public in keys_of_official(session, given["other"]):
        if public in keys_of(blob):
            write_new(given["out"], key.hand_over(blob, public))
            print_line(f"移交文件已存入 {given['out']}；只有 {given['other']} 能用。")
            return
    raise Failure("这份密封件不是密封给这名保管人的")


@click.command("open", cls=WideCommand, short_help="开启 open")
@number_argument
@part_option
@custody_key
@custody_passphrase
@click.option(
    "--share", "message", type=click.Path(path_type=Path), required=True, metavar="FILE", help="移交文件。"
)
@connected
def open_blob(session: Session, /, number: str, part: str, custody_key: Path, **given: Any) -> None:
    """第二人：用移交文件和本人私钥开启，内容只显示在本机。The second custodian reads."""
    key = load_key(custody_key, given["custody_passphrase_fd"])
    own, message = official_of(session, key.public_key), read_file(given["message"])
    blob = sealed_blob(session, opening_recorded(session, number, own), part)
    opening_recorded(session, number, own, official_of(session, sender_of(blob, message)))
    text = key.opened(blob, message)
    sys.stdout.buffer.write(text + b"\n")
