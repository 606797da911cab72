"""解除决定书: measures of a decision end before their term, by who decided (信用修复管理办法 第三条); from
which day.

Example: 自2026年11月20日起解除：（一）一至三年内禁止参加政府采购活动，…. 其他内容继续执行.
"""

from __future__ import annotations

from registry.v1.statement_pb2 import Event, Lifting
from registry_papers.decision import title_of
from registry_papers.matter import Matter, Written, paragraphs
from registry_papers.paper import Block, Heading, Paragraph
from registry_papers.wording import chinese_day, imposed, numbered


def lifting(matter: Matter) -> Written:
    """The latest lifting of a case."""
    matter.window()
    relief = matter.relief("本决定书")
    event = matter.gaps.must(matter.file.event, "决定（案件尚未作出决定）")
    step = matter.gaps.must(matter.file.lifting, "解除（案件没有该陈述）")
    number = matter.gaps.need(step.said.document.number, "解除决定书文号")
    date = matter.gaps.need(step.said.document.decided_on, "解除决定书日期")
    blocks = [
        *matter.party(event.subject, event=event),
        *_grounds(matter, event, step.said),
        *_content(matter, event, step.said),
        Heading("三、救济途径"),
        *relief,
        Paragraph(f"本机关{matter.window()}。"),
    ]
    return Written(number, date, tuple(blocks), step.place)


def _grounds(matter: Matter, event: Event, said: Lifting) -> list[Block]:
    decided = chinese_day(matter.gaps.need(event.document.decided_on, "原决定日期"))
    number = matter.gaps.need(event.document.number, "原决定书文号")
    reason = matter.gaps.need(said.reason, "解除理由")
    return [
        Paragraph(
            f"本机关于{decided}对当事人作出《{title_of(event)}》（{number}）。现查明，有关措施可以提前解除。"
        ),
        Heading("一、解除的理由和依据"),
        *paragraphs(reason),
        Paragraph(
            "依据：《信用修复管理办法》（国家发展和改革委员会令第36号）第三条和原决定所依据的法律、法规。"
        ),
    ]


def _content(matter: Matter, event: Event, said: Lifting) -> list[Block]:
    on = chinese_day(matter.gaps.need(said.effective_on, "解除的日期"))
    lifted = [each for each in event.measures if said.measure_code in ("", each.measure_code)]
    if not lifted:
        matter.gaps.lack("被解除的措施")
    items = [
        Paragraph(f"{numbered(place)}{imposed(each, matter.name(each.measure_code), matter.names)}。")
        for place, each in enumerate(lifted, 1)
    ]
    rest = "原决定的其他内容继续执行。" if len(lifted) < len(event.measures) or event.list_code else ""
    return [
        Heading("二、决定内容"),
        Paragraph(f"自{on}起（含当日）解除下列措施："),
        *items,
        Paragraph(f"解除前措施的效力不受影响。{rest}"),
    ]
