"""What the content fields of records are called (双公示 发改办财金〔2018〕424号, and the lists' own columns).

A table of its own, for a paper is made again word for word by whoever checks it, years later: the headings of
the files that departments deliver may change in the meantime, these do not (``printing.LAYOUT``).

Example: ``field_word("sy")`` is 违法事实; a field that is not known is shown by its name.
"""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, str] = {
    "xdr_lb": "行政相对人类别",
    "xdr_gszc": "工商注册号",
    "xdr_zzjg": "组织机构代码",
    "xdr_swdj": "税务登记号",
    "xdr_sydw": "事业单位证书号",
    "xdr_shzz": "社会组织登记证号",
    "frdb": "法定代表人",
    "fr_zjlx": "法定代表人证件类型",
    "fr_zjhm": "法定代表人证件号码",
    "wfxw": "违法行为类型",
    "sy": "违法事实",
    "yj": "处罚依据",
    "cflb": "处罚类别",
    "nr": "处罚内容",
    "nr_fk": "罚款金额（万元）",
    "nr_wfff": "没收违法所得、没收非法财物的金额（万元）",
    "nr_zkdx": "暂扣或吊销证照名称及编号",
    "gsjzq": "公示截止期",
    "lydw": "数据来源单位",
    "lydwdm": "数据来源单位统一社会信用代码",
    "bz": "备注",
    "xkws": "行政许可决定文书名称",
    "xklb": "许可类别",
    "xkzs": "许可证书名称",
    "xkbh": "许可编号",
    "zt": "当前状态",
    "listing_basis": "列入依据",
    "removal_condition": "移出条件",
    "relief": "救济途径",
    "legal_basis": "法律依据",
    "facts": "违法事实",
    "title_or_qualification": "资格名称",
    "level": "等级",
    "status": "状态",
    "legal_rep_name": "法定代表人",
    "registered_address": "住所",
}


def field_word(name: str) -> str:
    """What a content field is called."""
    return _FIELDS.get(name, name)
