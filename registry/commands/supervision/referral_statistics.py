"""What became of referrals, in numbers (告知移送统计): by kind, and by whom they were told to.

No file, subject or text is in it. Who oversees has everybody's; a department what it sent and was told.

Example: of five clues to 消防 four were read, one of them late, and one has been overdue since 2026-11-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.supervision.files import Files
from registry.domain.files import ACT_NAMES
from registry.errors import RegistryError
from registry.supervision.duties import Clocks, known_by
from registry.supervision.obligations import obligations_of
from registry.supervision.obligations.urgings import URGED
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as acts
from registry.v1.referral_service_pb2 import GetReferralStatisticsRequest, ReferralCount
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

_RESULTS = {
    acts.REFERRAL_RESULT_DECIDED: "decided",
    acts.REFERRAL_RESULT_NO_CASE: "no_case",
    acts.REFERRAL_RESULT_CRIMINAL_CASE: "criminal_case",
    acts.REFERRAL_RESULT_REFERRED_ON: "referred_on",
}
_COUNTED = {"receipt": "received", "referral_answer": "answered", "urging": "urged"}


class ReferralStatistics:
    """Counts as of now."""

    def __init__(self, ask: Ask) -> None:
        self._files, self._store = Files(ask), ask.state.store

    def counts(
        self, caller: Caller, request: GetReferralStatisticsRequest, day: date | None
    ) -> list[ReferralCount]:
        """One row for each kind and each department told, in order. Raises RegistryError."""
        whose = self._whose(caller, request.department)
        clocks = self._files.clocks(day)
        rows: dict[tuple[str, int], ReferralCount] = {}
        for file in self._within(request, clocks.day):
            if whose in ("", file.file.department, file.addressee):
                key = (file.addressee, file.variant)
                row = rows.setdefault(key, ReferralCount(kind=file.variant, to=file.addressee))  # type: ignore[arg-type]
                count(row, file, clocks)
        return [rows[key] for key in sorted(rows)]

    def _whose(self, caller: Caller, department: str) -> str:
        if self._files.oversees(caller):
            return department
        if department not in ("", caller.name):
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "没有可以查阅的统计。", "department")
        return caller.name

    def _within(self, request: GetReferralStatisticsRequest, day: date) -> Iterator[SupervisionFile]:
        """The referrals received in a period, as known on a day."""
        first, last = getattr(request, "from"), request.until
        for file in self._store.all_files((acts.FILE_KIND_REFERRAL,)):
            then = known_by(file, day)
            received = then.acts[0].received_on if then.acts else ""
            if received and first <= received and (not last or received <= last):
                yield then


def count(row: ReferralCount, file: SupervisionFile, clocks: Clocks) -> None:
    """Adds a referral to its row."""
    row.referred += 1
    for act in file.acts:
        if field := _field(act, file):
            setattr(row, field, getattr(row, field) + 1)
    for duty in obligations_of(file, clocks):
        if duty.deadline == URGED:
            continue  # The step that was urged is counted by the law's clock.
        if duty.met_on:
            row.steps_late += bool(duty.days_late)
            row.steps_in_time += not duty.days_late
        else:
            row.steps_overdue += bool(duty.days_late)


def _field(act: FileAct, file: SupervisionFile) -> str:
    """What an act counts as. What its sender did after a refusal counts as nothing of the recipient's."""
    name = ACT_NAMES[act.act]
    if name == "referral_acceptance":
        return "accepted" if act.result else "refused"
    if name == "referral_outcome":
        return _RESULTS.get(act.result, "") if act.department == file.addressee else ""  # type: ignore[call-overload]
    return _COUNTED.get(name, "")
