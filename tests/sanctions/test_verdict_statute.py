"""What arises by law from a record: heavy penalties in procurement (政府采购法 第二十二条第一款第五项,
实施条例 第十九条), and decisions that repeat an earlier one (招标投标法实施条例 第六十七、六十八条)."""

from datetime import date, timedelta

import pytest

from demo.departments import OPERATOR
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    correction,
    fields,
    fined,
    imposed,
    judgment,
    new_firm,
    new_person,
    penalty,
    placed,
    registration,
    succession,
    told,
    withdrawal,
)
from tests.support.spine import TODAY, Spine

BLOCKED = ("BLOCKED", {"M-PRO-04": "BLOCKS MANDATORY"})
UNCLEAR = ("REVIEW", {"M-PRO-04": "NEEDS_REVIEW FACTS_UNCLEAR"})
CLEAR: tuple[str, dict[str, str]] = ("CLEAR", {})
BIDDING = subject_pb2.DOMAIN_BIDDING


# --- M-PRO-04 -------------------------------------------------------------------------------------


def test_heavy_fine_excludes_for_three_years_to_the_day_and_from_procurement_alone(spine: Spine) -> None:
    subject, decided = new_firm(), date(2023, 11, 20)
    placed(spine.say("财政", event=fined("财政", subject, decided.isoformat(), "250")))
    decision = ask(spine, subject, on=decided)
    assert told(decision) == BLOCKED
    assert decision.hits[0].restriction.legal_basis[0] == "政府采购法 第二十二条第一款第五项"
    assert told(ask(spine, subject, on=decided - timedelta(days=1)))[0] == "CLEAR"
    assert told(ask(spine, subject, on=date(2026, 11, 20))) == BLOCKED
    assert told(ask(spine, subject, on=date(2026, 11, 21))) == CLEAR
    for domain in (BIDDING, subject_pb2.DOMAIN_BUSINESS, subject_pb2.DOMAIN_FINANCING):
        assert told(ask(spine, subject, domain, on=decided)) == CLEAR


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"cflb": "罚款", "nr_fk": "200"}, BLOCKED),
        ({"cflb": "罚款", "nr_fk": "199.9999"}, CLEAR),
        ({"cflb": "责令停产停业"}, BLOCKED),
        ({"cflb": "吊销许可证件"}, BLOCKED),
        ({"cflb": "警告、通报批评"}, CLEAR),
        ({"cflb": "暂扣许可证件"}, CLEAR),
        ({"cflb": "暂扣或者吊销许可证、暂扣或者吊销执照"}, UNCLEAR),
        ({"cflb": "罚款", "nr_fk": "见决定书"}, UNCLEAR),
        ({"cflb": "罚款"}, UNCLEAR),
        ({"cflb": "取缔"}, UNCLEAR),
        ({"cflb": "警告并責令停產停業"}, UNCLEAR),
        ({"cflb": "罚款(未吊销许可证)", "nr_fk": "1"}, UNCLEAR),
        ({}, UNCLEAR),
    ],
)
def test_kind_and_amount_of_a_penalty_decide_and_what_is_left_open_is_reviewed(
    spine: Spine, content: dict[str, str], expected: tuple[str, dict[str, str]]
) -> None:
    subject = new_firm()
    placed(spine.say("财政", event=penalty("财政", subject, content=fields(**content))))
    assert told(ask(spine, subject)) == expected


def test_higher_standard_of_a_sector_prevails_and_below_it_a_human_looks(spine: Spine) -> None:
    """财库〔2022〕3号: 相关领域较大数额罚款标准高于200万元的, 从其规定."""
    placed(spine.say(OPERATOR.key, department_registration=registration("应急", kinds=["financial_reg"])))
    for units, expected in (("150", CLEAR), ("300", UNCLEAR), ("500", BLOCKED)):
        subject = new_firm()
        placed(spine.say("应急", event=fined("应急", subject, "2026-03-01", units)))
        assert told(ask(spine, subject)) == expected


def test_criminal_case_is_reviewed_for_its_number_does_not_say_how_it_ended(spine: Spine) -> None:
    """国办发〔2020〕49号: nothing is inferred; acquittal and 免予刑事处罚 bear the same number."""
    for subject in (new_firm(), new_person()):
        placed(spine.say("法院", event=judgment(subject, "2026-03-01", "（2026）冀09刑初12号")))
        assert told(ask(spine, subject)) == UNCLEAR


@pytest.mark.parametrize("number", ["（2026）冀09民初12号", "（2026）冀09执12号"])
def test_civil_judgment_and_enforcement_exclude_nobody(spine: Spine, number: str) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=judgment(subject, "2026-03-01", number)))
    assert told(ask(spine, subject)) == CLEAR


def test_judgment_without_a_readable_case_number_is_reviewed(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=judgment(subject, "2026-03-01", "冀09判字第12号")))
    assert told(ask(spine, subject)) == UNCLEAR


def test_corrected_amount_counts_and_a_withdrawn_penalty_does_not(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "units", event=fined("财政", subject, "2026-03-01", "2500000")))
    assert told(ask(spine, subject)) == BLOCKED
    in_units = fined("财政", subject, "2026-03-01", "2.5")
    placed(spine.say("财政", "in-units", correction=correction("财政", "units", in_units)))
    assert told(ask(spine, subject)) == CLEAR
    heavy = fined("财政", subject, "2026-03-01", "250")
    placed(spine.say("财政", "heavy", event=heavy))
    assert told(ask(spine, subject)) == BLOCKED
    placed(spine.say("财政", withdrawal=withdrawal("财政", "heavy")))
    assert told(ask(spine, subject)) == CLEAR


def test_expired_ban_from_procurement_does_not_by_itself_exclude(spine: Spine) -> None:
    """实施条例 第十九条第二款, although it was imposed by a penalty with a fine that is not heavy."""
    subject = new_firm()
    expired = fined("财政", subject, "2024-11-01", "5")
    expired.measures.append(imposed("M-PRO-01", "2024-11-01", "2026-11-01"))
    placed(spine.say("财政", event=expired))
    assert told(ask(spine, subject, on=date(2026, 11, 1))) == (
        "BLOCKED",
        {"M-PRO-01": "BLOCKS MANDATORY"},
    )
    assert told(ask(spine, subject, on=date(2026, 11, 2))) == CLEAR


def test_expired_ban_leaves_the_heavy_fine_of_the_same_document_to_exclude(spine: Spine) -> None:
    subject = new_firm()
    both = fined("财政", subject, "2024-11-01", "250")
    both.measures.append(imposed("M-PRO-01", "2024-11-01", "2026-11-01"))
    placed(spine.say("财政", event=both))
    assert told(ask(spine, subject)) == BLOCKED


# --- re-offence (再次违法) ------------------------------------------------------------------------


def barred_twice(spine: Spine, again_on: str, measure: str = "M-BID-01") -> tuple[Subject, int, int]:
    """A firm barred by M-BID-01 to 2022-03-01 and again; the positions of both decisions."""
    subject = new_firm()
    first = placed(spine.say("住建", event=ban("住建", subject, "M-BID-01", "2020-03-01", "2022-03-01")))
    until = f"{int(again_on[:4]) + 2}{again_on[4:]}"
    second = placed(spine.say("住建", event=ban("住建", subject, measure, again_on, until)))
    return subject, first, second


@pytest.mark.parametrize(
    ("again_on", "repeats"), [("2022-03-02", True), ("2025-03-01", True), ("2025-03-02", False)]
)
def test_second_ban_within_three_years_after_the_first_ended_is_recognised(
    spine: Spine, again_on: str, repeats: bool
) -> None:
    """三年内: from the end of the first to the same day three years later."""
    subject, first, second = barred_twice(spine, again_on)
    (hit,) = ask(spine, subject, BIDDING, on=date.fromisoformat(again_on)).hits
    assert (hit.restriction.ground.position, hit.repeats) == (second, first if repeats else None)


def test_re_offence_is_information_and_changes_no_effect(spine: Spine) -> None:
    subject, _, _ = barred_twice(spine, "2025-02-01")
    assert told(ask(spine, subject, BIDDING)) == ("BLOCKED", {"M-BID-01": "BLOCKS MANDATORY"})


def test_ban_by_another_measure_or_before_the_first_has_ended_repeats_nothing(spine: Spine) -> None:
    for again_on, measure in (("2024-03-01", "M-BID-02"), ("2022-03-01", "M-BID-01")):
        subject, _, second = barred_twice(spine, again_on, measure)
        hits = ask(spine, subject, BIDDING, on=date(2023, 3, 1) if measure == "M-BID-01" else TODAY).hits
        hits = tuple(hit for hit in hits if hit.restriction.ground.position == second)
        assert [hit.repeats for hit in hits] == [None] * len(hits)


def test_withdrawn_first_ban_is_repeated_no_more(spine: Spine) -> None:
    subject = new_firm()
    first_ban = ban("住建", subject, "M-BID-01", "2020-03-01", "2022-03-01")
    first = placed(spine.say("住建", "first-ban", event=first_ban))
    placed(spine.say("住建", event=ban("住建", subject, "M-BID-01", "2025-02-01", "2027-02-01")))
    before = spine.position
    placed(spine.say("住建", withdrawal=withdrawal("住建", "first-ban")))
    assert [hit.repeats for hit in ask(spine, subject, BIDDING).hits] == [None]
    assert [hit.repeats for hit in ask(spine, subject, BIDDING, at=before).hits] == [first]


def test_ban_under_the_new_code_repeats_one_under_the_old_code_and_the_reverse(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    first = placed(spine.say("住建", event=ban("住建", old, "M-BID-01", "2020-03-01", "2022-03-01")))
    placed(spine.say("住建", event=ban("住建", new, "M-BID-01", "2025-02-01", "2027-02-01")))
    assert [hit.repeats for hit in ask(spine, new, BIDDING).hits] == [None]
    placed(spine.say("市场监管", subject_link=succession(old, new)))
    for code in (old, new):
        assert [hit.repeats for hit in ask(spine, code, BIDDING).hits] == [first]
