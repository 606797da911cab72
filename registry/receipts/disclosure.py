"""Which statements a receipt may show, and what else it must show with them (披露范围).

* A caller gets the statements behind the hits or entries that it was shown, and those that refer to them
  (repairs, notes, liftings, and what became of these), as known at the answer's position. Of every other leaf
  of the chain it gets the hashes.
* What was noted on a statement goes on upon the correction that took its place. So a correction comes with
  what it replaced, back to the first statement that was noted, and with the notes. Where nothing was noted,
  what was wrong before stays undisclosed: it has no bearing. A decision in a ban case is always noted: it
  does not bind before its service.
* No statement is shown that tells more than the caller may know: the number of a natural person who is not
  the one asked about (双公示 rows name legal representatives), or a ban on leaving the country to somebody
  who may not ask about those. Nothing can be cut out of what was signed, so the receipt is SIGNED then, and
  says CONTENT_WITHHELD. A department may always have what it stated itself.
* What is erased cannot be shown: CONTENT_ERASED.

Example: a firm was put on L-04 at 7, the entry repaired at 30 from a day to come on. Asked today, 7 is a hit;
7 and 30 are shown, 12 (a licence) is a leaf alone. A ban of 40, stayed at 41, corrected at 42: all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from google.protobuf.message import Message

from registry.access.identity import Caller, CallerRole
from registry.commands.intake import open_envelope
from registry.commands.right_to_see import domains_open_to
from registry.commands.state import RegistryState
from registry.commands.submission import target_of
from registry.domain.identifiers import mask, normalise
from registry.domain.quoting import holds_an_old_number, is_blank, names_a_person
from registry.domain.resident_id import resembles_resident_id
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.said import stated_event
from registry.store.interface import StatementRow, StoreError
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Field, Statement

_SECRET = subject_pb2.DOMAIN_EXIT_ENTRY
_NUMBERS = ("zjhm", "id_no")
"""How the names of content fields end that hold the number of a person's paper."""
_TAX_NUMBERS = "swdj"
_OF_NO_SUBJECT = ("K:", "O:", "D:", "E:", "R:")
"""How references begin that are no subject's."""
_NOTING = ("status_note", "objection", "ban_served")
"""Statements that begin or end a note on another."""
MAX_KEPT = 4096


class Governing:
    """What receipts have in common: statements about keys, officials and deliveries, and the registry's own.

    Rows that are about no subject are never erased, so they are kept; chains for as long as the log does not
    grow."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state
        self._rows: dict[int, StatementRow] = {}
        self._chains: dict[str, list[int]] = {}
        self._size = -1

    def row(self, position: int) -> StatementRow:
        """The row at a position. Raises StoreError."""
        row = self._rows.get(position)
        if row is None:
            row = self._state.store.statement(position)
            if row is None:
                raise StoreError(f"存储被改动: 没有序号{position}的陈述")
            if row.subject.startswith(_OF_NO_SUBJECT):
                if len(self._rows) >= MAX_KEPT:
                    self._rows.clear()
                self._rows[position] = row
        return row

    def chain(self, ref: str) -> list[int]:
        """Positions of every statement under a reference."""
        if not ref.startswith(_OF_NO_SUBJECT):
            return self._state.store.positions_of(ref)
        size = self._state.size
        if size != self._size:
            self._chains, self._size = {}, size
        chains = self._chains
        if ref not in chains:
            positions = self._state.store.positions_of(ref)
            if self._state.size != size:
                return positions
            chains[ref] = positions
        return chains[ref]


class Statements:
    """Statements of the log as one receipt reads them, each once."""

    def __init__(self, state: RegistryState, governing: Governing) -> None:
        self._state = state
        self._governing = governing
        self._rows: dict[int, StatementRow] = {}
        self._opened: dict[int, Statement] = {}

    def row(self, position: int) -> StatementRow:
        """The row at a position. Raises StoreError."""
        row = self._rows.get(position)
        if row is None:
            row = self._rows[position] = self._governing.row(position)
        return row

    def opened(self, position: int) -> Statement:
        """What a statement says. Raises StoreError, VaultError."""
        statement = self._opened.get(position)
        if statement is None:
            payload = open_envelope(self.row(position), self._state.log).payload
            statement = self._opened[position] = Statement.FromString(payload)
        return statement

    def is_erased(self, position: int) -> bool:
        """Whether nothing is left of it but its leaf."""
        return self.row(position).erased_by is not None

    def replaced(self, shown: Iterable[int], chain: Sequence[int]) -> set[int]:
        """Positions of a chain in whose place corrections among those shown stand, as far back as one was
        noted."""
        corrections = [position for position in shown if self._corrected(position) is not None]
        if not corrections:
            return set()
        places = {self._id(position): position for position in chain}
        noted = {target for position in chain for target in self._noted(position)}
        found = set[int]()
        for position in corrections:
            passed = list[int]()
            while (target := self._corrected(position)) is not None and target in places:
                position = places[target]
                passed.append(position)
                if target in noted:
                    found.update(passed)
        return found

    def referring(self, shown: Iterable[int], chain: Sequence[int]) -> Iterator[int]:
        """Positions of a chain whose statements refer to those shown, or to one that refers to them."""
        meant = {self._id(position) for position in shown}
        first = min(shown, default=0)
        for position in chain:
            if position <= first or self.is_erased(position):
                continue
            target = target_of(self.opened(position))
            if target is not None and (target.department, target.statement_id) in meant:
                meant.add(self._id(position))
                yield position

    def _noted(self, position: int) -> Iterator[tuple[str, str]]:
        """What a statement noted something on; a decision notes of itself that it is not served."""
        if not self.is_erased(position):
            if self.opened(position).HasField("ban_decision"):
                yield self._id(position)
            yield from filter(None, (self._target(position, body) for body in _NOTING))

    def _corrected(self, position: int) -> tuple[str, str] | None:
        return self._target(position, "correction") or self._target(position, "objection_result")

    def _target(self, position: int, body: str) -> tuple[str, str] | None:
        """What a statement refers to, if it is one of a kind."""
        if self.is_erased(position) or self.opened(position).WhichOneof("body") != body:
            return None
        if body == "objection_result" and stated_event(self.opened(position)) is None:
            return None
        target = target_of(self.opened(position))
        return (target.department, target.statement_id) if target is not None else None

    def _id(self, position: int) -> tuple[str, str]:
        row = self.row(position)
        return row.department, row.statement_id


def tells_too_much(statement: Statement, caller: Caller, edition: Edition, own: str) -> bool:
    """Whether a statement tells what the caller may not know; ``own`` is the number of the natural person
    asked about, in normal form, or empty."""
    if caller.role is CallerRole.DEPARTMENT and caller.name == statement.department:
        return False
    return _tells_of_exit_ban(statement, caller, edition) or names_another_person(statement, own)


def _tells_of_exit_ban(statement: Statement, caller: Caller, edition: Edition) -> bool:
    said = stated_event(statement)
    if _SECRET in domains_open_to(caller):
        return False
    imposed = {measure.measure_code for measure in said.measures} if said else set()
    imposed |= {statement.lifting.measure_code}
    return not _secret_measures(edition).isdisjoint(imposed)


@lru_cache(maxsize=16)
def _secret_measures(edition: Edition) -> frozenset[str]:
    by_code = edition.measures.items()
    return frozenset(code for code, rows in by_code if any(row.domain == _SECRET for row in rows))


def names_another_person(message: Message, own: str) -> bool:
    """Whether the number of a natural person's paper stands anywhere in a message, but for ``own``."""
    if isinstance(message, subject_pb2.Identifier):
        code = normalise(message.value)
        return code != own and mask(message.type, code) != code
    if isinstance(message, Field) and _holds_a_number(message, own):
        return True
    return any(_names_another(value, own) for _, value in message.ListFields())


def _names_another(value: object, own: str) -> bool:
    if isinstance(value, Message):
        return names_another_person(value, own)
    if isinstance(value, str):
        text = normalise(value).replace(own, "").replace(_old_form(own), "") if own else value
        return names_a_person(text) or holds_an_old_number(text)
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        return False
    return any(_names_another(each, own) for each in value)


def _old_form(own: str) -> str:
    """What a resident number of today was before 1999: without century and check character."""
    return own[:6] + own[8:17] if resembles_resident_id(own) else ""


def _holds_a_number(item: Field, own: str) -> bool:
    code = normalise(item.value)
    if is_blank(code) or code == own:
        return False
    if item.name.endswith(_NUMBERS):
        return True
    tax = subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER
    return item.name.endswith(_TAX_NUMBERS) and mask(tax, code) != code
