"""The edition that is shipped says what the law says (law.md, and the statutes it cites)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import registry.sanctions
from registry.editions import CURRENT_LABEL, current_edition, files_of, read_edition, shipped_editions
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.v1 import subject_pb2 as pb

TODAY = date(2026, 11, 20)
EDITIONS = Path(registry.sanctions.__path__[0]) / "editions"
SOURCE = Path(__file__).resolve().parents[1] / ".." / "shared" / "domain" / "catalogue.yaml"


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
    assert edition.label == CURRENT_LABEL


def test_published_edition_is_never_edited() -> None:
    listed = dict(line.split() for line in (EDITIONS / "HASHES").read_text("utf-8").splitlines())
    shipped = {edition.label: edition.hash for edition in shipped_editions().values()}
    assert shipped == listed, "a published edition is never edited; write a new one"


def test_directory_that_bears_another_label_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "2026.9"
    directory.mkdir()
    (directory / "BASE").write_text("2026.2\n", "utf-8")
    with pytest.raises(CatalogueError, match=r"2026\.9:1: the directory holds edition 2026\.2"):
        read_edition(directory)


def overlay(directory: Path, base: str, **files: str) -> Path:
    directory.mkdir()
    (directory / "BASE").write_text(f"{base}\n", "utf-8")
    for name, text in files.items():
        (directory / f"{name}.yaml").write_text(text, "utf-8")
    return directory


def test_edition_takes_over_the_files_of_its_base_but_for_its_own(tmp_path: Path) -> None:
    directory = overlay(tmp_path / "2026.9", "2026.2", edition='edition: "2026.9"\n')
    (directory / "cases").mkdir()
    (directory / "cases" / "some.yaml").write_text("cases: []\n", "utf-8")
    base = files_of(EDITIONS / "2026.2")
    assert files_of(directory) == base | {"edition.yaml": 'edition: "2026.9"\n'}
    edition = read_edition(directory)
    assert edition.measures == current_edition().measures
    assert edition.hash != current_edition().hash


def test_hash_is_that_of_all_the_files_together_however_they_are_kept(tmp_path: Path) -> None:
    whole = tmp_path / CURRENT_LABEL
    whole.mkdir()
    for name, text in files_of(EDITIONS / CURRENT_LABEL).items():
        (whole / name).write_text(text, "utf-8")
    assert read_edition(whole).hash == current_edition().hash


def test_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for label in ("2019.1", "../2026.1", ""):
        directory = overlay(tmp_path / f"of-{label.strip('./')}", label)
        with pytest.raises(CatalogueError, match=f"BASE:1: there is no edition {label}"):
            files_of(directory)


def test_edition_that_would_be_its_own_base_is_refused(tmp_path: Path) -> None:
    overlay(tmp_path / "a", "b")
    overlay(tmp_path / "b", "a")
    with pytest.raises(CatalogueError, match="b/BASE:1: edition a would be its own base"):
        files_of(tmp_path / "a", shipped=tmp_path)


def test_later_edition_differs_in_nothing_but_the_switch_of_2026_04_01(edition: Edition) -> None:
    before = labelled("2026.1")
    changed = {code for code, rows in edition.measures.items() if rows != before.measures[code]}
    assert changed == {"M-EXI-06", "M-SUP-02"}
    assert {code for code, rows in edition.lists.items() if rows != before.lists[code]} == {"L-13"}
    assert {code for code, rows in edition.red_lists.items() if rows != before.red_lists[code]} == {"R-02"}
    assert edition.categories == before.categories
    assert all(not rule.severity or rule.departments for rule in before.rules.severity_rules)
    for day in (date(2026, 3, 31), date(2024, 1, 1)):
        assert {code for code in edition.measures if edition.measure(code, day)} == {
            code for code in before.measures if before.measure(code, day)
        }


def labelled(label: str) -> Edition:
    return next(edition for edition in shipped_editions().values() if edition.label == label)


def test_edition_holds_all_measures_lists_and_categories(edition: Edition) -> None:
    assert len(edition.measures) == 67
    assert sum(map(len, edition.measures.values())) == 69  # M-EXI-06, M-SUP-02 before and after 2026-04-01
    assert len(edition.lists) == 25
    assert sum(map(len, edition.lists.values())) == 26  # L-13 likewise
    assert len(edition.red_lists) == 4
    assert len(edition.categories) == 33
    assert len(edition.rules.deadlines) == 39
    assert len(edition.rules.national_classes) == 14
    assert len(edition.regions) == 20  # 17 and three zones
    assert edition.calendar.covers(2026)


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


def test_every_list_is_stated_under_the_category_of_its_kind(edition: Edition) -> None:
    abnormal = {code for code, rows in edition.lists.items() if {row.category for row in rows} == {"E-05"}}
    assert abnormal == {"L-17", "L-90"}  # a record, and 经营异常名录
    assert {row.category for rows in edition.lists.values() for row in rows} == {"E-05", "E-06"}


def test_lists_that_law_requires_to_be_checked_have_a_bound_of_age(edition: Edition) -> None:
    bounds = {code: edition.lists[code][-1].max_age_days for code in ("L-01", "L-02", "L-03")}
    assert bounds == {"L-01": 7, "L-02": 30, "L-03": 31}


def test_nothing_about_persons_titles_and_nothing_internal_is_shown_to_the_public(edition: Edition) -> None:
    shown = {code for code, category in edition.categories.items() if category.disclosure != "never"}
    assert {"E-03-CF", "E-03-XK", "E-05", "E-06", "E-60"} <= shown
    assert shown.isdisjoint({"E-04", *(f"E-{number}" for number in range(52, 60))})
    by_grade = {code for code, category in edition.categories.items() if category.disclosure == "by_severity"}
    assert by_grade == {"E-02", "E-03-CF"}
    unconfirmed = [c for c in edition.categories.values() if c.disclosure_confidence != "high"]
    assert all(category.note for category in unconfirmed)


# What the edition says otherwise than the source, and why: docs/decisions/0005-catalogue-as-data.md.
MEASURES_MENDED = {
    "subject_kinds": {
        *("M-PRO-01", "M-PRO-04", "M-PRO-05", "M-PRO-06"),
        *("M-BID-01", "M-BID-02", "M-BID-03", "M-BID-06", "M-BID-07", "M-FIN-09"),
    },
    "legal_basis": {"M-BUS-05", "M-EXI-06"},
    "origin": {"M-BUS-21"},
    "triggering_lists": {"M-BID-09", "M-BUS-21", "M-EXI-03", "M-GEN-02"},
}
LISTS_MENDED = {
    "subject_kinds": {"L-01"},
    "term": {"L-14"},
    "aliases": {f"L-{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 13, 16, 90)},
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
    zones = {code: zone.name_zh for code, zone in edition.rules.zones.items()}
    assert edition.regions == source["identifiers"]["area_code_cangzhou"] | zones
    for code, row in source["deadlines_working_days"].items():
        deadline = edition.rules.deadlines[code]
        assert (deadline.amount, deadline.extend) == (row["days"], row.get("extend", 0))
        assert deadline.unit == "working_days"
    grades = [rule for rule in edition.rules.severity_rules if rule.effective_to is None]
    for rule, row in zip(grades, source["severity_rules"], strict=True):
        assert (rule.min_months, rule.max_months) == (row["min_months"], row["max_months"])
        assert set(rule.examples_zh) >= set(row["examples_zh"])
