"""Which facilitations apply to a subject, and who is on the red lists (守信激励的查询).

A natural person is asked about for a stated purpose and reference, and the question is in the query log
before the answer leaves, as with verdicts. What stands against a facilitation is told to whom may ask in its
domain; to anybody else, that something does (``told``): a licensing desk learns of no exit ban. Of a natural
person's records and lists no more is told than that there are some (个人信息保护法 第六条).

The lists of candidates and grants are public, because an objection needs a public (河南省社会信用条例
第二十八条 as comparator). Their pages fit together: each is as known at the position of the first one. A page
may have fewer rows than were asked for, even none, where much has run out (``listing_pages.MOST_READ``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.access.identity import Caller
from registry.access.policy import may_ask
from registry.commands.ask import Ask, Found, Matter
from registry.commands.listing_pages import MOST_READ
from registry.commands.paging import Page, first_or, token_of
from registry.domain.quoting import quoted
from registry.errors import RegistryError
from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.sanctions.incentives import Granted, Obstacle, incentives_of
from registry.sanctions.parties import parties_of
from registry.sanctions.redlists import RedListEntry, entry_of
from registry.sanctions.verdict import Decision
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import verdict_pb2

KINDS = (GroundKind.PUBLICISED, GroundKind.GRANTED)
NO_VERDICT = Decision(verdict_pb2.VERDICT_UNSPECIFIED)
"""What the query log holds where no verdict was asked for."""
ELSEWHERE = "另有不属于本领域的限制。"
OF_A_PERSON = "另有尚在期限内的负面记录或者名单信息。"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class RedListed:
    """One entry of a red list with whom it is about; a natural person has no name here."""

    entry: RedListEntry
    name: str


@dataclass(frozen=True, slots=True)
class RedListPage:
    """A page of candidates and grants; ``token`` leads to the next, empty at the end."""

    page: Page
    edition: Edition
    rows: tuple[RedListed, ...]
    token: str


class Facilitations:
    """Answers questions about incentives over the state that verdicts are given from."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state

    def asked(self, found: Found, matter: Matter) -> list[Granted]:
        """The facilitations of a subject; a natural person's are asked for, and logged, as verdicts are."""
        granted = self.granted(found, matter)
        if against := {each.obstacle.ground.position for each in granted if each.obstacle is not None}:
            self._ask.tell_of(matter, against)
        if found.personal:
            self._ask.log(matter, [(found, NO_VERDICT)])
        return granted

    def granted(self, found: Found, matter: Matter) -> list[Granted]:
        """The facilitations that run for a subject at the matter's two times, those suspended among them."""
        record = self._ask.record(found, matter) if found.ref else None
        if record is None:
            return []
        day, same = matter.question.day, self._same(record, matter.position, matter.question.day)
        return list(incentives_of(record, matter.position, matter.edition, day, same))

    def listed(self, list_code: str, on: date | None, token: str, size: int) -> RedListPage:
        """Candidates and grants of a red list, or of all, on a day, in the order of the log.

        Raises RegistryError for a token of another listing and for a list that the edition does not have."""
        filters = ("red lists", list_code, on.isoformat() if on else "")
        page = first_or(token, filters, Page(self._state.index.position, on or self._ask.today()))
        edition = self._state.edition_at(page.position, page.day)
        if list_code and list_code not in edition.red_lists:
            message = f"目录({edition.label})中没有守信激励名单{quoted(list_code)}。"
            raise RegistryError.of(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, message, "list_code")
        codes = [list_code] if list_code else list(edition.red_lists)
        found: list[tuple[tuple[int, int], RedListEntry]] = []
        last = page.after
        for read, (at, entry) in enumerate(self._entries(codes, page, edition)):
            if read >= MOST_READ or (entry is not None and len(found) == size):
                rest = replace(page, after=last)
                return self._page(page, edition, found, token_of(rest, *filters))
            if entry is not None:
                found.append((at, entry))
            last = at
        return self._page(page, edition, found, "")

    def _entries(
        self, codes: list[str], page: Page, edition: Edition
    ) -> Iterator[tuple[tuple[int, int], RedListEntry | None]]:
        """Each candidacy and grant with its place; None for what is not on the list on the page's day."""
        after = page.after
        while rows := self._state.store.grounds_by_code(KINDS, codes, after, _BATCH):
            for position, ordinal, ref in rows:
                after = (position, ordinal)
                if position > page.position:
                    return
                yield after, self._entry(ref, after, page, edition)

    def _entry(self, ref: str, at: tuple[int, int], page: Page, edition: Edition) -> RedListEntry | None:
        record, position, day = self._state.index.get(ref), page.position, page.day
        for ground in record.grounds if record is not None else ():
            if record is not None and (ground.position, ground.ordinal) == at and ground.known_at(position):
                same = self._same(record, position, day)
                return entry_of(ground, record, position=position, edition=edition, day=day, same=same)
        return None

    def _page(
        self, page: Page, edition: Edition, found: list[tuple[tuple[int, int], RedListEntry]], token: str
    ) -> RedListPage:
        organisations = {e.ground.subject for _, e in found if not is_person(e.ground.subject)}
        names = self._state.store.spellings(organisations) if organisations else {}
        rows = []
        for _, entry in found:
            rows.append(RedListed(entry, _name(names.get(entry.ground.subject, []), page.position)))
        return RedListPage(page, edition, tuple(rows), token)

    def _same(self, record: SubjectRecord, position: int, day: date) -> list[SubjectRecord]:
        """The records of the subject under its other codes."""
        find = self._state.index.get
        parties = parties_of(record, find, position=position, day=day)[1:]
        same = (find(each.ref) for each in parties if each.relation == verdict_pb2.SUBJECT_RELATION_SAME)
        return [other for other in same if other is not None]


def _name(spellings: list[tuple[str, str, int, int | None]], position: int) -> str:
    """The name that statements gave last, of those that stand if any does; empty if there is none."""
    known = [row for row in spellings if row[2] <= position]
    standing = [row for row in known if row[3] is None or position < row[3]]
    return next((spelling for _, spelling, _, _ in reversed(standing or known)), "")


def told(obstacle: Obstacle, caller: Caller) -> tuple[str, int]:
    """What a caller is told of an obstacle: why, and at which position it stands (0: not told)."""
    if obstacle.domains and not any(may_ask(caller, domain) for domain in obstacle.domains):
        return ELSEWHERE, 0
    if not obstacle.domains and is_person(obstacle.ground.subject):
        return OF_A_PERSON, 0
    return f"{obstacle.text_zh}。", obstacle.ground.position
