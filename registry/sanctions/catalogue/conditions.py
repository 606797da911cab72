"""The facts from which a measure arises by law (法定情形), and whether a recorded event shows them.

A measure of origin *statute* has anchors: a category of event, and clauses that its facts must satisfy,
every one. Facts are what a record says, never more (``penalty_wording``, ``case_numbers``). Where it
leaves open what a clause asks for, the anchor *holds* and is not *settled*, and the answer is REVIEW: neither
a block without proof nor a false CLEAR.

Clauses, closed
* ``penalty_kinds`` any of these kinds was imposed (行政处罚法 第九条).
* ``fine_at_least_yuan`` a fine of so much or more, ``higher_for`` more where the penalty is of such a kind of
  department (财库〔2022〕3号: 相关领域“较大数额罚款”标准高于200万元的, 从其规定).
* ``case_kinds`` the document is of a case of this kind (刑: criminal).
* ``severities`` the department graded it so.
* ``department_kinds`` such a department states it; ``subject_kinds`` it fell on a subject of such a kind.
An anchor with ``conclusive: false`` is never settled: the law asks for more than any record says.

Worked example, M-PRO-04 (政府采购法实施条例 第十九条): a penalty of 2,500,000 yuan holds, one of 500,000 does
not, 暂扣或者吊销许可证 holds and is not settled, nor is the criminal case （2026）冀09刑初12号: an acquittal
has the same number.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.sanctions.catalogue.case_numbers import case_kind
from registry.sanctions.catalogue.clauses import Clause, Facts
from registry.sanctions.catalogue.penalty_wording import FINE, read_fine, read_kinds
from registry.v1 import statement_pb2

__all__ = ["Anchor", "Clause", "Facts", "facts_of"]

_PENALTY = "E-03-CF"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A recorded event of ``category`` from which a measure arises if its facts satisfy every clause."""

    category: str
    clauses: tuple[Clause, ...]
    conclusive: bool = True

    @property
    def text_zh(self) -> str:
        """What all clauses say together."""
        said = "且".join(clause.text_zh for clause in self.clauses)
        return said if self.conclusive else f"{said}(是否属于法定情形须另行核实)"

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show what the law asks for, or leave it open."""
        if facts.category != self.category:
            return False
        for clause in self.clauses:  # noqa: SIM110 - asked of every record of a subject; all() costs twice
            if not clause.holds(facts):
                return False
        return True

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show what the law asks for."""
        if not self.conclusive or facts.category != self.category:
            return False
        return all(clause.settled(facts) for clause in self.clauses)


def facts_of(event: statement_pb2.Event, department_kinds: frozenset[str]) -> Facts:
    """The facts of an event stated by a department of these kinds."""
    content = {field.name: field.value for field in event.content}
    kind, settled = case_kind(event.document.number)
    kinds, left_open = frozenset[str](), frozenset[str]()
    fine = None
    if event.category == _PENALTY:
        kinds, left_open = read_kinds(content.get("cflb", ""))
        fine = read_fine(content.get("nr_fk", ""))
        if fine is None and (content.get("nr_fk", "").strip() or FINE in kinds):
            left_open |= {FINE}
    return Facts(
        category=event.category,
        penalty_kinds=kinds,
        fine_yuan=fine,
        case_kind=kind,
        severity=event.severity,
        department_kinds=department_kinds,
        subject_kind=event.subject.kind,
        left_open=left_open if settled or not kind else left_open | {kind},
    )
