"""What was drawn is a row of the roster: two products of one firm are two objects to visit, and not one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.supervision.accountability import Accountability
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as sup
from tests.support.draws import DrawOffice, order
from tests.support.matters import MatterTown
from tests.support.spine import ORIGIN, found_spine, furnish
from tests.support.visits import KEY, OFFICIALS, Bureau

REGISTRAR = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Two objects drawn on 11-23, to be inspected by 12-20."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("rows") / "registry"), [KEY, "住建"])
    office = DrawOffice.of(MatterTown.of(spine))
    office.town.filed("GZ-1")
    office.prepared()
    assert office.act(draw_order=order("CQ-1", wanted=2)) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-1")) == []
    yield Bureau(spine, {name: spine.appoint(KEY, *told) for name, told in OFFICIALS.items()})
    spine.engine.upkeep.mapper.close()
    spine.engine.close()


def visited(bureau: Bureau, number: str, row: str) -> tuple[str, str]:
    """The duty to visit what was drawn, once the bureau's one firm was visited for a row."""
    told = {
        "cause": sup.INSPECTION_CAUSE_DRAW,
        "source": bureau.reference("CQ-1", sup.FILE_KIND_DRAW),
        "drawn_object": row,
        "began_at": "2026-11-23T09:00:00+08:00",
        "ended_at": "2026-11-23T10:00:00+08:00",
    }
    bureau.taken(bureau.record(number, **told))
    request = pb.GetAccountabilityReportRequest(until="2026-12-31")
    setattr(request, "from", "2026-12-01")
    totals = Accountability(bureau.spine.engine.ask).report(REGISTRAR, request).totals
    (duty,) = [each for each in totals if each.deadline == "inspections_after_draw"]
    return duty.task, "met" if duty.met else "running"


def test_two_products_of_one_firm_are_two_objects_and_one_written_otherwise_is_one(bureau: Bureau) -> None:
    one_left = ("检查抽取的2个对象, 已检查1个", "running")
    assert visited(bureau, "JC-1", "CP-17") == one_left
    assert visited(bureau, "JC-2", "cp-１７ ") == one_left
    assert visited(bureau, "JC-3", "CP-18") == ("检查抽取的2个对象", "met")
