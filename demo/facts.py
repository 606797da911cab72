"""What departments state about the cast (事实): the rows put among the others in their files.

Numbers from 801 on are kept for these rows. Terms stay inside the bounds of their measure or list:
M-PRO-01 12–36 months (政府采购法 第七十七条), M-BID-01 12–24 (招标投标法 第五十三条), M-BID-02 12–36
(第五十四条), M-BID-03 24–60 (第六十条), M-BID-04 12–24 (第五十条), L-01 24–60, L-02 12–36, L-03 up to
36, L-04 6–36, L-05 and L-06 12–36; M-BUS-03 five years from the decision (食品安全法 第一百三十五条).
"""

from __future__ import annotations

from datetime import date

from demo import parties
from demo.records import Decision, Listing, Penalty, Qualification

COLLUSION = Decision(
    "住建",
    parties.TO_BE_WITHDRAWN,
    "沧示建罚〔2026〕801号",
    "M-BID-01",
    decided_on=date(2026, 3, 20),
    first=date(2026, 3, 20),
    last=date(2027, 9, 20),
    facts="在示例路道路改造工程投标中与其他投标人串通报价",
)
"""The ban that the runner withdraws."""

COLLUSION_PENALTY = Penalty(
    "住建",
    parties.TO_BE_WITHDRAWN,
    "沧示建罚〔2026〕801号",
    decided_on=date(2026, 3, 20),
    valid_until=date(2027, 3, 20),
    conduct="串通投标",
    facts="在示例路道路改造工程投标中与其他投标人串通报价",
    basis="《中华人民共和国招标投标法》第五十三条",
    categories="罚款",
    content="处中标项目金额千分之五的罚款12.6万元",
    fine="12.600000",
)
"""The penalty that belongs to it; withdrawn too."""

WAGES_PAID_LATE = Listing(
    "人社",
    parties.REPAIRED,
    "沧示人社列〔2025〕801号",
    "L-04",
    listed_on=date(2025, 2, 10),
    until=date(2028, 2, 9),
    cause="示例花园项目拖欠农民工工资, 经责令限期支付逾期未支付",
)
"""The entry that the runner repairs, more than the six months after listing that L-04 demands."""

DECISIONS = (
    COLLUSION,
    Decision(
        "财政",
        parties.BARRED_FROM_PROCUREMENT,
        "沧示财采罚〔2025〕801号",
        "M-PRO-01",
        decided_on=date(2025, 3, 10),
        first=date(2025, 3, 10),
        last=date(2028, 3, 9),
        facts="提供虚假业绩证明谋取成交",
    ),
    Decision(
        "财政",
        parties.BAR_EXPIRED,
        "沧示财采罚〔2024〕801号",
        "M-PRO-01",
        decided_on=date(2024, 10, 11),
        first=date(2024, 10, 11),
        last=date(2026, 10, 11),
        facts="中标后无正当理由拒不与采购人签订采购合同",
    ),
    Decision(
        "住建",
        parties.COLLUDED,
        "沧示建罚〔2025〕802号",
        "M-BID-01",
        decided_on=date(2025, 5, 12),
        first=date(2025, 5, 12),
        last=date(2026, 11, 12),
        facts="与其他投标人相互串通投标报价",
    ),
    Decision(
        "住建",
        parties.BAR_BEGAN_LATER,
        "沧示建罚〔2025〕803号",
        "M-BID-02",
        decided_on=date(2025, 6, 20),
        first=date(2025, 7, 15),
        last=date(2027, 7, 15),
        facts="以他人名义投标",
        note="决定自送达之日后第二十五日起执行",
    ),
    Decision(
        "住建",
        parties.DID_NOT_PERFORM,
        "沧示建罚〔2023〕804号",
        "M-BID-03",
        decided_on=date(2023, 9, 15),
        first=date(2023, 9, 15),
        last=date(2027, 9, 15),
        facts="中标后不按照合同履行义务, 情节严重",
        region="130900",
    ),
    Decision(
        "住建",
        parties.AGENCY,
        "沧示建罚〔2024〕805号",
        "M-BID-04",
        decided_on=date(2024, 3, 1),
        first=date(2024, 3, 1),
        last=date(2025, 3, 1),
        facts="泄露应当保密的与招标投标活动有关的情况和资料",
        capacity="招标代理机构",
    ),
    Decision(
        "财政",
        parties.AGENCY,
        "沧示财采罚〔2025〕806号",
        "M-PRO-02",
        decided_on=date(2025, 3, 17),
        first=date(2025, 3, 17),
        last=date(2027, 3, 17),
        facts="在代理政府采购业务中与供应商恶意串通",
        capacity="采购代理机构",
    ),
    Decision(
        "住建",
        parties.EVALUATOR,
        "沧示建罚〔2025〕807号",
        "M-BID-05",
        decided_on=date(2025, 9, 1),
        first=date(2025, 9, 1),
        last=date(2027, 9, 1),
        facts="应当回避而不回避",
        capacity="评审专家",
    ),
    Decision(
        "财政",
        parties.PROCUREMENT_EXPERT,
        "沧示财采罚〔2025〕808号",
        "M-PRO-03",
        decided_on=date(2025, 1, 10),
        first=date(2025, 1, 10),
        last=None,
        facts="未按照采购文件规定的评审程序、评审方法和评审标准进行独立评审, 影响中标结果",
        capacity="评审专家",
    ),
    Decision(
        "市场监管",
        parties.FOOD_FIRM,
        "沧示市监禁〔2024〕801号",
        "M-BUS-03",
        decided_on=date(2024, 4, 16),
        first=date(2024, 4, 16),
        last=date(2029, 4, 15),
        facts="因生产经营超过保质期的食品情节严重被吊销食品生产许可证",
    ),
    Decision(
        "财政",
        parties.FUNDS_LIMITED,
        "沧示财资〔2024〕809号",
        "M-FIN-05",
        decided_on=date(2024, 11, 5),
        first=date(2024, 11, 5),
        last=date(2026, 11, 4),
        facts="以虚报设备购置数量的方式骗取技术改造补助资金",
    ),
    Decision(
        "法院",
        parties.LEGAL_REPRESENTATIVE,
        "（2025）冀09执801号",
        "M-EXI-01",
        decided_on=date(2025, 5, 6),
        first=date(2025, 5, 6),
        last=None,
        facts="不履行生效法律文书确定的个人借款偿还义务",
    ),
    Decision(
        "税务",
        parties.PROJECT_MANAGER,
        "沧示税阻〔2026〕801号",
        "M-EXI-02",
        decided_on=date(2026, 2, 9),
        first=date(2026, 2, 9),
        last=None,
        facts="未按规定结清应纳税款、滞纳金, 又不提供担保",
    ),
    Decision(
        "移民管理",
        parties.REFUSED_SERVICE,
        "沧示出入境决〔2024〕801号",
        "M-EXI-03",
        decided_on=date(2024, 9, 2),
        first=date(2024, 9, 2),
        last=date(2026, 9, 1),
        facts="应征公民拒绝、逃避征集服现役, 拒不改正",
    ),
    Decision(
        "移民管理",
        parties.FRAUD_OFFENDER,
        "沧示出入境决〔2024〕802号",
        "M-EXI-04",
        decided_on=date(2024, 3, 15),
        first=date(2024, 3, 15),
        last=date(2026, 9, 15),
        facts="因从事电信网络诈骗活动受过刑事处罚",
    ),
    Decision(
        "移民管理",
        parties.NOTIFIED_BY_REGULATOR,
        "沧示出入境决〔2025〕803号",
        "M-EXI-05",
        decided_on=date(2025, 4, 11),
        first=date(2025, 4, 11),
        last=None,
        facts="涉嫌违法人员, 经金融监督管理机构通知阻止出境",
    ),
)

LISTINGS = (
    WAGES_PAID_LATE,
    Listing(
        "税务",
        parties.TAX_LISTED,
        "沧示税列〔2024〕801号",
        "L-03",
        listed_on=date(2024, 5, 20),
        until=date(2027, 5, 19),
        cause="虚开增值税专用发票",
    ),
    Listing(
        "人社",
        parties.WAGE_LISTED,
        "沧示人社列〔2026〕802号",
        "L-04",
        listed_on=date(2026, 1, 15),
        until=date(2028, 1, 14),
        cause="示例广场项目拖欠农民工工资, 经责令限期支付逾期未支付",
    ),
    Listing(
        "人社",
        parties.WAGE_REPRESENTATIVE,
        "沧示人社列〔2026〕802号",
        "L-04",
        listed_on=date(2026, 1, 15),
        until=date(2028, 1, 14),
        cause="对示例广场项目拖欠农民工工资负有直接责任的法定代表人",
    ),
    Listing(
        "法院",
        parties.CONSORTIUM_DEFAULTER,
        "（2025）冀09执802号",
        "L-01",
        listed_on=date(2025, 2, 18),
        until=date(2027, 2, 17),
        cause="有履行能力而拒不履行生效法律文书确定义务",
    ),
    Listing(
        "法院",
        parties.DEFAULTER,
        "（2024）冀09执803号",
        "L-01",
        listed_on=date(2024, 3, 18),
        until=date(2026, 9, 18),
        cause="违反财产报告制度",
    ),
    Listing(
        "财政",
        parties.PROCUREMENT_LISTED,
        "沧示财采列〔2025〕801号",
        "L-02",
        listed_on=date(2025, 1, 20),
        until=date(2027, 1, 19),
        cause="三年内受到财政部门三万元以上罚款",
    ),
    Listing(
        "应急",
        parties.SAFETY_LISTED,
        "沧示应急列〔2025〕801号",
        "L-05",
        listed_on=date(2025, 3, 5),
        until=date(2028, 3, 4),
        cause="发生生产安全事故后瞒报",
    ),
    Listing(
        "市场监管",
        parties.MARKET_LISTED,
        "沧示市监列〔2025〕801号",
        "L-06",
        listed_on=date(2025, 2, 12),
        until=date(2028, 2, 11),
        cause="销售以假充真的产品, 情节严重、社会危害较大",
    ),
    Listing(
        "市场监管",
        parties.ABNORMAL,
        "沧示市监异〔2024〕802号",
        "L-90",
        listed_on=date(2024, 8, 7),
        until=None,
        cause="通过登记的住所无法联系",
    ),
)

PENALTIES = (COLLUSION_PENALTY,)

QUALIFICATIONS = tuple(
    Qualification(
        "人社",
        person,
        title=title,
        number=f"冀示资2022{number:05d}",
        level=level,
        issued_on=date(2022, 6, 15) if person != parties.REFUSED_SERVICE else date(2024, 6, 17),
        valid_until=None,
    )
    for number, (person, title, level) in enumerate(
        (
            (parties.LEGAL_REPRESENTATIVE, "高级工程师", "副高级"),
            (parties.PROJECT_MANAGER, "一级注册建造师", "一级"),
            (parties.EVALUATOR, "评标专家", "市级"),
            (parties.PROCUREMENT_EXPERT, "政府采购评审专家", "市级"),
            (parties.DEFAULTER, "工程师", "中级"),
            (parties.WAGE_REPRESENTATIVE, "工程师", "中级"),
            (parties.REFUSED_SERVICE, "电工", "初级"),
            (parties.FRAUD_OFFENDER, "会计", "初级"),
            (parties.NOTIFIED_BY_REGULATOR, "高级会计师", "副高级"),
        ),
        start=80001,
    )
)
