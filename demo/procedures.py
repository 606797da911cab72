"""``make demo-bans``: bans, repair and revocation, from the first step to the last, on a fresh registry.

1 found it · 2 a procurement ban by five officials, with three refusals, to its early lifting · 3 a repair
that ends two measures and leaves a third · 4 a penalty revoked, its consequences fallen, its receivers told
again · 5 all folded again from the log to the same bytes.

Exits 1 if anything differs from what law says should follow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from demo.ban_walk import appoint_all, walk
from demo.control import Control
from demo.parties import BAR_EXPIRED, CLEAN, COLLUDED
from demo.remedy_walk import prepare, walk_repair, walk_revocation
from demo.showing import heading, say
from demo.town import Town, TownError, elapsed_since, founded_town, run_registry
from registry.domain.periods import china_day
from registry.editions import CURRENT_LABEL
from registry.engine import now_ms
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


def main() -> None:
    """Runs the demonstration."""
    parser = argparse.ArgumentParser(prog="python -m demo.procedures", description="Bans and remedies.")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="leave registry and papers here")
    keep: Path | None = parser.parse_args().keep
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="registry-demo-") as parent:
        directory = (keep or Path(parent)) / "registry"
        papers = (keep or Path(parent)) / "papers"
        papers.mkdir(parents=True)
        try:
            differing = _run(directory, papers)
        except TownError as error:
            sys.exit(f"demo: {error}")
    for line in differing:
        say(f"[red]与预期不符: {line}[/red]")
    say(f"\n完成, 用时 {elapsed_since(start)}")
    sys.exit(1 if differing else 0)


def _run(directory: Path, papers: Path) -> list[str]:
    today = china_day(now_ms())
    heading(1, "建立登记系统; 部门、五名办案人员和各自的密钥")
    with founded_town(directory, CURRENT_LABEL) as town:
        finance, housing = Control(town, "finance", papers), Control(town, "housing", papers)
        appoint_all(town, finance)
        prepare(town, housing)
        _know(town, today.isoformat())
        heading(2, "政府采购市场禁入: 立案到提前解除")
        differing = walk(town, finance, today)
        heading(3, "信用修复: 两项措施终止, 一项依法不能提前终止")
        differing += walk_repair(town, housing, today)
        heading(4, "处罚被撤销: 据以产生的限制终止, 再次告知")
        differing += walk_revocation(town, housing, today)
    heading(5, "从日志重建, 逐字节比对")
    say(run_registry("verify", "--directory", str(directory)))
    say(run_registry("rebuild", "--directory", str(directory)))
    return differing


def _know(town: Town, today: str) -> None:
    """The firms are registered, and the lists that law requires are delivered."""
    for party in (CLEAN, BAR_EXPIRED, COLLUDED):
        subject = subject_pb2.Subject(identifier=party.identifier, kind=party.kind, name=party.name)
        town.state("市场监管", pb.Event(subject=subject, category="E-01", effective_from="2020-01-06"))
    for department, lists in (("法院", ["L-01"]), ("财政", ["L-02"]), ("税务", ["L-03"]), ("人社", ["L-04"]),
                              ("应急", ["L-05"]), ("市场监管", ["L-06", "L-90"])):  # fmt: skip
        for code in lists:
            town.state(department, pb.Delivery(list_code=code, as_of=today))


if __name__ == "__main__":
    main()
