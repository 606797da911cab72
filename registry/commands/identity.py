"""Whom an identifier names (身份识别), by what is known at the position and on the day of a matter.

* RESOLVED: one subject. Its current code is the last to which a succession (换码) leads; its names are those
  that standing statements give it under any of its codes, the latest first. A natural person's name is no
  answer.
* NOT_FOUND: nothing is recorded. It must never read as CLEAR.
* AMBIGUOUS: names that disagree and that nobody has ruled on stand on one code (一码多名), or one code of
  before the USCC leads to several subjects. Which it is, a human decides; nothing is guessed from likeness.
* INVALID_CODE: the code cannot be one, and nothing was looked up.

Example: A was given the new code B, and C is a branch of B. Asked about A: current B; related B (SAME), C
(BRANCH), each with the position of the statement that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.commands.ask import Ask, Found, Matter
from registry.domain.identifiers import is_personal, names_a_subject
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.parties import Party, alternates_of, current_ref, disputed_names
from registry.v1 import verdict_pb2 as pb

Spelling = tuple[str, str, int, int | None]
"""A name of a subject: comparable form, as stated, known from, known to."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an identifier names. ``current`` is a reference, empty if it is the one asked about.
    ``only_status``: nothing else was looked for."""

    status: pb.ResolutionStatus.ValueType
    current: str = ""
    names: tuple[str, ...] = ()
    disputed_names: tuple[str, ...] = ()
    related: tuple[Party, ...] = ()
    only_status: bool = False


NOT_FOUND = Identity(pb.RESOLUTION_STATUS_NOT_FOUND, only_status=True)
INVALID_CODE = Identity(pb.RESOLUTION_STATUS_INVALID_CODE, only_status=True)
RESOLVED = Identity(pb.RESOLUTION_STATUS_RESOLVED, only_status=True)


class Identities:
    """Identities over what ``Ask`` knows."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def brief(self, found: Found, matter: Matter) -> Identity:
        """What a verdict says of the identity: all of it where there is more to say than the status.

        Nearly every subject has one code, one name and no links, and costs two look-ups in memory."""
        record = self._ask.record(found, matter) if found.ref else None
        if record is None or not (record.links or disputed_names(record, matter.position)):
            return self._alone(found, record, matter)
        return self.whole([found], matter)[0]

    def whole(self, found: Sequence[Found], matter: Matter) -> list[Identity]:
        """Everything about each, names included; these are read from the store at once."""
        records = [self._ask.record(each, matter) if each.ref else None for each in found]
        parties = [self._ask.parties(record, matter) if record else [] for record in records]
        spellings = self._spellings([party.ref for of_one in parties for party in _itself(of_one)])
        return [
            self._identity(each, record, of_one, spellings, matter)
            for each, record, of_one in zip(found, records, parties, strict=True)
        ]

    def _alone(self, found: Found, record: SubjectRecord | None, matter: Matter) -> Identity:
        if not found.ref:
            return INVALID_CODE
        return RESOLVED if record is not None and record.known_at(matter.position) else NOT_FOUND

    def _identity(
        self,
        found: Found,
        record: SubjectRecord | None,
        parties: Sequence[Party],
        spellings: dict[str, list[Spelling]],
        matter: Matter,
    ) -> Identity:
        if record is None:
            return INVALID_CODE if not found.ref else NOT_FOUND
        if not names_a_subject(found.type) and record.ref == found.ref:
            return self._of_old_code(record, matter)
        itself = [self._ask.state.index.get(party.ref) for party in _itself(parties)]
        known = any(each is not None and each.known_at(matter.position) for each in itself)
        names = [row for party in _itself(parties) for row in spellings.get(party.ref, ())]
        disputed = disputed_names(record, matter.position)
        status = pb.RESOLUTION_STATUS_AMBIGUOUS if disputed else pb.RESOLUTION_STATUS_RESOLVED
        return Identity(
            status=status if known else pb.RESOLUTION_STATUS_NOT_FOUND,
            current=self._current(record, found, matter),
            names=() if is_personal(found.type) else _latest_first(names, matter.position),
            disputed_names=tuple(sorted(disputed)),
            related=tuple(parties[1:]),
        )

    def _of_old_code(self, record: SubjectRecord, matter: Matter) -> Identity:
        """A code of before the USCC that leads to no subject, or to several."""
        goals = alternates_of(record, position=matter.position, day=matter.question.day)
        links = {link.other: link.position for link in record.links}
        unsettled = pb.SUBJECT_RELATION_UNSPECIFIED
        related = tuple(Party(goal, unsettled, links[goal]) for goal in sorted(goals))
        return Identity(pb.RESOLUTION_STATUS_AMBIGUOUS, related=related) if goals else NOT_FOUND

    def _current(self, record: SubjectRecord, found: Found, matter: Matter) -> str:
        of, day = self._ask.state.index.get, matter.question.day
        current = current_ref(record, of, position=matter.position, day=day)
        return "" if current == found.ref else current

    def _spellings(self, refs: Sequence[str]) -> dict[str, list[Spelling]]:
        return self._ask.state.store.spellings(sorted(set(refs))) if refs else {}


def _itself(parties: Sequence[Party]) -> list[Party]:
    """The subject under all its codes."""
    one = (pb.SUBJECT_RELATION_SELF, pb.SUBJECT_RELATION_SAME)
    return [party for party in parties if party.relation in one]


def _latest_first(rows: Sequence[Spelling], position: int) -> tuple[str, ...]:
    """Names as stated, each once in whatever spelling, of statements that stand at a position."""
    standing = [row for row in rows if row[2] <= position and (row[3] is None or position < row[3])]
    latest: dict[str, str] = {}
    for comparable, spelling, *_ in sorted(standing, key=lambda row: (row[2], row[0]), reverse=True):
        latest.setdefault(comparable, spelling)
    return tuple(latest.values())
