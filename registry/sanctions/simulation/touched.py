"""Which grounds two editions may treat differently at all (受影响的依据), known before any is looked at.

What follows from a ground depends, by its kind and code, on few rows of an edition
* an imposed measure: on the rows of its code, of which a later one may reach back;
* an entry on a list: on the rows of the measures that follow the list, and on the list's confidence;
* a recorded event: on the rows of the statutes that arise from its category;
* a facilitation granted: on red lists, on all measures, for any of them may stand in its way, and on how long
  negative records are disclosed;
and, of all of them, on the table of roles. Where these are equal in both editions nothing can change for the
subject, so most subjects need not be looked at. Whatever is in doubt counts as touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.measure import Measure
from registry.sanctions.ground import Ground, GroundKind
from registry.v1 import subject_pb2 as pb

Domains = tuple[pb.Domain.ValueType, ...]
_Rows = Callable[[Edition, str], Sequence[Measure]]


class Touched:
    """What two editions may treat differently; everything, if ``thorough`` or the table of roles differs."""

    def __init__(self, before: Edition, after: Edition, *, thorough: bool = False) -> None:
        self._everything = thorough or before.rules.roles != after.rules.roles
        self._imposed = _imposed(before, after)
        by_code: dict[GroundKind, Mapping[str, Domains]] = {
            GroundKind.LISTED: self._differing(before, after, "lists", Edition.rows_of_list),
            GroundKind.RECORDED: self._differing(before, after, "categories", Edition.statutes_of),
        }
        self._by_code = by_code
        self.incentives = self._everything or _incentives_differ(before, after)

    def domains_of(self, ground: Ground) -> Domains:
        """The domains in which a ground may bring about different restrictions; none if in no domain."""
        if ground.kind is GroundKind.IMPOSED:
            touched = self._everything or ground.code in self._imposed
            return tuple(ground.measure.domains) if touched and ground.measure is not None else ()
        of_kind = self._by_code.get(ground.kind)
        return of_kind.get(ground.code, ()) if of_kind is not None else ()

    def _differing(self, before: Edition, after: Edition, table: str, rows: _Rows) -> Mapping[str, Domains]:
        found: dict[str, Domains] = {}
        for code in getattr(before, table).keys() | getattr(after, table).keys():
            old, new = rows(before, code), rows(after, code)
            differing = [row for row in (*old, *new) if row not in old or row not in new]
            if self._everything or _confidence(before, code) != _confidence(after, code):
                differing = [*old, *new]
            if differing:
                found[code] = tuple(sorted({domain for row in differing for domain in row.domains}))
        return found


def _imposed(before: Edition, after: Edition) -> frozenset[str]:
    codes = before.measures.keys() | after.measures.keys()
    return frozenset(code for code in codes if before.measures.get(code) != after.measures.get(code))


def _confidence(edition: Edition, list_code: str) -> list[object]:
    """What a list's confidence is, on which days."""
    rows = edition.lists.get(list_code, ())
    return [(row.effective_from, row.effective_to, row.confidence) for row in rows]


def _incentives_differ(before: Edition, after: Edition) -> bool:
    """Whether incentives, or anything that may stand in their way, differ."""
    return (
        before.red_lists != after.red_lists
        or before.measures != after.measures
        or before.rules.severity_rules != after.rules.severity_rules
    )
