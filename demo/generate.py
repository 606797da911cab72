"""Writes the sample files from a seed: the same seed gives the same bytes, on any machine.

    python -m demo.generate --seed 20260917 --into demo/samples

No clock and no other source of chance is read. For each file of ``files.FILES``: the rows about the
cast and the random rows, in the order of their dates; among them, at random places, the rows of
``mistakes``. Where those came to lie is written to ``expected_faults.json`` and ``WRONG.md``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo import facts, parties
from demo.departments import BY_KEY
from demo.drafts import FIRST_DAY, Drafts
from demo.files import EXPECTED_FAULTS, FILES, SAMPLES, WRONG_ROWS, SampleFile
from demo.layouts import HEADINGS, Cells, cells_of
from demo.matters import LICENCES
from demo.mistakes import Mistake
from demo.mistakes_of_form import ODD_BUT_RIGHT, OF_FORM
from demo.mistakes_of_law import OF_LAW
from demo.population import SHOPS, Dice, Population
from demo.records import (
    Decision,
    Kind,
    Licence,
    Listing,
    Party,
    Penalty,
    Qualification,
    Record,
    Registration,
)
from demo.restraints import LISTS
from demo.tender_sample import TENDER_FILE, tender_file

SEED = 20260917
ENTERPRISES = {"construction": 170, "food": 120, "industry": 110, "trade": 110, "service": 90}
SHOPS_EACH = 45
OTHERS, PERSONS = 16, 171
CAST_LICENSED_FROM, CAST_LICENSED_TO = date(2023, 6, 1), date(2024, 5, 31)


@dataclass(frozen=True, slots=True)
class Oddity:
    """A row of ``mistakes`` and the line where it came to lie; line 1 holds the headings."""

    path: str
    line: int
    mistake: Mistake


def sample_files(seed: int) -> dict[str, bytes]:
    """Every sample file by its path, the two lists of wrong rows included."""
    drafts = Drafts(dice := Dice(seed), _population(dice))
    delivered: dict[str, bytes] = {}
    oddities: list[Oddity] = []
    for file in FILES:
        rows: list[tuple[Cells, Mistake | None]] = [
            (cells_of(record), None)
            for record in sorted([*_about_cast(file, drafts), *_at_random(file, drafts)], key=_day)
        ]
        for mistake in _mistakes(file):
            spoilt = mistake.change(cells_of(mistake.draw(drafts)))
            rows.insert(dice.below(len(rows) + 1), (spoilt, mistake))
        delivered[file.path] = _csv(file, [cells for cells, _ in rows])
        oddities += [
            Oddity(file.path, line, mistake) for line, (_, mistake) in enumerate(rows, start=2) if mistake
        ]
    delivered[TENDER_FILE] = tender_file()
    delivered[EXPECTED_FAULTS] = _faults_for_programs(oddities)
    delivered[WRONG_ROWS] = _faults_for_readers(oddities)
    return delivered


def _mistakes(file: SampleFile) -> Iterator[Mistake]:
    for table in (OF_FORM, OF_LAW, ODD_BUT_RIGHT):
        yield from table.get(file.path, ())


def _population(dice: Dice) -> Population:
    population = Population(dice)
    for group, count in ENTERPRISES.items():
        for _ in range(count):
            population.add_enterprise(group)
    for group in SHOPS:
        for _ in range(SHOPS_EACH):
            population.add_shop(group)
    for _ in range(OTHERS):
        population.add_other()
    for _ in range(PERSONS):
        population.add_person()
    return population


def _about_cast(file: SampleFile, drafts: Drafts) -> Iterator[Record]:
    """The rows about the cast that belong in ``file``; only a department's first file of a kind has any."""
    if file != next(f for f in FILES if (f.department, f.kind) == (file.department, file.kind)):
        return
    match file.kind:
        case Kind.PENALTY:
            yield from (row for row in facts.PENALTIES if row.department == file.department)
        case Kind.LISTING:
            yield from (row for row in facts.LISTINGS if row.department == file.department)
        case Kind.MEASURE:
            yield from (row for row in facts.DECISIONS if row.department == file.department)
        case Kind.QUALIFICATION:
            yield from facts.QUALIFICATIONS
        case Kind.REGISTRATION:
            yield from (drafts.registration(firm) for firm in parties.FIRMS)
        case Kind.LICENCE:
            yield from _licences_of_cast(file.department, drafts)


def _licences_of_cast(department: str, drafts: Drafts) -> Iterator[Licence]:
    """Builders hold a 资质证书 and a 安全生产许可证, the food firm a food licence, others a 营业执照."""
    for firm in parties.FIRMS:
        builder, food = "建筑工程" in firm.name, firm == parties.FOOD_FIRM
        wanted = {
            "住建": ("建筑业企业资质证书", "安全生产许可证") if builder else (),
            "市场监管": () if builder else ("食品经营许可证",) if food else ("营业执照",),
        }
        for matter in LICENCES.get(department, ()):
            if matter.certificate in wanted.get(department, ()):
                day = drafts.dice.day(CAST_LICENSED_FROM, CAST_LICENSED_TO)
                yield drafts.licence_for(firm, department, matter, day)


def _at_random(file: SampleFile, drafts: Drafts) -> Iterator[Record]:
    """``file.rows`` rows about others, in the order of their dates where they have a number."""
    population, department = drafts.population, file.department
    if file.kind is Kind.REGISTRATION:
        yield from map(drafts.registration, _first(population, file.rows))
        return
    if file.kind is Kind.QUALIFICATION:
        yield from map(drafts.qualification, population.persons[: file.rows])
        return
    mandate = BY_KEY[department]
    since = max((LISTS[code].since for code in mandate.lists), default=FIRST_DAY)
    since = since if file.kind is Kind.LISTING else FIRST_DAY
    for turn, day in enumerate(sorted(drafts.day(since) for _ in range(file.rows))):
        match file.kind:
            case Kind.PENALTY:
                yield drafts.penalty(department, day, by_county="counties" in file.name)
            case Kind.LICENCE:
                yield drafts.licence(department, day)
            case Kind.LISTING:
                yield drafts.listing(department, mandate.lists[turn % len(mandate.lists)], day)
            case Kind.MEASURE:
                yield drafts.decision(department, mandate.measures[turn % len(mandate.measures)], day)


def _first(population: Population, count: int) -> Iterator[Party]:
    """Firms of all trades in turn, so that a registration file of ``count`` rows is a fair sample."""
    pools = [list(reversed(firms)) for firms in population.firms.values()]
    while count and any(pools):
        for pool in pools:
            if pool and count:
                count -= 1
                yield pool.pop()


def _day(record: Record) -> date:
    match record:
        case Penalty() | Licence() | Decision():
            return record.decided_on
        case Listing():
            return record.listed_on
        case Qualification():
            return record.issued_on
        case Registration():
            return record.established_on


def _csv(file: SampleFile, rows: list[Cells]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS[file.kind], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(file.encoding)


def _faults_for_programs(oddities: list[Oddity]) -> bytes:
    faults = [
        {
            "file": oddity.path,
            "line": oddity.line,
            "reasons": list(oddity.mistake.reasons),
            "what": oddity.mistake.what,
        }
        for oddity in oddities
        if oddity.mistake.reasons
    ]
    return (json.dumps(faults, ensure_ascii=False, indent=1) + "\n").encode()


def _faults_for_readers(oddities: list[Oddity]) -> bytes:
    wrong = [oddity for oddity in oddities if oddity.mistake.reasons]
    odd = [oddity for oddity in oddities if not oddity.mistake.reasons]
    lines = [
        "# 故意写错的行 · Rows wrong on purpose",
        "",
        "由 `python -m demo.generate` 生成, 请勿手工修改。第1行是表头。登记系统须以所列理由(可另有其他理由)",
        "拒绝这些行并报告, 其余各行全部接收。",
        "",
        f"Written by the generator; line 1 holds the headings. The registry must refuse these {len(wrong)}",
        "rows for at least the reasons given (`ErrorReason` without prefix), report them, and accept all",
        "others.",
        "",
        "| 文件 file | 行 line | 理由 reasons | 错在哪里 what is wrong |",
        "|---|---|---|---|",
        *(_table_row(oddity, ", ".join(oddity.mistake.reasons)) for oddity in wrong),
        "",
        "## 样子奇怪但正确的行 · Odd but right",
        "",
        "| 文件 file | 行 line | 结果 result | 哪里奇怪 what is odd |",
        "|---|---|---|---|",
        *(_table_row(oddity, "接收 accepted") for oddity in odd),
    ]
    return ("\n".join(lines) + "\n").encode()


def _table_row(oddity: Oddity, result: str) -> str:
    return f"| {oddity.path} | {oddity.line} | {result} | {oddity.mistake.what} |"


def write(files: dict[str, bytes], into: Path) -> None:
    """Writes the files under ``into``; files already there and of the same name are replaced."""
    for path, content in files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.generate", description="写出演示用的样例文件")
    parser.add_argument("--seed", type=int, default=SEED, help=f"随机种子, 缺省 {SEED}")
    parser.add_argument("--into", type=Path, default=SAMPLES, help="写入的目录, 缺省 demo/samples")
    arguments = parser.parse_args()
    files = sample_files(arguments.seed)
    write(files, arguments.into)
    print(f"{len(files)} 个文件, {sum(map(len, files.values())):,} 字节, 写入 {arguments.into}")


if __name__ == "__main__":
    main()
