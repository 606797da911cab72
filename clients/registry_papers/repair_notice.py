"""信用修复告知书, produced with the decision and served with it (两书同达; 信用修复管理办法,
国家发展改革委令第36号): what is on record, when and how it may be repaired, how long that takes, what ends
with it and what does not.

Until 2026-03-31 the rules were those of the trial order (第58号令), which the paper then names.

Example: 三个工作日内决定是否受理，受理之日起十个工作日内作出决定.
"""

from __future__ import annotations

from registry.v1.statement_pb2 import BanDecision
from registry_papers.decision import title_of
from registry_papers.matter import Matter, Written, ended, you
from registry_papers.paper import Block, Heading, Paragraph
from registry_papers.wording import chinese_day

_ORDER_36 = "《信用修复管理办法》（国家发展和改革委员会令第36号）"
_ORDER_58 = "《失信行为纠正后的信用信息修复管理办法（试行）》（国家发展和改革委员会令第58号）"
_ORDER_36_FROM = "2026-04-01"


def repair_notice(matter: Matter) -> Written:
    """The repair notice of a case."""
    window = matter.window()
    step = matter.gaps.must(matter.file.decision, "决定（案件尚未作出决定）")
    said = step.said
    number = matter.gaps.need(said.repair_notice.number, "信用修复告知书文号")
    date = matter.gaps.need(said.repair_notice.decided_on, "信用修复告知书日期")
    blocks = [*_opening(matter, said, date), *_conditions(matter, said), *_ways(window), *_effects()]
    return Written(number, date, tuple(blocks), step.place)


def _opening(matter: Matter, said: BanDecision, date: str) -> list[Block]:
    subject, document = said.event.subject, said.event.document
    decided = chinese_day(matter.gaps.need(document.decided_on, "决定日期"))
    number = matter.gaps.need(document.number, "决定书文号")
    order = _ORDER_36 if date >= _ORDER_36_FROM else _ORDER_58
    return [
        *matter.party(subject, event=said.event),
        Paragraph(
            f"本机关于{decided}对{you(subject)}作出《{title_of(said.event)}》（{number}）。该决定依法作为公共信用信息"
            f"归集、公示和共享。依照{order}的规定，现将信用修复的有关事项告知如下。"
        ),
    ]


def _conditions(matter: Matter, said: BanDecision) -> list[Block]:
    removal = ended(matter.gaps.need(said.removal, "移出条件和程序"))
    consequences = ended(matter.gaps.need(said.consequences, "惩戒措施提示"))
    return [
        Heading("一、失信信息及其影响"),
        *matter.decided(said.event),
        Paragraph(f"失信惩戒措施提示：{consequences}"),
        Heading("二、修复条件"),
        Paragraph("（一）已经纠正失信行为，履行完毕决定所确定的义务，消除不良影响。"),
        Paragraph("（二）达到法律、法规和国家规定的最短公示期限或者名单规定的最短列入期限。"),
        Paragraph("（三）公开作出信用承诺。"),
        Paragraph(f"（四）本案的移出条件和程序：{removal}"),
    ]


def _ways(window: str) -> list[Block]:
    return [
        Heading("三、申请方式和材料"),
        Paragraph(f"可以向本机关或者公共信用信息登记窗口提出申请，不收取费用。本机关{window}。"),
        Paragraph("申请时提交信用修复申请、信用承诺书，以及已经纠正失信行为、履行完毕义务的证明材料。"),
        Heading("四、办理期限"),
        Paragraph("自收到申请之日起三个工作日内决定是否受理，自受理之日起十个工作日内作出决定，并告知结果。"),
    ]


def _effects() -> list[Block]:
    return [
        Heading("五、修复的效果"),
        Paragraph(
            "准予修复的，终止公示和共享，依法可以提前终止的惩戒措施同步解除；"
            "法律、行政法规规定不得提前终止的措施，执行至期满。"
        ),
        Heading("六、提示和救济"),
        Paragraph(
            "申请材料弄虚作假或者故意违背承诺的，撤销修复，恢复公示和措施，记入信用记录，并在规定期限内限制适用承诺方式。"
        ),
        Paragraph(
            "认为公示的信息有错误、遗漏或者超过公示期限的，可以随时提出异议；不服修复处理结果的，可以依法申请行政复议或者提起行政诉讼。"
        ),
    ]
