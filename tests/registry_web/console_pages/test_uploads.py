"""Files uploaded to the console: faults by cell, the marked workbook, the gate, signature and outcome."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from registry_web.console.pages.forms import file_title
from tests.registry_web.console_core.office import Office, csrf_of, own
from tests.registry_web.console_pages.forms import At, Clerk, words
from tests.registry_web.console_pages.penalties import file_of, row
from tests.support.events import firm


def uploaded(clerk: Clerk, content: bytes, name: str = "处罚.csv") -> str:
    """Uploads a file; answers the address of what was found."""
    page = clerk.get("/statements/upload")
    posted = clerk.client.post(
        "/statements/upload",
        data={"csrf": csrf_of(page)},
        files={"file": (name, content)},
        headers=own(clerk.office.url),
    )
    assert posted.status_code == 303, words(posted)
    return posted.headers["location"]


def sent(clerk: Clerk, path: str, **fields: str) -> str:
    """Signs the good rows; answers what the page of the upload says afterwards."""
    outcome = clerk.act(path, fields)
    assert outcome.signed is not None, outcome.text
    return clerk.read(path)


def test_good_rows_are_recorded_and_faulty_ones_are_told_by_cell(bureau: Office, at: At) -> None:
    handler = at("handler")
    faulty = row(502, 处罚决定日期="2026-02-30")
    path = uploaded(handler, file_of(row(501), faulty))
    page = handler.read(path)
    assert "第3行" in page
    assert "处罚决定日期" in page
    assert "2026-02-30" in page
    marked = handler.get(f"{path}/marked")
    sheet = CalamineWorkbook.from_filelike(BytesIO(marked.content)).get_sheet_by_index(0).to_python()
    assert any("处罚决定日期" in str(cell) and "错误" in str(cell) for cell in sheet[2])
    after = sent(handler, path)
    assert "1 已登记" in after
    assert firm(501).name in handler.read("/statements")
    again = sent(handler, uploaded(handler, file_of(row(501), faulty)))
    assert "1 已登记" in again


def test_a_cell_that_does_not_show_what_it_says_is_told_and_not_sent(at: At) -> None:
    path = uploaded(at("handler"), file_of(row(503, 违法事实="不\u202e撤回")))
    page = at("handler").read(path)
    assert "违法事实" in page
    assert "含有看不见的字符 U+202E" in page


def test_the_name_of_a_file_is_signed_as_it_reads() -> None:
    assert file_title("C:\\卷宗\\决定书\u202efdp.exe") == "决定书fdp.exe"
    assert file_title("\u2066\u2069") == "文件"


def test_a_file_far_from_the_last_stops_until_it_is_confirmed(bureau: Office, at: At) -> None:
    handler = at("handler")
    many = [row(600 + number) for number in range(60)]
    first = uploaded(handler, file_of(*many))
    page = handler.get(first)
    if "放行文字" in page.text:  # Far from the two rows of the test before.
        sent(handler, first, confirmation=confirmation(page.text))
    else:
        sent(handler, first)
    short = uploaded(handler, file_of(*many[:5]))
    stopped = handler.get(short)
    assert "与上次的文件相差很大" in words(stopped)
    assert handler.post(short, {"confirmation": "yes"}).status_code == 409
    assert "5 已登记" in sent(handler, short, confirmation=confirmation(stopped.text))


def confirmation(page: str) -> str:
    return page.partition("<code>")[2].partition("</code>")[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"a,b\n1,2\n", b"\x00" * 100])
def test_what_is_no_such_file_is_refused_with_one_line(at: At, content: bytes) -> None:
    handler = at("handler")
    page = handler.get("/statements/upload")
    posted = handler.client.post(
        "/statements/upload", data={"csrf": csrf_of(page)}, files={"file": ("x.csv", content)},
        headers=own(handler.office.url),
    )  # fmt: skip
    assert posted.status_code == 400
    assert "没有完成" in words(posted)


def test_templates_are_handed_out(at: At) -> None:
    workbook = at("handler").get("/statements/template/penalty.xlsx")
    assert workbook.content.startswith(b"PK")
    assert "行政相对人名称" in at("handler").get("/statements/template/penalty.csv").text
    assert at("handler").get("/statements/template/../x").status_code == 404


def test_an_upload_is_its_owners_alone(bureau: Office, at: At) -> None:
    path = uploaded(at("handler"), file_of(row(700)))
    assert at("lawyer").get(path).status_code == 404
    assert at("lawyer").get(f"{path}/marked").status_code == 404


def test_whoever_uploads_many_drops_his_own_and_nobody_elses(at: At) -> None:
    kept = uploaded(at("lawyer"), file_of(row(540)))
    many = [uploaded(at("handler"), file_of(row(541))) for _ in range(5)]
    assert at("handler").get(many[0]).status_code == 404
    assert at("handler").get(many[-1]).status_code == 200
    assert at("lawyer").get(kept).status_code == 200
