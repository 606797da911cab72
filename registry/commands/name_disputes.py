"""Codes under names that disagree (一码多名), for a human to rule on (``NameRuling``).

Until somebody has ruled, nothing found under such a code is CLEAR, so this list is a queue of work. It runs
in the order in which the disputes came up, as known at the position of its first page.

Worked example: A is named 沧州甲 at 4 and 沧州乙 at 9: its dispute came up at 9. A registration that says
沧州甲 at 20 settles that name; the other is in dispute until it is withdrawn or ruled upon.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.access.identity import Caller
from registry.commands.ask import Ask, Found, Matter
from registry.commands.identity import Identities, Identity
from registry.commands.measure_use import first_ms
from registry.commands.paging import Page, first_or, token_of
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.parties import disputed_names
from registry.v1.restriction_service_pb2 import Matter as Facts
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC

_FILTER = "name disputes"


@dataclass(frozen=True, slots=True)
class Disputes:
    """A page of disputes: whom each is about, and the token of the next page, empty at the end."""

    matter: Matter
    identities: tuple[tuple[Found, Identity], ...]
    token: str


def name_disputes(ask: Ask, caller: Caller, token: str, size: int) -> Disputes:
    """The disputes that are open, oldest first. Raises RegistryError for a token that is none."""
    page = first_or(token, (_FILTER,), Page(ask.state.index.position, ask.today()))
    valid_ms = first_ms(page.day)
    matter = ask.matter(caller, Purpose(), Facts(), position=page.position, valid_ms=valid_ms)
    waiting = sorted(_open(ask, page))
    shown = [Found(IDENTIFIER_TYPE_USCC, ref, ref) for _, ref in waiting[:size]]
    identities = tuple(zip(shown, Identities(ask).whole(shown, matter), strict=True))
    more = len(waiting) > size
    next_page = replace(page, after=(waiting[size - 1][0], 0)) if more else page
    return Disputes(matter, identities, token_of(next_page, _FILTER) if more else "")


def _open(ask: Ask, page: Page) -> Iterator[tuple[int, str]]:
    for record in ask.state.index.records():
        if len(record.names) > 1 and disputed_names(record, page.position):
            since = _since(record, page.position)
            if since > page.after[0]:
                yield since, record.ref


def _since(record: SubjectRecord, position: int) -> int:
    """The statement with which the names came to disagree: no two disputes have the same."""
    known = sorted(use.known_from for use in record.names if use.known_at(position))
    return known[1]
