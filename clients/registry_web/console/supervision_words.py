"""The words for what acts of supervision hold: acts, fields, values. Added to ``statement_words``."""

from __future__ import annotations

from collections.abc import Mapping

from registry_client.supervision import inspection_words

ACTS: Mapping[str, str] = {
    "matter": "审批事项", "intermediary": "涉审中介服务机构", "rule": "事中事后监管制度",
    "rule_review": "监管制度合法性审查", "rule_filing": "监管制度备案", "rule_check": "对监管工作的检查",
    "roster": "名录库", "plan": "年度抽查工作计划", "draw_order": "抽取令", "draw_result": "抽取结果",
    "inspection": "现场检查记录", "result_publication": "检查结果公示", "rectification": "整改复查",
    "referral": "告知、移送", "receipt": "签收", "referral_acceptance": "受理移送",
    "referral_outcome": "移送处理结果", "referral_answer": "移送反馈", "urging": "督办",
    "complaint": "投诉举报登记", "complaint_acceptance": "投诉举报受理", "complaint_mediation": "投诉调解",
    "complaint_verification": "举报核查", "complaint_answer": "告知实名举报人",
    "identity_opening": "开启举报人身份", "custodian_key": "身份保管人加密公钥", "indicator": "风险指标",
    "alert_answer": "对预警的处置", "association_note": "行业自律信息", "accident": "事故",
    "risk_alert": "预警",
}  # fmt: skip

FIELDS: Mapping[str, str] = {
    **ACTS,
    "file": "卷宗", "matters": "审批事项", "matter_class": "类别", "matter_classes": "类别",
    "approving_section": "审批科室", "supervising_section": "监管科室", "taken_over_by": "承接机关",
    "taker_supervised_by": "监管承接机关的部门", "still_watched_by": "继续监管的部门",
    "no_more_supervision": "不再监管", "ended_on": "停止日期", "fee_standard": "收费标准",
    "qualification": "资质", "qualification_number": "资质证书编号", "qualified_until": "资质有效期止",
    "object": "监管对象", "manner": "方式", "text": "内容", "drafted_on": "起草日期", "finding": "发现",
    "deficient": "须改进", "rectify_by": "改正期限", "rows": "行数", "media_type": "媒体类型",
    "year": "年度", "items": "抽查事项", "key": "重点检查事项", "count": "抽取数量",
    "per_mille": "抽取千分比", "plan_item": "计划事项", "objects": "检查对象名录库",
    "inspectors": "检查人员", "wanted": "抽取数量", "inspectors_each": "每户检查人员数",
    "weights": "抽取权重", "grade": "信用等级", "weight": "权重", "recusals": "回避名单",
    "algorithm": "抽取算法",
    "time_anchored": "以时间戳为随机源", "inspect_by": "检查截止日期", "beacon_position": "随机源序号",
    "beacon_root": "随机源树根", "result": "结果", "drawn": "抽中数量", "cause": "检查缘由",
    "source": "来源卷宗", "drawn_object": "被抽中的名录行", "began_at": "开始时间", "ended_at": "结束时间",
    "results": "检查结果", "findings": "发现的问题", "item": "检查事项", "fact": "事实",
    "outside_remit": "超出本部门职责", "certificate": "执法证号", "published_on": "公示日期",
    "checked_on": "复查日期", "sufficient": "整改到位", "direction": "方向", "paper": "文书",
    "decision": "决定的信用信息", "onward": "另行移送的卷宗", "issued_on": "出具日期",
    "due_on": "应在此前办理", "channel": "渠道", "reporter": "举报人身份(加密)", "received_on": "收到日期",
    "stage": "阶段", "withdrawn": "已停用", "grouping": "分组", "window_days": "窗口天数",
    "threshold": "阈值", "rise_percent": "上升百分比", "industries": "行业", "in_charge": "主管部门",
    "answer_within": "处置期限(工作日)", "group": "集中的对象", "before": "前一窗口的数值",
    "positions": "计入的序号", "answer_by": "处置截止日期", "measure_taken": "处置措施",
    "association_rule": "自律规约", "area": "事故领域", "occurred_on": "发生日期", "account": "经过",
    "look_back_days": "倒查天数",
}  # fmt: skip

OF_MESSAGE: Mapping[str, str] = {
    "Supervision.receipt": "签收", "FileReference.kind": "卷宗种类", "FileReference.number": "卷宗编号",
    "ApprovalMatter.number": "事项编号", "ApprovalMatter.name": "事项名称", "ApprovalMatter.kind": "事项类别",
    "ApprovalMatter.effective_from": "实施日期", "ApprovalMatter.ended_on": "停止实施日期",
    "Intermediary.number": "登记编号", "Intermediary.service": "服务事项",
    "SupervisionRule.number": "制度编号", "SupervisionRule.content": "监管内容",
    "SupervisionRule.manner": "监管方式", "SupervisionRule.measures": "监管措施",
    "SupervisionRule.text": "制度全文", "RuleReview.on": "审查日期", "RuleFiling.filed_on": "备案日期",
    "RuleCheck.on": "检查日期", "RuleCheck.manner": "检查方式", "InspectionPlan.number": "计划编号",
    "InspectionPlan.filed_on": "备案日期", "PlanItem.number": "事项编号", "PlanItem.content": "抽查内容",
    "Roster.number": "名录库编号", "Roster.as_of": "截至日期", "Roster.file": "名录文件",
    "DrawOrder.number": "抽取编号", "DrawOrder.inspectors": "执法检查人员名录库",
    "DrawOrder.plan": "抽查计划", "Inspection.number": "检查编号", "Inspection.manner": "检查方式",
    "Inspection.place": "检查地点", "ResultPublication.place": "公示处",
    "EvidenceItem.size": "大小(字节)", "Referral.number": "移送编号", "Referral.to": "受移送部门",
    "Referral.on": "移送日期", "SupervisionPaper.number": "文号", "Urging.text": "督办要求",
    "Complaint.number": "受理编号", "Complaint.summary": "概要", "Complaint.content": "内容(加密)",
    "ComplaintVerification.referral": "移送卷宗", "ComplaintAnswer.manner": "告知方式",
    "CustodianKey.number": "编号", "CustodianKey.proof": "持有证明", "RiskIndicator.number": "指标编号",
    "RiskIndicator.name": "指标名称", "RiskAlert.number": "预警编号", "RiskAlert.value": "数值",
    "RiskAlert.indicator": "风险指标", "AlertAnswer.inspection": "随后的检查",
    "AlertAnswer.on": "处置日期", "AssociationNote.number": "编号", "Accident.number": "事故编号",
    "Accident.place": "发生地点",
}  # fmt: skip

_WORDS: Mapping[str, tuple[str, ...]] = {
    "FileKind": (
        "审批事项", "涉审中介", "监管制度", "名录库", "抽查计划", "抽取", "检查", "移送", "投诉举报",
        "风险指标", "预警", "行业自律信息", "事故", "身份保管人",
    ),
    "MatterKind": ("保留", "下放、委托管理", "转移、转变管理方式", "取消"),
    "RuleCheckManner": ("定期检查", "不定期抽查"),
    "RosterKind": ("检查对象名录库", "执法检查人员名录库"),
    "ReferralKind": ("线索告知", "案件移送", "涉嫌犯罪移送", "反向移送"),
    "ReferralDirection": ("横向", "上报", "下转"),
    "ReferralResult": ("已作出决定", "不予处罚、不立案", "刑事立案", "另行移送"),
    "ComplaintChannel": ("互联网", "电话", "信函", "来访", "转办"),
    "ComplaintKind": ("投诉", "举报"),
    "MediationStage": ("开始调解", "达成调解协议", "终止调解"),
    "VerificationResult": ("属实并立案", "不属实或者不予立案", "已移送", "延长核查期限", "已作出决定"),
    "IndicatorKind": ("处罚集中", "整改逾期", "重点行业新增", "投诉举报突增"),
    "IndicatorGrouping": ("地区", "行业", "主体", "审批事项"),
    "AssociationNoteKind": ("会员", "违反自律规约", "行业表彰"),
    "AccidentArea": ("食品药品安全", "生态环境安全", "生产安全", "其他"),
}  # fmt: skip
TABLES: Mapping[str, Mapping[str, int]] = {
    "InspectionManner": inspection_words.INSPECTION_MANNERS,
    "InspectionCause": inspection_words.INSPECTION_CAUSES,
    "InspectionResult": inspection_words.INSPECTION_RESULTS,
    **{name: {word: number for number, word in enumerate(words, 1)} for name, words in _WORDS.items()},
}
"""Every enumeration of supervision begins at 1 and has no gap."""
