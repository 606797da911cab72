"""The areas of supervision (事中事后监管) that the hub leads to: (address, title), in the order shown."""

from __future__ import annotations

AREAS: tuple[tuple[str, str], ...] = (
    ("/supervision/matters", "审批事项"),
    ("/supervision/rules", "监管制度"),
    ("/supervision/associations", "行业自律信息"),
    ("/supervision/referrals", "告知移送"),
    ("/supervision/complaints", "投诉举报"),
    ("/supervision/draws", "双随机"),
    ("/supervision/inspections", "监管日志"),
    ("/supervision/risk", "风险监测"),
    ("/supervision/accountability", "责任追究"),
)
