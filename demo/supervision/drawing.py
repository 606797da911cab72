"""Second chapter: plan, rosters, a draw, and a third party who repeats it from published files alone."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from demo.control import Control
from demo.showing import WIDTH, plain, say
from demo.supervision.cast import FIRMS, GRADES, MARKET, MATTER, PLANNER, VISITORS
from demo.supervision.stage import Stage
from demo.town import run_registry
from registry.provenance.draw.lists import read_result
from registry.v1.subject_pb2 import Subject
from registry.v1.supervision_pb2 import (
    FILE_KIND_DRAW,
    FILE_KIND_ROSTER,
    ROSTER_KIND_INSPECTORS,
    ROSTER_KIND_OBJECTS,
    FileReference,
    InspectionPlan,
    PlanItem,
    Roster,
    RosterKind,
)
from registry_client.supervision.roster_files import prepare

CODE = MARKET.office.code
DRAW = FileReference(kind=FILE_KIND_DRAW, department=CODE, number="CQ-2026-01")
WANTED = 3
POLICY = "verify.policy"
Drawn = list[tuple[str, tuple[str, ...]]]
"""Objects with their inspectors, in the order in which they were drawn."""


def draw(stage: Stage, papers: Path) -> tuple[Drawn, list[str]]:
    """The plan, the rosters, the order, the result; and what differs from what should follow."""
    stage.go_to(date(2026, 3, 20))
    stage.act(PLANNER, plan=_plan())
    say("2026-03-20 年度抽查计划 JH-2026 报上级备案")
    stage.go_to(date(2026, 4, 1))
    _commit(stage, papers, "objects", ROSTER_KIND_OBJECTS, _objects())
    _commit(stage, papers, "inspectors", ROSTER_KIND_INSPECTORS, _inspectors())
    say(f"2026-04-01 名录先行固定(登记哈希树的根): {len(FIRMS)} 户施工单位, {len(VISITORS)} 名检查人员")
    stage.go_to(date(2026, 4, 2))
    market = Control(stage, MARKET.folder, papers)
    market.run("draw", "order", *_order(), "--files", "published", *_signing(stage))
    say("2026-04-02 抽取令: 抽 3 户, 每户 2 人, 信用等级只作抽取权重; 随机数此时尚不存在")
    stage.engine.upkeep.mapper.require(stage.engine.state.size - 1, 30.0)
    given = ("--files", "published", "--out", "published/result.csv", "--upload")
    ran = market.run("draw", "run", DRAW.number, *given, *_signing(stage))
    if ran.code:
        return [], [f"抽取没有完成: {ran.text.strip()}"]
    with (papers / "published/result.csv").open("rb") as lines:
        drawn = [(code, tuple(officials)) for code, officials in read_result(lines)]
    for place, (code, officials) in enumerate(drawn, 1):
        plain(f"  第{place}户 {firm_named(code).name} {code}: {'、'.join(officials)}")
    return drawn, _repeated(stage, papers, market)


def _order() -> tuple[str, ...]:
    return (
        "--number", DRAW.number, "--plan", "JH-2026", "--item", "1", "--objects", "ML-objects",
        "--inspectors", "ML-inspectors", "--wanted", str(WANTED), "--weight", "C=2", "--weight", "D=4",
        "--on", "2026-04-02", "--inspect-by", "2026-04-30",
    )  # fmt: skip


def _signing(stage: Stage) -> tuple[str, ...]:
    secret = stage.directory / "officials" / "market.secret"
    if not secret.exists():
        stage.numberings[CODE].save(secret)
    return ("--act", "--key", str(stage.key_file(PLANNER).resolve()), "--secret", str(secret.resolve()))


def _repeated(stage: Stage, papers: Path, market: Control) -> list[str]:
    """A third party repeats the draw; with one line of a roster altered it does not come out."""
    market.run("draw", "publish", DRAW.number, "--files", "published", "--out", "package")
    (papers / POLICY).write_text(run_registry("policy", "--directory", str(stage.directory)) + "\n", "utf-8")
    say("第三方只凭公布的核验包重做抽取, 不连接任何系统:")
    differing = [] if _verified(papers, "package") == 0 else ["核验包没有通过核验"]
    shutil.copytree(papers / "package", papers / "altered")
    roster = papers / "altered" / "objects.csv"
    roster.write_bytes(roster.read_bytes().replace(b",A,", b",D,", 1))
    say("名录里改动一户的信用等级以后:")
    return differing + ([] if _verified(papers, "altered") == 1 else ["改动过的名录没有被发现"])


def _verified(papers: Path, package: str) -> int:
    """Shows what ``registryctl verify-draw`` says, and answers its exit status."""
    arguments = ("verify-draw", package, "--policy", POLICY)
    say(f"[dim]$ registryctl {' '.join(arguments)}[/dim]")
    done = subprocess.run(
        [sys.executable, "-c", "from registry_client.cli import main; main()", *arguments],
        capture_output=True, text=True, check=False, cwd=papers, env=os.environ | {"COLUMNS": str(WIDTH)},
    )  # fmt: skip
    plain(*(line for line in (done.stdout + done.stderr).splitlines() if line.strip()))
    return done.returncode


def _commit(stage: Stage, papers: Path, what: str, kind: RosterKind.ValueType, rows: list[list[str]]) -> None:
    """A roster as a published file, kept in the evidence store, and committed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    prepared = prepare(what, f"{what}.csv", text.getvalue().encode())
    assert not prepared.faults, prepared.faults
    content, number = b"".join(prepared.lines), f"ML-{what}"
    (papers / "published").mkdir(exist_ok=True)
    (papers / "published" / f"{what}.csv").write_bytes(content)
    file = FileReference(kind=FILE_KIND_ROSTER, department=CODE, number=number)
    item = prepared.evidence("检查对象名录" if kind == ROSTER_KIND_OBJECTS else "执法检查人员名录")
    store = stage.registry(MARKET).supervision.evidence
    store.upload_bytes(content, file, media_type=item.media_type, title=item.title)
    stage.act(
        PLANNER,
        roster=Roster(
            number=number, kind=kind, title=item.title, root=prepared.root, rows=prepared.rows, file=item,
            as_of="2026-03-31",
        ),
    )  # fmt: skip


def _plan() -> InspectionPlan:
    item = PlanItem(
        number="1", matter=MATTER, content="登记事项与现场是否一致", count=WANTED, until="2026-12-31"
    )
    setattr(item, "from", "2026-04-01")
    return InspectionPlan(
        number="JH-2026", year=2026, title="2026年度抽查工作计划", items=[item],
        filing_number="沧示市监计〔2026〕2号", filed_on="2026-03-20",
    )  # fmt: skip


def _objects() -> list[list[str]]:
    heading = ["统一社会信用代码或编号", "对象种类", "名称", "信用等级", "所属地区", "行业", "适用事项"]
    rows = [
        [firm.identifier.value, "企业", firm.name, GRADES[place % len(GRADES)], "130900", "E47", MATTER]
        for place, firm in enumerate(FIRMS)
    ]
    return [heading, *rows]


def _inspectors() -> list[list[str]]:
    rows = [
        [person.official_id, person.section, f"冀示执法{person.official_id[3:]}", MATTER]
        for person in VISITORS
    ]
    return [["工号", "科室", "执法证号", "可检查事项"], *rows]


def firm_named(code: str) -> Subject:
    """The firm on the roster that has a code."""
    return next(firm for firm in FIRMS if firm.identifier.value == code)
