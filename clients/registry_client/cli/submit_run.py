"""One run of ``registryctl submit``: every file checked, the gate, then every file sent.

Nothing is sent before all files were read to their end and may pass. Whatever ends a run, what was recorded
by then is told, and is in the journal.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from registry.domain.periods import china_day
from registry_client.bulk.journal import Journal, JournalError
from registry_client.bulk.marked import Mark
from registry_client.bulk.preparing import Author, Prepared, Spool, prepare
from registry_client.bulk.run import deliveries, stopped
from registry_client.bulk.sending import NothingKnown, Sent, send_rows
from registry_client.cli.failures import EXPECTED, Failure
from registry_client.cli.gate_options import Gate
from registry_client.cli.marked_file import save_marked
from registry_client.cli.output import print_json, print_line
from registry_client.cli.progress import told
from registry_client.cli.submit_report import Report, checked_json, print_checks, print_summary, row_json
from registry_client.client import Registry
from registry_client.files import Table
from registry_client.submission import RowResult, Sender

_BROKEN_OFF = "提交中断，已知结果如下；请重新提交，已有的行不会重复记录。"


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for every file of a run."""

    registry: Registry
    author: Author
    sender: Sender
    directory: Path
    gate: Gate
    batch: int
    marked: Path | None
    check_only: bool
    resend: bool
    as_json: bool

    def go(self, tables: Sequence[Table]) -> bool:
        """Whether any row was kept out. Failure where the gate stops, JournalError and whatever a call
        raises."""
        with ExitStack() as stack:
            journal = stack.enter_context(self._journal())
            files = [self._prepared(each, stack) for each in tables]
            if self.check_only:
                return self._only_checked(files)
            self._pass_gate(files, journal)
            kept_out = self._send_all(files, NothingKnown(journal) if self.resend else journal)
            for kind, delivered in deliveries(files).items():
                journal.went_through(kind, delivered)
            return kept_out

    def _journal(self) -> Journal:
        author = self.author
        return Journal(
            self.directory,
            origin=author.origin,
            department=author.department,
            secret=author.numbering.fingerprint,
        )

    def _prepared(self, table: Table, stack: ExitStack) -> Prepared:
        today = china_day(time.time_ns() // 1_000_000)
        shown = told(f"检查 {table.path.name}", table.source.expected_lines, shown=not self.as_json)
        with shown as tell:
            try:
                file = prepare(table, self.author, today=today, directory=self.directory, told=tell)
            except OSError as fault:
                raise Failure(f"{self.directory}：没有地方暂存待提交的内容：{fault.strerror}") from None
        stack.enter_context(file.spool)
        return file

    def _only_checked(self, files: Sequence[Prepared]) -> bool:
        reports = [self._checked(file) for file in files]
        print_checks(reports, [file.rows for file in files], as_json=self.as_json)
        return any(report.kept_out for report in reports)

    def _checked(self, file: Prepared) -> Report:
        report = Report(file.table)
        for row in file.spool:
            report.add_checked(row)
            if self.as_json:
                print_json(checked_json(file.table, row))
        if not self.as_json:
            report.print("有错误的行")
        if self.marked:
            save_marked(
                self.marked, file.table, map(Mark.of_prepared, file.spool), said=("只检查，没有提交。",)
            )
        return report

    def _pass_gate(self, files: Sequence[Prepared], journal: Journal) -> None:
        found = list(stopped(deliveries(files), journal, self.gate.thresholds, confirmed=self.gate.confirmed))
        if not found:
            return
        reasons = [f"{kind}：{reason}" for kind, stop in found for reason in stop.reasons]
        for kind, stop in found:
            if self.as_json:
                print_json({"stopped": kind, "reasons": list(stop.reasons), "confirm": stop.confirmation})
        if not self.as_json:
            for reason in reasons:
                print_line(reason)
        if self.marked:
            marks = map(Mark.of_prepared, files[0].spool)
            save_marked(self.marked, files[0].table, marks, said=("与上次相差很大，没有提交。", *reasons))
        texts = " ".join(f"--confirm {stop.confirmation}" for _, stop in found)
        raise Failure(f"与上次提交的同类文件相差很大，已停下，没有提交任何内容；核对无误后加 {texts} 再运行")

    def _send_all(self, files: Sequence[Prepared], sent: Sent) -> bool:
        reports = [Report(file.table) for file in files]
        try:
            for file, report in zip(files, reports, strict=True):
                self._send(file, report, sent)
        finally:
            # Also after a failure: what was recorded by then stays recorded.
            print_summary(reports, as_json=self.as_json)
        return any(report.kept_out for report in reports)

    def _send(self, file: Prepared, report: Report, sent: Sent) -> None:
        table, ended = file.table, False
        with Spool[RowResult](self.directory) as results:
            try:
                for result in self._results(file, sent):
                    report.add(result)
                    if self.marked:
                        self._keep(result, results)
                    if self.as_json:
                        print_json(row_json(table, result))
                ended = True
            except (*EXPECTED, JournalError):
                if not self.as_json:
                    print_line(f"{table.path}：{_BROKEN_OFF}")
                raise
            finally:
                if not self.as_json:
                    report.print()
                if self.marked:
                    said = () if ended else (_BROKEN_OFF,)
                    save_marked(self.marked, table, map(Mark.of_result, results), said=said)

    def _keep(self, result: RowResult, results: Spool[RowResult]) -> None:
        try:
            results.append(result)
        except OSError as fault:
            raise Failure(
                f"{self.directory}：没有地方暂存提交的结果：{fault.strerror}；{_BROKEN_OFF}"
            ) from None

    def _results(self, file: Prepared, sent: Sent) -> Iterator[RowResult]:
        rows: Iterable[RowResult] = send_rows(
            self.registry,
            file.spool,
            file.table.headings,
            sender=self.sender,
            sent=sent,
            batch=self.batch,
        )
        with told(f"提交 {file.table.path.name}", file.rows, shown=not self.as_json) as tell:
            for result in rows:
                tell(1)
                yield result
