"""How the party was told and heard before the decision (告知和听取意见的情况), in the words of the decision.

行政处罚法 第六十二条: what was not told and heard is not decided. So the notice must be there, and what the
party said or left unsaid; the hearing, if there was one; legal review and discussion
(第五十七条、第五十八条), which must have been for it: the paper is made before the decision is stated, and
nobody has refused it yet.

Example:
本机关于2026年10月12日向当事人送达告知书（沧示财告〔2026〕1号）…当事人于2026年10月15日提出陈述、申辩：…。
"""

from __future__ import annotations

from registry.v1 import statement_pb2
from registry.v1.statement_pb2 import BanDefence, BanDeliberation, BanHearing
from registry_papers.matter import Matter, ended
from registry_papers.paper import Block, Paragraph
from registry_papers.wording import chinese_day


def heard(matter: Matter) -> list[Block]:
    """Notice, defence, hearing, review and discussion, a paragraph each."""
    told = [_told(matter), *map(_said, matter.file.defences)]
    if not matter.file.defences:
        matter.gaps.lack("当事人陈述申辩或者放弃的情况")
    if matter.file.hearing is not None:
        told.append(_hearing(matter.file.hearing.said))
    if matter.file.review is not None:
        if not matter.file.review.said.lawful:
            matter.gaps.lack("认为合法的法制审核意见（最近一次审核未通过）")
        told.append("本案经法制审核，审核意见为合法（《行政处罚法》第五十八条）。")
    if matter.file.deliberation is not None:
        if not matter.file.deliberation.said.agreed:
            matter.gaps.lack("同意作出决定的讨论或者审查意见")
        told.append(_discussed(matter.file.deliberation.said))
    return [Paragraph(each) for each in told]


def _told(matter: Matter) -> str:
    if matter.file.notice is None:
        matter.gaps.lack("事先告知（案件没有该陈述）")
        return ""
    said = matter.file.notice.said
    on = chinese_day(matter.gaps.need(said.service.served_on, "告知书送达日期"))
    return (
        f"本机关于{on}向当事人送达事先告知书（{said.document.number}），告知拟作出决定的内容及事实、理由、依据和"
        "依法享有的权利（《行政处罚法》第四十四条、第四十五条）。"
    )


def _said(defence: BanDefence) -> str:
    on = chinese_day(defence.on)
    summary = ended(f"：{defence.summary}" if defence.summary else "")
    answer = f"本机关复核认为：{ended(defence.response)}" if defence.response else ""
    return {
        statement_pb2.DEFENCE_KIND_STATED: f"当事人于{on}提出陈述、申辩{summary or '。'}{answer}",
        statement_pb2.DEFENCE_KIND_HEARING_REQUESTED: f"当事人于{on}要求听证{summary or '。'}{answer}",
        statement_pb2.DEFENCE_KIND_WAIVED: f"当事人于{on}明确放弃陈述、申辩和要求听证的权利。",
        statement_pb2.DEFENCE_KIND_SILENT: "当事人在规定期限内未提出陈述、申辩，也未要求听证。",
    }.get(defence.kind, "")


def _hearing(hearing: BanHearing) -> str:
    on = chinese_day(hearing.held_on)
    if hearing.absent:
        return f"本机关定于{on}举行听证，当事人无正当理由未出席或者中途退出，视为放弃听证权利。"
    held = f"本机关于{on}举行听证，并根据听证笔录作出本决定（《行政处罚法》第六十五条）。"
    return held + ended(hearing.opinion)


def _discussed(deliberation: BanDeliberation) -> str:
    how = "负责人集体讨论" if deliberation.collective else "负责人审查"
    told = f"本机关于{chinese_day(deliberation.on)}经{how}，同意作出本决定（《行政处罚法》第五十七条）。"
    consent = deliberation.upper_consent
    if consent.number:
        told += f"上级部门已经同意（{consent.authority}，{consent.number}）。"
    return told
