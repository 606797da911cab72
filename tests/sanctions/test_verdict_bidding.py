"""工程招投标: bans bind tenders that law requires; lists are left to tender documents (法〔2016〕285号)."""

from datetime import date, timedelta

import pytest

from registry.v1 import subject_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import ask, ban, list_entry, new_firm, new_person, office, placed, told
from tests.support.spine import Spine

BIDDING, PROCUREMENT = pb.DOMAIN_BIDDING, pb.DOMAIN_PROCUREMENT
BIDDER, MEMBER, AGENCY = (
    pb.SUBJECT_ROLE_BIDDER,
    pb.SUBJECT_ROLE_CONSORTIUM_MEMBER,
    pb.SUBJECT_ROLE_AGENCY,
)
EVALUATOR, PRACTITIONER = pb.SUBJECT_ROLE_EVALUATOR, pb.SUBJECT_ROLE_PRACTITIONER
REPRESENTATIVE = pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE
VOLUNTARY, UNSTATED = pb.TENDER_KIND_VOLUNTARY, pb.TENDER_KIND_UNSPECIFIED
BLOCKS = "BLOCKS MANDATORY"
STALE = "INDETERMINATE SOURCE_STALE"
REVIEWED = "NEEDS_REVIEW DISCRETIONARY"

BANS = [
    ("M-BID-01", "2020-03-01", "2022-03-01", "招标投标法 第五十三条"),
    ("M-BID-02", "2022-03-01", "2025-03-01", "招标投标法 第五十四条"),
    ("M-BID-03", "2021-03-01", "2026-03-01", "招标投标法 第六十条"),
]
RUNNING_BANS = [("M-BID-01", "2028-03-01"), ("M-BID-02", "2029-03-01"), ("M-BID-03", "2031-03-01")]
COMING = "INFORMATION NOT_YET_IN_FORCE"


def barred(spine: Spine, measure: str, since: str, until: str) -> Subject:
    """A firm barred from a day on."""
    subject = new_firm()
    placed(spine.say("住建", event=ban("住建", subject, measure, since, until)))
    return subject


@pytest.mark.parametrize(("measure", "since", "until", "article"), BANS)
def test_bidder_who_lost_the_qualification_is_blocked_to_the_last_day(
    spine: Spine, measure: str, since: str, until: str, article: str
) -> None:
    subject = barred(spine, measure, since, until)
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    for role in (BIDDER, MEMBER):
        for day in (first, last):
            decision = ask(spine, subject, BIDDING, role, on=day)
            assert told(decision) == ("BLOCKED", {measure: BLOCKS})
    row = decision.hits[0].restriction
    assert row.legal_basis[0] == article
    document = row.ground.document
    assert document.authority == office("住建").name
    assert document.number.startswith(f"沧示建罚字〔{since[:4]}〕")
    assert (row.period.first, row.period.last) == (first, last)
    day_before, day_after = first - timedelta(days=1), last + timedelta(days=1)
    assert told(ask(spine, subject, BIDDING, on=day_before)) == ("CLEAR", {measure: COMING})
    assert told(ask(spine, subject, BIDDING, on=day_after)) == ("CLEAR", {})


@pytest.mark.parametrize(("measure", "until"), RUNNING_BANS)
def test_ban_from_tenders_that_law_requires_does_not_bind_a_voluntary_one(
    spine: Spine, measure: str, until: str
) -> None:
    subject = barred(spine, measure, "2026-03-01", until)
    assert told(ask(spine, subject, BIDDING, tender=VOLUNTARY)) == (
        "CLEAR",
        {measure: "INFORMATION VOLUNTARY_TENDER"},
    )
    for unknown in (UNSTATED, 99):
        assert told(ask(spine, subject, BIDDING, tender=unknown)) == (
            "REVIEW",
            {measure: "NEEDS_REVIEW TENDER_KIND_NOT_STATED"},
        )


@pytest.mark.parametrize(("measure", "until"), RUNNING_BANS)
def test_bidding_ban_acts_neither_in_procurement_nor_on_an_agency(
    spine: Spine, measure: str, until: str
) -> None:
    subject = barred(spine, measure, "2026-03-01", until)
    assert told(ask(spine, subject, PROCUREMENT)) == ("CLEAR", {})
    assert told(ask(spine, subject, BIDDING, AGENCY)) == (
        "CLEAR",
        {measure: "INFORMATION OTHER_ROLE"},
    )


def test_barred_tender_agency_is_blocked_as_agency_alone(spine: Spine) -> None:
    subject = new_firm()
    event = ban("住建", subject, "M-BID-04", "2024-12-01", "2026-12-01", capacity=pb.CAPACITY_TENDER_AGENCY)
    placed(spine.say("住建", event=event))
    decision = ask(spine, subject, BIDDING, AGENCY)
    assert told(decision) == ("BLOCKED", {"M-BID-04": BLOCKS})
    assert decision.hits[0].restriction.legal_basis[0] == "招标投标法 第五十条"
    assert told(ask(spine, subject, BIDDING, BIDDER)) == ("CLEAR", {"M-BID-04": "INFORMATION OTHER_ROLE"})
    assert told(ask(spine, subject, BIDDING, AGENCY, tender=VOLUNTARY))[0] == "CLEAR"
    assert told(ask(spine, subject, BIDDING, AGENCY, on=date(2024, 12, 1)))[0] == "BLOCKED"
    assert told(ask(spine, subject, BIDDING, AGENCY, on=date(2026, 12, 1)))[0] == "BLOCKED"
    # The day after, it is over; but what the court has listed by then nobody has delivered yet.
    assert told(ask(spine, subject, BIDDING, AGENCY, on=date(2026, 12, 2))) == (STALE, {})


def test_evaluator_struck_off_for_life_does_not_evaluate_again(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("住建", event=ban("住建", subject, "M-BID-05", "2026-03-01", lifetime=True)))
    for day in (date(2026, 3, 1), date(2099, 12, 31), date(2126, 1, 1)):
        decision = ask(spine, subject, BIDDING, EVALUATOR, on=day)
        assert told(decision) == ("BLOCKED", {"M-BID-05": BLOCKS})
    row = decision.hits[0].restriction
    assert (row.ground.lifetime, row.period.last) == (True, None)
    assert row.legal_basis[0] == "招标投标法 第五十六条"
    assert told(ask(spine, subject, BIDDING, EVALUATOR, on=date(2026, 2, 28))) == (
        "CLEAR",
        {"M-BID-05": COMING},
    )
    assert told(ask(spine, subject, BIDDING, EVALUATOR, tender=VOLUNTARY))[0] == "CLEAR"
    assert told(ask(spine, subject, PROCUREMENT, EVALUATOR)) == ("CLEAR", {})


def test_evaluator_barred_for_a_term_evaluates_again_after_it(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("住建", event=ban("住建", subject, "M-BID-05", "2026-03-01", "2026-09-01")))
    assert told(ask(spine, subject, BIDDING, EVALUATOR, on=date(2026, 9, 1)))[0] == "BLOCKED"
    assert told(ask(spine, subject, BIDDING, EVALUATOR, on=date(2026, 9, 2))) == ("CLEAR", {})


@pytest.mark.parametrize("role", [BIDDER, MEMBER, AGENCY])
def test_listed_defaulter_is_reviewed_as_bidder_and_as_agency(spine: Spine, role: int) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2024-11-01", "2026-11-01")))
    for day in (date(2024, 11, 1), date(2026, 11, 1)):
        decision = ask(spine, subject, BIDDING, role, on=day)
        assert told(decision) == ("REVIEW", {"M-BID-06": REVIEWED})
    row = decision.hits[0].restriction
    assert (row.list_code, row.legal_basis[0]) == ("L-01", "法〔2016〕285号")
    before = ask(spine, subject, BIDDING, role, on=date(2024, 10, 31))
    assert told(before) == ("CLEAR", {"M-BID-06": COMING})
    assert told(ask(spine, subject, BIDDING, role, on=date(2026, 11, 2))) == ("CLEAR", {})


def test_person_who_is_a_listed_defaulter_is_met_in_the_roles_the_rule_names(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2025-03-01")))
    for role in (BIDDER, EVALUATOR, PRACTITIONER):
        assert told(ask(spine, subject, BIDDING, role)) == ("REVIEW", {"M-BID-06": REVIEWED})
    assert told(ask(spine, subject, BIDDING, REPRESENTATIVE)) == (
        "CLEAR",
        {"M-BID-06": "INFORMATION OTHER_ROLE"},
    )


def test_wage_defaulter_is_reviewed_in_bidding_too(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2023-11-01", "2026-11-01")))
    last = date(2026, 11, 1)
    decision = ask(spine, subject, BIDDING, on=last)
    assert told(decision) == ("REVIEW", {"M-BID-07": REVIEWED})
    assert told(ask(spine, subject, BIDDING, AGENCY, on=last))[0] == "CLEAR"
    assert told(ask(spine, subject, BIDDING, on=last + timedelta(days=1))) == ("CLEAR", {})
    article = decision.hits[0].restriction.legal_basis[0]
    assert article == "保障农民工工资支付条例 第四十八条"
