"""``registryctl catalogue``: editions of the catalogue, checked, compared, simulated and made law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from google.protobuf.json_format import MessageToDict

from registry.v1 import catalogue_service_pb2 as pb
from registry_client.cli.catalogue_steps import adopt, draft, review
from registry_client.cli.edition_options import (
    HASH_SHOWN,
    KINDS,
    SECTIONS,
    STATES,
    Source,
    print_faults,
    print_unconfirmed,
    source_of,
)
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_line, print_table
from registry_client.cli.simulate import simulate
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.edition_files import EditionDirectory
from registry_client.words import word_of

_SEVERITIES = {1: "更严", -1: "更宽", 0: ""}


@click.group("catalogue", cls=WideGroup, short_help="惩戒措施目录的版本 editions of the catalogue")
def catalogue() -> None:
    """惩戒措施目录的版本：检查、对照、试算，起草、审查、批准，列出和取回。Editions of the catalogue.

    一个版本由一人起草、另一内设机构的法制审核人审查、第三人批准，备案后自指定之日起施行；三个步骤都是签名的陈述。
    """


@click.command("check", cls=WideCommand, short_help="检查版本并运行用例 check an edition")
@click.argument("source", type=Source(), metavar="SOURCE")
@json_option
@connected
def check(session: Session, source: EditionDirectory | str, as_json: bool) -> None:
    """检查一个版本的文件，运行其 cases 目录中的用例，逐条列出问题所在的文件和行。Check an edition.

    SOURCE 是版本号、版本标识，或者存放其文件的目录（可以有 BASE 文件）。不登记任何内容。有问题时退出码为1。
    """
    cases = () if isinstance(source, str) else source.case_files()
    response = session.registry.catalogue.check(source_of(source), cases=cases)
    if as_json:
        print_json(_message(response))
    else:
        _print_checked(response)
    if response.faults:
        raise click.exceptions.Exit(1)


@click.command("diff", cls=WideCommand, short_help="对照两个版本 what changes between editions")
@click.argument("sources", nargs=-1, required=True, type=Source(), metavar="[FROM] TO")
@json_option
@connected
def diff(session: Session, sources: tuple[EditionDirectory | str, ...], as_json: bool) -> None:
    """用文字逐条说明从一个版本到另一个版本有哪些变化，对被施加者更严还是更宽。What changes, in words.

    FROM 和 TO 是版本号、版本标识，或者存放其文件的目录；不给 FROM 时与现行版本对照。
    """
    if len(sources) > 2:
        raise click.UsageError("最多给出两个版本")
    *before, after = map(source_of, sources)
    changes = session.registry.catalogue.diff(after, before=before[0] if before else None)
    if as_json:
        for change in changes:
            print_json(_change(change))
        return
    for section in dict.fromkeys(change.section for change in changes):
        rows = [
            (word_of(KINDS, change.kind), _SEVERITIES.get(change.severity, ""), change.text)
            for change in changes
            if change.section == section
        ]
        title = f"{SECTIONS.get(section, section)}（{len(rows)}处）"
        print_table(("性质", "轻重", "内容"), rows, title=title, whole=("性质", "轻重"))
    if not changes:
        print_line("两个版本的内容相同。")


@click.command("list", cls=WideCommand, short_help="列出各版本 list editions")
@json_option
@connected
def list_editions(session: Session, as_json: bool) -> None:
    """列出起草或采用过的版本：到了哪一步，由谁办理，何时施行。List editions, drafted or adopted."""
    entries = session.registry.catalogue.editions()
    if as_json:
        for entry in entries:
            print_json(_message(entry))
        return
    rows = [
        (
            entry.label,
            word_of(STATES, entry.state),
            entry.in_force_from or ("始终" if entry.HasField("adopted_position") else ""),
            entry.filing_number,
            "、".join(filter(None, (entry.drafted_by, entry.reviewed_by, entry.adopted_by))),
            entry.edition[:HASH_SHOWN],
        )
        for entry in entries
    ]
    headings = ("版本", "状态", "施行日期", "备案号", "起草、审查、批准", "版本标识")
    print_table(headings, rows, whole=("版本", "施行日期"))


@click.command("get", cls=WideCommand, short_help="取回一个版本 get an edition")
@click.argument("edition", required=False, default="", metavar="[EDITION]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="把文件逐字节存入新目录。Write the files into a new directory.",
)
@json_option
@connected
def get(session: Session, edition: str, out: Path | None, as_json: bool) -> None:
    """取回一个版本的办理情况和文件；EDITION 是版本号或版本标识，不给则为现行版本。Get an edition."""
    response = session.registry.catalogue.get(edition)
    if out is not None:
        _save(out, response)
    if as_json:
        print_json(_message(response))
        return
    _print_entry(response.entry)
    rows = [(file.name, str(len(file.content.encode()))) for file in response.files]
    print_table(("文件", "字节"), rows, whole=("字节",))


def _print_checked(response: pb.CheckEditionResponse) -> None:
    if response.edition:
        content = f"措施{response.measures}项，名单{response.lists}个，信息类别{response.categories}类"
        print_facts(
            [
                ("版本", response.label),
                ("版本标识", response.edition),
                ("内容", content),
                ("用例", f"运行{response.cases_run}个" if response.cases_run else "没有运行"),
            ]
        )
        print_unconfirmed(response)
        print_line("")
    if response.faults:
        print_faults(response)
    else:
        print_line("没有发现问题。", style="bold green")


def _print_entry(entry: pb.EditionEntry) -> None:
    facts = [
        ("版本", entry.label),
        ("版本标识", entry.edition),
        ("状态", word_of(STATES, entry.state)),
        ("起草", _act(entry, "drafted")),
        ("审查", _act(entry, "reviewed")),
        ("审查意见", entry.opinion),
        ("批准", _act(entry, "adopted")),
        ("施行日期", entry.in_force_from),
        ("备案", " ".join(filter(None, (entry.filing_number, entry.filed_on)))),
    ]
    print_facts(facts)
    print_line("")


def _act(entry: pb.EditionEntry, step: str) -> str:
    if not entry.HasField(f"{step}_position"):  # type: ignore[arg-type]
        return ""
    return f"{getattr(entry, f'{step}_by')} 序号{getattr(entry, f'{step}_position')}".strip()


def _save(out: Path, response: pb.GetEditionResponse) -> None:
    try:
        out.mkdir(parents=True)
        for file in response.files:
            (out / Path(file.name).name).write_bytes(file.content.encode())
    except OSError as fault:
        raise Failure(f"{fault.filename or out}：无法写入：{fault.strerror}") from None


def _change(change: pb.EditionChange) -> dict[str, Any]:
    """Every field, the empty ones too."""
    return {
        "kind": pb.ChangeKind.Name(change.kind).removeprefix("CHANGE_KIND_"),
        "section": change.section,
        "code": change.code,
        "text": change.text,
        "severity": change.severity,
    }


def _message(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


for _command in (check, diff, simulate, draft, review, adopt, list_editions, get):
    catalogue.add_command(_command)
