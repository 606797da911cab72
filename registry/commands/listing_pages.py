"""Pages of a listing of restrictions, all of them as of one position (分页).

The store leads through the grounds of some kinds and codes in the order of the log; what of each is listed,
the caller of ``Listing.page`` says. Every page is as known at the position of the first one and on its day;
what is recorded meanwhile is in the next listing. The rows of one ground are never parted, so that a page
may have a few more than were asked for. It may have fewer, even none, where much has run out: what counts is
whether a token comes with it.

Worked example: bans of M-PRO-01 at 4, 7 and 9, that at 7 expired. A page of one is the ban at 4; the token
leads to the ban at 9, and one recorded at 12 meanwhile is not in this listing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.commands.ask import Ask
from registry.commands.names_borne import NAMELESS, names_of
from registry.commands.paging import Page, first_or, token_of
from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.restriction import Restriction
from registry.sanctions.standing import disputed_at, speaks
from registry.v1 import verdict_pb2

BATCH = 500
MOST_READ = 20_000
"""Grounds looked at for one page: a page of what has nearly all run out has an end too."""


@dataclass(frozen=True, slots=True)
class Row:
    """A restriction, or (without one) an entry on a list, with where it stands and on whom it fell. A natural
    person has no name here."""

    ground: Ground
    status: verdict_pb2.HitStatus.ValueType
    restriction: Restriction | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Rows in the order of the log; ``token`` leads to the next page, empty at the end."""

    rows: tuple[Row, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing at a page of it, under the edition that applies on its day."""

    ask: Ask
    page: Page
    edition: Edition
    filters: tuple[str, ...]

    @classmethod
    def at(cls, ask: Ask, token: str, on: date | None, filters: Sequence[str]) -> Listing:
        """The first page on a day (None: today), or the one that a token leads to. Raises RegistryError for a
        token that was not given out for these filters."""
        bound = (*filters, on.isoformat() if on else "")
        page = first_or(token, bound, Page(ask.state.index.position, on or ask.today()))
        return cls(ask, page, ask.state.edition_at(page.position, page.day), bound)

    def rows(
        self,
        kinds: Sequence[GroundKind],
        codes: Sequence[str],
        rows_of: Callable[[Ground, SubjectRecord], Iterable[Row]],
        size: int,
        most_read: int | None = None,
    ) -> ListingPage:
        """The next rows of grounds of these kinds and codes, about ``size``, out of ``most_read`` of them at
        most (None: ``MOST_READ``)."""
        found, limit = list[Row](), MOST_READ if most_read is None else most_read
        last = self.page.after
        for read, (at, ground, record) in enumerate(self._grounds(kinds, codes)):
            rows = list(rows_of(ground, record)) if ground is not None and record is not None else []
            if (rows and len(found) >= size) or read >= limit:
                rest = replace(self.page, after=last)
                return ListingPage(self._named(found), token_of(rest, *self.filters))
            found += rows
            last = at
        return ListingPage(self._named(found), "")

    def _grounds(
        self, kinds: Sequence[GroundKind], codes: Sequence[str]
    ) -> Iterator[tuple[tuple[int, int], Ground | None, SubjectRecord | None]]:
        """Each ground with its place, as known at the page's position; None for what was not known then."""
        store, index, position = self.ask.state.store, self.ask.state.index, self.page.position
        after = self.page.after
        while codes and (rows := store.grounds_by_code(kinds, codes, after, BATCH)):
            for at, ordinal, ref in rows:
                after = (at, ordinal)
                if at > position:
                    return
                record = index.get(ref)
                yield after, _known(record, after, position), record

    def _named(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        organisations = {row.ground.subject for row in rows if not is_person(row.ground.subject)}
        names = names_of(self.ask.state, organisations, self.page.position)
        return tuple(replace(row, name=names.get(row.ground.subject, NAMELESS).current) for row in rows)


def _known(record: SubjectRecord | None, at: tuple[int, int], position: int) -> Ground | None:
    """The row that counts, also where a stolen key ended it: nobody leaves a list unseen."""
    if record is None:
        return None
    disputed = disputed_at(record.marks, position)
    for ground in record.grounds:
        if (ground.position, ground.ordinal) == at and speaks(ground, position, disputed, record.grounds):
            return ground
    return None
