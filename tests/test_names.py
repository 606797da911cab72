"""Firms are found by what people call them, the one that is meant first, and nonsense finds none."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.names import LEAST, Named, grams, grams_of_question, rank, score, searchable

NAME = "沧州澄梧建筑工程(示例)有限公司"
PLACES = ("沧州", "沧县", "青县", "东光", "肃宁", "献县", "泊头", "任丘", "黄骅", "河间")
FIRST = "泓砚岫霁筱珞桉棠翎璟苒沅柘芷糯钧骐燚茗忱汀岚禾桠椴渚屿畹垚岑杉舟"
SECOND = "峤砺牧朴衡菁澜涧芃苓蔚葳薷绫绮璋珩珂玥晗曦晏昀煦焓烨炘枰栩桁楹榕樾"
TRADES = ("建筑工程", "装饰工程", "食品", "餐饮管理", "机械制造", "化工", "商贸", "物流", "软件科技")
UNTIMED = settings(deadline=None)  # the first search takes the table out
TEXTS = st.text(st.sampled_from("沧州澄梧建築筑工程滄有限责任公司()（·A ａ\ufe0f薴苧")) | st.text(max_size=40)


class Register:
    """Names under their grams, as the store hands them over."""

    def __init__(self, names: list[Named]) -> None:
        self._kept: dict[str, list[Named]] = defaultdict(list)
        for named in names:
            for gram in grams(named.name):
                self._kept[gram].append(named)

    def find(self, query: str, limit: int = 20) -> list[str]:
        shared = {named for gram in grams_of_question(query) for named in self._kept.get(gram, ())}
        return [match.named.subject for match in rank(query, shared, limit=limit)]


def trade_name(name: str) -> str:
    return name[2:4]


def drawn(count: int) -> list[Named]:
    """Firms of all sorts, of whom several bear one trade name; the subject is the number."""
    dice = Random(20260301)
    lots = [(PLACES, FIRST, SECOND, TRADES) for _ in range(count)]
    return [
        Named(str(number), "".join(map(dice.choice, lot)) + "(示例)有限公司")
        for number, lot in enumerate(lots)
    ]


@pytest.fixture(scope="module")
def firms() -> list[Named]:
    return drawn(5_000)


@pytest.fixture(scope="module")
def register(firms: list[Named]) -> Register:
    others = [
        Named("meant", NAME),
        Named("renamed", "沧州秋酌酒业(示例)有限公司"),
        Named("renamed", "沧州春醪酒坊(示例)", former=True),
        Named("homonym a", "青县鹿柴茶庄(示例)"),
        Named("homonym b", "青县鹿柴茶庄(示例)"),
        Named("traditional", "滄州鶴鳴書畫(示例)有限公司"),
        Named("dotted", "阿凡提·买买提(示例)烤肉店"),
        Named("wide", "沧州ＡＢ３６５商贸（示例）有限公司"),
    ]
    return Register([*firms, *others])


def test_every_firm_of_a_trade_name_is_found_by_its_two_characters(
    firms: list[Named], register: Register
) -> None:
    for named in firms[::50]:
        asked = trade_name(named.name)
        expected = {each.subject for each in firms if trade_name(each.name) == asked}
        assert set(register.find(asked, limit=5_000)) == expected


@pytest.mark.parametrize("addition", ["公司", "有限公司", "有限责任公司"])
def test_a_trade_name_with_a_form_of_organisation_finds_the_same(
    firms: list[Named], register: Register, addition: str
) -> None:
    asked = trade_name(firms[0].name)
    expected = register.find(asked, limit=5_000)
    assert firms[0].subject in expected
    assert set(register.find(asked + addition, limit=5_000)) == set(expected)


def test_every_firm_is_the_first_one_found_by_its_full_name(firms: list[Named], register: Register) -> None:
    for named in firms[::250]:
        homonyms = {each.subject for each in firms if each.name == named.name}
        assert set(register.find(named.name, limit=len(homonyms))) == homonyms


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("澄梧", "meant"),
        ("沧州澄梧", "meant"),
        ("澄梧建筑", "meant"),
        ("澄梧工程公司", "meant"),
        ("滄州澄梧建築工程（示例）有限公司", "meant"),
        ("沧州市澄梧建筑工程(示例)有限公司", "meant"),
        ("沧州澄梧建筑工程有限责任公司", "meant"),
        ("沧州澄悟建筑工程(示例)有限公司", "meant"),
        ("河北沧州澄梧建筑工程(示例)有限公司", "meant"),
        ("秋酌", "renamed"),
        ("春醪", "renamed"),
        ("鹤鸣", "traditional"),
        ("鶴鳴", "traditional"),
        ("书画", "traditional"),
        ("阿凡提", "dotted"),
        ("阿凡提•买买提", "dotted"),
        ("阿凡提买买提", "dotted"),
        ("ab365", "wide"),
        ("ＡＢ 365", "wide"),
    ],
)
def test_the_firm_that_is_meant_comes_first(register: Register, query: str, subject: str) -> None:
    assert register.find(query, limit=1) == [subject]


def test_homonyms_are_both_found(register: Register) -> None:
    assert register.find("鹿柴") == register.find("青县鹿柴茶庄(示例)") == ["homonym a", "homonym b"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \u3000",
        "！！！",
        "((",
        "量子独角兽",
        "阿斯蒂芬有限公司",
        "沧州乱写(示例)有限公司",
        "zzzz",
        "𠀀𠀁",
        "🐼🐼",
        "澄",
    ],
)
def test_nonsense_finds_nothing(register: Register, query: str) -> None:
    assert register.find(query) == []


def test_a_renamed_firm_is_found_once_and_by_the_name_it_bears_if_both_fit() -> None:
    borne = Named("a", "沧州澄梧装饰(示例)有限公司")
    former = Named("a", "沧州澄梧建筑(示例)有限公司", former=True)
    assert [match.named for match in rank("澄梧", [former, borne], limit=9)] == [borne]
    (by_former,) = rank("澄梧建筑", [borne, former], limit=9)
    assert by_former.named == former


@pytest.mark.parametrize("seed", range(5))
def test_candidates_give_the_same_answer_in_any_order(firms: list[Named], seed: int) -> None:
    candidates = firms[:200]
    expected = rank("沧州泓峤建筑工程(示例)有限公司", candidates, limit=10)
    assert len(expected) == 10
    shuffled = Random(seed).sample(candidates, len(candidates))
    assert rank("沧州泓峤建筑工程(示例)有限公司", shuffled, limit=10) == expected


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_is_asked_for_and_nothing_comes(limit: int) -> None:
    assert rank(NAME, [Named("a", NAME)], limit=limit) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (NAME, 1),
        ("滄州 澄梧建築工程［示例］有限公司", 1),
        ("澄梧", 0.825),
        ("沧州澄梧建筑工程(示例)有限责任公司", 0.8),
        ("任丘霁椴餐饮", 0),
        ("", 0),
    ],
)
def test_scores_mean_what_is_written(query: str, expected: float) -> None:
    assert score(query, NAME) == pytest.approx(expected)


def test_a_nearer_name_has_the_higher_score() -> None:
    queries = [
        NAME,
        "澄梧建筑工程(示例)有限公司",
        "澄梧",
        "沧州澄梧建筑工程(示例)有限责任公司",
        "沧州澄梧建筑工程有限公司",
        "沧州澄悟建筑工程(示例)有限公司",
        "沧州乱写建筑工程(示例)有限公司",
        "任丘乱写建筑(示例)有限公司",
    ]
    scores = [score(query, NAME) for query in queries]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert scores[-1] < LEAST


def test_a_part_of_a_name_is_a_part_of_its_key_where_phrases_would_be_written_differently() -> None:
    assert searchable("乾隆昌") in searchable("沧州尚乾隆昌茶庄")
    assert searchable("尚乾") in searchable("沧州尚乾隆昌茶庄")


def test_a_name_in_traditional_characters_has_the_key_of_the_simplified_one() -> None:
    assert searchable("滄州澄梧建築工程(示例)有限公司") == searchable(NAME) == NAME


def test_grams_are_the_pairs_of_letters_and_digits() -> None:
    assert grams("澄梧(沧州)A1") == {"澄梧", "梧沧", "沧州", "州A", "A1"}
    assert grams("澄") == {"澄"}
    assert grams("") == frozenset()
    assert grams_of_question("澄梧有限公司") == {"澄梧"}
    assert grams_of_question("有限公司") == grams("有限公司")


@pytest.mark.parametrize("unit", ["澄", "澄梧有限公司", "\ufdfa", "\u0301", "🐼", "𠀀", "(", "\u200b澄"])
def test_of_a_very_long_text_only_the_beginning_is_looked_at(unit: str) -> None:
    endless = unit * 300_000
    assert len(searchable(endless)) <= 500
    assert len(grams(endless)) < 500
    assert score(endless, endless) == 1
    assert score(endless, NAME) < 1
    assert searchable(f"{'澄' * 499}{unit}{NAME}") == searchable(f"{'澄' * 499}{unit}"[:500])


@UNTIMED
@given(TEXTS)
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert searchable(searchable(name)) == searchable(name)


@UNTIMED
@given(TEXTS)
def test_a_name_is_itself_unless_nothing_can_be_seen(name: str) -> None:
    assert score(name, name) == (1 if searchable(name) else 0)


@UNTIMED
@given(TEXTS, TEXTS)
def test_a_score_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= score(one, other) <= 1
    assert score(one, other) == score(other, one)
    assert (score(one, other) == 1) == (searchable(one) == searchable(other) != "")


@UNTIMED
@given(TEXTS, TEXTS)
def test_names_that_share_no_gram_are_not_alike(one: str, other: str) -> None:
    assert score(one, other) == 0 or grams(one) & grams(other)
