"""What decisions are about (案由与许可事项): wording and articles that the generator draws from.

Penalties name the article under which the sum was fixed. No penalty reaches the 2,000,000 yuan that
make a fine a 较大数额罚款 for 政府采购法 第二十二条 (财库〔2022〕3号), and none revokes a licence or
closes a business, so that no verdict rests on more than the measures and lists that the files state.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PenaltyMatter:
    """``fine`` is a range in thousands of yuan; (0, 0) is a warning without a fine. ``trades`` are
    the groups of trades it occurs in; "" as a group stands for natural persons."""

    conduct: str
    facts: str
    basis: str
    fine: tuple[int, int]
    trades: tuple[str, ...]
    forfeits: bool = False


@dataclass(frozen=True, slots=True)
class LicenceMatter:
    """``years`` 0 = 长期."""

    document: str
    certificate: str
    category: str
    content: str
    series: str
    years: int
    trades: tuple[str, ...]


ALL_TRADES = ("construction", "food", "industry", "trade", "service")

PENALTIES: dict[str, tuple[PenaltyMatter, ...]] = {
    "市场监管": (
        PenaltyMatter(
            "经营超过保质期的食品",
            "当事人在示例路门店货架上陈列销售超过保质期的预包装食品",
            "《中华人民共和国食品安全法》第一百二十四条第一款第五项",
            (5, 80),
            ("food",),
            forfeits=True,
        ),
        PenaltyMatter(
            "未取得许可从事食品经营",
            "当事人未取得食品经营许可从事热食类食品制售",
            "《中华人民共和国食品安全法》第一百二十二条第一款",
            (10, 60),
            ("food",),
            forfeits=True,
        ),
        PenaltyMatter(
            "销售以次充好的产品",
            "当事人销售的建材经检验不符合明示的质量等级",
            "《中华人民共和国产品质量法》第五十条",
            (8, 150),
            ("trade", "industry"),
            forfeits=True,
        ),
        PenaltyMatter(
            "使用未经检验的特种设备",
            "当事人使用的叉车、压力容器未经定期检验",
            "《中华人民共和国特种设备安全法》第八十四条第一项",
            (30, 180),
            ("industry", "construction"),
        ),
        PenaltyMatter(
            "发布虚假广告",
            "当事人在宣传单上对服务效果作虚假表述",
            "《中华人民共和国广告法》第五十五条第一款",
            (10, 200),
            ("service", "trade"),
        ),
        PenaltyMatter(
            "不按规定明码标价",
            "当事人销售商品未标明价格",
            "《中华人民共和国价格法》第四十二条",
            (0, 0),
            ("trade", "food"),
        ),
    ),
    "财政": (
        PenaltyMatter(
            "骗取财政资金",
            "以虚报设备数量的方式申领技术改造补助",
            "《财政违法行为处罚处分条例》第十四条",
            (20, 300),
            ("industry", "service"),
            forfeits=True,
        ),
        PenaltyMatter(
            "私存私放资金",
            "收取的项目配套资金未纳入法定账簿核算",
            "《财政违法行为处罚处分条例》第十七条",
            (3, 40),
            ("service", "construction", "trade"),
        ),
    ),
    "税务": (
        PenaltyMatter(
            "偷税",
            "在账簿上少列收入, 进行虚假的纳税申报",
            "《中华人民共和国税收征收管理法》第六十三条第一款",
            (20, 900),
            ("trade", "industry", "service", "construction"),
        ),
        PenaltyMatter(
            "未按期办理纳税申报",
            "未按照规定的期限办理增值税纳税申报和报送纳税资料",
            "《中华人民共和国税收征收管理法》第六十二条",
            (1, 2),
            ALL_TRADES,
        ),
        PenaltyMatter(
            "未按规定保管账簿",
            "未按照规定设置、保管账簿或者保管记账凭证和有关资料",
            "《中华人民共和国税收征收管理法》第六十条第一款第二项",
            (1, 2),
            ("trade", "food", "service"),
        ),
    ),
    "人社": (
        PenaltyMatter(
            "未编制工资支付台账",
            "未编制工资支付台账并依法保存, 经责令限期改正逾期不改正",
            "《保障农民工工资支付条例》第五十四条",
            (20, 50),
            ("construction",),
        ),
        PenaltyMatter(
            "未按规定使用农民工工资专用账户",
            "施工总承包单位未按规定开设农民工工资专用账户, 经责令限期改正逾期不改正",
            "《保障农民工工资支付条例》第五十五条",
            (50, 100),
            ("construction",),
        ),
        PenaltyMatter(
            "拒不改正劳动保障违法行为",
            "经劳动保障行政部门责令改正拒不改正",
            "《劳动保障监察条例》第三十条",
            (2, 20),
            ("industry", "service", "food"),
        ),
    ),
    "住建": (
        PenaltyMatter(
            "未取得施工许可证擅自施工",
            "示例小区地下车库工程未取得施工许可证擅自施工",
            "《中华人民共和国建筑法》第六十四条",
            (20, 300),
            ("construction",),
        ),
        PenaltyMatter(
            "违法分包",
            "将示例路管网工程违法分包给不具备相应资质条件的单位",
            "《中华人民共和国建筑法》第六十七条",
            (30, 250),
            ("construction",),
        ),
        PenaltyMatter(
            "偷工减料",
            "在示例小学操场工程施工中偷工减料, 混凝土强度不符合设计要求",
            "《建设工程质量管理条例》第六十四条",
            (40, 400),
            ("construction",),
        ),
        PenaltyMatter(
            "施工现场安全管理不到位",
            "施工现场临时用电、高处作业防护不符合要求, 责令限期改正逾期未改正",
            "《建设工程安全生产管理条例》第六十二条",
            (10, 100),
            ("construction",),
        ),
    ),
    "应急": (
        PenaltyMatter(
            "未如实记录安全生产教育和培训情况",
            "未将从业人员安全生产教育和培训情况如实记入档案",
            "《中华人民共和国安全生产法》第九十七条第四项",
            (5, 90),
            ("industry", "construction"),
        ),
        PenaltyMatter(
            "未设置安全警示标志",
            "在有较大危险因素的场所未设置明显的安全警示标志",
            "《中华人民共和国安全生产法》第九十九条第一项",
            (5, 45),
            ("industry", "service"),
        ),
        PenaltyMatter(
            "未采取措施消除事故隐患",
            "对检查指出的事故隐患未采取措施消除",
            "《中华人民共和国安全生产法》第一百零二条",
            (10, 45),
            ("industry", "construction"),
        ),
        PenaltyMatter(
            "安全生产管理人员未履行职责",
            "安全生产管理人员未履行安全生产检查职责",
            "《中华人民共和国安全生产法》第九十六条",
            (10, 30),
            ("",),
        ),
    ),
}

LICENCES: dict[str, tuple[LicenceMatter, ...]] = {
    "市场监管": (
        LicenceMatter(
            "准予许可决定书", "食品经营许可证", "普通", "食品销售; 热食类食品制售", "食许", 5, ("food",)
        ),
        LicenceMatter("准予许可决定书", "食品生产许可证", "普通", "糕点; 速冻食品", "产许", 5, ("food",)),
        LicenceMatter(
            "准予登记通知书", "营业执照", "登记", "设立登记", "登", 0, ("trade", "industry", "service")
        ),
        LicenceMatter(
            "特种设备使用登记决定书", "特种设备使用登记证", "登记", "叉车使用登记", "特登", 0, ("industry",)
        ),
    ),
    "住建": (
        LicenceMatter(
            "资质准予决定书",
            "建筑业企业资质证书",
            "认可",
            "建筑工程施工总承包二级",
            "资许",
            5,
            ("construction",),
        ),
        LicenceMatter(
            "安全生产许可决定书", "安全生产许可证", "普通", "建筑施工", "安许", 3, ("construction",)
        ),
        LicenceMatter(
            "施工许可决定书", "建筑工程施工许可证", "核准", "示例路综合楼工程", "施许", 3, ("construction",)
        ),
    ),
    "应急": (
        LicenceMatter(
            "危险化学品经营许可决定书",
            "危险化学品经营许可证",
            "普通",
            "乙醇、丙酮(无储存)",
            "危许",
            3,
            ("industry", "trade"),
        ),
        LicenceMatter(
            "烟花爆竹零售许可决定书",
            "烟花爆竹经营(零售)许可证",
            "普通",
            "烟花、爆竹零售",
            "烟许",
            2,
            ("trade",),
        ),
    ),
}
