"""行政处罚决定书 (行政处罚法 第五十九条), or 列入决定书 for an entry on a list alone (国办发〔2020〕49号):
whom, what was done and how it is proven, what the party said, why, by which article, what follows, from
when to when and where, how it is performed, 惩戒措施提示, 移出条件和程序, relief.

A decision that was corrected is shown as corrected, and says so; one that was revoked bears that at its head.

Example: 四、决定内容 （一）一至三年内禁止参加政府采购活动，期限一年，自2026年11月10日起至2027年11月9日止，….
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.v1.ban_service_pb2 import BAN_STATE_REVOKED
from registry.v1.statement_pb2 import BanDecision, BanDraft, Event
from registry_papers.hearing_of import heard
from registry_papers.matter import Matter, Written, listing_only, paragraphs
from registry_papers.paper import Block, Heading, Paragraph
from registry_papers.wording import articles, capacity_word, chinese_day, chinese_number, numbered

_CONTENT, _FINE = "nr", "nr_fk"
"""Content fields of 双公示 with the penalty in words, and with the fine (in units of 10,000 yuan)."""


def decision(matter: Matter) -> Written:
    """The decision of a case."""
    matter.window()
    matter.relief("本决定书")
    draft = matter.gaps.must(matter.file.draft, "立案及拟处理意见（案件没有该陈述）").said
    step = matter.gaps.must(matter.file.decision, "决定（案件尚未作出决定）")
    said = step.said
    number = matter.gaps.need(said.event.document.number, "决定书文号")
    date = matter.gaps.need(said.event.document.decided_on, "决定日期")
    sections = _sections(matter, draft, said)
    blocks = [*_standing(matter), *_opening(matter, draft, said), *_headed(sections)]
    return Written(number, date, tuple(blocks), step.place)


def title_of(event: Event) -> str:
    """What the decision is called."""
    return "列入决定书" if listing_only(event.category, len(event.measures)) else "行政处罚决定书"


def _standing(matter: Matter) -> list[Block]:
    """What befell the decision since."""
    notes: list[Block] = []
    if matter.file.withdrawal is not None or matter.file.case.state == BAN_STATE_REVOKED:
        notes.append(Paragraph("（本决定已经撤销，自始不发生效力。）"))
    if matter.file.correction is not None:
        notes.append(Paragraph(f"（本决定书已经更正，更正理由：{matter.file.correction.said.reason}）"))
    return notes


def _opening(matter: Matter, draft: BanDraft, said: BanDecision) -> list[Block]:
    filed = chinese_day(matter.gaps.need(draft.filed_on, "立案日期"))
    listing = title_of(said.event) == "列入决定书"
    return [
        *matter.party(said.event.subject, address_needed=not listing, event=said.event),
        Paragraph(
            f"本机关于{filed}对当事人涉嫌违法的行为立案（案号：{draft.case_number}）。"
            "本案现已调查终结，并依法履行告知、审核等程序，现查明并决定如下。"
        ),
    ]


def _headed(sections: Iterable[tuple[str, list[Block]]]) -> list[Block]:
    """Sections with their numbers; one that says nothing is left out."""
    told = [(title, blocks) for title, blocks in sections if blocks]
    return [
        block
        for place, (title, blocks) in enumerate(told, 1)
        for block in (Heading(f"{chinese_number(place)}、{title}"), *blocks)
    ]


def _sections(matter: Matter, draft: BanDraft, said: BanDecision) -> list[tuple[str, list[Block]]]:
    event, gaps = said.event, matter.gaps
    basis = gaps.need(articles(event.legal_basis), "处罚依据")
    reason = gaps.need(said.reason, "决定理由")
    consequences = gaps.need(said.consequences, "惩戒措施提示")
    removal = gaps.need(said.removal, "移出条件和程序")
    facts = gaps.need(said.facts, "违法事实")
    proof = {(each.sha256, each.title): each for each in (*draft.evidence, *event.evidence)}.values()
    return [
        ("违法事实和证据", [*paragraphs(facts), *matter.evidence(proof, needed=True)]),
        ("告知、陈述申辩和审核情况", heard(matter)),
        ("决定的理由和依据", [*paragraphs(reason), Paragraph(f"依据：{basis}。")]),
        ("决定内容", _content(matter, event)),
        ("责任人员", _persons(said)),
        ("履行方式和期限", _performance(event)),
        ("失信惩戒措施提示", paragraphs(consequences)),
        ("移出条件和程序", paragraphs(removal)),
        ("救济途径", _relief(matter, said)),
    ]


def _content(matter: Matter, event: Event) -> list[Block]:
    stated = _field(event, _CONTENT)
    return [Paragraph("本机关决定："), *paragraphs(stated), *matter.decided(event)]


def _persons(said: BanDecision) -> list[Block]:
    return [
        Paragraph(f"{numbered(place)}{person.name}（{capacity_word(person.capacity)}）。")
        for place, person in enumerate(said.responsible_persons, 1)
    ]


def _performance(event: Event) -> list[Block]:
    told = [
        "本决定自送达之日起生效。上列措施在所载期限内自行执行，由实施相应管理、交易活动的单位依法核对执行；"
        "期满自动终止。"
    ]
    if _field(event, _FINE).strip(" 0."):
        told.append(
            "罚款应当自收到本决定书之日起十五日内到指定的银行或者通过电子支付系统缴纳（《行政处罚法》第六十七条）；"
            "到期不缴纳的，每日按罚款数额的百分之三加处罚款（第七十二条）。"
        )
    return [Paragraph(each) for each in told]


def _relief(matter: Matter, said: BanDecision) -> list[Block]:
    stated = matter.gaps.need(said.relief, "救济途径")
    window = f"本机关{matter.window()}。"
    return [*paragraphs(stated), *matter.relief("本决定书"), Paragraph(window)]


def _field(event: Event, name: str) -> str:
    return next((field.value for field in event.content if field.name == name), "")
