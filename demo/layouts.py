"""The columns departments deliver in (交换表式): six layouts, headings in Chinese, in this order.

Penalties and licences follow 双公示 (发改办财金〔2018〕424号): dates ``2025/03/10``, 长期 is
``2099/12/31``, sums of money in 万元 with six decimals, 行政相对人类别 one of 法人及非法人组织,
个体工商户, 自然人. The other four are this registry's own templates: dates ``2025-03-10``, empty where
there is no end, 主体类别 in the words of ``KINDS``.

A file is CSV (RFC 4180, lines end in LF) with the headings in line 1, so a row's line number is what
a clerk sees in an editor. No cell contains a line break.
"""

from __future__ import annotations

from datetime import date

from demo.departments import BY_KEY, Office
from demo.records import (
    Decision,
    Kind,
    Licence,
    Listing,
    Party,
    Penalty,
    Qualification,
    Record,
    Registration,
)
from demo.restraints import LISTS, MEASURES
from registry.v1 import subject_pb2 as pb

Cells = dict[str, str]
"""A row: cell by heading, in the order of the headings."""

NAME, CLASS, PERSON_CODE, PAPER = "主体名称", "主体类别", "证件号码", "证件类型"
USCC = "统一社会信用代码"
COUNTERPART_CODE = "行政相对人代码_1（统一社会信用代码）"
RESIDENT_ID = "身份证"

KINDS = {
    pb.SUBJECT_KIND_ENTERPRISE: "企业",
    pb.SUBJECT_KIND_SOLE_TRADER: "个体工商户",
    pb.SUBJECT_KIND_COOP: "农民专业合作社",
    pb.SUBJECT_KIND_INSTITUTION: "事业单位",
    pb.SUBJECT_KIND_SOCIAL_ORG: "社会组织",
    pb.SUBJECT_KIND_NATURAL_PERSON: "自然人",
}

_COUNTERPART = (
    "行政相对人名称",
    "行政相对人类别",
    COUNTERPART_CODE,
    "行政相对人代码_2（工商注册号）",
    "行政相对人代码_3（组织机构代码）",
    "行政相对人代码_4（税务登记号）",
    "行政相对人代码_5（事业单位证书号）",
    "行政相对人代码_6（社会组织登记证号）",
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    PAPER,
    PERSON_CODE,
)

HEADINGS: dict[Kind, tuple[str, ...]] = {
    Kind.PENALTY: (
        *_COUNTERPART,
        "行政处罚决定书文号",
        "违法行为类型",
        "违法事实",
        "处罚依据",
        "处罚类别",
        "处罚内容",
        "罚款金额（万元）",
        "没收违法所得、没收非法财物的金额（万元）",
        "暂扣或吊销证照名称及编号",
        "处罚决定日期",
        "处罚有效期",
        "公示截止期",
        "处罚机关",
        "处罚机关统一社会信用代码",
        "数据来源单位",
        "数据来源单位统一社会信用代码",
        "备注",
    ),
    Kind.LICENCE: (
        *_COUNTERPART,
        "行政许可决定文书名称",
        "行政许可决定文书号",
        "许可类别",
        "许可证书名称",
        "许可编号",
        "许可内容",
        "许可决定日期",
        "有效期自",
        "有效期至",
        "许可机关",
        "许可机关统一社会信用代码",
        "当前状态",
        "数据来源单位",
        "数据来源单位统一社会信用代码",
        "备注",
    ),
    Kind.LISTING: (
        NAME,
        CLASS,
        USCC,
        PAPER,
        PERSON_CODE,
        "名单代码",
        "名单名称",
        "列入依据",
        "列入决定文书号",
        "列入日期",
        "列入机关",
        "列入机关统一社会信用代码",
        "期限至",
        "移出条件",
        "救济途径",
        "事由",
        "备注",
    ),
    Kind.MEASURE: (
        NAME,
        CLASS,
        USCC,
        PAPER,
        PERSON_CODE,
        "措施代码",
        "措施名称",
        "承受身份",
        "决定文书号",
        "决定机关",
        "决定机关统一社会信用代码",
        "决定日期",
        "起始日期",
        "截止日期",
        "终身",
        "适用区域",
        "适用行业",
        "适用活动",
        "法律依据",
        "违法事实",
        "备注",
    ),
    Kind.QUALIFICATION: (
        "姓名",
        PAPER,
        PERSON_CODE,
        "资格名称",
        "证书编号",
        "等级",
        "发证日期",
        "发证机关",
        "发证机关统一社会信用代码",
        "有效期至",
        "状态",
    ),
    Kind.REGISTRATION: (
        NAME,
        CLASS,
        USCC,
        "法定代表人",
        "登记机关",
        "登记机关统一社会信用代码",
        "成立日期",
        "登记状态",
        "住所",
    ),
}


def cells_of(record: Record) -> Cells:
    """The row that states ``record``, cell by heading."""
    match record:
        case Penalty():
            return _row(Kind.PENALTY, _penalty(record))
        case Licence():
            return _row(Kind.LICENCE, _licence(record))
        case Listing():
            return _row(Kind.LISTING, _listing(record))
        case Decision():
            return _row(Kind.MEASURE, _decision(record))
        case Qualification():
            return _row(Kind.QUALIFICATION, _qualification(record))
        case Registration():
            return _row(Kind.REGISTRATION, _registration(record))


def _row(kind: Kind, given: Cells) -> Cells:
    unknown = given.keys() - set(HEADINGS[kind])
    assert not unknown, f"{kind} has no columns {unknown}"
    return {heading: given.get(heading, "") for heading in HEADINGS[kind]}


def _office(department: str) -> Office:
    return BY_KEY[department].office


def _slashed(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else "2099/12/31"


def _dashed(day: date | None) -> str:
    return day.isoformat() if day else ""


def _counterpart(party: Party, *, show_head_id: bool) -> Cells:
    """行政相对人: a natural person in the columns for papers, all others in that for the USCC."""
    if party.personal:
        return {
            "行政相对人名称": party.name,
            "行政相对人类别": "自然人",
            PAPER: RESIDENT_ID,
            PERSON_CODE: party.code,
        }
    sole_trader = party.kind == pb.SUBJECT_KIND_SOLE_TRADER
    cells = {
        "行政相对人名称": party.name,
        "行政相对人类别": "个体工商户" if sole_trader else "法人及非法人组织",
        COUNTERPART_CODE: party.code,
        "法定代表人": party.head,
    }
    if show_head_id and party.head_id:
        cells |= {"法定代表人证件类型": RESIDENT_ID, "法定代表人证件号码": party.head_id}
    return cells


def _subject(party: Party) -> Cells:
    cells = {NAME: party.name, CLASS: KINDS[party.kind]}
    if party.personal:
        return cells | {PAPER: RESIDENT_ID, PERSON_CODE: party.code}
    return cells | {USCC: party.code}


def _penalty(it: Penalty) -> Cells:
    source, authority = _office(it.department), it.authority or _office(it.department)
    return _counterpart(it.party, show_head_id=it.show_head_id) | {
        "行政处罚决定书文号": it.number,
        "违法行为类型": it.conduct,
        "违法事实": it.facts,
        "处罚依据": it.basis,
        "处罚类别": it.categories,
        "处罚内容": it.content,
        "罚款金额（万元）": it.fine,
        "没收违法所得、没收非法财物的金额（万元）": it.forfeited,
        "暂扣或吊销证照名称及编号": it.licence_taken,
        "处罚决定日期": _slashed(it.decided_on),
        "处罚有效期": _slashed(it.valid_until),
        "公示截止期": _slashed(it.valid_until),
        "处罚机关": authority.name,
        "处罚机关统一社会信用代码": authority.code,
        "数据来源单位": source.name,
        "数据来源单位统一社会信用代码": source.code,
    }


def _licence(it: Licence) -> Cells:
    office = _office(it.department)
    return _counterpart(it.party, show_head_id=False) | {
        "行政许可决定文书名称": it.document,
        "行政许可决定文书号": it.number,
        "许可类别": it.category,
        "许可证书名称": it.certificate,
        "许可编号": it.certificate_number,
        "许可内容": it.content,
        "许可决定日期": _slashed(it.decided_on),
        "有效期自": _slashed(it.valid_from),
        "有效期至": _slashed(it.valid_until),
        "许可机关": office.name,
        "许可机关统一社会信用代码": office.code,
        "当前状态": "有效",
        "数据来源单位": office.name,
        "数据来源单位统一社会信用代码": office.code,
    }


def _listing(it: Listing) -> Cells:
    office, matter = _office(it.department), LISTS[it.list_code]
    return _subject(it.party) | {
        "名单代码": it.list_code,
        "名单名称": matter.name,
        "列入依据": matter.basis,
        "列入决定文书号": it.number,
        "列入日期": _dashed(it.listed_on),
        "列入机关": office.name,
        "列入机关统一社会信用代码": office.code,
        "期限至": _dashed(it.until),
        "移出条件": matter.removal,
        "救济途径": matter.relief,
        "事由": it.cause,
    }


def _decision(it: Decision) -> Cells:
    office, matter = _office(it.department), MEASURES[it.measure]
    return _subject(it.party) | {
        "措施代码": it.measure,
        "措施名称": matter.name,
        "承受身份": it.capacity,
        "决定文书号": it.number,
        "决定机关": office.name,
        "决定机关统一社会信用代码": office.code,
        "决定日期": _dashed(it.decided_on),
        "起始日期": _dashed(it.first),
        "截止日期": _dashed(it.last),
        "终身": "否",
        "适用区域": it.region,
        "适用行业": it.industry,
        "适用活动": it.activity,
        "法律依据": matter.basis,
        "违法事实": it.facts,
        "备注": it.note,
    }


def _qualification(it: Qualification) -> Cells:
    office = _office(it.department)
    return {
        "姓名": it.party.name,
        PAPER: RESIDENT_ID,
        PERSON_CODE: it.party.code,
        "资格名称": it.title,
        "证书编号": it.number,
        "等级": it.level,
        "发证日期": _dashed(it.issued_on),
        "发证机关": office.name,
        "发证机关统一社会信用代码": office.code,
        "有效期至": _dashed(it.valid_until),
        "状态": "有效",
    }


def _registration(it: Registration) -> Cells:
    office = _office(it.department)
    return {
        NAME: it.party.name,
        CLASS: KINDS[it.party.kind],
        USCC: it.party.code,
        "法定代表人": it.party.head,
        "登记机关": office.name,
        "登记机关统一社会信用代码": office.code,
        "成立日期": _dashed(it.established_on),
        "登记状态": it.status,
        "住所": it.address,
    }
