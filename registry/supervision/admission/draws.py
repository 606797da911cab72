"""名录库和年度计划 (国发〔2019〕5号): what is fixed before anything can be drawn.

* ``roster``: committed by the root over its rows; the rows themselves are in a published file. A roster is
  never stated again: another day's is another roster, under another number.
* ``plan``: of this year, the last or the next one, with its filing (报上级备案). Each item is of a matter of
  the department's own catalogue, or of a class of these; how many are drawn is a number or a share, not both.

What the rows say nobody can see here; whoever repeats a draw sees that they have the root.

The acts of a draw are in ``draw_orders``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from registry.domain.faults import Findings
from registry.provenance.merkle import HASH_BYTES
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission import draw_orders
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

MAX_ROWS = 10_000_000
MAX_ITEMS = 200
_ROSTER, _PLAN = "supervision.roster", "supervision.plan"


def _roster(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.roster
    parts.opens(found, statement, acting, "名录编号")
    parts.kind_is(found, f"{_ROSTER}.kind", act.kind, pb.RosterKind, "名录种类")
    parts.text(found, f"{_ROSTER}.title", act.title, "名称", longest=200)
    if len(act.root) != HASH_BYTES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_ROSTER}.root", "应有32字节的名录根哈希。")
    if not 0 < act.rows <= MAX_ROWS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_ROSTER}.rows", f"行数应为1至{MAX_ROWS}。")
    draw_orders.published_list(found, f"{_ROSTER}.file", act.file, present=act.HasField("file"))
    parts.came(found, f"{_ROSTER}.as_of", act.as_of, "名录截止日期", acting.day)


def _plan(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.plan
    parts.opens(found, statement, acting, "计划编号")
    if abs(act.year - acting.day.year) > 1:
        message = f"计划年度应为{acting.day.year - 1}至{acting.day.year + 1}年。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{_PLAN}.year", message)
    parts.text(found, f"{_PLAN}.title", act.title, "名称", longest=200)
    parts.text(found, f"{_PLAN}.filing_number", act.filing_number, "备案号", longest=100)
    parts.came(found, f"{_PLAN}.filed_on", act.filed_on, "备案日期", acting.day)
    if not 0 < len(act.items) <= MAX_ITEMS:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{_PLAN}.items", f"抽查事项应有1至{MAX_ITEMS}项。")
        return
    known, seen = _own_matters(acting), set[str]()
    for place, item in enumerate(act.items):
        path = f"{_PLAN}.items[{place}]"
        if item.number in seen:
            message = f"计划内的事项编号{item.number[:64]}重复。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.number", message)
        seen.add(item.number)
        _item(found, path, item, act.year, known)


def _item(found: Findings, path: str, item: pb.PlanItem, year: int, known: frozenset[str]) -> None:
    parts.number(found, f"{path}.number", item.number, "事项编号")
    if item.matter not in known:
        message = "审批事项不在本部门的目录内, 也不是其中的类别。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.matter", message)
    parts.text(found, f"{path}.content", item.content, "抽查内容", longest=500)
    if bool(item.count) == bool(item.per_mille):
        message = "应在抽查数量和千分比中填一项, 且只填一项。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.count", message)
    if item.per_mille > 1000:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.per_mille", "千分比应为1至1000。")
    first = found.day(f"{path}.from", getattr(item, "from"), "开始日期")
    last = found.day(f"{path}.until", item.until, "结束日期")
    parts.in_order(found, f"{path}.until", first, last, ("开始日期", "结束日期"))
    for name, day in (("from", first), ("until", last)):
        _within_year(found, f"{path}.{name}", day, year)


def _within_year(found: Findings, path: str, day: date | None, year: int) -> None:
    if day and day.year != year:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, f"{day}不在计划年度{year}内。")


def _own_matters(acting: Acting) -> frozenset[str]:
    """Numbers and classes of the matters in the department's catalogue."""
    files = acting.ledger.files_of(pb.FILE_KIND_MATTER, acting.code)
    classes = {each for file in files for each in file.matter_classes}
    return frozenset(classes | {file.file.number for file in files})


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "roster": _roster,
    "plan": _plan,
    **draw_orders.CHECKS,
}
