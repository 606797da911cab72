"""Step 3: the departments deliver their files; wrong rows are reported, not swallowed."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass

from demo.departments import DEPARTMENTS
from demo.files import EXPECTED_FAULTS, FILES, SAMPLES, SampleFile
from demo.records import Kind, StatementKey
from demo.showing import say, show
from demo.town import Town, elapsed_since
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.v1.statement_pb2 import Delivery, Event
from registry_client import Row, event_of_row, read_table, submit_table
from registry_client.submission import RowResult

FIRST_REFUSALS = 8
Ids = dict[StatementKey, str]
Refused = list[tuple[SampleFile, RowResult]]


@dataclass(frozen=True, slots=True)
class Delivered:
    """Statement ids by what names a row, and what differs from the rows' purpose."""

    ids: Ids
    differing: list[str]


def deliver(town: Town) -> Delivered:
    """Submits every sample file as its department, and shows what became of the rows."""
    start = time.monotonic()
    ids: Ids = {}
    refused: Refused = []
    rows: list[tuple[str, ...]] = []
    for file in FILES:
        results = _submit(town, file, ids)
        failed = [(file, result) for result in results if not result.disposition.recorded]
        refused += failed
        counts = (len(results), len(results) - len(failed), len(failed))
        rows.append((file.department, file.path, *map(str, counts)))
    show(("部门", "文件", "行", "登记", "退回"), rows, wide=1)
    total = sum(int(row[2]) for row in rows)
    recorded = total - len(refused)
    say(f"{total} 行, 登记 {recorded} 条, 退回 {len(refused)} 行, 用时 {elapsed_since(start)}")
    _show_refusals(refused)
    _deliver_lists(town)
    return Delivered(ids, _unexpected(refused))


def _deliver_lists(town: Town) -> None:
    """Each source says up to which day its lists are delivered: without that, nothing found says nothing."""
    today = china_day(now_ms()).isoformat()
    lists = [(department.key, code) for department in DEPARTMENTS for code in department.lists]
    for department, code in lists:
        town.state(department, Delivery(list_code=code, as_of=today))
    say(f"各来源说明名单已报送到 {today}: " + ", ".join(code for _, code in lists))


def _submit(town: Town, file: SampleFile, ids: Ids) -> list[RowResult]:
    registry, sender = town.offices[file.department]
    table = read_table(SAMPLES / file.path)
    results = list(submit_table(registry, table, sender))
    for row, result in zip(table.rows(), results, strict=True):
        event = event_of_row(table.headings, row) if isinstance(row, Row) else None
        if isinstance(event, Event) and result.statement_id:
            ids[_key(sender.department, file.kind, event)] = result.statement_id
    return results


def _key(department: str, kind: Kind, event: Event) -> StatementKey:
    return StatementKey(department, kind, event.document.number, event.subject.identifier.value)


def _show_refusals(refused: Refused) -> None:
    reasons = Counter(fault.name for _, result in refused for fault in result.faults)
    say("退回的理由: " + ", ".join(f"{name} {count}" for name, count in reasons.most_common()))
    say(f"前 {FIRST_REFUSALS} 行(部门随时可用 registryctl refusals 全部读回):")
    rows = [
        (f"{file.path}:{result.line}\n" + "\n".join(f"  {fault.message}" for fault in result.faults),)
        for file, result in refused[:FIRST_REFUSALS]
    ]
    show(("行, 为什么",), rows)


def _unexpected(refused: Refused) -> list[str]:
    content = json.loads((SAMPLES / EXPECTED_FAULTS).read_text(encoding="utf-8"))
    expected = {(each["file"], each["line"]): set(each["reasons"]) for each in content}
    found = {(file.path, result.line): {fault.name for fault in result.faults} for file, result in refused}
    differing = [f"{file}:{line} 不应退回" for file, line in found.keys() - expected.keys()]
    for row, reasons in expected.items():
        if missing := reasons - found.get(row, set()):
            differing.append(f"{row[0]}:{row[1]} 应以 {sorted(missing)} 退回")
    return sorted(differing)
