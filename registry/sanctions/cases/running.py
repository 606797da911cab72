"""Runs the cases beside an edition of the catalogue (用例的运行), and says which are missing (缺少的用例).

A case is stated, admitted, folded and asked in a registry in memory (``scratch``), by the functions that the
registry itself goes through. What differs from what it expects is told in Chinese, with file and line; where
nothing differs it holds. Every list that law requires to be checked in the domain has delivered up to the day
asked about, so that the answer is the law's and not that of a source that was away.

Each measure needs a case that hits and a near miss; each list needs the day of entry, the day after the last
and an early end. A list that no day ends may show that it lasts instead of how it expires.

Example: of a case whose expectation is wrong, ``run_case`` says
``procurement.yaml:3: 被禁止参加政府采购活动的企业, 投标: 结论应为CLEAR, 实为BLOCKED。``
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from registry.domain.faults import Fault
from registry.sanctions.cases.case import Case
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueFault
from registry.sanctions.verdict import Decision, Hit
from registry.v1 import verdict_pb2 as pb

_OF_MEASURES = ("hit", "near_miss")
_OF_LISTS = ("enters", "expires", "left_early")
_SAID_BY = {"COMING": "NOT_YET_IN_FORCE"}
_KINDS_ZH = {
    "hit": "适用",
    "near_miss": "差一点而不适用",
    "enters": "列入",
    "expires": "期满",
    "left_early": "提前移出",
}


def run_case(case: Case, edition: Edition) -> list[str]:
    """What differs from what a case expects, in Chinese with file and line; empty if it holds."""
    return [str(difference) for difference in differences(case, edition)]


def differences(case: Case, edition: Edition) -> list[CatalogueFault]:
    """What ``run_case`` says, with the place apart."""
    return [CatalogueFault(case.place, f"{case.name}: {text}") for text in _differences(case, edition)]


def missing_cases(cases: Iterable[Case], edition: Edition) -> list[str]:
    """The cases that measures and lists of an edition need and do not have, in Chinese."""
    found = {(case.of, str(case.kind)) for case in cases}
    found |= {(code, "expires") for code, kind in found if kind == "lasts" and _may_last(code, edition)}
    names = {code: rows[-1].name_zh for code, rows in edition.measures.items()}
    names |= {code: rows[-1].name_zh for code, rows in edition.lists.items()}
    needed = [(code, kind) for code in edition.measures for kind in _OF_MEASURES]
    needed += [(code, kind) for code in edition.lists for kind in _OF_LISTS]
    return [
        f"{code}({names[code]})没有{_KINDS_ZH[kind]}的用例。"
        for code, kind in needed
        if (code, kind) not in found
    ]


def _may_last(code: str, edition: Edition) -> bool:
    return any(row.open_ended and row.max_months is None for row in edition.lists.get(code, ()))


def _differences(case: Case, edition: Edition) -> Iterator[str]:
    ledger, expected = ScratchLedger(edition), case.expected
    for step in case.steps:
        faults = ledger.fold(step.statement, step.day)
        if faults and expected.refused:
            yield from _same("不予登记的理由", expected.refused, {fault.name for fault in faults})
        elif faults:
            yield f"陈述{step.statement.statement_id}不能登记: {_told(faults)}"
        if faults:
            return
    if expected.refused:
        yield f"应因{_joined(expected.refused)}不予登记, 实际都能登记。"
        return
    ledger.deliver(edition.required_lists(case.question.domain), case.question.day)
    yield from _answered(case, ledger)


def _told(faults: Iterable[Fault]) -> str:
    return " ".join(f"{fault.field} {fault.message}" for fault in faults)


def _answered(case: Case, ledger: ScratchLedger) -> Iterator[str]:
    expected, day = case.expected, case.question.day
    decision = ledger.decide(case.about, case.question)
    if verdict_text(decision) != expected.verdict:
        yield f"结论应为{expected.verdict}, 实为{verdict_text(decision)}。"
    yield from _hits_differ(expected.hits, decision.hits)
    if expected.listed is not None:
        yield from _same("当日所在名单", expected.listed, ledger.listed(case.about, day))
    if expected.incentives is not None:
        granted = ledger.incentives(case.about, day)
        applying = {each.measure.code for each in granted if each.obstacle is None}
        yield from _same("适用的激励", expected.incentives, applying)


def _hits_differ(expected: Mapping[str, str], hits: Iterable[Hit]) -> Iterator[str]:
    actual: dict[str, str] = {}
    for hit in hits:
        code = hit.restriction.measure.code
        actual[code] = f"{actual[code]} + {hit_text(hit)}" if code in actual else hit_text(hit)
    for code in sorted(expected.keys() | actual.keys()):
        wanted, met = expected.get(code), actual.get(code)
        if met is None:
            yield f"{code}应为{wanted}, 实际没有涉及。"
        elif wanted is None:
            yield f"{code}不应涉及, 实为{met}。"
        elif wanted not in (met, met.split()[0]):
            yield f"{code}应为{wanted}, 实为{met}。"


def _same(what: str, expected: Collection[str], actual: Collection[str]) -> Iterator[str]:
    if set(expected) != set(actual):
        yield f"{what}应为{_joined(expected)}, 实为{_joined(actual)}。"


def _joined(words: Collection[str]) -> str:
    return "、".join(sorted(words)) or "无"


def verdict_text(decision: Decision) -> str:
    """A verdict in the words of cases: ``INDETERMINATE SUBJECT_UNKNOWN``."""
    verdict = pb.Verdict.Name(decision.verdict).removeprefix("VERDICT_")
    if not decision.indeterminate:
        return verdict
    reason = pb.IndeterminateReason.Name(decision.indeterminate)
    return f"{verdict} {reason.removeprefix('INDETERMINATE_REASON_')}"


def hit_text(hit: Hit) -> str:
    """A hit in the words of cases: ``INFORMATION OTHER_ROLE``, and where it stands unless that is in force or
    among the reasons."""
    effect = pb.HitEffect.Name(hit.effect).removeprefix("HIT_EFFECT_")
    reasons = [pb.HitReason.Name(reason).removeprefix("HIT_REASON_") for reason in hit.reasons]
    status = pb.HitStatus.Name(hit.status).removeprefix("HIT_STATUS_")
    told = hit.status == pb.HIT_STATUS_IN_FORCE or _SAID_BY.get(status, status) in reasons
    return " ".join((effect, *reasons, *(() if told else (status,))))
