"""Lists of whom restrictions fall on (市场禁入名录、名单): page by page, by right, as of one position.

* Only what is in force on the day is listed (``standing``), by the edition of that day.
* A caller sees the domains it may ask in: a system its own, a department those of its work, the registrar and
  the auditor all. A list belongs to each domain in which an entry on it means something.
* Pages fit together: every page is as known at the position of the first one, on its day (``paging``).
* A natural person has no name here, and the number is masked by whoever shows it.

A page may be shorter than was asked for, and even empty, where much has run out: what counts is whether a
token comes with it.

Worked example: bans of M-PRO-01 at 4, 7 and 9, that at 7 expired. A page of one is the ban at 4; the token
leads to the ban at 9, and one recorded at 12 meanwhile is not in this listing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.names_borne import names_of
from registry.commands.paging import Page, page_of, token_of
from registry.commands.right_to_see import domains_open_to
from registry.domain.quoting import quoted
from registry.domain.scopes import region_covers, region_fault
from registry.errors import RegistryError
from registry.provenance.vault import is_person
from registry.sanctions.catalogue import Edition
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.record_sections import list_bears_on
from registry.sanctions.restriction import Restriction, restrictions_of
from registry.sanctions.standing import RUNNING, marks_of, standing
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2, verdict_pb2

BATCH = 500
MOST_READ = 20_000
"""Grounds looked at for one page, so that a page of what has nearly all expired has an end too."""
_BANNING = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)

Domains = frozenset[subject_pb2.Domain.ValueType]


@dataclass(frozen=True, slots=True)
class BanFilter:
    """Which market bans are asked for; what is empty does not filter."""

    domain: subject_pb2.Domain.ValueType = subject_pb2.DOMAIN_UNSPECIFIED
    measure_code: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A restriction, or (without one) the entry of a list, with where it stands and on whom it fell."""

    ground: Ground
    status: verdict_pb2.HitStatus.ValueType
    restriction: Restriction | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Rows in the order of the log; ``token`` leads to the next page, empty at the end."""

    page: Page
    edition: Edition
    rows: tuple[Row, ...]
    token: str
    list_code: str = ""


class Listings:
    """Answers questions for lists over the state that verdicts are given from."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state

    def market_bans(
        self, caller: Caller, wanted: BanFilter, on: date | None, token: str, size: int
    ) -> ListingPage:
        """Market bans in force on a day (None: today). Raises RegistryError for what may not be asked."""
        filters = ("bans", caller.uri, str(wanted.domain), wanted.measure_code, wanted.region, _day(on))
        page, edition = self._start(on, token, filters)
        domains = _domains(caller, wanted.domain)
        _check_ban_filter(wanted, edition, domains)
        codes = _banning_codes(edition, domains, wanted.measure_code)

        def rows_of(ground: Ground, record: SubjectRecord) -> Iterator[Row]:
            noted = marks_of(record.marks, ground.position, page.position)
            if wanted.region and not region_covers(wanted.region, ground.region):
                return
            for domain in sorted(domains):
                for found in restrictions_of(ground, edition, domain, page.day):
                    status = standing(found.period, page.day, ended=ground.ended, marks=noted)
                    fits = wanted.measure_code in ("", found.measure.code)
                    if found.measure.market_ban and fits and status in RUNNING:
                        yield Row(ground, status, found)

        return self._page(page, edition, codes, _BANNING, rows_of, size, filters)
