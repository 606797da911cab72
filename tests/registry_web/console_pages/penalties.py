"""Files of penalties in the official columns (双公示), of the finance bureau."""

from __future__ import annotations

from registry_client import layouts
from tests.support.ban_cases import KEY
from tests.support.events import firm, office

HEADINGS = [column.heading for column in layouts.PENALTY.columns]


def row(number: int, **changes: str) -> list[str]:
    """A row that is right, about a firm; with some cells changed."""
    bureau, subject = office(KEY), firm(number)
    cells = {
        "行政相对人名称": subject.name,
        "行政相对人类别": "法人及非法人组织",
        "行政相对人代码_1（统一社会信用代码）": subject.identifier.value,
        "行政处罚决定书文号": f"沧示财罚〔2026〕{number}号",
        "违法行为类型": "提供虚假材料",
        "违法事实": "提供虚假材料",
        "处罚依据": "政府采购法 第七十七条",
        "处罚类别": "警告",
        "处罚内容": "警告",
        "处罚决定日期": "2026-03-20",
        "处罚有效期": "2027-03-20",
        "公示截止期": "2027-03-20",
        "处罚机关": bureau.name,
        "处罚机关统一社会信用代码": bureau.code,
        "数据来源单位": bureau.name,
        "数据来源单位统一社会信用代码": bureau.code,
    }
    return [(cells | changes).get(heading, "") for heading in HEADINGS]


def file_of(*rows: list[str]) -> bytes:
    """A csv file of rows, as spreadsheets in China save it."""
    lines = [",".join(f'"{cell}"' for cell in each) for each in (HEADINGS, *rows)]
    return "\r\n".join(lines).encode("utf-8-sig")
