from pathlib import Path

import pytest

from registry.domain.faults import Fault
from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.v1.statement_pb2 import Document
from registry.v1.subject_pb2 import Scope
from registry.v1.verdict_pb2 import Checked, CheckedList, CheckedMeasure, Hit
from tests.registry_client.cli.conftest import Ctl
from tests.registry_client.samples import FIRM, OTHER_FIRM, PERSON
from tests.registry_client.simulated_registry import SimulatedRegistry

BLOCKED = CheckResponse(
    verdict=verdict_pb2.VERDICT_BLOCKED,
    hits=[
        Hit(
            measure_code="M-PRO-01",
            measure_name="一至三年内禁止参加政府采购活动",
            effect=verdict_pb2.HIT_EFFECT_BLOCKS,
            reasons=[verdict_pb2.HIT_REASON_MANDATORY],
            document=Document(
                number="沧示财采罚〔2025〕801号", authority="沧州市(示例)财政局", decided_on="2025-03-10"
            ),
            legal_basis=["政府采购法 第七十七条", "政府采购法实施条例 第七十三条"],
            until="2027-03-09",
            scope=Scope(region="130900"),
            relief="对决定不服的, 可以自知道之日起六十日内申请行政复议(行政复议法 第二十条)",
            position=42,
            statement_id="E-51.1",
            **{"from": "2025-03-10"},  # type: ignore[arg-type]
        )
    ],
    checked_and_empty=Checked(
        measures=[CheckedMeasure(code="M-PRO-04")],
        lists=[
            CheckedList(code="L-01", name="失信被执行人名单", connected=True),
            CheckedList(code="L-03", name="重大税收违法失信主体"),
        ],
    ),
)
CLEAR = CheckResponse(verdict=verdict_pb2.VERDICT_CLEAR)


def test_a_verdict_says_why_by_which_article_and_until_when(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.verdicts[FIRM] = BLOCKED
    run = ctl("check", "--domain", "政府采购", FIRM)
    assert run.exit_code == 1
    assert run.lines[:7] == [
        f"{FIRM}  禁止 BLOCKED",
        "  措施      一至三年内禁止参加政府采购活动 M-PRO-01：禁止（强制性限制）",
        "  文书      沧示财采罚〔2025〕801号，沧州市(示例)财政局，2025-03-10",
        "  依据      政府采购法 第七十七条；政府采购法实施条例 第七十三条",
        "  期间      2025-03-10 至 2027-03-09",
        "  范围      地区130900",
        "  救济      对决定不服的, 可以自知道之日起六十日内申请行政复议(行政复议法 第二十",
    ]
    assert "  查无记录  失信被执行人名单、重大税收违法失信主体（来源未接入）、M-PRO-04" in run.lines
    assert run.widest <= 80


def test_the_exit_status_is_zero_for_clear_alone(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.verdicts[FIRM] = CLEAR
    assert ctl("check", "--domain", "政府采购", FIRM).exit_code == 0
    assert ctl("check", "--domain", "政府采购", FIRM, OTHER_FIRM).exit_code == 1


def test_an_unknown_subject_is_told_as_such(ctl: Ctl) -> None:
    run = ctl("check", "--domain", "政府采购", OTHER_FIRM)
    assert run.lines[:2] == [
        f"{OTHER_FIRM}  无法判定 INDETERMINATE",
        "  原因      登记系统没有该主体的任何信息",
    ]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ({"lifetime": True}, "终身"),
        ({}, "未定（状态存续期间）"),
        ({"until": "2027-03-09"}, "2027-03-09"),
    ],
)
def test_the_end_of_a_restriction_is_never_left_to_guess(
    ctl: Ctl, simulated: SimulatedRegistry, status: dict[str, object], shown: str
) -> None:
    hit = Hit(**status, **{"from": "2025-03-10"})  # type: ignore[arg-type]
    simulated.verdicts[FIRM] = CheckResponse(verdict=verdict_pb2.VERDICT_BLOCKED, hits=[hit])
    assert f"  期间      2025-03-10 至 {shown}" in ctl("check", "--domain", "政府采购", FIRM).lines


def test_a_consortium_has_a_verdict_together(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.verdicts[FIRM] = CLEAR
    run = ctl("check", "--domain", "政府采购", "--together", FIRM, OTHER_FIRM)
    assert run.lines[-1] == "联合体（2个成员）：无法判定 INDETERMINATE"
    *members, together = ctl(
        "check", "--domain", "政府采购", "--together", "--json", FIRM, OTHER_FIRM
    ).objects
    assert [member["verdict"] for member in members] == ["CLEAR", "INDETERMINATE"]
    assert together == {"together": "INDETERMINATE"}


def test_every_option_reaches_the_registry(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    ctl(
        "check", "--domain", "bidding", "--role", "联合体成员", "--tender", "COMPULSORY",
        "--region", "130902", "--industry", "E47", "--activity", "FOOD", "--reference", "招标-1",
        "--reason", "资格审查", "--at", "2026-04-01", "--as-known-at", "7", FIRM,
    )  # fmt: skip
    ((_, request),) = simulated.calls
    assert request.purpose.domain == subject_pb2.DOMAIN_BIDDING
    assert (request.purpose.reference, request.purpose.reason) == ("招标-1", "资格审查")
    assert request.matter.role == subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER
    assert request.matter.tender_kind == subject_pb2.TENDER_KIND_COMPULSORY
    assert request.matter.scope == Scope(region="130902", industry="E47", activity="FOOD")
    assert request.valid_time.ToJsonString() == "2026-03-31T16:00:00Z"
    assert request.consistency.at_exact_position == 7


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-04-01", "2026-03-31T16:00:00Z"),
        ("2026-04-01T09:30", "2026-04-01T01:30:00Z"),
        ("2026-04-01T09:30:00+00:00", "2026-04-01T09:30:00Z"),
    ],
)
def test_a_time_without_zone_is_chinas(
    ctl: Ctl, simulated: SimulatedRegistry, written: str, instant: str
) -> None:
    ctl("check", "--domain", "政府采购", "--at", written, FIRM)
    assert simulated.calls[0][1].valid_time.ToJsonString() == instant


@pytest.mark.parametrize(
    ("options", "field"),
    [(["--at-least", "3"], "at_least_as_fresh"), (["--fresh"], "fully_consistent"), ([], None)],
)
def test_the_ways_to_ask_for_freshness(
    ctl: Ctl, simulated: SimulatedRegistry, options: list[str], field: str | None
) -> None:
    ctl("check", "--domain", "政府采购", *options, FIRM)
    assert simulated.calls[0][1].consistency.WhichOneof("requirement") == field


def test_persons_numbers_are_read_from_standard_input_and_never_printed(
    ctl: Ctl, simulated: SimulatedRegistry
) -> None:
    simulated.verdicts[PERSON] = CheckResponse(verdict=verdict_pb2.VERDICT_CLEAR)
    run = ctl("check", "--domain", "出入境", "--paper", "身份证", entered=f"{PERSON}\n\n{PERSON}\n")
    assert [request.subject.value for _, request in simulated.calls] == [PERSON, PERSON]
    assert simulated.calls[0][1].subject.type == subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
    assert PERSON not in run.output
    assert run.output.count(f"{PERSON[:4]}**********{PERSON[-4:]}  未见限制 CLEAR") == 2


def test_an_old_code_may_stand_on_the_command_line_and_a_traders_tax_number_be_entered(
    ctl: Ctl, simulated: SimulatedRegistry
) -> None:
    ctl("check", "--domain", "政府采购", "--paper", "组织机构代码", "DEM000014")
    ctl("check", "--domain", "政府采购", "--paper", "税务登记号", entered=f"{PERSON}\n")
    asked = [request.subject for _, request in simulated.calls]
    assert [subject.value for subject in asked] == ["DEM000014", PERSON]
    assert [subject.type for subject in asked] == [
        subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE,
        subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
    ]


@pytest.mark.parametrize("paper", ["RESIDENT_ID", "税务登记号"])
def test_a_persons_number_on_the_command_line_is_refused_before_it_is_sent(
    ctl: Ctl, simulated: SimulatedRegistry, paper: str
) -> None:
    run = ctl("check", "--domain", "出入境", "--paper", paper, PERSON)
    assert run.exit_code == 2
    assert "不得写在命令行" in run.errors
    assert PERSON not in run.errors
    assert simulated.calls == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--domain", "政府采购"], "缺少统一社会信用代码"),
        (["--domain", "采购", FIRM], "“采购”不是可用的值"),
        (["--domain", "出入境", "--paper", "护照"], "标准输入中没有证件号码"),
        (["--domain", "政府采购", "--at", "昨天", FIRM], "不是时间"),
        (["--domain", "政府采购", "--at", "0001-01-01", FIRM], "“0001-01-01”不是时间"),
        (["--domain", "政府采购", "--at", "9999-12-31T23:59-09:00", FIRM], "不是时间"),
        (["--domain", "政府采购", "--fresh", "--at-least", "3", FIRM], "只能用一个"),
        ([FIRM], "--domain"),
    ],
)
def test_wrong_usage_is_told(ctl: Ctl, arguments: list[str], said: str) -> None:
    run = ctl("check", *arguments)
    assert run.exit_code == 2
    assert said in run.errors


def test_every_fault_of_a_refused_question_is_told_in_one_line(
    ctl: Ctl, simulated: SimulatedRegistry
) -> None:
    reason = reasons.ERROR_REASON_PURPOSE_REQUIRED
    faults = [
        Fault(reason, "purpose.reference", "须写明案号。"),
        Fault(reason, "purpose.reason", "须写明用途。"),
    ]
    simulated.error = RegistryError(faults)
    run = ctl("check", "--domain", "出入境", FIRM)
    assert run.exit_code == 3
    assert run.output == ""
    assert run.errors == (
        "错误：PURPOSE_REQUIRED: 须写明案号。（purpose.reference PURPOSE_REQUIRED）；"
        "须写明用途。（purpose.reason PURPOSE_REQUIRED）\n"
    )


def test_json_names_values_as_the_contract_does(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.verdicts[FIRM] = BLOCKED
    (answer,) = ctl("check", "--domain", "政府采购", "--json", FIRM).objects
    assert answer["subject"] == {"type": "IDENTIFIER_TYPE_USCC", "value": FIRM}
    assert answer["verdict"] == "BLOCKED"
    (hit,) = answer["hits"]
    assert (hit["effect"], hit["reasons"]) == ("BLOCKS", ["MANDATORY"])
    assert (hit["from"], hit["until"], hit["lifetime"]) == ("2025-03-10", "2027-03-09", False)
    assert hit["document"]["number"] == "沧示财采罚〔2025〕801号"


def test_what_others_wrote_is_shown_and_never_obeyed(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    hostile = "\x1b[2J清屏\x9b31m[red]甲[/red]\u202e反写\x07"
    hit = Hit(measure_name=hostile, measure_code="M")
    simulated.verdicts[FIRM] = CheckResponse(verdict=verdict_pb2.VERDICT_BLOCKED, hits=[hit])
    output = ctl("check", "--domain", "政府采购", FIRM).output
    assert not set(output) & set("\x1b\x9b\x07\u202e")
    assert "[red]甲[/red]" in output


def test_credentials_that_cannot_be_used_are_one_line(ctl: Ctl, tmp_path: Path) -> None:
    run = ctl("check", "--domain", "政府采购", FIRM, REGISTRY_CREDENTIALS=str(tmp_path / "none"))
    assert run.exit_code == 3
    assert run.errors == f"错误：{tmp_path / 'none' / 'ca.pem'}: cannot be read: No such file or directory\n"
