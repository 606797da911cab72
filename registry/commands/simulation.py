"""Running an edition against everything recorded (试算), at a fixed position and day; nothing is changed.

The edition is compared with the one that applies on the day. All records are taken at once when a run begins
and read as of its position, so a run says the same whatever is stated meanwhile.

A cursor leads on from where a run was cut off. It carries what the run was about, position, day and the two
editions, so that it cannot go on as another, and needs nothing else to go on; and the reference of the last
subject, which names no person: a natural person's is a keyed hash.

Form: base64url without padding of ``1 position day edition edition reference``, the editions by the first 16
characters of their hashes.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.commands.ask import Ask
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.simulation.comparison import PART, Comparison, Part, simulate
from registry.v1 import error_reason_pb2 as reasons

_VERSION, _SHORT, _WORDS = "1", 16, 6


@dataclass(frozen=True, slots=True)
class Start:
    """Where a run begins: what its cursor or its request fixes, None where neither does."""

    position: int | None = None
    day: date | None = None
    editions: tuple[str, str] | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: as known at ``position``, on ``day``, ``before`` against ``after``."""

    position: int
    day: date
    before: Edition
    after: Edition

    def cursor(self, ref: str) -> str:
        """The cursor that leads on after a subject."""
        editions = (self.before.hash[:_SHORT], self.after.hash[:_SHORT])
        text = " ".join((_VERSION, str(self.position), self.day.isoformat(), *editions, ref))
        return urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True)
class Simulated:
    """A part of a run, and of how many subjects in all."""

    run: Run
    total: int
    part: Part

    @property
    def cursor(self) -> str:
        """The cursor that leads on after this part."""
        return self.run.cursor(self.part.last)


class Simulations:
    """Runs over the state of a registry."""

    def __init__(self, ask: Ask, part_size: int = PART) -> None:
        self._ask = ask
        self._state = ask.state
        self._part_size = part_size

    def run(self, edition: Edition, start: Start, *, sample: int) -> Iterator[Simulated]:
        """The parts of a run from a start on; at least one. Raises RegistryError before the first."""
        run = self._settled(edition, start)
        known = [each for each in self._state.index.records() if each.known_at(run.position)]
        known.sort(key=_reference)
        rest = known[bisect_right(known, start.after, key=_reference) :]
        comparison = Comparison(run.before, run.after, day=run.day, position=run.position)
        for part in simulate(comparison, rest, sample=sample, size=self._part_size):
            # Where nobody is left the cursor stays where it was, so that it still leads to nobody.
            part.last = part.last or start.after
            yield Simulated(run, len(known), part)

    def _settled(self, edition: Edition, start: Start) -> Run:
        latest = self._state.index.position
        position = latest if start.position is None else start.position
        if position > latest:
            message = f"序号{position}尚未产生(目前到{latest})。"
            raise RegistryError.of(reasons.ERROR_REASON_POSITION_AHEAD, message, "position")
        day = self._ask.today() if start.day is None else start.day
        run = Run(position, day, self._state.edition_at(position, day), edition)
        if start.editions not in (None, (run.before.hash[:_SHORT], run.after.hash[:_SHORT])):
            raise _not_of_this_run()
        return run


def start_of(after: str, *, position: int | None, day: date | None) -> Start:
    """Where a request begins. Raises RegistryError if its cursor is none, or of another position or day."""
    if not after:
        return Start(position, day)
    try:
        text = urlsafe_b64decode(after.encode("ascii") + b"=" * (-len(after) % 4)).decode()
        version, at, on, *editions, ref = text.split(" ", _WORDS - 1)
        known = Start(int(at), date.fromisoformat(on), (editions[0], editions[1]), ref)
    except (ValueError, IndexError) as error:
        raise _not_of_this_run() from error
    same = position in (None, known.position) and day in (None, known.day)
    if version != _VERSION or (known.position or 0) < 0 or not same:
        raise _not_of_this_run()
    return known


def _not_of_this_run() -> RegistryError:
    message = "游标无效, 或者属于序号、日期或目录版本不同的另一次试算; 请从头开始。"
    return RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "after")


def _reference(record: SubjectRecord) -> str:
    return record.ref
