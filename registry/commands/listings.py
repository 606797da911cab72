"""Whom market bans and lists fall on (市场禁入、名单), by right.

* Only what is in force on the day is listed (``standing``), by the edition of that day.
* A caller sees bans of the domains it may ask in: a system its own, a department those of its work, the
  registrar and the auditor all. A system sees the lists that are of its domain, because an entry on them
  means something there or law wants them checked; all others see every list, for lists are public.
* A region limits to bans whose own region lies in it; a ban that binds everywhere has none.

Example: asked for BIDDING and 130900, a ban limited to 130902 is listed, and one that binds in the whole
country is not. A list may be asked for as 重大税收违法案件当事人名单, which L-03 was called before 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.listing_pages import Listing, ListingPage, Row
from registry.commands.purposes import MAX_TEXT
from registry.commands.right_to_see import domains_open_to
from registry.domain.quoting import quoted
from registry.domain.scopes import region_covers, region_fault
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.record.sections import list_bears_on
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.standing import (
    RUNNING,
    disputed_at,
    in_dispute,
    marks_of,
    marks_on,
    standing,
    standing_of,
)
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.verdict_pb2 import HIT_STATUS_DISPUTED

BANNING = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)
_EVERY_LIST = (CallerRole.DEPARTMENT, CallerRole.REGISTRAR, CallerRole.AUDITOR)
_Domains = frozenset[subject_pb2.Domain.ValueType]


@dataclass(frozen=True, slots=True)
class BanFilter:
    """Which market bans are asked for; what is empty does not filter."""

    domain: subject_pb2.Domain.ValueType = subject_pb2.DOMAIN_UNSPECIFIED
    measure_code: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class BansAsked:
    """A listing of market bans, settled."""

    listing: Listing
    wanted: BanFilter
    domains: _Domains

    @classmethod
    def of(cls, ask: Ask, caller: Caller, wanted: BanFilter, *, on: date | None, token: str) -> BansAsked:
        """The listing that a caller asks for. Raises RegistryError for what there is none of, or no right."""
        filters = ("market bans", caller.uri, str(wanted.domain), wanted.measure_code, wanted.region)
        listing = Listing.at(ask, token, on, filters)
        domains = domains_open_to(caller)
        if wanted.domain:
            domains &= {wanted.domain}
        check_filter(wanted, listing.edition, domains)
        return cls(listing, wanted, domains)

    def page(self, size: int) -> ListingPage:
        """The next market bans in force."""
        codes = banning_codes(self.listing.edition, self.domains, self.wanted.measure_code)
        return self.listing.rows(BANNING, codes, self._bans, size)

    def _bans(self, ground: Ground, record: SubjectRecord) -> Iterator[Row]:
        edition, page = self.listing.edition, self.listing.page
        if self.wanted.region and not region_covers(self.wanted.region, ground.region):
            return
        noted = marks_on(ground, record.marks, page.position, edition, page.day)
        doubtful = in_dispute(ground, page.position, disputed_at(record.marks, page.position))
        for domain in sorted(self.domains):
            for found in restrictions_of(ground, edition, domain, page.day):
                status = standing(found.period, page.day, ended=ground.ended, marks=noted)
                if doubtful and status in RUNNING:
                    status = HIT_STATUS_DISPUTED  # A stolen key ended it, or brought it back.
                asked_for = self.wanted.measure_code in ("", found.measure.code)
                if found.measure.market_ban and asked_for and status in RUNNING:
                    yield Row(ground, status, found)


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A listing of those on a list, settled; ``code`` is that of the list."""

    listing: Listing
    code: str

    @classmethod
    def of(cls, ask: Ask, caller: Caller, named: str, *, on: date | None, token: str) -> ListAsked:
        """The list that a caller names. Raises RegistryError if there is none, several, or no right."""
        listing = Listing.at(ask, token, on, ("list", caller.uri, named))
        edition, day = listing.edition, listing.page.day
        code = _code_of(named, edition)
        of_domain = any(list_bears_on(code, domain, edition, day) for domain in domains_open_to(caller))
        if not of_domain and caller.role not in _EVERY_LIST:
            message = f"名单{code}与本系统可以查询的领域无关。"
            raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "list")
        return cls(listing, code)

    def page(self, size: int) -> ListingPage:
        """The next of those who are on the list."""
        return self.listing.rows((GroundKind.LISTED,), (self.code,), self._entries, size)

    def _entries(self, ground: Ground, record: SubjectRecord) -> Iterator[Row]:
        page = self.listing.page
        status = standing_of(ground, page.day, record.marks, page.position)
        noted = marks_of(record.marks, ground.position, page.position)
        hidden = any(m.kind is MarkKind.UNDISCLOSED and m.period.contains(page.day) for m in noted)
        if status in RUNNING and not hidden:
            yield Row(ground, status)


def check_filter(wanted: BanFilter, edition: Edition, domains: _Domains) -> None:
    """Raises RegistryError where nothing can be listed."""
    code = wanted.measure_code
    rows = edition.measures.get(code, ())
    if not domains:
        message = "本系统无权查询这一领域。"
        raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "domain")
    if wanted.region and (fault := region_fault(wanted.region)):
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, f"{fault}。", "region")
    if code and not any(row.market_ban for row in rows):
        message = f"目录({edition.label})中没有市场禁入措施{quoted(code)}。"
        raise RegistryError.of(reasons.ERROR_REASON_MEASURE_NOT_IN_EDITION, message, "measure_code")
    if code and not any(row.domain in domains for row in rows):
        message = f"措施{code}不属于可以查询的领域。"
        raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "measure_code")


def banning_codes(edition: Edition, domains: _Domains, measure_code: str) -> list[str]:
    """Codes of the grounds from which market bans of these domains may follow: measures that documents
    impose, lists that bring them about, categories from which they arise."""
    codes: dict[str, None] = {}
    for code, rows in edition.measures.items():
        banning = [row for row in rows if row.market_ban and row.domain in domains]
        if not banning or measure_code not in ("", code):
            continue
        codes[code] = None
        for row in banning:
            codes.update(dict.fromkeys(row.triggering_lists))
            codes.update(dict.fromkeys(anchor.category for anchor in row.anchors))
    return list(codes)


def _code_of(named: str, edition: Edition) -> str:
    """The code of a list, from its code or a name it bears or bore."""
    # No list has a longer name, and to compare one takes the time that its length says.
    named = named if len(named) <= MAX_TEXT else ""
    codes = (named,) if named in edition.lists else edition.lists_named(named)
    if len(codes) == 1:
        return codes[0]
    message = f"目录({edition.label})中没有叫这一名称或代码的名单。"
    if codes:
        message = f"这一名称对应多个名单({'、'.join(codes)}), 请用代码。"
    raise RegistryError.of(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, message, "list")
