"""An accident, and everything before it (事故倒查): by day, each step with its lateness, gaps named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.supervision.accountability_trace import Traces
from registry.errors import RegistryError
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from tests.support.events import firm, placed, refusal
from tests.support.referrals import (
    COUNTY,
    FIRE,
    HOUSING,
    MARKET,
    OVERSIGHT,
    POLICE,
    Town,
    clue,
    receipt,
    town_of,
)
from tests.support.spine import ORIGIN, found_spine, furnish
from tests.support.visits import SUBJECT, Bureau, finding

KEY = OPERATOR.key
AUDITOR = Caller(CallerRole.AUDITOR, "audit-office", ORIGIN)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An inspection of 11-20 saw what is another's to mend; 消防 was told on 11-30 and read it on 12-10;
    something happened on 12-12."""
    directory: Path = tmp_path_factory.mktemp("town") / "registry"
    spine = furnish(found_spine(directory, date(2026, 11, 23)), [MARKET, HOUSING], delivered=False)
    bureau, made = Bureau.at(spine), town_of(spine)
    bureau.taken(bureau.record("JC-7", findings=[finding(), finding(outside=True, fact="安全出口堵塞")]))
    source = bureau.reference("JC-7")
    on(made, "2026-11-30")
    placed(made.act(MARKET, referral=clue(made, "YS-7", subject=SUBJECT, source=source)))
    placed(on(made, "2026-12-10").act(FIRE, receipt=receipt(made, "YS-7")))
    on(made, "2026-12-14")
    placed(made.act(KEY, accident=accident("SG-1", matters=["SP-1", "SP-2", "SP-9"])))
    yield made
    spine.engine.close()


def on(town: Town, day: str) -> Town:
    town.spine.clock.move_to(date.fromisoformat(day))
    return town


def accident(number: str, **changes: Any) -> acts.Accident:
    fields: dict[str, Any] = {
        "number": number,
        "area": acts.ACCIDENT_AREA_WORK_SAFETY,
        "occurred_on": "2026-12-12",
        "region": "130902",
        "place": "新华区示例街7号",
        "subject": SUBJECT,
        "account": "后厨起火, 安全出口堵塞。",
    }
    return acts.Accident(**{**fields, **changes})


def trace(
    town: Town, number: str = "SG-1", *, by: Caller = AUDITOR, **asked: Any
) -> pb.TraceAccidentResponse:
    reference = acts.FileReference(
        kind=acts.FILE_KIND_ACCIDENT, department=OPERATOR.office.code, number=number
    )
    request = pb.TraceAccidentRequest(file=reference, **asked)
    return Traces(town.spine.engine.ask).trace(by, request)


def test_entries_stand_by_day_and_then_by_position(town: Town) -> None:
    entries = [(each.day, each.position) for each in trace(town).entries]
    assert entries == sorted(entries)
    assert len(entries) > 5


def test_the_way_from_the_visit_to_the_accident_is_there_with_each_day(town: Town) -> None:
    told = [(each.day, each.kind) for each in trace(town).entries]
    assert ("2026-11-20", pb.TRACE_KIND_INSPECTION) in told
    assert ("2026-11-30", pb.TRACE_KIND_REFERRAL) in told
    assert ("2026-12-10", pb.TRACE_KIND_REFERRAL) in told
    assert ("2026-12-12", pb.TRACE_KIND_ACCIDENT) in told
    (rule,) = [each for each in trace(town).entries if "监管制度备案" in each.text]
    assert rule.kind == pb.TRACE_KIND_RULE


def test_each_late_step_names_whose_it_was_and_how_late(town: Town) -> None:
    late = {
        each.duty.obligation.deadline: each
        for each in trace(town).entries
        if each.kind == pb.TRACE_KIND_OVERDUE
    }
    told, read = late["referral_finding_told"], late["referral_receipt"]
    assert (told.day, told.department, told.duty.obligation.days_late) == (
        "2026-11-27",
        town.code(MARKET),
        1,
    )
    assert (read.day, read.department, read.duty.obligation.met_on) == (
        "2026-12-03",
        town.code(FIRE),
        "2026-12-10",
    )
    assert "逾期" in read.text


def test_who_approves_and_who_supervises_is_told_of_the_matter(town: Town) -> None:
    matters = [each for each in trace(town).entries if each.kind == pb.TRACE_KIND_MATTER]
    assert any("审批科室: 许可科; 监管科室: 监管科" in each.text for each in matters)


def test_gaps_are_named(town: Town) -> None:
    gaps = {(each.matter, each.text) for each in trace(town).gaps}
    assert ("SP-2", "事故发生前, 这一事项没有已备案的监管制度") in gaps
    assert ("SP-9", "事故发生前, 审批事项目录中没有这一事项") in gaps
    assert ("SP-1", "该期间没有就这一事项抽取检查对象") in gaps
    assert not any(text.startswith("该期间没有对该主体") for _, text in gaps)
    assert not any(matter == "SP-1" and "监管制度" in text for matter, text in gaps)


def test_of_a_firm_that_nobody_visited_that_is_the_gap(town: Town) -> None:
    placed(town.act(KEY, accident=accident("SG-2", subject=firm(9))))
    assert "该期间没有对该主体的检查记录" in [each.text for each in trace(town, "SG-2").gaps]


def test_what_was_put_on_record_after_the_accident_is_marked(town: Town) -> None:
    town.act(MARKET, referral=clue(town, "YS-8", subject=SUBJECT, to=HOUSING, on="2026-12-11"))
    marked = {each.file.number: each.recorded_after for each in trace(town).entries}
    assert marked["YS-8"]
    assert not marked["YS-7"]


def test_what_lies_before_the_days_looked_at_is_left_out(town: Town) -> None:
    placed(town.act(KEY, accident=accident("SG-3", look_back_days=5, matters=["SP-1"])))
    made = trace(town, "SG-3")
    assert getattr(made, "from") == "2026-12-07"
    kinds = {each.kind for each in made.entries}
    assert pb.TRACE_KIND_INSPECTION not in kinds
    assert pb.TRACE_KIND_RULE in kinds  # It applied, whenever it was filed.


def test_a_trace_as_known_at_a_position_has_the_same_bytes_later(town: Town) -> None:
    asked: dict[str, Any] = {"known_position": town.spine.position, "on": "2026-12-14"}
    first = trace(town, **asked).SerializeToString(deterministic=True)
    placed(town.act(MARKET, referral=clue(town, "YS-99", subject=SUBJECT)))
    assert trace(town, **asked).SerializeToString(deterministic=True) == first


@pytest.mark.parametrize("asker", [FIRE, MARKET, COUNTY])
def test_only_who_oversees_may_trace(town: Town, asker: str) -> None:
    with pytest.raises(RegistryError, match="没有这一事故卷宗, 或者不能查阅"):
        trace(town, by=Caller(CallerRole.DEPARTMENT, town.code(asker), ORIGIN))
    assert trace(town, by=Caller(CallerRole.DEPARTMENT, town.code(OVERSIGHT), ORIGIN)).entries


def test_an_accident_that_is_none_cannot_be_traced(town: Town) -> None:
    with pytest.raises(RegistryError, match="没有这一事故卷宗"):
        trace(town, "SG-404")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occurred_on": "2027-01-01"}, "supervision.accident.occurred_on"),
        ({"area": 0}, "supervision.accident.area"),
        ({"region": "沧州"}, "supervision.accident.region"),
        ({"region": "１３０９０２"}, "supervision.accident.region"),
        ({"account": "伤者 130999199001011234"}, "supervision.accident.account"),
        ({"subject": None}, "supervision.accident.subject"),
        ({"look_back_days": 5000}, "supervision.accident.look_back_days"),
        ({"matters": ["SP-1", "SP-1"]}, "supervision.accident.matters"),
    ],
)
def test_an_accident_that_says_too_little_or_too_much_is_refused(
    town: Town, changes: dict[str, Any], field: str
) -> None:
    found = refusal(town.act(KEY, accident=accident("SG-7", **changes)))
    assert field in str(found), found


def test_an_accident_is_stated_by_who_answers_for_safety(town: Town) -> None:
    placed(town.act(COUNTY, accident=accident("SG-8")))
    assert ("NOT_YOUR_STEP", "department") in refusal(town.act(POLICE, accident=accident("SG-9")))
