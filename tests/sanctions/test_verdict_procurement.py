"""政府采购: who may take part, and from which day to which.

政府采购法 第二十二、七十七、七十八条; 实施条例 第十九、七十五条; 财库〔2016〕125号.
"""

from datetime import date

import pytest

from registry.v1 import subject_pb2 as pb
from registry.v1.subject_pb2 import Scope, Subject
from tests.support.events import (
    ask,
    ban,
    list_entry,
    new_firm,
    new_person,
    office,
    penalty,
    placed,
    told,
)
from tests.support.spine import Spine

PROCUREMENT, BIDDING, BUSINESS = pb.DOMAIN_PROCUREMENT, pb.DOMAIN_BIDDING, pb.DOMAIN_BUSINESS
BIDDER, AGENCY, EVALUATOR = pb.SUBJECT_ROLE_BIDDER, pb.SUBJECT_ROLE_AGENCY, pb.SUBJECT_ROLE_EVALUATOR
REPRESENTATIVE, MANAGER = pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE, pb.SUBJECT_ROLE_MANAGER
BLOCKS = "BLOCKS MANDATORY"
COMING = "INFORMATION NOT_YET_IN_FORCE"
REVIEWED = "NEEDS_REVIEW DISCRETIONARY"


def barred(spine: Spine, subject: Subject, scope: Scope | None = None) -> int:
    """Position of a ban from 2024-03-01 to 2026-11-30."""
    event = ban("财政", subject, "M-PRO-01", "2024-03-01", "2026-11-30", scope=scope)
    return placed(spine.say("财政", event=event))


# --- M-PRO-01 -------------------------------------------------------------------------------------


def test_barred_supplier_is_blocked_with_its_document_article_and_term(spine: Spine) -> None:
    subject = new_firm()
    position = barred(spine, subject)
    decision = ask(spine, subject)
    assert told(decision) == ("BLOCKED", {"M-PRO-01": BLOCKS})
    row = decision.hits[0].restriction
    assert row.legal_basis == ("政府采购法 第七十七条", "政府采购法实施条例 第七十三条", "示例法 第一条")
    document = row.ground.document
    assert document.number.startswith("沧示财罚字〔2024〕")
    assert (document.authority, document.authority_code) == (office("财政").name, office("财政").code)
    assert (row.period.first, row.period.last) == (date(2024, 3, 1), date(2026, 11, 30))
    assert (row.ground.lifetime, row.list_code, row.ground.position) == (False, "", position)


@pytest.mark.parametrize(
    ("on", "verdict", "hit"),
    [
        (date(2024, 2, 29), "CLEAR", {"M-PRO-01": COMING}),
        (date(2024, 3, 1), "BLOCKED", {"M-PRO-01": BLOCKS}),
        (date(2026, 11, 30), "BLOCKED", {"M-PRO-01": BLOCKS}),
    ],
)
def test_ban_is_in_force_from_its_first_to_its_last_day(
    spine: Spine, on: date, verdict: str, hit: dict[str, str]
) -> None:
    subject = new_firm()
    barred(spine, subject)
    assert told(ask(spine, subject, on=on)) == (verdict, hit)


def test_supplier_whose_ban_has_expired_may_take_part(spine: Spine) -> None:
    """实施条例 第十九条第二款; the ban's own record is no heavy penalty of 第二十二条."""
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2024-11-01", "2026-11-01")))
    assert told(ask(spine, subject, on=date(2026, 11, 1)))[0] == "BLOCKED"
    assert told(ask(spine, subject, on=date(2026, 11, 2))) == ("CLEAR", {})
    assert told(ask(spine, subject)) == ("CLEAR", {})


def test_barred_supplier_is_blocked_as_a_member_of_a_consortium(spine: Spine) -> None:
    subject = new_firm()
    barred(spine, subject)
    decision = ask(spine, subject, PROCUREMENT, pb.SUBJECT_ROLE_CONSORTIUM_MEMBER)
    assert told(decision) == ("BLOCKED", {"M-PRO-01": BLOCKS})


def test_supplier_ban_does_not_bind_an_agency(spine: Spine) -> None:
    subject = new_firm()
    barred(spine, subject)
    decision = ask(spine, subject, PROCUREMENT, AGENCY)
    assert told(decision) == ("CLEAR", {"M-PRO-01": "INFORMATION OTHER_ROLE"})


@pytest.mark.parametrize("role", [pb.SUBJECT_ROLE_UNSPECIFIED, 99])
def test_ban_is_not_passed_over_when_the_role_is_not_stated_or_not_known(spine: Spine, role: int) -> None:
    subject = new_firm()
    barred(spine, subject)
    decision = ask(spine, subject, PROCUREMENT, role)
    assert told(decision) == ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW ROLE_NOT_STATED"})


def test_ban_from_procurement_acts_in_no_other_domain(spine: Spine) -> None:
    """不当联结: 一处失信、处处受限 is not law (国办发〔2020〕49号)."""
    subject = new_firm()
    barred(spine, subject)
    for domain in (BIDDING, BUSINESS, pb.DOMAIN_FINANCING, pb.DOMAIN_EXIT_ENTRY):
        assert told(ask(spine, subject, domain)) == ("CLEAR", {})


def test_ban_blocks_whatever_kind_of_tender_it_is(spine: Spine) -> None:
    subject = new_firm()
    barred(spine, subject)
    for tender in pb.TenderKind.values():
        assert told(ask(spine, subject, tender=tender))[0] == "BLOCKED"


@pytest.mark.parametrize(
    ("field", "limit", "asked", "expected"),
    [
        ("region", "130902", "130902", "BLOCKED"),
        ("region", "130900", "130902", "BLOCKED"),
        ("region", "130902", "130903", "CLEAR"),
        ("region", "130902", "130900", "REVIEW"),
        ("region", "130902", "", "REVIEW"),
        ("industry", "E47", "E4710", "BLOCKED"),
        ("industry", "E47", "E48", "CLEAR"),
        ("industry", "E47", "E", "REVIEW"),
        ("industry", "E47", "", "REVIEW"),
        ("activity", "FOOD", "FOOD", "BLOCKED"),
        ("activity", "FOOD", "DRUG", "CLEAR"),
        ("activity", "FOOD", "", "REVIEW"),
    ],
)
def test_ban_that_its_document_limits_binds_within_the_limit(
    spine: Spine, field: str, limit: str, asked: str, expected: str
) -> None:
    subject = new_firm()
    barred(spine, subject, Scope(**{field: limit}))
    verdict, hits = told(ask(spine, subject, **{field: asked}))
    effect = {
        "BLOCKED": BLOCKS,
        "CLEAR": f"INFORMATION OTHER_{field.upper()}",
        "REVIEW": f"NEEDS_REVIEW {field.upper()}_NOT_SETTLED",
    }[expected]
    assert (verdict, hits) == (expected, {"M-PRO-01": effect})


# --- M-PRO-02, M-PRO-03 ---------------------------------------------------------------------------


def test_barred_agency_is_blocked_as_agency_and_not_as_supplier(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-02", "2024-11-01", "2026-11-20")))
    for day in (date(2024, 11, 1), date(2026, 11, 20)):
        decision = ask(spine, subject, PROCUREMENT, AGENCY, on=day)
        assert told(decision) == ("BLOCKED", {"M-PRO-02": BLOCKS})
        assert told(ask(spine, subject, on=day)) == ("CLEAR", {"M-PRO-02": "INFORMATION OTHER_ROLE"})
    assert decision.hits[0].restriction.legal_basis[0] == "政府采购法 第七十八条"
    assert told(ask(spine, subject, PROCUREMENT, AGENCY, on=date(2026, 11, 21))) == ("CLEAR", {})
    assert told(ask(spine, subject, PROCUREMENT, AGENCY, on=date(2024, 10, 31))) == (
        "CLEAR",
        {"M-PRO-02": COMING},
    )


def test_barred_expert_does_not_evaluate_as_long_as_the_ban_stands(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-03", "2026-03-01")))
    for day in (date(2026, 3, 1), date(2046, 3, 1), date(9999, 12, 31)):
        assert told(ask(spine, subject, PROCUREMENT, EVALUATOR, on=day)) == (
            "BLOCKED",
            {"M-PRO-03": BLOCKS},
        )
    assert told(ask(spine, subject, PROCUREMENT, EVALUATOR, on=date(2026, 2, 28))) == (
        "CLEAR",
        {"M-PRO-03": COMING},
    )
    assert told(ask(spine, subject, PROCUREMENT, BIDDER)) == (
        "CLEAR",
        {"M-PRO-03": "INFORMATION OTHER_ROLE"},
    )
    assert told(ask(spine, subject, BIDDING, EVALUATOR)) == ("CLEAR", {})
    article = ask(spine, subject, PROCUREMENT, EVALUATOR).hits[0].restriction.legal_basis[0]
    assert article == "政府采购法实施条例 第七十五条"


# --- M-PRO-05: the three lists --------------------------------------------------------------------


@pytest.mark.parametrize(("key", "code"), [("法院", "L-01"), ("财政", "L-02"), ("税务", "L-03")])
def test_subject_on_one_of_the_three_lists_is_refused_while_it_is_listed(
    spine: Spine, key: str, code: str
) -> None:
    subject = new_firm()
    position = placed(spine.say(key, event=list_entry(key, subject, code, "2024-01-10", "2026-01-10")))
    for day in (date(2024, 1, 10), date(2026, 1, 10)):
        decision = ask(spine, subject, on=day)
        assert told(decision) == ("BLOCKED", {"M-PRO-05": BLOCKS})
    row = decision.hits[0].restriction
    assert (row.list_code, row.ground.position) == (code, position)
    assert row.legal_basis[:2] == ("财库〔2016〕125号", "政府采购法 第二十二条")
    assert row.ground.document.authority == office(key).name
    assert (row.period.first, row.period.last) == (date(2024, 1, 10), date(2026, 1, 10))
    assert told(ask(spine, subject, on=date(2024, 1, 9))) == ("CLEAR", {"M-PRO-05": COMING})
    assert told(ask(spine, subject, on=date(2026, 1, 11))) == ("CLEAR", {})


def test_other_lists_do_not_bar_from_procurement(spine: Spine) -> None:
    """5.2: 经营异常名录 and the like are used as rejections without basis."""
    for key, code, until in (
        ("市场监管", "L-06", "2029-03-01"),
        ("市场监管", "L-90", ""),
        ("应急", "L-05", "2029-03-01"),
    ):
        subject = new_firm()
        placed(spine.say(key, event=list_entry(key, subject, code, "2026-03-01", until)))
        assert told(ask(spine, subject)) == ("CLEAR", {}), code


def test_defaulter_listed_before_the_rule_of_2016_is_refused_since_the_rule(spine: Spine) -> None:
    """财库〔2016〕125号 is in force from 2016-08-01 on and asks who is listed, not since when."""
    subject = new_firm()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2014-05-01")))
    assert told(ask(spine, subject, on=date(2016, 7, 31))) == ("CLEAR", {"M-PRO-05": COMING})
    assert told(ask(spine, subject, on=date(2016, 8, 1))) == ("BLOCKED", {"M-PRO-05": BLOCKS})
    assert told(ask(spine, subject)) == ("BLOCKED", {"M-PRO-05": BLOCKS})


def test_own_record_of_a_legal_representative_is_not_the_company_s_nor_the_reverse(spine: Spine) -> None:
    company, head = new_firm(), new_person()
    placed(spine.say("法院", event=list_entry("法院", head, "L-01", "2026-03-01")))
    placed(spine.say("财政", event=penalty("财政", company)))
    assert told(ask(spine, company)) == ("CLEAR", {})
    assert told(ask(spine, head, PROCUREMENT, REPRESENTATIVE)) == (
        "CLEAR",
        {"M-PRO-05": "INFORMATION OTHER_ROLE"},
    )
    assert told(ask(spine, head, PROCUREMENT, BIDDER)) == ("BLOCKED", {"M-PRO-05": BLOCKS})


# --- M-PRO-06: the wage list ----------------------------------------------------------------------


def test_wage_defaulter_is_left_to_the_purchaser_s_judgement(spine: Spine) -> None:
    """保障农民工工资支付条例 第四十八条: 依法依规予以限制, so the consequence is the purchaser's."""
    subject = new_firm()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2023-11-01", "2026-11-01")))
    for day in (date(2023, 11, 1), date(2026, 11, 1)):
        decision = ask(spine, subject, on=day)
        assert told(decision) == ("REVIEW", {"M-PRO-06": REVIEWED})
    assert decision.hits[0].restriction.legal_basis[0] == "保障农民工工资支付条例 第四十八条"
    assert told(ask(spine, subject, on=date(2026, 11, 2))) == ("CLEAR", {})
    assert told(ask(spine, subject, on=date(2023, 10, 31))) == ("CLEAR", {"M-PRO-06": COMING})


def test_person_on_the_wage_list_is_met_as_representative_and_manager_and_not_as_bidder(
    spine: Spine,
) -> None:
    subject = new_person()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2026-03-01", "2029-03-01")))
    for role in (REPRESENTATIVE, MANAGER):
        assert told(ask(spine, subject, PROCUREMENT, role)) == ("REVIEW", {"M-PRO-06": REVIEWED})
    assert told(ask(spine, subject, PROCUREMENT, BIDDER)) == (
        "CLEAR",
        {"M-PRO-06": "INFORMATION OTHER_ROLE"},
    )


def test_block_outranks_a_review(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2026-03-01", "2029-03-01")))
    barred(spine, subject)
    assert told(ask(spine, subject)) == ("BLOCKED", {"M-PRO-06": REVIEWED, "M-PRO-01": BLOCKS})
