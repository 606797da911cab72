"""Approval matters as of a day (审批事项目录): which are in the catalogue, and which have to have a rule.

A matter is stated again under its number when something about it changes; each statement applies from the day
that it names. ``ended_on`` is the first day on which the matter is no longer in the catalogue.

Worked example: SP-1 is retained (保留) from 2026-01-01 and delegated (下放) from 2026-07-01: on 2026-06-30
the first statement applies, on 2026-07-01 the second.

Four fields of supervision (沧州市进一步加强行政审批事中事后监管的实施意见 三): what is retained, delegated or
transferred is supervised. What is cancelled is, where supervision is still needed (取消审批后仍需监管的事项),
by whoever watches it: where that is another department, it keeps the matter in its own catalogue.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import MATTER_KIND_CANCELLED


def applying(file: SupervisionFile, day: date) -> FileAct | None:
    """What was last stated of a matter that applies on a day; None before its first day."""
    on = day.isoformat()
    return next((act for act in reversed(file.acts) if act.on <= on), None)


def ended_by(file: SupervisionFile, day: date) -> bool:
    """Whether a matter is out of the catalogue on a day and is not to come back, as far as is stated."""
    until = file.acts[-1].until
    return bool(until) and until <= day.isoformat()


def in_force(file: SupervisionFile, day: date) -> bool:
    """Whether a matter is in the catalogue on a day."""
    act = applying(file, day)
    return act is not None and not (act.until and act.until <= day.isoformat())


def came(file: SupervisionFile) -> date:
    """The day on which a matter came into the catalogue: the first on which it was in it, but none before it
    was stated, for what nobody had stated nobody could be held to. Whoever takes a matter out for less than a
    year has not begun anew."""
    first, until = file.acts[0], file.acts[0].until
    for act in file.acts[1:]:
        never_applied = act.on < first.on
        first = act if never_applied or (until and act.on >= _a_year_after(until)) else first
        until = act.until
    return max(date.fromisoformat(first.on), date.fromisoformat(first.received_on))


def _a_year_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=365)).isoformat()


def needs_rule(file: SupervisionFile, day: date) -> bool:
    """Whether the department that keeps a matter in its catalogue has to have a rule for it on a day."""
    act = applying(file, day)
    if act is None or not in_force(file, day):
        return False
    return act.result != MATTER_KIND_CANCELLED or file.addressee == file.file.department
