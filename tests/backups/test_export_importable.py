"""What is exported can be imported, whatever a department once sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from registry.archive import bounds
from registry.domain.faults import MAX_TOLD
from registry.store.interface import Group, RefusalRow
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID, Fault
from registry.v1.intake_service_pb2 import Refused
from tests.support.command import assert_one_line, in_process
from tests.support.spine import found_spine

MANY = 90_000


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """An installation with a refusal that a release before the bound kept whole, and one of a few faults."""
    spine = found_spine(tmp_path / "registry")
    faults = [
        Fault(reason=ERROR_REASON_FIELD_INVALID, field=f"edition_draft.files[{number}].name",
              message="这里含有身份证号码; 名称、依据、文书号和编号以明文保存和显示, 不得写入个人信息。")
        for number in range(MANY)
    ]  # fmt: skip
    rows = [
        RefusalRow("财政", "S-1", bytes(32), 1, Refused(faults=each).SerializeToString())
        for each in (faults, faults[: 2 * MAX_TOLD])
    ]
    assert len(rows[0].faults) > 14_000_000
    spine.engine.store.commit(Group(refusals=rows))
    spine.engine.close()
    return spine.directory


def test_refusal_that_an_earlier_release_kept_whole_is_cut_to_what_an_import_takes(
    town: Path, tmp_path: Path
) -> None:
    archive, other = tmp_path / "archive", tmp_path / "other"
    exported = in_process("export", "--directory", town, "--open", archive)
    assert exported.code == 0, exported.err
    cut, whole = map(json.loads, (archive / "refusals.jsonl").read_text("utf-8").splitlines())
    assert len(cut["read"]["faults"]["faults"]) == MAX_TOLD
    assert cut["read"]["faults"]["faults"][-1]["message"] == f"另有{MANY - MAX_TOLD + 1}处错误未列出。"
    assert len(whole["read"]["faults"]["faults"]) == 2 * MAX_TOLD, "what an import takes stays as it is"
    shutil.copytree(town, other, ignore=shutil.ignore_patterns("registry.db*"))
    imported = in_process("import", "--directory", other, "--open", archive)
    assert imported.code == 0, imported.err
    assert "2 行自己的记录" in imported.out


def test_row_that_no_import_would_take_is_told_at_the_export_and_leaves_nothing(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LONGEST_LINE", 1000)
    run = in_process("export", "--directory", town, "--open", tmp_path / "archive")
    assert_one_line(run, "序号0的陈述写成的一行过长, 归档将不能导入")
    assert not (tmp_path / "archive").exists()
