"""The cases stored beside an edition: all hold, none is missing, and faults are told with their line."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from registry.editions import current_edition
from registry.sanctions.cases.case import Case
from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.running import missing_cases, run_case
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError

EDITION = current_edition()
BAN = """\
cases:
  - name: 被禁止参加政府采购活动的企业, 投标
    of: M-PRO-01
    kind: hit
    given:
      - {by: finance, category: E-51, subject: enterprise, decided_on: 2026-03-01,
         imposes: [{code: M-PRO-01, until: 2028-03-01}]}
    asked: {domain: procurement, role: bidder, day: 2026-06-01}
    verdict: BLOCKED
    hits: {M-PRO-01: BLOCKS}
    but:
      - name: 期满次日
        asked: {day: 2028-03-02}
        verdict: CLEAR
"""
NAME = "被禁止参加政府采购活动的企业, 投标"


def shipped_cases() -> tuple[Case, ...]:
    """The cases beside the current edition."""
    directory = files("registry.sanctions").joinpath("editions", EDITION.label, "cases")
    return read_cases({file.name: file.read_text("utf-8") for file in directory.iterdir()}, EDITION)


SHIPPED = shipped_cases()


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: f"{case.of} {case.place.file}:{case.place.line}")
def test_every_shipped_case_holds(case: Case) -> None:
    assert run_case(case, EDITION) == []


def test_no_measure_and_no_list_is_without_its_cases() -> None:
    assert missing_cases(SHIPPED, EDITION) == []


def without(case_of: str, kind: str) -> list[Case]:
    return [case for case in SHIPPED if (case.of, case.kind) != (case_of, kind)]


@pytest.mark.parametrize(
    ("of", "kind", "told"),
    [
        ("M-PRO-01", "hit", "M-PRO-01(一至三年内禁止参加政府采购活动)没有适用的用例。"),
        ("M-PRO-01", "near_miss", "M-PRO-01(一至三年内禁止参加政府采购活动)没有差一点而不适用的用例。"),
        ("L-04", "enters", "L-04(拖欠农民工工资失信联合惩戒对象名单)没有列入的用例。"),
        ("L-04", "expires", "L-04(拖欠农民工工资失信联合惩戒对象名单)没有期满的用例。"),
        ("L-04", "left_early", "L-04(拖欠农民工工资失信联合惩戒对象名单)没有提前移出的用例。"),
        ("L-90", "lasts", "L-90(经营异常名录)没有期满的用例。"),
    ],
)
def test_case_that_is_missing_is_named(of: str, kind: str, told: str) -> None:
    assert missing_cases(without(of, kind), EDITION) == [told]


def test_list_whose_law_knows_a_longest_term_must_show_how_it_expires() -> None:
    """L-01 has entries that last, and may still not do without an expiry: its longest term is five years."""
    assert missing_cases(without("L-01", "expires"), EDITION) == ["L-01(失信被执行人名单)没有期满的用例。"]


def cases(text: str) -> tuple[Case, ...]:
    return read_cases({"cases.yaml": text}, EDITION)


def differing(text: str) -> list[str]:
    return [difference for case in cases(text) for difference in run_case(case, EDITION)]


def test_wrong_verdict_is_told_with_the_line_of_its_case() -> None:
    assert differing(BAN) == []
    assert differing(BAN.replace("verdict: BLOCKED", "verdict: REVIEW")) == [
        f"cases.yaml:2: {NAME}: 结论应为REVIEW, 实为BLOCKED。"
    ]


def test_expectation_in_a_change_is_told_with_the_line_of_the_change() -> None:
    wrong = BAN.replace(
        "{day: 2028-03-02}\n        verdict: CLEAR", "{day: 2028-03-01}\n        verdict: CLEAR"
    )
    assert differing(wrong) == [
        f"cases.yaml:12: {NAME}; 期满次日: 结论应为CLEAR, 实为BLOCKED。",
        f"cases.yaml:12: {NAME}; 期满次日: M-PRO-01不应涉及, 实为BLOCKS MANDATORY。",
    ]


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("M-PRO-01: NEEDS_REVIEW", "M-PRO-01应为NEEDS_REVIEW, 实为BLOCKS MANDATORY。"),
        ("M-PRO-01: BLOCKS DISCRETIONARY", "M-PRO-01应为BLOCKS DISCRETIONARY, 实为BLOCKS MANDATORY。"),
        ("M-PRO-01: BLOCKS, M-PRO-05: BLOCKS", "M-PRO-05应为BLOCKS, 实际没有涉及。"),
    ],
)
def test_hit_that_differs_is_told(expected: str, told: str) -> None:
    assert differing(BAN.replace("{M-PRO-01: BLOCKS}", f"{{{expected}}}")) == [
        f"cases.yaml:2: {NAME}: {told}"
    ]


def test_lists_and_incentives_that_differ_are_told() -> None:
    wrong = BAN.replace("    but:", "    listed: [L-02]\n    incentives: [M-INC-01]\n    but:")
    assert differing(wrong) == [
        f"cases.yaml:2: {NAME}: 当日所在名单应为L-02, 实为无。",
        f"cases.yaml:2: {NAME}: 适用的激励应为M-INC-01, 实为无。",
    ]


def test_event_that_law_does_not_admit_is_told() -> None:
    (told, _) = differing(BAN.replace("until: 2028-03-01", "until: 2030-03-01"))
    assert told.startswith(f"cases.yaml:2: {NAME}: 陈述G-1不能登记: event.measures[0].until ")
    assert "12至36个月" in told


def test_case_that_expects_a_refusal_fails_where_the_statement_enters_or_is_refused_for_another_reason() -> (
    None
):
    refused = BAN[: BAN.index("    verdict")] + "    refused: [TERM_OUT_OF_BOUNDS]\n"
    refused = refused.replace("kind: hit", "kind: near_miss")
    assert differing(refused.replace("2028-03-01}]", "2030-03-01}]")) == []
    assert differing(refused) == [f"cases.yaml:2: {NAME}: 应因TERM_OUT_OF_BOUNDS不予登记, 实际都能登记。"]
    assert differing(refused.replace("by: finance", "by: tax")) == [
        f"cases.yaml:2: {NAME}: 不予登记的理由应为TERM_OUT_OF_BOUNDS, 实为MEASURE_OUTSIDE_MANDATE。"
    ]


def test_edition_that_changes_the_law_breaks_the_cases_of_what_it_changes() -> None:
    (row,) = EDITION.measures["M-PRO-01"]
    milder = {**EDITION.measures, "M-PRO-01": (replace(row, answer="review"),)}
    broken = [case.of for case in SHIPPED if run_case(case, changed(measures=milder))]
    assert set(broken) == {"M-PRO-01"}


def changed(**columns: object) -> Edition:
    return replace(EDITION, hash=EDITION.hash[::-1], **columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "told"),
    [
        ("of: M-PRO-01", "of: M-PRO-99", 3, "of: there is no M-PRO-99"),
        ("kind: hit", "kind: enters", 4, "kind: enters is no kind of case about M-PRO-01"),
        ("by: finance", "by: treasury", 6, "by: there is no treasury"),
        ("role: bidder", "role: king", 8, "role: king is none of"),
        ("verdict: BLOCKED", "verdict: INDETERMINATE", 9, "verdict: INDETERMINATE is none of"),
        ("verdict: BLOCKED", "refused: [X]\n    verdict: BLOCKED", 9, "refused: there is no X"),
        ("M-PRO-01: BLOCKS", "M-PRO-01: STOPS", 10, "hits: STOPS is not an effect with reasons"),
        ("{M-PRO-01: BLOCKS}", "{}", 10, "hits: a hit of M-PRO-01 has it among its hits or incentives"),
        ("{day: 2028-03-02}", "{day: 2028-03-02, role: agency}", 12, "exactly one fact"),
        (
            "{day: 2028-03-02}\n        verdict: CLEAR",
            "{day: 2028-03-01}\n        verdict: BLOCKED\n        hits: {M-PRO-01: BLOCKS}",
            12,
            "has the same answer as the case it belongs to",
        ),
        ("{day: 2028-03-02}", "{day: 2028-03-02}\n        because: law", 14, "unknown key because"),
        ("期满次日", "期满次日\n        kind: hit", 12, "a hit of M-PRO-01 has it among its hits"),
    ],
)
def test_fault_of_a_case_is_told_with_its_line(was: str, becomes: str, line: int, told: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        cases(BAN.replace(was, becomes))
    places = [(fault.place.line, fault.message) for fault in caught.value.faults]
    assert [where for where, message in places if told in message][:1] == [line], places


def test_every_fault_is_told_at_once() -> None:
    wrong = BAN.replace("by: finance", "by: treasury").replace("role: bidder", "role: king")
    with pytest.raises(CatalogueError) as caught:
        cases(wrong.replace("verdict: CLEAR", "verdict: FINE"))
    assert {fault.place.line for fault in caught.value.faults} == {6, 8, 14}


def test_name_that_stands_twice_is_a_fault() -> None:
    twice = BAN + BAN.removeprefix("cases:\n")
    with pytest.raises(CatalogueError, match="cases.yaml:15: .*stands twice"):
        cases(twice)
