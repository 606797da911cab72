"""JSON written by hand: every fault at once, in Chinese, by its place; and what is right is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.v1.statement_pb2 import SEVERITY_SERIOUS, BanDraft, Statement
from registry_client.cli.failure import Failure
from registry_client.cli.message_json import message_from

FILE = Path("draft.json")


def faults(content: Any) -> list[str]:
    with pytest.raises(Failure) as raised:
        message_from(FILE, content, BanDraft())
    return [line.removeprefix("draft.json：") for line in raised.value.message.splitlines()]


def test_what_is_right_is_read_under_either_spelling() -> None:
    content = {
        "case_number": "C-1",
        "filedOn": "2026-10-12",
        "complex": True,
        "reason": None,
        "proposal": {"severity": "SEVERITY_SERIOUS", "measures": [{"months": "24"}, {"months": 12}]},
    }
    draft = message_from(FILE, content, BanDraft())
    assert (draft.case_number, draft.filed_on, draft.complex) == ("C-1", "2026-10-12", True)
    assert draft.proposal.severity == SEVERITY_SERIOUS
    assert [each.months for each in draft.proposal.measures] == [24, 12]


def test_every_fault_is_told_with_its_place() -> None:
    told = faults(
        {
            "caseNumber": 5,
            "nosuch": 1,
            "complex": "ja",
            "evidence": {"a": 1},
            "proposal": {"severity": "GRAVE", "measures": [{"months": -1}, {"months": "a"}, 7]},
        }
    )
    assert told[0] == "caseNumber：应是文字（写在引号里），这里是“5”"
    assert told[1].startswith("nosuch：没有这一项，可写 case_number、subject、")
    assert told[2] == "complex：应是true 或 false，这里是“ja”"
    assert told[3] == "evidence：应是列表 […]"
    assert told[4].startswith("proposal.severity：没有“GRAVE”这个取值，可写 SEVERITY_")
    assert told[5] == "proposal.measures[0].months：应是0至4294967295的整数，这里是“-1”"
    assert told[6].startswith("proposal.measures[1].months：应是")
    assert told[7] == "proposal.measures[2]：应是对象 {…}"
    assert len(told) == 8


@pytest.mark.parametrize("content", [[], "text", 5, None])
def test_what_is_no_object_is_refused(content: object) -> None:
    assert faults(content) == ["应是一个JSON对象"]


def test_unhashable_and_long_values_are_told_of_shortly() -> None:
    (told,) = faults({"proposal": {"severity": ["x" * 500]}})
    assert len(told) < 300
    (told,) = faults({"case_number": b"y".hex() and ["z" * 500]})
    assert len(told) < 100


def test_last_word_is_protobufs() -> None:
    with pytest.raises(Failure):
        message_from(FILE, {"ban_draft": {}, "event": {}}, Statement())
