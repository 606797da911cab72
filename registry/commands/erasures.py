"""Whether what is missing from a log was erased by law (依法删除), and nothing else is missing.

A row whose content is erased names the position of the erasure. Held against it:

* only statements about subjects can be erased, by a later statement, and nothing of them is left;
* the statement there is an erasure, about the same subject, by the department whose matter it is or by the
  operator;
* each erasure has erased what it names.

What cannot be seen any more is whether another statement of the same subject hung together with the one
that was named: that is the registry's word.

Example: position 10 is erased by 40. At 40 stands an erasure that names (财政, "S-10"), about the same
subject: in order. If 40 were a penalty, or named a statement that is still there: a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.provenance.leaf import Leaf, LeafType
from registry.store.interface import StatementKey, StatementRow
from registry.v1.statement_pb2 import Statement

_ABOUT_SUBJECTS = (LeafType.EVENT, LeafType.EVENT_IN_BATCH)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A statement whose content is erased: where it stands, and by which statement it is said to be."""

    position: int
    by: int
    key: StatementKey
    subject: str

    def __str__(self) -> str:
        return f"序号{self.position}的内容已由序号{self.by}依法删除"


@dataclass(frozen=True, slots=True)
class Erasing:
    """An erasure of the log: whose it is, what it names, and whom it is about."""

    department: str
    target: StatementKey
    subject: str

    def may_erase(self, department: str, operator: str) -> bool:
        """Whether it may be what erased a statement of a department: its own matter, in which the operator
        may have made notes; the operator's erasures are of anybody's."""
        return self.department in (self.target[0], operator) and department in (self.target[0], operator)


def passed_over(row: StatementRow) -> PassedOver:
    """What is left of an erased row. ValueError if it cannot have been erased, or is not. The leaf's own
    fields are checked with every other leaf's."""
    by = row.erased_by
    if by is None or by <= row.position or Leaf.decode(row.leaf).type not in _ABOUT_SUBJECTS:
        raise ValueError(f"标为已由序号{by}删除, 但这份陈述不能由它删除")
    if row.sealed_payload:
        raise ValueError(f"标为已由序号{by}删除, 但仍有内容")
    return PassedOver(row.position, by, (row.department, row.statement_id), row.subject)


def erasing(row: StatementRow, statement: Statement) -> Erasing:
    """What an erasure at a row says."""
    target = statement.erasure.target
    return Erasing(row.department, (target.department, target.statement_id), row.subject)


def erasure_faults(passed: Iterable[PassedOver], erasures: Mapping[int, Erasing], operator: str) -> list[str]:
    """What is wrong with the erased rows of a log, by its erasures and their positions."""
    faults, named = [], dict[int, set[StatementKey]]()
    for row in passed:
        by = erasures.get(row.by)
        if by is None or by.subject != row.subject or not by.may_erase(row.key[0], operator):
            faults.append(f"序号{row.position}: 标为已由序号{row.by}删除, 但那里没有删除它的陈述")
        else:
            named.setdefault(row.by, set()).add(row.key)
    return faults + [
        f"序号{position}: 所指陈述的内容没有删除"
        for position, each in erasures.items()
        if each.target not in named.get(position, ())
    ]
