"""What each column of a template asks for (填写说明): whether it must be filled, in what form, an example.

Sources: 双公示 (发改办财金〔2018〕424号) for penalties and licences, with the classes of penalty of
行政处罚法 第九条; the categories of the catalogue for all others. Examples are fictional: firms are called
(示例), codes have valid check characters and an organisation part that begins with DEM, persons come from the
region 130999, which does not exist.

Example: ``explanation_of(PENALTY, "处罚决定日期")`` is required, a day, ``2026-03-20``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry_client import layouts
from registry_client.columns import Layout
from registry_client.words import CAPACITIES, KINDS, ORGANISATIONS, PAPERS, SEVERITIES, YES_OR_NO

REQUIRED, OF_ORGANISATIONS, OF_PERSONS = "必填", "组织必填", "自然人必填"
WHERE_THERE_IS_ONE, OPTIONAL = "有则必填", "选填"

_FIRM, _BUREAU, _PERSON = "91130900DEM009019M", "11130900DEM009027Q", "130999199001010018"
_CODE = "18位，文本格式；字母I、O、S、V、Z从不使用"
_DAY = "YYYY-MM-DD；2026/3/20、2026年3月20日、20260320亦可"
_MONEY = "数字，单位万元，最多6位小数；写“5000元”会折算并提示"
_NUMBER = "照文书原文，如“沧示建罚〔2026〕7号”；括号不限形式"
_PAPER = "从下拉列表选择"
_KIND_OF_COUNTERPART = (ORGANISATIONS, "个体工商户", "自然人")
_PAPERS = tuple(paper for paper in PAPERS if paper != layouts.USCC)

_PENALTIES = (
    *("警告", "通报批评", "罚款", "没收违法所得", "没收非法财物", "暂扣许可证件"),
    *("降低资质等级", "吊销许可证件", "限制开展生产经营活动", "责令停产停业"),
    *("责令关闭", "限制从业", "行政拘留"),
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A column explained. ``choices`` are all values that it may have, or those that it usually has."""

    required: str
    form: str
    example: str = ""
    choices: tuple[str, ...] = ()
    closed: bool = True


_Explained = Mapping[str, Explanation]


def explanation_of(layout: Layout, heading: str) -> Explanation:
    """What is said of a column. KeyError for a heading that the layout does not have."""
    return _BY_LAYOUT[layout.name][heading]


def _counterpart() -> _Explained:
    name, required = "行政相对人名称", REQUIRED
    return {
        name: Explanation(required, "全称，与证照一致；自然人填姓名", "沧州(示例)建筑有限公司"),
        "行政相对人类别": Explanation(REQUIRED, _PAPER, ORGANISATIONS, _KIND_OF_COUNTERPART),
        "行政相对人代码_1（统一社会信用代码）": Explanation(OF_ORGANISATIONS, _CODE, _FIRM),
        "行政相对人代码_2（工商注册号）": Explanation(OPTIONAL, "15位，文本格式；已有统一社会信用代码的不填"),
        "行政相对人代码_3（组织机构代码）": Explanation(OPTIONAL, "9位，文本格式"),
        "行政相对人代码_4（税务登记号）": Explanation(OPTIONAL, "15位，文本格式"),
        "行政相对人代码_5（事业单位证书号）": Explanation(OPTIONAL, "12位，文本格式"),
        "行政相对人代码_6（社会组织登记证号）": Explanation(OPTIONAL, "照证书，文本格式"),
        "法定代表人": Explanation(OF_ORGANISATIONS, "姓名；不是自然人的法定代表人时填负责人", "示例某"),
        "法定代表人证件类型": Explanation(OPTIONAL, _PAPER, "身份证", _PAPERS),
        "法定代表人证件号码": Explanation(OPTIONAL, "文本格式", _PERSON),
        "证件类型": Explanation(OF_PERSONS, f"{_PAPER}；组织不填", "", _PAPERS),
        "证件号码": Explanation(OF_PERSONS, "文本格式；组织不填"),
    }


def _source(authority: str) -> _Explained:
    return {
        "数据来源单位": Explanation(REQUIRED, "全称；代其他机关报送时填本单位", authority),
        "数据来源单位统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
        "备注": Explanation(OPTIONAL, "不超过4000字"),
        "所属地区": Explanation(OPTIONAL, "6位行政区划代码（GB/T 2260），不填即本部门的地区", "130900"),
    }


_HOUSING, _MARKET = "沧州市(示例)住房和城乡建设局", "沧州市(示例)市场监督管理局"
_LABOUR, _FINANCE = "沧州市(示例)人力资源和社会保障局", "沧州市(示例)财政局"

_PENALTY: _Explained = {
    **_counterpart(),
    "行政处罚决定书文号": Explanation(REQUIRED, _NUMBER, "沧示建罚〔2026〕7号"),
    "违法行为类型": Explanation(REQUIRED, "违反的法律规定的概称", "串通投标"),
    "违法事实": Explanation(REQUIRED, "时间、地点、行为；不写他人的证件号码", "与其他投标人串通报价"),
    "处罚依据": Explanation(REQUIRED, "法律名称和条款；多条用“；”隔开", "招标投标法 第五十三条"),
    "处罚类别": Explanation(
        REQUIRED,
        "可多项，用“;”隔开；其他类别写“其他-…”",
        "罚款",
        _PENALTIES,
        closed=False,
    ),
    "处罚内容": Explanation(REQUIRED, "照决定书主文", "罚款5万元"),
    "罚款金额（万元）": Explanation(WHERE_THERE_IS_ONE, _MONEY, "5"),
    "没收违法所得、没收非法财物的金额（万元）": Explanation(WHERE_THERE_IS_ONE, _MONEY),
    "暂扣或吊销证照名称及编号": Explanation(WHERE_THERE_IS_ONE, "证照全称和编号"),
    "处罚决定日期": Explanation(REQUIRED, _DAY, "2026-03-20"),
    "处罚有效期": Explanation(REQUIRED, f"{_DAY}；长期填2099-12-31", "2027-03-20"),
    "公示截止期": Explanation(OPTIONAL, _DAY),
    "处罚机关": Explanation(REQUIRED, "全称", _HOUSING),
    "处罚机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    **_source(_HOUSING),
    "失信严重程度": Explanation(OPTIONAL, "依法认定的才填，不得推定", "", tuple(SEVERITIES)),
}

_LICENCE: _Explained = {
    **_counterpart(),
    "行政许可决定文书名称": Explanation(REQUIRED, "照文书", "准予行政许可决定书"),
    "行政许可决定文书号": Explanation(
        WHERE_THERE_IS_ONE, "照文书；没有的以许可编号代替", "沧示许〔2026〕5号"
    ),
    "许可类别": Explanation(
        REQUIRED,
        "其他类别写“其他-…”",
        "普通",
        ("普通", "特许", "认可", "核准", "登记"),
        closed=False,
    ),
    "许可证书名称": Explanation(WHERE_THERE_IS_ONE, "证书全称", "食品经营许可证"),
    "许可编号": Explanation(WHERE_THERE_IS_ONE, "文本格式", "JY11309000000001"),
    "许可内容": Explanation(REQUIRED, "照文书", "预包装食品销售"),
    "许可决定日期": Explanation(REQUIRED, _DAY, "2026-01-05"),
    "有效期自": Explanation(REQUIRED, _DAY, "2026-01-05"),
    "有效期至": Explanation(REQUIRED, f"{_DAY}；长期填2099-12-31", "2031-01-04"),
    "许可机关": Explanation(REQUIRED, "全称", _MARKET),
    "许可机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    "当前状态": Explanation(OPTIONAL, "有效、无效等", "有效", ("有效", "无效"), closed=False),
    **_source(_MARKET),
}

_SUBJECT: _Explained = {
    "主体名称": Explanation(REQUIRED, "全称，与证照一致；自然人填姓名", "沧州(示例)建筑有限公司"),
    "主体类别": Explanation(REQUIRED, _PAPER, "企业", (ORGANISATIONS, *KINDS)),
    "统一社会信用代码": Explanation(OF_ORGANISATIONS, _CODE, _FIRM),
}
_PERSON_COLUMNS: _Explained = {
    "证件类型": Explanation(OF_PERSONS, f"{_PAPER}；组织不填", "", _PAPERS),
    "证件号码": Explanation(OF_PERSONS, "文本格式；组织不填"),
}
_PLACE: _Explained = {
    "所属地区": Explanation(OPTIONAL, "6位行政区划代码（GB/T 2260），不填即本部门的地区", "130900")
}
_LIST_ENTRY: _Explained = {
    **_SUBJECT,
    **_PERSON_COLUMNS,
    "名单代码": Explanation(REQUIRED, "目录中的名单代码，如L-04", "L-04"),
    "名单名称": Explanation(OPTIONAL, "仅供核对，不提交", "拖欠农民工工资失信联合惩戒对象名单"),
    "列入决定文书号": Explanation(REQUIRED, _NUMBER, "沧示人社列〔2026〕1号"),
    "列入日期": Explanation(REQUIRED, _DAY, "2026-04-01"),
    "列入机关": Explanation(REQUIRED, "全称", _LABOUR),
    "列入机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    "期限至": Explanation(WHERE_THERE_IS_ONE, f"{_DAY}；名单没有固定期限的不填", "2029-03-31"),
    "列入依据": Explanation(REQUIRED, "法律名称和条款；多条用“；”隔开", "保障农民工工资支付条例 第四十八条"),
    "事由": Explanation(REQUIRED, "列入的事实", "拖欠工资，责令支付后逾期未付"),
    "移出条件": Explanation(REQUIRED, "照列入决定", "改正满六个月"),
    "救济途径": Explanation(REQUIRED, "照列入决定", "六十日内申请行政复议"),
    "备注": Explanation(OPTIONAL, "仅供核对，不提交"),
    **_PLACE,
}
_MEASURE: _Explained = {
    **_SUBJECT,
    **_PERSON_COLUMNS,
    "措施代码": Explanation(REQUIRED, "目录中的措施代码，如M-PRO-01", "M-PRO-01"),
    "措施名称": Explanation(OPTIONAL, "仅供核对，不提交", "一至三年内禁止参加政府采购活动"),
    "承受身份": Explanation(WHERE_THERE_IS_ONE, "措施只及于某种身份时选择", "", tuple(CAPACITIES)),
    "决定文书号": Explanation(REQUIRED, _NUMBER, "沧示财采罚〔2026〕3号"),
    "决定机关": Explanation(REQUIRED, "全称", _FINANCE),
    "决定机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    "决定日期": Explanation(REQUIRED, _DAY, "2026-05-06"),
    "起始日期": Explanation(REQUIRED, f"{_DAY}；不早于决定日期", "2026-05-07"),
    "截止日期": Explanation(WHERE_THERE_IS_ONE, f"{_DAY}；终身或没有期限的不填", "2027-05-06"),
    "终身": Explanation(OPTIONAL, "终身的填“是”", "否", tuple(YES_OR_NO)),
    "适用区域": Explanation(OPTIONAL, "6位行政区划代码；不填即全国", "130900"),
    "适用行业": Explanation(OPTIONAL, "国民经济行业代码（GB/T 4754），如E47；不填即所有行业"),
    "适用活动": Explanation(OPTIONAL, "目录中的活动代码；不填即所有活动"),
    "法律依据": Explanation(REQUIRED, "法律名称和条款；多条用“；”隔开", "政府采购法 第七十七条"),
    "违法事实": Explanation(REQUIRED, "时间、地点、行为；不写他人的证件号码", "提供虚假材料谋取中标"),
    "备注": Explanation(OPTIONAL, "仅供核对，不提交"),
    **_PLACE,
}
_TITLE: _Explained = {
    "姓名": Explanation(REQUIRED, "与证件一致", "示例某"),
    "证件类型": Explanation(REQUIRED, _PAPER, "身份证", _PAPERS),
    "证件号码": Explanation(REQUIRED, "文本格式", _PERSON),
    "资格名称": Explanation(REQUIRED, "照证书", "二级注册建造师"),
    "证书编号": Explanation(REQUIRED, "文本格式", "冀示资202600001"),
    "等级": Explanation(OPTIONAL, "照证书", "二级"),
    "发证日期": Explanation(REQUIRED, _DAY, "2026-02-01"),
    "发证机关": Explanation(REQUIRED, "全称", _LABOUR),
    "发证机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    "有效期至": Explanation(WHERE_THERE_IS_ONE, f"{_DAY}；长期填2099-12-31", "2029-01-31"),
    "状态": Explanation(OPTIONAL, "有效、注销等", "有效", ("有效", "注销", "吊销"), closed=False),
    **_PLACE,
}
_REGISTRATION: _Explained = {
    **_SUBJECT,
    "法定代表人": Explanation(OPTIONAL, "姓名", "示例某"),
    "登记机关": Explanation(REQUIRED, "全称", _MARKET),
    "登记机关统一社会信用代码": Explanation(REQUIRED, _CODE, _BUREAU),
    "成立日期": Explanation(REQUIRED, _DAY, "2019-08-09"),
    "登记状态": Explanation(OPTIONAL, "照登记", "存续", ("存续", "吊销", "注销", "迁出"), closed=False),
    "住所": Explanation(OPTIONAL, "照登记", "沧州市示例路1号"),
    **_PLACE,
}

_BY_LAYOUT: Mapping[str, _Explained] = {
    layouts.PENALTY.name: _PENALTY,
    layouts.LICENCE.name: _LICENCE,
    layouts.LIST_ENTRY.name: _LIST_ENTRY,
    layouts.MEASURE.name: _MEASURE,
    layouts.TITLE.name: _TITLE,
    layouts.REGISTRATION.name: _REGISTRATION,
}
