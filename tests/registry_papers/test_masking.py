"""Natural persons' numbers in papers: masked, but for the party's own copy."""

from __future__ import annotations

import pytest

from registry.v1.subject_pb2 import IDENTIFIER_TYPE_PASSPORT, IDENTIFIER_TYPE_USCC, Identifier
from registry_papers import PaperKind
from registry_papers.masking import shown_as
from tests.registry_papers.case_samples import MASKED, NUMBER, PERSON, Case

OTHER = "130999198505052349"
SPACED = f"{NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]}"


@pytest.mark.parametrize("kind", PaperKind)
def test_a_persons_number_is_masked_wherever_it_stands(kind: PaperKind) -> None:
    facts = {"facts": f"示例某（{NUMBER}）与另一人（{OTHER}、{SPACED}）串通"}
    changes = {"ban_draft": facts, "ban_decision": facts, "lifting": {"reason": f"{NUMBER}已履行"}}
    text = Case(PERSON).paper(kind, changes=changes).text
    assert NUMBER not in text
    assert OTHER not in text
    assert SPACED not in text


def test_the_copy_for_the_party_shows_the_partys_own_number_and_no_other() -> None:
    changes = {"ban_decision": {"facts": f"与另一人（{OTHER}）串通"}}
    text = Case(PERSON).paper("decision", own_copy=True, changes=changes).text
    assert NUMBER in text
    assert OTHER not in text
    assert MASKED in Case(PERSON).paper("decision").text


def test_the_copy_for_a_firm_shows_no_persons_number() -> None:
    changes = {"ban_decision": {"facts": f"法定代表人（{NUMBER}）"}}
    assert NUMBER not in Case().paper("decision", own_copy=True, changes=changes).text


def test_codes_of_organisations_stay() -> None:
    assert "91130900DEM0000010" in Case().paper("decision").text


def test_a_passport_number_of_the_party_is_masked_in_running_text() -> None:
    shown = shown_as(Identifier(type=IDENTIFIER_TYPE_PASSPORT, value="E00000000"), own_copy=False)
    assert shown("护照E00000000、e 0000-0000") == "护照E******00、E******00"


def test_what_nobody_sees_goes_out() -> None:
    shown = shown_as(Identifier(type=IDENTIFIER_TYPE_USCC, value="91130900DEM0000010"), own_copy=False)
    assert shown(" 示例\u202e某\u200b公司\x00\r\n二行 ") == "示例某公司 二行"
