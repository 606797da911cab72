"""The clocks of a ban case (期限): when a party may still ask, when a hearing may be, what is overdue.

Every clock is a deadline of the edition with its article; working days are those of the State Council's
calendar.

Worked example: a notice served on Monday 2026-03-02 lets the party ask for a hearing up to 2026-03-09; a
hearing announced that day may be held from 2026-03-11 on, seven working days later."""

from __future__ import annotations

from datetime import date

from registry.domain.workdays import DueDay
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.clocks import due

TO_ASK = "hearing_request_after_notice"
BEFORE_HEARING = "hearing_notice_before_hearing"
TO_DECIDE = "penalty_decision_after_filing"
TO_SERVE = "service_after_decision"


def last_day_to_ask(edition: Edition, served_on: date) -> DueDay:
    """The last day on which the party may ask for a hearing (行政处罚法 第六十四条)."""
    return due(edition.rules.deadlines[TO_ASK], served_on, edition.calendar)


def first_hearing_day(edition: Edition, notified_on: date) -> DueDay:
    """The first day on which a hearing may be held that was announced on a day: seven working days lie
    between."""
    amount = edition.rules.deadlines[BEFORE_HEARING].amount
    return edition.calendar.add_working_days(notified_on, amount)


def last_day_to_decide(edition: Edition, filed_on: date) -> DueDay:
    """The last day on which a decision is in time (第六十条)."""
    return due(edition.rules.deadlines[TO_DECIDE], filed_on, edition.calendar)


def last_day_to_serve(edition: Edition, decided_on: date) -> DueDay:
    """The last day on which the service of a decision is in time (第六十一条)."""
    return due(edition.rules.deadlines[TO_SERVE], decided_on, edition.calendar)
