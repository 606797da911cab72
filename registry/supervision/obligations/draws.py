"""What has to be done, by whom and by when: 名录库、计划、抽取.

    plan_filing_after_new_year   the plan is filed with the level above, from 1 January of its year
    plan_item_drawn              each item's last day: by then its number has been drawn, or anything where
                                 the plan says a share
    draw_result_after_order      the result of an order is recorded: whoever holds it back is seen

Example: an item of 20 until 2026-10-31, of which 12 were drawn on 2026-06-01 and 8 on 2026-11-02, is met two
days late.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks, first_act
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, Obligation, PlanItemDay, SupervisionFile

ITEM_DRAWN = "plan_item_drawn"
_RESULT = ACT_NUMBERS["draw_result"]
_BASIS = "国发〔2019〕5号"


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a plan or a draw."""
    if file.file.kind == pb.FILE_KIND_PLAN:
        yield from _of_plan(file, clocks)
    elif file.file.kind == pb.FILE_KIND_DRAW:
        yield from _of_draw(file, clocks)


def drawn_of(file: SupervisionFile, item: str) -> int:
    """How many were drawn under an item of a plan."""
    return sum(act.result for act in file.acts if act.act == _RESULT and act.plan_item == item)


def task_of(item: str) -> str:
    """What is to be done about an item of a plan."""
    return f"按计划抽取事项{item}"


def _of_plan(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    plan, whose = file.acts[0], file.file.department
    filed = clocks.by_law(
        file,
        "plan_filing_after_new_year",
        f"{plan.result}-01-01",
        whose=whose,
        task="年度抽查工作计划报上级备案",
        met_on=_counted(plan),
    )
    if filed is not None:
        yield filed
    for item in plan.plan_items:
        yield clocks.by_act(
            file,
            ITEM_DRAWN,
            item.until,
            whose=whose,
            task=task_of(item.number),
            start=_counted(plan),
            basis=_BASIS,
            met_on=_met_on(file, item),
        )


def _met_on(file: SupervisionFile, item: PlanItemDay) -> str:
    """The day on which what the item wants had been drawn; empty while it has not."""
    drawn = 0
    for act in file.acts:
        if act.act == _RESULT and act.plan_item == item.number:
            drawn += act.result
            if drawn and drawn >= item.count:
                return _counted(act)
    return ""


def _of_draw(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    result, order = first_act(file, _RESULT), file.acts[0]
    made = clocks.by_law(
        file,
        "draw_result_after_order",
        order.received_on,
        whose=file.file.department,
        task="登记并公布抽取结果",
        met_on=result.received_on if result is not None else "",
    )
    if made is not None:
        yield made


def _counted(act: FileAct) -> str:
    return act.counted_on or act.on or act.received_on
