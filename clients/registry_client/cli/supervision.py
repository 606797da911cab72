"""``registryctl supervision``: files of supervision of every kind, and what is due in them."""

from __future__ import annotations

import click

from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry.v1.supervision_pb2 import FileKind
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.supervision.referral_words import FILE_KINDS
from registry_client.words import word_of

_KIND = WordOption(FILE_KINDS, FileKind, "FILE_KIND_")
_kind = click.option("--kind", type=_KIND, default=0, metavar="WORD", help=f"只列：{_KIND.choices()}。")
_department = click.option(
    "--department", default="", metavar="CODE", help="部门代码，默认为本部门；登记机关和审计默认为全部。"
)


@click.group("supervision", cls=WideGroup, short_help="监管卷宗和期限 files and what is due")
def supervision() -> None:
    """监管卷宗，和其中应办、逾期的事项。Files of supervision, and what is due in them."""


@supervision.command("files", cls=WideCommand, short_help="列出卷宗 list files")
@_kind
@_department
@click.option("--subject", default="", metavar="CODE", help="只列有关这一主体的。Only those about a subject.")
@json_option
@connected
def files(session: Session, kind: FileKind.ValueType, department: str, subject: str, as_json: bool) -> None:
    """列出卷宗，后开立的在前。List files, the one opened last first."""
    request = ListFilesRequest(kind=kind, department=department, subject=subject, page_size=500)
    rows = []
    while True:
        page = session.registry.supervision.files(request)
        for file in page.files:
            if as_json:
                print_json(json_of(file))
            else:
                kind_word = word_of(FILE_KINDS, file.file.kind)
                last = file.acts[-1].received_on
                rows.append((kind_word, file.file.number, file.file.department, file.subject, last))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    if not as_json:
        print_table(("种类", "编号", "开立部门", "主体", "最近"), rows, whole=("种类", "最近"))


@supervision.command("due", cls=WideCommand, short_help="应办和逾期 what is due")
@_kind
@_department
@click.option("--overdue", is_flag=True, help="只列逾期的。Only what is overdue.")
@click.option("--on", default="", metavar="DAY", help="所问的日期，默认为今天。As of a day.")
@json_option
@connected
def due(
    session: Session,
    kind: FileKind.ValueType,
    department: str,
    overdue: bool,
    on: str,
    as_json: bool,
) -> None:
    """列出应办事项，逾期最久的在前。List what is due, the most overdue first."""
    found = session.registry.supervision.obligations(
        department=department, kind=kind, on=on, overdue_only=overdue
    )
    if as_json:
        for each in found.obligations:
            print_json(json_of(each))
        return
    rows = [
        (each.due_on, str(each.days_late or ""), each.task, each.file.number, each.department)
        for each in found.obligations
    ]
    print_table(("最后一日", "逾期", "事项", "编号", "部门"), rows, whole=("最后一日", "逾期"))
    if found.more:
        print_line("只列前一千项。")
