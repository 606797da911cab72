"""Receipts about what was corrected: what befell the target befell the correction, and the evidence says why.

A stay of a ban goes on when the ban's document number is put right. Whoever checks the receipt of a day
afterwards sees the correction, and must see what was noted on the statement whose place it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from registry.v1 import receipt_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import statement_pb2 as statements
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED
from registry_client import verify
from tests.receipts.serving import serving_receipts
from tests.support.events import (
    ban,
    correction,
    document,
    fields,
    imposed,
    new_firm,
    new_person,
    note,
    objection,
    penalty,
    placed,
)
from tests.support.served import Served
from tests.support.spine import found_spine, furnish
from tests.verification.world import World, content_of

ENDS = {
    statements.NOTED_STATUS_STAYED: statements.NOTED_STATUS_RESUMED,
    statements.NOTED_STATUS_OBJECTED: statements.NOTED_STATUS_OBJECTION_SETTLED,
    statements.NOTED_STATUS_CONTESTED: statements.NOTED_STATUS_CONTEST_ENDED,
}
TOLD = {
    statements.NOTED_STATUS_STAYED: verdict_pb2.HIT_STATUS_STAYED,
    statements.NOTED_STATUS_OBJECTED: verdict_pb2.HIT_STATUS_OBJECTED,
    statements.NOTED_STATUS_CONTESTED: verdict_pb2.HIT_STATUS_CONTESTED,
}
NOTED = ["note correct", "correct note", "note correct correct", "correct note correct"]
OVER = ["note end correct", "note correct end", "correct note end correct", "note correct correct end"]
UNTIL = "2028-03-01"
_ids = count(1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("corrected") / "registry"))
    with serving_receipts(spine) as running:
        yield World(running)


class Story:
    """What 财政 says of one ban of a firm; each step is about the statement that stands then."""

    def __init__(self, served: Served, kind: statements.NotedStatus.ValueType, **content: str) -> None:
        self.served, self.kind, self.firm = served, kind, new_firm()
        self.positions = [self._say("event", self._fine(**content) if content else self._ban())]

    def tell(self, steps: str) -> Story:
        """Says one statement for each step."""
        for step in steps.split():
            if step == "correct":
                self.positions.append(self._say("correction", correction("财政", self.standing, self._ban())))
            else:
                status, day = (self.kind, "2026-06-01") if step == "note" else (ENDS[self.kind], "2026-08-01")
                self.positions.append(self._say("status_note", note("财政", self.standing, status, day)))
        return self

    def _say(self, body: str, message: Any) -> int:
        key = f"STORY-{next(_ids)}"
        position = placed(self.served.spine.say("财政", key, **{body: message}))
        if body != "status_note":
            self.standing = key
        return position

    def _ban(self) -> statements.Event:
        return ban("财政", self.firm, "M-PRO-01", "2026-03-01", UNTIL)

    def _fine(self, **content: str) -> statements.Event:
        """A penalty that bans as well, which has content."""
        paper = document("财政", "2026-03-01", f"沧财罚字〔2026〕{next(_ids)}号")
        return penalty(
            "财政",
            self.firm,
            measures=[imposed("M-PRO-01", "2026-03-01", UNTIL)],
            content=fields(cflb="罚款", nr_fk="5", **content),
            document=paper,
        )


def told(receipt: receipt_pb2.Receipt) -> pb.CheckResponse:
    """The response in a receipt."""
    return pb.CheckResponse.FromString(receipt_pb2.Answer.FromString(receipt.answer).response)


def shown(receipt: receipt_pb2.Receipt) -> set[int]:
    """Positions of the statements that a receipt discloses."""
    return {leaf.position for leaf in receipt.leaves if leaf.HasField("statement")}


def assert_verifies(world: World, receipt: receipt_pb2.Receipt) -> None:
    report = verify(content_of(receipt), world.policy)
    assert report.ok, report.faults
    assert report.verdict == told(receipt).verdict


@pytest.mark.parametrize("evidence", [EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED])
@pytest.mark.parametrize("steps", NOTED)
@pytest.mark.parametrize("kind", TOLD, ids=statements.NotedStatus.Name)
def test_a_note_goes_on_upon_the_correction_by_proof(
    world: World,
    kind: statements.NotedStatus.ValueType,
    steps: str,
    evidence: receipt_pb2.EvidenceLevel.ValueType,
) -> None:
    story = Story(world.served, kind).tell(steps)
    receipt = world.check(story.firm.identifier, evidence=evidence)
    assert [hit.status for hit in told(receipt).hits] == [TOLD[kind]]
    assert receipt_pb2.Answer.FromString(receipt.answer).given == evidence
    assert_verifies(world, receipt)


@pytest.mark.parametrize("steps", OVER)
@pytest.mark.parametrize("kind", TOLD, ids=statements.NotedStatus.Name)
def test_a_note_that_is_over_blocks_by_proof(
    world: World, kind: statements.NotedStatus.ValueType, steps: str
) -> None:
    story = Story(world.served, kind).tell(steps)
    receipt = world.check(story.firm.identifier)
    assert [hit.status for hit in told(receipt).hits] == [verdict_pb2.HIT_STATUS_IN_FORCE]
    assert_verifies(world, receipt)


def test_the_answer_of_every_position_on_the_way_is_worked_out_again(world: World) -> None:
    story = Story(world.served, statements.NOTED_STATUS_STAYED).tell("note correct end note correct")
    for position in story.positions:
        assert_verifies(world, world.check(story.firm.identifier, at=position))


def test_an_objection_that_the_operator_noted_goes_on_as_well(world: World) -> None:
    story = Story(world.served, statements.NOTED_STATUS_OBJECTED)
    say = world.served.spine.say
    placed(say("信用办", status_note=objection("财政", story.standing, "2026-06-01", by="信用办")))
    receipt = world.check(story.tell("correct").firm.identifier)
    assert [hit.status for hit in told(receipt).hits] == [verdict_pb2.HIT_STATUS_OBJECTED]
    assert_verifies(world, receipt)


def test_what_was_corrected_is_not_shown_where_nothing_was_noted_on_it(world: World) -> None:
    representative = new_person().identifier.value
    story = Story(world.served, statements.NOTED_STATUS_STAYED, fr_zjhm=representative).tell(
        "correct correct"
    )
    receipt = world.check(story.firm.identifier)
    assert shown(receipt).isdisjoint(story.positions[:2])
    assert story.positions[2] in shown(receipt)
    assert_verifies(world, receipt)


def test_a_noted_target_that_may_not_be_shown_is_a_shortfall(world: World) -> None:
    representative = new_person().identifier.value
    story = Story(world.served, statements.NOTED_STATUS_STAYED, fr_zjhm=representative).tell("note correct")
    receipt = world.check(story.firm.identifier)
    answer = receipt_pb2.Answer.FromString(receipt.answer)
    assert [each.reason for each in answer.shortfalls] == [receipt_pb2.SHORTFALL_REASON_CONTENT_WITHHELD]
    assert representative.encode() not in receipt.SerializeToString()
