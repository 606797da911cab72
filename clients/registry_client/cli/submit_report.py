"""What ``registryctl submit`` prints of each file: rows that did not get in, what to look at, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registry_client.bulk.places import cell_of, place_of
from registry_client.bulk.preparing import PreparedRow
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.files import RowFault, Table
from registry_client.submission import Disposition, RowResult

_SHOWN = 200
_SHOWN_WARNINGS, _SHOWN_RANGES = 20, 8


@dataclass(slots=True)
class Report:
    """What became of one file so far. Keeps the first faults and warnings; the others are counted."""

    table: Table
    counts: Counter[Disposition] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    unsent: Counter[str] = field(default_factory=Counter)
    known: list[tuple[int, int]] = field(default_factory=list)
    kept_out: int = 0
    more_faults: int = 0
    more_warnings: int = 0

    def add(self, result: RowResult) -> None:
        """One more result."""
        self.counts[result.disposition] += 1
        self.unsent.update(result.unsent)
        if result.known:
            self._add_known(result.line)
        if not result.disposition.recorded:
            self.kept_out += 1
        self._add_told(result.faults, result.warnings)

    def add_checked(self, row: PreparedRow) -> None:
        """One more row that was checked and not sent."""
        self.unsent.update(row.unsent)
        self.kept_out += bool(row.faults)
        self._add_told(row.faults, row.warnings)

    def print(self, title: str = "未进入登记系统的行") -> None:
        """Rows that did not get in, then what else there is to say of the file."""
        self._print_faults(title)
        path = self.table.path
        for notice in self.table.notices:
            print_line(f"{path}：{notice}")
        for warning in self.warnings:
            print_line(f"提示：{place_of(self.table, warning)}：{warning.message}")
        if self.more_warnings:
            print_line(f"{path}：另有{self.more_warnings}处提示，用 --marked 或 --json 查看")
        if self.known:
            print_line(f"{path}：以下各行以前已经提交并登记，这次没有再发送：{self._known_text()}")
        if self.unsent:
            columns = "、".join(f"{heading}（{count}行）" for heading, count in self.unsent.items())
            print_line(f"{path}：以下各列有内容但不属于陈述，没有提交：{columns}")

    def _print_faults(self, title: str) -> None:
        layout, path = self.table.headings.layout, self.table.path
        head = f"{path}（{layout.name}）{title}"
        if self.faults and self.table.sheet:
            print_line(head, style="bold")
            for fault in self.faults:
                print_line(f"{place_of(self.table, fault)}：{fault.message} {fault.name}")
        elif self.faults:
            rows = [(str(each.line), each.column, f"{each.message} {each.name}") for each in self.faults]
            print_table(("行", "列", "说明和原因"), rows, title=head, whole=("行",))
        if self.more_faults:
            print_line(f"{path}：另有{self.more_faults}处错误，用 --marked 或 --json 查看")

    def _add_told(self, faults: tuple[RowFault, ...], warnings: tuple[RowFault, ...]) -> None:
        for fault in faults:
            if len(self.faults) < _SHOWN:
                self.faults.append(fault)
            else:
                self.more_faults += 1
        for warning in warnings:
            if len(self.warnings) < _SHOWN_WARNINGS:
                self.warnings.append(warning)
            else:
                self.more_warnings += 1

    def _add_known(self, line: int) -> None:
        if self.known and self.known[-1][1] == line - 1:
            self.known[-1] = (self.known[-1][0], line)
        else:
            self.known.append((line, line))

    def _known_text(self) -> str:
        shown = self.known[:_SHOWN_RANGES]
        texts = [f"第{one}行" if one == last else f"第{one}至{last}行" for one, last in shown]
        count = sum(last - one + 1 for one, last in self.known)
        more = "等" if len(self.known) > _SHOWN_RANGES else ""
        return f"{'、'.join(texts)}{more}（共{count}行）"


def print_summary(reports: list[Report], *, as_json: bool) -> None:
    """Counts of every file."""
    if as_json:
        for report in reports:
            counts = {each.value: report.counts[each] for each in Disposition}
            print_json({"file": str(report.table.path), "rows": report.counts.total(), **counts})
        return
    headings = ("文件", "行数", "接收", "已有", "退回", "未提交")
    rows = [
        (
            str(report.table.path),
            str(report.counts.total()),
            *(str(report.counts[each]) for each in Disposition),
        )
        for report in reports
    ]
    print_table(headings, rows, title="提交结果", whole=headings[1:])


def print_checks(reports: list[Report], rows: list[int], *, as_json: bool) -> None:
    """Counts of files that were checked and not sent."""
    counts = [(str(each.table.path), n, each.kept_out) for each, n in zip(reports, rows, strict=True)]
    if as_json:
        for file, total, faulty in counts:
            print_json({"file": file, "rows": total, "good": total - faulty, "faulty": faulty})
        return
    texts = [(file, str(total), str(total - faulty), str(faulty)) for file, total, faulty in counts]
    headings = ("文件", "行数", "可提交", "有错误")
    print_table(headings, texts, title="检查结果（没有提交）", whole=headings[1:])


def row_json(table: Table, result: RowResult) -> dict[str, Any]:
    """A result for machines. ``sheet`` and ``cell`` are told of workbooks."""
    sheet = {"sheet": table.sheet} if table.sheet else {}
    return {
        "file": str(table.path),
        **sheet,
        "line": result.line,
        "result": result.disposition.value,
        "statement_id": result.statement_id,
        "position": result.position,
        "faults": list(told_json(table, result.faults)),
        "warnings": list(told_json(table, result.warnings, of_faults=False)),
        "unsent": list(result.unsent),
        "sent_before": result.known,
    }


def checked_json(table: Table, row: PreparedRow) -> dict[str, Any]:
    """A row that was checked and not sent, for machines."""
    sheet = {"sheet": table.sheet} if table.sheet else {}
    return {
        "file": str(table.path),
        **sheet,
        "line": row.line,
        "result": "faulty" if row.faults else "good",
        "statement_id": row.statement_id,
        "faults": list(told_json(table, row.faults)),
        "warnings": list(told_json(table, row.warnings, of_faults=False)),
        "unsent": list(row.unsent),
    }


def told_json(
    table: Table, told: tuple[RowFault, ...], *, of_faults: bool = True
) -> Iterator[dict[str, str]]:
    """Faults, or warnings, which have no reason."""
    for each in told:
        cell = {"cell": cell_of(table, each)} if table.sheet else {}
        reason = {"reason": each.name} if of_faults else {}
        yield {"column": each.column, **cell, **reason, "message": each.message}
