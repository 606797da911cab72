"""The words for what statements hold: kinds, fields, values of enumerations. A test finds what is missing.

A field is looked up with its message first, for the same name means different things: ``Event.content`` is
what a category asks for, ``EditionFile.content`` the text of a file.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry_client import procedure_words, words
from registry_web.console import supervision_words

KINDS: Mapping[str, str] = {
    "event": "信用信息", "correction": "更正", "withdrawal": "撤回", "repair": "准予信用修复",
    "lifting": "提前解除", "status_note": "状态标注", "subject_link": "主体关联",
    "name_ruling": "名称认定", "delivery": "报送说明", "red_list_candidacy": "守信激励对象公示",
    "red_list_grant": "列入守信激励名单", "department_registration": "部门登记",
    "official_registration": "人员登记", "official_revocation": "人员停用", "key_enrolment": "密钥登记",
    "key_revocation": "密钥停用", "edition_draft": "目录草案", "edition_review": "目录合法性审查",
    "edition_adoption": "目录通过", "confirmation": "陈述确认", "erasure": "依法删除",
    "ban_draft": "市场禁入: 立案拟定", "ban_review": "市场禁入: 法制审核",
    "ban_notice": "市场禁入: 事先告知", "ban_defence": "市场禁入: 陈述申辩",
    "ban_hearing_notice": "市场禁入: 听证通知", "ban_hearing": "市场禁入: 听证",
    "ban_deliberation": "市场禁入: 集体讨论", "ban_decision": "市场禁入: 决定",
    "ban_served": "市场禁入: 送达", "objection": "异议", "objection_result": "异议处理结果",
    "repair_application": "信用修复申请", "repair_acceptance": "信用修复受理决定",
    "repair_refusal": "不予信用修复", "repair_annulment": "撤销信用修复", "genesis": "登记系统建立",
    "map_state": "映射根", "time_anchor": "时间戳", "registry_key_change": "登记系统密钥变更",
    "supervision": "监管行为", "risk_alert": "预警",
}  # fmt: skip

FIELDS: Mapping[str, str] = {
    **supervision_words.FIELDS,
    "statement_id": "陈述编号", "origin": "登记系统", "department": "部门", "nonce": "随机数",
    "subject": "主体", "identifier": "证件", "type": "证件类型", "value": "内容", "kind": "种类",
    "name": "名称", "category": "信息类别", "document": "文书", "number": "文号", "authority": "作出机关",
    "authority_code": "机关代码", "decided_on": "作出日期", "region": "地区",
    "effective_from": "生效日期", "effective_until": "截止日期", "legal_basis": "法律依据",
    "severity": "严重程度", "content": "内容", "evidence": "证据材料", "sha256": "SHA-256 摘要",
    "title": "题名", "place": "存放处", "list_code": "名单", "measures": "措施",
    "measure_code": "措施代码", "from": "起", "until": "止", "lifetime": "终身", "scope": "范围",
    "industry": "行业", "activity": "活动", "capacity": "身份", "anchor_on": "起算日",
    "target": "所指陈述", "replacement": "更正后的内容", "reason": "理由", "effective_on": "生效日",
    "application": "修复申请", "status": "状态", "to": "至", "names": "名称", "as_of": "报送至",
    "publicised_from": "公示起", "publicised_until": "公示止", "code": "统一社会信用代码",
    "kinds": "部门类别", "mandate": "职责", "categories": "信息类别", "lists": "名单",
    "relayed_authorities": "可转报的机关", "decides_here": "在本系统作出决定的措施和名单",
    "official_id": "人员编号", "section": "内设机构", "roles": "职责", "suite": "签名算法",
    "public_key": "公钥", "valid_from": "有效期起", "valid_until": "有效期止", "replaces": "所替换的密钥",
    "keyid": "密钥编号", "suspect_from": "自此序号起存疑", "edition": "目录版本摘要", "label": "版本",
    "in_force_from": "施行日期", "filing_number": "备案号", "filed_on": "提出日期", "files": "文件",
    "lawful": "合法", "opinion": "意见", "case_number": "案号", "facts": "事实",
    "proposal": "拟作出的处理", "months": "月数", "list_months": "列入月数",
    "licensing_section": "许可机构", "complex": "情节复杂或者重大", "on": "日期",
    "announced": "告知的处理", "service": "送达", "served_on": "送达日期", "method": "送达方式",
    "receipt": "送达回证", "summary": "当事人意见", "response": "复核情况", "hearing_on": "听证日期",
    "held_on": "举行日期", "absent": "当事人缺席", "record": "听证记录", "minutes": "笔录或纪要",
    "collective": "集体讨论", "members": "参加人员", "agreed": "同意",
    "upper_consent": "上级部门同意文书", "responsible_persons": "直接责任人员",
    "consequences": "惩戒措施提示", "removal": "移出条件和程序", "relief": "救济途径",
    "repair_notice": "信用修复告知书", "with_repair_notice": "一并送达信用修复告知书",
    "objection": "异议", "ground": "异议事由", "by_agent": "由代理人提出", "claim": "主张",
    "outcome": "结果", "corrected_on": "纠正日期", "commitment": "信用承诺书", "proof": "履行证明",
    "accepted": "受理", "event": "信用信息", "operator": "运营机构", "operator_key": "运营机构密钥",
    "registry_keys": "登记系统密钥", "purpose": "用途", "size": "条数", "root": "根", "token": "时间戳",
    "gen_time_ms": "时间", "add": "增加", "retire": "停用",
}  # fmt: skip

OF_MESSAGE: Mapping[str, str] = {
    **supervision_words.OF_MESSAGE,
    "SubjectLink.from": "原代码", "SubjectLink.to": "现代码", "SubjectLink.kind": "关联种类",
    "Subject.kind": "主体类别", "Subject.name": "主体名称", "Identifier.value": "号码",
    "BanDefence.kind": "情形", "BanDefence.on": "日期", "BanReview.on": "审核日期",
    "BanDeliberation.on": "讨论日期", "BanDraft.filed_on": "立案日期",
    "EditionAdoption.filed_on": "备案日期", "BanHearingNotice.place": "听证地点",
    "EditionFile.content": "文件内容", "EditionFile.name": "文件名", "OfficialRegistration.name": "姓名",
    "ResponsiblePerson.name": "姓名", "Field.name": "项目", "RedListGrant.target": "所公示的对象",
    "BanServed.target": "所送达的决定", "KeyEnrolment.categories": "限于信息类别",
    "Mandate.measures": "措施", "DepartmentRegistration.name": "部门名称",
    "BanHearing.opinion": "主持人意见",
}  # fmt: skip

_NOTED = {
    "中止执行": 1, "恢复执行": 2, "异议处理中": 3, "异议处理完毕": 4, "行政复议、诉讼中": 5,
    "行政复议、诉讼终结": 6, "重整期间暂时屏蔽": 7, "暂时屏蔽终结": 8,
}  # fmt: skip
_TABLES: Mapping[str, Mapping[str, int]] = {
    **supervision_words.TABLES,
    "IdentifierType": words.IDENTIFIERS,
    "SubjectKind": words.KINDS,
    "Severity": words.SEVERITIES,
    "Capacity": words.CAPACITIES,
    "OfficialRole": words.OFFICIAL_ROLES,
    "KeyRevocationReason": words.REVOCATIONS,
    "NotedStatus": _NOTED,
    "SubjectLinkKind": {"换码": 1, "合并": 2, "分支机构": 3, "旧码": 4},
    "Suite": {"Ed25519": 1, "ECDSA P-256": 2, "SM2 国密": 3},
    "RegistryKeyPurpose": {"日志": 1, "回执": 2},
    "ServiceMethod": procedure_words.SERVICE_METHODS,
    "DefenceKind": procedure_words.DEFENCES,
    "ObjectionGround": procedure_words.OBJECTION_GROUNDS,
    "ObjectionOutcome": procedure_words.OBJECTION_OUTCOMES,
}


def field_word(message: str, field: str) -> str:
    """The word for a field of a message."""
    return OF_MESSAGE.get(f"{message}.{field}") or FIELDS.get(field, field)


def value_word(enumeration: str, number: int) -> str:
    """The word for a value of an enumeration."""
    return words.word_of(_TABLES.get(enumeration, {}), number)
