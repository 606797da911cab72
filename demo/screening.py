"""Step 5: the whole tender screened at once, on three days; the worst member decides for a consortium."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from demo.cast import DATES, TENDER, Bid, worst
from demo.files import SAMPLES
from demo.showing import say, show, word
from demo.tender_sample import TENDER_FILE
from demo.town import Town
from registry.v1 import subject_pb2 as pb
from registry_client.results import verdict_of
from registry_client.screen_results import ScreenReport
from registry_client.tender_file import read_tender

Reports = list[ScreenReport]


def screen(town: Town) -> list[str]:
    """Screens the tender at its three days and shows the bids side by side; what differs from expected."""
    tender = read_tender(SAMPLES / TENDER_FILE)
    asking = town.systems[pb.DOMAIN_PROCUREMENT].screening
    days = [datetime.combine(day, TENDER.opening.timetz()) for day in DATES]
    reports = [asking.screen(replace(tender, cut_off=day)) for day in days]
    rows = [
        (f"投标{bid.number}", _who(bid), *(word(report.bids[place].verdict) for report in reports))
        for place, bid in enumerate(TENDER.bids)
    ]
    show(("标", "投标人", *map(str, DATES)), rows, wide=1)
    for entry in reports[-1].lists:
        bound = f", 时限 {entry.max_age_days} 日" if entry.max_age_days else ""
        say(f"已查名单 {entry.code} {entry.name}: 报送至 {entry.as_of}{bound}")
    say(f"(命令行: registryctl screen {TENDER_FILE}, 文件为 demo/samples/{TENDER_FILE})")
    return _surprises(reports)


def _who(bid: Bid) -> str:
    return " + ".join(asked.party.name for asked in bid.members)


def _surprises(reports: Reports) -> list[str]:
    differing = []
    for number, (day, report) in enumerate(zip(DATES, reports, strict=True)):
        for bid, result in zip(TENDER.bids, report.bids, strict=True):
            wanted = verdict_of(worst(asked.procurement[number] for asked in bid.members))
            if result.verdict is not wanted:
                differing.append(f"投标{bid.number} {day}: 得到{result.verdict.word}, 应为{wanted.word}")
    return differing
