"""Of a statement with very many faults a hundred are told and kept, whoever finds them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome
from registry.commands.refusals import kept, refusal_row, refused
from registry.commands.submission import Rejection
from registry.domain.faults import MAX_TEXT, MAX_TOLD, Fault, told
from registry.servicer.gate import current_caller
from registry.servicer.intake import IntakeServicer
from registry.store.interface import Group, RefusalRow
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID
from tests.support.events import ban, firm, person
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

NUMBER = person(7).identifier.value
MANY = 30_000
LONGEST_ROW = 100_000
"""Bytes."""


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Spine:
    return furnish(found_spine(tmp_path_factory.mktemp("many") / "registry"), ["财政"])


def assert_bounded(spine: Spine, outcome: Outcome, found: int | str = "[0-9]+") -> None:
    """What is answered, and what the department reads back."""
    assert isinstance(outcome, Rejection)
    assert len(outcome.faults) == MAX_TOLD == 100
    assert re.fullmatch(f"另有{found}处错误未列出。", outcome.faults[-1].message)
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), ORIGIN)
    row = spine.engine.intake.refusals(caller, after=0, page_size=1000)[-1]
    assert len(row.faults) < LONGEST_ROW
    assert [each.message for each in kept(row.faults).faults] == [each.message for each in outcome.faults]


def test_draft_with_a_person_in_each_of_its_names_of_files_is_told_of_a_hundred(spine: Spine) -> None:
    draft = pb.EditionDraft(files=[pb.EditionFile(name=NUMBER)] * MANY)
    assert_bounded(spine, spine.say("财政", edition_draft=draft), MANY - MAX_TOLD + 1)


def test_so_are_faults_that_admission_finds(spine: Spine) -> None:
    event = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
    event.measures.extend([pb.ImposedMeasure(measure_code="NONE")] * 1000)
    assert_bounded(spine, spine.say("财政", event=event))


def test_text_of_a_fault_is_cut_and_a_few_faults_are_told_as_they_are() -> None:
    short = Fault(ERROR_REASON_FIELD_INVALID, "event.region", "地区不在代码表内。")
    long = replace(short, field="a" * 10_000, message="长" * 10_000)
    assert told([short] * MAX_TOLD) == (short,) * MAX_TOLD
    assert told([short, long]) == (
        short,
        replace(short, field="a" * MAX_TEXT + "…", message="长" * MAX_TEXT + "…"),
    )
    row = refusal_row(Rejection("财政", "S-1", bytes(32), (long,) * 1000), 1)
    assert len(row.faults) < 4 * MAX_TOLD * 2 * MAX_TEXT


def test_what_a_release_before_the_bound_kept_is_answered_within_it(spine: Spine) -> None:
    one = Fault(ERROR_REASON_FIELD_INVALID, "event.evidence[0].sha256", "缺少摘要。")
    whole = refused([one] * MANY).SerializeToString()
    spine.engine.store.commit(Group(refusals=[RefusalRow(spine.code("财政"), "old", bytes(32), 1, whole)]))
    token = current_caller.set(Caller(CallerRole.DEPARTMENT, spine.code("财政"), ORIGIN))
    try:
        asked: Any = None
        servicer = IntakeServicer(spine.engine.intake, asked)
        told_again = servicer.ListRefusals(intake.ListRefusalsRequest(page_size=1000), asked).refusals[-1]
    finally:
        current_caller.reset(token)
    assert told_again.statement_id == "old"
    assert len(told_again.faults) == MAX_TOLD
    assert told_again.faults[-1].message == f"另有{MANY - MAX_TOLD + 1}处错误未列出。"
