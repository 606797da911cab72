"""When a figure becomes an alert (预警的产生): once, and again only when something is new.

Of an indicator and a group there is one open alert at most: while it is not answered, none follows. After it
is answered, another follows if the value rose beyond the one that was alerted of, or if the window has
nothing in common with the one alerted of. What the window lost and then got again is nothing new.

Example: 10 penalties in 130902 are alerted of on 2026-11-23 and answered on 2026-11-25. On 2026-11-26 there
are 10 still: nothing. On 2026-12-01 there are 11: an alert. From 2026-12-23 on (30 days) 10 are enough again.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.domain.alerts import alert_number
from registry.domain.files import ACT_NUMBERS, file_ref
from registry.supervision.risk.declared import Declared
from registry.supervision.risk.tally import Figure
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile

_ANSWER = ACT_NUMBERS["alert_answer"]
AlertKey = tuple[str, str]
"""The reference of an indicator, and a group."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The last alert of an indicator and a group, logged at a position."""

    number: str
    value: int
    until: str
    answered: bool
    position: int


def raised_in(file: SupervisionFile) -> Raised:
    """The alert of a file, as far as it is answered."""
    made = file.acts[0]
    answered = any(act.act == _ANSWER for act in file.acts)
    return Raised(file.file.number, made.result, made.on, answered, made.position)


def key_of(alert: pb.RiskAlert) -> AlertKey:
    """Of what an alert is."""
    return file_ref(alert.indicator), alert.group


def is_new(figure: Figure, last: Raised | None) -> bool:
    """Whether a figure that reached the threshold is to be alerted of, after the last alert of its group."""
    if last is None:
        return True
    if not last.answered:
        return False
    return figure.value > last.value or figure.window.first.isoformat() > last.until


def alert_of(declared: Declared, figure: Figure, *, answer_by: str) -> pb.RiskAlert:
    """The alert of a figure."""
    first, last = figure.window.first.isoformat(), figure.window.last.isoformat()
    alert = pb.RiskAlert(
        number=alert_number(declared.ref, figure.group, first, last),
        indicator=declared.file,
        in_charge=declared.indicator.in_charge,
        group=figure.group,
        value=figure.value,
        before=figure.before,
        until=last,
        positions=figure.positions,
        answer_by=answer_by,
        grouping=declared.indicator.grouping,
    )
    setattr(alert, "from", first)
    return alert
