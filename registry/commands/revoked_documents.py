"""Documents whose decision was revoked while something still rests on them (所据文书被撤销, 尚未同步撤回).

A document is revoked by a withdrawal that names the document which revoked it (``effects.falling``); only who
decided it, or relays for whom did, can have stated anything by it. What still stands by it is due, from the
day on which the first such withdrawal was received (``remedies.revoked``).

* A withdrawal in dispute (a stolen key signed it) makes nothing due, nor one whose content is erased.
* Where the same department has stated the same subject's record again by the same document, the document
  holds: the withdrawal took back a statement, not the decision.

Nothing is stored for this: it is read off the records as they are, and the few withdrawals that matter are
read in the log. What was found is at hand until the next statement.

Worked example: 财政 withdraws firm A's ban of 沧示财罚字〔2026〕12号 at 60, by 冀示财复决字〔2026〕3号. Firm
B's ban by the same document is due within three days, and is due no more once it is withdrawn.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from time import sleep

from registry.commands.intake import open_envelope
from registry.commands.state import RegistryState
from registry.domain.documents import normalise_number
from registry.domain.identifiers import normalise
from registry.domain.periods import china_day
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.remedies.revoked import Revoked, due_after_revocation, resting_on
from registry.sanctions.standing import disputed_at
from registry.v1.ban_service_pb2 import DueItem
from registry.v1.statement_pb2 import Document, Statement
from registry.waiting import waiting

_Key = tuple[str, str]
"""A document: its authority's code and its number, as they are compared."""
_Gone = dict[_Key, list[tuple[Ground, SubjectRecord]]]
_USUAL = re.compile(r"[\u4e00-\u9fff]{1,30}〔[0-9]{4}〕[0-9]{1,6}号").fullmatch
"""Nearly every number is written so, which is its normal form."""
AT_A_TIME, PAUSE_S = 32, 0.001
_NEGATIVE = frozenset({GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED})


class RevokedDocuments:
    """Finds what rests on revoked documents, as of now."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state
        self._found: tuple[int, list[tuple[Revoked, list[Ground]]]] = (-1, [])

    def due(self, edition: Edition, day: date) -> Iterator[DueItem]:
        """What is to be withdrawn, and by when, as seen on a day."""
        position = self._state.index.position
        at, found = self._found
        if at != position:
            found = list(self._resting())
            self._found = position, found
        for revoked, rows in found:
            yield from due_after_revocation(rows, revoked, edition, day)

    def _resting(self) -> Iterator[tuple[Revoked, list[Ground]]]:
        index = self._state.index
        gone = _withdrawn(_unhurried(index.records()))
        for key, holding in _holding(_unhurried(index.records()), gone.keys()).items():
            revoked = self._first_revocation(gone[key])
            if revoked is not None:
                yield revoked, list(resting_on(holding.values(), revoked.document))

    def _first_revocation(self, gone: Iterable[tuple[Ground, SubjectRecord]]) -> Revoked | None:
        for row, record in sorted(gone, key=lambda each: each[0].known_to or 0):
            if row.known_to is not None and self._revokes(row.known_to, row, record):
                on = china_day(self._state.received_ms(row.known_to))
                return Revoked(row.document, row.department, on)
        return None

    def _revokes(self, position: int, row: Ground, record: SubjectRecord) -> bool:
        """Whether the statement at a position, which took a row away, revokes the row's document."""
        if _stated_again(row, record) or position in disputed_at(record.marks, self._state.size - 1):
            return False
        logged = self._state.store.statement(position)
        if logged is None or logged.erased_by is not None:
            return False
        statement = Statement.FromString(open_envelope(logged, self._state.log).payload)
        return statement.HasField("withdrawal") and statement.withdrawal.HasField("document")


def _unhurried(records: Iterable[SubjectRecord]) -> Iterator[SubjectRecord]:
    """The records, with a pause after every few: of a million, reading them would hold up every answer."""
    for number, record in enumerate(records, 1):
        if not number % AT_A_TIME:
            with waiting():
                sleep(PAUSE_S)
        yield record


def _withdrawn(records: Iterable[SubjectRecord]) -> _Gone:
    """The rows that ended without another in their place: what was corrected, repaired or lifted has one."""
    found: _Gone = {}
    for record in records:
        for row in record.grounds:
            if row.known_to is None or row.kind not in _NEGATIVE or not row.document.number:
                continue
            if not any(other.known_from == row.known_to for other in record.grounds):
                found.setdefault(_key(row.document), []).append((row, record))
    return found


def _holding(
    records: Iterable[SubjectRecord], keys: Collection[_Key]
) -> dict[_Key, dict[str, SubjectRecord]]:
    """The records on which something stands by one of the documents, by document."""
    found: dict[_Key, dict[str, SubjectRecord]] = {}
    authorities = {authority for authority, _ in keys}
    for record in records if keys else ():
        for row in record.grounds:
            if row.known_to is not None or row.kind not in _NEGATIVE:
                continue
            if normalise(row.document.authority_code) in authorities and (key := _key(row.document)) in keys:
                found.setdefault(key, {})[record.ref] = record
    return found


def _stated_again(row: Ground, record: SubjectRecord) -> bool:
    return any(
        other.known_to is None
        and other.department == row.department
        and other.position > (row.known_to or 0)
        and _key(other.document) == _key(row.document)
        for other in record.grounds
    )


def _key(document: Document) -> _Key:
    number = document.number
    return normalise(document.authority_code), number if _USUAL(number) else normalise_number(number)
