"""Incentives: granted by a red list, suspended by what stands against the subject, and back after it; a red
list outweighs nothing (law.md §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.periods import Period, add_months
from registry.sanctions.cases import fictional
from registry.sanctions.ground import Mark, MarkKind, SubjectRecord
from registry.sanctions.incentives import incentives_of
from registry.sanctions.redlists import entry_of
from registry.v1 import incentive_service_pb2, subject_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.scratch_town import EDITION, FIRM, FIRST, LAST, Town

ENTERPRISE = subject_pb2.SUBJECT_KIND_ENTERPRISE
MODELS = {"M-INC-01", "M-INC-02", "M-INC-03", "M-INC-04", "M-INC-05", "M-INC-08"}
"""What 诚实守信红名单 (R-03) brings an enterprise."""
LATER = 10_000
"""A position after everything that a test has stated."""


@pytest.fixture
def town() -> Town:
    return Town()


def test_grant_brings_what_its_red_list_names_on_the_days_of_its_term(town: Town) -> None:
    town.grant()
    assert town.applying(FIRST) == town.applying(LAST) == MODELS
    assert town.granted(FIRST - timedelta(1)) == town.granted(LAST + timedelta(1)) == []


def test_facilitation_says_by_which_list_document_and_article(town: Town) -> None:
    town.grant()
    channel = next(each for each in town.granted(FIRST) if each.measure.code == "M-INC-01")
    assert channel.red_list is not None
    assert channel.red_list.name_zh == "诚实守信红名单(诚信典型)"
    assert channel.ground.document.decided_on == "2026-06-01"
    assert channel.measure.discretionary
    assert channel.legal_basis[0] == "国发〔2016〕33号"
    assert len(set(channel.legal_basis)) == len(channel.legal_basis)


def test_candidate_has_no_facilitation_yet(town: Town) -> None:
    town.candidate()
    assert town.granted(date(2026, 5, 10)) == town.granted(date(2026, 6, 10)) == []


def test_penalty_suspends_while_it_is_shown_and_no_longer(town: Town) -> None:
    town.grant()
    town.penalty(date(2026, 7, 1))
    assert town.applying(date(2026, 6, 30)) == MODELS
    assert town.applying(date(2026, 7, 1)) == town.applying(date(2027, 7, 1)) == set()
    assert town.why(date(2026, 7, 1)) == {"2026-07-01的负面记录(E-03-CF)在公示期内, 至2027-07-01"}
    assert town.applying(date(2027, 7, 2)) == MODELS


def test_minor_penalty_that_is_not_shown_at_all_suspends_nothing(town: Town) -> None:
    town.grant()
    town.penalty(date(2026, 7, 1), pb.SEVERITY_MINOR)
    assert town.applying(date(2026, 7, 1)) == MODELS


def test_list_entry_suspends_until_it_is_removed(town: Town) -> None:
    town.grant()
    entry = town.entry(date(2026, 7, 1))
    assert town.applying(date(2026, 8, 1)) == set()
    assert "失信被执行人" in "".join(town.why(date(2026, 8, 1)))
    removed = date(2026, 9, 1)
    document = town.document("court", removed)
    repair = pb.Repair(target=entry, document=document, effective_on=removed.isoformat(), reason="已履行")
    town.say("court", removed, repair=repair)
    assert town.applying(date(2026, 8, 31)) == set()
    assert town.applying(removed) == MODELS


def test_the_obstacle_told_is_the_one_that_lasts_longest(town: Town) -> None:
    town.grant()
    town.penalty(date(2026, 7, 1))
    town.ban(date(2026, 7, 2), date(2028, 7, 2))
    (text,) = town.why(date(2026, 8, 1))
    assert "M-BID-01" in text
    assert text.endswith("至2028-07-02")


def test_statutory_restriction_suspends_after_its_record_is_no_longer_shown(town: Town) -> None:
    """A heavy fine excludes from procurement for three years (政府采购法 第二十二条); shown it may be for
    one alone."""
    town.grant()
    content = [pb.Field(name="cflb", value="罚款"), pb.Field(name="nr_fk", value="300")]
    town.event("market_reg", date(2026, 7, 1), "E-03-CF", severity=pb.SEVERITY_GENERAL, content=content)
    assert town.decide(subject_pb2.DOMAIN_PROCUREMENT, date(2028, 1, 1)).hits
    assert town.applying(date(2028, 1, 1)) == set()
    assert "M-PRO-04" in "".join(town.why(date(2028, 1, 1)))


def test_withdrawn_penalty_suspends_nothing(town: Town) -> None:
    town.grant()
    target = town.penalty(date(2026, 7, 1))
    town.say("market_reg", date(2026, 8, 1), withdrawal=pb.Withdrawal(target=target, reason="撤销"))
    assert town.applying(date(2026, 7, 15)) == MODELS


def test_withdrawn_grant_brings_nothing(town: Town) -> None:
    target = town.grant()
    town.say("dev_reform", date(2026, 8, 1), withdrawal=pb.Withdrawal(target=target, reason="不再符合条件"))
    assert town.granted(date(2026, 8, 1)) == []


def test_stayed_grant_does_not_apply_and_resumed_it_does(town: Town) -> None:
    target = town.grant()

    def note(status: pb.NotedStatus.ValueType, on: date) -> None:
        document, day = town.document("dev_reform", on), on.isoformat()
        noted = pb.StatusNote(
            target=target, status=status, effective_on=day, document=document, reason="复核"
        )
        town.say("dev_reform", on, status_note=noted)

    note(pb.NOTED_STATUS_STAYED, date(2026, 7, 1))
    assert town.why(date(2026, 7, 1)) == {"该认定已中止执行"}
    note(pb.NOTED_STATUS_RESUMED, date(2026, 8, 1))
    assert town.applying(date(2026, 7, 31)) == set()
    assert town.applying(date(2026, 8, 1)) == MODELS


def test_facilitation_by_a_document_of_its_own_stands_against_no_other(town: Town) -> None:
    """减免保证金 (M-INC-06) is on no red list; it is no restriction either."""
    town.grant()
    imposed = pb.ImposedMeasure(measure_code="M-INC-06", until="2027-07-01")
    setattr(imposed, "from", "2026-07-01")
    town.event("bidding_supervisor", date(2026, 7, 1), "E-11", measures=[imposed])
    assert town.applying(date(2026, 7, 1)) == MODELS | {"M-INC-06"}
    alone = next(each for each in town.granted(date(2026, 7, 1)) if each.measure.code == "M-INC-06")
    assert (alone.red_list, alone.unconfirmed) == (None, True)


def test_what_is_recorded_under_another_code_of_the_subject_counts(town: Town) -> None:
    from registry.sanctions.incentives import incentives_of

    old = fictional.subject(2, ENTERPRISE)
    town.grant()
    town.ban(date(2026, 7, 1), date(2027, 7, 1), old)
    day, position = date(2026, 8, 1), town.ledger.position
    now, before = town.ledger.record(FIRM), town.ledger.record(old)
    assert now is not None
    assert before is not None
    assert {each.obstacle is None for each in incentives_of(now, position, EDITION, day)} == {True}
    assert {each.obstacle is None for each in incentives_of(now, position, EDITION, day, [before])} == {False}
    assert len(list(incentives_of(before, position, EDITION, day, [now]))) == len(MODELS)


def test_person_has_the_facilitations_that_are_for_persons(town: Town) -> None:
    person = fictional.subject(3, subject_pb2.SUBJECT_KIND_NATURAL_PERSON)
    town.grant(person)
    assert town.applying(FIRST, person) == {"M-INC-01", "M-INC-02", "M-INC-08"}


# --- properties -----------------------------------------------------------------------------------

DAYS = st.dates(FIRST, date(2028, 1, 1))


@dataclass(frozen=True)
class Fact:
    """Something against the firm, and on which days it stands, worked out here by hand."""

    kind: str
    on: date
    last: date

    def stands(self, day: date) -> bool:
        return self.kind != "minor" and self.on <= day <= self.last

    def state(self, town: Town) -> None:
        if self.kind == "ban":
            town.ban(self.on, self.last)
        elif self.kind == "entry":
            target, removed = town.entry(self.on), self.last + timedelta(1)
            document = town.document("court", removed)
            repair = pb.Repair(
                target=target, document=document, effective_on=removed.isoformat(), reason="已履行"
            )
            town.say("court", removed, repair=repair)
        else:
            severities = {"minor": pb.SEVERITY_MINOR, "general": pb.SEVERITY_GENERAL}
            town.penalty(self.on, severities.get(self.kind, pb.SEVERITY_SERIOUS))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    kind, on = draw(st.sampled_from(["ban", "entry", "minor", "general", "serious"])), draw(DAYS)
    months = {"ban": draw(st.integers(12, 24)), "minor": 3, "general": 12, "serious": 36}
    return Fact(
        kind,
        on,
        add_months(on, months[kind]) if kind in months else on + timedelta(draw(st.integers(0, 400))),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), max_size=4), st.dates(date(2026, 5, 1), date(2030, 1, 1)))
def test_granted_applies_exactly_while_nothing_stands_against_it(against: list[Fact], day: date) -> None:
    town = Town()
    town.grant()
    for fact in sorted(against, key=lambda each: each.on):
        fact.state(town)
    running = FIRST <= day <= LAST
    hindered = any(fact.stands(day) for fact in against)
    assert town.applying(day) == (MODELS if running and not hindered else set())
    assert {each.measure.code for each in town.granted(day)} == (MODELS if running else set())


@settings(max_examples=40, deadline=None)
@given(st.lists(facts(), max_size=3), DAYS, st.sampled_from(sorted(EDITION.rules.domains)))
def test_red_list_changes_no_verdict(
    against: list[Fact], day: date, domain: subject_pb2.Domain.ValueType
) -> None:
    with_it, without = Town(), Town()
    with_it.grant()
    without.event("market_reg", date(2026, 5, 6), "E-03-XK")  # Makes the firm known.
    for fact in sorted(against, key=lambda each: each.on):
        fact.state(with_it)
        fact.state(without)
    one, other = with_it.decide(domain, day), without.decide(domain, day)
    assert (one.verdict, [hit.effect for hit in one.hits]) == (
        other.verdict,
        [hit.effect for hit in other.hits],
    )


# --- candidates and grants as they are listed -----------------------------------------------------

STATES = incentive_service_pb2.RedListState


def listed(town: Town, day: date, position: int | None = None) -> list[tuple[str, bool]]:
    """State and open objection of every entry that is shown on a day."""
    record = town.ledger.record(FIRM)
    assert record is not None
    known = town.ledger.position if position is None else position
    shown = (entry_of(ground, record, position=known, edition=EDITION, day=day) for ground in record.grounds)
    return [
        (STATES.Name(entry.state).removeprefix("RED_LIST_STATE_"), entry.objected)
        for entry in shown
        if entry is not None
    ]


def disputed(record: SubjectRecord, target: int) -> SubjectRecord:
    """The record, once the key that signed the statement at a position is found stolen."""
    mark = Mark(LATER, target, MarkKind.DISPUTED, Period(date.min, None), LATER)
    return replace(record, marks=(*record.marks, mark))


def record_of(town: Town) -> SubjectRecord:
    record = town.ledger.record(FIRM)
    assert record is not None
    return record


def test_grant_by_a_stolen_key_gives_nothing(town: Town) -> None:
    town.grant()
    stolen = disputed(record_of(town), town.ledger.position)
    before, after = (list(incentives_of(stolen, at, EDITION, FIRST)) for at in (LATER - 1, LATER))
    assert {each.obstacle for each in before} == {None}
    assert {each.obstacle.text_zh for each in after if each.obstacle} == {
        "该认定的签名密钥泄露, 部门尚未确认"
    }
    assert len(after) == len(before)
    grant = stolen.grounds[-1]
    entry = entry_of(grant, stolen, position=LATER, edition=EDITION, day=FIRST)
    assert entry is not None
    assert entry.state == incentive_service_pb2.RED_LIST_STATE_SUSPENDED


def test_thief_takes_away_nothing_that_stands_against_incentives(town: Town) -> None:
    town.grant()
    penalty, day = town.penalty(date(2026, 7, 1)), date(2026, 8, 1)
    town.say("market_reg", day, withdrawal=pb.Withdrawal(target=penalty, reason="撤销"))
    assert town.applying(day) == MODELS
    stolen = disputed(record_of(town), town.ledger.position)
    found = list(incentives_of(stolen, LATER, EDITION, day))
    assert found
    assert all(each.obstacle is not None for each in found)


def test_candidate_is_publicised_then_granted_then_expired(town: Town) -> None:
    town.grant(first=date(2026, 6, 10), on=FIRST)
    now, candidate = town.ledger.position, town.ledger.position - 1
    assert listed(town, date(2026, 5, 5), candidate) == []
    assert listed(town, date(2026, 5, 20), candidate) == [("PUBLICISED", False)]
    assert listed(town, date(2026, 5, 21), candidate) == [("NOTICE_ENDED", False)]
    assert listed(town, date(2026, 6, 9), now) == [("NOTICE_ENDED", False)]
    assert listed(town, date(2026, 6, 10), now) == [("GRANTED", False)]
    assert listed(town, LAST + timedelta(1), now) == [("EXPIRED", False)]


def test_grant_is_shown_as_suspended_while_something_stands_against_it(town: Town) -> None:
    town.grant()
    town.ban(date(2026, 7, 1), date(2027, 7, 1))
    days = (date(2026, 6, 30), date(2026, 7, 1), date(2027, 7, 2))
    assert [listed(town, day) for day in days] == [
        [("GRANTED", False)],
        [("SUSPENDED", False)],
        [("GRANTED", False)],
    ]


def test_notice_whose_grant_is_withdrawn_is_used_up_and_not_shown_again(town: Town) -> None:
    target = town.grant()
    before = town.ledger.position
    town.say("dev_reform", date(2026, 8, 1), withdrawal=pb.Withdrawal(target=target, reason="认定有误"))
    assert listed(town, date(2026, 8, 1)) == []
    assert listed(town, date(2026, 8, 1), before) == [("GRANTED", False)]


def test_grant_that_is_lifted_ends_on_the_day_before_and_stays_as_it_was_until_then(town: Town) -> None:
    """取消认定: from that day on, and not as if it had never been granted."""
    target, ends = town.grant(), date(2026, 8, 1)
    before = town.ledger.position
    paper = town.document("dev_reform", ends)
    lifting = pb.Lifting(target=target, document=paper, effective_on=ends.isoformat(), reason="不再符合条件")
    town.say("dev_reform", ends, lifting=lifting)
    assert town.applying(date(2026, 7, 31)) != set()
    assert town.granted(ends) == []
    assert [listed(town, day) for day in (date(2026, 7, 31), ends)] == [
        [("GRANTED", False)],
        [("EXPIRED", False)],
    ]
    assert listed(town, ends, before) == [("GRANTED", False)]


def test_later_notice_is_shown_beside_the_grant_of_an_earlier_one(town: Town) -> None:
    town.grant()
    town.candidate(first=date(2026, 9, 1), last=date(2026, 9, 30))
    assert listed(town, date(2026, 9, 30)) == [("GRANTED", False), ("PUBLICISED", False)]


def test_open_objection_is_shown_until_it_is_settled(town: Town) -> None:
    target = town.candidate()

    def note(status: pb.NotedStatus.ValueType, on: date) -> None:
        noted = pb.StatusNote(target=target, status=status, effective_on=on.isoformat(), reason="他人提出")
        town.say("dev_reform", on, status_note=noted)

    note(pb.NOTED_STATUS_OBJECTED, date(2026, 5, 8))
    assert listed(town, date(2026, 5, 8)) == [("PUBLICISED", True)]
    note(pb.NOTED_STATUS_OBJECTION_SETTLED, date(2026, 5, 15))
    assert listed(town, date(2026, 5, 14)) == [("PUBLICISED", True)]
    assert listed(town, date(2026, 5, 15)) == [("PUBLICISED", False)]
