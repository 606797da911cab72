"""Columns of the files for 双随机: rosters, the yearly plan, recusals; with what their templates say.

``path`` of a column is the cell of the published file (``registry.provenance.draw.rows``) or the field of the
plan's item that it fills. Headings are recognised as in every file (``registry_client.columns``), in any
order; the published names (``id``, ``official_id`` …) are known as well, so a published file is read back.

Example: a file with 统一社会信用代码或编号, 名称 and 信用等级 is a roster of objects; what has no column is
left empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry_client.bulk.explanations import OPTIONAL, REQUIRED, WHERE_THERE_IS_ONE, Explanation
from registry_client.columns import Column, Layout

OBJECTS = Layout(
    name="检查对象名录",
    category="双随机",
    mark="统一社会信用代码或编号",
    columns=(
        Column("统一社会信用代码或编号", ("id", "统一社会信用代码", "对象编号"), path="id"),
        Column("对象种类", ("kind",), path="kind"),
        Column("名称", ("name", "主体名称", "企业名称", "对象名称"), path="name"),
        Column("信用等级", ("grade",), path="grade"),
        Column("所属地区", ("region", "行政区划代码"), path="region"),
        Column("行业", ("industry", "行业代码"), path="industry"),
        Column("适用事项", ("matters", "审批事项"), path="matters"),
    ),
)
INSPECTORS = Layout(
    name="检查人员名录",
    category="双随机",
    mark="工号",
    columns=(
        Column("工号", ("official_id",), path="official_id"),
        Column("科室", ("section", "内设机构"), path="section"),
        Column("执法证号", ("certificate", "执法证件号"), path="certificate"),
        Column("可检查事项", ("matters",), path="matters"),
    ),
)
PLAN = Layout(
    name="年度抽查计划",
    category="双随机",
    mark="事项编号",
    columns=(
        Column("事项编号", path="number"),
        Column("审批事项或类别", ("审批事项",), path="matter"),
        Column("抽查内容", path="content"),
        Column("事项类别", path="key"),
        Column("抽查数量", path="count"),
        Column("抽查千分比", path="per_mille"),
        Column("开始日期", path="from"),
        Column("结束日期", path="until"),
    ),
)
RECUSALS = Layout(
    name="回避名单",
    category="双随机",
    mark="应回避对象",
    columns=(
        Column("应回避对象", ("object_id",), path="object_id"),
        Column("应回避人员工号", ("official_id", "工号"), path="official_id"),
    ),
)
KINDS: Mapping[str, Layout] = {
    "roster-objects": OBJECTS,
    "roster-inspectors": INSPECTORS,
    "inspection-plan": PLAN,
    "recusals": RECUSALS,
}
"""The layouts by the names that commands have for them."""
_MATTERS = "审批事项编号或类别，几项之间用分号；不填为全部适用"
_CODE = "企业填统一社会信用代码，产品、项目填编号"
_DAY = "YYYY-MM-DD；2026/3/20、2026年3月20日亦可"
_EXPLAINED: Mapping[str, Explanation] = {
    "统一社会信用代码或编号": Explanation(REQUIRED, _CODE, "91130900DEM009019M"),
    "对象种类": Explanation(OPTIONAL, "不填为企业", "企业", ("企业", "产品", "项目")),
    "名称": Explanation(REQUIRED, "登记名称，不填个人姓名", "示例食品(示例)有限公司"),
    "信用等级": Explanation(OPTIONAL, "只用于确定抽查比例", "B", ("A", "B", "C", "D"), closed=False),
    "所属地区": Explanation(OPTIONAL, "GB/T 2260，6位数字", "130902"),
    "行业": Explanation(OPTIONAL, "GB/T 4754，如 C14", "C14"),
    "适用事项": Explanation(OPTIONAL, _MATTERS, "SP-1;SP-2"),
    "工号": Explanation(REQUIRED, "登记系统中的工号，不填姓名", "SC-07"),
    "科室": Explanation(REQUIRED, "内设机构名称", "食品科"),
    "执法证号": Explanation(REQUIRED, "执法证件上的编号，不重复", "冀J-0007"),
    "可检查事项": Explanation(OPTIONAL, _MATTERS, "SP-1"),
    "事项编号": Explanation(REQUIRED, "计划内不重复，字母、数字或 . _ : -", "1"),
    "审批事项或类别": Explanation(REQUIRED, "本部门目录内的审批事项编号，或者类别", "SP-1"),
    "抽查内容": Explanation(REQUIRED, "查什么", "进货查验记录"),
    "事项类别": Explanation(OPTIONAL, "不填为一般", "一般", ("一般", "重点")),
    "抽查数量": Explanation(WHERE_THERE_IS_ONE, "户数；与千分比只填一项", "20"),
    "抽查千分比": Explanation(WHERE_THERE_IS_ONE, "1至1000；与数量只填一项", "30"),
    "开始日期": Explanation(REQUIRED, _DAY, "2026-04-01"),
    "结束日期": Explanation(REQUIRED, _DAY, "2026-10-31"),
    "应回避对象": Explanation(REQUIRED, "名录中的代码或编号", "91130900DEM009019M"),
    "应回避人员工号": Explanation(REQUIRED, "名录中的工号", "SC-07"),
}  # fmt: skip


def explanation_of(_layout: Layout, heading: str) -> Explanation:
    """What a template says of a column."""
    return _EXPLAINED[heading]
