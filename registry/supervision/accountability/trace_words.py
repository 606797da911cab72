"""What an act of a file was, in one line of Chinese, made of what the file keeps: days, outcomes, links.

No text of the statement is repeated and nobody is named; who acted stands beside.

Example: the acceptance of a referral with the result 0 is ``不予接收``.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.files import ACT_NAMES
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

KINDS: Mapping[int, pb.TraceKind.ValueType] = {
    acts.FILE_KIND_MATTER: pb.TRACE_KIND_MATTER,
    acts.FILE_KIND_RULE: pb.TRACE_KIND_RULE,
    acts.FILE_KIND_PLAN: pb.TRACE_KIND_DRAW,
    acts.FILE_KIND_DRAW: pb.TRACE_KIND_DRAW,
    acts.FILE_KIND_INSPECTION: pb.TRACE_KIND_INSPECTION,
    acts.FILE_KIND_REFERRAL: pb.TRACE_KIND_REFERRAL,
    acts.FILE_KIND_COMPLAINT: pb.TRACE_KIND_COMPLAINT,
    acts.FILE_KIND_ALERT: pb.TRACE_KIND_ALERT,
    acts.FILE_KIND_ACCIDENT: pb.TRACE_KIND_ACCIDENT,
}
_NAMES: Mapping[str, str] = {
    "matter": "审批事项列入目录",
    "intermediary": "涉审中介登记",
    "rule": "监管制度起草",
    "rule_review": "合法性审查",
    "rule_filing": "监管制度备案",
    "rule_check": "对监管工作的检查",
    "plan": "年度抽查计划",
    "draw_order": "抽取令",
    "draw_result": "抽取结果",
    "inspection": "检查",
    "result_publication": "检查结果公示",
    "rectification": "整改复查",
    "referral": "告知移送",
    "receipt": "签收",
    "referral_acceptance": "移送接收答复",
    "referral_outcome": "移送处理结果",
    "referral_answer": "反馈",
    "urging": "督办",
    "complaint": "收到投诉举报",
    "complaint_acceptance": "受理决定",
    "complaint_mediation": "调解",
    "complaint_verification": "核查结果",
    "complaint_answer": "告知实名举报人",
    "identity_opening": "开启举报人身份",
    "risk_alert": "预警",
    "alert_answer": "预警处置",
    "accident": "事故",
    "association_note": "行业自律信息",
}
_RESULTS: Mapping[str, Mapping[int, str]] = {
    "matter": {1: "保留", 2: "下放、委托管理", 3: "转移、转变管理方式", 4: "取消"},
    "rule_review": {0: "不合法", 1: "合法"},
    "rule_check": {0: "未发现不足", 1: "发现不足"},
    "inspection": {
        1: "未发现问题", 2: "未按规定公示", 3: "公示信息隐瞒、弄虚作假", 4: "通过登记住所无法联系",
        5: "发现问题已责令改正", 6: "不配合检查情节严重", 7: "发现问题待后续处理", 8: "未发现所涉经营活动",
    },
    "rectification": {0: "整改不到位", 1: "整改到位"},
    "referral": {1: "线索告知", 2: "案件移送", 3: "涉嫌犯罪移送", 4: "不追究刑事责任移送行政处罚"},
    "referral_acceptance": {0: "不予接收", 1: "接收"},
    "referral_outcome": {1: "已作出决定", 2: "不予处罚、不立案", 3: "刑事立案", 4: "另行移送"},
    "complaint": {1: "投诉", 2: "举报"},
    "complaint_acceptance": {0: "不予受理", 1: "受理"},
    "complaint_mediation": {1: "开始", 2: "达成协议", 3: "终止"},
    "complaint_verification": {
        1: "属实立案", 2: "不属实或者不予立案", 3: "已移送", 4: "延长核查期限", 5: "已作出决定",
    },
    "accident": {1: "食品药品安全", 2: "生态环境安全", 3: "生产安全", 4: "其他"},
}  # fmt: skip
_UNTIL: Mapping[str, str] = {
    "inspection": "责令最迟{}改正", "rectification": "最迟{}再次整改", "rule_check": "最迟{}改进",
    "draw_order": "最迟{}检查", "urging": "最迟{}办理", "matter": "自{}起不再列入",
}  # fmt: skip


def kind_of(file: SupervisionFile, act: FileAct) -> pb.TraceKind.ValueType:
    """Under which heading an act of a file stands."""
    if ACT_NAMES.get(act.act) == "urging":
        return pb.TRACE_KIND_URGING
    return KINDS.get(file.file.kind, pb.TRACE_KIND_OTHER)


def words_of(file: SupervisionFile, act: FileAct) -> str:
    """An act in words."""
    name = ACT_NAMES.get(act.act, "")
    said = [_NAMES.get(name, name)]
    result = _RESULTS.get(name, {}).get(act.result, "")
    if result:
        said[0] += f": {result}"
    if name == "draw_result":
        said[0] += f": 抽取{act.result}个对象"
    if act.until and name in _UNTIL:
        said.append(_UNTIL[name].format(act.until))
    if act.outside_findings:
        said.append(f"其中{act.outside_findings}项发现超出本部门职责")
    if act.linked.kind and act.linked.number and act.act != _ALERT:
        said.append(f"涉及卷宗{act.linked.number}")
    if act.filing_number:
        said.append(f"备案号{act.filing_number}")
    if file.addressee and act.position == file.acts[0].position and name == "referral":
        said[0] += ", 发往另一部门"
    return "; ".join(said)


_ALERT = next(number for number, name in ACT_NAMES.items() if name == "risk_alert")
