"""Fictional subjects with valid check digits, and rows about them as departments write them."""

from __future__ import annotations

import csv
from pathlib import Path

from registry.domain.identifiers import resident_id_check_character, uscc_check_character
from registry_client import Row, Table, read_table


def _uscc(body17: str) -> str:
    return body17 + uscc_check_character(body17)


def _resident(body17: str) -> str:
    return body17 + resident_id_check_character(body17)


ORIGIN = "credit.example/test"
DEPARTMENT = _uscc("11130900TEST00001".replace("S", "X"))
FIRM = _uscc("91130900MTEXT0001")
OTHER_FIRM = _uscc("91130900MTEXT0002")
INSTITUTION = _uscc("12130900MTEXT0003")
PERSON = _resident("13099919900101123")

PENALTY = {
    "行政相对人名称": "沧州示例建筑有限公司",
    "行政相对人类别": "法人及非法人组织",
    "行政相对人代码_1（统一社会信用代码）": FIRM,
    "行政处罚决定书文号": "沧示建罚〔2026〕7号",
    "违法行为类型": "串通投标",
    "处罚依据": "《招标投标法》第五十三条",
    "处罚决定日期": "2026/3/20",
    "处罚有效期": "2027/03/20",
    "处罚机关": "沧州市(示例)住房和城乡建设局",
    "处罚机关统一社会信用代码": DEPARTMENT,
}
PENALTY_OF_PERSON = PENALTY | {
    "行政相对人名称": "示例某",
    "行政相对人类别": "自然人",
    "行政相对人代码_1（统一社会信用代码）": "",
    "证件类型": "身份证",
    "证件号码": PERSON,
}
LICENCE = {
    "行政相对人名称": "沧州示例食品有限公司",
    "行政相对人类别": "法人及非法人组织",
    "行政相对人代码_1（统一社会信用代码）": FIRM,
    "行政许可决定文书号": "",
    "许可编号": "JY11309000000001",
    "许可决定日期": "2026-01-05",
    "有效期自": "2026年1月5日",
    "有效期至": "长期",
    "许可机关": "沧州市(示例)市场监督管理局",
    "许可机关统一社会信用代码": DEPARTMENT,
}
ENTRY = {
    "主体名称": "沧州示例建筑有限公司",
    "主体类别": "企业",
    "统一社会信用代码": FIRM,
    "名单代码": "L-04",
    "名单名称": "拖欠农民工工资失信联合惩戒对象名单",
    "列入依据": "保障农民工工资支付条例 第四十八条",
    "列入决定文书号": "沧示人社列〔2026〕1号",
    "列入日期": "20260401",
    "列入机关": "沧州市(示例)人力资源和社会保障局",
    "列入机关统一社会信用代码": DEPARTMENT,
    "期限至": "2029-03-31",
    "移出条件": "改正满六个月",
    "救济途径": "行政复议",
    "事由": "拖欠工资",
}
MEASURE = {
    "主体名称": "示例某",
    "主体类别": "自然人",
    "证件类型": "身份证",
    "证件号码": PERSON,
    "措施代码": "M-PRO-03",
    "措施名称": "禁止参加政府采购评审活动",
    "承受身份": "评审专家",
    "决定文书号": "沧示财采罚〔2026〕3号",
    "决定机关": "沧州市(示例)财政局",
    "决定机关统一社会信用代码": DEPARTMENT,
    "决定日期": "2026-05-06",
    "起始日期": "2026-05-07",
    "截止日期": "",
    "终身": "是",
    "适用区域": "130900",
    "适用行业": "E47",
    "适用活动": "FOOD",
    "法律依据": "政府采购法实施条例 第七十五条",
    "违法事实": "收受供应商财物",
}
TITLE = {
    "姓名": "示例某",
    "证件类型": "身份证",
    "证件号码": PERSON,
    "资格名称": "二级注册建造师",
    "证书编号": "冀示资202600001",
    "等级": "二级",
    "发证日期": "2026-02-01",
    "发证机关": "沧州市(示例)人力资源和社会保障局",
    "发证机关统一社会信用代码": DEPARTMENT,
    "有效期至": "2029-01-31",
    "状态": "有效",
}
REGISTRATION = {
    "主体名称": "沧州示例建筑有限公司",
    "主体类别": "企业",
    "统一社会信用代码": FIRM,
    "法定代表人": "示例某",
    "登记机关": "沧州市(示例)市场监督管理局",
    "登记机关统一社会信用代码": DEPARTMENT,
    "成立日期": "2019-08-09",
    "登记状态": "存续",
    "住所": "沧州市示例路1号",
}


def write_csv(path: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    """A file with the headings of the first row."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def table_of(directory: Path, *rows: dict[str, str]) -> Table:
    """The rows, written and read again."""
    return read_table(write_csv(directory / "rows.csv", *rows))


def only_row(table: Table) -> Row:
    """The one row of a table, which must be readable."""
    (row,) = table.rows()
    assert isinstance(row, Row)
    return row
