"""The edition that is shipped says what the law says (law.md, and the statutes it cites)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import registry.sanctions
from registry.editions import current_edition, read_edition, shipped_editions
from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.located_yaml import CatalogueError
from registry.v1 import subject_pb2 as pb

TODAY = date(2026, 11, 20)
EDITIONS = Path(registry.sanctions.__path__[0]) / "editions"
SOURCE = Path(__file__).resolve().parents[1] / ".." / "shared" / "domain" / "catalogue.yaml"

EDITION_2026_1 = "774e4948c4c59f10b31200fb63bebef3094d27a08a66c72bcf39dea184755114"
"""A published edition is never edited; a change of law is a new directory."""


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    if not SOURCE.exists():
        pytest.skip("the source catalogue ../shared/domain/catalogue.yaml is not here to compare with")
    loaded: dict[str, Any] = yaml.safe_load(SOURCE.read_text("utf-8"))
    return loaded


def measure_of(edition: Edition, code: str) -> Measure:
    measure = edition.measure(code, TODAY)
    assert measure is not None
    return measure


def latest(edition: Edition) -> list[Measure]:
    return [rows[-1] for rows in edition.measures.values()]


def test_shipped_editions_are_found_by_their_hash(edition: Edition) -> None:
    assert shipped_editions()[edition.hash] is edition
    assert all(edition.hash == key for key, edition in shipped_editions().items())
    assert edition.label == "2026.1"


def test_content_of_the_published_edition_has_not_changed(edition: Edition) -> None:
    assert edition.hash == EDITION_2026_1


def test_directory_that_bears_another_label_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "2026.2"
    directory.mkdir()
    for path in (EDITIONS / "2026.1").glob("*.yaml"):
        (directory / path.name).write_bytes(path.read_bytes())
    with pytest.raises(CatalogueError, match=r"2026\.2:1: the directory holds edition 2026\.1"):
        read_edition(directory)


def test_edition_holds_all_measures_lists_and_categories(edition: Edition) -> None:
    assert len(edition.measures) == 67
    assert sum(map(len, edition.measures.values())) == 68  # M-EXI-06 before and after 2026-04-01
    assert len(edition.lists) == 25
    assert sum(map(len, edition.lists.values())) == 26  # L-13 likewise
    assert len(edition.categories) == 33
    assert len(edition.rules.deadlines) == 22
    assert len(edition.rules.national_classes) == 14
    assert len(edition.regions) == 17


def test_measures_are_spread_over_the_domains_as_in_the_source(edition: Edition) -> None:
    counts = Counter(pb.Domain.Name(measure.domain) for measure in latest(edition))
    assert counts == {
        "DOMAIN_PROCUREMENT": 6,
        "DOMAIN_BIDDING": 9,
        "DOMAIN_BUSINESS": 22,
        "DOMAIN_FINANCING": 9,
        "DOMAIN_EXIT_ENTRY": 6,
        "DOMAIN_GENERAL": 5,
        "DOMAIN_SUPERVISION": 2,
        "DOMAIN_INCENTIVE": 8,
    }


@pytest.mark.parametrize(
    ("code", "bounds", "article", "in_force_from", "answer"),
    [
        ("M-PRO-01", (12, 36, False), "政府采购法 第七十七条", "2003-01-01", "blocks"),
        ("M-PRO-02", (12, 36, False), "政府采购法 第七十八条", "2014-08-31", "blocks"),
        ("M-PRO-03", (None, None, None), "政府采购法实施条例 第七十五条", "2015-03-01", "blocks"),
        ("M-PRO-05", (None, None, False), "财库〔2016〕125号", "2016-08-01", "blocks"),
        ("M-PRO-06", (None, 36, False), "保障农民工工资支付条例 第四十八条", "2020-05-01", "review"),
        ("M-BID-01", (12, 24, False), "招标投标法 第五十三条", "2000-01-01", "blocks"),
        ("M-BID-02", (12, 36, False), "招标投标法 第五十四条", "2000-01-01", "blocks"),
        ("M-BID-03", (24, 60, False), "招标投标法 第六十条", "2000-01-01", "blocks"),
        ("M-BID-04", (12, 24, False), "招标投标法 第五十条", "2017-12-28", "blocks"),
        ("M-BID-05", (None, None, True), "招标投标法 第五十六条", "2000-01-01", "blocks"),
        ("M-BID-06", (None, None, False), "法〔2016〕285号", "2016-08-30", "review"),
        ("M-BID-07", (None, 36, False), "保障农民工工资支付条例 第四十八条", "2020-05-01", "review"),
        ("M-EXI-01", (None, None, False), "出境入境管理法 第十二条第三项", "2013-07-01", "blocks"),
        ("M-EXI-02", (None, None, False), "税收征收管理法 第四十四条", "2001-05-01", "blocks"),
        ("M-EXI-03", (24, 24, False), "兵役法(2021) 第五十七条第二款", "2021-10-01", "blocks"),
        ("M-EXI-04", (6, 36, False), "反电信网络诈骗法 第三十六条第二款", "2022-12-01", "blocks"),
        ("M-EXI-05", (None, None, False), "证券法 第一百四十四条", "2020-03-01", "blocks"),
        ("M-FIN-05", (None, None, False), "全国失信惩戒措施基础清单 管理类", "2021-12-16", "review"),
        ("M-BUS-03", (60, 60, False), "食品安全法 第一百三十五条第一款", "2015-10-01", "blocks"),
    ],
)
def test_measure_has_the_bounds_article_and_answer_of_its_law(
    edition: Edition,
    code: str,
    bounds: tuple[int | None, int | None, bool | None],
    article: str,
    in_force_from: str,
    answer: str,
) -> None:
    measure = measure_of(edition, code)
    term = measure.term
    assert (term.min_months, term.max_months, term.lifetime) == bounds
    assert article in measure.legal_basis
    assert measure.effective_from == date.fromisoformat(in_force_from)
    assert measure.answer == answer


def test_exit_bans_fall_on_natural_persons_only(edition: Edition) -> None:
    bans = [measure for measure in latest(edition) if measure.national_class == "NC05"]
    assert [measure.code for measure in bans] == [f"M-EXI-0{number}" for number in range(1, 6)]
    assert all(measure.subject_kinds == {pb.SUBJECT_KIND_NATURAL_PERSON} for measure in bans)
    assert all(measure.executing_departments == {"immigration"} for measure in bans)


def test_compulsory_tenders_are_the_scope_of_the_bidding_bans_alone(edition: Edition) -> None:
    limited = {measure.code for measure in latest(edition) if measure.compulsory_tender_only}
    assert limited == {f"M-BID-0{number}" for number in range(1, 6)}


BY_HAND = {
    "M-BUS-01": "review",  # 该行政许可: which licence is only in the document
    "M-BUS-02": "review",
    "M-BUS-10": "review",  # 数额较大: the list entry does not say
    "M-BUS-14": "review",  # a lower grade is not no qualification
    "M-FIN-07": "review",  # functions of accounts, basic needs kept
    "M-FIN-08": "information",  # the market's own choice
}


def answer_by_rule(measure: Measure) -> str:
    """The rule of docs/decisions/0005-catalogue-as-data.md."""
    if measure.effect in ("watch", "incentive"):
        return "information"
    decided = measure.origin == "decision" and measure.effect in ("ban", "prohibit")
    mandatory = measure.origin in ("list", "statute") and not measure.discretionary
    return "blocks" if (decided or mandatory) and measure.confidence != "low" else "review"


def test_answers_follow_the_rule_but_for_those_set_by_hand(edition: Edition) -> None:
    answers = {measure.code: measure.answer for measure in latest(edition)}
    assert answers == {measure.code: answer_by_rule(measure) for measure in latest(edition)} | BY_HAND
    assert all(measure.note for measure in latest(edition) if measure.code in BY_HAND)


def test_border_is_told_of_an_exit_ban_that_means_nothing_to_a_tender_desk(edition: Edition) -> None:
    refused_service = measure_of(edition, "M-EXI-03")
    assert (refused_service.query_effect, refused_service.answer) == ("none", "blocks")


def test_nothing_that_is_not_confirmed_blocks(edition: Edition) -> None:
    low = [measure for measure in latest(edition) if measure.confidence == "low"]
    assert {measure.code for measure in low} == {"M-BUS-21", "M-INC-06"}
    assert all(measure.answer != "blocks" for measure in low)


def test_every_row_says_where_relief_is_sought(edition: Edition) -> None:
    assert all(measure.relief for measure in latest(edition))
    assert all(row.relief for rows in edition.lists.values() for row in rows)
    assert "六十日内申请行政复议" in measure_of(edition, "M-PRO-01").relief
    assert "十日内向上一级人民法院申请复议" in measure_of(edition, "M-EXI-01").relief
    defaulters = edition.credit_list("L-01", TODAY)
    assert defaulters
    assert "向执行法院书面申请纠正" in defaulters.relief


def test_defaulters_may_be_listed_without_a_last_day_and_others_with_a_maximum_may_not(
    edition: Edition,
) -> None:
    open_ended = {code for code, rows in edition.lists.items() if rows[-1].open_ended}
    bounded = {code for code, rows in edition.lists.items() if rows[-1].max_months is not None}
    assert open_ended & bounded == {"L-01"}
    assert open_ended | bounded == set(edition.lists)


def test_internal_records_are_not_credit_information(edition: Edition) -> None:
    neither = {category.code for category in edition.categories.values() if not category.credit_bearing}
    assert neither == {"E-52", "E-53", "E-54", "E-55", "E-56", "E-57", "E-58", "E-59"}
    assert sum(category.national for category in edition.categories.values()) == 23


# What the edition says otherwise than the source, and why: docs/decisions/0005-catalogue-as-data.md.
MEASURES_MENDED = {
    "subject_kinds": {"M-PRO-05", "M-PRO-06", "M-BID-06", "M-BID-07"},
    "legal_basis": {"M-BUS-05", "M-EXI-06"},
    "origin": {"M-BUS-21"},
    "triggering_lists": {"M-BUS-21", "M-EXI-03", "M-GEN-02"},
}
LISTS_MENDED = {
    "term": {"L-14"},
    "legal_basis": {"L-13"},
    "triggers": {f"L-{number:02}" for number in (5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 19, 22)},
}


def words_of(kinds: frozenset[Any], capacities: frozenset[Any]) -> set[str]:
    names = {pb.SubjectKind.Name(kind).removeprefix("SUBJECT_KIND_").lower() for kind in kinds}
    return names | {pb.Capacity.Name(item).removeprefix("CAPACITY_").lower() for item in capacities}


def differing(pairs: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, ours, theirs in pairs:
        assert ours.keys() == theirs.keys()
        for column in (column for column in ours if ours[column] != theirs[column]):
            found.setdefault(column, set()).add(code)
    return found


def our_measure(measure: Measure) -> dict[str, Any]:
    plain = ("name_zh", "name_en", "effect", "origin", "national_class", "discretionary", "rights_reducing")
    term = measure.term
    return {name: getattr(measure, name) for name in (*plain, "market_ban", "start_anchor", "confidence")} | {
        "domain": pb.Domain.Name(measure.domain).removeprefix("DOMAIN_").lower(),
        "query_effect": measure.query_effect,
        "term": {"min": term.min_months, "max": term.max_months, "lifetime": term.lifetime},
        "legal_basis": list(measure.legal_basis),
        "subject_kinds": words_of(measure.subject_kinds, measure.capacities),
        "imposing_departments": set(measure.imposing_departments),
        "triggering_lists": list(measure.triggering_lists),
    }


def their_measure(row: dict[str, Any]) -> dict[str, Any]:
    renamed = {
        "domain": "financing" if row["domain"] == "finance" else row["domain"],
        "term": row["term_months"],
        "subject_kinds": set(row["subject_kinds"]),
        "imposing_departments": set(row["imposing_departments"]),
        "triggering_lists": row.get("triggering_lists", []),
    }
    return {name: value for name, value in row.items() if name not in ("code", "term_months")} | renamed


def test_measures_are_those_of_the_source_but_for_what_was_mended(
    edition: Edition, source: dict[str, Any]
) -> None:
    theirs = {row["code"]: row for row in source["measures"]}
    assert list(theirs) != []
    assert theirs.keys() == edition.measures.keys()
    pairs = [(m.code, our_measure(m), their_measure(theirs[m.code])) for m in latest(edition)]
    assert differing(pairs) == MEASURES_MENDED


def test_lists_are_those_of_the_source_but_for_what_was_mended(
    edition: Edition, source: dict[str, Any]
) -> None:
    theirs = {row["code"]: row for row in source["lists"]}
    assert theirs.keys() == edition.lists.keys()
    pairs = []
    for code, rows in edition.lists.items():
        ours, row = rows[-1], theirs[code]
        pairs.append(
            (
                code,
                {
                    "name_zh": ours.name_zh,
                    "aliases": list(ours.aliases),
                    "owner": ours.owner,
                    "criteria": ours.criteria,
                    "removal": ours.removal,
                    "subject_kinds": words_of(ours.subject_kinds, ours.capacities),
                    "legal_basis": list(ours.legal_basis),
                    "term": (ours.default_months, ours.min_months, ours.max_months),
                    "early_removal": (ours.early_removal_months, ours.early_removal_condition),
                    "triggers": list(ours.triggers),
                    "national_catalog": ours.national_catalog,
                    "confidence": ours.confidence,
                },
                {
                    "name_zh": row["name_zh"],
                    "aliases": row.get("aliases_zh", []),
                    "owner": row["owner"],
                    "criteria": row["criteria"],
                    "removal": row["removal"] or "",
                    "subject_kinds": set(row["subject_kinds"]),
                    "legal_basis": row["legal_basis"],
                    "term": tuple(row["term_months"][key] for key in ("default", "min", "max")),
                    "early_removal": (
                        row["early_removal"]["after_months"],
                        row["early_removal"]["condition"] or "",
                    ),
                    "triggers": row["triggers"],
                    "national_catalog": row["national_catalog"],
                    "confidence": row["confidence"],
                },
            )
        )
    assert differing(pairs) == LISTS_MENDED
    for code, rows in edition.lists.items():
        assert {*rows[-1].triggers, *rows[-1].related_measures} >= set(theirs[code]["triggers"])


def test_categories_are_those_of_the_source_but_for_the_heading(
    edition: Edition, source: dict[str, Any]
) -> None:
    theirs = {row["code"]: row for row in source["event_categories"]}
    assert theirs.keys() == edition.categories.keys()
    for code, category in edition.categories.items():
        assert (category.name_zh, category.polarity) == (theirs[code]["name_zh"], theirs[code]["polarity"])
        if code != "E-03":  # a heading, whose fields are those of its subtypes
            assert category.fields == set(theirs[code]["fields"])


def test_regions_and_clocks_are_those_of_the_source(edition: Edition, source: dict[str, Any]) -> None:
    assert edition.regions == source["identifiers"]["area_code_cangzhou"]
    for code, row in source["deadlines_working_days"].items():
        deadline = edition.rules.deadlines[code]
        assert (deadline.amount, deadline.extend) == (row["days"], row.get("extend", 0))
        assert deadline.unit == "working_days"
    for rule, row in zip(edition.rules.severity_rules, source["severity_rules"], strict=True):
        assert (rule.min_months, rule.max_months) == (row["min_months"], row["max_months"])
