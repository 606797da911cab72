"""From files to a draw through the console's forms: rosters, plan, order, result, the package to verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from registry.provenance.keys import FileSigner
from registry.provenance.verifying_key import load_verifying_key
from registry.provenance.vkey import NoteKey
from registry_client.supervision.draw_check import check_draw, trusting
from registry_client.supervision.draw_package import read_package
from tests.registry_web.console_core import office as core
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.forms import At, Clerk, Outcome, words
from tests.registry_web.console_pages.test_supervision_matters import MATTER
from tests.support.draws import inspector_rows, object_rows, storing
from tests.support.spine import ORIGIN

HEADINGS = "统一社会信用代码或编号,对象种类,名称,信用等级,所属地区,行业,适用事项\n"
PLAN = "事项编号,审批事项或类别,抽查内容,事项类别,抽查数量,抽查千分比,开始日期,结束日期\n"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with patch.object(core, "found_spine", storing), office(tmp_path_factory.mktemp("draw")) as made:
        yield made


@pytest.fixture(scope="module")
def mapped(bureau: Office) -> Any:
    """What makes the registry log the state of its map."""
    mapper = bureau.spine.engine.upkeep.mapper
    mapper.start()
    return lambda: mapper.require(bureau.spine.engine.state.size - 1, 30)


def objects_file(rows: list[list[str]]) -> bytes:
    lines = [f"{each[0]},企业,{each[2]},{each[3]},{each[4]},{each[5]},SP-D1\n" for each in rows]
    return (HEADINGS + "".join(lines)).encode()


def inspectors_file() -> bytes:
    lines = [f"{each[0]},{each[1]},{each[2]}\n" for each in inspector_rows(5)]
    return ("工号,科室,执法证号\n" + "".join(lines)).encode()


def uploaded(clerk: Clerk, path: str, fields: dict[str, str], content: bytes) -> httpx.Response:
    return clerk.post(path, fields, {"file": content})


def signed(clerk: Clerk, posted: httpx.Response) -> Outcome:
    """What was held after an upload, proposed and signed."""
    assert posted.status_code == 303, words(posted)
    return clerk.act(posted.headers["location"], {})


def test_every_fault_of_a_roster_stands_on_the_page_by_its_cell(at: At) -> None:
    row = object_rows(1)[0]
    bad = f"{HEADINGS}{row[0][:-1]}0,企业,,A,13,C14,\n".encode()
    fields = {"kind": "objects", "number": "M-bad", "title": "名录", "as_of": "2026-11-20"}
    page = uploaded(at("handler"), "/supervision/rosters", fields, bad)
    assert page.status_code == 400
    for told in ("没有使用", "名称", "所属地区", "区划应为6位数字"):
        assert told in words(page)
    assert uploaded(at("handler"), "/supervision/rosters", fields, b"").status_code == 400


def test_templates_of_the_lists_can_be_had(at: At) -> None:
    handler = at("handler")
    for name in ("roster-objects", "roster-inspectors", "inspection-plan", "recusals"):
        assert handler.get(f"/supervision/lists/{name}.csv").status_code == 200
    assert handler.get("/supervision/lists/roster-objects.xlsx").content[:2] == b"PK"
    assert handler.get("/supervision/lists/penalty.csv").status_code == 404


def test_a_draw_from_two_files_to_a_package_that_holds(
    bureau: Office, at: At, mapped: Any, tmp_path: Path
) -> None:
    handler = at("handler")
    assert handler.act("/supervision/matters/new", MATTER | {"number": "SP-D1"}).accepted
    rows = object_rows(12)
    for kind, number, content in (
        ("objects", "M-D1", objects_file(rows)), ("inspectors", "R-D1", inspectors_file()),
    ):  # fmt: skip
        fields = {"kind": kind, "number": number, "title": f"名录{number}", "as_of": "2026-11-20"}
        posted = uploaded(handler, "/supervision/rosters", fields, content)
        held = handler.read(posted.headers["location"])
        assert "根哈希" in held
        done = signed(handler, posted)
        assert done.accepted, done.text
    assert "M-D1" in handler.read("/supervision/rosters")
    plan = f"{PLAN}1,SP-D1,代理活动,重点,3,,2026-01-05,2026-12-31\n".encode()
    asked = {
        "number": "JH-D1", "title": "年度计划D", "year": "2026", "filing_number": "沧示财备1号",
        "filed_on": "2026-11-20",
    }  # fmt: skip
    done = signed(handler, uploaded(handler, "/supervision/plans", asked, plan))
    assert done.accepted, done.text
    assert "年度计划D" in handler.read("/supervision/plans")
    recusals = f"应回避对象,应回避人员工号\n{rows[0][0]},SC-01\n".encode()
    order = {
        "number": "CQ-D1", "item": "JH-D1/1", "objects": "M-D1", "inspectors": "R-D1", "wanted": "3",
        "each": "2", "weights": "D=4\nC=2", "on": "2026-11-20", "inspect_by": "2026-12-31",
    }  # fmt: skip
    wrong = handler.post("/supervision/draws/new", order | {"weights": "D"})
    assert wrong.status_code == 400
    assert "如 D=4" in words(wrong)
    again = handler.post("/supervision/draws/new", order | {"weights": "D"}, {"recusals": recusals})
    assert "请重新选择文件" in words(again)
    none = handler.post("/supervision/draws/new", order, {"recusals": "应回避对象,应回避人员工号\n".encode()})
    assert "文件中没有一行" in words(none)
    without = handler.post("/supervision/draws/new", order)
    assert "没有附回避名单" in handler.read(without.headers["location"])
    done = handler.act("/supervision/draws/new", order, {"recusals": recusals})
    assert done.accepted, done.text
    page = handler.get("/supervision/draws")
    one = page.text.partition('<th scope="row"')[2].partition('href="')[2].partition('"')[0]
    assert "没有结果" in handler.read(one)
    assert handler.post(one, {}).status_code == 409
    mapped()
    done = handler.act(one, {})
    assert done.accepted, done.text
    assert "已抽 3" in handler.read(one)
    package = handler.get(f"{one}/package.zip")
    assert package.status_code == 200, words(package)
    (tmp_path / "package.zip").write_bytes(package.content)
    report = check_draw(read_package(tmp_path / "package.zip"), trusting(vkey_of(bureau)))
    assert report.ok, report.faults


def vkey_of(bureau: Office) -> str:
    signer = FileSigner.load(bureau.spine.directory / "keys" / "log.key", None)
    return NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key)).vkey


def test_a_plan_of_very_many_items_is_shown_in_part(at: At) -> None:
    rows = "".join(f"{number},SP-D1,代理活动,重点,3,,2026-01-05,2026-12-31\n" for number in range(1, 5001))
    asked = {
        "number": "JH-D9",
        "title": "计划",
        "year": "2026",
        "filing_number": "1号",
        "filed_on": "2026-11-20",
    }
    posted = uploaded(at("handler"), "/supervision/plans", asked, (PLAN + rows).encode())
    page = at("handler").get(posted.headers["location"])
    assert len(page.content) < 200_000
    assert "共 5000 项" in words(page)


def test_the_auditor_sees_draws_and_states_none(at: At) -> None:
    auditor = at("auditor")
    assert "下抽取令" not in auditor.read("/supervision/draws")
    assert "上传并检查" not in auditor.read("/supervision/plans")
