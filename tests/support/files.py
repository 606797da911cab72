"""Subjects' files and reports as a caller reads them, without a wire.

file = file_of(spine, firm(1))                                    # as the registrar
file = file_of(spine, firm(1), by=department(spine, "财政"), on=date(2026, 5, 1))
assert states(file) == ["REPAIRED"]
"""

from __future__ import annotations

from datetime import date

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Found, Matter
from registry.commands.records import Certificate, File, Records
from registry.domain.periods import Period
from registry.sanctions.record.entries import Entry
from registry.v1 import consistency_pb2, restriction_service_pb2, subject_pb2
from registry.v1.record_service_pb2 import EntryState
from registry.v1.subject_pb2 import Subject
from tests.support.spine import ORIGIN, TODAY, Spine

REGISTRAR = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)
ANY_DOMAIN = subject_pb2.DOMAIN_UNSPECIFIED
THREE_YEARS = Period(date(2023, 11, 23), TODAY)


def department(spine: Spine, key: str) -> Caller:
    """A department by its short name, as it calls."""
    return Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)


def system(role: CallerRole) -> Caller:
    """A system that asks."""
    return Caller(role, "asker", ORIGIN)


def question(
    spine: Spine,
    subject: Subject,
    *,
    by: Caller = REGISTRAR,
    on: date | None = None,
    at: int | None = None,
    domain: subject_pb2.Domain.ValueType = ANY_DOMAIN,
) -> tuple[Found, Matter]:
    """Whom is asked about, and the question settled: on a day, as known at a position."""
    purpose = restriction_service_pb2.Purpose(domain=domain, reference="案1号", reason="资格审查")
    consistency = consistency_pb2.Consistency()
    if at is not None:
        consistency.at_exact_position = at
    matter = Records(spine.engine.ask).matter(by, purpose, consistency, on=on, time_left_s=1.0)
    return spine.engine.ask.find(subject.identifier.type, subject.identifier.value), matter


def file_of(
    spine: Spine,
    subject: Subject,
    *,
    by: Caller = REGISTRAR,
    on: date | None = None,
    at: int | None = None,
    domain: subject_pb2.Domain.ValueType = ANY_DOMAIN,
) -> File:
    """The file of a subject as far as a caller may see it."""
    found, matter = question(spine, subject, by=by, on=on, at=at, domain=domain)
    return Records(spine.engine.ask).file(found, matter)


def report_on(
    spine: Spine,
    subject: Subject,
    *,
    by: Caller = REGISTRAR,
    at: int | None = None,
    period: Period = THREE_YEARS,
    domain: subject_pb2.Domain.ValueType = ANY_DOMAIN,
) -> Certificate:
    """The special credit report on a subject."""
    found, matter = question(spine, subject, by=by, at=at, domain=domain)
    return Records(spine.engine.ask).certificate(found, matter, period)


def only(file: File) -> Entry:
    """The one entry of a file."""
    (entry,) = file.entries
    return entry


def states(file: File) -> list[str]:
    """Where each entry stands, in the order of the log: ``["STANDS", "REPAIRED"]``."""
    return [EntryState.Name(entry.state).removeprefix("ENTRY_STATE_") for entry in file.entries]
