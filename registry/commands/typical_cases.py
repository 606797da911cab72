"""典型案例: decisions that put an organisation on a serious list (严重失信主体名单) that is shown.

* Of each the entry with its list, its articles and its term, and what was done (违法事实, 列入事由) as far as
  the decision states it in a field that is shown. Natural persons are no case.
* The newest come first. Every page is as of now: what is repaired or withdrawn meanwhile is not on the next
  one, and what is recorded meanwhile is on none, for it comes before the first.

Worked example: entries at 4, 7 and 9, that at 7 repaired. A page of one is the entry at 9; the token leads to
that at 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry.commands.ask import Ask, Matter
from registry.commands.disclosed_bans import MOST_READ
from registry.commands.listing_pages import BATCH, Row
from registry.commands.names_borne import NAMELESS, names_of
from registry.commands.paging import FIRST, Page, first_or, token_of
from registry.commands.published import Published
from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import GroundKind
from registry.sanctions.published_tally import Moment
from registry.sanctions.record.certificate import SERIOUS_LISTS
from registry.sanctions.record.published import is_public_field, speaking
from registry.sanctions.standing import RUNNING, standing_of
from registry.v1 import statement_pb2

DEFAULT_SIZE, MAX_SIZE = 20, 100
_FILTER = "typical cases"
_FACTS = ("sy", "wfxw", "facts", "dishonest_conduct", "reason", "listing_basis")
"""Fields that say what was done, the fullest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """An entry on a serious list, and what was done, as its decision has it."""

    row: Row
    facts: str


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of a page, newest first; ``token`` leads to the next, empty at the end."""

    found: tuple[Case, ...]
    token: str
    matter: Matter


class TypicalCases:
    """Lists cases over what is shown."""

    def __init__(self, ask: Ask, published: Published) -> None:
        self._state = ask.state
        self._published = published

    def page(self, token: str, size: int) -> Cases:
        """The next cases. Raises RegistryError for a token that is none."""
        matter = self._published.now()
        page = first_or(token, (_FILTER,), Page(matter.position, matter.question.day))
        moment = Moment(matter.position, matter.question.day, matter.edition)
        limit, rows, last = min(size or DEFAULT_SIZE, MAX_SIZE), list[Row](), page.after
        for read, (place, row) in enumerate(self._entries(page.after, moment)):
            if (row is not None and len(rows) >= limit) or read >= MOST_READ:
                rest = token_of(replace(page, after=last), _FILTER)
                return Cases(self._told(rows, moment), rest, matter)
            rows += [row] if row is not None else []
            last = place
        return Cases(self._told(rows, moment), "", matter)

    def _entries(
        self, after: tuple[int, int], moment: Moment
    ) -> Iterator[tuple[tuple[int, int], Row | None]]:
        """Each entry on a serious list with its place, the newest first; None for one that is not shown."""
        codes, store = _serious(moment.edition), self._state.store
        before = None if after == FIRST else after
        while codes and (found := store.newest_grounds((GroundKind.LISTED,), codes, before, BATCH)):
            for at, ordinal, ref in found:
                before = (at, ordinal)
                yield before, self._row(before, ref, moment)

    def _row(self, place: tuple[int, int], ref: str, moment: Moment) -> Row | None:
        record = None if is_person(ref) else self._state.index.get(ref)
        if record is None:
            return None
        for ground in speaking(record, moment.position).get(place[0], ()):
            status = standing_of(ground, moment.day, record.marks, moment.position, moment.edition)
            if ground.ordinal == place[1] and status in RUNNING:
                return Row(ground, status) if self._published.is_shown(place[0], record, moment) else None
        return None

    def _told(self, rows: Sequence[Row], moment: Moment) -> tuple[Case, ...]:
        names = names_of(self._state, {row.ground.subject for row in rows}, moment.position)
        return tuple(
            Case(
                replace(row, name=names.get(row.ground.subject, NAMELESS).current),
                _facts(self._published.said(row.ground.subject, row.ground.position)),
            )
            for row in rows
        )


def _serious(edition: Edition) -> list[str]:
    """Codes of the lists that are serious ones, of whatever time."""
    rows = edition.lists.items()
    return [code for code, of_code in rows if any(row.category == SERIOUS_LISTS for row in of_code)]


def _facts(said: statement_pb2.Event) -> str:
    content = {each.name: each.value for each in said.content if is_public_field(each, said.subject)}
    return next((content[name] for name in _FACTS if content.get(name, "").strip()), "")
