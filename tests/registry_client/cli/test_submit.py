import os
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.registry_client.cli.conftest import Ctl
from tests.registry_client.samples import ENTRY, PENALTY, write_csv
from tests.registry_client.simulated_registry import SimulatedRegistry

NUMBER, CLASS = "行政处罚决定书文号", "行政相对人类别"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "good.csv", PENALTY, PENALTY | {NUMBER: "沧示建罚〔2026〕8号"})


@pytest.fixture
def mixed(tmp_path: Path, ctl: Ctl, simulated: SimulatedRegistry) -> Path:
    """A good row, one that only the registry knows to be wrong, and one of which no statement can be made."""
    recorded = PENALTY | {NUMBER: "沧示建罚〔2026〕9号"}
    ctl("submit", write_csv(tmp_path / "recorded.csv", recorded))
    simulated.calls.clear()
    rows = (PENALTY, recorded | {"处罚有效期": "2029-01-01"}, PENALTY | {CLASS: "公司"})
    return write_csv(tmp_path / "mixed.csv", *rows)


def test_a_file_without_faults_is_submitted(ctl: Ctl, good: Path, simulated: SimulatedRegistry) -> None:
    run = ctl("submit", good)
    assert run.exit_code == 0
    assert len(simulated.recorded) == 2
    assert run.counts == [2, 2, 0, 0, 0]


def test_submitted_again_nothing_is_recorded_and_nothing_is_wrong(
    ctl: Ctl, good: Path, simulated: SimulatedRegistry
) -> None:
    ctl("submit", good)
    run = ctl("submit", good)
    assert run.exit_code == 0
    assert len(simulated.recorded) == 2
    assert run.counts == [2, 0, 2, 0, 0]


def test_each_row_that_did_not_get_in_is_told_with_line_column_and_reason(ctl: Ctl, mixed: Path) -> None:
    run = ctl("submit", mixed)
    assert run.exit_code == 1
    assert "3编号已用于另一份陈述。STATEMENT_ID_REUSED" in run.text
    assert f"4{CLASS}“公司”不是可用的写法" in run.text
    assert run.counts == [3, 1, 0, 1, 1]


def test_a_row_that_the_registry_would_refuse_is_not_sent(
    ctl: Ctl, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    run = ctl("submit", write_csv(tmp_path / "rows.csv", PENALTY, PENALTY | {NUMBER: ""}))
    assert (run.exit_code, run.counts) == (1, [2, 1, 0, 0, 1])
    assert f"3{NUMBER}缺少文书号" in run.text
    ((_, request),) = simulated.calls
    assert len(request.batch.payloads) == 1


def test_tables_fit_eighty_columns(ctl: Ctl, mixed: Path, tmp_path: Path) -> None:
    entries = write_csv(tmp_path / "an_exceedingly_long_name_of_a_file_with_list_entries.csv", ENTRY)
    run = ctl("submit", mixed, entries)
    assert run.widest <= 80
    assert "名单名称（1行）" in run.text


@pytest.mark.parametrize("columns", ["40", "60", "120"])
def test_tables_fit_other_widths(ctl: Ctl, mixed: Path, columns: str) -> None:
    assert ctl("submit", mixed, COLUMNS=columns).widest <= int(columns)


def test_json_has_a_line_for_each_row_and_one_for_the_file(ctl: Ctl, mixed: Path) -> None:
    run = ctl("submit", mixed, "--json")
    *rows, summary = run.objects
    assert run.exit_code == 1
    assert [(row["line"], row["result"]) for row in rows] == [
        (2, "accepted"),
        (3, "refused"),
        (4, "unreadable"),
    ]
    assert rows[0]["position"] == 2
    reused = {"column": "", "reason": "STATEMENT_ID_REUSED", "message": "编号已用于另一份陈述。"}
    assert rows[1]["faults"] == [reused]
    assert summary == {
        "file": str(mixed), "rows": 3, "accepted": 1, "already_recorded": 0, "refused": 1, "unreadable": 1,
    }  # fmt: skip


def test_a_file_that_cannot_be_read_stops_everything_before_anything_is_sent(
    ctl: Ctl, good: Path, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    run = ctl("submit", good, tmp_path / "missing.csv")
    assert run.exit_code == 3
    assert run.errors == f"错误：{tmp_path / 'missing.csv'}：无法读取：No such file or directory\n"
    assert simulated.calls == []


def test_a_run_that_breaks_off_tells_what_is_known_and_what_to_do(
    ctl: Ctl, mixed: Path, simulated: SimulatedRegistry
) -> None:
    class _AwayAfterTwo(list[object]):
        def append(self, call: object) -> None:
            super().append(call)
            simulated.away = 1 if len(self) > 1 else 0

    simulated.calls = _AwayAfterTwo()  # type: ignore[assignment]
    run = ctl("submit", mixed, "--batch", "1")
    assert run.exit_code == 3
    assert "提交中断" in run.text
    assert run.counts == [1, 1, 0, 0, 0]
    assert run.errors.startswith("错误：无法连接登记系统")
    assert run.errors.count("\n") == 1


def test_an_encrypted_key_is_opened_by_a_descriptor(ctl: Ctl, good: Path, tmp_path: Path) -> None:
    FileSigner.generate(SUITE_ED25519).save(tmp_path / "sealed.pem", b"phrase")
    reading, writing = os.pipe()
    os.write(writing, b"phrase\nrest")
    os.close(writing)
    run = ctl("submit", good, "--key", tmp_path / "sealed.pem", "--passphrase-fd", str(reading))
    os.close(reading)
    assert run.exit_code == 0


def test_an_encrypted_key_is_asked_for_without_being_shown(ctl: Ctl, good: Path, tmp_path: Path) -> None:
    FileSigner.generate(SUITE_ED25519).save(tmp_path / "sealed.pem", b"phrase")
    run = ctl("submit", good, "--key", tmp_path / "sealed.pem", entered="phrase\n")
    assert run.exit_code == 0
    assert "口令" in run.errors
    assert "phrase" not in run.errors + run.output


def test_a_wrong_pass_phrase_is_one_line(ctl: Ctl, good: Path, tmp_path: Path) -> None:
    FileSigner.generate(SUITE_ED25519).save(tmp_path / "sealed.pem", b"phrase")
    run = ctl("submit", good, "--key", tmp_path / "sealed.pem", entered="guess\n")
    assert run.exit_code == 3
    assert "wrong pass phrase" in run.errors.splitlines()[-1]


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_descriptor_without_pass_phrase_is_one_line(ctl: Ctl, good: Path, content: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    run = ctl("submit", good, "--passphrase-fd", str(reading))
    os.close(reading)
    assert (run.exit_code, run.errors) == (3, f"错误：文件描述符{reading}中没有口令\n")


def test_no_option_takes_a_pass_phrase_itself(ctl: Ctl) -> None:
    assert "--passphrase " not in ctl("submit", "--help").output


@pytest.mark.parametrize("name", ["signing.pem", "statement.secret"])
def test_a_missing_key_or_secret_is_named(ctl: Ctl, good: Path, credentials: Path, name: str) -> None:
    (credentials / name).unlink()
    run = ctl("submit", good)
    assert run.exit_code == 3
    assert run.errors.startswith(f"错误：{credentials / name}: ")


def test_a_caller_that_is_no_department_must_say_for_whom_it_speaks(
    ctl: Ctl, good: Path, credentials: Path, hand_over: object
) -> None:
    assert callable(hand_over)
    system = hand_over("system")
    run = ctl("submit", good, REGISTRY_CREDENTIALS=str(system))
    assert (run.exit_code, run.errors) == (3, "错误：证书中没有部门身份，请用 --origin 指定\n")
