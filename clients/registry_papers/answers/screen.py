"""The report on a tender (投标人信用筛查报告): bids as wholes, parties, then why, party by party.

Example: 投标 3 个：禁止 1，需研判 0，无法判定 0，未见限制 2; a table of bids with what decides each; a table
of parties; under 各主体的限制 each party that is not CLEAR or met something.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.v1.restriction_service_pb2 import PartyReport, ScreenRequest, ScreenResponse
from registry_client.words import INDETERMINATE, TENDERS, word_of
from registry_papers.answers.hits import hit_blocks
from registry_papers.answers.matters import answered_rows, domain_word, list_blocks, role_word
from registry_papers.answers.page_model import Banner, Block, Grid, Heading, Item, Remark, clean, facts
from registry_papers.answers.reading import Filed
from registry_papers.answers.wording import (
    china_time,
    coded,
    counted,
    identity_text,
    scope_text,
    tone_of,
    verdict_word,
    worst,
)
from registry_papers.errors import PaperError

TITLE = "投标人信用筛查报告"


def screen_blocks(filed: Filed) -> Iterator[Block]:
    """The blocks of an answer to Screen."""
    asked: ScreenRequest = filed.question
    told: ScreenResponse = filed.response
    if any(place >= len(told.parties) for bid in told.bids for place in bid.decided_by):
        raise PaperError("回执中的投标指向没有列出的主体，不能制成文书")
    yield _banner(told)
    yield Heading("项目")
    yield facts([*_project_rows(asked), *answered_rows(filed.answered, filed.answer)])
    if told.bids:
        yield Heading(f"各投标的结论（{len(told.bids)}个）")
        yield _bids(told)
        yield Remark("同一投标的各成员作为一个整体，取最差的成员的结论。")
    yield Heading(f"各主体的结论（{len(told.parties)}个）")
    yield _parties(told)
    yield Heading("各主体的限制和无法判定的原因")
    yield from _reasons(told)
    yield Heading("所查的名单")
    yield from list_blocks(told.lists)
    if told.unknown_lists:
        yield Remark(f"所要求查的名单中，没有这样的名单：{'、'.join(map(clean, told.unknown_lists))}。")


def _banner(told: ScreenResponse) -> Banner:
    outside = [party.verdict for party in told.parties if not party.party.bid]
    bids = [bid.verdict for bid in told.bids]
    lines = ["各投标和不在投标中的主体的结论见下表；每一项限制见“各主体的限制和无法判定的原因”。"]
    if not bids:
        return Banner(f"主体 {len(outside)} 个：{counted(outside)}", tuple(lines), tone_of(worst(outside)))
    if outside:
        lines.insert(0, f"另有不在投标中的主体 {len(outside)} 个：{counted(outside)}。")
    tone = tone_of(worst([*bids, *outside]))
    return Banner(f"投标 {len(bids)} 个：{counted(bids)}", tuple(lines), tone)


def _project_rows(asked: ScreenRequest) -> list[tuple[str, str]]:
    project = asked.project
    return [
        ("项目编号", clean(project.number)),
        ("项目名称", clean(project.name)),
        ("领域", domain_word(project.domain)),
        ("项目性质", word_of(TENDERS, project.tender_kind) if project.tender_kind else ""),
        ("范围", scope_text(project.scope) or "未写明地域、行业和活动"),
        ("查询事由", clean(project.reason)),
        ("截止时点", china_time(project.cut_off)),
        ("要求查的名单", "、".join(map(clean, asked.named_lists))),
    ]


def _bids(told: ScreenResponse) -> Grid:
    rows = [
        (
            clean(bid.bid),
            verdict_word(bid.verdict),
            "；".join(_called(told.parties[place], place) for place in bid.decided_by) or "—",
        )
        for bid in told.bids
    ]
    return Grid(("投标", "结论", "取决于"), tuple(rows), (2, 2, 7), verdicts=1)


def _parties(told: ScreenResponse) -> Grid:
    rows = [
        (
            str(place),
            clean(party.party.bid) or "—",
            "\n".join(dict.fromkeys((_named(party), clean(party.party.subject.value), *_notes(party)))),
            role_word(party.party.role),
            verdict_word(party.verdict),
        )
        for place, party in enumerate(told.parties, 1)
    ]
    return Grid(("序", "投标", "主体", "身份", "结论"), tuple(rows), (1, 2, 7, 3, 2), verdicts=4)


def _notes(party: PartyReport) -> Iterator[str]:
    if party.name_differs:
        names = "、".join(map(clean, party.identity.names))
        yield f"投标文件所写的名称与登记的不同，登记名称：{names}"
    if party.identity.related or party.identity.disputed_names:
        yield identity_text(party.identity, party.party.subject.value)


def _reasons(told: ScreenResponse) -> Iterator[Block]:
    quiet = True
    for place, party in enumerate(told.parties, 1):
        if not party.hits and not party.indeterminate_reason:
            continue
        quiet = False
        yield Item(f"{_called(party, place - 1)}：{verdict_word(party.verdict)}", tone_of(party.verdict))
        reason = word_of(INDETERMINATE, party.indeterminate_reason) if party.indeterminate_reason else ""
        yield facts(
            [
                ("主体", coded(party.party.subject)),
                ("原因", reason),
                ("说明", clean(party.indeterminate_detail)),
            ]
        )
        yield from hit_blocks(party.hits, place)
    if quiet:
        yield Remark("各主体均没有命中任何限制。")


def _called(party: PartyReport, place: int) -> str:
    """A party by its place in the table and its name."""
    return f"第{place + 1}号 {_named(party)}"


def _named(party: PartyReport) -> str:
    names = (party.party.name, *party.identity.names, party.party.subject.value)
    return clean(next(filter(None, names), ""))
