"""``registryctl record``, ``certificate``, ``search``, ``bans`` and ``listed``, asked of a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from registry.access.identity import CallerRole
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import CAPACITY_EXPERT
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import (
    ban,
    fined,
    firm,
    licence,
    list_entry,
    person,
    placed,
    registered,
    succession,
)
from tests.support.served import serving
from tests.support.spine import found_spine, furnish

FIRM, OLD, CLEAN, PERSON = firm(1), firm(2), firm(3), person(1)
CODE, NUMBER = FIRM.identifier.value, PERSON.identifier.value
MASKED = f"{NUMBER[:4]}**********{NUMBER[-4:]}"


@dataclass(frozen=True, slots=True)
class Offices:
    """A department and a procurement system."""

    department: Office
    portal: Office


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """At a registry with a firm that was fined, banned and given a new code, and a person on a list."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry"))
    spine.deliver()
    placed(spine.say("市场监管", event=registered(OLD, "2020-01-15")))
    placed(spine.say("市场监管", subject_link=succession(OLD, FIRM, "2025-01-01")))
    placed(spine.say("市场监管", event=registered(FIRM, "2025-01-15")))
    fine = fined("住建", FIRM, "2026-04-10", "5", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("住建", "fine", event=fine))
    placed(spine.say("财政", event=ban("财政", FIRM, "M-PRO-01", "2026-03-01", "2028-03-01")))
    expert = ban("财政", PERSON, "M-PRO-03", "2026-03-01", "2029-02-28", capacity=CAPACITY_EXPERT)
    placed(spine.say("财政", event=expert))
    placed(spine.say("法院", event=list_entry("法院", PERSON, "L-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("市场监管", event=licence("市场监管", CLEAN)))
    with serving(spine) as served:
        directory = tmp_path_factory.mktemp("offices")
        yield Offices(
            office_of(served, directory / "housing", served.department("住建")),
            office_of(served, directory / "portal", served.system(CallerRole.PROCUREMENT_SYSTEM)),
        )


def about_person(office: Office, command: str, *more: str) -> tuple[int, str]:
    run = office.ctl(
        command, "--paper", "身份证", "--domain", "政府采购", "--reference", "采1号", "--reason", "评审",
        *more, entered=f"{NUMBER}\n",
    )  # fmt: skip
    assert NUMBER not in run.output
    assert run.widest <= 80 or "--json" in more
    return run.exit_code, run.text


def test_file_is_shown_with_its_three_clocks(offices: Offices) -> None:
    run = offices.department.ctl("record", CODE)
    assert run.exit_code == 0
    assert run.widest <= 80
    assert f"{CODE}  {FIRM.name}" in run.lines
    assert "    行政处罚 E-03-CF：存续" in run.lines
    for line in (
        "      效力      2026-04-10 至 未定（有效）",
        "      公示      2026-04-10 至 2027-04-10（公示中），2026-07-10起可修复",
        "      公示依据  信用修复管理办法 (国家发展改革委令第36号): 一般",
        "      保存      至 2042-04-10",
        "      措施      M-PRO-01：2026-03-01 至 2028-03-01",
    ):
        assert line in run.lines, line
    assert f"关联{OLD.identifier.value}（同一主体的另一代码）" in run.text
    assert "没有信息司法裁判及执行信息、" in run.text


def test_file_on_a_later_day_shows_what_has_ended(offices: Offices) -> None:
    run = offices.department.ctl("record", CODE, "--on", "2027-04-11")
    assert "      公示      2026-04-10 至 2027-04-10（不在公示期内），2026-07-10起可修复" in run.lines
    assert "  所问日期  2027-04-11" in run.lines


def test_file_in_json_has_every_field_and_numbers_as_numbers(offices: Offices) -> None:
    (answer,) = offices.department.ctl("record", "--json", CODE).objects
    assert answer["subject"] == CODE
    assert answer["identity"]["status"] == "RESOLVED"
    administration = next(s for s in answer["sections"] if s["category"] == "E-03")
    (entry,) = administration["entries"]
    assert (entry["state"], entry["severity"], entry["statement_id"]) == ("STANDS", "GENERAL", "fine")
    assert (entry["in_force_until"], entry["disclosed_until"], entry["disclosed"]) == ("", "2027-04-10", True)
    assert isinstance(entry["position"], int)
    assert isinstance(answer["answered"]["known_position"], int)


def test_persons_numbers_are_read_from_standard_input_and_never_printed(offices: Offices) -> None:
    code, text = about_person(offices.department, "record")
    assert code == 0
    assert MASKED in text
    assert "自然人信息不公示" in text
    assert "M-PRO-03：2026-03-01至2029-02-28" in text
    code, text = about_person(offices.portal, "certificate", "--json")
    assert code == 0
    assert MASKED in text


def test_persons_number_on_the_command_line_is_wrong_usage(offices: Offices) -> None:
    run = offices.department.ctl("record", "--paper", "RESIDENT_ID", NUMBER)
    assert run.exit_code == 2
    assert NUMBER not in run.errors


def test_question_about_a_person_without_purpose_is_refused_in_one_line(offices: Offices) -> None:
    run = offices.department.ctl("record", "--paper", "身份证", "--domain", "政府采购", entered=NUMBER)
    assert (run.exit_code, run.output) == (3, "")
    assert run.errors.startswith("错误：PURPOSE_REQUIRED")
    assert run.errors.count("\n") == 1


def test_system_may_not_read_files(offices: Offices) -> None:
    run = offices.portal.ctl("record", CODE)
    assert run.exit_code == 3
    assert "METHOD_DENIED" in run.errors


def test_report_begins_with_what_it_says_and_does_not_say(offices: Offices) -> None:
    run = offices.portal.ctl("certificate", CODE)
    assert run.exit_code == 0
    assert run.widest <= 80
    assert "  期间      2023-11-23 至 2026-11-23" in run.lines
    assert "查见:行政处罚(含简易程序)1条、市场禁入1条。没有查见登记:行政强制、" in run.text
    assert "没有查见不等于没有违法违规行为" in run.text
    assert "失信被执行人名单（报送至2026-11-23）" in run.text
    assert "个名单没有来源" in run.text


def test_report_of_another_period_leaves_out_what_was_not_in_it(offices: Offices) -> None:
    (report,) = offices.portal.ctl(
        "certificate", CODE, "--from", "2026-03-01", "--until", "2026-03-31", "--json"
    ).objects
    assert {s["name"]: len(s["entries"]) for s in report["sections"] if s["entries"]} == {"市场禁入": 1}
    (clean,) = offices.portal.ctl("certificate", CLEAN.identifier.value, "--json").objects
    assert (report["nothing_recorded"], clean["nothing_recorded"]) == (False, True)


def test_unknown_subject_ends_with_status_one_and_says_so(offices: Offices) -> None:
    unknown = firm(88).identifier.value
    for office, command in ((offices.department, "record"), (offices.portal, "certificate")):
        run = office.ctl(command, unknown)
        assert run.exit_code == 1
        assert "  身份      没有记录" in run.lines
    assert "不能据此认为其没有违法违规记录" in run.text


def test_name_is_found_and_former_ones_are_marked(offices: Offices) -> None:
    run = offices.portal.ctl("search", "沧州第3号(示例)有限公司", "--limit", "1")
    assert run.exit_code == 0
    assert CLEAN.identifier.value in run.lines[2]
    assert run.lines[2].endswith("100.0")
    (match,) = offices.portal.ctl("search", CLEAN.name, "--limit", "1", "--json").objects
    assert (match["name"], match["score"], match["former"]) == (CLEAN.name, 10_000, False)
    assert "没有名称相近的单位" in offices.portal.ctl("search", "绝无此名").output


def test_empty_name_is_one_line(offices: Offices) -> None:
    run = offices.portal.ctl("search", " ")
    assert run.exit_code == 3
    assert run.errors == "错误：FIELD_INVALID: 请填写要查的单位名称, 1至200字。\n"


def test_bans_are_shown_with_whom_by_what_and_until_when(offices: Offices) -> None:
    run = offices.portal.ctl("bans", "--domain", "政府采购")
    assert run.exit_code == 0
    assert run.widest <= 80
    for word in (CODE, "M-PRO-01", "2028-03-01", MASKED, "2029-02-28", "生效"):
        assert word in run.text
    assert PERSON.name not in run.text
    assert NUMBER not in run.output


def test_limit_and_filters_leave_out_the_rest(offices: Offices) -> None:
    rows = offices.portal.ctl("bans", "--json").objects
    assert [row["hit"]["measure_code"] for row in rows] == ["M-PRO-01", "M-PRO-03"]
    assert rows[1]["hit"]["until"] == "2029-02-28"
    assert len(offices.portal.ctl("bans", "--json", "--limit", "1").objects) == 1
    (row,) = offices.portal.ctl("bans", "--json", "--measure", "M-PRO-03").objects
    assert row["subject"]["value"] == MASKED
    assert offices.portal.ctl("bans", "--json", "--on", "2026-02-28").objects == []
    denied = offices.portal.ctl("bans", "--domain", "工程招投标")
    assert (denied.exit_code, "DOMAIN_DENIED" in denied.errors) == (3, True)


def test_list_is_shown_under_any_name_with_the_freshness_of_its_source(offices: Offices) -> None:
    run = offices.portal.ctl("listed", "失信被执行人")
    assert run.exit_code == 0
    assert run.widest <= 80
    assert run.lines[0] == "失信被执行人名单 L-01：报送至2026-11-23"
    assert MASKED in run.text
    entry, told = offices.portal.ctl("listed", "L-01", "--json").objects
    assert entry["hit"]["list_code"] == "L-01"
    assert told["list"]["connected"] is True
    unconnected = offices.department.ctl("listed", "统计严重失信企业")
    assert unconnected.lines[0] == "统计严重失信企业 L-08：没有来源，没有列出不说明不在名单上"
