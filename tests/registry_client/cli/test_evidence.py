"""``registryctl evidence`` at a real registry: put, list, check, get, and what is told when it cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.registry_client.cli.served_office import Office, office_of
from tests.support.evidence import content_of, digest
from tests.support.served import serving
from tests.support.spine import found_spine, furnish

VIDEO = content_of((1 << 20) + 5)


@dataclass(frozen=True, slots=True)
class Offices:
    market: Office
    finance: Office
    code: str


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Offices]:
    spine = found_spine(tmp_path / "registry")
    furnish(spine, ["市场监管", "财政"], delivered=False)
    with serving(spine) as served:
        market, finance = (
            office_of(served, tmp_path / key, served.department(key)) for key in ("市场监管", "财政")
        )
        yield Offices(market, finance, spine.code("市场监管"))


def test_evidence_is_put_listed_checked_and_fetched(offices: Offices, tmp_path: Path) -> None:
    video, again = tmp_path / "现场.mp4", tmp_path / "again.mp4"
    video.write_bytes(VIDEO)
    put = offices.market.ctl("evidence", "put", video, "--file", "检查/JC-7", "--title", "现场视频")
    assert put.exit_code == 0, put.errors
    assert digest(VIDEO).hex() in put.output
    assert "video/mp4" in put.output
    listed = offices.market.ctl("evidence", "list", "--file", f"INSPECTION/{offices.code}/JC-7", "--json")
    (found,) = [json.loads(line) for line in listed.output.splitlines()]
    assert (found["sha256"], found["complete"], found["labels"][0]["title"]) == (
        digest(VIDEO).hex(), True, "现场视频",
    )  # fmt: skip
    assert "可下载" in offices.market.ctl("evidence", "list", "--file", "检查/JC-7").output
    checked = offices.market.ctl("evidence", "check", video)
    assert checked.exit_code == 0
    assert f"检查/{offices.code}/JC-7" in checked.text
    fetched = offices.market.ctl("evidence", "get", digest(VIDEO).hex(), again)
    assert (fetched.exit_code, again.read_bytes()) == (0, VIDEO)
    assert "文件已存在" in offices.market.ctl("evidence", "get", digest(VIDEO).hex(), again).errors


def test_to_another_department_there_is_nothing(offices: Offices, tmp_path: Path) -> None:
    video = tmp_path / "现场.mp4"
    video.write_bytes(VIDEO)
    offices.market.ctl("evidence", "put", video, "--file", "检查/JC-7", "--title", "现场视频")
    assert offices.finance.ctl("evidence", "check", video).exit_code == 1
    assert (
        digest(VIDEO).hex()
        not in offices.finance.ctl("evidence", "list", "--file", f"检查/{offices.code}/JC-7").text
    )
    refused = offices.finance.ctl("evidence", "get", digest(VIDEO).hex(), tmp_path / "x")
    assert (refused.exit_code, "没有这份材料" in refused.errors) == (3, True)
    theirs = offices.finance.ctl(
        "evidence", "put", video, "--file", f"检查/{offices.code}/JC-7", "--title", "x"
    )
    assert (theirs.exit_code, "材料只能归入本部门的卷宗" in theirs.errors) == (3, True)


@pytest.mark.parametrize("written", ["JC-7", "检查/", "检查/a/b/c", "没有/JC-7"])
def test_a_file_that_is_wrongly_written_is_a_mistake_in_use(offices: Offices, written: str) -> None:
    assert offices.market.ctl("evidence", "list", "--file", written).exit_code == 2


def test_a_digest_that_is_none_is_a_mistake_in_use(offices: Offices, tmp_path: Path) -> None:
    for written in ("x", "../" * 21 + ".", "0" * 63, "0" * 65, " " + "0" * 63):
        assert offices.market.ctl("evidence", "get", written, tmp_path / "x").exit_code == 2
