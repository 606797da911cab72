"""Drafts of bans in a csv file: no cell is taken for another column's, and none is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_client.cli.ban_drafts import read_drafts
from registry_client.cli.failures import Failure
from registry_client.files import FileFormatError

FIRST = "案号,主体名称,统一社会信用代码,立案日期,措施,法律依据,证据,事实"
CELLS = "F-1,甲(示例)公司,91130900DEM009019M,2026-11-02,M-PRO-01,政府采购法 第七十七条,合同.txt"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "合同.txt").write_text("合同", "utf-8")
    return tmp_path / "drafts.csv"


def refused(file: Path, content: str | bytes) -> str:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises((Failure, FileFormatError)) as found:
        read_drafts(file)
    return str(found.value)


def test_facts_are_not_cut_at_a_comma(file: Path) -> None:
    told = refused(file, f"{FIRST}\n{CELLS},提供虚假材料,谋取中标\n")
    assert "第2行：应有8列，实有9列" in told


def test_a_row_that_lacks_its_region_is_no_ban_in_the_whole_country(file: Path) -> None:
    told = refused(file, f"{FIRST},期限月数,适用地区\n{CELLS},提供虚假材料,12\n")
    assert "第2行：应有10列，实有9列" in told


def test_a_column_that_stands_twice_is_refused(file: Path) -> None:
    told = refused(file, f"{FIRST},期限月数,期限月数\n{CELLS},提供虚假材料,12,36\n")
    assert "列名重复：期限月数" in told


def test_a_name_that_cannot_be_read_is_refused(file: Path) -> None:
    content = f"{FIRST}\n{CELLS},提供虚假材料\n".encode("gb18030")
    told = refused(file, content.replace("甲".encode("gb18030"), b"\xff\xff"))
    assert "第2行：“主体名称”含有无法按文件编码识别的字符" in told


def test_paragraphs_of_the_facts_stay_apart_and_the_first_line_names_a_row(file: Path) -> None:
    file.write_text(f'{FIRST}\n{CELLS},"第一段\n第二段"\n', "utf-8")
    (draft,) = read_drafts(file)
    assert draft.facts == "第一段\n第二段"
    told = refused(file, f'{FIRST}\n{CELLS},"第一段\n第二段"\n{CELLS.replace("F-1", "")},"甲\n乙"\n')
    assert "第4行：“案号”为空" in told
    assert "不认识“其他”列" in refused(file, f"{FIRST},其他\n{CELLS},甲,\n")
