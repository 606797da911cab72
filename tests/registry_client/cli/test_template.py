from pathlib import Path

import pytest

from registry_client.bulk.templates import KINDS
from registry_client.files import read_table
from tests.registry_client.cli.conftest import Ctl


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_of_each_kind_is_written(ctl: Ctl, tmp_path: Path, kind: str) -> None:
    for suffix in ("xlsx", "csv"):
        path = tmp_path / f"{kind}.{suffix}"
        assert ctl("template", kind, "--out", path).exit_code == 0
        assert read_table(path).headings.layout is KINDS[kind]


def test_kinds_have_chinese_names_and_a_usual_place(
    ctl: Ctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = ctl("template", "名单信息")
    assert run.exit_code == 0
    assert "名单信息模板.xlsx" in run.text
    assert read_table(tmp_path / "名单信息模板.xlsx").headings.layout is KINDS["list-entry"]


def test_a_file_is_never_written_over(ctl: Ctl, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_text("mine")
    run = ctl("template", "penalty", "--out", path)
    assert run.exit_code == 3
    assert run.errors.count("\n") == 1
    assert path.read_text() == "mine"


def test_another_ending_is_wrong_usage(ctl: Ctl, tmp_path: Path) -> None:
    assert ctl("template", "penalty", "--out", tmp_path / "t.docx").exit_code == 2
