"""What stands in each paper: everything that law asks for
(行政处罚法 第四十四、四十五、五十九、六十一、六十三、六十四条)."""

from __future__ import annotations

from typing import Any

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1.ban_service_pb2 import BAN_STATE_REVOKED
from registry_papers import PaperKind, render
from tests.registry_papers.case_samples import NAMES, OFFICE, PARTICULARS, PERSON, Case

MEASURE = "一至三年内禁止参加政府采购活动"
CONTACT = ("沧州市示例路1号308室", "0317-0000000", "示例甲")
RELIEF = (
    "六十日内向沧州市人民政府（示例）申请行政复议",
    "六个月内向沧州市示例区人民法院提起行政诉讼",
    "不停止执行",
)

REQUIRED = {
    "notice": (
        "行政处罚事先告知书", "沧示财告〔2026〕12号", "2026年10月12日", "91130900DEM0000010", "SF-2026-12",
        "2026年10月8日", "提供虚假的业绩证明材料", "投标文件第三册", "情节较重", "《政府采购法》第七十七条",
        MEASURE,
        "期限：一年", "沧州市（130900）", "第四十四条", "第四十五条", "陈述和申辩",
        "不因陈述、申辩而给予更重的处罚",
        "第六十三条", "第六十四条", "五个工作日内", "不承担组织听证的费用", *CONTACT,
    ),
    "hearing_notice": (
        "听证通知书", "沧示财听〔2026〕2号", "2026年10月16日", "2026年10月15日", "2026年11月3日上午9时30分",
        "沧州市示例路1号第一会议室", "示例丙", "申请回避", "委托一至二人代理", "申辩和质证", "笔录",
        "视为放弃听证权利", "公开举行",
        "第六十三条", "第六十四条", *CONTACT,
    ),
    "decision": (
        "行政处罚决定书", "沧示财罚〔2026〕12号", "2026年11月10日", "沧州示例商贸有限公司（示例）",
        "91130900DEM0000010",
        "住所：沧州市示例街2号", "法定代表人（负责人）：示例乙", "谋取中标", "投标文件第三册",
        "2026年10月13日向当事人送达",
        "2026年10月15日要求听证", "2026年11月3日举行听证", "法制审核", "集体讨论", "听证意见已经采纳",
        "《政府采购法》第七十七条",
        MEASURE, "期限一年，自2026年11月10日起至2027年11月9日止", "适用地域：沧州市（130900）",
        "示例乙（法定代表人）",
        "履行方式和期限", "自送达之日起生效", "惩戒措施提示", "不得以供应商身份参加", "移出条件和程序",
        "公示满六个月", *RELIEF, *CONTACT,
    ),
    "service": (
        "送达回证", "SF-2026-12", "沧州示例商贸有限公司（示例）", "行政处罚决定书（沧示财罚〔2026〕12号）",
        "信用修复告知书（沧示财修〔2026〕12号）", "直接送达", "2026年11月12日", "受送达人签名", "见证人",
        "送达人签名", "第六十一条",
    ),
    "repair_notice": (
        "信用修复告知书", "沧示财修〔2026〕12号", "2026年11月10日", "沧示财罚〔2026〕12号",
        "国家发展和改革委员会令第36号", MEASURE,
        "信用承诺", "公示满六个月", "三个工作日内", "十个工作日内", "弄虚作假", "执行至期满", *CONTACT,
    ),
    "lifting": (
        "解除决定书", "沧示财解〔2026〕1号", "2027年6月1日", "自2027年6月2日起", MEASURE,
        "沧示财罚〔2026〕12号", "准予信用修复",
        "《信用修复管理办法》", *RELIEF, *CONTACT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_says_everything_that_law_asks_for(kind: PaperKind) -> None:
    text = Case().paper(kind).text
    assert [part for part in REQUIRED[kind] if part not in text] == []


@pytest.mark.parametrize("kind", [kind for kind in PaperKind if kind is not PaperKind.SERVICE])
def test_a_paper_ends_with_the_department_its_seal_and_the_day(kind: PaperKind) -> None:
    paper = Case().paper(kind)
    body = paper.text.split("登记日志")[0].strip().splitlines()
    assert body[-2] == "沧州市财政局（示例）（印章）"
    assert body[-1].endswith("日")


def test_headings_are_numbered_without_a_gap_where_nobody_is_responsible() -> None:
    text = Case().paper("decision", changes={"ban_decision": {"responsible_persons": []}}).text
    assert "责任人员" not in text
    assert "五、履行方式和期限" in text


def test_an_entry_on_a_list_alone_is_told_as_one() -> None:
    listing = Case(list_code="L-06")
    notice, decision = listing.paper("notice"), listing.paper("decision")
    assert (notice.title, decision.title) == ("列入事先告知书", "列入决定书")
    assert "国办发〔2020〕49号" in notice.text
    assert "要求听证。要求听证的" not in notice.text
    assert "列入市场监督管理严重违法失信名单（L-06），期限三年" in decision.text


def test_a_person_is_spoken_to_as_one() -> None:
    text = Case(PERSON).paper("notice").text
    assert "你依法享有的权利" in text
    assert "你单位" not in text


def test_a_ban_for_life_has_no_last_day() -> None:
    event = _event_with(measure_code="M-BUS-11", lifetime=True)
    text = Case().paper("decision", changes={"ban_decision": {"event": event}}).text
    assert "限制从业，自2026年11月10日起，终身，适用范围：不限地域、行业和活动" in text


def test_who_waived_or_was_silent_is_said_to_have_done_so() -> None:
    for kind, words in (
        (pb.DEFENCE_KIND_WAIVED, "明确放弃陈述、申辩和要求听证的权利"),
        (pb.DEFENCE_KIND_SILENT, "规定期限内未提出陈述、申辩"),
    ):
        assert words in Case().paper("decision", changes={"ban_defence": {"kind": kind}}).text


def test_a_defence_is_answered_in_the_decision() -> None:
    stated = {"kind": pb.DEFENCE_KIND_STATED, "summary": "情节轻微", "response": "不予采纳"}
    text = Case().paper("decision", changes={"ban_defence": stated}).text
    assert "提出陈述、申辩：情节轻微。本机关复核认为：不予采纳。" in text


def test_a_decision_that_was_revoked_says_so() -> None:
    response = Case().response()
    response.case.state = BAN_STATE_REVOKED
    assert "本决定已经撤销" in Case().paper("decision", response=response).text
    assert "本决定已经撤销" not in Case().paper("decision").text


def test_a_corrected_decision_is_shown_as_corrected() -> None:
    replacement = _event_with(measure_code="M-PRO-01", until="2028-11-09")
    target = pb.StatementReference(statement_id="S-ban_decision")
    correction = pb.Correction(target=target, replacement=replacement, reason="期限笔误")
    response = Case().response()
    entry = response.statements.add(position=2000)
    entry.signed.envelope.payload = pb.Statement(correction=correction).SerializeToString()
    text = Case().paper("decision", response=response).text
    assert "期限二年，自2026年11月10日起至2028年11月9日止" in text
    assert "更正理由：期限笔误" in text
    assert "序号2000" in text


def test_a_lifting_of_one_measure_leaves_the_others() -> None:
    event = _event_with(measure_code="M-PRO-01", until="2027-11-09")
    event.measures.add(measure_code="M-BUS-11").CopyFrom(event.measures[0])
    event.measures[1].measure_code = "M-BUS-11"
    changes = {"ban_decision": {"event": event}, "lifting": {"measure_code": "M-PRO-01"}}
    text = Case().paper("lifting", changes=changes).text
    assert MEASURE in text
    assert "限制从业" not in text
    assert "其他内容继续执行" in text


def test_before_service_the_receipt_is_left_to_the_hand() -> None:
    text = Case().paper("service", response=Case().response(until="ban_decision")).text
    assert "送达日期：\u3000" in text
    assert "□直接送达" in text


@pytest.mark.parametrize(
    ("until", "served"),
    [
        ("ban_notice", "行政处罚事先告知书（沧示财告〔2026〕12号）"),
        ("ban_hearing_notice", "听证通知书（沧示财听〔2026〕2号）"),
    ],
)
def test_the_receipt_is_for_the_latest_document(until: str, served: str) -> None:
    assert served in Case().paper("service", response=Case().response(until=until)).text


def test_the_same_case_makes_the_same_paper() -> None:
    made = {Case().paper(PaperKind.DECISION).text for _ in range(3)}
    assert len(made) == 1


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="letter"):
        render("letter", Case().response(), OFFICE, names=NAMES, particulars=PARTICULARS)


def _event_with(**measure: Any) -> pb.Event:
    """The event of the decision with another measure from the day of the decision."""
    event = Case().statement("ban_decision").ban_decision.event
    del event.measures[:]
    imposed = event.measures.add(**measure)
    setattr(imposed, "from", "2026-11-10")
    return event
