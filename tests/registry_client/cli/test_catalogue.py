"""``registryctl catalogue`` at a served registry, as the office that looks after the catalogue uses it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.editions import CURRENT_LABEL, shipped_editions
from registry.sanctions.simulation.comparison import Part, simulate
from registry.store.interface import StoreError
from registry_client.edition_files import content_hash, read_edition_directory
from registry_client.numbering import Numbering
from tests.registry_client.cli.conftest import Ctl
from tests.support.case_records import case_files
from tests.support.editions import Officials, appoint_officials, changed_row, edition_files
from tests.support.events import firm, list_entry, person, placed
from tests.support.founding import found_with
from tests.support.served import Served, serving
from tests.support.spine import furnish

TODAY = date(2026, 4, 10)
SHIPPED = {edition.label: edition for edition in shipped_editions().values()}


@dataclass(frozen=True, slots=True)
class Office:
    """A served registry, and the credentials and keys of those who look after its catalogue."""

    served: Served
    credentials: Path
    keys: dict[str, Path]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Founded with 2026.1, seven on record, three officials with a key file each."""
    home = tmp_path_factory.mktemp("office")
    spine = furnish(found_with(home / "registry", "2026.1", TODAY))
    for number in range(6):
        entry = list_entry("税务", firm(number), "L-03", "2025-03-01", "2027-03-01")
        placed(spine.say("税务", event=entry))
    placed(spine.say("法院", event=list_entry("法院", person(1), "L-01", "2025-03-01", "2027-03-01")))
    keys = _key_files(home, appoint_officials(spine))
    spine.signers[OPERATOR.key].save(home / "seal.pem", None)
    with serving(spine) as served:
        credential = served.authority.client(served.registrar().uri)
        for name, pem in (
            ("ca.pem", credential.authority),
            ("cert.pem", credential.certificate),
            ("key.pem", credential.key),
        ):
            (home / name).write_bytes(pem)
        Numbering.generate().save(home / "statement.secret")
        yield Office(served, home, keys | {"seal": home / "seal.pem"})


def _key_files(home: Path, officials: Officials) -> dict[str, Path]:
    found = {}
    for name in ("drafter", "reviewer", "approver"):
        found[name] = home / f"{name}.pem"
        getattr(officials, name).save(found[name], None)
    return found


@pytest.fixture
def target(office: Office) -> str:
    return office.served.target


@pytest.fixture
def credentials(office: Office) -> Path:
    return office.credentials


def directory(path: Path, label: str, *, base: str = "2026.2", answer: str = "review") -> Path:
    """A directory with what a draft changes: M-PRO-05 is for review."""
    files = changed_row(edition_files(label), "M-PRO-05", answer=answer)
    path.mkdir()
    for name in ("edition.yaml", "measures-procurement.yaml"):
        (path / name).write_text(files[name], encoding="utf-8")
    (path / "BASE").write_text(f"{base}\n", encoding="utf-8")
    return path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return directory(tmp_path / "draft", "2026.40")


# --- check -----------------------------------------------------------------------------------------


def test_a_sound_edition_is_told_with_what_is_not_confirmed(ctl: Ctl, draft: Path) -> None:
    run = ctl("catalogue", "check", draft)
    assert run.exit_code == 0, run.output + run.errors
    assert run.widest <= 80
    assert "没有发现问题。" in run.text
    assert "名单L-09文化和旅游市场严重失信主体名单:可信度低" in run.text


def test_every_fault_is_told_with_file_and_line(ctl: Ctl, tmp_path: Path) -> None:
    faulty = directory(tmp_path / "faulty", "2026.40", answer="perhaps")
    run = ctl("catalogue", "check", faulty)
    lines = (faulty / "measures-procurement.yaml").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "answer: perhaps" in text)
    assert run.exit_code == 1
    assert run.widest <= 80
    assert f"measures-procurement.yaml{line}M-PRO-05answer:perhaps" in run.text
    (found,) = ctl("catalogue", "check", faulty, "--json").objects
    (fault,) = found["faults"]
    assert (fault["file"], fault["line"]) == ("measures-procurement.yaml", line)


def test_the_cases_of_a_directory_are_run(ctl: Ctl, draft: Path) -> None:
    (draft / "cases").mkdir()
    text = case_files(CURRENT_LABEL)["procurement.yaml"]
    (draft / "cases" / "procurement.yaml").write_text(text, encoding="utf-8")
    run = ctl("catalogue", "check", draft, "--json")
    (found,) = run.objects
    assert run.exit_code == 1
    assert found["cases_run"] > 20
    differing = [fault for fault in found["faults"] if "结论应为BLOCKED, 实为REVIEW" in fault["message"]]
    assert {fault["file"] for fault in differing} == {"cases/procurement.yaml"}


@pytest.mark.parametrize("given", ["2031.1", "nowhere/at/all"])
def test_an_edition_that_is_not_there_is_one_line(ctl: Ctl, given: str) -> None:
    run = ctl("catalogue", "check", given)
    assert run.exit_code in (2, 3)
    assert given in run.errors.splitlines()[-1]


def test_a_directory_without_an_edition_is_one_line(ctl: Ctl, tmp_path: Path) -> None:
    run = ctl("catalogue", "check", tmp_path)
    assert (run.exit_code, run.errors) == (3, f"错误：{tmp_path}：没有 .yaml 文件\n")


# --- diff ------------------------------------------------------------------------------------------


def test_the_switch_is_told_in_words_within_eighty_columns(ctl: Ctl) -> None:
    run = ctl("catalogue", "diff", "2026.1", "2026.2")
    assert run.exit_code == 0
    assert run.widest <= 80
    assert "行政处罚公示期限(轻微):自2026-04-01起,最长公示期由36个月改为3个月" in run.text
    assert "海关总署令第282号" in run.text
    assert "更宽" in run.output
    assert "更严" in run.output


def test_a_directory_is_compared_with_the_edition_in_force(ctl: Ctl, draft: Path) -> None:
    changes = ctl("catalogue", "diff", draft, "--json").objects
    (mine,) = [change["text"] for change in changes if change["code"] == "M-PRO-05"]
    assert mine.endswith(": 答复由禁止改为需研判")
    (change,) = ctl("catalogue", "diff", "2026.2", draft, "--json").objects
    assert (change["section"], change["severity"], change["kind"]) == ("measures", -1, "CHANGED")


def test_equal_editions_are_said_to_be_equal(ctl: Ctl) -> None:
    assert ctl("catalogue", "diff", "2026.2", "2026.2").lines == ["两个版本的内容相同。"]
    assert ctl("catalogue", "diff", "2026.1", "2026.2", "2026.1").exit_code == 2


# --- simulate --------------------------------------------------------------------------------------


def test_a_simulation_is_told_by_domain_with_a_sample(ctl: Ctl, draft: Path, office: Office) -> None:
    position = office.served.spine.position
    run = ctl("catalogue", "simulate", draft, "--sample", "2")
    assert run.exit_code == 0
    assert run.widest <= 80
    assert run.errors == ""
    assert "政府采购007" in run.text
    assert run.text.count("答复由禁止改为需研判") == 2
    assert office.served.spine.position == position


def test_progress_is_shown_on_a_terminal_and_nowhere_else(draft: Path, office: Office) -> None:
    reading, terminal = os.openpty()
    given = {"REGISTRY_TARGET": office.served.target, "REGISTRY_CREDENTIALS": str(office.credentials)}
    command = [sys.executable, "-c", "from registry_client.cli import main; main()"]
    done = subprocess.run(
        [*command, "catalogue", "simulate", str(draft), "--json"],
        env={**os.environ, **given, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=terminal,
        encoding="utf-8",
        check=True,
    )
    os.close(terminal)
    shown = os.read(reading, 65536).decode()
    os.close(reading)
    assert "试算" in shown
    assert json.loads(done.stdout)["done"]


def test_everybody_is_listed_on_request_and_persons_are_masked(ctl: Ctl, draft: Path) -> None:
    *changes, total = ctl("catalogue", "simulate", draft, "--all", "--json").objects
    subjects = [change["change"]["subject"]["value"] for change in changes]
    assert len(subjects) == 7
    assert person(1).identifier.value not in subjects
    assert firm(3).identifier.value in subjects
    assert total["domains"] == [{"domain": "政府采购", "gain": 0, "lose": 0, "change": 7}]
    assert (total["done"], total["subjects"], total["sample"]) == (True, 7, [])


def test_a_simulation_goes_on_after_a_cursor(ctl: Ctl, draft: Path) -> None:
    (whole,) = ctl("catalogue", "simulate", draft, "--json").objects
    (rest,) = ctl("catalogue", "simulate", draft, "--resume", whole["cursor"], "--json").objects
    assert (rest["subjects"], rest["domains"], rest["position"]) == (0, [], whole["position"])
    run = ctl("catalogue", "simulate", draft, "--resume", whole["cursor"])
    assert "接续部分0个" in run.text


def test_a_simulation_that_breaks_off_tells_what_is_known_and_how_to_go_on(
    ctl: Ctl, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = ctl("catalogue", "simulate", draft, "--json").objects

    def breaking(*arguments: Any, sample: int, size: int) -> Iterator[Part]:
        yield from islice(simulate(*arguments, sample=sample, size=3), 2)
        raise StoreError("磁盘故障")

    with monkeypatch.context() as trouble:
        trouble.setattr("registry.commands.simulation.simulate", breaking)
        run = ctl("catalogue", "simulate", draft)
        broken = ctl("catalogue", "simulate", draft, "--json")
    assert run.exit_code == 3
    assert re.fullmatch(r"错误：STORE_UNAVAILABLE: 磁盘故障（请在[12]秒后重试）\n", run.errors)
    assert "主体6个，全部7个" in run.text
    assert f"接着试算请用：--resume{broken.objects[0]['cursor']}" in run.text
    (rest,) = ctl("catalogue", "simulate", draft, "--resume", broken.objects[0]["cursor"], "--json").objects
    for count in ("subjects", "events"):
        assert broken.objects[0][count] + rest[count] == whole[count]
    changed = (broken.objects[0], rest)
    assert sum(each["domains"][0]["change"] for each in changed) == whole["domains"][0]["change"]


def test_the_switch_simulated_says_that_nobody_has_a_change(ctl: Ctl) -> None:
    run = ctl("catalogue", "simulate", "2026.2", "--on", "2026-04-10")
    assert run.exit_code == 0
    assert "没有主体的限制因此变化。" in run.output


def test_a_cursor_of_another_run_is_one_line(ctl: Ctl, draft: Path) -> None:
    (whole,) = ctl("catalogue", "simulate", draft, "--json").objects
    run = ctl("catalogue", "simulate", "2026.2", "--resume", whole["cursor"])
    assert run.exit_code == 3
    assert run.errors.count("\n") == 1
    assert run.errors.startswith("错误：FIELD_INVALID: 游标无效")


# --- draft, review, adopt --------------------------------------------------------------------------


def test_an_edition_becomes_law_by_three_commands(ctl: Ctl, tmp_path: Path, office: Office) -> None:
    files, keys = directory(tmp_path / "edition", "2026.40"), office.keys
    done = ctl("catalogue", "draft", files, "--reason", "法规修改", "--key", keys["drafter"])
    assert done.exit_code == 0, done.output + done.errors
    again = ctl("catalogue", "draft", files, "--reason", "法规修改", "--key", keys["drafter"], "--json")
    assert again.objects[0]["already"]
    reviewed = ctl(
        "catalogue", "review", "2026.40", "--lawful", "--opinion", "合法", "--key", keys["reviewer"], "--json"
    )
    assert (reviewed.exit_code, reviewed.objects[0]["faults"]) == (0, [])
    filed = (
        "--in-force-from",
        "2027-01-01",
        "--filing-number",
        "沧示备〔2026〕2号",
        "--filed-on",
        "2026-04-09",
    )
    adopted = ctl("catalogue", "adopt", "2026.40", *filed, "--key", keys["approver"])
    assert adopted.exit_code == 0, adopted.output + adopted.errors
    listed = ctl("catalogue", "list")
    assert listed.widest <= 80
    assert "已批准" in listed.text
    assert "X-1、X-2、X-3" in listed.text
    (entry,) = [each for each in ctl("catalogue", "list", "--json").objects if each["label"] == "2026.40"]
    assert (entry["state"], entry["in_force_from"]) == ("EDITION_STATE_ADOPTED", "2027-01-01")
    assert entry["filing_number"] == "沧示备〔2026〕2号"


def test_a_step_that_is_refused_says_why_and_ends_with_one(ctl: Ctl, tmp_path: Path, office: Office) -> None:
    files = directory(tmp_path / "edition", "2026.41")
    run = ctl("catalogue", "draft", files, "--reason", "法规修改", "--key", office.keys["seal"])
    assert run.exit_code == 1
    assert run.widest <= 80
    assert "OFFICIAL_REQUIRED目录版本的经办须由登记机构的人员以本人密钥签名" in run.text
    (told,) = ctl(
        "catalogue", "adopt", "2026.2", "--in-force-from", "2026-05-01", "--filing-number", "1",
        "--filed-on", "2026-04-01", "--key", office.keys["approver"], "--json",
    ).objects  # fmt: skip
    assert [fault["reason"] for fault in told["faults"]] == ["EDITION_NOT_DRAFTED"] * len(told["faults"])


def test_a_faulty_draft_is_not_submitted(ctl: Ctl, tmp_path: Path, office: Office) -> None:
    position = office.served.spine.position
    faulty = directory(tmp_path / "faulty", "2026.42", answer="perhaps")
    run = ctl("catalogue", "draft", faulty, "--reason", "法规修改", "--key", office.keys["drafter"])
    assert run.exit_code == 1
    assert "answer:perhaps" in run.text
    assert office.served.spine.position == position


def test_cases_that_do_not_hold_keep_a_draft_back_unless_they_are_left_out(
    ctl: Ctl, tmp_path: Path, office: Office
) -> None:
    files = directory(tmp_path / "edition", "2026.43")
    (files / "cases").mkdir()
    (files / "cases" / "none.yaml").write_text("cases: []\n", encoding="utf-8")
    words = ("catalogue", "draft", files, "--reason", "法规修改", "--key", office.keys["drafter"])
    assert ctl(*words).exit_code == 1
    assert ctl(*words, "--no-cases").exit_code == 0


# --- list and get ----------------------------------------------------------------------------------


def test_an_edition_is_saved_byte_for_byte_and_is_the_same_again(ctl: Ctl, tmp_path: Path) -> None:
    out = tmp_path / "saved"
    run = ctl("catalogue", "get", "2026.2", "--out", out)
    assert run.exit_code == 0
    assert run.widest <= 80
    saved = read_edition_directory(out)
    assert content_hash(saved.files) == SHIPPED["2026.2"].hash
    assert ctl("catalogue", "diff", "2026.2", out).lines == ["两个版本的内容相同。"]
    taken = ctl("catalogue", "get", "2026.2", "--out", out)
    assert (taken.exit_code, taken.errors) == (3, f"错误：{out}：无法写入：File exists\n")


def test_the_edition_in_force_is_what_is_got_without_a_name(ctl: Ctl) -> None:
    (found,) = ctl("catalogue", "get", "--json").objects
    assert (found["entry"]["label"], found["entry"]["state"]) == ("2026.1", "EDITION_STATE_ADOPTED")
