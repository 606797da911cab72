"""What is missing is told at once, and nothing is left to be filled in."""

from __future__ import annotations

from typing import Any

import pytest

from registry_papers import MissingPartsError, Office, PaperError, PaperKind, render
from tests.registry_papers.case_samples import NAMES, OFFICE, PARTICULARS, PERSON, Case

BARE = Office("沧州市财政局（示例）")


def missing(kind: str, office: Office = BARE, **given: object) -> set[str]:
    """What a paper is said to lack."""
    with pytest.raises(MissingPartsError) as caught:
        Case().paper(kind, office, **given)
    assert all(part in str(caught.value) for part in caught.value.missing)
    return set(caught.value.missing)


def test_one_error_names_every_missing_part() -> None:
    changes: dict[str, Any] = {
        "ban_decision": {"facts": " ", "reason": "", "removal": "", "consequences": "", "relief": ""}
    }
    with pytest.raises(MissingPartsError) as caught:
        render("decision", Case().response("lifting", **changes), BARE)
    assert set(caught.value.missing) == {
        "本机关地址", "本机关联系电话", "行政复议机关", "管辖法院", "当事人住所", "违法事实", "决定理由",
        "移出条件和程序",
        "惩戒措施提示", "救济途径", "措施M-PRO-01的名称",
    }  # fmt: skip
    assert str(caught.value).startswith("不能制作《行政处罚决定书》，还缺：")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("step", "field", "lacking"),
    [
        ("ban_review", "lawful", "认为合法的法制审核意见（最近一次审核未通过）"),
        ("ban_deliberation", "agreed", "同意作出决定的讨论或者审查意见"),
    ],
)
def test_no_decision_says_lawful_or_agreed_where_that_was_denied(step: str, field: str, lacking: str) -> None:
    assert missing("decision", OFFICE, changes={step: {field: False}}) == {lacking}


def test_a_hearing_notice_needs_its_time_and_who_presides() -> None:
    lacking = missing("hearing_notice", OFFICE, particulars=type(PARTICULARS)())
    assert lacking == {"听证开始的时刻", "听证主持人"}


def test_a_notice_without_facts_evidence_and_number_is_not_made() -> None:
    changes = {
        "ban_draft": {"facts": "", "evidence": [], "reason": ""},
        "ban_notice": {"document": None},
    }
    lacking = missing("notice", OFFICE, changes=changes)
    assert lacking == {"违法事实", "证据", "处理理由", "告知书文号", "告知书日期"}


@pytest.mark.parametrize(
    ("kind", "until", "what"),
    [
        ("notice", "ban_review", "事先告知"),
        ("hearing_notice", "ban_notice", "听证通知"),
        ("decision", "ban_deliberation", "尚未作出决定"),
        ("repair_notice", "ban_deliberation", "尚未作出决定"),
        ("lifting", "ban_served", "解除"),
        ("service", "ban_review", "需要送达的文书"),
    ],
)
def test_a_paper_of_a_step_that_was_not_taken_is_not_made(kind: str, until: str, what: str) -> None:
    lacking = missing(kind, OFFICE, response=Case().response(until=until))
    assert any(what in part for part in lacking)


def test_a_decision_about_somebody_who_was_not_told_is_not_made() -> None:
    response = Case().response()
    del response.statements[2:4]  # Notice and defence.
    assert missing("decision", OFFICE, response=response) == {
        "事先告知（案件没有该陈述）",
        "当事人陈述申辩或者放弃的情况",
    }


@pytest.mark.parametrize("kind", PaperKind)
def test_no_paper_leaves_a_gap(kind: PaperKind) -> None:
    text = Case().paper(kind).text
    for gap in ("××", "XX", "____", "None", "（）", "：。", "：，", "，，", "。。", "TODO", "unspecified"):
        assert gap not in text


def test_messages_name_nobody() -> None:
    case = Case(PERSON)
    with pytest.raises(MissingPartsError) as caught:
        render("decision", case.response(), BARE, names=NAMES)
    assert "当事人住址" in str(caught.value)
    assert PERSON.name not in str(caught.value)
    assert PERSON.identifier.value not in str(caught.value)


def test_a_statement_that_cannot_be_read_is_an_error_in_one_line() -> None:
    response = Case().response()
    response.statements[0].signed.envelope.payload = b"\xff"
    with pytest.raises(PaperError, match="不能读取"):
        Case().paper("notice", response=response)
