"""Which evidence an act names, wherever it stands in it."""

from __future__ import annotations

from registry.domain.evidence_items import named_in
from registry.v1 import statement_pb2
from registry.v1 import supervision_pb2 as pb


def item(number: int) -> pb.EvidenceItem:
    return pb.EvidenceItem(sha256=bytes([number]) * 32, size=1, media_type="a/b", title="x")


def named(**act: object) -> list[int]:
    statement = statement_pb2.Statement(supervision=pb.Supervision(**act))  # type: ignore[arg-type]
    return [each.sha256[0] for each in named_in(statement)]


def test_one_of_a_field_and_many_of_a_list_are_found_in_order() -> None:
    assert named(rule=pb.SupervisionRule(number="A", text=item(1))) == [1]
    assert named(inspection=pb.Inspection(number="A", evidence=[item(1), item(2), item(3)])) == [1, 2, 3]
    assert named(complaint=pb.Complaint(content=item(4), reporter=item(5))) == [4, 5]


def test_an_act_without_evidence_and_a_statement_that_is_no_act_name_none() -> None:
    assert named(rule_filing=pb.RuleFiling(filing_number="x")) == []
    event = statement_pb2.Statement(event=statement_pb2.Event(category="x"))
    assert list(named_in(event)) == []
