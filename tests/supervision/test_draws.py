"""May a roster, a plan, an order, a result enter? And what they oblige to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.commands.supervision.draws import PublishedDraws
from registry.provenance.proof import root_at
from registry.store.interface import StatementRow
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.v1 import supervision_pb2 as pb
from registry.v1.inspection_service_pb2 import GetDrawRequest
from registry.v1.supervision_file_pb2 import Obligation
from tests.support.draws import DrawOffice, file_of, item, order, plan, roster
from tests.support.matters import MARKET, MatterTown
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy

PLAN, DRAW, ROSTER = pb.FILE_KIND_PLAN, pb.FILE_KIND_DRAW, pb.FILE_KIND_ROSTER


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrawOffice]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("draws") / "registry"), ["市场监管", "住建"])
    made = DrawOffice.of(MatterTown.of(spine))
    made.prepared()
    yield made
    spine.engine.close()


def duties(office: DrawOffice, kind: pb.FileKind.ValueType, number: str, on: str) -> dict[str, Obligation]:
    state = office.town.spine.engine.state
    clocks = Clocks(date.fromisoformat(on), lambda day: state.edition_at(state.size - 1, day))
    return {each.deadline: each for each in obligations_of(office.file(kind, number), clocks)}


LINES = [b"id,kind,name,grade,region,industry,matters\n", b"X-1,project,P,,,,\n"]

NOT_A_LIST = pb.EvidenceItem(sha256=bytes(32), size=1, media_type="text/plain", title="x")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"root": b"short"}, "FIELD_INVALID"),
        ({"rows": 0}, "FIELD_INVALID"),
        ({"kind": 0}, "FIELD_REQUIRED"),
        ({"title": ""}, "FIELD_REQUIRED"),
        ({"file": None}, "FIELD_REQUIRED"),
        ({"file": NOT_A_LIST}, "FIELD_INVALID"),
        ({"as_of": "2026-11-24"}, "DATE_IN_FUTURE"),
        ({"number": "M-1"}, "CASE_EXISTS"),
        ({"number": "130999199001010018"}, "FIELD_INVALID"),
    ],
)  # fmt: skip
def test_a_roster_says_what_is_committed(office: DrawOffice, changes: dict[str, Any], reason: str) -> None:
    act = roster("M-bad", pb.ROSTER_KIND_OBJECTS, LINES)
    for name, value in changes.items():
        if name == "file" and value is not None:
            act.file.CopyFrom(value)
        elif value is not None:
            setattr(act, name, value)
    if "file" in changes and changes["file"] is None:
        act.ClearField("file")
    assert reason in office.act(roster=act)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"year": 2028}, "FIELD_INVALID"),
        ({"filing_number": ""}, "FIELD_REQUIRED"),
        ({"items": []}, "FIELD_REQUIRED"),
        ({"items": [item(), item()]}, "FIELD_INVALID"),
        ({"items": [item(matter="SP-9")]}, "FIELD_INVALID"),
        ({"items": [item(per_mille=30)]}, "FIELD_INVALID"),
        ({"items": [item(count=0)]}, "FIELD_INVALID"),
        ({"items": [item(count=0, per_mille=1001)]}, "FIELD_INVALID"),
        ({"items": [item(until="2027-01-31")]}, "FIELD_INVALID"),
        ({"items": [item(until="2026-01-04")]}, "DATES_OUT_OF_ORDER"),
    ],
)
def test_a_plan_is_of_own_matters_and_of_its_year(
    office: DrawOffice, changes: dict[str, Any], reason: str
) -> None:
    assert reason in office.act(plan=plan("JH-bad", **changes))


def test_a_class_of_matters_can_be_planned(office: DrawOffice) -> None:
    assert office.act(plan=plan("JH-class", items=[item(matter="食品", count=0, per_mille=30)])) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"algorithm": "coin"}, "FIELD_INVALID"),
        ({"plan": file_of(PLAN, "JH-none")}, "FILE_UNKNOWN"),
        ({"plan_item": "9"}, "FIELD_INVALID"),
        ({"objects": file_of(ROSTER, "R-1")}, "FIELD_INVALID"),
        ({"inspectors": file_of(ROSTER, "M-1")}, "FIELD_INVALID"),
        ({"objects": file_of(ROSTER, "M-none")}, "FILE_UNKNOWN"),
        ({"wanted": 41}, "FIELD_INVALID"),
        ({"wanted": 0}, "FIELD_INVALID"),
        ({"inspectors_each": 1}, "INSPECTORS_TOO_FEW"),
        ({"inspectors_each": 9}, "INSPECTORS_TOO_FEW"),
        ({"weights": [pb.GradeWeight(grade="D", weight=101)]}, "FIELD_INVALID"),
        ({"weights": [pb.GradeWeight(grade="D", weight=0)]}, "FIELD_INVALID"),
        ({"weights": [pb.GradeWeight(grade="D", weight=w) for w in (1, 2)]}, "FIELD_INVALID"),
        ({"on": "2026-11-24"}, "DATE_IN_FUTURE"),
        ({"inspect_by": "2026-12-21"}, "DATES_OUT_OF_ORDER"),
        ({"inspect_by": "2026-11-22"}, "DATES_OUT_OF_ORDER"),
    ],
)
def test_an_order_fixes_everything_beforehand(
    office: DrawOffice, changes: dict[str, Any], reason: str
) -> None:
    assert reason in office.act(draw_order=order("CQ-bad", **changes))


def test_nobody_orders_by_anothers_plan_or_rosters(office: DrawOffice) -> None:
    found = office.act("住建员", draw_order=order("CQ-other"))
    assert found.count("NOT_YOUR_STEP") == 3


def test_the_result_names_the_first_leaf_after_the_order_and_no_other(office: DrawOffice) -> None:
    before = office.beacon()
    assert office.act(draw_order=order("CQ-1")) == []
    early = pb.DrawResult(file=file_of(DRAW, "CQ-1"), beacon_position=before, beacon_root=bytes(32))
    early.result.CopyFrom(roster("x", pb.ROSTER_KIND_OBJECTS, LINES).file)
    assert office.act(draw_result=early) == ["DRAW_BEACON_WRONG"]
    first = office.beacon()
    office.act(roster=roster("M-later", pb.ROSTER_KIND_OBJECTS, LINES))
    later = office.beacon()
    good = office.result("CQ-1")
    assert good.beacon_position == first
    for wrong in ({"beacon_position": before}, {"beacon_position": later}, {"beacon_root": bytes(32)}):
        told = pb.DrawResult.FromString(good.SerializeToString())
        for name, value in wrong.items():
            setattr(told, name, value)
        assert office.act(draw_result=told) == ["DRAW_BEACON_WRONG"]
    more = pb.DrawResult.FromString(good.SerializeToString())
    more.drawn = 6
    assert office.act(draw_result=more) == ["FIELD_INVALID"]
    assert office.act("住建员", draw_result=good) == ["NOT_YOUR_STEP"]
    assert office.act(draw_result=good) == []
    assert office.act(draw_result=good) == ["CASE_EXISTS"]


def test_there_is_no_second_order_while_the_first_has_no_result(office: DrawOffice) -> None:
    """Nobody draws again until the result pleases him."""
    assert office.act(plan=plan("JH-again")) == []
    of_plan = {"plan": file_of(PLAN, "JH-again")}
    assert office.act(draw_order=order("CQ-2", **of_plan)) == []
    assert office.act(draw_order=order("CQ-3", **of_plan)) == ["CASE_EXISTS"]
    office.beacon()
    assert office.act(draw_result=office.result("CQ-2")) == []
    assert office.act(draw_order=order("CQ-3", **of_plan)) == []


def test_an_anchored_order_waits_for_a_stamp_of_the_log_with_the_order_in_it(office: DrawOffice) -> None:
    spine = office.town.spine
    head = spine.engine.state.head
    assert head is not None
    stale = office.stamped(head.note, head.size, spine.clock())
    assert office.act(plan=plan("JH-anchored")) == []
    told = order("CQ-anchored", plan=file_of(PLAN, "JH-anchored"), time_anchored=True)
    assert office.act(draw_order=told) == []
    mapped, stamped_before = office.beacon(), office.record_anchor(stale)
    anchored = office.anchor()
    for position, reasons in ((mapped, ["DRAW_BEACON_WRONG"]), (stamped_before, ["DRAW_BEACON_WRONG"])):
        assert office.act(draw_result=named(office, "CQ-anchored", position)) == reasons
    assert office.act(draw_result=named(office, "CQ-anchored", anchored)) == []


def named(office: DrawOffice, number: str, position: int) -> pb.DrawResult:
    """A result that names a beacon."""
    root = root_at(office.town.spine.engine.state.tree, position + 1)
    return pb.DrawResult(
        file=file_of(DRAW, number),
        beacon_position=position,
        beacon_root=root,
        drawn=1,
        result=roster("x", pb.ROSTER_KIND_OBJECTS, LINES).file,
    )


def test_an_order_without_a_result_is_due_and_then_overdue(office: DrawOffice) -> None:
    assert office.act(plan=plan("JH-due")) == []
    assert office.act(draw_order=order("CQ-due", plan=file_of(PLAN, "JH-due"))) == []
    due = duties(office, DRAW, "CQ-due", "2026-12-01")["draw_result_after_order"]
    assert (due.department, due.due_on, due.met_on, due.days_late) == (MARKET, "2026-11-30", "", 1)
    office.beacon()
    assert office.act(draw_result=office.result("CQ-due")) == []
    met = duties(office, DRAW, "CQ-due", "2026-12-01")["draw_result_after_order"]
    assert (met.met_on, met.days_late) == ("2026-11-23", 0)


def test_a_plan_is_done_when_as_many_were_drawn_as_it_says(office: DrawOffice) -> None:
    items = [item("1", count=8), item("2", count=0, per_mille=30, until="2026-11-30")]
    assert office.act(plan=plan("JH-done", items=items)) == []
    assert office.act(draw_order=order("CQ-a", plan=file_of(PLAN, "JH-done"))) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-a")) == []
    assert drawn_on(office, "2026-12-22") == [("2026-12-20", "", 2), ("2026-11-30", "", 22)]
    assert office.act(draw_order=order("CQ-b", plan=file_of(PLAN, "JH-done"), wanted=3)) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-b")) == []
    assert drawn_on(office, "2026-12-22")[0] == ("2026-12-20", "2026-11-23", 0)


def drawn_on(office: DrawOffice, day: str) -> list[tuple[str, str, int]]:
    """Last day, when it was met and how late, of each item of the plan JH-done."""
    state = office.town.spine.engine.state
    clocks = Clocks(date.fromisoformat(day), lambda on: state.edition_at(state.size - 1, on))
    found = obligations_of(office.file(PLAN, "JH-done"), clocks)
    return [
        (each.due_on, each.met_on, each.days_late) for each in found if each.deadline == "plan_item_drawn"
    ]


def test_the_registry_s_own_leaves_are_read_along_their_chain(office: DrawOffice) -> None:
    store = office.town.spine.engine.state.store
    whole = store.positions_of("R:")
    assert len(whole) > 4
    assert store.positions_of("R:", after=whole[0], limit=2) == whole[1:3]
    assert store.positions_of("R:", after=whole[-1]) == []


def test_waiting_for_a_time_anchor_costs_no_more_the_longer_it_takes(
    office: DrawOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody may ask for a draw, and the registry states its map every ten seconds."""
    engine = office.town.spine.engine
    assert office.act(plan=plan("JH-long")) == []
    assert office.act(draw_order=order("CQ-long", plan=file_of(PLAN, "JH-long"), time_anchored=True)) == []
    store, read = engine.state.store, list[int]()
    one = store.statement

    def statement(position: int) -> StatementRow | None:
        read.append(position)
        return one(position)

    monkeypatch.setattr(store, "statement", statement)

    def asked(first: int = 0) -> tuple[int | None, int]:
        read.clear()
        request = GetDrawRequest(file=file_of(DRAW, "CQ-long"), leaves_from=first)
        found = PublishedDraws(engine.ask).get(request)
        return found.beacon_position if found.HasField("beacon_position") else None, len(read)

    before = asked()
    for number in range(3):
        assert office.act(plan=plan(f"JH-long-{number}")) == []
        office.beacon()
    assert asked() == before
    assert before[0] is None
    anchored = office.anchor()
    assert asked(2**62) == (anchored, before[1])


def test_the_log_with_draws_folds_to_the_same_again(tmp_path: Path) -> None:
    """Also where order, beacon and result would stand in one group."""
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管", "住建"])
    office = DrawOffice.of(MatterTown.of(spine))
    office.prepared()
    assert office.act(draw_order=order("CQ-1")) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-1")) == []
    told = order("CQ-2", time_anchored=True)
    assert office.act(draw_order=told) == []
    anchored = office.anchor()
    assert office.act(draw_result=named(office, "CQ-2", anchored)) == []
    spine.engine.close()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []
