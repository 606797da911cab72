"""Lists and measures as the departments write them (名单与措施): wording, articles and terms.

The generator draws random rows from these tables, and the rows of the cast take their wording from
them. Terms are in months and lie inside the bounds of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListMatter:
    """A list as its department writes it. ``months`` empty = no fixed term; ``since`` is the first day
    on which the list was kept, if that is later than the files begin."""

    name: str
    basis: str
    removal: str
    relief: str
    series: str
    months: tuple[int, ...]
    pool: tuple[str, ...]
    causes: tuple[str, ...]
    since: date = date.min


@dataclass(frozen=True, slots=True)
class MeasureMatter:
    """A measure as the deciding department writes it. ``months`` empty = no end in the document;
    ``pool`` are groups of trades, or "" for natural persons."""

    name: str
    basis: str
    series: str
    months: tuple[int, ...]
    pool: tuple[str, ...]
    facts: tuple[str, ...]
    capacity: str = ""


_ADMINISTRATIVE_RELIEF = "自收到决定书之日起六十日内申请行政复议, 或者六个月内提起行政诉讼"

LISTS: dict[str, ListMatter] = {
    "L-01": ListMatter(
        name="失信被执行人名单",
        basis="《最高人民法院关于公布失信被执行人名单信息的若干规定》第一条",
        removal="履行完毕或者具有规定第十条所列情形之一的, 三个工作日内删除",
        relief="向执行法院书面申请纠正, 对驳回决定不服的向上一级人民法院申请复议",
        series="执",
        months=(24, 30, 36, 48, 60),
        pool=("construction", "trade", "service", "industry", ""),
        causes=(
            "有履行能力而拒不履行生效法律文书确定义务",
            "违反财产报告制度",
            "违反限制消费令",
            "无正当理由拒不履行执行和解协议",
        ),
    ),
    "L-02": ListMatter(
        name="政府采购严重违法失信行为记录名单",
        basis="《中华人民共和国政府采购法》第七十七条; 财办库〔2014〕526号",
        removal="处罚期限届满即移出",
        relief=_ADMINISTRATIVE_RELIEF,
        series="采列",
        months=(12, 24, 36),
        pool=("service", "industry", "construction"),
        causes=("一至三年内禁止参加政府采购活动", "三年内受到财政部门三万元以上罚款"),
    ),
    "L-03": ListMatter(
        name="重大税收违法失信主体",
        basis="《重大税收违法失信主体信息公布管理办法》(国家税务总局令第54号)第六条",
        removal="公布满三年; 或者缴清税款、滞纳金、罚款并经确定提前停止公布",
        relief=_ADMINISTRATIVE_RELIEF,
        series="列",
        months=(36,),
        pool=("trade", "industry", "service"),
        causes=("虚开增值税专用发票", "逃避缴纳税款一百万元以上且占应纳税额百分之十以上", "走逃(失联)"),
    ),
    "L-04": ListMatter(
        name="拖欠农民工工资失信联合惩戒对象名单",
        basis="《保障农民工工资支付条例》第四十八条; 人力资源和社会保障部令第45号",
        removal="自改正之日起满六个月并作出守信承诺, 可申请提前移出",
        relief=_ADMINISTRATIVE_RELIEF,
        series="列",
        months=(12, 24, 36),
        pool=("construction",),
        causes=("拖欠农民工工资, 经责令限期支付逾期未支付",),
    ),
    "L-05": ListMatter(
        name="安全生产严重失信主体名单",
        basis="《中华人民共和国安全生产法》第七十八条; 应急管理部令第11号",
        removal="列入满十二个月、已纠正失信行为并消除不良影响, 可申请提前移出",
        relief=_ADMINISTRATIVE_RELIEF,
        series="列",
        months=(24, 36),
        pool=("industry", "construction"),
        causes=("发生生产安全事故后瞒报", "十二个月内发生两起以上较大生产安全事故"),
        since=date(2023, 10, 1),
    ),
    "L-06": ListMatter(
        name="市场监督管理严重违法失信名单",
        basis="《市场监督管理严重违法失信名单管理办法》(国家市场监督管理总局令第44号)",
        removal="列入满一年、已履行义务并消除危害后果, 可申请提前移出",
        relief=_ADMINISTRATIVE_RELIEF,
        series="列",
        months=(36,),
        pool=("food", "trade"),
        causes=("销售以假充真的产品, 情节严重、社会危害较大", "生产经营添加禁用物质的食品"),
    ),
    "L-90": ListMatter(
        name="经营异常名录",
        basis="《企业信息公示暂行条例》(2024年修订)",
        removal="履行公示义务或者恢复联系后申请移出",
        relief=_ADMINISTRATIVE_RELIEF,
        series="异",
        months=(),
        pool=("food", "trade", "service", "industry"),
        causes=("未按规定期限公示年度报告", "通过登记的住所无法联系"),
    ),
}

MEASURES: dict[str, MeasureMatter] = {
    "M-PRO-01": MeasureMatter(
        name="一至三年内禁止参加政府采购活动",
        basis="政府采购法 第七十七条",
        series="采罚",
        months=(12, 18, 24, 36),
        pool=("service", "industry", "trade", "construction"),
        facts=("提供虚假材料谋取中标", "与其他供应商恶意串通", "拒绝有关部门监督检查"),
    ),
    "M-PRO-02": MeasureMatter(
        name="一至三年内禁止代理政府采购业务",
        basis="政府采购法 第七十八条",
        series="采罚",
        months=(12, 24),
        pool=("service",),
        facts=("在代理政府采购业务中有违法行为, 情节严重",),
        capacity="采购代理机构",
    ),
    "M-PRO-03": MeasureMatter(
        name="禁止参加政府采购评审活动",
        basis="政府采购法实施条例 第七十五条",
        series="采罚",
        months=(),
        pool=("",),
        facts=("与供应商存在利害关系未回避", "收受供应商财物"),
        capacity="评审专家",
    ),
    "M-FIN-05": MeasureMatter(
        name="限制申请财政性资金项目",
        basis="全国失信惩戒措施基础清单 管理类; 财政违法行为处罚处分条例 第十四条",
        series="资",
        months=(12, 24, 36),
        pool=("industry", "service"),
        facts=("骗取财政补助资金",),
    ),
    "M-BID-01": MeasureMatter(
        name="取消一至二年依法必须招标项目投标资格",
        basis="招标投标法 第五十三条; 招标投标法实施条例 第六十七条",
        series="招罚",
        months=(12, 18, 24),
        pool=("construction",),
        facts=("与其他投标人相互串通投标报价", "以行贿手段谋取中标"),
    ),
    "M-BID-02": MeasureMatter(
        name="取消一至三年投标资格",
        basis="招标投标法 第五十四条; 招标投标法实施条例 第六十八条",
        series="招罚",
        months=(12, 24, 36),
        pool=("construction",),
        facts=("以他人名义投标", "弄虚作假骗取中标"),
    ),
    "M-BID-03": MeasureMatter(
        name="取消二至五年投标资格",
        basis="招标投标法 第六十条",
        series="招罚",
        months=(24, 36, 60),
        pool=("construction",),
        facts=("中标后不按照合同履行义务, 情节严重",),
    ),
    "M-BID-04": MeasureMatter(
        name="禁止招标代理机构一至二年内代理依法必须招标项目",
        basis="招标投标法 第五十条",
        series="招罚",
        months=(12, 24),
        pool=("service",),
        facts=("与投标人串通损害国家利益、社会公共利益",),
        capacity="招标代理机构",
    ),
    "M-BID-05": MeasureMatter(
        name="取消评标委员会成员资格/禁止一定期限内参加评标",
        basis="招标投标法 第五十六条; 招标投标法实施条例 第七十一条",
        series="招罚",
        months=(12, 24, 36),
        pool=("",),
        facts=("擅离职守影响评标程序正常进行", "私下接触投标人"),
        capacity="评审专家",
    ),
    "M-BUS-03": MeasureMatter(
        name="五年内不得申请食品生产经营许可、从事食品生产经营管理",
        basis="食品安全法 第一百三十五条第一款",
        series="禁",
        months=(60,),
        pool=("food",),
        facts=("因违法生产经营食品被吊销许可证",),
    ),
    "M-EXI-01": MeasureMatter(
        name="人民法院限制出境/不准出境",
        basis="民事诉讼法(2023) 第二百六十六条; 出境入境管理法 第十二条第三项",
        series="执",
        months=(),
        pool=("",),
        facts=("不履行生效法律文书确定的义务",),
    ),
    "M-EXI-02": MeasureMatter(
        name="税务机关通知阻止出境",
        basis="税收征收管理法 第四十四条",
        series="阻",
        months=(),
        pool=("",),
        facts=("未按规定结清应纳税款、滞纳金, 又不提供担保",),
    ),
    "M-EXI-03": MeasureMatter(
        name="拒服兵役两年内不准出境、升学复学",
        basis="兵役法(2021) 第五十七条第二款",
        series="决",
        months=(24,),
        pool=("",),
        facts=("应征公民拒绝、逃避征集服现役, 拒不改正",),
    ),
    "M-EXI-04": MeasureMatter(
        name="电诈犯罪人员六个月至三年不准出境",
        basis="反电信网络诈骗法 第三十六条第二款",
        series="决",
        months=(6, 12, 24, 36),
        pool=("",),
        facts=("因从事电信网络诈骗活动受过刑事处罚",),
    ),
    "M-EXI-05": MeasureMatter(
        name="金融监管机构通知阻止出境",
        basis="银行业监督管理法 第四十条",
        series="决",
        months=(),
        pool=("",),
        facts=("涉嫌违法人员, 经金融监督管理机构通知阻止出境",),
    ),
}
