"""The report on a tender as people read it, within 80 columns: parties, bids, lists, then why.

Example::

    各主体
    标  主体                                       角色      结论
    1   沧州泓桠建筑工程(示例)有限公司             投标人    禁止
        91130903DEM0000164
    各投标
    标  结论  取决于
    1   禁止  沧州泓桠建筑工程(示例)有限公司
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.v1 import verdict_pb2
from registry.v1.verdict_pb2 import CheckedList
from registry_client.cli import hit_text, identity_text
from registry_client.cli.output import china_time, print_facts, print_line, print_table
from registry_client.cli.verdict_text import STYLES, freshness, under_what
from registry_client.screen_results import PartyChange, PartyResult, ScreenReport
from registry_client.tender import Tender
from registry_client.words import DOMAINS, INDETERMINATE, ROLES, TENDERS, word_of

_INDENT = 2


def print_report(tender: Tender, report: ScreenReport) -> None:
    """Prints a report."""
    _print_project(tender)
    _print_parties(report.parties)
    _print_bids(report)
    _print_lists(report.lists, report.unknown_lists)
    _print_reasons(report.parties)
    for remark in _remarks(tender, report):
        print_line(remark)
    print_facts(under_what(report.answered))


def print_changes(report: ScreenReport, changes: Sequence[PartyChange]) -> None:
    """Prints what changed since the report before: verdicts, and the restrictions that came and went."""
    print_line("")
    print_line(f"{china_time(report.answered.valid_time)} 有变化", style="bold")
    for change in changes:
        party = report.parties[change.party]
        moved = f"{change.before.word} → {change.after.word}"
        print_line(f"{shown(party)}：{moved}", style=STYLES[change.after])
        for label, hits in (("新增", change.came), ("不再", change.went)):
            for hit in hits:
                print_facts([("变化", label), *hit_text.facts(hit)], indent=_INDENT)
    _print_bids(report)


def shown(party: PartyResult) -> str:
    """How a party is called: the name in the bid, or one that the registry holds; otherwise its code."""
    return party.name or next(iter(party.identity.names), party.subject.value)


def _print_project(tender: Tender) -> None:
    kind = word_of(TENDERS, tender.tender_kind) if tender.tender_kind else ""
    domain = "，".join(filter(None, (word_of(DOMAINS, tender.domain), kind)))
    print_line(" ".join(filter(None, ("项目", tender.number, tender.title))) + f"（{domain}）", style="bold")
    print_line("")


def _print_parties(parties: Sequence[PartyResult]) -> None:
    rows = [
        (
            party.bid or "—",
            "\n".join(dict.fromkeys((shown(party), party.subject.value, *_notes(party)))),
            word_of(ROLES, party.role),
            party.verdict.word,
        )
        for party in parties
    ]
    print_table(("标", "主体", "角色", "结论"), rows, title="各主体", whole=("标", "角色", "结论"))


def _notes(party: PartyResult) -> Iterator[str]:
    if party.name_differs:
        yield f"名称与登记的不同：{'、'.join(party.identity.names)}"
    if identity_text.worth_telling(party.identity):
        yield identity_text.identity_line(party.identity, party.subject.value)


def _print_bids(report: ScreenReport) -> None:
    rows = [
        (bid.bid, bid.verdict.word, "、".join(shown(report.parties[place]) for place in bid.decided_by))
        for bid in report.bids
    ]
    if rows:
        print_table(("标", "结论", "取决于"), rows, title="各投标", whole=("标", "结论"))


def _print_lists(lists: Sequence[CheckedList], unknown: Sequence[str]) -> None:
    rows = [(f"{each.name} {each.code}", freshness(each)) for each in lists]
    rows += [(name, "没有这一名单") for name in unknown]
    print_table(("名单", "来源"), rows, title="查询的名单")


def _print_reasons(parties: Sequence[PartyResult]) -> None:
    for party in parties:
        if not party.hits and not party.indeterminate_reason:
            continue
        print_line(f"{shown(party)}  {party.verdict.word} {party.verdict.name}", style=STYLES[party.verdict])
        if party.indeterminate_reason:
            reason = word_of(INDETERMINATE, party.indeterminate_reason)
            print_facts([("原因", reason), ("说明", party.indeterminate_detail)], indent=_INDENT)
        for hit in party.hits:
            print_facts(hit_text.facts(hit), indent=_INDENT)
        print_line("")


def _remarks(tender: Tender, report: ScreenReport) -> Iterator[str]:
    unknown = verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
    deciding = {place for bid in report.bids for place in bid.decided_by}
    if any(
        party.bid and party.indeterminate_reason == unknown and place not in deciding and not party.hits
        for place, party in enumerate(report.parties)
    ):
        yield "登记系统没有其记录的法定代表人等自然人，不影响所在投标的结论。"
    if tender.named_lists:
        yield "列入名单有什么后果，以法律在本领域规定的措施为限；没有后果的列入不在报告之内。"
