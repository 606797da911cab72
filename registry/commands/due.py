"""What is due and overdue: bans, objections, repairs, what rests on a revoked document (到期和逾期,
责任追究).

Worked out from the state for a day; nothing depends on a job that ran. A department sees its own items, the
registrar and the auditor all. The most overdue come first.

Example: a decision of 2026-11-10 that is not served is due on 2026-11-19 (七个工作日) and stands with minus
two on 2026-11-23, before an objection that is due on 2026-11-26."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.bans import whose
from registry.commands.revoked_documents import RevokedDocuments
from registry.domain.periods import china_day
from registry.sanctions.bans.due import due_of_case
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.remedies.due import due_of_remedy
from registry.sanctions.remedies.remedy import Filed
from registry.v1.ban_service_pb2 import DueItem
from registry.v1.remedy_service_pb2 import REMEDY_STATE_ACCEPTED, Remedy


class Due:
    """Lists what is due as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state
        self._revoked = RevokedDocuments(ask.state)

    def on(self, day: date) -> Iterator[DueItem]:
        """Everything that is due, whoever's it is, as seen on a day."""
        edition = self._state.edition_at(self._state.size - 1, day)
        for case in self._state.bans.cases():
            yield from due_of_case(case, edition, day)
        for filed in self._state.remedies.all():
            yield from self.of_remedy(filed, edition, day)
        yield from self._revoked.due(edition, day)

    def of_remedy(self, filed: Filed, edition: Edition, day: date) -> list[DueItem]:
        """What is due about something that was filed; an application's clock runs from its acceptance."""
        return due_of_remedy(self._with_acceptance(filed), edition, day)

    def listed(
        self,
        caller: Caller,
        department: str = "",
        *,
        official_id: str = "",
        day: date | None = None,
        overdue_only: bool = False,
    ) -> list[DueItem]:
        """What is due that a caller may see, the most overdue first."""
        own = whose(caller, department)
        items = [
            item
            for item in self.on(day or self._ask.today())
            if own in ("", item.department)
            and official_id in ("", item.official_id)
            and not (overdue_only and item.days_left >= 0)
        ]
        return sorted(items, key=lambda item: (item.days_left, item.due_on, item.department, item.reference))

    def _with_acceptance(self, filed: Filed) -> Filed:
        told = filed.told
        if told.state != REMEDY_STATE_ACCEPTED or told.accepted_on or not told.HasField("accepted_position"):
            return filed
        shown = Remedy()
        shown.CopyFrom(told)
        shown.accepted_on = china_day(self._state.received_ms(told.accepted_position)).isoformat()
        return Filed(filed.ref, filed.changed, shown)
