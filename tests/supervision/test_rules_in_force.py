"""Which rule governs a matter, who has not filed, and what is due in a rule's file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.ledger import GroupLedger
from registry.commands.submission import Rejection
from registry.commands.supervision.accountability import Accountability
from registry.commands.supervision.unfiled import filings_due, unfiled
from registry.config import load_config
from registry.domain.periods import china_day
from registry.engine import start_engine
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.supervision.rules import filed_rule
from registry.supervision.unfiled import DEADLINE
from registry.v1 import supervision_pb2 as pb
from registry.v1.accountability_service_pb2 import GetAccountabilityReportRequest
from registry.v1.supervision_file_pb2 import Obligation
from tests.support.matters import (
    ESTABLISHMENT,
    HOUSING,
    MARKET,
    MatterTown,
    check,
    filing,
    matter,
    review,
    rule,
)
from tests.support.spine import ORIGIN, found_spine, furnish


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> MatterTown:
    """A town in which nothing is stated yet; its engine is closed, so that its files can be copied."""
    directory = tmp_path_factory.mktemp("rules") / "registry"
    spine = furnish(found_spine(directory), ["市场监管", "住建"], delivered=False)
    town = MatterTown.of(spine)
    spine.engine.close()
    return town


@pytest.fixture
def town(prepared: MatterTown, tmp_path: Path) -> Iterator[MatterTown]:
    """The town, one for each test."""
    directory = tmp_path / "registry"
    copytree(prepared.spine.directory, directory)
    config, clock = load_config(directory), prepared.spine.clock
    engine = start_engine(config, clock)
    spine = replace(prepared.spine, directory=directory, config=config, engine=engine)
    yield replace(prepared, spine=spine)
    spine.engine.close()


def governing(town: MatterTown, number: str, day: str, department: str = MARKET) -> str:
    """The number of the rule that governs a matter on a day; empty if none does."""
    found = filed_rule(GroupLedger(town.spine.engine.state, []), department, number, date.fromisoformat(day))
    return found.number if found is not None else ""


def clocks(town: MatterTown, day: str) -> Clocks:
    state = town.spine.engine.state
    return Clocks(date.fromisoformat(day), lambda on: state.edition_at(state.size - 1, on))


def due(town: MatterTown, day: str) -> dict[str, tuple[str, int]]:
    """Matters without a filed rule as seen on a day: the last day, and how late it is."""
    found = unfiled(town.spine.engine.state.store, clocks(town, day))
    return {each.matter: (each.due_on, each.days_late) for each in found}


def duties(town: MatterTown, number: str, day: str) -> dict[str, Obligation]:
    """What is due in a rule's file as seen on a day."""
    file = town.spine.engine.state.store.files([(pb.FILE_KIND_RULE, MARKET, number)]).popitem()[1]
    return {each.deadline: each for each in obligations_of(file, clocks(town, day))}


def stated(town: MatterTown, *acts: tuple[str, dict[str, Any]]) -> None:
    for who, act in acts:
        assert town.act(who, **act) == []


def test_the_rule_for_the_matter_goes_before_that_for_its_class(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}), ("监管员", {"matter": matter("SP-2")}))
    town.filed("ZD-2", on="2026-11-16")
    town.filed("ZD-1", on="2026-11-20", matters=[], matter_classes=["食 品"])
    assert [governing(town, "SP-1", day) for day in ("2026-11-15", "2026-11-16", "2026-11-20")] == [
        "",
        "ZD-2",
        "ZD-2",
    ]
    assert [governing(town, "SP-2", day) for day in ("2026-11-19", "2026-11-20")] == ["", "ZD-1"]


def test_a_new_rule_takes_the_place_of_the_old_when_it_is_filed_and_not_before(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    town.filed("ZD-1", on="2026-11-16")
    stated(town, ("监管员", {"rule": rule("ZD-2")}), ("司法员", {"rule_review": review("ZD-2")}))
    assert governing(town, "SP-1", "2026-11-23") == "ZD-1"
    stated(town, ("编办员", {"rule_filing": filing("ZD-2", "沧编备〔2026〕2号", filed_on="2026-11-20")}))
    assert governing(town, "SP-1", "2026-11-23") == "ZD-2"
    assert governing(town, "SP-1", "2026-11-19") == "ZD-1"


def test_a_rule_governs_no_matter_of_another_department_and_none_that_is_unknown(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}), ("住建员", {"matter": matter("SP-1")}))
    town.filed("ZD-1")
    assert governing(town, "SP-1", "2026-11-23", HOUSING) == ""
    assert governing(town, "SP-9", "2026-11-23") == ""


def test_a_rule_found_unlawful_governs_nothing_and_owes_nothing(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}), ("监管员", {"rule": rule("ZD-1")}))
    stated(town, ("司法员", {"rule_review": review("ZD-1", lawful=False)}))
    assert governing(town, "SP-1", "2026-11-23") == ""
    assert not [each for each in duties(town, "ZD-1", "2027-06-30").values() if not each.met_on]
    assert due(town, "2026-11-23") == {"SP-1": ("2026-11-30", 0)}


def test_matters_within_one_group_see_the_rules_that_it_brings(town: MatterTown) -> None:
    """A ledger shows what its group has admitted on top of what the store has."""
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    ledger = GroupLedger(town.spine.engine.state, [])
    assert filed_rule(ledger, MARKET, "SP-1", date(2026, 11, 23)) is None
    town.filed("ZD-1")
    assert [each.file.number for each in ledger.files_of(pb.FILE_KIND_RULE, MARKET)] == []
    fresh = GroupLedger(town.spine.engine.state, [])
    assert [each.file.number for each in fresh.files_of(pb.FILE_KIND_RULE, "")] == ["ZD-1"]


def test_a_rule_is_due_by_the_end_of_november_and_of_the_next_for_december(town: MatterTown) -> None:
    stated(
        town,
        ("监管员", {"matter": matter("SP-1", effective_from="2026-02-01")}),
        ("监管员", {"matter": matter("SP-DEC", effective_from="2026-12-01", matter_class="药品")}),
    )
    assert due(town, "2026-11-30") == {"SP-1": ("2026-11-30", 0)}
    assert due(town, "2026-12-04") == {"SP-1": ("2026-11-30", 4), "SP-DEC": ("2027-11-30", 0)}


def test_nothing_is_due_before_the_registry_was_told_of_the_matter(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1", effective_from="2015-01-01")}))
    assert due(town, "2026-11-23") == {"SP-1": ("2026-11-30", 0)}
    assert due(town, "2026-11-22") == {}


def test_a_filed_rule_meets_the_duty_and_says_when(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    town.filed("ZD-1", on="2026-11-20")
    assert due(town, "2026-12-31") == {}
    (met,) = filings_due(town.spine.engine.state.store, clocks(town, "2026-12-31"))
    assert (met.met_on, met.days_late, met.department) == ("2026-11-23", 0, MARKET)


def test_what_has_ended_and_what_nobody_watches_needs_no_rule(town: MatterTown) -> None:
    cancelled: dict[str, Any] = {"kind": pb.MATTER_KIND_CANCELLED}
    stated(
        town,
        ("监管员", {"matter": matter("SP-E", ended_on="2026-11-25")}),
        ("监管员", {"matter": matter("SP-N", **cancelled, no_more_supervision=True)}),
        ("监管员", {"matter": matter("SP-W", **cancelled, still_watched_by=HOUSING)}),
        ("监管员", {"matter": matter("SP-O", **cancelled, still_watched_by=MARKET)}),
    )
    assert sorted(due(town, "2026-11-24")) == ["SP-E", "SP-O"]
    assert sorted(due(town, "2026-11-25")) == ["SP-O"]


@pytest.mark.parametrize("ended_on", ["2026-12-10", "2026-11-24"])
def test_a_matter_that_is_taken_out_late_had_no_rule_all_the_same(town: MatterTown, ended_on: str) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    begun = china_day(town.spine.clock())
    town.spine.clock.move_to(date(2026, 12, 10))
    stated(town, ("监管员", {"matter": matter("SP-1", effective_from="2026-11-24", ended_on=ended_on)}))
    assert due(town, "2026-12-15") == {}
    request = GetAccountabilityReportRequest(until="2026-11-30", on="2026-12-10")
    setattr(request, "from", "2026-11-01")
    registrar = Caller(CallerRole.REGISTRAR, town.spine.engine.state.directory.operator, ORIGIN)
    (line,) = Accountability(town.spine.engine.ask).report(registrar, request).lines
    town.spine.clock.move_to(begun)  # Of all towns of these tests.
    duty = line.obligation
    assert (duty.deadline, duty.matter, duty.met_on, duty.days_late) == (DEADLINE, "SP-1", "", 10)


def test_a_draft_is_reviewed_and_filed_in_time_or_counted_late(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}), ("监管员", {"rule": rule("ZD-1")}))
    reviewing = duties(town, "ZD-1", "2026-11-24")["rule_review_after_draft"]
    assert (reviewing.due_on, reviewing.days_late, reviewing.met_on) == ("2026-11-23", 1, "")
    stated(town, ("司法员", {"rule_review": review("ZD-1", on="2026-11-23")}))
    after = duties(town, "ZD-1", "2026-12-08")
    assert after["rule_review_after_draft"].met_on == "2026-11-23"
    assert (after["rule_filing_after_review"].due_on, after["rule_filing_after_review"].days_late) == (
        "2026-12-07",
        1,
    )


def test_a_deficiency_is_mended_by_its_day_and_a_clean_check_says_so(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    town.filed("ZD-1", on="2026-11-20")
    stated(town, ("编办员", {"rule_check": check("ZD-1", deficient=True, rectify_by="2026-11-23")}))
    open_duty = duties(town, "ZD-1", "2026-11-25")["rule_rectification"]
    assert (open_duty.due_on, open_duty.days_late, open_duty.met_on) == ("2026-11-23", 2, "")
    stated(town, ("编办员", {"rule_check": check("ZD-1", manner=pb.RULE_CHECK_MANNER_SPOT)}))
    assert duties(town, "ZD-1", "2026-11-25")["rule_rectification"].met_on == "2026-11-23"


def test_taking_a_matter_out_for_a_while_does_not_put_off_its_day(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1", ended_on="2026-11-25")}))
    stated(town, ("监管员", {"matter": matter("SP-1", effective_from="2026-12-01")}))
    assert due(town, "2026-12-01") == {"SP-1": ("2026-11-30", 1)}
    stated(town, ("监管员", {"matter": matter("SP-OUT", ended_on="2026-02-01")}))
    stated(town, ("监管员", {"matter": matter("SP-OUT", effective_from="2027-03-01")}))
    assert due(town, "2027-03-01")["SP-OUT"] == ("2027-11-30", 0)


def test_a_day_written_wrong_is_mended_before_it_comes(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1", effective_from="2062-01-01")}))
    assert due(town, "2026-11-23") == {}
    stated(town, ("监管员", {"matter": matter("SP-1", effective_from="2026-10-01")}))
    assert due(town, "2026-11-23") == {"SP-1": ("2026-11-30", 0)}


def test_a_later_filing_that_is_dated_back_makes_no_earlier_one_late(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    town.filed("ZD-1", on="2026-11-23")
    town.spine.clock.move_to(date(2026, 12, 14))
    town.filed("ZD-2", on="2026-06-01")
    (duty,) = filings_due(town.spine.engine.state.store, clocks(town, "2026-12-15"))
    assert (duty.met_on, duty.days_late) == ("2026-11-23", 0)


def test_a_department_is_told_of_its_own_matters_alone(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}), ("住建员", {"matter": matter("SP-9")}))
    town.filed("ZD-1", on="2026-11-23")
    store = town.spine.engine.state.store
    found = {code: [each.matter for each in unfiled(store, clocks(town, "2026-12-15"), code)]
             for code in (MARKET, HOUSING)}  # fmt: skip
    assert found == {MARKET: [], HOUSING: ["SP-9"]}


def test_two_rules_in_one_group_do_not_get_one_filing_number(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    for number in ("ZD-1", "ZD-2"):
        stated(town, ("监管员", {"rule": rule(number)}), ("司法员", {"rule_review": review(number)}))
    envelopes = [
        town.envelope("编办员", rule_filing=filing(number, "沧编备〔2026〕1号"))
        for number in ("ZD-1", "ZD-2")
    ]
    caller = Caller(CallerRole.DEPARTMENT, ESTABLISHMENT, ORIGIN)
    outcomes = [each.result(30) for each in town.spine.engine.intake.submit(envelopes, caller)]
    assert [isinstance(each, Rejection) for each in outcomes] == [False, True]
    assert governing(town, "SP-1", "2026-11-23") == "ZD-1"


def test_rebuilding_from_the_log_finds_the_same_files(town: MatterTown) -> None:
    stated(town, ("监管员", {"matter": matter("SP-1")}))
    town.filed("ZD-1")
    before = list(town.spine.engine.state.store.all_files())
    assert [list(each.matters) for each in before] == [[], ["SP-1"]]
    assert [list(each.matter_classes) for each in before] == [["食品"], []]
    town.spine.reopen()
    assert list(town.spine.engine.state.store.all_files()) == before
    assert governing(town, "SP-1", "2026-11-23") == "ZD-1"
