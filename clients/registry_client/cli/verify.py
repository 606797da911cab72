"""``registryctl verify``: does a receipt stand, or the paper that it is attached to, without asking anybody?

Imports nothing that needs a network: whoever checks a receipt may have none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from registry.v1 import verdict_pb2
from registry.verification import Report
from registry_client.cli.failure import Failure
from registry_client.cli.output import print_facts, print_json, print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.verification import VerificationError, read_policy
from registry_client.verification import verify as check

_VERDICTS = {
    verdict_pb2.VERDICT_BLOCKED: "禁止 BLOCKED",
    verdict_pb2.VERDICT_REVIEW: "需研判 REVIEW",
    verdict_pb2.VERDICT_CLEAR: "未见限制 CLEAR",
    verdict_pb2.VERDICT_INDETERMINATE: "无法判定 INDETERMINATE",
}
_OF_THE_PAPER = ("printing", "page")
"""Claims that are not the registry's."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){0,32}")


@click.command(
    "verify", cls=WideCommand, short_help="离线核验回执和文书 check a receipt or its paper offline"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="核验策略：认哪些日志、回执密钥、见证人、时间戳机构和算法。The verifier's policy.",
)
@click.option(
    "--accept-shortfalls",
    is_flag=True,
    help="接受答复所证明的少于所要求的，逐项列出不足。Accept less than was asked for.",
)
@click.option(
    "--nonce", metavar="HEX", help="查询时所附的随机数；答复须与之相同。The nonce sent with the question."
)
@click.option(
    "--edition",
    "editions",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="程序所附之外的目录版本。An edition of the catalogue beside those that come with the program.",
)
@click.option(
    "--receipt-only", is_flag=True, help="PDF只核对所附的回执，不核对页面。Leave the page of a PDF alone."
)
@click.option(
    "--fonts", type=click.Path(path_type=Path), metavar="DIR", help="重制PDF页面所用中文字体的目录。Fonts."
)
@click.option("--json", "as_json", is_flag=True, help="输出一个JSON对象。Print JSON for machines.")
def verify(
    file: Path,
    policy: Path,
    accept_shortfalls: bool,
    nonce: str | None,
    editions: tuple[Path, ...],
    receipt_only: bool,
    fonts: Path | None,
    as_json: bool,
) -> None:
    """离线核验查询回执 FILE，逐行说明核对了什么。Check a receipt offline, line by line.

    FILE 是回执（二进制或JSON），或者附有回执的PDF文书。PDF还要核对页面：由回执重制页面，与文件逐字节比对；
    字体或者程序与制作时不同的，逐字比对文字。

    OK 核对相符；FAILED 不符，回执不予采信；CLAIMED 回执不能证明、只是登记系统签名的说法；
    SKIPPED 本机不能核对，回执不予采信。
    由证据按所用的目录版本重新判定结论。不连接任何系统。

    全部相符（可有 CLAIMED）时退出码为0，否则为1。
    """
    if nonce is not None and not _HEX.fullmatch(nonce):
        raise click.BadParameter("应为十六进制，不超过32字节。", param_hint="--nonce")
    expected = None if nonce is None else bytes.fromhex(nonce)
    try:
        report = check(
            file,
            read_policy(policy),
            accept_shortfalls=accept_shortfalls,
            nonce=expected,
            editions=editions,
            receipt_only=receipt_only,
            fonts=fonts,
        )
    except VerificationError as error:
        raise Failure(str(error)) from None
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)
    if not report.ok:
        raise click.exceptions.Exit(1)


def _print(report: Report) -> None:
    print_facts((f"{line.outcome.value:<7} {line.name}", line.detail) for line in report)
    told = f"结论：{_VERDICTS[report.verdict]}。" if report.verdict in _VERDICTS else ""
    if [line.name for line in report.faults] == ["page"]:
        print_line(
            f"页面不予采信。所附的回执成立，{told}用 registryctl paper 可以由回执重新制作文书。", style="bold"
        )
        return
    if not report.ok:
        print_line(f"回执不予采信：{len(report.faults)}项不符或未能核对。", style="bold")
        return
    count = sum(line.name not in _OF_THE_PAPER for line in report.claims)
    claims = f"{count}项是登记系统签名的说法。" if count else ""
    looks = any(line.name == "page" for line in report.claims)
    page = "页面的外观没有核对，以这一结论为准。" if looks else ""
    print_line(f"回执成立。{told}{page}{claims}", style="bold")


def _as_json(report: Report) -> dict[str, Any]:
    lines = [
        {"name": line.name, "outcome": line.outcome.value, "detail": line.detail} for line in report.lines
    ]
    found: dict[str, Any] = {"ok": report.ok, "lines": lines}
    if report.verdict:
        found["verdict"] = verdict_pb2.Verdict.Name(report.verdict).removeprefix("VERDICT_")
    if report.answer is not None:
        found |= {
            "origin": report.answer.origin,
            "method": report.answer.method,
            "position": report.answer.position,
            "edition": report.answer.edition,
            "answered_ms": report.answer.answered_ms,
        }
    return found
