"""What codes and staff ids are called, where the reader has the directory; otherwise they stand themselves.

Example: ``Names({"1113…": "消防(示例)"}, {("1113…", "A-1"): "示例甲"}).official("1113…", "A-1")`` is
``示例甲(A-1)``; without an id it is ``未明确责任人``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry_papers.masking import visible

NOBODY = "未明确责任人"
FILE_KINDS: Mapping[int, str] = {
    acts.FILE_KIND_MATTER: "审批事项",
    acts.FILE_KIND_INTERMEDIARY: "涉审中介",
    acts.FILE_KIND_RULE: "监管制度",
    acts.FILE_KIND_ROSTER: "名录库",
    acts.FILE_KIND_PLAN: "抽查计划",
    acts.FILE_KIND_DRAW: "抽取",
    acts.FILE_KIND_INSPECTION: "检查",
    acts.FILE_KIND_REFERRAL: "移送",
    acts.FILE_KIND_COMPLAINT: "投诉举报",
    acts.FILE_KIND_INDICATOR: "风险指标",
    acts.FILE_KIND_ALERT: "预警",
    acts.FILE_KIND_ASSOCIATION_NOTE: "行业自律",
    acts.FILE_KIND_ACCIDENT: "事故",
    acts.FILE_KIND_CUSTODIAN: "身份保管人",
}
PROCEDURE = "禁入、异议、修复"
"""Where a duty is in no file."""
TELLINGS: Mapping[int, str] = {
    pb.TELLING_KIND_REFERRAL: "移送",
    pb.TELLING_KIND_ALERT: "预警",
    pb.TELLING_KIND_URGING: "督办",
    pb.TELLING_KIND_NOTICE: "告知",
}
TRACES: Mapping[int, str] = {
    pb.TRACE_KIND_ACCIDENT: "事故",
    pb.TRACE_KIND_MATTER: "审批事项",
    pb.TRACE_KIND_RULE: "监管制度",
    pb.TRACE_KIND_DRAW: "抽查",
    pb.TRACE_KIND_INSPECTION: "检查",
    pb.TRACE_KIND_REFERRAL: "移送",
    pb.TRACE_KIND_COMPLAINT: "投诉举报",
    pb.TRACE_KIND_ALERT: "预警",
    pb.TRACE_KIND_URGING: "督办",
    pb.TRACE_KIND_DECISION: "决定",
    pb.TRACE_KIND_EXECUTION: "措施执行",
    pb.TRACE_KIND_OVERDUE: "逾期步骤",
    pb.TRACE_KIND_OTHER: "其他",
}
AREAS: Mapping[int, str] = {
    acts.ACCIDENT_AREA_FOOD_DRUG: "食品药品安全",
    acts.ACCIDENT_AREA_ECOLOGY: "生态环境安全",
    acts.ACCIDENT_AREA_WORK_SAFETY: "生产安全",
    acts.ACCIDENT_AREA_OTHER: "其他",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names of departments by code, and of officials by department and staff id."""

    departments: Mapping[str, str] = field(default_factory=dict)
    officials: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def department(self, code: str) -> str:
        """A department's name; of the registry itself 登记系统."""
        return visible(self.departments.get(code, code)) if code else "登记系统"

    def official(self, department: str, official_id: str, section: str = "") -> str:
        """An official with his id and section."""
        if not official_id:
            return NOBODY
        name = self.officials.get((department, official_id), "")
        said = f"{name}({official_id})" if name else official_id
        return visible(f"{said}, {section}" if section else said)

    def signers(self, department: str, ids: Iterable[str], sections: Iterable[str]) -> str:
        """Those who signed, in order."""
        named = zip(ids, sections, strict=False)
        return "; ".join(self.official(department, each, section) for each, section in named)


def file_name(kind: int, number: str) -> str:
    """A file as rows name it: 移送 YS-3."""
    return visible(f"{FILE_KINDS.get(kind, str(kind))} {number}") if kind else ""
