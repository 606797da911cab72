"""``registryctl submit`` of workbooks at a real registry: its refusals come back to the cells."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from tests.registry_client.bulk.files import workbook_of
from tests.registry_client.cli.served_office import Office, office_of
from tests.registry_client.samples import OTHER_FIRM, PENALTY
from tests.support.served import serving
from tests.support.spine import Spine, found_spine, furnish

NUMBER = "行政处罚决定书文号"
AUTHORITY = "处罚机关统一社会信用代码"


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("served") / "registry"), ["住建", "人社"])
    yield furnished
    furnished.engine.close()


@pytest.fixture(scope="module")
def office(spine: Spine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with serving(spine) as served:
        directory = tmp_path_factory.mktemp("offices") / "housing"
        yield office_of(served, directory, served.department("住建"), key="住建")


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_bytes(workbook_of(*rows))
    return path


def test_what_only_the_registry_knows_comes_back_to_the_cell(
    spine: Spine, office: Office, tmp_path: Path
) -> None:
    own = PENALTY | {AUTHORITY: spine.code("住建")}
    rows = [own | {NUMBER: f"沧示建罚〔2026〕{number}号"} for number in range(1, 5)]
    rows[1] |= {AUTHORITY: spine.code("人社")}
    rows[2] |= {"行政相对人代码_1（统一社会信用代码）": OTHER_FIRM, "处罚决定日期": "2026/2/30"}
    path, marked = written(tmp_path / "表.xlsx", *rows), tmp_path / "标注.xlsx"
    before = spine.position
    run = office.ctl("submit", path, "--marked", marked)
    assert (run.exit_code, run.counts) == (1, [4, 2, 0, 1, 1])
    assert "工作表「行政处罚」第3行「处罚机关统一社会信用代码」(J3)：" in run.text
    assert "AUTHORITY_OUTSIDE_MANDATE" in run.text
    assert spine.position == before + 2
    _, *copied = load_workbook(io.BytesIO(marked.read_bytes())).get_sheet_by_index(0).to_python()
    assert [str(row[-1])[:4] for row in copied] == ["已登记，", "登记系统", "有错误，", "已登记，"]
    refused = office.ctl("refusals", "--json").objects
    assert len(refused) == 1  # What was wrong to begin with was not sent.
    again = office.ctl("submit", path)
    assert again.counts == [4, 0, 2, 1, 1]
    assert spine.position == before + 2
