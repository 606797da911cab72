"""A subject's file: every statement, where it stands, and its three clocks, each at its day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from demo.departments import OPERATOR
from registry.domain.periods import Period
from registry.sanctions.record.entries import Entry
from registry.sanctions.record.sections import sections_of
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2
from tests.support.events import (
    ban,
    candidacy,
    correction,
    fields,
    fined,
    grant,
    judgment,
    licence,
    lifting,
    list_entry,
    new_firm,
    new_person,
    note,
    objection,
    penalty,
    placed,
    registration,
    repair,
    resumption,
    stay,
    withdrawal,
)
from tests.support.files import file_of, only, states
from tests.support.spine import TODAY, Spine

DAY = timedelta(days=1)
OLD, NEW = date(2026, 3, 20), date(2026, 4, 10)
ORDER_58 = "失信行为纠正后的信用信息修复管理办法(试行) (国家发展改革委令第58号)"
ORDER_36 = "信用修复管理办法 (国家发展改革委令第36号)"


def clocks(entry: Entry, day: date) -> tuple[bool, bool]:
    """Whether an entry is in force, and whether it is disclosed, on the day it was read for."""
    return entry.validity.running, entry.disclosure.running(day)


def test_fine_stands_on_while_it_is_shown_no_longer_and_is_kept_after_that(spine: Spine) -> None:
    subject = new_firm()
    fine = fined("住建", subject, "2026-04-10", "5", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("住建", event=fine))
    entry = only(file_of(spine, subject))
    assert entry.validity.period == Period(NEW, None)
    assert entry.disclosure.term == Period(NEW, date(2027, 4, 10))
    assert entry.disclosure.repairable_from == date(2026, 7, 10)
    assert entry.retained_until == date(2042, 4, 10)
    told = {
        day: clocks(only(file_of(spine, subject, on=day)), day)
        for day in (NEW - DAY, NEW, date(2027, 4, 10), date(2027, 4, 11))
    }
    assert list(told.values()) == [(False, False), (True, True), (True, True), (True, False)]


def test_ban_is_shown_as_long_as_it_binds_and_kept_fifteen_years_more(spine: Spine) -> None:
    subject, last = new_firm(), date(2028, 3, 1)
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", last.isoformat())))
    entry = only(file_of(spine, subject))
    assert entry.validity.period == entry.disclosure.term == Period(date(2026, 3, 1), last)
    assert entry.retained_until == date(2043, 3, 1)
    assert clocks(only(file_of(spine, subject, on=last)), last) == (True, True)
    assert clocks(only(file_of(spine, subject, on=last + DAY)), last + DAY) == (False, False)


def test_penalties_around_the_switch_are_shown_each_by_its_own_rule(spine: Spine) -> None:
    subject, before = new_firm(), date(2026, 3, 25)
    for day in (OLD, NEW):
        fine = fined("住建", subject, day.isoformat(), "5", severity=pb.SEVERITY_SERIOUS)
        placed(spine.say("住建", event=fine))
    old, new = file_of(spine, subject).entries
    assert (old.disclosure.term, new.disclosure.term) == (
        Period(OLD, date(2029, 3, 20)),
        Period(NEW, date(2029, 4, 10)),
    )
    assert (old.disclosure.repairable_from, new.disclosure.repairable_from) == (
        date(2026, 6, 20),
        date(2027, 4, 10),
    )
    assert old.disclosure.basis == ORDER_58
    assert new.disclosure.basis == f"{ORDER_36}: 严重"
    assert not old.milder
    assert only(file_of(spine, subject, on=before, at=old.position)).disclosure.basis == ORDER_58


def test_later_milder_rule_is_applied_from_the_day_on_which_it_is_law(spine: Spine) -> None:
    subject = new_firm()
    fine = fined("住建", subject, OLD.isoformat(), "5", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("住建", event=fine))
    before = only(file_of(spine, subject, on=date(2026, 3, 31)))
    after = only(file_of(spine, subject, on=date(2026, 4, 1)))
    assert (before.disclosure.term, before.milder) == (Period(OLD, date(2029, 3, 20)), False)
    assert (after.disclosure.term, after.milder) == (Period(OLD, date(2027, 3, 20)), True)
    assert after.disclosure.basis == f"{ORDER_36}: 一般, 从旧兼从轻"
    assert (before.retained_until, after.retained_until) == (date(2044, 3, 20), date(2042, 3, 20))


def test_minor_penalty_is_not_public_in_principle_but_its_term_runs(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("住建", event=penalty("住建", subject, "2026-04-10", severity=pb.SEVERITY_MINOR)))
    disclosure = only(file_of(spine, subject)).disclosure
    assert not disclosure.public
    assert disclosure.term == Period(NEW, date(2026, 7, 10))
    assert disclosure.repairable_from == NEW
    assert "原则上不公示" in disclosure.basis


def test_judgment_without_a_grade_is_shown_as_long_as_the_gravest_and_says_so(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=judgment(subject, "2026-05-06", "（2026）冀09刑初12号")))
    disclosure = only(file_of(spine, subject)).disclosure
    assert disclosure.term == Period(date(2026, 5, 6), date(2029, 5, 6))
    assert "未写明严重程度, 按最重一级" in disclosure.basis
    assert disclosure.basis.endswith("(待核实)"), "the category's rule is marked as not confirmed"


def test_repair_ends_force_and_disclosure_and_is_known_from_its_position_on(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("人社", subject, "L-04", "2025-03-01", "2028-02-29")
    listed = placed(spine.say("人社", "wages-repaired", event=entry))
    repaired = placed(spine.say("人社", repair=repair("人社", "wages-repaired", "2026-05-01")))
    last = date(2026, 4, 30)
    assert states(file_of(spine, subject, at=repaired - 1)) == ["STANDS"]
    assert states(file_of(spine, subject, at=repaired)) == ["REPAIRED"]
    known_before = only(file_of(spine, subject, at=listed, on=last + DAY))
    assert clocks(known_before, last + DAY) == (True, True)
    assert clocks(only(file_of(spine, subject, on=last)), last) == (True, True)
    afterwards = only(file_of(spine, subject, on=last + DAY))
    assert clocks(afterwards, last + DAY) == (False, False)
    assert afterwards.disclosure.term == Period(date(2025, 3, 1), last)
    assert afterwards.retained_until == date(2041, 4, 30)


def test_entry_on_a_list_says_from_when_it_may_be_left(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2026-01-05", "2029-01-04")))
    assert only(file_of(spine, subject)).disclosure.repairable_from == date(2026, 7, 5)


def test_correction_takes_the_place_of_what_it_corrects(spine: Spine) -> None:
    subject = new_firm()
    wrong = fined("住建", subject, "2026-04-10", "5", severity=pb.SEVERITY_SERIOUS)
    right = fined("住建", subject, "2026-04-10", "4", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("住建", "wrong", event=wrong))
    placed(spine.say("住建", "right", correction=correction("住建", "wrong", right)))
    assert states(file_of(spine, subject)) == ["CORRECTED", "STANDS"]
    corrected, stands = file_of(spine, subject).entries
    assert clocks(corrected, TODAY) == (False, False)
    assert corrected.disclosure.term is None
    assert corrected.retained_until == date(2041, 11, 23), "from the day of the correction"
    assert list(stands.stated.said.content) == fields(cflb="罚款", nr_fk="4")
    assert stands.stated.recorded.statement_id == "right"


def test_withdrawn_ban_was_never_in_force(spine: Spine) -> None:
    subject = new_firm()
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    stated = placed(spine.say("财政", "revoked", event=event))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "revoked")))
    file = file_of(spine, subject, on=date(2026, 6, 1))
    assert states(file) == ["WITHDRAWN"]
    assert clocks(only(file), date(2026, 6, 1)) == (False, False)
    assert only(file).validity.period == Period(date(2026, 3, 1), date(2028, 3, 1)), "as it was stated"
    assert states(file_of(spine, subject, at=stated)) == ["STANDS"]


def test_lifted_measure_ends_in_force_and_in_disclosure(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", "lifted", event=ban("法院", subject, "M-EXI-01", "2026-04-01")))
    placed(spine.say("法院", lifting=lifting("法院", "lifted", "2026-06-01")))
    last = date(2026, 5, 31)
    assert clocks(only(file_of(spine, subject, on=last)), last) == (True, True)
    assert clocks(only(file_of(spine, subject, on=last + DAY)), last + DAY) == (False, False)


def test_licence_is_shown_while_it_is_valid_and_kept_without_a_term(spine: Spine) -> None:
    subject = new_firm()
    event = licence("市场监管", subject, "2025-01-15")
    event.effective_until = "2026-01-14"
    placed(spine.say("市场监管", event=event))
    entry = only(file_of(spine, subject))
    assert entry.validity.period == entry.disclosure.term == Period(date(2025, 1, 15), date(2026, 1, 14))
    assert clocks(entry, TODAY) == (False, False)
    assert entry.retained_until is None


def test_open_notes_are_told_and_closed_ones_are_not(spine: Spine) -> None:
    subject = new_firm()
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", "noted", event=event))
    placed(spine.say("财政", status_note=stay("财政", "noted", "2026-06-01")))
    by_operator = objection("财政", "noted", "2026-06-05", by=OPERATOR.key)
    placed(spine.say(OPERATOR.key, status_note=by_operator))
    contested = note("财政", "noted", pb.NOTED_STATUS_CONTESTED, "2026-06-10")
    placed(spine.say("财政", status_note=contested))
    placed(spine.say("财政", status_note=resumption("财政", "noted", "2026-07-01")))
    stayed, objected, suit = (
        verdict_pb2.HIT_STATUS_STAYED,
        verdict_pb2.HIT_STATUS_OBJECTED,
        verdict_pb2.HIT_STATUS_CONTESTED,
    )
    told = {
        day: only(file_of(spine, subject, on=day)).notes
        for day in (date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 1))
    }
    assert list(told.values()) == [(), (stayed, objected, suit), (objected, suit)]


def test_natural_persons_record_is_never_public(spine: Spine) -> None:
    subject = new_person()
    fine = penalty("市场监管", subject, "2026-04-10", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("市场监管", event=fine))
    disclosure = only(file_of(spine, subject)).disclosure
    assert not disclosure.public
    assert disclosure.basis.startswith("自然人信息不公示")
    assert disclosure.term == Period(NEW, date(2027, 4, 10)), "in which others may ask"


def test_candidacy_and_grant_are_told_with_their_days(early: Spine) -> None:
    spine = early
    wider = registration(OPERATOR.key, categories=["E-60"], lists=["R-03"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    subject = new_firm()
    notice = candidacy(OPERATOR.key, subject, "R-03", "2026-05-06", "2026-05-20")
    placed(spine.say(OPERATOR.key, "model", red_list_candidacy=notice))
    granted = grant(OPERATOR.key, "model", "2026-06-01", "2029-05-31")
    spine.clock.move_to(date(2026, 6, 1))
    placed(spine.say(OPERATOR.key, red_list_grant=granted))
    publicised, on_list = file_of(spine, subject).entries
    assert list(publicised.stated.said.content) == fields(
        publicity_from="2026-05-06", publicity_to="2026-05-20"
    )
    assert list(on_list.stated.said.content) == fields(valid_from="2026-06-01", valid_to="2029-05-31")
    assert publicised.legal_basis == on_list.legal_basis == ("国发〔2016〕33号",)
    assert (publicised.validity.running, on_list.validity.running) == (False, True)


def test_file_has_the_thirteen_categories_and_those_of_the_registry_itself(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("住建", event=fined("住建", subject, "2026-05-06", "5", severity=pb.SEVERITY_GENERAL)))
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    sections = sections_of(file_of(spine, subject).entries, spine.engine.ask.edition_now())
    assert [section.category for section in sections] == [
        *(f"E-{number:02}" for number in range(1, 14)),
        "E-51",
        "E-60",
    ]
    filled = {s.category: [e.stated.recorded.category for e in s.entries] for s in sections if s.entries}
    assert filled == {"E-03": ["E-03-CF"], "E-51": ["E-51"]}


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 1)])
def test_statement_recorded_after_the_position_is_not_in_the_file(spine: Spine, day: date) -> None:
    subject = new_firm()
    position = placed(spine.say("市场监管", event=licence("市场监管", subject)))
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert [e.position for e in file_of(spine, subject, at=position, on=day).entries] == [position]
