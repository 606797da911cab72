"""市场禁入 of organisations that are in force and shown to everybody, page by page.

Pages list what was there when the first one was answered, each as it stands when its own page is: what has
been repaired, withdrawn or has expired since is left out, and what is stayed since is told as stayed. Whoever
leafs on a day later, or keeps a token for a year, is not told of what was.

A page may have fewer bans than were asked for, even none, where a filter leaves few: what counts is whether
a token comes with it.

Example: bans at 4, 7 and 9, that at 7 repaired while somebody reads page one: page two is that at 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.commands.ask import Ask, Matter
from registry.commands.listing_pages import Listing, ListingPage, Row
from registry.commands.listings import BANNING, BanFilter, banning_codes, check_filter
from registry.commands.published import Published
from registry.domain.scopes import region_covers
from registry.provenance.vault import is_person
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.published_tally import Moment
from registry.sanctions.record.published import NOT_TOLD, binding_by, speaking
from registry.sanctions.standing import RUNNING
from registry.v1 import subject_pb2

DEFAULT_SIZE = 50
MOST_READ = 4_000
"""Grounds looked at for one page: anybody may ask, and for what there is none of."""
_TOLD = frozenset(domain for domain in subject_pb2.Domain.values() if domain) - NOT_TOLD


@dataclass(frozen=True, slots=True)
class DisclosedBans:
    """A listing of disclosed bans, settled: as of its first page, and as of now (``matter``)."""

    listing: Listing
    wanted: BanFilter
    domains: frozenset[subject_pb2.Domain.ValueType]
    published: Published
    matter: Matter
    moments: tuple[Moment, ...]

    @classmethod
    def of(cls, ask: Ask, published: Published, wanted: BanFilter, token: str) -> DisclosedBans:
        """The listing at a page. Raises RegistryError for what there is none of, and for EXIT_ENTRY."""
        now = published.now()
        filters = ("disclosed bans", str(wanted.domain), wanted.measure_code, wanted.region)
        listing = Listing.at(ask, token, None, filters)
        domains = _TOLD & {wanted.domain} if wanted.domain else _TOLD
        check_filter(wanted, listing.edition, domains)
        page = listing.page
        first = Moment(page.position, page.day, listing.edition)
        latest = Moment(now.position, now.question.day, now.edition)
        return cls(listing, wanted, domains, published, now, tuple(dict.fromkeys((first, latest))))

    def page(self, size: int) -> ListingPage:
        """The next bans, about ``size``."""
        codes = banning_codes(self.listing.edition, self.domains, self.wanted.measure_code)
        return self.listing.rows(BANNING, codes, self._rows, size, MOST_READ)

    def _rows(self, ground: Ground, record: SubjectRecord) -> Iterator[Row]:
        if is_person(record.ref):
            return
        first, *later = self.moments
        rows = list(self._bans(ground, record, first))
        for moment in later:
            known = {_measure(row) for row in rows}
            rows = [row for row in self._bans_then(ground, record, moment) if _measure(row) in known]
        shown = rows and all(
            self.published.is_shown(ground.position, record, moment) for moment in self.moments
        )
        yield from rows if shown else ()

    def _bans_then(self, ground: Ground, record: SubjectRecord, moment: Moment) -> Iterator[Row]:
        """The bans that follow from a ground as it was known at another moment."""
        for version in speaking(record, moment.position).get(ground.position, ()):
            if version.ordinal == ground.ordinal:
                yield from self._bans(version, record, moment)

    def _bans(self, ground: Ground, record: SubjectRecord, moment: Moment) -> Iterator[Row]:
        wanted = self.wanted
        if wanted.region and not region_covers(wanted.region, ground.region):
            return
        found = binding_by(
            (ground,), record, position=moment.position, edition=moment.edition, day=moment.day
        )
        for restriction, status in found:
            measure = restriction.measure
            asked_for = measure.domain in self.domains and wanted.measure_code in ("", measure.code)
            if measure.market_ban and asked_for and status in RUNNING:
                yield Row(ground, status, restriction)


def _measure(row: Row) -> str:
    return row.restriction.measure.code if row.restriction else ""
