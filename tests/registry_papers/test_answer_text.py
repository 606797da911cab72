"""What the papers of answers say: the verdict, why, by which law, until when, and what is not proven."""

from __future__ import annotations

import json

import pytest
from google.protobuf import json_format

from registry.v1 import receipt_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry_papers import PaperError
from registry_papers.answers import Printing, answer_paper, certificate_answer, unsigned_paper
from tests.registry_papers import answer_samples as samples
from tests.registry_papers.answer_samples import RELIEF, receipt_of
from tests.support.events import firm, person


def text_of(asked: object, **printing: str) -> str:
    return answer_paper(receipt_of(asked), Printing(**printing)).text  # type: ignore[arg-type]


def test_a_blocked_subject_is_told_with_measure_document_law_term_and_way_out() -> None:
    text = text_of(samples.check(hits=5))
    assert "【禁止 BLOCKED】" in text
    assert "二、命中的限制（5项）" in text
    for said in (
        "1. 一至三年内禁止参加政府采购活动（M-PRO-01）：禁止",
        "文书：沧示财采罚〔2026〕1号，沧州市(示例)财政局，2026-03-01",
        "依据：政府采购法 第七十七条；政府采购法实施条例 第七十三条",
        "期间：2026-03-01 至 2028-02-29，生效",
        f"救济：{RELIEF}",
        "名单：失信被执行人名单（L-01）",
        "陈述：序号18000，S-0，由 11130900DEM0000228 作出",
    ):
        assert said in text


def test_under_what_it_was_answered_is_told() -> None:
    text = text_of(samples.check())
    for said in (
        "主体：统一社会信用代码 91130902DEM0000142",
        "用途：政府采购",
        "案号：CZCG-2026-0917",
        "身份：投标人",
        "事项范围：地域 130903",
        "有效时点：2026年11月23日 12时00分00秒（北京时间）",
        "已知序号：41205，登记至 2026年11月23日 11时00分00秒（北京时间）",
        "目录版本：2026.2（4700627e533075f6…）",
        "查询方：registry://credit.example/cangzhou/system/procurement/ggzy",
    ):
        assert said in text


def test_a_clear_one_says_where_nothing_was_found_and_how_fresh_that_is() -> None:
    text = text_of(samples.check())
    assert "【未见限制 CLEAR】" in text
    assert "没有命中任何限制。" in text
    assert "失信被执行人名单（L-01）｜报送至 2026-11-22｜7日" in text
    assert "三年内有重大违法记录不具备供应商资格（M-PRO-04）" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"connected": False}, "来源未接入"),
        ({"stale": True, "connected": True, "as_of": "2026-10-01"}, "报送至 2026-10-01，已过时"),
        ({"connected": True, "as_of": ""}, "已接入，尚无报送"),
    ],
)
def test_a_source_that_says_nothing_is_told(change: dict[str, object], said: str) -> None:
    method, question, response = samples.check()
    response.checked_and_empty.lists[0].CopyFrom(
        verdict_pb2.CheckedList(code="L-01", name="失信被执行人名单", **change)  # type: ignore[arg-type]
    )
    assert f"失信被执行人名单（L-01）｜{said}｜" in text_of((method, question, response))


def test_indeterminate_is_never_read_as_clear() -> None:
    text = text_of(samples.indeterminate())
    assert "【无法判定 INDETERMINATE】" in text
    assert "不得视为“未见限制”" in text
    assert "原因：登记系统没有该主体的任何信息。" in text
    assert "CLEAR" not in text


def test_a_verdict_that_this_program_does_not_know_is_not_shown_as_one_it_knows() -> None:
    method, question, response = samples.check()
    response.verdict = 9
    text = text_of((method, question, response))
    assert "【本程序不认识的结论9】" in text
    assert "不得视为“未见限制”" in text


def test_every_paper_says_that_it_is_no_score_and_that_the_page_proves_nothing() -> None:
    for asked in (samples.check(), samples.screen(), samples.batch(), samples.certificate()):
        text = text_of(asked)
        assert "不是信用评分、信用评级或者综合评价" in text
        assert "国办发〔2020〕49号" in text
        assert "采购文件至少保存十五年" in text


def test_what_is_signed_alone_and_what_is_proven_are_told_apart() -> None:
    assert "全部内容是登记系统签名的说法，没有附证据" in text_of(samples.check())
    proven = answer_paper(
        receipt_of(samples.check(), asked=pb.EVIDENCE_LEVEL_PROOF, given=pb.EVIDENCE_LEVEL_PROOF)
    ).text
    assert "所给出的：登记系统签名，并附全部证明" in proven
    assert "只是登记系统签名的说法，证据不能证明的：" in proven
    assert "纸面本身不能证明任何事项" in proven


def test_each_shortfall_is_named() -> None:
    short = [pb.Shortfall(reason=pb.SHORTFALL_REASON_CONTENT_WITHHELD), pb.Shortfall(reason=99)]  # type: ignore[arg-type]
    text = answer_paper(
        receipt_of(samples.check(hits=1), asked=pb.EVIDENCE_LEVEL_PROOF, shortfalls=short)
    ).text
    assert "整个答复：所依据的陈述含有不得披露的内容" in text
    assert "整个答复：原因99" in text


def test_a_screening_has_bids_as_wholes_parties_and_then_why() -> None:
    text = text_of(samples.screen(parties=6, blocked=(1,), of_two=1))
    assert "【投标 5 个：禁止 1，需研判 0，无法判定 0，未见限制 4】" in text
    assert "1｜禁止｜第2号 沧州第2号(示例)有限公司" in text
    assert f"2｜1｜沧州第2号(示例)有限公司，{firm(2).identifier.value}｜投标人｜禁止" in text
    assert text.index("各投标的结论") < text.index("各主体的结论") < text.index("2.1 列入三类名单的拒绝")
    assert "项目名称：示例小学教学楼设备采购" in text


def test_a_name_that_is_not_the_registered_one_is_told() -> None:
    method, question, response = samples.screen(name="沧州另一(示例)有限公司")
    response.parties[0].name_differs = True
    text = text_of((method, question, response))
    assert "投标文件所写的名称与登记的不同，登记名称：沧州第1号(示例)有限公司" in text


def test_who_takes_part_outside_a_bid_is_counted_apart() -> None:
    method, question, response = samples.screen()
    agency = response.parties.add(verdict=verdict_pb2.VERDICT_REVIEW)
    agency.party.role, agency.party.name = subject_pb2.SUBJECT_ROLE_AGENCY, "沧州代理(示例)有限公司"
    question.parties.add().CopyFrom(agency.party)
    text = text_of((method, question, response))
    assert "另有不在投标中的主体 1 个：禁止 0，需研判 1，无法判定 0，未见限制 0。" in text


def test_a_batch_says_of_each_line_what_it_is() -> None:
    text = text_of(samples.batch())
    assert "【禁止 1，需研判 0，无法判定 1，未见限制 2】" in text
    assert "2.1 一至三年内禁止参加政府采购活动（M-PRO-01）：禁止" in text
    assert "原因：登记系统没有该主体的任何信息" in text


def test_columns_that_do_not_fit_each_other_make_no_paper() -> None:
    method, question, response = samples.batch()
    response.hit_subjects[0] = 77
    with pytest.raises(PaperError, match="不相符"):
        answer_paper(receipt_of((method, question, response)))
    method, question, screened = samples.screen()
    screened.bids[0].decided_by.append(77)
    with pytest.raises(PaperError, match="没有列出的主体"):
        answer_paper(receipt_of((method, question, screened)))


def test_a_special_credit_report_names_what_is_recorded_and_what_was_not_found() -> None:
    text = text_of(samples.certificate())
    assert text.startswith("专项信用报告\n")
    assert "不是能否参与具体事项的结论" in text
    assert "内容：违法事实：在采购活动中提供虚假材料谋取中标" in text
    assert "没有查见的类别：行政强制（E-03-QZ）。" in text
    assert "【没有查见登记】" in text_of(samples.certificate(entries=0))


def test_a_report_without_a_receipt_says_first_that_nobody_signed_it() -> None:
    _, question, response = samples.certificate()
    paper = unsigned_paper(certificate_answer(question, response), Printing(verify_at="https://a.example/v"))
    assert paper.text.splitlines()[3].startswith("※ 本件没有登记系统的签名，不能核验")
    assert (paper.whole, paper.small) == ("", "")
    assert "扫码" not in paper.text


def test_a_persons_number_is_masked_wherever_it_slid() -> None:
    number = person(7).identifier.value
    method, question, response = samples.check(hits=1)
    response.hits[0].document.number = f"文号{number}"
    question.purpose.reason = number
    text = text_of((method, question, response))
    assert number not in text
    assert number[:4] + "*" * 10 + number[-4:] in text


def test_what_turns_writing_or_cannot_be_seen_goes_out() -> None:
    text = text_of(samples.screen(name="沧州\u202e甲\x1b[31m\n乙(示例)有限公司"))
    assert not {"\u202e", "\x1b"} & set(text)
    assert "沧州甲[31m 乙(示例)有限公司" in text


def test_who_printed_it_is_said_to_be_no_part_of_the_receipt() -> None:
    text = text_of(samples.check(), printed_by="沧州市(示例)公共资源交易中心", note="归档 2026-17")
    assert text.index("不属于回执，未经登记系统证明") < text.index("印制单位：沧州市(示例)公共资源交易中心")


@pytest.mark.parametrize(
    "given",
    [
        {"verify_at": "javascript:alert(1)"},
        {"verify_at": "https://a.example/v#x"},
        {"verify_at": "https://a.example/ v"},
        {"printed_by": "甲" * 61},
        {"note": "一行\n两行"},
        {"note": "\u202e反"},
    ],
)
def test_what_may_not_be_printed_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(PaperError):
        Printing(**given)  # type: ignore[arg-type]


def test_json_is_the_receipt_and_a_receipt_in_json_makes_the_same_paper() -> None:
    content = receipt_of(samples.check(hits=2))
    paper = answer_paper(content)
    assert json.loads(paper.json)["version"] == 1
    again = json_format.Parse(paper.json, pb.Receipt())
    assert again.SerializeToString(deterministic=True) == content
    assert answer_paper(paper.json.encode()) == paper


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"{}", b"{", b"\xff" * 40, b'{"version": 1}', b"[" * 200],
)
def test_what_is_no_receipt_makes_no_paper(content: bytes) -> None:
    with pytest.raises(PaperError):
        answer_paper(content)


def test_a_changed_or_cut_receipt_makes_no_paper() -> None:
    content = receipt_of(samples.check())
    with pytest.raises(PaperError, match=r"不完整|改动|解析"):
        answer_paper(content[:-7])
    with pytest.raises(PaperError, match="改动"):
        answer_paper(content.replace("未见".encode(), "禁止".encode()).replace(b"CZCG", b"CZCH"))


def test_a_field_of_a_later_release_makes_no_paper_that_leaves_it_out() -> None:
    method, question, response = samples.check()
    later = response.SerializeToString() + b"\xfa\x7f\x03new"
    with pytest.raises(PaperError, match="不认识的字段"):
        answer_paper(receipt_of((method, question, response), response=later))


def test_an_instant_in_no_year_is_one_error() -> None:
    with pytest.raises(PaperError, match="时间"):
        answer_paper(receipt_of(samples.check(), answered_ms=2**63))


def test_the_question_of_another_method_makes_no_paper() -> None:
    with pytest.raises(PaperError, match="方法"):
        answer_paper(receipt_of(samples.check(), method="registry.v1.RestrictionService/Explain"))
