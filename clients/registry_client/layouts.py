"""The six kinds of files (交换表式) and what becomes of each column.

    行政处罚      E-03-CF   双公示 (发改办财金〔2018〕424号), headings or short codes CF_…
    行政许可      E-03-XK   双公示, headings or short codes XK_…
    名单信息      E-06      list entry; 经营异常名录 (L-90) is E-05
    措施决定      E-51      a document that imposes one measure
    职称职业信息   E-04
    登记注册信息   E-01

Content fields are those of the catalogue's categories. 双公示 has no column for the severity of an offence
(失信严重程度, 信用修复管理办法) and none is derived: the column may be added to a penalty file. 所属地区, the
GB/T 2260 code of the place a record belongs to, may be added to any file.

Headings are those of the standard; beside them stand the usual variants of departments' own systems. A
heading in yuan (罚款金额（元）) is the same column in another unit, which ``registry_client.bulk.amounts``
turns into 万元.

The code of a natural person who is not the subject (法定代表人证件号码) goes into the statement's content;
the subject's own code goes nowhere but into its identifier.
"""

from __future__ import annotations

from registry.v1 import subject_pb2
from registry_client.columns import Column, Layout

_COUNTERPART_CODES = (
    ("行政相对人代码_2（工商注册号）", "GSZC", "xdr_gszc"),
    ("行政相对人代码_3（组织机构代码）", "ZZJG", "xdr_zzjg"),
    ("行政相对人代码_4（税务登记号）", "SWDJ", "xdr_swdj"),
    ("行政相对人代码_5（事业单位证书号）", "SYDW", "xdr_sydw"),
    ("行政相对人代码_6（社会组织登记证号）", "SHZZ", "xdr_shzz"),
)

_REPRESENTATIVE = ("法定代表人姓名", "法定代表人（负责人）")
_PENALTY_NUMBER = ("处罚决定书文号", "行政处罚决定书文书号", "行政处罚决定书编号")
_LICENCE_NUMBER = ("许可决定文书号", "行政许可决定书文号", "行政许可决定文书编号")

USCC = "统一社会信用代码"
PAPER, PAPER_NUMBER = "证件类型", "证件号码"
KIND = "subject.kind"
CODE = "subject.identifier.value"
PAPER_TYPE = "subject.identifier.type"
LIST_CODE = "list_code"
SEVERITY, LIFETIME, CAPACITY = "severity", "measures[0].lifetime", "measures[0].capacity"

_REGION = Column("所属地区", ("行政区划代码", "地方编码"), path="region")


def _counterpart(prefix: str) -> tuple[Column, ...]:
    """行政相对人: the subject, in the columns that penalties and licences share."""
    return (
        Column("行政相对人名称", (f"{prefix}_XDR_MC", "相对人名称", "行政相对人"), path="subject.name"),
        # Which kind an organisation is comes from its code, so what was written is kept beside it.
        Column("行政相对人类别", (f"{prefix}_XDR_LB", "相对人类别"), path=KIND, content="xdr_lb"),
        Column(
            "行政相对人代码_1（统一社会信用代码）",
            (f"{prefix}_XDR_SHXYM", "行政相对人代码_1", "行政相对人统一社会信用代码", USCC),
            path=CODE,
        ),
        *(
            Column(heading, (f"{prefix}_XDR_{short}", heading.partition("（")[0]), content=name)
            for heading, short, name in _COUNTERPART_CODES
        ),
        Column("法定代表人", (f"{prefix}_FRDB", f"{prefix}_XDR_FRDB", *_REPRESENTATIVE), content="frdb"),
        Column("法定代表人证件类型", (f"{prefix}_FR_ZJLX",), content="fr_zjlx"),
        Column("法定代表人证件号码", (f"{prefix}_FR_ZJHM",), content="fr_zjhm"),
        Column(PAPER, (f"{prefix}_XDR_ZJLX",), path=PAPER_TYPE),
        Column(PAPER_NUMBER, (f"{prefix}_XDR_ZJHM",), path=CODE),
    )


def _source(prefix: str) -> tuple[Column, ...]:
    """数据来源单位, which may relay another authority's decision, and remarks."""
    return (
        Column("数据来源单位", (f"{prefix}_LYDW",), content="lydw"),
        Column("数据来源单位统一社会信用代码", (f"{prefix}_LYDWDM", "数据来源单位代码"), content="lydwdm"),
        Column("备注", ("BZ", f"{prefix}_BZ"), content="bz"),
        _REGION,
    )


PENALTY = Layout(
    "行政处罚",
    "E-03-CF",
    mark="行政处罚决定书文号",
    columns=(
        *_counterpart("CF"),
        Column("行政处罚决定书文号", ("CF_WSH", *_PENALTY_NUMBER), path="document.number"),
        Column("违法行为类型", ("CF_WFXW", "违法类型"), content="wfxw"),
        Column("违法事实", ("CF_SY", "主要违法事实"), content="sy"),
        Column("处罚依据", ("CF_YJ", "行政处罚依据"), path="legal_basis", content="yj"),
        Column("处罚类别", ("CF_CFLB", "行政处罚类别", "处罚种类", "行政处罚种类"), content="cflb"),
        Column("处罚内容", ("CF_NR", "行政处罚内容"), content="nr"),
        Column("罚款金额（万元）", ("CF_NR_FK", "罚款金额", "罚款金额（元）"), content="nr_fk"),
        Column(
            "没收违法所得、没收非法财物的金额（万元）",
            (
                "CF_NR_WFFF",
                "没收违法所得、没收非法财物的金额",
                "没收违法所得、没收非法财物的金额（元）",
            ),
            content="nr_wfff",
        ),
        Column("暂扣或吊销证照名称及编号", ("CF_NR_ZKDX",), content="nr_zkdx"),
        Column("处罚决定日期", ("CF_JDRQ", "行政处罚决定日期", "处罚日期"), path="document.decided_on"),
        Column("处罚有效期", ("CF_YXQ", "处罚有效期至", "处罚有效期截止日期"), path="effective_until"),
        Column("公示截止期", ("CF_GSJZQ", "公示截止日期"), content="gsjzq"),
        Column("处罚机关", ("CF_CFJG", "处罚机关名称", "行政处罚机关"), path="document.authority"),
        Column("处罚机关统一社会信用代码", ("CF_CFJGDM", "处罚机关代码"), path="document.authority_code"),
        *_source("CF"),
        Column("失信严重程度", path=SEVERITY),
    ),
)

LICENCE = Layout(
    "行政许可",
    "E-03-XK",
    mark="行政许可决定文书号",
    columns=(
        *_counterpart("XK"),
        Column("行政许可决定文书名称", ("XK_XKWS", "许可决定文书名称"), content="xkws"),
        Column("行政许可决定文书号", ("XK_WSH", *_LICENCE_NUMBER), path="document.number"),
        Column("许可类别", ("XK_XKLB", "行政许可类别"), content="xklb"),
        Column("许可证书名称", ("XK_XKZS",), content="xkzs"),
        Column("许可编号", ("XK_XKBH", "许可证编号"), content="xkbh"),
        Column("许可内容", ("XK_NR", "行政许可内容"), content="nr"),
        Column("许可决定日期", ("XK_JDRQ", "行政许可决定日期"), path="document.decided_on"),
        Column("有效期自", ("XK_YXQZ", "许可有效期自"), path="effective_from"),
        Column("有效期至", ("XK_YXQZI", "许可有效期至"), path="effective_until"),
        Column("许可机关", ("XK_XKJG", "许可机关名称", "行政许可机关"), path="document.authority"),
        Column("许可机关统一社会信用代码", ("XK_XKJGDM", "许可机关代码"), path="document.authority_code"),
        Column("当前状态", ("XK_ZT",), content="zt"),
        *_source("XK"),
    ),
    # 双公示: without a document number, the number of the licence takes its place.
    fallbacks={"document.number": "许可编号"},
)

_SUBJECT = (
    Column("主体名称", path="subject.name"),
    Column("主体类别", path=KIND),
    Column(USCC, path=CODE),
)
_PERSON = (Column(PAPER, path=PAPER_TYPE), Column(PAPER_NUMBER, path=CODE))


def _entry(category: str, *columns: Column) -> Layout:
    return Layout(
        "名单信息",
        category,
        mark="名单代码",
        columns=(
            *_SUBJECT,
            *_PERSON,
            Column("名单代码", path=LIST_CODE),
            Column("名单名称"),
            Column("列入决定文书号", path="document.number"),
            # The decision is the act of listing, so it is decided on and takes effect from the same day.
            Column("列入日期", path="effective_from"),
            Column("列入机关", path="document.authority"),
            Column("列入机关统一社会信用代码", path="document.authority_code"),
            Column("期限至", path="effective_until"),
            *columns,
            Column("备注"),
            _REGION,
        ),
        fallbacks={"document.decided_on": "列入日期"},
    )


LIST_ENTRY = _entry(
    "E-06",
    # The listing decision states cause and basis together (国办发〔2020〕49号), and the category has one
    # field for both.
    Column("列入依据", path="legal_basis", content="listing_basis"),
    Column("事由", content="listing_basis"),
    Column("移出条件", content="removal_condition"),
    Column("救济途径", content="relief"),
)

ABNORMAL_ENTRY = _entry(
    "E-05",
    Column("列入依据", path="legal_basis"),
    Column("事由", content="reason"),
    Column("移出条件"),
    Column("救济途径"),
)

ABNORMAL_LISTS = frozenset({"L-90"})
"""Lists of abnormal operation (经营异常名录): their entries are E-05, those of all others E-06."""

MEASURE = Layout(
    "措施决定",
    "E-51",
    mark="措施代码",
    columns=(
        *_SUBJECT,
        *_PERSON,
        Column("措施代码", path="measures[0].measure_code"),
        Column("措施名称"),
        Column("承受身份", path=CAPACITY),
        Column("决定文书号", path="document.number"),
        Column("决定机关", path="document.authority"),
        Column("决定机关统一社会信用代码", path="document.authority_code"),
        Column("决定日期", path="document.decided_on"),
        Column("起始日期", path="measures[0].from"),
        Column("截止日期", path="measures[0].until"),
        Column("终身", path=LIFETIME),
        Column("适用区域", path="measures[0].scope.region"),
        Column("适用行业", path="measures[0].scope.industry"),
        Column("适用活动", path="measures[0].scope.activity"),
        Column("法律依据", path="legal_basis", content="legal_basis"),
        Column("违法事实", content="facts"),
        Column("备注"),
        _REGION,
    ),
)

TITLE = Layout(
    "职称职业信息",
    "E-04",
    mark="资格名称",
    kind=subject_pb2.SUBJECT_KIND_NATURAL_PERSON,
    columns=(
        Column("姓名", path="subject.name"),
        *_PERSON,
        Column("资格名称", content="title_or_qualification"),
        Column("证书编号", path="document.number"),
        Column("等级", content="level"),
        Column("发证日期", path="document.decided_on"),
        Column("发证机关", path="document.authority"),
        Column("发证机关统一社会信用代码", path="document.authority_code"),
        Column("有效期至", path="effective_until"),
        Column("状态", content="status"),
        _REGION,
    ),
)

REGISTRATION = Layout(
    "登记注册信息",
    "E-01",
    mark="登记机关",
    columns=(
        *_SUBJECT,
        Column("法定代表人", content="legal_rep_name"),
        Column("登记机关", path="document.authority"),
        Column("登记机关统一社会信用代码", path="document.authority_code"),
        Column("成立日期", path="effective_from"),
        Column("登记状态", content="status"),
        Column("住所", content="registered_address"),
        _REGION,
    ),
)

LAYOUTS = (PENALTY, LICENCE, LIST_ENTRY, MEASURE, TITLE, REGISTRATION)
"""Every kind of file that is understood."""
