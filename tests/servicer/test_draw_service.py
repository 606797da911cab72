"""InspectionService over the wire, what everybody may know of plans and draws: pages, statements, leaves."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.leaf import Leaf, LeafType, statement_hash
from registry.v1 import inspection_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.inspection_service_pb2_grpc import InspectionServiceStub
from registry.v1.statement_pb2 import Statement
from tests.support.draws import DrawOffice, file_of, inspector_rows, object_rows, order, plan
from tests.support.matters import MARKET, MatterTown
from tests.support.served import DEADLINE_S, Served, refused

DRAW, PLAN = acts.FILE_KIND_DRAW, acts.FILE_KIND_PLAN


@pytest.fixture(scope="module")
def office(served: Served) -> DrawOffice:
    """The bureau with a draw that was made and one without a result."""
    made = DrawOffice.of(MatterTown.of(served.spine))
    made.prepared()
    assert made.act(draw_order=order("CQ-1")) == []
    made.beacon()
    assert made.act(draw_result=made.result("CQ-1")) == []
    for number in ("JH-2", "JH-3"):
        assert made.act(plan=plan(number)) == []
    assert made.act(draw_order=order("CQ-2", plan=file_of(PLAN, "JH-2"))) == []
    return made


def asked(served: Served, method: str, request: Any, role: CallerRole = CallerRole.PUBLIC) -> Any:
    stub = InspectionServiceStub(served.channel(served.system(role)))
    return getattr(stub, method)(request, timeout=DEADLINE_S)


def test_everybody_reads_plans_with_what_was_drawn(served: Served, office: DrawOffice) -> None:
    found = asked(served, "ListPlans", pb.ListPlansRequest(year=2026)).plans
    assert [(each.file.number, list(each.drawn)) for each in found] == [
        ("JH-3", [0]), ("JH-2", [0]), ("JH-2026", [5]),
    ]  # fmt: skip
    assert "市场监督" in found[0].department_name
    assert not asked(served, "ListPlans", pb.ListPlansRequest(year=2025)).plans


def test_pages_follow_one_another(served: Served, office: DrawOffice) -> None:
    first = asked(served, "ListPlans", pb.ListPlansRequest(page_size=2))
    second = asked(served, "ListPlans", pb.ListPlansRequest(page_size=2, page_token=first.next_page_token))
    assert [each.file.number for each in (*first.plans, *second.plans)] == ["JH-3", "JH-2", "JH-2026"]
    assert not second.next_page_token


def test_draws_without_a_result_are_listed_too(served: Served, office: DrawOffice) -> None:
    found = asked(served, "ListDraws", pb.ListDrawsRequest(department=MARKET)).draws
    assert [(each.file.number, each.HasField("result")) for each in found] == [
        ("CQ-2", False),
        ("CQ-1", True),
    ]
    of_plan = pb.ListDrawsRequest(department=MARKET, plan_number="JH-2")
    assert [each.file.number for each in asked(served, "ListDraws", of_plan).draws] == ["CQ-2"]


def test_a_draw_comes_with_every_statement_as_it_was_signed(served: Served, office: DrawOffice) -> None:
    found = asked(served, "GetDraw", pb.GetDrawRequest(file=file_of(DRAW, "CQ-1")))
    for name, act in (
        ("plan", "plan"), ("objects", "roster"), ("inspectors", "roster"), ("order", "draw_order"),
        ("result", "draw_result"),
    ):  # fmt: skip
        envelope = getattr(found, name).statement.envelope
        said = Statement.FromString(envelope.payload)
        assert said.supervision.WhichOneof("act") == act
        assert envelope.payload_type == PAYLOAD_TYPE
        assert envelope.signatures
    (key,) = found.keys
    assert Statement.FromString(key.statement.envelope.payload).key_enrolment.official_id == "S-1"
    assert found.beacon_position == found.draw.result.beacon_position
    assert found.first_leaf == found.order.position + 1
    last = Leaf.decode(found.leaves[-1])
    assert (last.type, found.first_leaf + len(found.leaves) - 1) == (
        LeafType.MAP_STATE,
        found.beacon_position,
    )
    hashed = statement_hash(PAYLOAD_TYPE, found.result.statement.envelope.payload)
    stored = office.town.spine.engine.state.store.statement(found.result.position)
    assert stored is not None
    assert Leaf.decode(stored.leaf).statement_hash == hashed


def test_a_draw_whose_beacon_is_not_there_yet_says_so(served: Served, office: DrawOffice) -> None:
    found = asked(served, "GetDraw", pb.GetDrawRequest(file=file_of(DRAW, "CQ-2")))
    assert not found.HasField("beacon_position")
    assert not found.HasField("result")


@pytest.mark.parametrize("kind", [DRAW, PLAN, 0])
def test_there_is_no_other_draw(served: Served, office: DrawOffice, kind: Any) -> None:
    number = "none" if kind == DRAW else "JH-2026"
    request = pb.GetDrawRequest(file=file_of(kind, number))
    refusal = refused(lambda: asked(served, "GetDraw", request))
    assert refusal.reason == "FILE_UNKNOWN"
    assert refusal.code is not grpc.StatusCode.INTERNAL


def test_past_its_beacon_no_later_leaf_is_named_for_it(served: Served, office: DrawOffice) -> None:
    """A leaf of the same kind that came later is as good a number for whoever would like another draw."""
    told = asked(served, "GetDraw", pb.GetDrawRequest(file=file_of(DRAW, "CQ-1")))
    later = office.beacon()
    assert told.beacon_position < later
    for first in (told.beacon_position + 1, later, later + 100, 2**62):
        request = pb.GetDrawRequest(file=file_of(DRAW, "CQ-1"), leaves_from=first)
        found = asked(served, "GetDraw", request)
        assert (found.beacon_position, list(found.leaves)) == (told.beacon_position, [])
    last = pb.GetDrawRequest(file=file_of(DRAW, "CQ-1"), leaves_from=told.beacon_position)
    assert list(asked(served, "GetDraw", last).leaves) == list(told.leaves)[-1:]


def test_that_an_item_was_drawn_in_vain_and_who_ordered_it_is_everybodys_to_see(
    served: Served, office: DrawOffice
) -> None:
    """With all inspectors recused for a firm each draw fails in which it comes up, and another is ordered."""
    everybody = [(cells[0], inspector[0]) for cells in object_rows(40) for inspector in inspector_rows(8)]
    under = file_of(PLAN, "JH-3")
    for number in ("CQ-8", "CQ-9"):
        told = order(number, plan=under, recusals=office.recusals(*everybody))
        assert office.act(draw_order=told) == []
        office.beacon()
        assert office.act(draw_result=office.result(number)) == []
    plans = asked(served, "ListPlans", pb.ListPlansRequest(year=2026)).plans
    (found,) = [each for each in plans if each.file.number == "JH-3"]
    assert [(each.plan_item, each.draw.number, list(each.official_ids)) for each in found.in_vain] == [
        ("1", "CQ-8", ["S-1"]), ("1", "CQ-9", ["S-1"]),
    ]  # fmt: skip
    assert all(each.resulted_on for each in found.in_vain)
    assert not any(each.in_vain for each in plans if each.file.number != "JH-3")
