"""docs/law says what the current edition says, and what the program answers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import registry.sanctions
from registry.editions import current_edition
from registry.sanctions.cases.case import Case
from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.running import run_case
from registry.sanctions.catalogue.edition import CreditList, Edition, Measure, RedList
from scripts.law_pages import PAGES, page
from scripts.law_words import span

FILES = sorted(PAGES.glob("*.md"))
CODE = re.compile(r"\b[MLR]-(?:[A-Z]{3}-)?\d\d\b")
ANSWER = re.compile(r"^\* 用例「(.+)」：(.+)$", re.MULTILINE)
VERDICTS = {"禁止": "BLOCKED", "需研判": "REVIEW", "未见限制": "CLEAR"}


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


@pytest.fixture(scope="module")
def cases(edition: Edition) -> dict[str, Case]:
    folder = Path(registry.sanctions.__path__[0]) / "editions" / edition.label / "cases"
    files = {path.name: path.read_text("utf-8") for path in folder.glob("*.yaml")}
    return {case.name: case for case in read_cases(files, edition)}


def codes(edition: Edition) -> set[str]:
    return {*edition.measures, *edition.lists, *edition.red_lists}


def text(name: str) -> str:
    return (PAGES / name).read_text("utf-8")


def entry(name: str, code: str) -> str:
    return text(name).partition(f"\n### {code} ")[2].partition("\n### ")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_page_is_what_the_edition_makes_of_it(path: Path, edition: Edition) -> None:
    assert path.read_text("utf-8") == page(path.read_text("utf-8"), edition), "make law-pages"


def test_every_list_has_one_entry_and_every_measure_one_in_each_domain_it_matters_in(
    edition: Edition,
) -> None:
    headings = Counter(
        code for path in FILES for code in re.findall(r"^### (\S+)", path.read_text("utf-8"), re.M)
    )
    found = {code: count for code, count in headings.items() if CODE.fullmatch(code)}
    domains = {code: len(rows[-1].domains) for code, rows in edition.measures.items()}
    assert found == dict.fromkeys(codes(edition), 1) | domains


def test_an_entry_names_every_article_of_every_row_of_its_code(edition: Edition) -> None:
    everything = "\n".join(path.read_text("utf-8") for path in FILES)
    rows: list[Measure | CreditList | RedList] = [row for each in edition.measures.values() for row in each]
    rows += [row for each in edition.lists.values() for row in each]
    rows += [row for each in edition.red_lists.values() for row in each]
    for row in rows:
        said = everything.partition(f"\n### {row.code} ")[2].partition("\n### ")[0]
        assert all(article in said for article in row.legal_basis), row.code


def test_an_entry_says_who_decides_on_whom_for_how_long_and_what_is_answered() -> None:
    said = entry("bidding.md", "M-BID-01").splitlines()
    assert "* 依据：招标投标法 第五十三条；招标投标法实施条例 第六十七条" in said
    assert "* 决定：招标投标行政监督部门" in said
    assert "* 对谁：企业、非法人组织、分支机构、农民专业合作社、事业单位、社会组织" in said
    assert "* 期限：1至2年；起算：决定书载明的日期" in said
    assert "* 回答：禁止" in said
    assert any(line.startswith("* 范围：") and "只及于依法必须进行招标的项目" in line for line in said)


def test_an_entry_of_a_list_says_its_term_its_end_its_old_names_and_what_follows() -> None:
    said = entry("lists.md", "L-04").splitlines()
    assert "* 期限：6个月至3年；通常3年" in said
    assert "* 提前移出：列入满6个月；自改正之日起满6个月且作出守信承诺" in said
    assert "* 产生：M-PRO-06、M-BID-07" in said
    assert "* 报送时效：31日" in said
    assert "重大税收违法案件当事人名单" in entry("lists.md", "L-03")


def test_rows_before_and_after_the_switch_stand_with_their_days() -> None:
    days = re.findall(r"^\* 施行：(.+)$", entry("exit-entry.md", "M-EXI-06"), re.M)
    assert days == ["2021-11-01 至 2026-03-31", "2026-04-01 起"]


def test_what_is_not_confirmed_is_said_plainly_and_listed_in_the_index(edition: Edition) -> None:
    low = [rows[-1].code for rows in edition.measures.values() if rows[-1].confidence == "low"]
    low += [rows[-1].code for rows in edition.lists.values() if rows[-1].confidence == "low"]
    assert low
    assert all(re.search(rf"^\| {code} \| .*低\(待核实\)", text("README.md"), re.M) for code in low)


def test_every_code_that_the_pages_speak_of_is_in_the_edition(edition: Edition) -> None:
    spoken = {code for path in FILES for code in CODE.findall(path.read_text("utf-8"))}
    assert spoken == codes(edition)


def test_the_index_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", text("README.md")))
    assert linked == {path.name for path in FILES} - {"README.md"}


def test_each_of_the_three_questions_is_answered_as_the_program_answers(
    edition: Edition, cases: dict[str, Case]
) -> None:
    questions = re.split(r"^### ", text("README.md"), flags=re.M)[1:]
    assert len(questions) == 3
    for question in questions:
        answers = ANSWER.findall(question)
        assert answers
        assert CODE.findall(question)
        for name, answer in answers:
            assert cases[name].expected.verdict == VERDICTS[answer], name
            assert run_case(cases[name], edition) == []


def test_a_large_fine_of_the_same_penalty_outlasts_the_procurement_ban_as_the_second_answer_warns(
    edition: Edition,
) -> None:
    (case,) = read_cases(
        {
            "warned.yaml": """
cases:
  - name: 同一处罚另有二百万元以上罚款, 采购禁令期满次日
    of: M-PRO-04
    kind: hit
    given:
      - {by: finance, category: E-03-CF, subject: enterprise, decided_on: 2026-03-01,
         content: {cflb: 罚款, nr_fk: "250"}, imposes: [{code: M-PRO-01, until: 2027-03-01}]}
    asked: {domain: procurement, role: bidder, day: 2027-03-02}
    verdict: BLOCKED
    hits: {M-PRO-04: BLOCKS MANDATORY}
"""
        },
        edition,
    )
    assert run_case(case, edition) == []


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (12, 36, "1至3年"),
        (36, 36, "3年"),
        (3, 60, "3个月至5年"),
        (6, 12, "6个月至1年"),
        (None, 60, "不超过5年"),
        (24, None, "不少于2年"),
        (None, None, ""),
    ],
)
def test_bounds_of_a_term_are_told_in_years_where_they_are_whole(
    low: int | None, high: int | None, words: str
) -> None:
    assert span(low, high) == words
