"""An objection or an application for repair (异议、信用修复申请): what its statements have made of it.

Known by the department and id of the statement that filed it. ``told`` is a ``registry.v1.Remedy`` as it
rests: no identifier, nothing about a person; it is never changed in place.

Worked example: an objection at position 50 to the finance bureau's statement E-1: ``open_on(("1113…", "E-1"),
REMEDY_KIND_OBJECTION)`` is it, until its result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from registry.v1.remedy_service_pb2 import (
    REMEDY_STATE_ACCEPTED,
    REMEDY_STATE_FILED,
    Remedy,
    RemedyKind,
)

FiledKey = tuple[str, str]
"""Department and statement id."""
OPEN = frozenset({REMEDY_STATE_FILED, REMEDY_STATE_ACCEPTED})
"""States in which nothing is decided yet."""


@dataclass(frozen=True, slots=True)
class Filed:
    """An objection or application about the subject ``ref``; ``changed`` is the position of the last
    statement."""

    ref: str
    changed: int
    told: Remedy

    @property
    def key(self) -> FiledKey:
        """Department and id of the statement that filed it."""
        return self.told.filed.department, self.told.filed.statement_id

    @property
    def target(self) -> FiledKey:
        """Department and id of the statement that it is about."""
        return self.told.target.department, self.told.target.statement_id

    @property
    def is_open(self) -> bool:
        """Whether it awaits a decision."""
        return self.told.state in OPEN


class RemedyBook:
    """Every objection and application; changed only by applying admitted statements in order."""

    def __init__(self, over: RemedyBook | None = None) -> None:
        self._over = over
        self._filed: dict[FiledKey, Filed] = {}
        self._about: dict[FiledKey, tuple[FiledKey, ...]] = {}

    def get(self, department: str, statement_id: str) -> Filed | None:
        """What a statement filed; None if it filed nothing."""
        key = (department, statement_id)
        return self._filed.get(key) or (self._over.get(*key) if self._over else None)

    def about(self, target: FiledKey) -> list[Filed]:
        """Everything that was filed about a statement, or about what it corrects, in order."""
        below = self._over.about(target) if self._over else []
        keys = dict.fromkeys((*(filed.key for filed in below), *self._about.get(target, ())))
        return [filed for key in keys if (filed := self.get(*key)) is not None and filed.target == target]

    def open_on(self, target: FiledKey, kind: RemedyKind.ValueType) -> Filed | None:
        """What awaits a decision about a statement; there is one of a kind at a time."""
        return next((f for f in self.about(target) if f.is_open and f.told.kind == kind), None)

    def all(self) -> Iterator[Filed]:
        """Everything, in the order of filing."""
        return iter(sorted(self._filed.values(), key=lambda filed: filed.told.filed_position))

    def forget(self, positions: Collection[int]) -> None:
        """Drops what the statements at some positions filed, for their content is erased."""
        for key in [key for key, filed in self._filed.items() if filed.told.filed_position in positions]:
            del self._filed[key]

    def put(self, filed: Filed) -> None:
        """Takes its new state; what it is about may have been corrected, and so be another statement."""
        known = self._about.get(filed.target, ())
        if filed.key not in known:
            self._about[filed.target] = (*known, filed.key)
        self._filed[filed.key] = filed
