"""``make demo-supervision``: from a filed rule to a restriction and out of it again, with dates.

1 an approval matter and its rule, reviewed and filed · 2 plan, committed rosters, a draw that a third party
repeats from published files, and refuses once a letter is altered · 3 visits signed by two, evidence, a
finding outside the remit told on and read · 4 accepted late, decided: only now credit information, and a
tender screened · 5 repaired, screened again · 6 the accountability report, which names the one step that was
late · 7 all folded again from the log to the same bytes.

The registry's clock is the story's. Exits 1 if anything differs from what should follow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from demo.showing import heading, plain, say
from demo.supervision.cast import DEPARTMENTS, OFFICIALS
from demo.supervision.deciding import asked, decide, know, receive, repair
from demo.supervision.drawing import draw
from demo.supervision.reporting import report
from demo.supervision.rules import file_the_rule
from demo.supervision.stage import Stage, StageError, staged
from demo.supervision.visiting import publish_all, visit_all
from demo.town import TownError, elapsed_since, run_registry
from registry_client import Verdict

FOUNDED = date(2026, 3, 2)


def main() -> None:
    """Runs the demonstration."""
    parser = argparse.ArgumentParser(prog="python -m demo.supervision", description="From rule to credit.")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="leave registry and papers here")
    keep: Path | None = parser.parse_args().keep
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="registry-demo-") as parent:
        try:
            differing = play((keep or Path(parent)).resolve())
        except (StageError, TownError) as error:
            sys.exit(f"demo: {error}")
    for line in differing:
        say(f"[red]与预期不符: {line}[/red]")
    say(f"\n完成, 用时 {elapsed_since(start)}")
    sys.exit(1 if differing else 0)


def play(directory: Path) -> list[str]:
    """The whole story in a directory; what differs from what should follow."""
    registry, papers = directory / "registry", directory / "papers"
    papers.mkdir(parents=True)
    with staged(registry, FOUNDED) as stage:
        differing = _told(stage, papers)
    heading(7, "从日志重新折叠, 与存储逐字节比对")
    plain(run_registry("verify", "--directory", str(registry)))
    plain(run_registry("rebuild", "--directory", str(registry)))
    return differing


def _told(stage: Stage, papers: Path) -> list[str]:
    heading(1, "审批事项和监管制度: 起草、审查、备案由三个部门分别办理")
    for department in DEPARTMENTS:
        stage.enter(department)
    stage.appoint(*OFFICIALS)
    file_the_rule(stage)
    heading(2, "双随机: 计划、名录、抽取, 任何人可以重做")
    drawn, differing = draw(stage, papers)
    if not drawn:
        return differing
    firm = drawn[0][0]
    heading(3, "检查: 两人签名、证据、公示; 超出职责的线索告知有关机关")
    know(stage, firm)
    visit_all(stage, drawn)
    receive(stage)
    publish_all(stage, len(drawn))
    differing += asked(stage, firm, "检查、告知和公示以后(都不是信用信息)", Verdict.CLEAR)
    heading(4, "移送: 受理、决定、反馈; 只有决定进入信用记录")
    penalty = decide(stage, firm)
    differing += asked(stage, firm, "处罚决定以后", Verdict.BLOCKED)
    heading(5, "信用修复: 依法退出")
    repair(stage, penalty)
    differing += asked(stage, firm, "修复以后", Verdict.CLEAR)
    heading(6, "责任追究: 只凭日志, 谁的哪一步迟了")
    return differing + report(stage)


if __name__ == "__main__":
    main()
