"""``registryctl submit`` with workbooks, marked copies, the journal and the gate."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from registry_client import Numbering
from tests.registry_client.bulk.files import workbook_of
from tests.registry_client.cli.conftest import Ctl
from tests.registry_client.samples import PENALTY, write_csv
from tests.registry_client.simulated_registry import SimulatedRegistry

NUMBER, DECIDED = "行政处罚决定书文号", "处罚决定日期"
GATE_STOPPED = "已停下，没有提交任何内容"


def penalties(count: int, first: int = 1) -> list[dict[str, str]]:
    numbers = range(first, first + count)
    return [PENALTY | {NUMBER: f"沧示建罚〔2026〕{number}号"} for number in numbers]


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_bytes(workbook_of(*rows))
    return path


def sent(simulated: SimulatedRegistry) -> int:
    return sum(len(request.batch.payloads) for _, request in simulated.calls)


def marked_cells(path: Path) -> list[list[Any]]:
    return load_workbook(io.BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    one, two, three = penalties(3)
    return written(
        tmp_path / "表.xlsx", one, two | {DECIDED: "2026/2/30"}, three | {NUMBER: "沧示建罚[2026]3号"}
    )


def test_faults_of_a_workbook_are_told_with_sheet_row_column_and_cell(
    ctl: Ctl, mixed: Path, simulated: SimulatedRegistry
) -> None:
    run = ctl("submit", mixed)
    assert (run.exit_code, run.counts) == (1, [3, 2, 0, 0, 1])
    assert "工作表「行政处罚」第3行「处罚决定日期」(G3)：决定日期“2026-02-30”不是有效日期" in run.text
    assert "提示：工作表「行政处罚」第4行「行政处罚决定书文号」(D4)：" in run.text
    assert run.widest <= 80
    assert sent(simulated) == 2


def test_json_names_sheet_and_cell(ctl: Ctl, mixed: Path) -> None:
    good, bad, warned, summary = ctl("submit", mixed, "--json").objects
    assert (good["sheet"], good["sent_before"], good["warnings"]) == ("行政处罚", False, [])
    assert (bad["result"], bad["faults"][0]["cell"], bad["faults"][0]["reason"]) == (
        "unreadable", "G3", "DATE_INVALID",
    )  # fmt: skip
    assert warned["warnings"][0]["cell"] == "D4"
    assert summary["rows"] == 3


def test_the_marked_copy_comes_back(ctl: Ctl, mixed: Path, tmp_path: Path) -> None:
    marked = tmp_path / "标注.xlsx"
    ctl("submit", mixed, "--marked", marked)
    _, good, bad, warned = marked_cells(marked)
    assert good[-1].startswith("已登记，序号1，陈述编号E-03-CF.")
    assert (bad[-1], bad[-2][:6]) == ("有错误，未提交", "【错误】「处")
    assert warned[-2].startswith("【提示】")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_marked_copy_mended_and_submitted_sends_only_what_was_mended(
    ctl: Ctl, mixed: Path, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    marked = tmp_path / "标注.xlsx"
    ctl("submit", mixed, "--marked", marked)
    headings, *rows = marked_cells(marked)
    rows[1][headings.index(DECIDED)] = "2026-03-20"
    mended = written(tmp_path / "改.xlsx", *(dict(zip(headings, row, strict=True)) for row in rows))
    simulated.calls.clear()
    run = ctl("submit", mended, "--marked", marked)
    assert (run.exit_code, run.counts) == (0, [3, 1, 2, 0, 0])
    assert sent(simulated) == 1
    assert "以下各行以前已经提交并登记，这次没有再发送：第2行、第4行（共2行）" in run.text


def test_a_csv_has_a_marked_copy_too(ctl: Ctl, tmp_path: Path) -> None:
    ctl("submit", write_csv(tmp_path / "表.csv", *penalties(2)), "--marked", tmp_path / "标注.xlsx")
    assert [row[-1][:3] for row in marked_cells(tmp_path / "标注.xlsx")[1:]] == ["已登记", "已登记"]


def test_the_file_itself_is_never_written_over(ctl: Ctl, mixed: Path, simulated: SimulatedRegistry) -> None:
    before = mixed.read_bytes()
    run = ctl("submit", mixed, "--marked", mixed)
    assert run.exit_code == 3
    assert mixed.read_bytes() == before
    assert simulated.calls == []


def test_a_marked_copy_that_cannot_be_written_is_told_before_anything_is_sent(
    ctl: Ctl, mixed: Path, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    run = ctl("submit", mixed, "--marked", tmp_path / "none" / "标注.xlsx")
    assert (run.exit_code, simulated.calls) == (3, [])
    assert ctl("submit", mixed, mixed, "--marked", tmp_path / "标注.xlsx").exit_code == 2


def test_checking_alone_sends_nothing(
    ctl: Ctl, mixed: Path, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    run = ctl("submit", mixed, "--check-only", "--marked", tmp_path / "标注.xlsx")
    assert run.exit_code == 1
    assert "(G3)" in run.text
    assert simulated.calls == []
    assert marked_cells(tmp_path / "标注.xlsx")[1][-1] == "检查通过，尚未提交"
    *rows, summary = ctl("submit", mixed, "--check-only", "--json").objects
    assert [row["result"] for row in rows] == ["good", "faulty", "good"]
    assert summary == {"file": str(mixed), "rows": 3, "good": 2, "faulty": 1}


def test_a_repeated_run_sends_nothing_unless_it_is_told_to(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    path = written(tmp_path / "表.xlsx", *penalties(3))
    ctl("submit", path)
    simulated.calls.clear()
    run = ctl("submit", path)
    assert (run.exit_code, run.counts, sent(simulated)) == (0, [3, 0, 3, 0, 0], 0)
    assert "第2至4行（共3行）" in run.text
    run = ctl("submit", path, "--resend")
    assert (run.counts, sent(simulated)) == ([3, 0, 3, 0, 0], 3)


def test_a_run_that_broke_off_keeps_what_it_knew(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    path, marked = written(tmp_path / "表.xlsx", *penalties(4)), tmp_path / "标注.xlsx"

    class _AwayAfterTwo(list[object]):
        def append(self, call: object) -> None:
            super().append(call)
            simulated.away = 1 if len(self) > 2 else 0

    simulated.calls = _AwayAfterTwo()  # type: ignore[assignment]
    run = ctl("submit", path, "--batch", "1", "--marked", marked)
    assert run.exit_code == 3
    assert run.counts == [2, 2, 0, 0, 0]
    assert [row[-1][:4] for row in marked_cells(marked)[1:]] == [
        "已登记，",
        "已登记，",
        "结果未知",
        "结果未知",
    ]
    simulated.calls = []
    assert ctl("submit", path).counts == [4, 2, 2, 0, 0]
    assert sent(simulated) == 2


def test_a_file_far_from_the_last_one_stops_until_a_person_confirms(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    ctl("submit", write_csv(tmp_path / "whole.csv", *penalties(60)))
    simulated.calls.clear()
    cut = write_csv(tmp_path / "cut.csv", *penalties(20), *penalties(1, first=100))
    run = ctl("submit", cut, "--marked", tmp_path / "标注.xlsx")
    assert run.exit_code == 3
    assert "行政处罚：本次21行，上次60行，相差65%" in run.text
    assert "行政处罚：上次有的60行中有40行不在本次文件中（66%）" in run.text
    assert GATE_STOPPED in run.errors
    assert simulated.calls == []
    assert marked_cells(tmp_path / "标注.xlsx")[1][-1] == "检查通过，尚未提交"
    confirmation = run.errors.partition("--confirm ")[2].split()[0]
    assert confirmation.startswith("21-")
    assert ctl("submit", cut, "--confirm", "21-00000000").exit_code == 3
    assert ctl("submit", cut, "--confirm", confirmation).exit_code == 0
    assert sent(simulated) == 1
    assert ctl("submit", cut).exit_code == 0  # It is the last one now.


def test_the_gate_speaks_json_and_has_thresholds(ctl: Ctl, tmp_path: Path) -> None:
    ctl("submit", write_csv(tmp_path / "whole.csv", *penalties(10)))
    cut = write_csv(tmp_path / "cut.csv", *penalties(5))
    run = ctl("submit", cut, "--small", "2", "--json")
    (stopped,) = run.objects
    assert (run.exit_code, stopped["stopped"], len(stopped["reasons"])) == (3, "行政处罚", 1)
    assert ctl("submit", cut, "--small", "2", "--max-removed", "50").exit_code == 0


def test_files_of_one_kind_in_one_run_are_one_delivery(ctl: Ctl, tmp_path: Path) -> None:
    halves = [write_csv(tmp_path / f"{n}.csv", *penalties(30, first=1 + 30 * n)) for n in range(2)]
    assert ctl("submit", *halves).exit_code == 0
    assert ctl("submit", *halves).exit_code == 0
    assert ctl("submit", halves[0]).exit_code == 3


def test_a_file_that_did_not_go_through_is_not_the_last_one(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    ctl("submit", write_csv(tmp_path / "first.csv", *penalties(60)))
    larger = write_csv(tmp_path / "larger.csv", *penalties(80))
    simulated.away = 100
    assert ctl("submit", larger).exit_code == 3
    simulated.away = 0
    cut = write_csv(tmp_path / "cut.csv", *penalties(50))
    assert ctl("submit", cut).exit_code == 0  # Near the 60 of the first, far from the 80.


def test_another_secret_for_ids_is_told_before_anything_is_sent(
    ctl: Ctl, tmp_path: Path, credentials: Path, simulated: SimulatedRegistry
) -> None:
    path = write_csv(tmp_path / "表.csv", PENALTY)
    ctl("submit", path)
    simulated.calls.clear()
    (credentials / "statement.secret").unlink()
    Numbering.generate().save(credentials / "statement.secret")
    run = ctl("submit", path)
    assert (run.exit_code, simulated.calls) == (3, [])
    assert "陈述编号密钥与以前提交所用的不同" in run.errors


def test_a_second_run_at_the_same_time_is_told(ctl: Ctl, tmp_path: Path, credentials: Path) -> None:
    import fcntl

    path = write_csv(tmp_path / "表.csv", PENALTY)
    ctl("submit", path)
    (lock,) = (credentials / "submitted").glob("*.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = ctl("submit", path)
    assert run.exit_code == 3
    assert "另一次提交正在进行" in run.errors
    assert run.errors.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full here")
def test_a_full_disk_under_the_journal_is_told_in_one_line(
    ctl: Ctl, tmp_path: Path, credentials: Path, simulated: SimulatedRegistry
) -> None:
    path = write_csv(tmp_path / "表.csv", PENALTY)
    ctl("submit", path, "--check-only")
    (database,) = (credentials / "submitted").glob("*.sqlite3")
    database.unlink()
    database.symlink_to("/dev/full")
    run = ctl("submit", path)
    assert (run.exit_code, run.errors.count("\n")) == (3, 1)
    assert simulated.calls == []


def test_a_hostile_file_is_one_line_and_nothing_is_sent(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(workbook_of(*penalties(3))[:-100])
    run = ctl("submit", path)
    assert run.exit_code == 3
    assert run.errors == f"错误：{path}：xlsx文件已损坏或不完整，请重新导出\n"
    assert simulated.calls == []
