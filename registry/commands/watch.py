"""Watching a tender (持续关注): the report again whenever it may have changed, until a day.

A tender's parties must still be free of bans when the contract is signed (招标投标法实施条例 第三十八条, 政府
采购法实施条例第二十一条). A report may change because

* a statement about one of its subjects, or one related to it, was taken into account: ``registry.watches``
  says so;
* a day begins in China, and a restriction starts or ends at 00:00 (民法典 第二百零三条); only where the
  project fixes no cut-off time;
* a source of a list delivered, lost its key or mandate, or an edition came into force.

The last two are looked at once a second. Nothing about the tender is kept anywhere but in the caller's own
stream: who was cut off comes again with the answer he has, and what he has missed is worked out from that
answer's position and time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.access.identity import Caller
from registry.commands.ask import Matter
from registry.commands.screen import Screening, Screens, purpose_of
from registry.v1 import restriction_service_pb2 as pb
from registry.watches import Watch

LOOK_S = 1.0
"""How long a watcher sleeps before it looks at the clock and the sources."""
PACE_S = 0.2
"""How long it rests after a report, however much is stated about its subjects."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a caller watches. ``until_ms`` None: as long as he listens."""

    request: pb.ScreenRequest
    caller: Caller
    until_ms: int | None = None


def reports(watched: Watched, screens: Screens, watch: Watch) -> Iterator[Screening]:
    """The report as of now, then another whenever it may have changed; ends with the watch or at its time."""
    tender = _Tender(watched, screens)
    screening = tender.report(watch)
    yield screening
    watch.pause(PACE_S)
    while not watch.ended and not tender.is_over():
        touched = watch.wait(LOOK_S)
        matter = tender.matter()
        if touched or _surroundings(matter) != _surroundings(screening.matter):
            screening = tender.report(watch)
            yield screening
            watch.pause(PACE_S)


def report_then(watched: Watched, screens: Screens, since: pb.Answered) -> Screening:
    """The report that a caller had, at the position and time of his answer: the same, byte for byte."""
    tender = _Tender(watched, screens)
    instant = since.valid_time.ToMilliseconds()
    return screens.report(watched.request, tender.matter_at(since.known_position, instant))


def _surroundings(matter: Matter) -> tuple[object, ...]:
    """What all parties have in common and what may change: the day, the edition, the sources."""
    return matter.question.day, matter.edition.hash, matter.connected, matter.delivered


class _Tender:
    """One tender, asked about again and again."""

    def __init__(self, watched: Watched, screens: Screens) -> None:
        self._watched = watched
        self._screens = screens
        self._ask = screens.ask
        project = watched.request.project
        self._purpose = purpose_of(project)
        self._facts = pb.Matter(scope=project.scope, tender_kind=project.tender_kind)
        self._seen = frozenset[str]()
        self._cut_off_ms = project.cut_off.ToMilliseconds() if project.HasField("cut_off") else None

    def is_over(self) -> bool:
        """Whether the day has come until which it was to be watched."""
        until_ms = self._watched.until_ms
        return until_ms is not None and self._ask.now_ms() >= until_ms

    def matter(self) -> Matter:
        """The matter as of now."""
        fixed = self._cut_off_ms
        valid_ms = self._ask.now_ms() if fixed is None else fixed
        return self.matter_at(self._ask.state.index.position, valid_ms)

    def matter_at(self, position: int, valid_ms: int) -> Matter:
        """The matter at a position and time."""
        return self._ask.matter(
            self._watched.caller, self._purpose, self._facts, position=position, valid_ms=valid_ms
        )

    def report(self, watch: Watch) -> Screening:
        """The report as of now, made when all it rests on is watched already: nothing falls between."""
        while True:
            screening = self._screens.report(self._watched.request, self.matter())
            if screening.refs <= self._seen:
                return screening
            self._seen |= screening.refs
            watch.look_for(self._seen)
