"""Has alerts logged (预警的产生): follows the counts of the indicators, and states what reached a threshold.

Every ``interval_s`` the counts follow the log (``registry.commands.supervision.risk_counts``) and each figure
that reached its threshold, and is new (``registry.supervision.risk.alerting``), becomes a statement of the
registry's own, RISK_ALERT. Counting is off the writer's thread; the writer places the alert and checks it
like any other. The department in charge is told of it with the notices (``registry.supervision.notices``).

Nothing but the alerts is kept. After a crash at any point the counts are made again from the log, in which
the alerts stand: none is raised twice, and none is lost. It runs in the process that writes, in no other.

Example: ten penalties of 130902 are recorded; within a minute the alert YJ-20261123-… is at the next
position, to be answered by 2026-12-07.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from registry.commands.jobs import Answer, Job, OwnStatement, Placed
from registry.commands.ledger import LATEST
from registry.commands.state import RegistryState
from registry.commands.supervision.risk_counts import RiskCounts
from registry.store.writer import Writer
from registry.supervision.risk.alerting import alert_of, is_new
from registry.supervision.risk.declared import Declared
from registry.supervision.risk.tally import Figure
from registry.upkeep.beside import Regular
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, Statement

PLACING_S = 60.0
AT_ONCE = 200
"""Alerts of one look; what is left over is looked at again the next time."""
logger = logging.getLogger(__name__)


class RiskWatch(Regular):
    """The thread that has alerts logged. ``close`` comes before the writer's."""

    def __init__(
        self, state: RegistryState, writer: Writer[Job, Answer], counts: RiskCounts, *, interval_s: float
    ) -> None:
        super().__init__("risk", interval_s)
        self._state = state
        self._writer = writer
        self._counts = counts

    def look(self) -> int:
        """One look; how many alerts it made. Raises StoreError, QueueFullError, TimeoutError."""
        if not self._state.registry_keys.active(REGISTRY_KEY_PURPOSE_LOG):
            return 0  # A log of before its keys were named: it can state nothing itself yet.
        while not self._counts.follow(self._stopping.is_set):
            if self._stopping.is_set():
                return 0
        due, made = self._counts.due()[::-1], 0
        while due and made < AT_ONCE and not self._stopping.is_set():
            try:
                made += self._raised(*due[-1])
            except Exception:
                self._look_again(due)
                raise
            due.pop()
        self._look_again(due)
        return made

    def _look_again(self, due: Sequence[tuple[Declared, Figure]]) -> None:
        self._counts.touch((declared.ref, figure.group) for declared, figure in due)

    def _raised(self, declared: Declared, figure: Figure) -> bool:
        """Whether a figure became an alert."""
        if not is_new(figure, self._counts.last_alert((declared.ref, figure.group))):
            return False
        alert = alert_of(declared, figure, answer_by=self._answer_by(declared, figure))
        operator = self._state.directory.operator
        if self._state.store.files([(pb.FILE_KIND_ALERT, operator, alert.number)]):
            return False  # Answered on the day on which it was made: the next is tomorrow's.
        return self._place(alert)

    def _answer_by(self, declared: Declared, figure: Figure) -> str:
        """The last day for the answer; empty where the indicator sets none."""
        days, day = declared.indicator.answer_within, figure.window.last
        if not days:
            return ""
        calendar = self._state.edition_at(LATEST, day).calendar
        return calendar.add_working_days(day, days).day.isoformat()

    def _place(self, alert: pb.RiskAlert) -> bool:
        """Whether an alert entered the log. One that was refused must not hold up the others."""
        (promise,) = self._writer.put([OwnStatement(Statement(risk_alert=alert))])
        placed = promise.result(PLACING_S)
        if not isinstance(placed, Placed):
            logger.error("risk: alert %s was refused: %s", alert.number, placed)
            return False
        logger.info("risk: alert %s at %d", alert.number, placed.position)
        return True
