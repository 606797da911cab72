"""出入境, 投融资 and 经营: exit bans bind whatever one acts as; funds and food bans bind an activity."""

from datetime import date, timedelta

import pytest

from registry.v1 import subject_pb2 as pb
from tests.support.events import ask, ban, imposed, new_firm, new_person, penalty, placed, told
from tests.support.spine import TODAY, Spine

EXIT, FINANCING, BUSINESS = pb.DOMAIN_EXIT_ENTRY, pb.DOMAIN_FINANCING, pb.DOMAIN_BUSINESS
TRAVELLER, APPLICANT, MANAGER = (
    pb.SUBJECT_ROLE_TRAVELLER,
    pb.SUBJECT_ROLE_APPLICANT,
    pb.SUBJECT_ROLE_MANAGER,
)
REPRESENTATIVE = pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE
BLOCKS = "BLOCKS MANDATORY"
COMING = "INFORMATION NOT_YET_IN_FORCE"

EXIT_BANS = [
    ("法院", "M-EXI-01", "2026-06-30", "民事诉讼法(2023) 第二百六十六条"),
    ("税务", "M-EXI-02", "2026-06-30", "税收征收管理法 第四十四条"),
    ("移民管理", "M-EXI-03", "2028-03-01", "兵役法(2021) 第五十七条第二款"),
    ("移民管理", "M-EXI-04", "2026-09-01", "反电信网络诈骗法 第三十六条第二款"),
    ("移民管理", "M-EXI-05", "2026-06-30", "证券法 第一百四十四条"),
]


# --- 出入境 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "measure", "until", "article"), EXIT_BANS)
def test_person_who_may_not_leave_is_stopped_to_the_last_day(
    spine: Spine, key: str, measure: str, until: str, article: str
) -> None:
    subject = new_person()
    placed(spine.say(key, event=ban(key, subject, measure, "2026-03-01", until)))
    last = date.fromisoformat(until)
    for day in (date(2026, 3, 1), last):
        decision = ask(spine, subject, EXIT, TRAVELLER, on=day)
        assert told(decision) == ("BLOCKED", {measure: BLOCKS})
    row = decision.hits[0].restriction
    assert (row.legal_basis[0], row.period.last, row.ground.document.decided_on) == (
        article,
        last,
        "2026-03-01",
    )
    before = ask(spine, subject, EXIT, TRAVELLER, on=date(2026, 2, 28))
    assert told(before) == ("CLEAR", {measure: COMING})
    after = ask(spine, subject, EXIT, TRAVELLER, on=last + timedelta(days=1))
    assert told(after) == ("CLEAR", {})


@pytest.mark.parametrize(("key", "measure", "until", "article"), EXIT_BANS)
def test_exit_ban_binds_in_every_role_and_in_no_other_domain(
    spine: Spine, key: str, measure: str, until: str, article: str
) -> None:
    subject = new_person()
    placed(spine.say(key, event=ban(key, subject, measure, "2026-03-01", until)))
    inside = min(date.fromisoformat(until), TODAY)  # Later than today no source has delivered.
    for role in pb.SubjectRole.values():
        assert told(ask(spine, subject, EXIT, role, on=inside))[0] == "BLOCKED"
    for domain in (pb.DOMAIN_PROCUREMENT, pb.DOMAIN_BIDDING, FINANCING, BUSINESS):
        assert told(ask(spine, subject, domain, on=inside)) == ("CLEAR", {})


@pytest.mark.parametrize(("key", "measure"), [("法院", "M-EXI-01"), ("税务", "M-EXI-02")])
def test_exit_ban_without_a_last_day_lasts_until_it_is_lifted(spine: Spine, key: str, measure: str) -> None:
    subject = new_person()
    placed(spine.say(key, event=ban(key, subject, measure, "2026-03-01")))
    assert told(ask(spine, subject, EXIT, TRAVELLER, on=date(2056, 3, 1)))[0] == "BLOCKED"


def test_exit_ban_on_a_legal_representative_stops_the_person(spine: Spine) -> None:
    subject = new_person()
    event = ban("税务", subject, "M-EXI-02", "2026-03-01", capacity=pb.CAPACITY_LEGAL_REP)
    placed(spine.say("税务", event=event))
    assert told(ask(spine, subject, EXIT, TRAVELLER)) == ("BLOCKED", {"M-EXI-02": BLOCKS})


# --- 投融资: M-FIN-05 -----------------------------------------------------------------------------


def test_limit_on_fiscal_funds_is_reviewed_for_fiscal_funds_and_for_nothing_else(spine: Spine) -> None:
    """管理类 (NC07): a policy takes no right away, so it never blocks."""
    subject = new_firm()
    event = ban("财政", subject, "M-FIN-05", "2026-03-01", TODAY.isoformat())
    placed(spine.say("财政", event=event))
    decision = ask(spine, subject, FINANCING, APPLICANT, activity="FISCAL_FUNDS")
    assert told(decision) == ("REVIEW", {"M-FIN-05": "NEEDS_REVIEW DISCRETIONARY"})
    assert decision.hits[0].restriction.legal_basis[0] == "全国失信惩戒措施基础清单 管理类"
    assert told(ask(spine, subject, FINANCING, APPLICANT, activity="CREDIT_GRANTING")) == (
        "CLEAR",
        {"M-FIN-05": "INFORMATION OTHER_ACTIVITY"},
    )
    assert told(ask(spine, subject, FINANCING, APPLICANT)) == (
        "REVIEW",
        {"M-FIN-05": "NEEDS_REVIEW ACTIVITY_NOT_SETTLED"},
    )
    for day, verdict in (
        (date(2026, 2, 28), "CLEAR"),
        (date(2026, 3, 1), "REVIEW"),
        (TODAY, "REVIEW"),
        (TODAY + timedelta(days=1), "CLEAR"),
    ):
        asked = ask(spine, subject, FINANCING, APPLICANT, on=day, activity="FISCAL_FUNDS")
        assert told(asked)[0] == verdict


# --- 经营: M-BUS-03 -------------------------------------------------------------------------------


def test_firm_whose_food_licence_was_revoked_may_not_apply_for_one_for_five_years(spine: Spine) -> None:
    """食品安全法 第一百三十五条: 自处罚决定作出之日起五年内."""
    subject = new_firm()
    event = ban("市场监管", subject, "M-BUS-03", "2020-03-01", "2025-02-28")
    placed(spine.say("市场监管", event=event))
    for day in (date(2020, 3, 1), date(2025, 2, 28)):
        decision = ask(spine, subject, BUSINESS, APPLICANT, on=day, activity="FOOD")
        assert told(decision) == ("BLOCKED", {"M-BUS-03": BLOCKS})
    row = decision.hits[0].restriction
    assert (row.activity, row.legal_basis[0]) == ("FOOD", "食品安全法 第一百三十五条第一款")
    before = ask(spine, subject, BUSINESS, APPLICANT, on=date(2020, 2, 29), activity="FOOD")
    assert told(before) == ("CLEAR", {"M-BUS-03": COMING})
    after = ask(spine, subject, BUSINESS, APPLICANT, on=date(2025, 3, 1), activity="FOOD")
    assert told(after) == ("CLEAR", {})


def test_food_ban_does_not_bind_other_business(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=ban("市场监管", subject, "M-BUS-03", "2026-03-01", "2031-03-01")))
    assert told(ask(spine, subject, BUSINESS, APPLICANT, activity="DRUG")) == (
        "CLEAR",
        {"M-BUS-03": "INFORMATION OTHER_ACTIVITY"},
    )
    assert told(ask(spine, subject, BUSINESS, APPLICANT)) == (
        "REVIEW",
        {"M-BUS-03": "NEEDS_REVIEW ACTIVITY_NOT_SETTLED"},
    )
    assert told(ask(spine, subject, pb.DOMAIN_PROCUREMENT, activity="FOOD")) == ("CLEAR", {})


@pytest.mark.parametrize(
    ("capacity", "blocked"),
    [
        (pb.CAPACITY_LEGAL_REP, {REPRESENTATIVE}),
        (pb.CAPACITY_MANAGER, {MANAGER}),
    ],
)
def test_person_barred_from_the_food_trade_holds_no_post_in_it(
    spine: Spine, capacity: pb.Capacity.ValueType, blocked: set[int]
) -> None:
    subject = new_person()
    event = ban("市场监管", subject, "M-BUS-03", "2026-03-01", "2031-03-01", capacity=capacity)
    placed(spine.say("市场监管", event=event))
    for role in (*blocked, APPLICANT):
        decision = ask(spine, subject, BUSINESS, role, activity="FOOD")
        assert told(decision) == ("BLOCKED", {"M-BUS-03": BLOCKS})
    assert told(ask(spine, subject, BUSINESS, pb.SUBJECT_ROLE_PROJECT_MANAGER, activity="FOOD")) == (
        "CLEAR",
        {"M-BUS-03": "INFORMATION OTHER_ROLE"},
    )


def test_food_ban_on_the_company_is_not_on_its_representative(spine: Spine) -> None:
    company, head = new_firm(), new_person()
    placed(spine.say("市场监管", event=ban("市场监管", company, "M-BUS-03", "2026-03-01", "2031-03-01")))
    placed(spine.say("财政", event=penalty("财政", head)))
    assert told(ask(spine, head, BUSINESS, REPRESENTATIVE, activity="FOOD")) == ("CLEAR", {})


def test_document_may_bar_from_two_domains_each_by_its_own_measure(spine: Spine) -> None:
    subject = new_firm()
    both = [
        imposed("M-PRO-01", "2026-03-01", "2028-03-01"),
        imposed("M-FIN-05", "2026-03-01", "2027-03-01"),
    ]
    placed(spine.say("财政", event=penalty("财政", subject, measures=both)))
    assert told(ask(spine, subject)) == ("BLOCKED", {"M-PRO-01": BLOCKS})
    assert told(ask(spine, subject, FINANCING, APPLICANT, activity="FISCAL_FUNDS"))[0] == "REVIEW"
