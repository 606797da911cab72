"""What leaves of a statement's content: no number of a person's paper, in whatever field it stands."""

from __future__ import annotations

import pytest

from registry.servicer.masking import shown_content, without_numbers
from registry.v1.statement_pb2 import Event
from tests.support.events import fields, firm, person

NUMBER = person(7).identifier.value
MASKED = f"{NUMBER[:4]}**********{NUMBER[-4:]}"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def shown(event: Event) -> dict[str, str]:
    return {field.name: field.value for field in shown_content(event)}


@pytest.mark.parametrize("name", ["fr_zjhm", "legal_rep_id_no", "xdr_swdj"])
def test_fields_of_numbers_are_masked_by_their_name(name: str) -> None:
    assert shown(Event(subject=firm(1), content=fields(**{name: NUMBER}))) == {name: MASKED}


def test_number_of_another_paper_is_masked_in_a_field_of_numbers() -> None:
    assert shown(Event(subject=firm(1), content=fields(fr_zjhm="EA7654321"))) == {"fr_zjhm": "*********"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"负责人{NUMBER}。", f"负责人{MASKED}。"),
        (f"负责人{NUMBER.translate(FULL_WIDTH)}。", f"负责人{MASKED}。"),
        (f"{NUMBER}{NUMBER}", MASKED + MASKED),
        (f"99{NUMBER}", f"99{MASKED}"),
        (firm(1).identifier.value, firm(1).identifier.value),
        (
            "沧示建罚字〔2026〕1号, 罚款123456789012345678元",
            "沧示建罚字〔2026〕1号, 罚款123456789012345678元",
        ),
        ("张某130902640101123。", "张某1309*******1123。"),
        ("张某 130902-640101-123, 2026年", "张某 1309*******1123, 2026年"),
        ("张某130902640101123 2026年", "张某1309*******1123 2026年"),
        ("流水号202603011230123", "流水号202603011230123"),
        ("注册号130902000012345", "注册号130902000012345"),
        ("", ""),
    ],
)
def test_numbers_that_slid_into_a_text_are_masked_and_nothing_else_is(text: str, told: str) -> None:
    assert without_numbers(text) == told


def test_persons_own_name_keeps_its_first_character_wherever_it_stands() -> None:
    subject = person(7)
    subject.name = "示例无名"
    content = fields(xdr_mc="示例无名", wfxw="示例无名与他人共谋", cflb="警告")
    assert shown(Event(subject=subject, content=content)) == {
        "xdr_mc": "示***",
        "wfxw": "示***与他人共谋",
        "cflb": "警告",
    }


def test_name_of_a_firm_is_shown() -> None:
    assert shown(Event(subject=firm(1), content=fields(xdr_mc=firm(1).name))) == {"xdr_mc": firm(1).name}
