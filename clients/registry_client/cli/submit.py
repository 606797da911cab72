"""``registryctl submit``: the rows of files, signed and submitted, and what became of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click

from registry_client.cli.failures import EXPECTED, Failure
from registry_client.cli.options import Session, connected, json_option, load_signer, passphrase_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.wide_help import WideCommand
from registry_client.files import Table, read_table
from registry_client.numbering import Numbering
from registry_client.submission import DEFAULT_BATCH, MAX_BATCH, Disposition, RowResult, Sender, submit_table

SIGNING_KEY, SECRET = "signing.pem", "statement.secret"


@dataclass(slots=True)
class _Report:
    """What became of one file so far. Keeps the rows that did not get in; the others are counted."""

    path: Path
    counts: Counter[Disposition] = field(default_factory=Counter)
    kept_out: list[RowResult] = field(default_factory=list)
    unsent: Counter[str] = field(default_factory=Counter)

    def add(self, result: RowResult) -> None:
        self.counts[result.disposition] += 1
        self.unsent.update(result.unsent)
        if not result.disposition.recorded:
            self.kept_out.append(result)


@click.command("submit", cls=WideCommand, short_help="签名并提交文件 sign and submit files")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="签名私钥，默认为凭证目录中的 signing.pem。The signing key.",
)
@passphrase_option
@click.option(
    "--secret",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="陈述编号密钥，默认为凭证目录中的 statement.secret；本部门各提交机器须共用同一份。"
    "The department's secret for statement ids.",
)
@click.option("--origin", metavar="ORIGIN", help="登记日志的名称，默认取自证书。Origin of the log.")
@click.option(
    "--department", metavar="CODE", help="本部门统一社会信用代码，默认取自证书。The department's code."
)
@click.option(
    "--batch",
    type=click.IntRange(1, MAX_BATCH),
    default=DEFAULT_BATCH,
    show_default=True,
    metavar="N",
    help="每批提交的份数。Statements per call.",
)
@json_option
@connected
def submit(
    session: Session,
    files: tuple[Path, ...],
    key: Path | None,
    passphrase_fd: int | None,
    secret: Path | None,
    origin: str | None,
    department: str | None,
    batch: int,
    as_json: bool,
) -> None:
    """把文件中的每一行签名后提交，并报告每一行的结果。Sign and submit each row of the files.

    文件为csv（UTF-8、带标记的UTF-8或GB 18030），表头为双公示行政处罚、行政许可的列名或短代码，
    或名单信息、措施决定、职称职业信息、登记注册信息模板的列名，次序不限，种类由表头识别。

    每一行的结果是：接收、已有（以前提交过，不重复记录）、退回（登记系统说明理由并留存）或未提交（本行无法识别）。
    重复提交同一文件是安全的。有任何一行退回或未提交时，退出码为1。
    """
    sender = Sender(
        origin=certified(origin, session.credentials.origin, "--origin"),
        department=certified(department, session.credentials.department, "--department"),
        signer=load_signer(key or session.directory / SIGNING_KEY, passphrase_fd),
        numbering=Numbering.load(secret or session.directory / SECRET),
    )
    tables = [read_table(path) for path in files]
    reports = [_Report(table.path) for table in tables]
    try:
        for table, report in zip(tables, reports, strict=True):
            _submit(session, table, report, sender, batch, as_json)
    finally:
        # Also after a failure: what was recorded by then stays recorded.
        _print_summary(reports, as_json)
    if any(report.kept_out for report in reports):
        raise click.exceptions.Exit(1)


def _submit(
    session: Session, table: Table, report: _Report, sender: Sender, batch: int, as_json: bool
) -> None:
    try:
        for result in submit_table(session.registry, table, sender, batch=batch):
            report.add(result)
            if as_json:
                print_json(_row(table.path, result))
    except EXPECTED:
        if not as_json:
            print_line(f"{table.path}：提交中断，已知结果如下；请重新提交，已有的行不会重复记录。")
            _print_report(table, report)
        raise
    if not as_json:
        _print_report(table, report)


def _print_report(table: Table, report: _Report) -> None:
    layout = table.headings.layout
    if report.kept_out:
        rows = [
            (str(result.line), fault.column, f"{fault.message} {fault.name}")
            for result in report.kept_out
            for fault in result.faults
        ]
        title = f"{table.path}（{layout.name}）未进入登记系统的行"
        print_table(("行", "列", "说明和原因"), rows, title=title, whole=("行",))
    if report.unsent:
        columns = "、".join(f"{heading}（{count}行）" for heading, count in report.unsent.items())
        print_line(f"{table.path}：以下各列有内容但不属于陈述，没有提交：{columns}")


def _print_summary(reports: list[_Report], as_json: bool) -> None:
    if as_json:
        for report in reports:
            counts = {each.value: report.counts[each] for each in Disposition}
            print_json({"file": str(report.path), "rows": report.counts.total(), **counts})
        return
    headings = ("文件", "行数", "接收", "已有", "退回", "未提交")
    rows = [
        (str(report.path), str(report.counts.total()), *(str(report.counts[each]) for each in Disposition))
        for report in reports
    ]
    print_table(headings, rows, title="提交结果", whole=headings[1:])


def _row(path: Path, result: RowResult) -> dict[str, object]:
    faults = [
        {"column": fault.column, "reason": fault.name, "message": fault.message} for fault in result.faults
    ]
    return {
        "file": str(path),
        "line": result.line,
        "result": result.disposition.value,
        "statement_id": result.statement_id,
        "position": result.position,
        "faults": faults,
        "unsent": list(result.unsent),
    }


def certified(given: str | None, in_certificate: str, option: str) -> str:
    """What an option says, or else the caller's certificate. Failure if neither does."""
    if given or in_certificate:
        return given or in_certificate
    raise Failure(f"证书中没有部门身份，请用 {option} 指定")
