"""The report of who is answerable for a period (责任追究报告): what is in it, for whom, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.supervision.accountability import Accountability
from registry.domain.files import file_key
from registry.errors import RegistryError
from registry.supervision import obligations
from registry.supervision.accountability.known import Known
from registry.supervision.accountability.tellings import tellings_of
from registry.supervision.duties import Clocks
from registry.supervision.obligations import referrals
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile
from tests.support.events import placed
from tests.support.referrals import (
    COUNTY,
    FIRE,
    HOUSING,
    MARKET,
    OVERSIGHT,
    Town,
    acceptance,
    clue,
    receipt,
    town_of,
    urging,
)
from tests.support.spine import ORIGIN, found_spine, furnish

BEGUN = date(2026, 9, 28)
"""A Monday; three working days on is 2026-10-09: 1 to 7 October are off, and the 10th is worked."""
REGISTRAR = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A clue of 09-28 that 消防 read on 10-09 and accepted on 10-20, and others after it."""
    directory: Path = tmp_path_factory.mktemp("town") / "registry"
    made = town_of(furnish(found_spine(directory, BEGUN), [MARKET, HOUSING], delivered=False))
    placed(made.act(MARKET, referral=clue(made, "YS-1")))
    on(made, "2026-10-09")
    placed(made.act(FIRE, receipt=receipt(made, "YS-1")))
    placed(on(made, "2026-10-20").act(FIRE, referral_acceptance=acceptance(made, "YS-1")))
    yield made
    made.spine.engine.close()


def on(town: Town, day: str) -> Town:
    town.spine.clock.move_to(date.fromisoformat(day))
    return town


def department(town: Town, key: str) -> Caller:
    return Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)


def report(
    town: Town, first: str, last: str, *, by: Caller = REGISTRAR, at: int | None = None, **changes: Any
) -> pb.GetAccountabilityReportResponse:
    request = pb.GetAccountabilityReportRequest(until=last, **changes)
    setattr(request, "from", first)
    if at is not None:
        request.known_position = at
    return Accountability(town.spine.engine.ask).report(by, request)


def lines(made: pb.GetAccountabilityReportResponse) -> list[tuple[str, str, str, int]]:
    """Of each line the deadline, when it was due and met, and how late."""
    return [
        (each.obligation.deadline, each.obligation.due_on, each.obligation.met_on, each.obligation.days_late)
        for each in made.lines
    ]


def test_late_by_one_working_day_though_a_holiday_lies_between(town: Town) -> None:
    assert lines(report(town, "2026-09-28", "2026-10-08", on="2026-10-20")) == [
        ("referral_receipt", "2026-10-08", "2026-10-09", 1)
    ]


def test_a_line_names_file_position_law_department_and_who_acted(town: Town) -> None:
    (line,) = report(town, "2026-10-08", "2026-10-08", on="2026-10-20").lines
    duty = line.obligation
    assert (duty.file.number, duty.department, line.state) == (
        "YS-1",
        town.code(FIRE),
        pb.DUTY_STATE_MET_LATE,
    )
    assert duty.position == town.held("YS-1").acts[0].position
    assert line.acted_position == town.held("YS-1").acts[1].position
    assert (line.official_id, line.section) == (f"{town.code(FIRE)[-6:]}-1", "执法科")
    assert duty.basis


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-10-08", "2026-10-08", 1),
        ("2026-10-08", "2026-10-31", 2),
        ("2026-09-01", "2026-10-07", 0),
        ("2026-10-09", "2026-10-15", 0),
    ],
)
def test_a_duty_belongs_to_the_period_of_its_last_day_alone(
    town: Town, first: str, last: str, found: int
) -> None:
    assert len(report(town, first, last, on="2026-10-20").lines) == found


def test_what_was_met_on_its_last_day_is_counted_and_not_listed(town: Town) -> None:
    on(town, "2026-10-26")
    placed(town.act(MARKET, referral=clue(town, "YS-2", to=HOUSING)))
    placed(on(town, "2026-10-29").act(HOUSING, receipt=receipt(town, "YS-2")))
    made = report(town, "2026-10-29", "2026-10-29")
    assert lines(made) == []
    (total,) = made.totals
    assert (total.department, total.deadline, total.met) == (town.code(HOUSING), "referral_receipt", 1)


def test_opened_before_and_met_after_the_period_it_is_in_it_as_late(town: Town) -> None:
    found = lines(report(town, "2026-10-08", "2026-10-19", on="2026-10-20"))
    assert ("referral_acceptance", "2026-10-16", "2026-10-20", 2) in found


def test_as_known_before_it_was_read_it_was_not_met_and_not_read(town: Town) -> None:
    opened = town.held("YS-1").acts[0].position
    made = report(town, "2026-09-28", "2026-10-08", at=opened, on="2026-10-20")
    ((deadline, _, met, late),) = lines(made)
    assert (deadline, met) == ("referral_receipt", "")
    assert late > 1
    (telling,) = made.tellings
    assert (telling.read_on, telling.days) == ("", 22)
    assert made.lines[0].official_id == ""


def test_two_requests_have_the_same_bytes_whatever_was_recorded_since(town: Town) -> None:
    position, arguments = town.spine.position, ("2026-09-01", "2026-11-30")
    first = report(town, *arguments, at=position, on="2026-10-20").SerializeToString(deterministic=True)
    placed(town.act(MARKET, referral=clue(town, "YS-9", to=HOUSING)))
    placed(on(town, "2026-11-02").act(FIRE, referral_outcome=_no_case(town)))
    again = report(town, *arguments, at=position, on="2026-10-20").SerializeToString(deterministic=True)
    assert first == again
    assert report(town, *arguments).known_position > position


def _no_case(town: Town) -> acts.ReferralOutcome:
    return acts.ReferralOutcome(
        file=town.file("YS-1"), result=acts.REFERRAL_RESULT_NO_CASE, reason="已改正。", on="2026-11-02"
    )


def test_what_was_told_and_when_it_was_read_is_listed_unread_first(town: Town) -> None:
    made = report(town, "2026-09-01", "2026-11-30")
    unread = [bool(each.read_on) for each in made.tellings]
    assert unread == sorted(unread)
    (first,) = [each for each in made.tellings if each.file.number == "YS-1"]
    assert (getattr(first, "from"), first.to, first.read_on, first.days) == (
        town.code(MARKET),
        town.code(FIRE),
        "2026-10-09",
        11,
    )


def test_an_urging_is_told_to_who_handles_the_file(town: Town) -> None:
    on(town, "2026-11-20")
    placed(town.act(OVERSIGHT, urging=urging(town, town.file("YS-9"), due_on="2026-11-25")))
    told = [
        each
        for each in report(town, "2026-11-20", "2026-11-20").tellings
        if each.kind == pb.TELLING_KIND_URGING
    ]
    assert [(each.to, getattr(each, "from"), each.read_on) for each in told] == [
        (town.code(HOUSING), town.code(OVERSIGHT), "")
    ]


def test_what_was_refused_and_told_to_a_second_department_is_one_hand_over(town: Town) -> None:
    on(town, "2026-11-20")
    placed(town.act(MARKET, referral=clue(town, "TW-1")))
    placed(town.act(FIRE, receipt=receipt(town, "TW-1")))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, "TW-1", accepted=False)))
    placed(town.act(MARKET, referral=clue(town, "TW-2", to=HOUSING, source=town.file("TW-1"))))
    (hand_over,) = report(town, "2026-11-01", "2026-11-30").hand_overs
    assert [file.number for file in hand_over.files] == ["TW-1", "TW-2"]
    assert list(hand_over.departments) == [town.code(MARKET), town.code(FIRE), town.code(HOUSING)]
    assert (hand_over.refused, hand_over.taken) == (1, False)
    assert not report(town, "2026-10-01", "2026-10-31").hand_overs


def test_a_department_sees_of_a_hand_over_its_own_part(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "TW-3", source=town.file("TW-2"))))
    placed(town.act(FIRE, receipt=receipt(town, "TW-3")))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, "TW-3", accepted=False)))
    (whole,) = report(town, "2026-11-01", "2026-11-30").hand_overs
    assert [file.number for file in whole.files] == ["TW-1", "TW-2", "TW-3"]
    (part,) = report(town, "2026-11-01", "2026-11-30", by=department(town, FIRE)).hand_overs
    assert [file.number for file in part.files] == ["TW-1", "TW-3"]
    assert not report(town, "2026-11-01", "2026-11-30", by=department(town, HOUSING)).hand_overs


def test_who_oversees_sees_everybody_and_a_department_itself_alone(town: Town) -> None:
    both = {each.department for each in report(town, "2026-09-01", "2026-11-30").totals}
    assert {town.code(FIRE), town.code(HOUSING)} <= both
    overseen = report(town, "2026-09-01", "2026-11-30", by=department(town, OVERSIGHT))
    assert {each.department for each in overseen.totals} == both
    own = report(town, "2026-09-01", "2026-11-30", by=department(town, FIRE))
    assert {each.department for each in own.totals} == {town.code(FIRE)}
    assert {each.to for each in own.tellings} == {town.code(FIRE)}


@pytest.mark.parametrize("asker", [MARKET, COUNTY])
def test_anothers_report_is_refused(town: Town, asker: str) -> None:
    with pytest.raises(RegistryError, match="只能查看本部门"):
        report(town, "2026-09-01", "2026-11-30", by=department(town, asker), department=town.code(FIRE))


def test_one_official_is_asked_about_within_a_department(town: Town) -> None:
    named = f"{town.code(FIRE)[-6:]}-1"
    asked: dict[str, Any] = {"department": town.code(FIRE), "official_id": named}
    made = report(town, "2026-09-01", "2026-10-31", on="2026-10-31", **asked)
    assert made.lines
    assert {line.official_id for line in made.lines} == {named}
    assert not report(
        town, "2026-09-01", "2026-10-31", on="2026-10-31", **asked | {"official_id": "X-9"}
    ).totals
    with pytest.raises(RegistryError, match="应写明部门"):
        report(town, "2026-09-01", "2026-11-30", official_id=named)


def test_an_official_revoked_since_is_still_named(town: Town) -> None:
    before = report(town, "2026-10-08", "2026-10-08").lines[0].official_id
    revoked = st.OfficialRevocation(department=town.code(FIRE), official_id=before, reason="调离")
    placed(town.spine.say(OPERATOR.key, official_revocation=revoked))
    assert report(town, "2026-10-08", "2026-10-08").lines[0].official_id == before


def test_a_period_in_which_nothing_was_due_is_empty_and_says_so(town: Town) -> None:
    made = report(town, "2025-01-01", "2025-12-31")
    assert not made.totals
    assert not made.lines
    assert not made.more_lines
    assert (made.until, made.on) == ("2025-12-31", "2026-11-20")


@pytest.mark.parametrize(
    ("first", "last", "more", "word"),
    [
        ("2026-02-01", "2026-01-01", {}, "早于起始日期"),
        ("2020-01-01", "2026-01-01", {}, "不超过"),
        ("", "2026-01-01", {}, "缺少起始日期"),
        ("2026-01-01", "2026-02-01", {"on": "2027-01-01"}, "尚未到来"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    town: Town, first: str, last: str, more: dict[str, Any], word: str
) -> None:
    with pytest.raises(RegistryError) as raised:
        report(town, first, last, **more)
    assert word in str(raised.value.faults)


def test_a_position_that_has_not_come_is_refused(town: Town) -> None:
    with pytest.raises(RegistryError) as raised:
        report(town, "2026-01-01", "2026-02-01", at=10**6)
    assert "尚未产生" in str(raised.value.faults)


def test_an_urging_of_what_was_refused_is_told_to_its_sender_whose_it_is_again(town: Town) -> None:
    placed(on(town, "2026-11-23").act(MARKET, referral=clue(town, "YS-11", to=HOUSING)))
    placed(town.act(HOUSING, receipt=receipt(town, "YS-11")))
    placed(town.act(HOUSING, referral_acceptance=acceptance(town, "YS-11", accepted=False)))
    on(town, "2026-12-07")
    placed(town.act(OVERSIGHT, urging=urging(town, town.file("YS-11"), due_on="2026-12-10")))
    told = report(town, "2026-12-07", "2026-12-07").tellings
    assert [(each.to, each.read_on) for each in told if each.kind == pb.TELLING_KIND_URGING] == [
        (town.code(MARKET), "")
    ]


def test_what_an_urging_costs_the_report_does_not_grow_with_the_square_of_them(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is urged day by day is worked out as often as it has urgings, not once for each pair."""
    placed(on(town, "2027-01-04").act(MARKET, referral=clue(town, "YS-12", to=HOUSING)))
    days = [f"2027-01-{day}" for day in range(18, 24)]
    for day in days:
        act = urging(town, town.file("YS-12"), due_on=day)
        placed(on(town, day).act(OVERSIGHT, urging=act))
    made, worked_out = referrals.obligations, list[str]()

    def counted(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
        worked_out.append(file.file.number)
        return made(file, clocks)

    monkeypatch.setitem(obligations._OF_KIND, acts.FILE_KIND_REFERRAL, counted)
    state = town.spine.engine.state
    file = state.store.files([file_key(town.file("YS-12"))])[file_key(town.file("YS-12"))]
    clocks = Clocks(date(2027, 1, 25), lambda day: state.edition_at(state.size - 1, day))
    told = list(tellings_of(file, Known(state.size - 1, clocks)))
    assert [(each.to, each.told_on) for each in told[1:]] == [(town.code(HOUSING), day) for day in days]
    assert len(worked_out) <= len(days) + 1
