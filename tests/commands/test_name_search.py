"""Organisations found by name, as the log knows their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.commands.name_search import NameFound, search
from registry.errors import RegistryError
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    correction,
    event,
    firm,
    licence,
    person,
    placed,
    registered,
    withdrawal,
)
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("names") / "registry"))
    yield furnished
    furnished.engine.close()


def named(number: int, name: str) -> Subject:
    subject = firm(number)
    subject.name = name
    return subject


def find(spine: Spine, name: str, size: int = 0) -> list[NameFound]:
    return search(spine.engine.state, name, size)


def found(spine: Spine, name: str) -> list[tuple[str, bool]]:
    return [(each.name, each.former) for each in find(spine, name)]


def test_trade_name_of_two_characters_is_enough(spine: Spine) -> None:
    subject = named(1, "沧州澄梧建筑工程(示例)有限公司")
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    placed(spine.say("市场监管", event=licence("市场监管", named(2, "沧州梧澄商贸(示例)有限公司"))))
    (match,) = find(spine, "澄梧")
    assert (match.subject, match.name) == (subject.identifier.value, subject.name)
    assert match.score == pytest.approx(0.825)


def test_name_is_found_in_full_width_traditional_characters_and_other_brackets(spine: Spine) -> None:
    subject = named(3, "沧州泽岚机械ＡＢ（示例）有限公司")
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    for written in ("滄州澤嵐機械AB(示例)有限公司", "沧州 泽岚 机械 ab 〔示例〕有限公司"):
        (match,) = [each for each in find(spine, written) if each.subject == subject.identifier.value]
        assert match.score == 1
        assert match.name == "沧州泽岚机械ＡＢ（示例）有限公司", "as it was stated"


def test_name_of_before_a_new_registration_is_found_and_marked(spine: Spine) -> None:
    old, new = "沧州禾溪食品(示例)有限公司", "沧州禾溪农业(示例)有限公司"
    placed(spine.say("市场监管", event=registered(named(4, old), "2020-01-15")))
    assert found(spine, "禾溪食品") == [(old, False)]
    placed(spine.say("市场监管", event=registered(named(4, new), "2026-01-15")))
    assert found(spine, "禾溪食品")[0] == (old, True)
    assert found(spine, "禾溪农业")[0] == (new, False)


def test_name_taken_up_again_is_no_longer_former(spine: Spine) -> None:
    first, second = "沧州砚池物流(示例)有限公司", "沧州笔架物流(示例)有限公司"
    for day, name in (("2020-01-15", first), ("2023-01-15", second), ("2026-01-15", first)):
        placed(spine.say("市场监管", event=registered(named(5, name), day)))
    assert found(spine, "砚池物流") == [(first, False)]
    assert found(spine, "笔架物流")[0] == (second, True)


def test_names_that_nobody_has_settled_are_none_of_them_former(spine: Spine) -> None:
    for number, name in ((1, "沧州星槎(示例)有限公司"), (2, "沧州月楫(示例)有限公司")):
        stated = licence("市场监管", named(6, name), f"202{number}-01-15")
        placed(spine.say("市场监管", event=stated))
    assert found(spine, "星槎") == [("沧州星槎(示例)有限公司", False)]
    assert found(spine, "月楫") == [("沧州月楫(示例)有限公司", False)]


def test_name_that_only_a_corrected_or_withdrawn_statement_used_is_not_found(spine: Spine) -> None:
    wrong, right = named(7, "沧州桐阴(示例)有限公司"), named(7, "沧州桐荫(示例)有限公司")
    placed(spine.say("市场监管", "typo", event=licence("市场监管", wrong)))
    replacement = licence("市场监管", right)
    placed(spine.say("市场监管", "fixed", correction=correction("市场监管", "typo", replacement)))
    assert found(spine, "桐阴") == []
    assert found(spine, "桐荫") == [(right.name, False)]
    placed(spine.say("市场监管", withdrawal=withdrawal("市场监管", "fixed")))
    assert found(spine, "桐荫") == []


def test_natural_persons_are_not_found_by_name(spine: Spine) -> None:
    subject = person(1)
    subject.name = "示例欧阳"
    placed(spine.say("人社", event=event("人社", subject, "E-04", "2026-02-01", legal_basis=[])))
    assert found(spine, "示例欧阳") == []
    assert found(spine, "欧阳") == []


def test_at_most_as_many_as_asked_for_the_nearest_first(spine: Spine) -> None:
    for number in range(20, 45):
        name = f"沧州竹坞{chr(0x4E00 + number)}建材(示例)有限公司"
        placed(spine.say("市场监管", event=licence("市场监管", named(number, name))))
    placed(spine.say("市场监管", event=licence("市场监管", named(45, "竹坞建材(示例)有限公司"))))
    matches = find(spine, "竹坞建材", 5)
    assert len(matches) == 5
    assert matches[0].name == "竹坞建材(示例)有限公司"
    assert [each.score for each in matches] == sorted((each.score for each in matches), reverse=True)
    assert len(find(spine, "竹坞")) == 20, "unless said"
    assert len(find(spine, "竹坞", 5000)) == 26, "and never more than a hundred"


@pytest.mark.parametrize("name", ["", "  ", "\u3000\u200b", "名" * 201])
def test_name_that_is_none_or_too_long_is_refused_in_one_line(spine: Spine, name: str) -> None:
    with pytest.raises(RegistryError) as refused:
        find(spine, name)
    ((reason, field, message),) = [(f.name, f.field, f.message) for f in refused.value.faults]
    assert (reason, field) == ("FIELD_INVALID", "name")
    assert message == "请填写要查的单位名称, 1至200字。"


@pytest.mark.parametrize("name", ["。", "（）", "𠮷", "名" * 200, "%_'\"; DROP TABLE name; --"])
def test_whatever_else_is_asked_has_an_answer(spine: Spine, name: str) -> None:
    assert find(spine, name) == []
