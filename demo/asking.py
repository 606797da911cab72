"""The questions of the demonstration and the answers it got, compared with what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from demo.cast import DATES, OUTSIDE_THE_TENDER, TENDER, Asked
from demo.town import Town
from registry.v1 import subject_pb2 as pb
from registry.v1 import verdict_pb2
from registry_client import CheckResult, Question, at_exact_position
from registry_client.results import verdict_of

DOMAINS = {
    pb.DOMAIN_PROCUREMENT: "采购",
    pb.DOMAIN_BIDDING: "招投标",
    pb.DOMAIN_BUSINESS: "经营",
    pb.DOMAIN_FINANCING: "投融资",
    pb.DOMAIN_EXIT_ENTRY: "出入境",
}
ROLES = {
    pb.SUBJECT_ROLE_BIDDER: "投标人",
    pb.SUBJECT_ROLE_CONSORTIUM_MEMBER: "联合体成员",
    pb.SUBJECT_ROLE_AGENCY: "代理机构",
    pb.SUBJECT_ROLE_EVALUATOR: "评审专家",
    pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE: "法定代表人",
    pb.SUBJECT_ROLE_PROJECT_MANAGER: "项目经理",
}
_ROLE_ELSEWHERE = {
    pb.DOMAIN_BUSINESS: pb.SUBJECT_ROLE_APPLICANT,
    pb.DOMAIN_FINANCING: pb.SUBJECT_ROLE_APPLICANT,
    pb.DOMAIN_EXIT_ENTRY: pb.SUBJECT_ROLE_TRAVELLER,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """One verdict expected: who, in which domain and role, on which day."""

    asked: Asked
    domain: pb.Domain.ValueType
    role: pb.SubjectRole.ValueType
    activity: str
    day: date
    verdict: verdict_pb2.Verdict.ValueType


def ask(
    town: Town,
    asked: Asked,
    domain: pb.Domain.ValueType,
    day: date = DATES[-1],
    *,
    activity: str = "",
    position: int | None = None,
) -> CheckResult:
    """The verdict on one of the cast, asked by the system of a domain, at the hour of bid opening."""
    question = Question(
        domain=domain,
        reference=TENDER.number,
        reason="资格审查",
        role=_ROLE_ELSEWHERE.get(domain, asked.role),
        region=TENDER.region,
        industry=TENDER.industry,
        activity=activity,
        tender_kind=TENDER.kind,
        valid_time=datetime.combine(day, TENDER.opening.timetz()),
        consistency=None if position is None else at_exact_position(position),
    )
    return town.systems[domain].check(asked.party.identifier, question)


def expectations() -> Iterator[Expected]:
    """Every verdict that the cast was written for."""
    for asked in (*TENDER.everybody(), *OUTSIDE_THE_TENDER):
        for number, day in enumerate(DATES):
            yield Expected(asked, pb.DOMAIN_PROCUREMENT, asked.role, "", day, asked.procurement[number])
            yield Expected(asked, pb.DOMAIN_BIDDING, asked.role, "", day, asked.bidding[number])
            for other in asked.elsewhere:
                yield Expected(asked, other.domain, other.role, other.activity, day, other.verdicts[number])


def surprises(town: Town) -> tuple[int, list[str]]:
    """Asks everything that has an expectation; how many, and what differs."""
    differing: list[str] = []
    count = 0
    for expected in expectations():
        count += 1
        result = ask(town, expected.asked, expected.domain, expected.day, activity=expected.activity)
        wanted = verdict_of(expected.verdict)
        if result.verdict is not wanted:
            differing.append(
                f"{expected.asked.party.name} {DOMAINS[expected.domain]} {expected.day}: "
                f"得到{result.verdict.word}, 应为{wanted.word}"
            )
    return count, differing
