"""A department's own statements about subjects, newest first (本部门提交的陈述): what they are about, and not
what they say.

They are as they stand when the page is read. A page goes on from the position at which the one before it
ended, so that what is submitted meanwhile parts no pages; it is on a first page that is asked for anew.

Example: of statements at 3, 7 and 9 a page of two is 9 and 7; 7 was withdrawn at 8, and says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from registry.commands.ask import Ask
from registry.commands.paging import FIRST, Page, first_or, page_size, token_of
from registry.commands.shown_identifiers import identifiers_of
from registry.provenance.leaf import Leaf
from registry.sanctions.ledger import EventState, RecordedEvent
from registry.v1.subject_pb2 import Identifier


@dataclass(frozen=True, slots=True)
class Own:
    """A statement, when it was received, and whom it is about; a natural person has no name here."""

    recorded: RecordedEvent
    received_ms: int
    subject: Identifier | None
    name: str

    @property
    def ended_position(self) -> int:
        """Position of the statement that corrected or withdrew it; 0: it stands."""
        ended = self.recorded.state is not EventState.STANDS
        return (self.recorded.ended_position or 0) if ended else 0


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Statements, newest first; ``token`` leads to the next page, empty at the end."""

    found: tuple[Own, ...]
    token: str


def own_statements(ask: Ask, department: str, token: str, size: int) -> OwnPage:
    """The next of a department's statements. Raises RegistryError for a token that is none of these."""
    state, bound = ask.state, ("own statements", department)
    page = first_or(token, bound, Page(state.index.position, ask.today()))
    before = None if page.after == FIRST else page.after[0]
    limit = page_size(size)
    rows = state.store.own_events(department, before, limit + 1)
    shown, more = rows[:limit], rows[limit:]
    refs = {recorded.subject for recorded, _ in shown}
    subjects, names = identifiers_of(state, refs), _names(ask, refs)
    found = tuple(
        Own(
            recorded,
            Leaf.decode(leaf).received_ms,
            subjects.get(recorded.subject),
            _name(recorded, names),
        )
        for recorded, leaf in shown
    )
    last = Page(page.position, page.day, (found[-1].recorded.position, 0)) if more else None
    return OwnPage(found, token_of(last, *bound) if last else "")


def _names(ask: Ask, refs: Collection[str]) -> dict[tuple[str, str], str]:
    """How names were spelled last, by subject and comparable form."""
    stated = ask.state.store.spellings(sorted(refs)) if refs else {}
    return {(ref, name): spelling for ref, rows in stated.items() for name, spelling, *_ in rows}


def _name(recorded: RecordedEvent, names: dict[tuple[str, str], str]) -> str:
    used = recorded.names[0] if recorded.names else ""
    return names.get((recorded.subject, used), used)
