"""抽取令和抽取结果: the order fixes everything but the randomness, which does not exist yet.

* ``draw_order``: of an item of the department's own plan, out of two rosters of its own that stand in the log
  before it. While one item's order has no result there is no second one: nobody draws until it pleases him.
* ``draw_result``: names the beacon (``registry.provenance.draw.seed``), which is nobody's choice: the leaf at
  that position is of the registry's own, of the type the order asks for, none such is between, and the root
  is the log's. What was drawn nobody can see here; anybody can repeat it from the published files. ``drawn``
  is 0 where the draw failed because somebody drawn had too few inspectors, which repeating shows as well.

Example: the order at 10, a map state at 14 and one at 20: a result that names 14 enters, one that names 20
or 12 is refused with DRAW_BEACON_WRONG.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS, file_key
from registry.provenance.draw.drawing import LEAST_INSPECTORS
from registry.provenance.draw.seed import ALGORITHM, beacon_position
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.ledger import SupervisionLedger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

LISTED = "text/csv"
"""Media type of what is published to repeat a draw."""
MAX_WANTED = 100_000
MAX_EACH = 10
MAX_WEIGHT = 100
MAX_GRADES = 20
RESULT = ACT_NUMBERS["draw_result"]
_ORDER, _RESULT = "supervision.draw_order", "supervision.draw_result"
_INVALID = reasons.ERROR_REASON_FIELD_INVALID


def _order(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.draw_order
    parts.opens(found, statement, acting, "抽取编号")
    if act.algorithm != ALGORITHM:
        found.add(_INVALID, f"{_ORDER}.algorithm", f"算法应为{ALGORITHM}。")
    on = parts.came(found, f"{_ORDER}.on", act.on, "抽取日期", acting.day)
    last = found.day(f"{_ORDER}.inspect_by", act.inspect_by, "检查截止日期")
    parts.in_order(found, f"{_ORDER}.inspect_by", on, last, ("抽取日期", "检查截止日期"))
    _weights(found, act)
    if act.HasField("recusals"):
        published_list(found, f"{_ORDER}.recusals", act.recusals, present=True)
    if (item := _item(found, act, acting)) is not None and last and last.isoformat() > item.until:
        message = f"检查截止日期{last}晚于计划事项的结束日期{item.until}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{_ORDER}.inspect_by", message)
    _numbers(found, act, acting)


def _item(found: Findings, act: pb.DrawOrder, acting: Acting) -> pb.PlanItem | None:
    """The item of the plan; None, with a fault noted, if there is none."""
    parts.own(found, f"{_ORDER}.plan", act.plan, acting)
    file = parts.known(found, f"{_ORDER}.plan", act.plan, acting, pb.FILE_KIND_PLAN)
    if file is None:
        return None
    plan = acting.ledger.act(file.acts[0].position).supervision.plan
    item = next((each for each in plan.items if each.number == act.plan_item), None)
    if item is None:
        found.add(_INVALID, f"{_ORDER}.plan_item", "计划中没有这一抽查事项。")
        return None
    for other in acting.ledger.files_of(pb.FILE_KIND_DRAW, acting.code):
        order = other.acts[0]
        same = file_key(order.linked) == file_key(act.plan) and order.plan_item == act.plan_item
        if same and not any(each.act == RESULT for each in other.acts):
            message = f"这一事项的抽取{other.file.number}还没有登记结果, 不能另行抽取。"
            found.add(reasons.ERROR_REASON_CASE_EXISTS, f"{_ORDER}.plan_item", message)
    return item


def _numbers(found: Findings, act: pb.DrawOrder, acting: Acting) -> None:
    objects = _roster(found, "objects", act.objects, acting, pb.ROSTER_KIND_OBJECTS)
    inspectors = _roster(found, "inspectors", act.inspectors, acting, pb.ROSTER_KIND_INSPECTORS)
    if not 0 < act.wanted <= min(objects.rows if objects else MAX_WANTED, MAX_WANTED):
        rows = f", 且不超过名录的{objects.rows}行" if objects else ""
        found.add(_INVALID, f"{_ORDER}.wanted", f"抽取数量应为1至{MAX_WANTED}{rows}。")
    if not LEAST_INSPECTORS <= act.inspectors_each <= MAX_EACH:
        message = f"每户的检查人员应为{LEAST_INSPECTORS}至{MAX_EACH}人。"
        found.add(reasons.ERROR_REASON_INSPECTORS_TOO_FEW, f"{_ORDER}.inspectors_each", message)
    elif inspectors and inspectors.rows < act.inspectors_each:
        message = f"检查人员名录只有{inspectors.rows}人, 不足每户{act.inspectors_each}人。"
        found.add(reasons.ERROR_REASON_INSPECTORS_TOO_FEW, f"{_ORDER}.inspectors", message)


def _roster(
    found: Findings, name: str, reference: pb.FileReference, acting: Acting, kind: pb.RosterKind.ValueType
) -> pb.Roster | None:
    """A roster of the department's own that is in the log already."""
    path = f"{_ORDER}.{name}"
    file = parts.known(found, path, reference, acting, pb.FILE_KIND_ROSTER)
    parts.own(found, path, reference, acting)
    if file is None:
        return None
    if file.variant != kind:
        found.add(_INVALID, path, "所指名录的种类不符。")
        return None
    return acting.ledger.act(file.acts[0].position).supervision.roster


def _weights(found: Findings, act: pb.DrawOrder) -> None:
    path = f"{_ORDER}.weights"
    grades = [each.grade for each in act.weights]
    if len(set(grades)) < len(grades) or len(grades) > MAX_GRADES:
        found.add(_INVALID, path, f"每一信用等级只能有一个权重, 至多{MAX_GRADES}个。")
    for place, each in enumerate(act.weights[:MAX_GRADES]):
        if not 0 < each.weight <= MAX_WEIGHT:
            found.add(_INVALID, f"{path}[{place}].weight", f"权重应为1至{MAX_WEIGHT}。")
        if len(each.grade) > 8 or (each.grade and not each.grade.isalnum()):
            found.add(_INVALID, f"{path}[{place}].grade", "信用等级应为至多8个字母或数字。")


def _result(found: Findings, statement: Statement, acting: Acting) -> None:
    act = statement.supervision.draw_result
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_DRAW)
    if file is None:
        return
    parts.own(found, f"{_RESULT}.file", act.file, acting)
    if any(each.act == RESULT for each in file.acts):
        found.add(reasons.ERROR_REASON_CASE_EXISTS, f"{_RESULT}.file", "这一抽取已经登记结果。")
    position = file.acts[0].position
    order = acting.ledger.act(position).supervision.draw_order
    published_list(found, f"{_RESULT}.result", act.result, present=act.HasField("result"))
    if act.drawn > order.wanted:
        found.add(_INVALID, f"{_RESULT}.drawn", f"抽取令只要{order.wanted}户。")
    _beacon(found, act, acting, order=position, anchored=order.time_anchored)


def _beacon(found: Findings, act: pb.DrawResult, acting: Acting, *, order: int, anchored: bool) -> None:
    ledger, path = acting.ledger, f"{_RESULT}.beacon_position"
    first = beacon_after(order, ledger, anchored=anchored)
    if first is None:
        found.add(reasons.ERROR_REASON_DRAW_BEACON_WRONG, path, "抽取令之后还没有可以取随机数的日志叶。")
    elif act.beacon_position != first:
        message = f"随机数应取自抽取令之后的首个此类日志叶, 即序号{first}。"
        found.add(reasons.ERROR_REASON_DRAW_BEACON_WRONG, path, message)
    elif act.beacon_root != ledger.root_at(first + 1):
        message = f"不是日志前{first + 1}条的根哈希。"
        found.add(reasons.ERROR_REASON_DRAW_BEACON_WRONG, f"{_RESULT}.beacon_root", message)


def beacon_after(order: int, ledger: SupervisionLedger, *, anchored: bool) -> int | None:
    """Which leaf is the beacon of the order at a position; None while there is none. What it costs does not
    grow with the log: a draw may wait for its time anchor for long, and everybody may ask for it."""
    if anchored:
        return ledger.anchored_at(order)
    own = ledger.own_leaves(order)
    return beacon_position(own, order, anchored=False, stamped=lambda _position: 0)


def published_list(found: Findings, path: str, item: pb.EvidenceItem, *, present: bool) -> None:
    """Notes a list that is missing, or is none that everybody can read."""
    if not present:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, "缺少公布的文件。")
        return
    parts.evidence_item(found, path, item)
    if item.media_type != LISTED:
        found.add(_INVALID, f"{path}.media_type", f"公布的文件应为{LISTED}。")


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "draw_order": _order,
    "draw_result": _result,
}
