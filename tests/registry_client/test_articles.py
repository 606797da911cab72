import pytest

from registry_client.articles import split_articles


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("", []),
        ("政府采购法 第七十七条", ["政府采购法 第七十七条"]),
        ("甲法 第一条；乙法 第二条; 丙法 第三条", ["甲法 第一条", "乙法 第二条", "丙法 第三条"]),
        ("甲法 第一条\n乙法 第二条", ["甲法 第一条", "乙法 第二条"]),
        ("《甲法》第一条、《乙法》第二条", ["《甲法》第一条", "《乙法》第二条"]),
        ("《甲、乙管理办法》第一条", ["《甲、乙管理办法》第一条"]),
        (
            "规定（法释〔2010〕8号、法释〔2015〕17号）第一条",
            ["规定（法释〔2010〕8号、法释〔2015〕17号）第一条"],
        ),
        (" ；； ", []),
    ],
)
def test_a_cell_is_split_into_one_entry_for_each_law_and_article(cell: str, entries: list[str]) -> None:
    assert split_articles(cell) == entries


def test_a_further_article_of_the_same_law_is_named_with_its_law() -> None:
    assert split_articles("《食品安全法》第三十四条、第一百二十四条") == [
        "《食品安全法》第三十四条",
        "《食品安全法》第一百二十四条",
    ]


def test_a_further_paragraph_stays_with_its_article() -> None:
    assert split_articles("《食品安全法》第一百二十四条第一款、第二款；产品质量法 第四十九条") == [
        "《食品安全法》第一百二十四条第一款、第二款",
        "产品质量法 第四十九条",
    ]


def test_the_law_of_one_passage_is_not_carried_into_the_next() -> None:
    assert split_articles("甲法 第一条；第二条") == ["甲法 第一条", "第二条"]
