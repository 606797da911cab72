"""``registryctl explain``, asked of a real registry by a department and by a system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.access.identity import CallerRole
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import ban, fined, firm, licence, person, placed
from tests.support.served import serving
from tests.support.spine import found_spine, furnish

FIRM, RENAMED, EXPERT = firm(1), firm(2), person(3)
Offices = dict[str, Office]


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """A department and a platform, at a registry with a firm that has a ban, an old one and a small fine."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry"))
    placed(spine.say("财政", event=ban("财政", FIRM, "M-PRO-01", "2023-03-01", "2025-03-01")))
    placed(spine.say("市场监管", event=fined("市场监管", FIRM, "2026-03-01", "50")))
    placed(spine.say("财政", event=ban("财政", FIRM, "M-PRO-01", "2026-03-01", "2028-03-01")))
    for name in ("沧州甲(示例)公司", "沧州乙(示例)公司"):
        stated = type(RENAMED)()
        stated.CopyFrom(RENAMED)
        stated.name = name
        placed(spine.say("市场监管", event=licence("市场监管", stated)))
    placed(spine.say("财政", event=ban("财政", EXPERT, "M-PRO-03", "2026-03-01")))
    with serving(spine) as served:
        directory = tmp_path_factory.mktemp("offices")
        callers = {
            "department": served.department("财政"),
            "platform": served.system(CallerRole.PROCUREMENT_SYSTEM),
        }
        yield {name: office_of(served, directory / name, caller) for name, caller in callers.items()}


def ask(office: Office, *options: str, entered: str = "") -> tuple[str, ...]:
    return ("explain", "--domain", "政府采购", "--role", "投标人", "--at", "2026-11-20", *options)


def test_department_reads_every_step_with_what_held_and_what_failed(offices: Offices) -> None:
    run = offices["department"].ctl(*ask(offices["department"], FIRM.identifier.value))
    assert run.exit_code == 1
    assert run.lines[0] == f"{FIRM.identifier.value}  禁止 BLOCKED"
    steps = [line for line in run.lines if line.startswith("第")]
    assert [line.split("：")[-1] for line in steps] == ["不计入", "禁止", "不计入"]
    for said in (
        "不符所问之日生效（2023-03-01至2025-03-01;所问之日2026-11-20;期满）",
        "符合法律使其强制（强制性限制）",
        "（记载的罚款:50万元）",
        "政府采购法第七十七条",
        "限制禁止1项(M-PRO-01)。",
        "结论禁止。有强制性限制生效并且适用,不论其他事项是否查明。",
    ):
        assert said in run.text, said
    assert run.widest <= 80


def test_platform_reads_what_counted_and_nothing_else(offices: Offices) -> None:
    run = offices["platform"].ctl(*ask(offices["platform"], FIRM.identifier.value))
    assert len([line for line in run.lines if line.startswith("第")]) == 1
    for hidden in ("2025-03-01", "50万元", "不计入"):
        assert hidden not in run.output


def test_dispute_about_the_name_is_told_beside_the_verdict(offices: Offices) -> None:
    run = offices["platform"].ctl(*ask(offices["platform"], RENAMED.identifier.value))
    assert "身份身份有歧义；有争议的名称：沧州乙(示例)公司、沧州甲(示例)公司" in run.text
    checked = offices["platform"].ctl("check", *ask(offices["platform"], RENAMED.identifier.value)[1:])
    assert "有争议的名称：沧州乙(示例)公司、沧州甲(示例)公司" in checked.text


def test_json_has_answer_steps_and_conclusion(offices: Offices) -> None:
    (explained,) = (
        offices["department"].ctl(*ask(offices["department"], FIRM.identifier.value, "--json")).objects
    )
    assert explained["answer"]["verdict"] == "BLOCKED"
    assert explained["answer"]["identity"]["status"] == "RESOLVED"
    assert [(step["hit"]["measure_code"], step["counted"]) for step in explained["steps"]] == [
        ("M-PRO-01", False), ("M-PRO-01", True), ("M-PRO-04", False),
    ]  # fmt: skip
    outcomes = {clause["outcome"] for step in explained["steps"] for clause in step["clauses"]}
    assert outcomes == {"HELD", "FAILED"}
    assert explained["conclusion"][-1].startswith("结论: 禁止")


def test_person_is_read_from_standard_input_and_never_printed(offices: Offices) -> None:
    number, office = EXPERT.identifier.value, offices["platform"]
    options = ("explain", "--domain", "政府采购", "--role", "评审专家", "--paper", "身份证")
    purpose = ("--reference", "CZ-2026-DEMO-4", "--reason", "抽取专家")
    run = office.ctl(*options, *purpose, entered=f"{number}\n")
    assert run.exit_code == 1
    assert f"{number[:4]}**********{number[-4:]}  禁止 BLOCKED" in run.lines
    assert number not in run.output
    assert office.ctl(*options, entered=number).exit_code == 3
    assert office.ctl(*options, *purpose, number).exit_code == 2
