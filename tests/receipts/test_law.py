"""By which mandate and law: a receipt shows departments' registrations and how its edition became law."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.departments import OPERATOR
from registry.receipts.law import MAX_LEAVES
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.verification import Outcome, Report
from tests.receipts.serving import serving_receipts
from tests.support.editions import adopt, edition_files, new_rule
from tests.support.events import ban, delivery, fined, firm, list_entry, new_firm, placed, registration
from tests.support.spine import found_spine, furnish
from tests.verification.world import World

UNTIL = "2028-03-01"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("law") / "registry"))
    with serving_receipts(spine) as running:
        yield World(running)


def told(report: Report, name: str) -> list[tuple[Outcome, str]]:
    assert report.ok, report.faults
    return [(line.outcome, line.detail) for line in report if line.name == name]


def test_who_bans_is_proven_to_be_in_the_mandate_by_the_departments_chain(world: World) -> None:
    spine, banned = world.served.spine, new_firm()
    placed(spine.say("财政", event=ban("财政", banned, "M-PRO-01", "2026-03-01", UNTIL)))
    placed(spine.say("人社", event=list_entry("人社", banned, "L-04", "2025-03-01", "2027-03-01")))
    found = told(world.report(world.check(banned.identifier)), "mandate")
    assert [outcome for outcome, _ in found] == [Outcome.OK, Outcome.OK]
    assert {spine.code("财政"), spine.code("人社")} == {detail.split()[1] for _, detail in found}


def test_the_registration_of_then_is_shown_with_those_since(world: World) -> None:
    spine, banned = world.served.spine, new_firm()
    placed(spine.say("财政", event=ban("财政", banned, "M-PRO-01", "2026-03-01", UNTIL)))
    again = placed(spine.say(OPERATOR.key, department_registration=registration("财政")))
    receipt = world.check(banned.identifier)
    assert again in {leaf.position for leaf in receipt.leaves if leaf.HasField("statement")}
    ((outcome, detail),) = told(world.report(receipt), "mandate")
    assert outcome is Outcome.OK
    assert f"、{again}登记" in detail


@pytest.mark.parametrize("again", [False, True])
def test_the_chain_of_who_has_delivered_often_is_left_out_and_that_is_said(world: World, again: bool) -> None:
    spine, banned = world.served.spine, new_firm()
    placed(spine.say("人社", event=list_entry("人社", banned, "L-04", "2025-03-01", "2027-03-01")))
    if again:
        placed(spine.say(OPERATOR.key, department_registration=registration("人社")))
    for _ in range(MAX_LEAVES):
        placed(spine.say("人社", delivery=delivery("L-04", "2026-11-23")))
    receipt = world.check(banned.identifier)
    assert f"D:{spine.code('人社')}" not in {chain.ref for chain in receipt.chains}
    found = told(world.report(receipt), "mandate")
    assert [outcome for outcome, _ in found] == [Outcome.OK, Outcome.CLAIMED]
    assert "其间没有变更" in found[1][1]


def test_an_edition_that_was_adopted_is_proven_and_so_is_what_was_decided_before(world: World) -> None:
    spine, banned, later = world.served.spine, new_firm(), new_firm()
    placed(spine.say("财政", event=ban("财政", banned, "M-PRO-01", "2026-03-01", UNTIL)))
    files = new_rule(
        edition_files("2026.9"), "M-PRO-01", "2026-10-01", term_months="{min: 12, max: 48, lifetime: false}"
    )
    adopted = adopt(spine, files, "2026-10-01")
    placed(spine.say("财政", event=ban("财政", later, "M-PRO-01", "2026-11-01", "2030-10-01")))
    checked = World(world.served)
    for who in (banned, later, firm(98)):
        report = checked.report(checked.check(who.identifier))
        proven, claimed = told(report, "edition")
        assert proven[0] is Outcome.OK
        assert f"由序号{adopted}批准" in proven[1]
        assert claimed == (Outcome.CLAIMED, "所问之日没有别的目录版本施行, 是登记系统签名的说法")


def test_a_second_offence_comes_with_the_first(world: World) -> None:
    spine, again = world.served.spine, new_firm()
    first = placed(spine.say("住建", event=ban("住建", again, "M-BID-01", "2022-01-01", "2024-01-01")))
    placed(spine.say("住建", event=ban("住建", again, "M-BID-01", "2026-03-01", "2027-03-01")))
    receipt = world.check(again.identifier, subject_pb2.DOMAIN_BIDDING)
    response = pb.CheckResponse.FromString(receipt_pb2.Answer.FromString(receipt.answer).response)
    assert [hit.repeats_position for hit in response.hits] == [first]
    assert world.report(receipt).ok


def test_departments_of_different_kinds_are_each_judged_by_their_own(world: World) -> None:
    """财库〔2022〕3号: 3,000,000 yuan is a large fine of any department but of one of a sector with a higher
    standard, where a human looks."""
    spine, twice = world.served.spine, new_firm()
    placed(spine.say(OPERATOR.key, department_registration=registration("应急", kinds=["financial_reg"])))
    for key in ("应急", "市场监管"):
        placed(spine.say(key, event=fined(key, twice, "2026-03-01", "300")))
    receipt = world.check(twice.identifier)
    response = pb.CheckResponse.FromString(receipt_pb2.Answer.FromString(receipt.answer).response)
    effects = [verdict_pb2.HIT_EFFECT_NEEDS_REVIEW, verdict_pb2.HIT_EFFECT_BLOCKS]
    assert [hit.effect for hit in response.hits] == effects
    assert told(world.report(receipt), "verdict")
