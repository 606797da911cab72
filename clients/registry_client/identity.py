"""Whom an identifier names (身份识别): the code in use, names, and related subjects.

NOT_FOUND is never to be read as CLEAR, and AMBIGUOUS is for a human to settle: names that disagree on one
code, or an old code that leads to several subjects.

Example: of an old code, ``status`` is RESOLVED, ``current`` the new one, and ``related`` has it with the
relation SAME and the position of the statement that says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import ResolutionStatus, SubjectRelation


@dataclass(frozen=True, slots=True)
class Related:
    """A subject that belongs together with the one asked about, by the statement at ``position``."""

    identifier: Identifier
    relation: SubjectRelation.ValueType
    position: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an identifier names. ``current`` is the code in use, None where there is none or it is not told.

    ``names`` are those of an organisation, the latest first; natural persons are told no names of."""

    status: ResolutionStatus.ValueType
    current: Identifier | None
    names: tuple[str, ...]
    disputed_names: tuple[str, ...]
    related: tuple[Related, ...]

    @classmethod
    def of(cls, resolution: verdict_pb2.Resolution) -> Identity:
        """As it travels."""
        return cls(
            status=resolution.status,
            current=resolution.current if resolution.HasField("current") else None,
            names=tuple(resolution.names),
            disputed_names=tuple(resolution.disputed_names),
            related=tuple(
                Related(each.identifier, each.relation, each.position) for each in resolution.related
            ),
        )
