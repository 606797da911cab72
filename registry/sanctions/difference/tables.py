"""The columns that are compared, section by section, in the order in which differences are told.

Every column of a row stands here but its code; a test holds the tables to the rows' own columns, so that
one added later cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.sanctions.catalogue import words as zh
from registry.sanctions.difference import words as w
from registry.sanctions.difference.columns import Column, Joined, Note, Several, Value

CONFIDENCE = Value("confidence", "可信度", w.word_of(zh.CONFIDENCES_ZH))
_HARDER_CONFIDENCE = w.rising("low", "medium")
NOTE = Note("note", "备注")
FROM, TO = "effective_from", "effective_to"


def _firmer(before: str, after: str) -> int:
    """A row of low confidence never blocks by itself; medium and high are alike."""
    return _HARDER_CONFIDENCE(*("low" if each == "low" else "medium" for each in (before, after)))


_DATED: Sequence[Column] = (
    Value(FROM, "施行日期", w.day),
    Value("effective_from_confidence", "施行日期可信度", w.word_of(zh.CONFIDENCES_ZH)),
    Value("confidence", "可信度", w.word_of(zh.CONFIDENCES_ZH), _firmer),
    NOTE,
)
_NAMED: Sequence[Column] = (
    Value("name_zh", "名称", w.text),
    Value("name_en", "英文名称", w.text),
)
_BASIS = Several("legal_basis", "依据", w.text)
_KINDS = Several("subject_kinds", "适用主体", w.word_of(zh.KINDS_ZH), w.wider)
_CAPACITIES = Several("capacities", "适用身份", w.word_of(zh.CAPACITIES_ZH), w.wider)
RELIEF = Note("relief", "救济途径")

MEASURE: Sequence[Column] = (
    *_NAMED,
    Value("domain", "领域", w.word_of(zh.DOMAINS_ZH)),
    Several("also_domains", "也涉及的领域", w.word_of(zh.DOMAINS_ZH), w.wider),
    Value("effect", "性质", w.word_of(zh.EFFECTS_ZH), w.rising("watch", "limit", "prohibit")),
    Value("origin", "产生方式", w.word_of(zh.ORIGINS_ZH)),
    Value("national_class", "国家清单类别", w.named_in("national_classes")),
    Value("answer", "答复", w.word_of(zh.ANSWERS_ZH), w.rising("information", "review", "blocks")),
    Value(
        "query_effect",
        "对其他领域的答复",
        w.word_of(zh.QUERY_EFFECTS_ZH),
        w.rising("none", "info", "review", "block"),
    ),
    Value("discretionary", "执行方式", w.discretion, w.unless),
    Value("term.min_months", "最短期限", w.months, w.later),
    Value("term.max_months", "最长期限", w.months, w.longer),
    Value("term.lifetime", "终身限制", w.yes, w.stated),
    Value("start_anchor", "期限起算", w.named_in("start_anchors")),
    _KINDS,
    _CAPACITIES,
    Several("roles", "适用角色", w.word_of(zh.ROLES_ZH)),
    Several("triggering_lists", "触发名单", w.credit_list, w.wider),
    Several("anchors", "法定情形", w.anchor, w.wider),
    Value("window_months", "追溯期", w.months, w.longer),
    Value("reoffence", "再次违法", w.reoffence),
    Value("activity", "活动范围", w.named_in("activities"), w.broader),
    Value("compulsory_tender_only", "仅限依法必须招标的项目", w.yes, w.unless),
    Value("for_earlier", "溯及力", w.word_of(zh.FOR_EARLIER_ZH), w.rising("if_lenient", "none")),
    Several("imposing_departments", "决定部门", w.department),
    Several("executing_departments", "执行部门", w.department),
    Value("rights_reducing", "减损权益", w.yes),
    Value("market_ban", "市场禁入", w.yes),
    _BASIS,
    RELIEF,
    *_DATED,
)

LIST: Sequence[Column] = (
    *_NAMED,
    Several("aliases", "别名", w.text),
    Value("owner", "主管机关", w.text),
    Several("listing_departments", "列入部门", w.department),
    Value("category", "信息类别", w.code),
    Note("criteria", "列入条件"),
    Value("default_months", "通常期限", w.months, w.later),
    Value("min_months", "最短期限", w.months, w.later),
    Value("max_months", "最长期限", w.months),
    Value("open_ended", "可以不定期限", w.yes, w.stated),
    Value("early_removal_months", "提前移出须满", w.months, w.later),
    Note("early_removal_condition", "提前移出条件"),
    Note("removal", "移出方式"),
    _KINDS,
    _CAPACITIES,
    Several("triggers", "引起的措施", w.measure, w.wider),
    Several("related_measures", "相关措施", w.measure),
    Several("checked_by", "法定应查领域", w.word_of(zh.DOMAINS_ZH)),
    Value("source", "来源", w.text),
    Value("max_age_days", "报送时效", w.days),
    Value("national_catalog", "列入国家目录", w.yes),
    _BASIS,
    RELIEF,
    *_DATED,
)

RED_LIST: Sequence[Column] = (
    *_NAMED,
    Several("granting_departments", "认定部门", w.department),
    Several("subject_kinds", "适用主体", w.word_of(zh.KINDS_ZH)),
    Value("publicity_days", "公示工作日", w.days),
    Value("min_months", "最短期限", w.months),
    Value("max_months", "最长期限", w.months),
    Several("measures", "激励措施", w.measure),
    Note("removal", "取消条件"),
    _BASIS,
    RELIEF,
    *_DATED,
)

CATEGORY: Sequence[Column] = (
    *_NAMED,
    Value("polarity", "性质", w.word_of(zh.POLARITIES_ZH)),
    Value("credit_bearing", "属于信用信息", w.yes),
    Value("national", "列入国家目录", w.yes),
    Several("subtypes", "子类别", w.code),
    Several("fields", "数据项", w.code),
    Value("disclosure", "公示", w.word_of(zh.DISCLOSURES_ZH), w.rising("never", "always")),
    Value("disclosure_confidence", "公示可信度", w.word_of(zh.CONFIDENCES_ZH)),
    Several("deadlines", "期限", w.code),
    Value("severity_required", "须注明严重程度", w.yes),
    Value("retention_years", "保存期限", w.years),
    CONFIDENCE,
    NOTE,
)

SEVERITY_RULE: Sequence[Column] = (
    Value("publish_default", "予以公示", w.yes, w.stated),
    Value("min_months", "最短公示期", w.months, w.later),
    Value("max_months", "最长公示期", w.months, w.longer),
    Several("examples_zh", "情形", w.code),
    Value("for_earlier", "溯及力", w.word_of(zh.FOR_EARLIER_ZH), w.rising("if_lenient", "none")),
    Value("basis", "依据", w.text),
    Value(FROM, "施行日期", w.day),
    CONFIDENCE,
    NOTE,
)

DEADLINE: Sequence[Column] = (
    Joined(("amount", "unit"), "期限", zh.UNITS_ZH),
    Joined(("extend", "unit"), "可延长", zh.UNITS_ZH),
    Value("basis", "依据", w.text),
    CONFIDENCE,
    NOTE,
)

DOMAIN: Sequence[Column] = (
    Value("name_zh", "名称", w.text),
    Several("required_lists", "法定应查名单", w.credit_list),
    Several("required_measures", "须有决定机关接入的措施", w.measure),
    _BASIS,
)

ZONE: Sequence[Column] = (
    Value("name_zh", "名称", w.text),
    Several("overlaps", "涉及县区", w.named_in("regions")),
    Value("basis", "依据", w.text),
    CONFIDENCE,
    NOTE,
)

BINDING: Sequence[Column] = (
    Several("kinds", "约束的主体", w.word_of(zh.KINDS_ZH), w.wider),
    Several("capacities", "约束的身份", w.word_of(zh.CAPACITIES_ZH), w.wider),
)

YEAR: Sequence[Column] = (
    Value("announced", "已公布", w.yes),
    Value("basis", "依据", w.text),
    Several("days_off", "放假日", w.day_off),
    Several("worked", "调休上班日", w.day),
)

NATIONAL_CLASS: Sequence[Column] = (
    Value("name_zh", "名称", w.text),
    Value("kind", "类型", w.word_of(zh.NATIONAL_CLASS_KINDS_ZH)),
    CONFIDENCE,
)

_COUNTED_ZH = {"document": "文书作出之日", "listing": "列入之日", "correction": "改正之日"}
_RULE: Sequence[Column] = (
    Several("basis", "依据", w.text),
    Value(FROM, "施行日期", w.day),
    CONFIDENCE,
    NOTE,
)

BAN_RULE: Sequence[Column] = (
    Value("name_zh", "名称", w.text),
    Value("market_bans", "适用于各项市场禁入措施", w.yes),
    Several("measures", "适用的措施", w.measure),
    Several("lists", "适用的名单", w.credit_list),
    Value("hearing", "告知听证", w.yes, w.unless),
    Value("collective", "集体讨论", w.yes, w.unless),
    Value("upper_consent", "上一级同意", w.yes, w.unless),
    *_RULE,
)

REPAIR_RULE: Sequence[Column] = (
    Several("lists", "适用的名单", w.credit_list),
    Several("categories", "适用的信息类别", w.code),
    Value("min_months", "最短期限", w.months, w.later),
    Value("counted_from", "起算", w.word_of(_COUNTED_ZH)),
    Value("proof_required", "须附证明", w.yes, w.stated),
    Note("conditions_zh", "条件"),
    *_RULE,
)

EARLY_END: Sequence[Column] = (Value("allowed", "可以提前终止", w.yes, w.unless), *_RULE)

FALSE_REPAIR: Sequence[Column] = (
    Value("months", "不得简易修复的期限", w.months, w.longer),
    Several("basis", "依据", w.text),
    CONFIDENCE,
)
