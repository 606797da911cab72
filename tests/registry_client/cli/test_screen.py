"""``registryctl screen``, asked of a real registry with files as a tender platform writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from registry.access.identity import CallerRole
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import ban, branch_of, firm, licence, new_firm, person, placed
from tests.support.served import Served, serving
from tests.support.spine import TODAY, found_spine, furnish

BARRED, GOOD, PARENT, BRANCH = (firm(number) for number in (1, 2, 3, 4))
HEAD, EXPERT = person(5), person(6)


@dataclass(frozen=True, slots=True)
class Platform:
    """A tender platform at a served registry, and where it keeps its files."""

    office: Office
    served: Served
    directory: Path

    def file(self, *parties: dict[str, str], **changes: Any) -> Path:
        """A file with a tender."""
        content = {
            "number": "CZ-2026-DEMO-3",
            "title": "示例小学教学楼工程",
            "domain": "政府采购",
            "tender": "依法必须招标",
            "region": "130903",
            "reason": "资格审查",
            "parties": parties,
        }
        path = self.directory / "tender.json"
        path.write_text(json.dumps({**content, **changes}, ensure_ascii=False), "utf-8")
        return path


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry"))
    for subject in (BARRED, PARENT):
        placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    for subject in (GOOD, BRANCH):
        placed(spine.say("市场监管", event=licence("市场监管", subject)))
    placed(spine.say("市场监管", subject_link=branch_of(BRANCH, PARENT)))
    placed(spine.say("财政", event=ban("财政", EXPERT, "M-PRO-03", "2026-03-01")))
    with serving(spine) as served:
        directory = tmp_path_factory.mktemp("offices")
        asking = office_of(served, directory / "platform", served.system(CallerRole.PROCUREMENT_SYSTEM))
        yield Platform(asking, served, directory)


def member(subject: Any, bid: str = "", role: str = "投标人", **more: str) -> dict[str, str]:
    place = {"bid": bid} if bid else {}
    return {**place, "role": role, "code": subject.identifier.value, **more}


def head_of(bid: str) -> dict[str, str]:
    return member(HEAD, bid, "法定代表人", paper="身份证", name="示例某")


def test_report_says_who_which_bid_which_lists_and_why(platform: Platform) -> None:
    file = platform.file(
        member(BARRED, "1", "联合体成员", name="沧州别名(示例)有限公司"),
        member(GOOD, "1", "联合体成员", name=GOOD.name),
        member(GOOD, "2"),
        head_of("2"),
        member(EXPERT, role="评审专家", paper="RESIDENT_ID"),
        lists=["重大税收违法案件当事人名单", "江湖黑名单"],
    )
    run = platform.office.ctl("screen", file)
    assert run.exit_code == 1
    assert run.errors == ""
    assert run.widest <= 80
    sections = [line for line in run.lines if line in ("各主体", "各投标", "查询的名单")]
    assert sections == ["各主体", "各投标", "查询的名单"]
    for said in (
        "项目CZ-2026-DEMO-3示例小学教学楼工程（政府采购，依法必须招标）",
        f"名称与登记的不同：{BARRED.name}",
        "1禁止沧州别名(示例)有限公司",
        f"2未见限制{GOOD.name}",
        f"重大税收违法失信主体L-03报送至{TODAY}",
        "江湖黑名单没有这一名单",
        "M-PRO-01：禁止（强制性限制）",
        "政府采购法第七十七条",
        "期间2026-03-01至2028-03-01",
        "登记系统没有其记录的法定代表人等自然人，不影响所在投标的结论。",
        "以法律在本领域规定的措施为限",
    ):
        assert said in run.text, said


def test_numbers_of_persons_are_never_printed(platform: Platform) -> None:
    file = platform.file(head_of(""), member(EXPERT, role="评审专家", paper="身份证"))
    for options in ([], ["--json"]):
        run = platform.office.ctl("screen", file, *options)
        for number in (HEAD.identifier.value, EXPERT.identifier.value):
            assert number not in run.output + run.errors
            assert f"{number[:4]}**********{number[-4:]}" in run.output


def test_exit_status_is_zero_when_every_bid_and_everybody_outside_is_clear(platform: Platform) -> None:
    clear = platform.file(member(GOOD, "1"), head_of("1"))
    assert platform.office.ctl("screen", clear).exit_code == 0
    outside = platform.file(member(GOOD, "1"), member(EXPERT, role="评审专家", paper="身份证"))
    assert platform.office.ctl("screen", outside).exit_code == 1
    unknown = platform.file(member(GOOD, "1"), member(firm(99), "1"))
    assert platform.office.ctl("screen", unknown).exit_code == 1


def test_relation_is_told_beside_the_name_and_beside_the_restriction(platform: Platform) -> None:
    run = platform.office.ctl("screen", platform.file(member(BRANCH, "1")))
    code = PARENT.identifier.value
    assert f"已识别；所属法人{code}" in run.text
    assert f"关联限制落在所属法人{code}" in run.text
    assert "需研判（涉及分支机构或其所属法人）" in run.text


def test_json_has_everything_that_the_text_has(platform: Platform) -> None:
    file = platform.file(member(BARRED, "1"), member(BRANCH, "2"), lists=["江湖黑名单"])
    (report,) = platform.office.ctl("screen", file, "--json").objects
    assert report["verdict"] == "BLOCKED"
    assert report["bids"] == [
        {"bid": "1", "verdict": "BLOCKED", "decided_by": [0]},
        {"bid": "2", "verdict": "REVIEW", "decided_by": [1]},
    ]
    assert report["unknown_lists"] == ["江湖黑名单"]
    assert [each["code"] for each in report["lists"]] == ["L-01", "L-02", "L-03"]
    barred, branch = report["parties"]
    assert (barred["hits"][0]["status"], barred["hits"][0]["origin"]) == ("IN_FORCE", "DECISION")
    assert branch["hits"][0]["related"]["value"] == PARENT.identifier.value
    assert branch["identity"]["related"][0]["relation"] == "PARENT"
    assert report["answered"]["known_position"] == platform.served.spine.position


def test_times_asked_about_are_the_files_or_those_of_the_options(platform: Platform) -> None:
    before = platform.file(member(BARRED, "1"), cut_off="2026-02-28T09:30")
    (report,) = platform.office.ctl("screen", before, "--json").objects
    assert report["answered"]["valid_time"] == "2026-02-28T01:30:00+00:00"
    assert report["verdict"] == "CLEAR"
    assert platform.office.ctl("screen", before, "--at", "2026-03-01").exit_code == 1
    (unknown,) = platform.office.ctl("screen", before, "--as-known-at", "1", "--json").objects
    assert unknown["verdict"] == "INDETERMINATE"


def test_watch_shows_the_report_and_then_what_changes_until_its_day(platform: Platform) -> None:
    subject, spine = new_firm(), platform.served.spine
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    file = platform.file(member(subject, "1"))

    def happen() -> None:
        placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
        Timer(1.5, lambda: spine.clock.move_to(TODAY + timedelta(days=2))).start()

    Timer(1.5, happen).start()
    until = str(TODAY + timedelta(days=1))
    run = platform.office.ctl("screen", file, "--watch", "--until", until)
    spine.clock.move_to(TODAY)
    assert run.exit_code == 1
    assert run.text.index("各主体") < run.text.index("有变化")
    assert f"{subject.name}：未见限制→禁止" in run.text
    assert "变化新增" in run.text
    assert run.widest <= 80


def test_watch_until_a_day_that_is_past_is_one_report(platform: Platform) -> None:
    run = platform.office.ctl(
        "screen", platform.file(member(GOOD, "1")), "--watch", "--until", "2026-01-01", "--json"
    )
    assert run.exit_code == 0
    assert ["changes" in report for report in run.objects] == [False]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--watch", "--as-known-at", "3"], "--watch 不能与 --as-known-at 同时使用"),
        (["--until", "2026-12-01"], "--until 只与 --watch 同时使用"),
        (["--at", "昨天"], "不是时间"),
    ],
)
def test_wrong_usage_is_told(platform: Platform, options: list[str], said: str) -> None:
    run = platform.office.ctl("screen", platform.file(member(GOOD, "1")), *options)
    assert run.exit_code == 2
    assert said in run.errors


def test_faults_of_the_file_and_of_the_request_are_one_line(platform: Platform) -> None:
    wrong = platform.office.ctl("screen", platform.file(member(GOOD, "1"), cutoff="2026-01-01"))
    assert (wrong.exit_code, wrong.output) == (3, "")
    assert "不认识“cutoff”" in wrong.errors
    refused = platform.office.ctl("screen", platform.file(head_of("1"), reason="", number=""))
    assert refused.exit_code == 3
    assert "project.number PURPOSE_REQUIRED" in refused.errors
    assert "project.reason PURPOSE_REQUIRED" in refused.errors
    assert len(refused.errors.splitlines()) == 1
