"""A text that does not show what it says is refused wherever it stands: when it is received, never later."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.commands.read_as_written import check_read_as_written
from registry.domain.faults import Findings
from registry.domain.misleading import mark_in
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID
from registry.v1.statement_pb2 import Statement
from tests.commands.test_kept_in_clear import stated
from tests.support.events import ban, firm, placed, refusal
from tests.support.spine import found_spine, furnish

TURNED = "不\u202e撤回\u2066"
PLACES = (
    "statement_id", "withdrawal.reason", "event.subject.name", "event.subject.identifier.value",
    "event.legal_basis[0]", "event.content[0].value", "ban_decision.responsible_persons[0].name",
    "supervision.inspection.findings[0].fact", "objection_result.replacement.document.number",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_such_a_text_is_found_wherever_it_stands(place: str) -> None:
    found = Findings()
    check_read_as_written(found, stated(place, TURNED))
    assert [(fault.reason, fault.field) for fault in found.faults] == [(ERROR_REASON_FIELD_INVALID, place)]
    assert "U+202E" in found.faults[0].message


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u206f\ufff9\U000e0041")
def test_whatever_turns_hides_or_doubles_a_text_is_known(mark: str) -> None:
    assert mark_in(f"沧州{mark}建设") == f"U+{ord(mark):04X}"


@pytest.mark.parametrize(
    "honest", ["\ufeff沧州", "沧\u00ad州", "沧\u200b州", "👩\u200d🔧", "葛\U000e0101城", "一\n二"]
)
def test_what_a_word_processor_leaves_in_an_honest_text_is_none(honest: str) -> None:
    found = Findings()
    check_read_as_written(found, stated("withdrawal.reason", honest))
    assert found.faults == []


def test_bytes_that_look_so_are_no_text() -> None:
    found, made = Findings(), Statement()
    made.event.evidence.add(sha256="\u202e".encode() * 10)
    check_read_as_written(found, made)
    assert found.faults == []


def test_a_statement_is_refused_with_the_place(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    try:
        event = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", "sound", event=event))
        event.subject.name = f"示例{TURNED}公司"
        assert ("FIELD_INVALID", "event.subject.name") in refusal(spine.say("财政", event=event))
    finally:
        spine.engine.close()
