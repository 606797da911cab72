"""Writes docs/samples: a workbook of penalties with the faults that departments' files have, and its marked
copy.

    python -m scripts.bulk_sample

Eleven rows have a fault each, of ten kinds, three have something to look at, three are good. Everybody in
them is fictional. The marked copy is what ``registryctl submit penalties.xlsx --marked
penalties-marked.xlsx`` gives back where the registry has taken the good rows; it is made here without one, of
positions that are counted up from 1. A test makes both again and compares them with the files, cell by cell.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from registry.domain.identifiers import organisation_code_check_character, uscc_check_character
from registry_client.bulk.marked import Mark, marked_workbook
from registry_client.bulk.preparing import Author, PreparedRow, prepared_rows
from registry_client.files import read_content
from registry_client.numbering import Numbering
from registry_client.submission import Disposition, RowResult

DIRECTORY = Path(__file__).resolve().parents[1] / "docs" / "samples"
NAME, MARKED = "penalties.xlsx", "penalties-marked.xlsx"
TODAY = date(2026, 11, 26)
BUREAU = "11130900DEM009027Q"
_AUTHOR = Author("credit.example/sample", BUREAU, Numbering(b"docs/samples: not a secret at all"[:32]))
_TITLE = "沧州市(示例)住房和城乡建设局行政处罚信息（示例，均为虚构）"
_NAME, _KIND, _CODE = "行政相对人名称", "行政相对人类别", "行政相对人代码_1（统一社会信用代码）"
_NUMBER, _BASIS, _FINE = "行政处罚决定书文号", "处罚依据", "罚款金额（万元）"
_DECIDED, _UNTIL = "处罚决定日期", "处罚有效期"
_HEADINGS = {
    "＊行政相对人名称": _NAME,
    "行政相对人类别\n（必填）": _KIND,
    "行政相对人代码_1(统一社会信用代码)": _CODE,
    "证件类型": "证件类型",
    "证件号码": "证件号码",
    "＊行政处罚决定书文号": _NUMBER,
    "违法行为类型": "违法行为类型",
    "违法事实": "违法事实",
    "处罚依据": _BASIS,
    "处罚类别": "处罚类别",
    "处罚内容": "处罚内容",
    "罚款金额 (万元)": _FINE,
    "处罚决定日期": _DECIDED,
    "处罚有效期": _UNTIL,
    "处罚机关": "处罚机关",
    "处罚机关统一社会信用代码": "处罚机关统一社会信用代码",
    "备注": "备注",
}
"""As a department writes them, and as the standard does."""


def sample() -> bytes:
    """The workbook as a department would send it."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        page, bold = book.add_worksheet("行政处罚"), book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy/m/d"})
        page.write_string(0, 0, _TITLE, bold)
        for index, heading in enumerate(_HEADINGS):
            page.write_string(1, index, heading, bold)
        for number, row in enumerate(_rows(), 2):
            for index, heading in enumerate(_HEADINGS.values()):
                value = row[heading]
                if isinstance(value, date):
                    page.write_datetime(number, index, value, day)
                elif value != "":
                    page.write(number, index, value)
    return target.getvalue()


def marked(content: bytes) -> bytes:
    """Its marked copy, as if the registry had taken every good row."""
    table = read_content(NAME, content)
    rows = list(prepared_rows(table, _AUTHOR, today=TODAY))
    return marked_workbook(table, map(Mark.of_result, _results(rows)))


def main() -> None:
    """Writes both files."""
    DIRECTORY.mkdir(exist_ok=True)
    content = sample()
    (DIRECTORY / NAME).write_bytes(content)
    (DIRECTORY / MARKED).write_bytes(marked(content))


def _rows() -> Iterator[dict[str, Any]]:
    yield _row(1)
    yield _row(2, {_DECIDED: "2026年3月20日", _FINE: "5,000元"})
    yield _row(3, {_CODE: 911309000000012345.0})
    yield _row(4, {_CODE: "911309020000012000"})
    yield _row(5, {_CODE: _code(5)[:-1] + ("0" if _code(5)[-1] != "0" else "1")})
    yield _row(6, {_CODE: _code(6).replace("0", "O", 1)})
    yield _row(7, {_NUMBER: ""})
    yield _row(8, {_DECIDED: "2026/2/30"})
    yield _row(9, {_DECIDED: "2026-12-30", _UNTIL: "2027-12-30"})
    yield _row(10, {_UNTIL: "2025-03-20"})
    yield _row(11, {_KIND: "公司"})
    yield _row(12, {_FINE: "五千元"})
    yield _row(13, {_BASIS: ""})
    yield _row(14, {_NUMBER: "沧示建罚[2026]14号", _DECIDED: 46113})
    yield _row(15, {_FINE: 50000, "备注": '=HYPERLINK("http://example.com")'})
    yield _row(16, {_DECIDED: date(2026, 3, 20), _UNTIL: date(2027, 3, 20)})
    person = {
        _NAME: "示例某",
        _KIND: "自然人",
        _CODE: "",
        "证件类型": "身份证",
        "证件号码": "130999199001010018",
    }
    yield _row(17, person)


def _row(number: int, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    usual = {
        _NAME: f"沧州第{number}(示例)建筑有限公司",
        _KIND: "法人及非法人组织",
        _CODE: _code(number),
        "证件类型": "",
        "证件号码": "",
        _NUMBER: f"沧示建罚〔2026〕{number}号",
        "违法行为类型": "未按规定设置安全防护设施",
        "违法事实": "施工现场未按规定设置安全防护设施",
        _BASIS: "建设工程安全生产管理条例 第六十四条",
        "处罚类别": "罚款",
        "处罚内容": "处罚款人民币壹万伍仟元",
        _FINE: 1.5,
        _DECIDED: "2026-03-20",
        _UNTIL: "2027-03-20",
        "处罚机关": "沧州市(示例)住房和城乡建设局",
        "处罚机关统一社会信用代码": BUREAU,
        "备注": "",
    }
    return usual | (changes or {})


def _code(number: int) -> str:
    body = f"91130902DEM{number:05d}"
    body += organisation_code_check_character(body[8:])
    return body + uscc_check_character(body)


def _results(rows: Sequence[PreparedRow]) -> Iterator[RowResult]:
    position = 0
    for row in rows:
        if row.faults:
            kept = Disposition.UNREADABLE
            yield RowResult(row.line, kept, faults=row.faults, warnings=row.warnings)
            continue
        position += 1
        accepted = Disposition.ACCEPTED
        yield RowResult(row.line, accepted, row.statement_id, position, warnings=row.warnings)


if __name__ == "__main__":
    main()
