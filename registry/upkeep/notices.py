"""Tells departments of deadlines that are near or over (期限提醒): notices DUE, once for each.

Whether something is due is worked out for the day on which somebody looks (``registry.commands.due``);
this job only tells of it. Had it not run for a month, nothing would be different but
that nobody was told.

* Near is a deadline with at most two days left, working days where it counts these; a second notice follows
  when it is over. Each has an id that says for what it is: made again, it is the same one.
* Duties in files of supervision are told of in the same way (``registry.commands.supervision.reminders``).
* It looks at the start, and then every hour. What it adds goes through the writer.

Example: an objection O-1 filed on 2026-11-23, due on 2026-11-26, is told under
``due:O-1:objection_own_scope:2026-11-26:…`` from 2026-11-24 on, and under ``overdue:O-1:…`` from 2026-11-27
on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from hashlib import sha256

from registry.commands.jobs import Job
from registry.domain.periods import china_day
from registry.sanctions.notice_words import due_text
from registry.store.interface import NoticeRow, Store
from registry.upkeep.beside import Regular
from registry.v1 import notice_service_pb2 as pb
from registry.v1.ban_service_pb2 import DueItem

NEAR_DAYS = 2
INTERVAL_S = 3600.0
PART = 500
_DIGEST = 16
logger = logging.getLogger(__name__)

DueOn = Callable[[date], Iterable[DueItem]]
"""What is due, as seen on a day."""


def due_row(item: DueItem, made_ms: int) -> NoticeRow:
    """The notice of a deadline, for the department whose it is."""
    overdue = item.days_left < 0
    digest = sha256(item.department.encode()).hexdigest()[:_DIGEST]
    what = f"{item.reference}:{item.deadline}:{item.due_on}:{digest}"  # Another's case may have this number.
    text = due_text(item.task, item.due_on, overdue=overdue)
    told = pb.Notice(kind=pb.NOTICE_KIND_DUE, text=text, due_on=item.due_on)
    return NoticeRow(
        notice_id=f"{'overdue' if overdue else 'due'}:{what}",
        addressee=item.department,
        addressee_kind=pb.ADDRESSEE_KIND_DEPARTMENT,
        position=0,
        target=None,
        subject="",
        made_ms=made_ms,
        told=told.SerializeToString(deterministic=True),
    )


class DueNotices(Regular):
    """The thread that looks for deadlines. ``close`` comes before the writer's."""

    def __init__(
        self,
        store: Store,
        due_on: DueOn,
        write: Callable[[Sequence[Job]], None],
        *,
        clock: Callable[[], int],
        interval_s: float = INTERVAL_S,
    ) -> None:
        super().__init__("due-notices", interval_s)
        self._store = store
        self._due_on = due_on
        self._write = write
        self._clock = clock

    def look(self) -> int:
        """One look; how many notices were new. Raises StoreError, QueueFullError."""
        now = self._clock()
        near = (item for item in self._due_on(china_day(now)) if item.days_left <= NEAR_DAYS)
        rows = list({row.notice_id: row for row in (due_row(item, now) for item in near)}.values())
        fresh = 0
        for part in (rows[first : first + PART] for first in range(0, len(rows), PART)):
            known = self._store.notices([row.notice_id for row in part])
            new = [row for row in part if row.notice_id not in known]
            if new:
                self._write(new)
            fresh += len(new)
        return fresh
