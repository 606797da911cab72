"""The procedure for bans at the command line: drafts of many firms from a file, and what is shown of them
afterwards, in a terminal of 80 columns."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from registry_client.cli.ban_drafts import COLUMNS
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.ban_cases import KEY, BanOffice
from tests.support.events import document, new_firm, placed, registered
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

NAMES = ",".join(COLUMNS)
WRONG = "91130903DEMD1TJ38B"  # The check character is A.


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(furnish(found_spine(tmp_path_factory.mktemp("ban") / "registry"))) as served:
        served.spine.deliver()
        yield served


@pytest.fixture(scope="module")
def bureau(served: Served) -> BanOffice:
    return BanOffice.of(served)


@pytest.fixture
def office(served: Served, bureau: BanOffice, tmp_path: Path) -> Office:
    """The finance bureau's desk: its credentials and secret, the handler's key, a paper that is evidence."""
    office = office_of(served, tmp_path / "desk", served.department(KEY), key=KEY)
    bureau.signers["handler"].save(office.directory / "handler.pem", None)
    (office.directory / "供货合同.txt").write_text("合同\n", "utf-8")
    return office


def row(case: str, code: str, *, months: int = 24, evidence: str = "供货合同.txt") -> str:
    told = (
        case,
        "某(示例)有限公司",
        code,
        "企业",
        "2026-11-02",
        "E-51",
        "严重",
        "M-PRO-01",
        str(months),
        "",
        "",
    )
    return ",".join((*told, "政府采购法 第七十七条", "提供虚假材料谋取中标", "情节严重", evidence, "", ""))


def table(office: Office, *rows: str) -> Path:
    path = office.directory / "drafts.csv"
    path.write_text("\n".join((NAMES, *rows)), "utf-8-sig")
    return path


def known(served: Served) -> Subject:
    subject = new_firm()
    placed(served.spine.say("市场监管", event=registered(subject)))
    return subject


def test_each_row_of_a_file_is_drafted_or_refused(served: Served, office: Office) -> None:
    good, other = known(served).identifier.value, known(served).identifier.value
    path = table(office, row("F-1", good), row("F-2", WRONG), row("F-3", other, months=48), row("F-4", other))
    run = office.ctl("ban", "draft", path, "--act", "--key", office.directory / "handler.pem", "--json")
    assert run.exit_code == 1
    done = {told["case_number"]: told for told in run.objects}
    taken = {case for case, told in done.items() if not told["faults"]}
    assert taken == {"F-1", "F-4"}
    assert [fault["reason"] for fault in done["F-2"]["faults"]] == ["CODE_CHECK_DIGIT"]
    assert "12至36个月" in done["F-3"]["faults"][0]["message"]
    again = office.ctl("ban", "draft", path, "--act", "--key", office.directory / "handler.pem", "--json")
    assert {told["case_number"] for told in again.objects if told["already"]} == {"F-1", "F-4"}


def test_preview_of_a_file_goes_on_past_a_row_that_is_refused(served: Served, office: Office) -> None:
    good = known(served).identifier.value
    run = office.ctl("ban", "draft", table(office, row("F-5", WRONG), row("F-6", good, months=48)))
    assert run.exit_code == 1
    assert run.widest <= 80
    first, _, second = run.text.partition("F-6")
    assert "将被退回：统一社会信用代码第18位" in first
    assert "12至36个月" in second
    assert "F-5" not in office.ctl("ban", "list").text


def test_reason_of_all_is_that_of_rows_which_state_none(served: Served, office: Office) -> None:
    path = table(office, row("R-1", known(served).identifier.value).replace("情节严重", ""))
    act = ("--act", "--key", office.directory / "handler.pem", "--json")
    assert office.ctl("ban", "draft", path, *act).exit_code == 1
    assert office.ctl("ban", "draft", path, "--reason", "情节严重", *act).exit_code == 0


def test_every_fault_of_a_file_is_told_with_its_line_before_anything_is_sent(
    served: Served, office: Office
) -> None:
    code = known(served).identifier.value
    path = table(office, row("F-7", code, evidence=""), row("F-8", code, evidence="供货合同.txt；没有.txt"))
    run = office.ctl("ban", "draft", path)
    assert run.exit_code == 3
    assert "第2行：“证据”为空" in run.errors
    assert "第3行：没有证据文件“没有.txt”" in run.errors


def test_file_of_more_rows_than_one_call_takes_is_drafted_whole(served: Served, office: Office) -> None:
    code = known(served).identifier.value
    path = table(office, *(row(f"M-{number}", code) for number in range(1002)))
    run = office.ctl("ban", "draft", path, "--act", "--key", office.directory / "handler.pem", "--json")
    assert run.exit_code == 0
    assert [told["case_number"] for told in run.objects] == [f"M-{number}" for number in range(1002)]


def test_record_tells_that_a_measure_ended_before_its_last_day(
    served: Served, bureau: BanOffice, office: Office
) -> None:
    subject = known(served)
    bureau.walk("L-1", subject)
    shown = office.ctl("record", subject.identifier.value)
    assert "M-PRO-01：2026-11-10至2028-11-10依据" in shown.text
    target = pb.StatementReference(department=served.spine.code(KEY), statement_id=bureau.decisions["L-1"])
    paper = document(KEY, "2026-11-22", "沧示财解〔2026〕9号")
    lifting = pb.Lifting(target=target, document=paper, effective_on="2026-11-23", reason="已全面履行")
    placed(served.spine.say(KEY, by=bureau.signers["chief"], lifting=lifting))
    shown = office.ctl("record", subject.identifier.value)
    assert "M-PRO-01：2026-11-10至2028-11-10，已提前终止，执行至2026-11-22" in shown.text


def test_paper_that_was_served_is_not_written_over(bureau: BanOffice, served: Served, office: Office) -> None:
    bureau.walk("L-3", known(served), until="ban_decision")
    given = office.directory / "office.json"
    told = {"name": "某局", "address": "某路", "phone": "0", "reconsideration": "市政府", "court": "某法院"}
    given.write_text(json.dumps(told), "utf-8")
    particulars = office.directory / "particulars.json"
    particulars.write_text(json.dumps({"party_address": "某街", "representative": "示例某"}), "utf-8")
    out = office.directory / "决定书.txt"
    run = ("ban", "paper", "L-3", "decision", "--office", given, "--particulars", particulars, "--out", out)
    assert office.ctl(*run).exit_code == 0
    out.write_text("送达的原件", "utf-8")
    again = office.ctl(*run)
    assert (again.exit_code, out.read_text("utf-8")) == (3, "送达的原件")
    assert "已存在" in again.errors


def test_notices_fit_a_terminal_and_tell_the_time_in_china_wherever_they_are_read(
    bureau: BanOffice, served: Served, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.walk("L-2", known(served), until="ban_decision")
    notices = office.ctl("notices", "list")
    assert notices.widest <= 80
    assert "送达前不作为限制" in notices.text
    assert "收件方11130900DEM0000228" in notices.text
    for zone in ("America/Lima", "Asia/Shanghai"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        elsewhere = office.ctl("notices", "list").output
        monkeypatch.undo()
        time.tzset()
        assert elsewhere == notices.output


def test_every_column_of_the_file_is_named_in_the_help(office: Office) -> None:
    told = office.ctl("ban", "draft", "--help").text
    assert [name for name in COLUMNS if name not in told] == []
