"""``registryctl report`` feeds back what ``check --json`` printed; ``measure-use`` shows which measures are
applied. Asked of a real registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.commands.measure_use import EMBARGO_DAYS
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import ban, firm, licence, person, placed
from tests.support.served import Served, serving
from tests.support.spine import TODAY, found_spine, furnish

BANNED, CLEAN, EVALUATOR = firm(1), firm(2), person(3)
CHECK = ("check", "--domain", "政府采购", "--role", "供应商", "--reference", "沧示采〔2026〕12号", "--json")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry"))
    spine.deliver()
    placed(spine.say("财政", event=ban("财政", BANNED, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("财政", event=ban("财政", EVALUATOR, "M-PRO-03", "2026-03-01", "2028-03-01")))
    placed(spine.say("法院", event=ban("法院", person(5), "M-EXI-01", "2026-04-01")))
    placed(spine.say("市场监管", event=licence("市场监管", CLEAN)))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def portal(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Office:
    directory = tmp_path_factory.mktemp("offices") / "portal"
    return office_of(served, directory, served.system(CallerRole.PROCUREMENT_SYSTEM, "portal"))


@pytest.fixture
def answers(portal: Office, tmp_path: Path) -> Path:
    """What was printed of a banned firm."""
    return saved(portal, tmp_path / "answers.jsonl", BANNED.identifier.value)


def saved(portal: Office, path: Path, *codes: str) -> Path:
    """What was printed of some firms, kept."""
    path.write_text(portal.ctl(*CHECK, *codes).output, encoding="utf-8")
    return path


def test_printed_answer_is_fed_back_with_the_measures_that_decided_it(portal: Office, answers: Path) -> None:
    run = portal.ctl("report", answers, "--id", "fed-back", "--action", "拒绝", "--json")
    assert run.exit_code == 0
    (told,) = run.objects
    assert (told["report_id"], told["already"]) == ("fed-back", False)
    assert (told["subject"], told["measure_codes"]) == (BANNED.identifier.value, ["M-PRO-01"])


def test_feeding_back_again_changes_nothing(portal: Office, answers: Path) -> None:
    first = portal.ctl("report", answers, "--id", "again", "--action", "REFUSED")
    again = portal.ctl("report", answers, "--id", "again", "--action", "REFUSED")
    assert "登记" in first.text
    assert "已有" in again.text
    assert again.widest <= 80


def test_several_answers_are_one_report_each(portal: Office, tmp_path: Path) -> None:
    codes = (BANNED.identifier.value, CLEAN.identifier.value)
    file = saved(portal, tmp_path / "several.jsonl", *codes, "--together")
    assert len(file.read_text("utf-8").splitlines()) == 3
    told = ("--action", "准许", "--reason", "应急采购")
    run = portal.ctl("report", file, "--id", "several", *told, "--json")
    assert [(each["report_id"], each["subject"]) for each in run.objects] == [
        ("several.1", codes[0]),
        ("several.2", codes[1]),
    ]


def test_allowing_against_a_block_without_a_reason_is_refused_in_one_line(
    portal: Office, answers: Path
) -> None:
    run = portal.ctl("report", answers, "--id", "bare", "--action", "准许")
    assert (run.exit_code, len(run.errors.splitlines())) == (3, 1)
    assert "须写明理由" in run.errors


def test_altered_answer_is_refused(portal: Office, answers: Path) -> None:
    printed = json.loads(answers.read_text("utf-8"))
    answers.write_text(json.dumps({**printed, "verdict": "CLEAR"}), encoding="utf-8")
    run = portal.ctl("report", answers, "--id", "altered", "--action", "准许")
    assert run.exit_code == 3
    assert "ANSWER_NOT_REPRODUCED" in run.errors


def test_persons_number_is_entered_again_and_must_be_the_one_in_the_file(
    portal: Office, tmp_path: Path
) -> None:
    number, other = EVALUATOR.identifier.value, person(700).identifier.value
    asked = ("check", "--domain", "政府采购", "--role", "评审专家", "--paper", "身份证", "--json")
    why = ("--reference", "沧示采〔2026〕12号", "--reason", "抽取专家")
    printed = portal.ctl(*asked, *why, entered=f"{number}\n").output
    assert number not in printed
    file = tmp_path / "person.jsonl"
    file.write_text(printed, encoding="utf-8")
    report = ("report", file, "--id", "person", "--action", "拒绝")
    assert "与文件中的主体不符" in portal.ctl(*report, entered=f"{other}\n").errors
    assert "多于" in portal.ctl(*report, entered=f"{number}\n{number}\n").errors
    assert portal.ctl(*report).exit_code == 2
    run = portal.ctl(*report, entered=f"{number}\n")
    assert run.exit_code == 0, run.errors
    assert number not in run.output


@pytest.mark.parametrize("content", ["", "{}", "[]", "不是JSON", '{"together": "BLOCKED"}', '{"verdict": 3}'])
def test_file_without_answers_is_one_line(portal: Office, tmp_path: Path, content: str) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text(content, encoding="utf-8")
    run = portal.ctl("report", file, "--id", "none", "--action", "拒绝")
    assert (run.exit_code, len(run.errors.splitlines())) == (3, 1)
    assert str(file) in run.errors


def test_measure_use_shows_what_is_applied_and_what_never_is(
    served: Served, portal: Office, answers: Path, tmp_path: Path
) -> None:
    portal.ctl("report", answers, "--id", "use", "--action", "拒绝")
    auditor = office_of(served, tmp_path / "auditor", served.system(CallerRole.AUDITOR, "audit"))
    early = auditor.ctl("measure-use")
    served.spine.clock.move_to(TODAY + timedelta(days=EMBARGO_DAYS))
    late, unused = auditor.ctl("measure-use"), auditor.ctl("measure-use", "--unused", "--json")
    none = auditor.ctl("measure-use", "--until", "2026-11-22", "--json").objects
    every = auditor.ctl("measure-use", "--all", "--json").objects
    served.spine.clock.move_to(TODAY)
    assert {use["measure_code"] for use in every} > {use["measure_code"] for use in none}
    assert "portal" not in early.output
    assert "登记满九十日的反馈才计入" in early.text
    assert "最近2026-11-23" in late.text
    assert "portal拒绝" in late.text
    assert late.widest <= 80
    assert "M-EXI-01" in {use["measure_code"] for use in unused.objects}
    assert "M-PRO-01" not in {use["measure_code"] for use in unused.objects}
    assert all(use["in_force"] and not use["by"] for use in unused.objects)
    assert all(use["by"] == [] for use in none)
