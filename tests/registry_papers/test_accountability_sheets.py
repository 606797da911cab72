"""Reports and traces as sheets: the same rows as csv, text and PDF; nothing runs in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import Obligation
from registry_papers.accountability import Names, Sheet, report_sheet, trace_sheet
from tests.registry_papers.fonts_here import need_font, squeezed, text_in

FIRE, MARKET = "11130900DEM00102XX", "11130900DEM000014D"
NAMES = Names(
    {FIRE: "沧州市(示例)消防救援支队", MARKET: "沧州市(示例)市场监督管理局"}, {(FIRE, "A-1"): "示例甲"}
)
EVIL = "=cmd|' /C calc'!A0"


def duty(**changes: object) -> Obligation:
    fields: dict[str, object] = {
        "file": acts.FileReference(kind=acts.FILE_KIND_REFERRAL, department=MARKET, number="YS-1"),
        "department": FIRE,
        "deadline": "referral_receipt",
        "task": "签收告知移送",
        "due_on": "2026-10-08",
        "met_on": "2026-10-09",
        "days_late": 1,
        "basis": "实施意见 四(二)",
        "position": 41,
    }
    return Obligation(**{**fields, **changes})  # type: ignore[arg-type]


def report(lines: int = 1, **changes: object) -> Sheet:
    made = pb.GetAccountabilityReportResponse(
        until="2026-10-31", known_position=99, on="2026-11-02", limits=["只陈述登记的事实。"]
    )
    setattr(made, "from", "2026-10-01")
    made.totals.add(department=FIRE, kind=acts.FILE_KIND_REFERRAL, task="签收告知移送", met_late=1)
    made.officials.add(department=FIRE, official_id="A-1", met_late=1)
    for _ in range(lines):
        made.lines.add(
            obligation=duty(**changes), state=pb.DUTY_STATE_MET_LATE, official_id="A-1", section="执法科"
        )
    told = made.tellings.add(
        kind=pb.TELLING_KIND_REFERRAL, to=FIRE, told_on="2026-09-28", days=11, position=41
    )
    setattr(told, "from", MARKET)
    return report_sheet(made, NAMES)


def trace() -> Sheet:
    made = pb.TraceAccidentResponse(
        occurred_on="2026-12-12", region="130902", on="2026-12-14", matters=["SP-1"]
    )
    made.file.CopyFrom(acts.FileReference(kind=acts.FILE_KIND_ACCIDENT, department=MARKET, number="SG-1"))
    setattr(made, "from", "2023-12-13")
    made.gaps.add(kind=pb.TRACE_KIND_RULE, matter="SP-1", text="事故发生前, 这一事项没有已备案的监管制度")
    made.entries.add(
        day="2026-10-08",
        position=41,
        kind=pb.TRACE_KIND_OVERDUE,
        department=FIRE,
        text="签收告知移送: 应于2026-10-08前办理, 未办理, 逾期3日",
        duty=pb.DutyLine(obligation=duty(met_on="")),
        recorded_after=True,
    )
    return trace_sheet(made, NAMES)


def cells(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.csv.decode("utf-8-sig"))))


def test_the_csv_is_utf8_with_its_mark_and_crlf() -> None:
    assert report().csv.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in report().csv


def test_a_late_line_says_who_what_when_and_by_which_law() -> None:
    assert [
        "沧州市(示例)消防救援支队", "示例甲(A-1), 执法科", "签收告知移送", "移送 YS-1", "2026-10-08",
        "2026-10-09", "1", "实施意见 四(二)", "41",
    ] in cells(report())  # fmt: skip


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_cell_of_the_csv_is_a_formula(start: str) -> None:
    rows = cells(report(task=f"{start}{EVIL[1:]}"))
    assert not [cell for row in rows for cell in row if cell.startswith(start)]
    assert [f"'{start}{EVIL[1:]}"] == [row[2] for row in rows if len(row) == 9 and EVIL[1:] in row[2]]


def test_nobody_is_named_where_nobody_acted() -> None:
    (row,) = trace().table("entries").rows
    assert "未明确责任人" in row
    assert "事故发生后才登记" in row[-1]


def test_nothing_in_a_sheet_judges() -> None:
    said = report().text + trace().text
    assert not [word for word in ("评分", "排名", "得分", "失职", "渎职", "过错") if word in said]


@pytest.mark.parametrize("made", [report, trace])
def test_csv_text_and_pdf_have_the_same_rows(made: object) -> None:
    need_font()
    sheet: Sheet = made()  # type: ignore[operator]
    read = text_in(sheet.pdf())
    rows = [row for table in sheet.tables for row in table.rows]
    assert rows
    for row in rows:
        assert [cell for cell in row if squeezed(cell) not in read] == []
        assert list(row) in cells(sheet)
        assert "｜".join(row) in sheet.text


def test_the_pdf_is_archival_and_the_same_bytes_each_time() -> None:
    need_font()
    assert report().pdf() == report().pdf()
    assert b"pdfaid:part" in report().pdf() or b"pdfaid" in report().pdf()


def test_markup_in_a_task_is_set_as_it_is() -> None:
    need_font()
    hostile = '#panic("x") $x^2$ *粗* [甲] \\'
    assert squeezed(hostile) in text_in(report(task=hostile).pdf())


def test_ten_thousand_lines_are_set() -> None:
    need_font()
    assert len(report(lines=2_000).pdf()) > 10_000
