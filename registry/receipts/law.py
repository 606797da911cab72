"""By what mandate and under what law a statement was made (职责和目录版本): the statements that show it.

* Of each department that stated something about the subject, the registration that was in force when it did:
  without it nobody can tell of what kind it is, on which the law of some records depends. Where the chain
  ``D:<code>`` is short, it is shown whole, and with it that no other registration came in between. It also
  holds every delivery of the department's lists, so it grows for ever; a long one is left out.
* Of the edition that was answered by, and those that were law on the day of a decision, review and adoption
  with the chain ``E:<hash>``, the key of whoever drafted it, and the official who holds that, with the chains
  of both. The draft itself is long, and the edition comes with the program of whoever verifies, or is given
  to it: of the draft the leaf alone is shown, by which it is seen that the key was not revoked before.

Example: 财政, registered at 3, bans a firm at 40 under an edition that was drafted at 30, reviewed at 31 and
adopted at 32: positions 3, 31 and 32, the leaf of 30, chains D:<财政> and E:<hash>.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from registry.commands.state import RegistryState
from registry.provenance.keys import keyid_of
from registry.provenance.leaf import Leaf, LeafType
from registry.receipts.authority import KEY_PREFIX, OFFICIAL_PREFIX, Authority
from registry.receipts.disclosure import Statements
from registry.sanctions.effects.recording import law_day
from registry.sanctions.said import stated_event
from registry.v1.statement_pb2 import Statement

DEPARTMENT_PREFIX = "D:"
EDITION_PREFIX = "E:"
MAX_LEAVES = 32
"""A longer chain of a department is not shown."""
Chain = Callable[[str], list[int]]


class Law:
    """What shows by which mandates and editions statements were made; ``chain`` gives the positions under a
    reference, as known to the answer."""

    def __init__(self, state: RegistryState, statements: Statements, chain: Chain) -> None:
        self._state, self._statements, self._chain = state, statements, chain

    def of(self, shown: Iterable[int], edition: str) -> Authority:
        """References and positions for statements about a subject, answered by an edition. Raises
        StoreError, VaultError."""
        found, editions = Authority(), {edition}
        for position in shown:
            self._add_mandate(found, self._statements.row(position).department, position)
            day = _law_day(self._statements.opened(position))
            if day is not None:
                editions.add(self._state.book.at(position, day))
        for each in editions:
            self._add_edition(found, each)
        return found

    def _add_mandate(self, found: Authority, department: str, position: int) -> None:
        ref = f"{DEPARTMENT_PREFIX}{department}"
        chain = self._chain(ref)
        if len(chain) <= MAX_LEAVES:
            found.refs.add(ref)
            found.positions.update(filter(self._registers, chain))
        else:
            found.positions.update(self._last_before(department, chain, position))

    def _last_before(self, department: str, chain: list[int], position: int) -> Iterator[int]:
        """The registration that was in force at a position."""
        latest = self._state.directory.department(department)
        if latest is not None and latest.position < position:
            yield latest.position
            return
        before = reversed(chain[: bisect_left(chain, position)])
        yield from (each for each, _ in zip(filter(self._registers, before), range(1), strict=False))

    def _registers(self, position: int) -> bool:
        return Leaf.decode(self._statements.row(position).leaf).type is LeafType.DIRECTORY

    def _add_edition(self, found: Authority, edition: str) -> None:
        """The steps of an edition; the founding one has none but the genesis."""
        ref = f"{EDITION_PREFIX}{edition}"
        draft, *steps = self._chain(ref) or [0]
        if not steps:
            return
        drafter = Leaf.decode(self._statements.row(draft).leaf).key_position
        enrolment = self._statements.opened(drafter).key_enrolment
        key = f"{KEY_PREFIX}{keyid_of(enrolment.public_key)}"
        official = f"{OFFICIAL_PREFIX}{enrolment.department}/{enrolment.official_id}"
        found.refs |= {ref, key, official}
        found.positions.update((drafter, *steps, *self._chain(key), *self._chain(official)))
        found.leaves.add(draft)


def _law_day(statement: Statement) -> date | None:
    """The day whose edition says what a statement is; None where it follows from another statement."""
    body = statement.WhichOneof("body")
    event = stated_event(statement)
    if event is not None:
        return law_day(event)
    if body == "red_list_candidacy":
        return date.fromisoformat(statement.red_list_candidacy.document.decided_on)
    return None
