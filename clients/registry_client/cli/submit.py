"""``registryctl submit``: the rows of files, checked, signed and submitted, and what became of each."""

from __future__ import annotations

from pathlib import Path

import click

from registry_client.bulk.journal import JournalError
from registry_client.bulk.preparing import Author
from registry_client.cli.failures import Failure
from registry_client.cli.gate_options import Gate, gate_options
from registry_client.cli.marked_file import require_usable
from registry_client.cli.options import Session, connected, json_option, load_signer, passphrase_option
from registry_client.cli.submit_run import Run
from registry_client.cli.wide_help import WideCommand
from registry_client.files import read_table
from registry_client.numbering import Numbering
from registry_client.submission import DEFAULT_BATCH, MAX_BATCH, Sender

SIGNING_KEY, SECRET, STATE = "signing.pem", "statement.secret", "submitted"


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
@click.option(
    "--sheet", default="", metavar="NAME", help="要读的工作表；有内容的不止一张时须指明。Worksheet."
)
@click.option(
    "--marked",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help="写出标注文件：原表加错误、提示和登记结果，错误单元格标红。A copy with faults and results.",
)
@click.option("--check-only", is_flag=True, help="只检查，不提交。Check and send nothing.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="提交记录的目录，默认为凭证目录中的 submitted。Where the journal is kept.",
)
@click.option("--resend", is_flag=True, help="不看提交记录，全部再发送（登记系统不会重复记录）。Send again.")
@gate_options
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
    sheet: str,
    marked: Path | None,
    check_only: bool,
    state: Path | None,
    resend: bool,
    gate: Gate,
    as_json: bool,
) -> None:
    """检查文件的每一行，把没有错误的签名后提交，并报告每一行的结果。Check, sign and submit the rows of files.

    文件为xlsx或csv（UTF-8、带标记的UTF-8或GB 18030；逗号、制表符或分号），表头为双公示行政处罚、行政许可的
    列名或短代码，或名单信息、措施决定、职称职业信息、登记注册信息模板的列名，次序不限，种类由表头识别。
    模板用 registryctl template 取得。

    先检查全部文件，再提交：有错误的行不提交，一次指出全部错误所在的单元格。行数与上次相差很大，或缺少上次的
    许多行时停下，什么也不提交，经人核对后用 --confirm 放行。

    每一行的结果是：接收、已有（以前提交过，不重复记录）、退回（登记系统说明理由并留存）或未提交（本行有错误）。
    重复提交同一文件是安全的，中断后再次运行即可。有任何一行退回或未提交时，退出码为1。
    """
    if marked:
        require_usable(marked, files)
    author = Author(
        origin=certified(origin, session.credentials.origin, "--origin"),
        department=certified(department, session.credentials.department, "--department"),
        numbering=Numbering.load(secret or session.directory / SECRET),
    )
    signer = load_signer(key or session.directory / SIGNING_KEY, passphrase_fd)
    run = Run(
        registry=session.registry,
        author=author,
        sender=Sender(author.origin, author.department, signer, author.numbering),
        directory=state or session.directory / STATE,
        gate=gate,
        batch=batch,
        marked=marked,
        check_only=check_only,
        resend=resend,
        as_json=as_json,
    )
    try:
        kept_out = run.go([read_table(path, sheet=sheet) for path in files])
    except JournalError as fault:
        raise Failure(str(fault)) from None
    if kept_out:
        raise click.exceptions.Exit(1)


def certified(given: str | None, in_certificate: str, option: str) -> str:
    """What an option says, or else the caller's certificate. Failure if neither does."""
    if given or in_certificate:
        return given or in_certificate
    raise Failure(f"证书中没有部门身份，请用 {option} 指定")
