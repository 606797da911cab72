"""Changes of restrictions in a domain, in the order of the log (限制变化): for who watches and for who polls.

Which statement changed whose record is in the store (``Store.changes``); what stood before it and after it
is worked out from the record in memory, which holds every version (``sanctions.watched``). So nothing is kept
for anybody: a position is all that a watcher needs to go on, however long ago he had it.

* A caller watches a domain in which it may ask. It is told of nothing that changes nothing there: that a firm
  got a licence, or that somebody may not leave the country, is no event in procurement.
* Natural persons are left out, but for callers that may watch them and say for what; each that is told of is
  in the query log before that (查询日志).
* An erasure is told of an organisation whether or not anything is left to be seen of what it erased: that
  there is a statement about it the public log shows as well.
* Whoever is told of a restriction is a recipient of it (``commands.recipients``), before he is told.

Worked example: a page from 40 on, where 40 bans F from procurement, 41 licenses G and 42 withdraws the ban:
for procurement the changes (40: F, M-PRO-01) and (42: F, nothing), and ``reached`` 42.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.change_filter import Filter
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.leaf import Leaf
from registry.provenance.vault import LEGACY_PREFIX, is_person
from registry.sanctions.adoption import EditionCase
from registry.sanctions.parties import linked_with
from registry.sanctions.watched import View, Watched, view_of
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2, subject_pb2
from registry.watches import TooManyWatchesError, Watch

ROWS = 512
"""Changed records looked at for one page."""
EACH = 2
"""Places of one caller: one, and the one that it was cut off from."""
MAX_STREAMS, MAX_POLLS = 4, 4
"""Places of all callers: each holds a thread while it waits."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A subject, as it may be shown, with what stands of it after a change."""

    ref: str
    identifier: subject_pb2.Identifier
    view: View
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What the statement at a position changed."""

    position: int
    received_ms: int
    subjects: tuple[Changed, ...] = ()
    adopted: EditionCase | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in order; up to ``reached`` there are no others."""

    changes: tuple[Change, ...]
    reached: int


class Changes:
    """The changes of every domain over what ``Ask`` knows."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state
        self._lock = Lock()
        self._taken: Counter[tuple[str, str]] = Counter()

    @property
    def position(self) -> int:
        """The last statement that is known, of those that were acknowledged to anybody. Raises RegistryError
        if that may be too old."""
        return self.known(-1)

    def known(self, position: int) -> int:
        """The same, for who was told of as much as a position by another process."""
        self._state.require_fresh()
        return self._state.known(position)

    @property
    def origin(self) -> str:
        """The registry's name."""
        return self._state.origin

    def basis(self, position: int) -> tuple[int, str, str]:
        """When the statement at a position was received, and hash and label of today's edition."""
        edition = self._ask.edition_now()
        return self._state.received_ms(position), edition.hash, edition.label

    @contextmanager
    def waiting(self, caller: Caller, kind: str, limit: int) -> Iterator[Watch]:
        """A watch that wakes whenever the log grows, until the block ends. Raises RegistryError if there is
        no place left for its kind."""
        mine, all_of_kind = (caller.uri, kind), ("", kind)
        with self._lock:
            if self._taken[mine] >= EACH or self._taken[all_of_kind] >= limit:
                raise _too_many()
            self._taken.update((mine, all_of_kind))
        try:
            with self._state.index.following.open() as watch:
                watch.look_for_everything()
                yield watch
        except TooManyWatchesError as error:
            raise _too_many() from error
        finally:
            with self._lock:
                self._taken -= Counter((mine, all_of_kind))  # So who has no place is not kept, either.

    def page(self, wanted: Filter, first: int) -> Page:
        """The changes from a position on, some at a time; who is told of what is durable when they are here.
        Raises StoreError, RegistryError."""
        page = self._page(wanted, first, self.position + 1)
        if page.changes:
            self._note(wanted, page.changes)
        return page

    def _page(self, wanted: Filter, first: int, end: int) -> Page:
        rows, reached = self._rows(first, end)
        received = self._received(rows)
        erasures = self._state.store.erasures(first, reached + 1) if rows else set()
        found = {
            position: self._changed(wanted, position, received[position], refs, erasures)
            for position, refs in rows
        }
        adopted = self._adopted(first, reached)
        changes = tuple(
            Change(
                position,
                received[position] if position in received else self._state.received_ms(position),
                found.get(position, ()),
                adopted.get(position),
            )
            for position in sorted(found.keys() | adopted.keys())
            if found.get(position) or position in adopted
        )
        return Page(changes, reached)

    def _rows(self, first: int, end: int) -> tuple[list[tuple[int, list[str]]], int]:
        """Positions with the subjects whose records changed there, and how far they reach: none is cut."""
        store = self._state.store
        rows, reached = store.changes(first, end, ROWS), end - 1
        if len(rows) == ROWS:
            reached = rows[-1][0]
            if rows[0][0] == reached:
                rows = store.changes(reached, reached + 1)
            else:
                rows, reached = [row for row in rows if row[0] != reached], reached - 1
        grouped = groupby(rows, key=lambda row: row[0])
        return [(position, [ref for _, ref in group]) for position, group in grouped], reached

    def _received(self, rows: Sequence[tuple[int, list[str]]]) -> dict[int, int]:
        """When the statements at positions were received; of neighbours in one sweep."""
        positions = [position for position, _ in rows]
        if not positions:
            return {}
        first, end = positions[0], positions[-1] + 1
        if end - first > 4 * ROWS:
            return {position: self._state.received_ms(position) for position in positions}
        leaves = self._state.store.leaves(first, end)
        if len(leaves) != end - first:
            raise StoreError(f"存储被改动: 序号{first}至{end - 1}的叶子不全")
        return {position: Leaf.decode(leaves[position - first]).received_ms for position in positions}

    def _adopted(self, first: int, last: int) -> dict[int, EditionCase]:
        cases = self._state.book.cases()
        acts = [(case.adopted.position, case) for case in cases if case.adopted is not None]
        return {position: case for position, case in acts if first <= position <= last}

    def _changed(
        self,
        wanted: Filter,
        position: int,
        received_ms: int,
        refs: Iterable[str],
        erasures: set[tuple[int, str]],
    ) -> tuple[Changed, ...]:
        """The subjects for whom a statement changed anything that is told."""
        day = china_day(received_ms)
        watched = Watched(wanted.domain, day, self._state.edition_at(position, day), wanted.lists)
        record_of, found = self._state.index.get, []
        told = set(refs)
        # A dispute is noted at one end of a link alone; the link holds again, or no more, for both.
        for ref in sorted(told.union(linked_with(told, record_of))):
            if not wanted.admits(ref):
                continue
            record, erased = record_of(ref), (position, ref) in erasures
            view = view_of(record, watched, position, record_of)
            if not erased and view == view_of(record, watched, position - 1, record_of):
                continue
            if (identifier := self._identifier(ref)) is not None:
                found.append(Changed(ref, identifier, self._shown(view), erased))
        return tuple(found)

    def _identifier(self, ref: str) -> subject_pb2.Identifier | None:
        """Whom a reference means, as it may be shown; nobody where the person is not kept any more."""
        try:
            return self._state.identifier_of(ref)
        except StoreError:
            return None

    def _shown(self, view: View) -> View:
        """Without ties to persons and to codes that are kept as keyed hashes: nobody is told of these."""
        ties = [tie for tie in view.ties if not (is_person(tie.other) or tie.other.startswith(LEGACY_PREFIX))]
        return view._replace(ties=tuple(ties))

    def _note(self, wanted: Filter, changes: Iterable[Change]) -> None:
        """Makes durable of what and of whom a caller is told."""
        told = [(change, subject) for change in changes for subject in change.subjects]
        met = {row.position for _, subject in told for row in subject.view.restrictions}
        if met:
            matter = self._ask.matter(
                wanted.caller,
                wanted.purpose,
                restriction_service_pb2.Matter(),
                position=self._state.index.position,
                valid_ms=self._ask.now_ms(),
            )
            self._ask.note(matter, met)
        for change, subject in told:
            if is_person(subject.ref):
                domains = (wanted.domain,)
                self._ask.log_looked_at(wanted.caller, wanted.purpose, change.position, subject.ref, domains)


def _too_many() -> RegistryError:
    message = "同时关注限制变化的连接已达上限, 请稍后重试。"
    return RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
