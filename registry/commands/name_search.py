"""Finding organisations by name (单位名称查询): current names and former ones, the nearest first.

The store hands over those whose names share most pairs of characters with the question, at most
``CANDIDATES``; ``registry.names`` says how near each is. Natural persons' names are not kept, so nobody is
found by one. What is found is whom a name may mean; that it is the one meant is for whoever asked to see.

Example: 澄梧 finds 沧州澄梧建筑工程(示例)有限公司 with 0.825, and a firm that once bore that name as former.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.commands.names_borne import NAMELESS, Names, names_of
from registry.commands.state import RegistryState
from registry.errors import RegistryError
from registry.names import Match, Named, grams_of_question, rank, searchable
from registry.v1 import error_reason_pb2 as reasons

CANDIDATES = 5000
"""Subjects looked at more closely; those that share less with the question than so many others are not."""
DEFAULT_SIZE = 20
MAX_SIZE = 100
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class NameFound:
    """An organisation that a name may mean: by which of its names, as it was stated, and how near that is."""

    subject: str
    name: str
    score: float
    former: bool


def search(state: RegistryState, name: str, size: int) -> list[NameFound]:
    """The organisations whose names are nearest, at most ``size`` (0: twenty). Raises RegistryError."""
    if len(name) > MAX_NAME or not searchable(name):
        message = f"请填写要查的单位名称, 1至{MAX_NAME}字。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "name")
    limit, position = min(size or DEFAULT_SIZE, MAX_SIZE), state.index.position
    near = rank(name, _candidates(state, name, position), limit=limit)
    names = names_of(state, [match.named.subject for match in near], position)
    found = [_found(match, names.get(match.named.subject, NAMELESS)) for match in near]
    # Of equal scores a name still borne comes first, and which one that is was not known to the ranking.
    return sorted(found, key=lambda each: (-each.score, each.former, each.name, each.subject))


def _candidates(state: RegistryState, name: str, position: int) -> list[Named]:
    """The names, in comparable form, of the subjects that share most with the question."""
    refs = state.store.subjects_with_grams(grams_of_question(name), CANDIDATES)
    records = (state.index.get(ref) for ref in refs)
    uses = ((record.ref, use) for record in records if record is not None for use in record.names)
    return [Named(ref, use.name) for ref, use in uses if use.known_at(position)]


def _found(match: Match, names: Names) -> NameFound:
    name = match.named.name
    return NameFound(match.named.subject, names.spellings.get(name, name), match.score, names.is_former(name))
