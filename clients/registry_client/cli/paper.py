"""``registryctl paper``: the paper of a receipt that is on file, as PDF, text or JSON; without a network.

A PDF that holds a receipt may be given as well: then the paper is made anew from the receipt alone, whatever
its page said.
"""

from __future__ import annotations

from pathlib import Path

import click

from registry_client.cli.failure import Failure
from registry_client.cli.output import print_line
from registry_client.cli.printed import Printer, fonts_option, save_paper, verify_at_option
from registry_client.cli.wide_help import WideCommand
from registry_client.verification import VerificationError, read_file, read_policy, verify
from registry_papers.answers.attached import attached_in
from registry_papers.answers.pdf_file import is_pdf
from registry_papers.errors import PaperError


@click.command("paper", cls=WideCommand, short_help="由回执制作文书 the paper of a receipt")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="保存为新文件 .pdf、.txt 或 .json；默认与回执同名的 .pdf。Where to save it.",
)
@verify_at_option
@click.option("--printed-by", default="", metavar="NAME", help="印制单位，作为附注印出，不属于回执。")
@click.option("--note", default="", metavar="TEXT", help="附注，如归档号，不属于回执。不得写个人证件号码。")
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="先按这一核验策略核验回执，不成立的不制作。Verify the receipt first.",
)
@fonts_option
def paper(
    file: Path,
    out: Path | None,
    verify_at: str,
    printed_by: str,
    note: str,
    policy: Path | None,
    fonts: Path | None,
) -> None:
    """由留存的回执制作文书：查询回执、投标人信用筛查报告、信用档案、专项信用报告。The paper of a receipt.

    FILE 是 --receipt 保存的回执（二进制或JSON），或者附有回执的PDF：由其中的回执重新制作，不理会原来的页面。
    PDF是PDF/A-3，回执作为附件在其中，用 registryctl verify 即可核验；同一回执制作的PDF逐字节相同。
    不连接任何系统。
    """
    out = out or file.with_suffix(".pdf")
    if out.exists():
        raise Failure(f"{out} 已存在；文书不会被覆盖，请用 --out 另取文件名")
    try:
        receipt = _receipt_in(read_file(file))
        if policy is not None:
            _require_sound(receipt, policy)
    except VerificationError as error:
        raise Failure(str(error)) from None
    printer = Printer(verify_at, printed_by, note, fonts)
    save_paper(out, printer.content(receipt, out.suffix.lower()))
    print_line(f"文书已保存到 {out}")


def _receipt_in(content: bytes) -> bytes:
    if not is_pdf(content):
        return content
    try:
        receipt = attached_in(content).receipt
    except PaperError as fault:
        raise Failure(str(fault)) from None
    if receipt is None:
        raise Failure("PDF所附的是没有签名的答复，不是回执")
    return receipt


def _require_sound(receipt: bytes, policy: Path) -> None:
    report = verify(receipt, read_policy(policy), accept_shortfalls=True)
    if not report.ok:
        fault = report.faults[0]
        raise Failure(f"回执不成立，不制作文书：{fault.name} {fault.detail}")
