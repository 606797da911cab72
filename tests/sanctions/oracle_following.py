"""What follows from a report by the book: by its decision, by a list, by statute itself; and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.verdict import Question
from tests.sanctions.oracle_log import (
    Imposed,
    Kept,
    Report,
)
from tests.sanctions.oracle_words import (
    all_rows,
    day_before,
    earlier_of,
    falling,
    in_force_on,
    kind_name,
    months_after,
    on,
    softer,
)

# Anchors that are the day of the decision itself (自处罚决定作出之日起 …).
FROM_DECISION = {
    "penalty_decision_date",
    "criminal_judgment",
    "licence_refusal",
    "licence_revocation",
    "registration_revoked",
}

Law = Callable[[int, date], Edition]
"""The edition that applies on a day, as known at a position."""


@dataclass(frozen=True, slots=True)
class Following:
    """One measure that follows from a report, on some days."""

    row: Measure
    answer: str
    first: date
    last: date | None
    falls_on: frozenset[str]
    region: str = ""
    industry: str = ""
    activity: str = ""
    list_code: str = ""
    milder: bool = False
    unclear: bool = False
    may_end_early: bool = False


def following(asked: Question, kept: Kept, position: int, law: Law) -> Iterator[Following]:
    """By the three origins (law.md §1.4): the document's own measures, its list, the statute."""
    now = law(position, asked.day)
    for imposed in kept.report.imposed:
        for first, last in terms_of(kept, imposed, law):
            yield from by_decision(asked, kept, replace(imposed, first=first, last=last), now, law)
    if kept.report.listed is not None:
        yield from by_list(asked, kept, now)
    elif kept.report.category in ("E-02", "E-03-CF"):
        yield from by_statute(asked, kept.report, now)


def terms_of(kept: Kept, imposed: Imposed, law: Law) -> list[tuple[date, date | None]]:
    """The days of a measure: a repair by application ends what law lets end early, its annulment brings that
    back from its own day on."""
    whole = imposed.first, imposed.last
    day = kept.repaired
    if day is None or kept.by_application is None:
        return [whole]
    if not ends_early(law(kept.by_application, day), imposed.measure, day):
        return [whole]
    if imposed.last is not None and imposed.last < day:
        return [whole]
    return [(imposed.first, day_before(day)), *going_on(kept, whole)]


def going_on(kept: Kept, whole: tuple[date, date | None]) -> list[tuple[date, date | None]]:
    """What an annulment brings back."""
    again, (first, last) = kept.annulled, whole
    if again is None or (last is not None and last < again):
        return []
    return [(max(again, first), last)]


def ends_early(edition: Edition, code: str, day: date) -> bool:
    """信用修复管理办法 第三条: 依法依规. What no row names keeps its term."""
    rows = [row for row in edition.procedures.early_ends if code in row.measures]
    rows = [row for row in rows if on(row.effective_from, row.effective_to, day)]
    return bool(rows) and rows[0].allowed


def by_decision(asked: Question, kept: Kept, imposed: Imposed, now: Edition, law: Law) -> Iterator[Following]:
    """Under the row of the day of the decision, as it was known when the decision was recorded."""
    row = in_force_on(law(kept.position, kept.report.decided_on), imposed.measure, kept.report.decided_on)
    assert row
    if asked.domain != row.domain and asked.domain not in row.also_domains:
        return
    whole = earlier_of(imposed.last, day_before(kept.lifted.get(imposed.measure)))
    lenient = [one for one in came_after(row, now, asked.day) if one.for_earlier == "if_lenient"]
    last, answer = whole, str(row.answer)
    for one in lenient:
        last = earlier_of(last, longest_under(one, kept.report, imposed))
        answer = softer(answer, str(one.answer))
    milder = last != whole or answer != row.answer
    if asked.domain != row.domain:
        answer = softer(answer, "review")
    kind = kept.report.kind
    falls_on = {imposed.capacity} if imposed.capacity else falling(row, kind)
    yield Following(
        row,
        answer,
        imposed.first,
        last,
        frozenset(falls_on),
        imposed.region,
        imposed.industry,
        imposed.activity or row.activity,
        milder=milder,
        may_end_early=ends_early(now, imposed.measure, asked.day),
    )


def came_after(row: Measure, now: Edition, day: date) -> list[Measure]:
    """The rows of a measure that became law after one, up to a day; whether they still are, is the same."""
    rows = [one for one in all_rows(now) if one.code == row.code]
    return [one for one in rows if row.effective_from < one.effective_from and one.effective_from <= day]


def longest_under(row: Measure, report: Report, imposed: Imposed) -> date | None:
    """The last day that a row would allow to a measure; None if it sets no end."""
    if row.term.max_months is None or (imposed.lifetime and row.term.lifetime):
        return None
    begins = report.decided_on if row.start_anchor in FROM_DECISION else imposed.first
    return months_after(begins, row.term.max_months)


def by_list(asked: Question, kept: Kept, now: Edition) -> Iterator[Following]:
    """Every measure that the law attaches to the list, as long as the entry lasts and the row is law."""
    entry = kept.report.listed
    assert entry
    terms = [(entry.first, earlier_of(entry.last, day_before(kept.repaired)))]
    over = entry.last is not None and kept.repaired is not None and entry.last < kept.repaired
    terms += [] if over else going_on(kept, (entry.first, entry.last))
    for first, last in terms:
        for row in all_rows(now):
            attached = row.origin in ("list", "statute") and entry.code in row.triggering_lists
            if not attached or row.domain != asked.domain:
                continue
            if falls_on := falling(row, kept.report.kind):
                yield Following(
                    row,
                    str(row.answer),
                    max(first, row.effective_from),
                    earlier_of(last, row.effective_to),
                    frozenset(falls_on),
                    activity=row.activity,
                    list_code=entry.code,
                    may_end_early=True,
                )


def by_statute(asked: Question, report: Report, now: Edition) -> Iterator[Following]:
    """政府采购法 第二十二条第一款第五项: 参加政府采购活动前三年内 … 没有重大违法记录."""
    heavy = is_heavy(report)
    for row in all_rows(now):
        if row.code != "M-PRO-04" or row.domain != asked.domain or heavy == "NO":
            continue
        if report.kind not in {kind_name(kind) for kind in row.subject_kinds}:
            continue
        last = earlier_of(months_after(report.decided_on, 36), row.effective_to)
        first = max(report.decided_on, row.effective_from)
        falls_on = frozenset({f"KIND:{report.kind}"})
        unclear = heavy == "PERHAPS"
        yield Following(row, str(row.answer), first, last, falls_on, unclear=unclear)


# How penalties are worded in the histories: kinds that are stated, and kinds that are left open.
HEAVY_KINDS = {"吊销许可证件", "责令停产停业"}
WORDINGS: dict[str, tuple[set[str], set[str]]] = {
    "警告": ({"警告"}, set()),
    "罚款": ({"罚款"}, set()),
    "罚款、没收违法所得": ({"罚款", "没收违法所得"}, set()),
    "吊销许可证件": ({"吊销许可证件"}, set()),
    "责令停产停业;罚款": ({"责令停产停业", "罚款"}, set()),
    "暂扣许可证件": ({"暂扣许可证件"}, set()),
    "暂扣或者吊销许可证": (set(), {"暂扣许可证件", "吊销许可证件"}),
    "": (set(), HEAVY_KINDS | {"罚款"}),
    "7": (set(), HEAVY_KINDS | {"罚款"}),
    "取缔": (set(), HEAVY_KINDS | {"罚款"}),
    "警告并責令停產": ({"警告"}, HEAVY_KINDS | {"罚款"}),
    "拟吊销许可证": (set(), {"吊销许可证件"}),
}
FINES: dict[str, int | None] = {
    "": None,
    "5": 50_000,
    "199.9999": 1_999_999,
    "200": 2_000_000,
    "300.000000": 3_000_000,
    "500": 5_000_000,
    "若干": None,
}
CASES = {
    "（2026）冀09刑初12号": "CRIMINAL",
    "（2026）冀09刑医3号": "NOT_SURE",
    "（2025）冀09民终8号": "OTHER",
    "（2025）冀0902执801号": "OTHER",
    "冀判字12号": "NOT_SURE",
}


def is_heavy(report: Report) -> str:
    """实施条例 第十九条: 刑事处罚, 责令停产停业, 吊销许可证, 较大数额罚款; 财库〔2022〕3号: 200万元以上, and
    sectors with a higher standard keep it. YES, PERHAPS or NO."""
    if report.category == "E-02":
        case = CASES[report.case]
        if case == "OTHER":
            return "NO"
        return "PERHAPS"  # A number does not say how the case ended.
    stated, left_open = WORDINGS[report.wording]
    fine = FINES[report.fine]
    large = 5_000_000 if report.department == "financial_reg" else 2_000_000
    if stated & HEAVY_KINDS or (fine is not None and fine >= large):
        return "YES"
    if left_open & HEAVY_KINDS or (fine is not None and fine >= 2_000_000):
        return "PERHAPS"
    fined_without_amount = fine is None and (report.fine != "" or "罚款" in stated | left_open)
    return "PERHAPS" if fined_without_amount else "NO"
