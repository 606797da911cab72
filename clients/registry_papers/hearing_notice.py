"""听证通知书 (行政处罚法 第六十三、六十四条): when, where, who presides, and the party's rights at the
hearing.

It is served seven working days before (第六十四条第二项). The clock time and the officer who presides stand
in no statement: they are given with ``Particulars``.

Example: 定于2026年11月3日9时30分在示例路1号第一会议室公开举行听证.
"""

from __future__ import annotations

from registry.v1 import statement_pb2
from registry.v1.statement_pb2 import BanDraft, BanHearingNotice
from registry_papers.matter import Matter, Written, you
from registry_papers.paper import Block, Heading, Paragraph
from registry_papers.wording import chinese_day

_RIGHTS = (
    "（一）可以亲自参加听证，也可以委托一至二人代理；委托代理的，应当提交授权委托书（第六十四条第五项）。",
    "（二）认为主持人与本案有直接利害关系的，有权在听证举行前申请回避（第六十四条第四项）。",
    "（三）听证时，调查人员提出违法的事实、证据和行政处罚建议，当事人可以进行申辩和质证，并可以提出证据（第六十四条第七项）。",
    "（四）听证制作笔录，交当事人或者其代理人核对无误后签字或者盖章（第六十四条第八项）。",
    "（五）不承担组织听证的费用（第六十三条第二款）。",
)
_DUTIES = (
    "（一）请按时到场，携带身份证件；法人或者非法人组织另带营业执照（登记证书）复印件和法定代表人（负责人）身份证明。",
    "（二）当事人及其代理人无正当理由拒不出席听证或者未经许可中途退出听证的，视为放弃听证权利，本机关终止听证（第六十四条第六项）。",
    "（三）除涉及国家秘密、商业秘密或者个人隐私依法予以保密外，听证公开举行（第六十四条第三项）。",
)


def hearing_notice(matter: Matter) -> Written:
    """The hearing notice of a case."""
    window = matter.window()
    time = matter.gaps.need(matter.particulars.hearing_time, "听证开始的时刻")
    officer = matter.gaps.need(matter.particulars.hearing_officer, "听证主持人")
    draft = matter.gaps.must(matter.file.draft, "立案及拟处理意见（案件没有该陈述）").said
    step = matter.gaps.must(matter.file.hearing_notice, "听证通知（案件没有该陈述）")
    number = matter.gaps.need(step.said.document.number, "听证通知书文号")
    date = matter.gaps.need(step.said.document.decided_on, "听证通知书日期")
    blocks = [
        *matter.party(draft.subject),
        Paragraph(_summons(matter, draft, step.said, time)),
        Paragraph(f"听证主持人：{officer}（非本案调查人员）。"),
        *_rules(you(draft.subject)),
        Paragraph(f"联系方式：{window}。"),
    ]
    return Written(number, date, tuple(blocks), step.place)


def _summons(matter: Matter, draft: BanDraft, said: BanHearingNotice, time: str) -> str:
    day = chinese_day(matter.gaps.need(said.hearing_on, "听证日期"))
    place = matter.gaps.need(said.place, "听证地点")
    return (
        f"{_asked(matter, draft)}依照《行政处罚法》第六十三条、第六十四条的规定，"
        f"定于{day}{time}在{place}举行听证，请准时出席。"
    )


def _asked(matter: Matter, draft: BanDraft) -> str:
    wanted = statement_pb2.DEFENCE_KIND_HEARING_REQUESTED
    asked = [each.on for each in matter.file.defences if each.kind == wanted]
    on = chinese_day(matter.gaps.need(asked[-1] if asked else "", "当事人要求听证的日期"))
    return f"{you(draft.subject)}于{on}就本机关办理的案件（案号：{draft.case_number}）要求听证。"


def _rules(you_: str) -> list[Block]:
    return [
        Heading(f"一、{you_}在听证中的权利"),
        *map(Paragraph, _RIGHTS),
        Heading("二、注意事项"),
        *map(Paragraph, _DUTIES),
    ]
