"""Inspections of what was drawn (双随机): on a draw of the department with a result, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as sup
from tests.support.draws import DrawOffice, inspector_rows, object_rows, order
from tests.support.matters import MatterTown
from tests.support.spine import found_spine, furnish
from tests.support.visits import KEY, OFFICIALS, Bureau, reasons_of


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrawOffice]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("drawn") / "registry"), [KEY, "住建"])
    made = DrawOffice.of(MatterTown.of(spine))
    made.town.filed("GZ-1")
    made.prepared()
    yield made
    if made.mapping:
        spine.engine.upkeep.mapper.close()
    spine.engine.close()


@pytest.fixture(scope="module")
def bureau(office: DrawOffice) -> Bureau:
    spine = office.town.spine
    return Bureau(spine, {name: spine.appoint(KEY, *told) for name, told in OFFICIALS.items()})


def drawn(bureau: Bureau, number: str, **changes: Any) -> dict[str, Any]:
    return {
        "cause": sup.INSPECTION_CAUSE_DRAW,
        "source": bureau.reference(number, sup.FILE_KIND_DRAW),
        "drawn_object": "17",
        "began_at": "2026-11-23T09:00:00+08:00",
        "ended_at": "2026-11-23T10:00:00+08:00",
        **changes,
    }


def test_what_was_drawn_is_inspected_once_there_is_a_result_and_not_before_its_day(
    office: DrawOffice, bureau: Bureau
) -> None:
    assert reasons_of(bureau.record("JC-0", **drawn(bureau, "CQ-none"))) == ["FILE_UNKNOWN"]
    assert office.act(draw_order=order("CQ-1")) == []
    assert reasons_of(bureau.record("JC-1", **drawn(bureau, "CQ-1"))) == ["STEP_OUT_OF_ORDER"]
    office.beacon()
    assert office.act(draw_result=office.result("CQ-1")) == []
    early = {"began_at": "2026-11-22T09:00:00+08:00", "ended_at": "2026-11-22T10:00:00+08:00"}
    assert reasons_of(bureau.record("JC-1", **drawn(bureau, "CQ-1", **early))) == ["DATES_OUT_OF_ORDER"]
    assert reasons_of(bureau.record("JC-1", **drawn(bureau, "CQ-1", drawn_object=""))) == ["FIELD_REQUIRED"]
    bureau.taken(bureau.record("JC-1", **drawn(bureau, "CQ-1")))
    assert bureau.file("JC-1").acts[0].linked.number == "CQ-1"


def test_nobody_inspects_on_a_draw_of_another_department(office: DrawOffice, bureau: Bureau) -> None:
    spine = bureau.spine
    other = Bureau(spine, {name: spine.appoint("住建", *told) for name, told in OFFICIALS.items()}, "住建")
    source = bureau.reference("CQ-1", sup.FILE_KIND_DRAW)
    assert "NOT_YOUR_STEP" in reasons_of(other.record("JC-2", **drawn(bureau, "CQ-1", source=source)))


def test_nobody_is_visited_on_a_draw_that_drew_nobody(office: DrawOffice, bureau: Bureau) -> None:
    everybody = [(cells[0], inspector[0]) for cells in object_rows(40) for inspector in inspector_rows(8)]
    assert office.act(draw_order=order("CQ-failed", recusals=office.recusals(*everybody))) == []
    office.beacon()
    result = office.result("CQ-failed")
    assert result.drawn == 0
    assert office.act(draw_result=result) == []
    assert reasons_of(bureau.record("JC-3", **drawn(bureau, "CQ-failed"))) == ["STEP_OUT_OF_ORDER"]
