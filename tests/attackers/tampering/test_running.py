"""Rows are changed under a server that runs: no answer changes, and no proof is given that does not hold."""

from __future__ import annotations

import grpc

from registry.v1 import restriction_service_pb2, verdict_pb2
from tests.attackers.scene import BARRED, Scene, Stage
from tests.support.reports import PROCUREMENT, question
from tests.support.served import DEADLINE_S, refused
from tests.support.tampering import Copy

DECIDING = ("ground", "event", "mark", "link", "subject", "name", "delivery", "department", "key", "edition")
"""Tables from whose rows verdicts follow."""


def verdict(stage: Stage) -> restriction_service_pb2.CheckResponse:
    """What the procurement system is told of who is barred."""
    stub = stage.world.restrictions(PROCUREMENT)
    told: restriction_service_pb2.CheckResponse = stub.Check(question(BARRED), timeout=DEADLINE_S)
    return told


def test_a_running_server_answers_from_its_memory_when_rows_are_taken_from_it(
    scene: Scene, copy: Copy
) -> None:
    with scene.running(copy.config.home) as stage:
        before = verdict(stage)
        for table in DECIDING:
            copy.sql(f'DELETE FROM "{table}"')
        after = verdict(stage)
    assert before.verdict == after.verdict == verdict_pb2.VERDICT_BLOCKED
    assert [hit.statement_id for hit in after.hits] == [hit.statement_id for hit in before.hits]


def test_a_running_server_proves_nothing_by_a_statement_that_was_changed_under_it(
    scene: Scene, copy: Copy
) -> None:
    with scene.running(copy.config.home) as stage:
        last = "(SELECT MAX(position) FROM statement)"
        copy.sql(f"UPDATE statement SET sealed_payload = x'00' WHERE position = {last}")
        refusal = refused(lambda: stage.receipt(BARRED))
    assert refusal.code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DATA_LOSS)


def test_after_the_next_start_only_a_fold_tells(scene: Scene, copy: Copy) -> None:
    """The worst of it, and why --rebuild is run by the calendar."""
    copy.sql("DELETE FROM ground WHERE subject = ?", BARRED.identifier.value)
    with scene.running(copy.config.home) as stage:
        assert verdict(stage).verdict != verdict_pb2.VERDICT_BLOCKED
    assert copy.verify() == []
    assert any(line.startswith("ground") for line in copy.rebuild())
