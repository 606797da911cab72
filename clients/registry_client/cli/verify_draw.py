"""``registryctl verify-draw``: a draw repeated from its published files alone, without asking anybody.

Imports nothing that needs a network: whoever repeats a draw may have none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.provenance.note import NoteError
from registry_client.cli.failure import Failure
from registry_client.cli.output import print_facts, print_json, print_line
from registry_client.cli.wide_help import WideCommand
from registry_client.supervision.draw_check import check_draw, trusting
from registry_client.supervision.draw_package import PackageError, read_package
from registry_client.verification import VerificationError, read_policy


@click.command("verify-draw", cls=WideCommand, short_help="离线重做双随机抽取 repeat a draw offline")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--log-key",
    "keys",
    multiple=True,
    metavar="VKEY",
    help="日志公钥（C2SP vkey），检查点须有其签名；可多次给出，缺一不可。Each must have signed.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="核验策略文件：日志、见证人、时间戳机构。The verifier's policy.",
)
@click.option("--json", "as_json", is_flag=True, help="输出一个JSON对象。Print JSON for machines.")
def verify_draw(package: Path, keys: tuple[str, ...], policy: Path | None, as_json: bool) -> None:
    """离线重做双随机抽取，PACKAGE 是核验包（目录或zip），逐行说明核对了什么。Repeat a draw offline.

    名录与登记时相同、随机数是抽取令之后日志的首个、按公布的算法重新抽取与结果逐行相同的，为相符。
    不连接任何系统。全部相符时退出码为0，有一项不符为1，核验包或公钥不能读取为3。
    """
    if bool(keys) == (policy is not None):
        raise click.UsageError("--log-key 与 --policy 应给出一种")
    try:
        given = read_package(package)
        if policy is None:
            report = check_draw(given, trusting(*keys))
        else:
            held = read_policy(policy)
            stamped = held.check_stamp if held.certificates else None
            report = check_draw(given, lambda note: held.check_checkpoint(note).checkpoint, stamped)
    except (PackageError, VerificationError) as error:
        raise Failure(str(error)) from None
    except (NoteError, ValueError) as error:
        raise Failure(f"--log-key：{error}") from None
    _print(report, as_json)
    if not report.ok:
        raise click.exceptions.Exit(1)


def _print(report: Any, as_json: bool) -> None:
    if as_json:
        lines = [{"name": line.name, "outcome": line.outcome.value, "detail": line.detail} for line in report]
        print_json({"ok": report.ok, "lines": lines})
        return
    print_facts((f"{line.outcome.value:<7} {line.name}", line.detail) for line in report)
    if report.ok:
        print_line("抽取相符：与公布的文件和日志一致。", style="bold")
    else:
        print_line(f"抽取不符：{len(report.faults)}项。", style="bold")
