"""行政处罚事先告知书 (行政处罚法 第四十四、四十五、六十三、六十四条), or 列入事先告知书 for an entry on a
list alone (国办发〔2020〕49号): facts, reasons, basis and content, and the right to be heard before
anything is decided.

A hearing is offered where a measure is announced: every measure decided here is one that 第六十三条 names
or that the edition's rules treat alike (BR-01), while an entry on a list alone has its objections verified
and answered.

Example: 四、你单位依法享有的权利 （一）… （二）….
"""

from __future__ import annotations

from registry.v1.statement_pb2 import BanDraft, BanNotice
from registry_papers.matter import Matter, Written, listing_only, paragraphs, you
from registry_papers.paper import Block, Heading, Paragraph
from registry_papers.wording import articles, chinese_day


def notice(matter: Matter) -> Written:
    """The notice of a case."""
    window = matter.window()
    draft = matter.gaps.must(matter.file.draft, "立案及拟处理意见（案件没有该陈述）").said
    step = matter.gaps.must(matter.file.notice, "事先告知（案件没有该陈述）")
    number = matter.gaps.need(step.said.document.number, "告知书文号")
    date = matter.gaps.need(step.said.document.decided_on, "告知书日期")
    blocks = [*_opening(matter, draft, step.said), *_grounds(matter, draft, step.said)]
    return Written(number, date, (*blocks, *_rights(draft, step.said, window)), step.place)


def _opening(matter: Matter, draft: BanDraft, said: BanNotice) -> list[Block]:
    filed = chinese_day(matter.gaps.need(draft.filed_on, "立案日期"))
    you_ = you(draft.subject)
    listing = _listing(said)
    basis = (
        "依照《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号）"
        if listing
        else "依照《行政处罚法》第四十四条"
    )
    act = "列入决定" if listing else "行政处罚决定"
    return [
        *matter.party(draft.subject),
        Paragraph(
            f"本机关于{filed}对{you_}涉嫌违法的行为立案（案号：{draft.case_number}），现已调查终结，拟作出{act}。"
            f"{basis}的规定，现将拟作出决定的内容及事实、理由、依据和{you_}依法享有的权利告知如下。"
        ),
    ]


def _grounds(matter: Matter, draft: BanDraft, said: BanNotice) -> list[Block]:
    facts = matter.gaps.need(draft.facts, "违法事实")
    reason = matter.gaps.need(draft.reason, "处理理由")
    basis = matter.gaps.need(articles(said.announced.legal_basis), "处罚依据")
    return [
        Heading("一、拟认定的事实和证据"),
        *paragraphs(facts),
        *matter.evidence(draft.evidence, needed=True),
        Heading("二、理由和依据"),
        *paragraphs(reason),
        Paragraph(f"依据：{basis}。"),
        Heading("三、拟作出决定的内容"),
        *matter.announced(said.announced),
    ]


def _rights(draft: BanDraft, said: BanNotice, window: str) -> list[Block]:
    you_ = you(draft.subject)
    heading = Heading(f"四、{you_}依法享有的权利")
    if _listing(said):
        plea = (
            f"{you_}对拟列入的理由、依据有异议的，有权陈述和申辩，请自收到本告知书之日起五个工作日内向本机关提出。"
            "本机关将对提出的异议予以核实，并及时反馈结果。"
        )
        return [heading, Paragraph(plea), _place(window)]
    return [
        heading,
        Paragraph(
            f"（一）陈述和申辩。依照《行政处罚法》第七条、第四十五条的规定，{you_}有权进行陈述和申辩，"
            "请自收到本告知书之日起五个工作日内向本机关提出。本机关将充分听取意见，对提出的事实、理由和证据进行复核；"
            "成立的，予以采纳，不因陈述、申辩而给予更重的处罚。"
        ),
        Paragraph(
            f"（二）听证。依照《行政处罚法》第六十三条、第六十四条的规定，{you_}有权要求听证。要求听证的，"
            f"应当自收到本告知书之日起五个工作日内向本机关提出；{you_}不承担组织听证的费用。"
        ),
        Paragraph("逾期未提出陈述、申辩，也未要求听证的，视为放弃上述权利，本机关将依法作出决定。"),
        _place(window),
    ]


def _place(window: str) -> Block:
    return Paragraph(f"提出意见的方式：书面或者当面向本机关提出。{window}。")


def _listing(said: BanNotice) -> bool:
    return listing_only(said.announced.category, len(said.announced.measures))
