"""What was told to whom, and when it was read (告知、签收).

    referral    told to its addressee; read on the day of the receipt
    alert       told to the department in charge; read on the day of the receipt
    urging      told to each who owed what was overdue; read on the day of its next act

Told is what the addressee can read, so that day is the day on which the registry had it, whatever it states.
A receipt counts on the day on which the registry had it (以登记日期为准). Without one, the first act of who
was told shows that he had read it: nobody accepts what he has not seen.

Example: told on 2026-11-02, received on 2026-11-09: seven days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registry.domain.files import ACT_NUMBERS
from registry.supervision.accountability.known import Known, Span, days_between
from registry.supervision.accountability.most import First
from registry.supervision.accountability.tally import Wanted
from registry.supervision.obligations import obligations_of
from registry.supervision.obligations.urgings import URGED
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_ALERT, FILE_KIND_REFERRAL

_URGING, _RECEIPT = ACT_NUMBERS["urging"], ACT_NUMBERS["receipt"]
_OPENINGS = {FILE_KIND_REFERRAL: pb.TELLING_KIND_REFERRAL, FILE_KIND_ALERT: pb.TELLING_KIND_ALERT}


def tellings_of(file: SupervisionFile, known: Known) -> Iterator[pb.Telling]:
    """Everything that was told in a file, which has been cut."""
    kind = _OPENINGS.get(file.file.kind)
    if kind is not None and file.addressee:
        opening = file.acts[0]
        sender = "" if kind == pb.TELLING_KIND_ALERT else opening.department
        told = pb.Telling(kind=kind, file=file.file, to=file.addressee, position=opening.position)
        setattr(told, "from", sender)
        told.told_on = opening.received_on
        yield _read(told, _reading(file, file.addressee, opening), known)
    urgings = [act for act in file.acts if act.act == _URGING]
    owing = _owing(file, known) if urgings else {}
    for act in urgings:
        pressed = owing.get(act.position) or (file.addressee or file.file.department,)
        yield from (_urged(file, act, whom, known) for whom in pressed)


def _owing(file: SupervisionFile, known: Known) -> Mapping[int, Iterable[str]]:
    """Whom the urging at each position was told: who owed what was overdue then. A referral that was refused
    is its sender's, and who refused it is pressed for nothing. By editions without such duties: who handles
    it. All at once: who is urged daily for a year would else be looked at again for each pair of days."""
    owing: dict[int, dict[str, None]] = {}
    for duty in obligations_of(file, known.clocks):
        if duty.deadline == URGED:
            owing.setdefault(duty.position, {})[duty.department] = None
    return owing


def _urged(file: SupervisionFile, act: FileAct, whom: str, known: Known) -> pb.Telling:
    told = pb.Telling(kind=pb.TELLING_KIND_URGING, file=file.file, to=whom, position=act.position)
    setattr(told, "from", act.department)
    told.told_on = act.received_on
    return _read(told, _reading(file, whom, act), known)


def _reading(file: SupervisionFile, whom: str, since: FileAct) -> FileAct | None:
    after = [act for act in file.acts if act.department == whom and act.position > since.position]
    receipts = [act for act in after if act.act == _RECEIPT]
    return next(iter(receipts or after), None)


def _read(told: pb.Telling, act: FileAct | None, known: Known) -> pb.Telling:
    if act is not None:
        told.read_on, told.read_position = act.received_on, act.position
        told.official_id = act.official_ids[0] if act.official_ids else ""
    told.days = days_between(told.told_on, told.read_on or known.day)
    return told


@dataclass(slots=True)
class Tellings:
    """Counts what was told in the period, and lists the unread first."""

    span: Span
    wanted: Wanted
    limit: int
    _totals: dict[tuple[str, int], pb.TellingTotal] = field(default_factory=dict)
    _kept: First[pb.Telling] = field(init=False)

    def __post_init__(self) -> None:
        self._kept = First(self.limit)

    def add(self, told: pb.Telling) -> None:
        """Takes what was told, if it was in the period, to the department or official asked about."""
        if not self.span.holds(told.told_on) or self.wanted.department not in ("", told.to):
            return
        if self.wanted.official_id not in ("", told.official_id):
            return
        key = (told.to, int(told.kind))
        total = self._totals.setdefault(key, pb.TellingTotal(department=told.to, kind=told.kind))
        total.told += 1
        total.unread += not told.read_on
        total.longest_days = max(total.longest_days, told.days)
        self._kept.offer((bool(told.read_on), told.position, told.notice_id, told.to), told)

    def told(self, response: pb.GetAccountabilityReportResponse) -> None:
        """Puts what was counted and listed into the report."""
        response.telling_totals.extend(self._totals[key] for key in sorted(self._totals))
        response.tellings.extend(self._kept.rising())
        response.more_tellings = self._kept.more
