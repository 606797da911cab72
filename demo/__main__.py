"""``make demo``: the mission in one minute, on a fresh registry.

1 found it · 2 eight departments with their own keys · 3 their files, wrong rows reported · 4 a tender
asked about in all five domains · 5 the tender screened whole on three days · 6 a penalty withdrawn: the
verdict changes, the old answer can still be had · 7 the law changes on 2026-04-01: difference, simulation,
adoption by three officials · 8 the registry checked against its own log · 9 answers as evidence: receipts
for a blocked bidder and for a firm without record, the log mirrored over HTTP, and with the server stopped
both receipts checked offline, and refused once a byte is changed.

With ``--keep DIRECTORY`` the registry stays there, to be served and asked with ``registryctl``.

Exits 1 if any verdict or refusal differs from what the sample files were written for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from demo.asking import DOMAINS, ROLES, ask, surprises
from demo.cast import TENDER, Asked
from demo.delivery import deliver
from demo.evidence import prove
from demo.remedies import repair, withdraw
from demo.screening import screen
from demo.showing import heading, say, show, why, word
from demo.switch import switch
from demo.town import Town, TownError, elapsed_since, founded_town, run_registry
from registry.v1 import subject_pb2 as pb
from registry_client import CheckResult, Verdict, worst

Answers = dict[tuple[Asked, pb.Domain.ValueType], CheckResult]


def main() -> None:
    """Runs the demonstration."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="The mission in one minute.")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="leave the registry here")
    keep: Path | None = parser.parse_args().keep
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="registry-demo-") as parent:
        directory = keep or Path(parent) / "registry"
        heading(1, "建立登记系统: 密钥、证书、空的存储和创世陈述")
        try:
            with founded_town(directory) as town:
                differing = run(town)
            heading(8, "用日志核对登记系统自身")
            say(run_registry("verify", "--directory", str(directory)))
            say(run_registry("rebuild", "--directory", str(directory)))
            heading(9, "答复作为证据: 回执、日志镜像、离线核验")
            differing += prove(directory)
        except TownError as error:
            sys.exit(f"demo: {error}")
    for line in differing:
        say(f"[red]与预期不符: {line}[/red]")
    if keep:
        say(f"登记系统留在 {keep}; 启动: python -m registry serve --directory {keep}")
    say(f"\n完成, 用时 {elapsed_since(start)}")
    sys.exit(1 if differing else 0)


def run(town: Town) -> list[str]:
    """Steps 2 to 7; what differs from what was expected."""
    heading(2, "登记八个部门, 各有自己的密钥(由新密钥本身签名证明持有)")
    show_departments(town)
    heading(3, "部门提交文件: 双公示处罚和许可、名单、决定、登记")
    delivered = deliver(town)
    repair(town, delivered.ids)
    heading(4, f"{TENDER.number} {TENDER.title}, 开标 {TENDER.opening:%Y-%m-%d %H:%M}")
    show_tender(town)
    heading(5, "整个采购项目一次筛查, 三个日期(有效时间)")
    differing = screen(town)
    count, wrong = surprises(town)
    say(f"{count} 个结论与样例的预期逐一比对: {len(wrong)} 个不符")
    heading(6, "撤回一项处罚: 结论改变, 旧答案仍可重现(已知位置)")
    differing += delivered.differing + wrong + withdraw(town, delivered.ids)
    heading(7, "2026-04-01 法律切换: 目录版本的比较、模拟、起草、审查、批准")
    return differing + switch(town)


def show_departments(town: Town) -> None:
    """The directory, as the registrar reads it."""
    departments = {entry.registration.code: entry.registration for entry in town.registrar.departments()}
    rows = []
    for key in town.registrar.list_keys():
        registration = departments[key.enrolment.department]
        mandate = registration.mandate
        extent = f"{len(mandate.categories)} 类 {len(mandate.lists)} 名单 {len(mandate.measures)} 措施"
        rows.append((registration.name, extent, key.keyid[:12], str(key.position)))
    show(("部门", "职责", "密钥", "序号"), rows)


def show_tender(town: Town) -> None:
    """Everyone who takes part, in all five domains: the verdicts, then the reasons."""
    answers: Answers = {
        (asked, domain): ask(town, asked, domain)
        for asked in TENDER.everybody()
        for domain in DOMAINS
        if domain != pb.DOMAIN_EXIT_ENTRY or asked.party.personal
    }
    rows: list[tuple[str, ...]] = []
    for bid in TENDER.bids:
        rows += [_row(_short(asked), ROLES[asked.role], [asked], answers) for asked in bid.members]
        if len(bid.members) > 1:
            rows.append(_row("  联合体合并", "(最差者)", bid.members, answers))
    rows += [_row(_short(asked), ROLES[asked.role], [asked], answers) for asked in TENDER.others]
    show(("主体", "身份", *DOMAINS.values()), rows)
    say("为什么, 依据哪一条, 到什么时候:")
    reasons = [
        (_short(asked), DOMAINS[domain], word(result.verdict), why(result))
        for (asked, domain), result in answers.items()
        if result.hits or (result.verdict is Verdict.INDETERMINATE and domain == pb.DOMAIN_PROCUREMENT)
    ]
    show(("主体", "领域", "结论", "措施, 名单和文书号, 法律依据, 起止"), reasons, wide=3)


def _row(name: str, role: str, members: list[Asked] | tuple[Asked, ...], answers: Answers) -> tuple[str, ...]:
    cells = []
    for domain in DOMAINS:
        results = [answers[asked, domain] for asked in members if (asked, domain) in answers]
        cells.append(word(worst(results)) if results else "-")
    return (name, role, *cells)


def _short(asked: Asked) -> str:
    name = asked.party.name
    for common in ("(示例)有限公司", "建筑工程", "工程项目管理"):
        name = name.replace(common, "")
    return name


if __name__ == "__main__":
    main()
