"""From which recorded facts a measure arises by law: what a record says, and what it leaves open."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from registry.editions import current_edition
from registry.sanctions.catalogue.case_numbers import case_kind
from registry.sanctions.catalogue.clauses import FineAtLeast, SectorStandard, Severities
from registry.sanctions.catalogue.conditions import Anchor, Facts, facts_of
from registry.sanctions.catalogue.measure import Measure
from registry.sanctions.catalogue.penalty_wording import PENALTY_KINDS, read_fine, read_kinds
from registry.v1 import statement_pb2, subject_pb2

FIRM = subject_pb2.SUBJECT_KIND_ENTERPRISE
PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
LICENCE = {"暂扣许可证件", "吊销许可证件"}


def supplier_rule() -> Measure:
    (measure,) = current_edition().statutes_of("E-03-CF")
    assert measure.code == "M-PRO-04"
    return measure


def penalty(kinds: str | None, fine: str | None = None, by: str = "market_reg") -> Facts:
    event = statement_pb2.Event(category="E-03-CF", subject=subject_pb2.Subject(kind=FIRM))
    event.document.number = "沧市监罚字〔2026〕12号"
    for name, value in (("cflb", kinds), ("nr_fk", fine)):
        if value is not None:
            event.content.add(name=name, value=value)
    return facts_of(event, frozenset({by}))


def judgment(number: str, kind: subject_pb2.SubjectKind.ValueType = FIRM) -> Facts:
    event = statement_pb2.Event(category="E-02", subject=subject_pb2.Subject(kind=kind))
    event.document.number = number
    return facts_of(event, frozenset({"court"}))


BLOCKS, FOR_REVIEW, NOTHING = "blocks", "for review", "nothing"


def outcome(facts: Facts) -> str:
    measure = supplier_rule()
    if not measure.arises_from(facts):
        return NOTHING
    return FOR_REVIEW if measure.is_unclear_from(facts) else BLOCKS


@pytest.mark.parametrize(
    ("kinds", "fine", "expected"),
    [
        ("罚款", "200", BLOCKS),  # 二百万元以上, 包括本数
        ("罚款", "199.999999", NOTHING),
        ("罚款", "250.5", BLOCKS),
        ("罚款、没收违法所得", "4.9", NOTHING),
        ("其他", "200", BLOCKS),
        ("罚款", None, FOR_REVIEW),
        ("罚款", "二百万元", FOR_REVIEW),
        ("罚款", "-300", FOR_REVIEW),
        ("警告", None, NOTHING),
        ("警告", "", NOTHING),
        ("吊销许可证件", None, BLOCKS),
        ("责令停产停业; 罚款", "1", BLOCKS),
        ("暂扣许可证件", None, NOTHING),
        ("暂扣或者吊销许可证、暂扣或者吊销执照", None, FOR_REVIEW),
        ("暂扣许可证件、降低资质等级、吊销许可证件", None, FOR_REVIEW),
        ("暂扣或者吊销许可证；罚款", "300", BLOCKS),
        ("", None, FOR_REVIEW),
        (None, None, FOR_REVIEW),
        ("01;03", None, FOR_REVIEW),
    ],
)
def test_supplier_is_barred_by_what_a_penalty_says_and_reviewed_for_what_it_leaves_open(
    kinds: str | None, fine: str | None, expected: str
) -> None:
    assert outcome(penalty(kinds, fine)) == expected


@pytest.mark.parametrize(
    ("fine", "expected"), [("500", BLOCKS), ("499.99", FOR_REVIEW), ("200", FOR_REVIEW), ("199", NOTHING)]
)
def test_fine_between_the_general_standard_and_the_sectors_own_is_for_review(
    fine: str, expected: str
) -> None:
    assert outcome(penalty("罚款", fine, by="financial_reg")) == expected


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        ("（2026）冀09刑初12号", FIRM, FOR_REVIEW),  # an acquittal has the same number
        ("(2026)冀0902刑初12号", FIRM, FOR_REVIEW),
        ("（2026）冀刑终12号", FIRM, FOR_REVIEW),
        ("（2014）沧刑初字第00012号", FIRM, FOR_REVIEW),
        ("（2026）冀09刑初12号", PERSON, FOR_REVIEW),  # nor is it in the record whether 因违法经营
        ("（2026）冀09刑医3号", FIRM, FOR_REVIEW),  # orders treatment, no punishment
        ("（2025）冀09执801号", FIRM, NOTHING),
        ("（2025）冀09民初801号", FIRM, NOTHING),
        ("沧示法〔2025〕1号", FIRM, FOR_REVIEW),  # no case number: it may be a judgment or not
    ],
)
def test_criminal_case_number_is_for_review_and_bars_nobody_by_itself(
    number: str, kind: subject_pb2.SubjectKind.ValueType, expected: str
) -> None:
    assert outcome(judgment(number, kind)) == expected


def test_measure_does_not_arise_from_events_of_another_category() -> None:
    assert outcome(Facts("E-03-QZ", penalty_kinds=frozenset({"吊销许可证件"}), subject_kind=FIRM)) == NOTHING


@pytest.mark.parametrize(
    ("text", "stated", "left_open"),
    [
        ("罚款", {"罚款"}, set()),
        ("警告、罚款 没收违法所得", {"警告", "罚款", "没收违法所得"}, set()),
        ("罚款，并处吊销营业执照", {"罚款", "吊销许可证件"}, set()),
        ("罚款并吊销许可证", {"罚款", "吊销许可证件"}, set()),
        ("没收非法所得;没收物品", {"没收违法所得", "没收非法财物"}, set()),
        ("暂扣/吊销许可证", set(), LICENCE),
        ("暂扣或者吊销执照；吊销许可证件", {"吊销许可证件"}, {"暂扣许可证件"}),
        ("不予罚款", set(), {"罚款"}),
        ("责令停止生产", set(), {"责令停产停业"}),
        ("责令停业整顿", {"责令停产停业"}, set()),
        ("警告、责令改正", {"警告"}, set()),  # no penalty: 行政处罚法 第二十八条
        ("责令改正", set(), set(PENALTY_KINDS)),
        ("其他-责令限期改正", {"其他"}, set()),
        ("其他-关停", {"其他"}, set()),
        ("其他行政处罚", {"其他"}, set()),
        ("责令停产停业整顿3个月", {"责令停产停业"}, set()),
        ("没收违法所得1,000.00元", {"没收违法所得"}, set()),
        ("罚款(未吊销许可证)", set(), {"罚款", "吊销许可证件"}),
        ("不吊销许可证", set(), {"吊销许可证件"}),
        ("拟吊销营业执照", set(), {"吊销许可证件"}),
        ("撤销吊销许可证的处罚", set(), {"吊销许可证件"}),
        ("没收非法财物", {"没收非法财物"}, set()),  # 非法 is no negation
        ("行政拘留", {"行政拘留"}, set()),
        ("罚款、没收违法所得、没收非法财物", {"罚款", "没收违法所得", "没收非法财物"}, set()),
        ("  ", set(), set(PENALTY_KINDS)),
    ],
)
def test_wording_of_a_penalty_is_read_for_no_more_than_it_says(
    text: str, stated: set[str], left_open: set[str]
) -> None:
    assert read_kinds(text) == (frozenset(stated), frozenset(left_open))


def test_every_kind_of_the_law_is_read_as_itself() -> None:
    nothing: frozenset[str] = frozenset()
    assert [read_kinds(kind) for kind in PENALTY_KINDS] == [
        (frozenset({kind}), nothing) for kind in PENALTY_KINDS
    ]
    assert current_edition().rules.vocabularies["penalty_categories"] == PENALTY_KINDS


@pytest.mark.parametrize(
    "text",
    [
        *("取缔", "勒令歇业", "关停", "停工整顿", "撤销许可证", "注销许可证", "收缴许可证", "无", "免予处罚"),
        *("吊銷許可證", "責令停產停業", "吊消营业执照", "吊 销许可证", "责令停", "从业人员", "-", "一"),
    ],
)
def test_wording_that_is_not_understood_leaves_every_kind_open(text: str) -> None:
    assert read_kinds(text) == (frozenset(), frozenset(PENALTY_KINDS))
    assert outcome(penalty(text, "1")) == FOR_REVIEW


@pytest.mark.parametrize(
    "text", ["警告、取缔", "警告并取缔", "警告,关停", "警告 吊銷許可證", "警告;责令整顿"]
)
def test_what_is_not_understood_beside_a_kind_is_not_passed_over(text: str) -> None:
    stated, left_open = read_kinds(text)
    assert stated == {"警告"}
    assert left_open == frozenset(PENALTY_KINDS) - {"警告"}
    assert outcome(penalty(text)) == FOR_REVIEW


@pytest.mark.parametrize("text", ["吊销林木种子生产经营许可证", "吊销营业执照(副本)", "罚款、吊销"])
def test_licence_of_any_name_is_revoked_by_the_word(text: str) -> None:
    assert outcome(penalty(text, "1")) == BLOCKS


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("4.900000", "49000"),
        ("0.000001", "0.01"),
        ("200万元", "2000000"),
        ("１，２３４．５", "12345000"),
        ("0", "0"),
        ("1.0000001", None),
        ("NaN", None),
        ("1e9", None),
        ("-1", None),
        ("", None),
    ],
)
def test_fine_is_exact_to_the_cent_or_not_read_at_all(text: str, yuan: str | None) -> None:
    assert read_fine(text) == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("（2026）冀09刑初12号", ("刑", True)),
        ("(2026) 冀 09 刑 终 12 号", ("刑", True)),
        ("（2026）最高法刑核12号", ("刑", True)),
        ("（2026）冀09刑更12号", ("刑", False)),
        ("（2026）冀09行初12号", ("行", True)),
        ("（2026）冀09执恢12号之一", ("执", True)),
        ("（2015）沧民初字第12号", ("民", True)),
        ("沧州市中级人民法院（2026）冀09刑初12号", ("刑", True)),
        ("沧执罚字〔2026〕第12号", ("", False)),
        ("（2026）冀09民初1号、（2026）冀09刑初12号", ("刑", True)),
        ("（2026）冀09司救刑12号", ("", False)),
        ("沧市监罚字〔2026〕12号", ("", False)),
        ("", ("", False)),
    ],
)
def test_kind_of_a_case_is_in_its_number(number: str, expected: tuple[str, bool]) -> None:
    assert case_kind(number) == expected


@pytest.mark.parametrize("text", ["〔2026〕冀刑" * 40_000 + "字第1" * 50_000, "（2026）冀刑" * 80_000])
def test_reading_a_case_number_takes_no_longer_than_it_is_long(text: str) -> None:
    began = time.perf_counter()
    assert case_kind(text) == ("", False)
    assert time.perf_counter() - began < 10  # Looking ahead without a bound took minutes.


def test_grade_that_is_not_stated_is_left_open() -> None:
    anchor = Anchor("E-03-CF", (Severities(frozenset({statement_pb2.SEVERITY_SERIOUS})),))
    graded = [Facts("E-03-CF", severity=severity) for severity in statement_pb2.Severity.values()]
    assert [anchor.holds(facts) for facts in graded] == [True, False, False, True]
    assert [anchor.settled(facts) for facts in graded] == [False, False, False, True]


def test_clauses_say_what_they_ask_for() -> None:
    securities = SectorStandard("securities", "证券监督管理机构", 5_000_000)
    assert FineAtLeast(30_500, (securities,)).text_zh == "罚款30500元以上, 证券监督管理机构作出的500万元以上"
    said = [anchor.text_zh for anchor in supplier_rule().anchors]
    assert said[0] == "处罚类别含吊销许可证件、责令停产停业之一"
    assert said[2] == "罚款200万元以上且由金融监督管理机构作出(是否属于法定情形须另行核实)"
    assert said[3] == "案号为刑字案件的裁判(是否属于法定情形须另行核实)"
