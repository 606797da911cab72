"""What a statute asked of a record, clause by clause (法定情形的逐项对照).

Asked of the clauses themselves, which is what the verdict asks: *held* if the facts show it, *unsettled* if
they leave it open, *failed* otherwise. An anchor's clauses must all hold, and one anchor is enough; which it
was, the last line of the list says, and it alone decides.

Worked example, M-PRO-04 and a penalty with a fine of 500,000 yuan::

    情形1: 处罚类别含吊销许可证件、责令停产停业之一      FAILED   记载的处罚类别: 罚款
    情形2: 罚款200万元以上, 金融监督管理机构作出的…      FAILED   记载的罚款: 50万元
    具备上列法定情形之一                                  FAILED
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from registry.sanctions.catalogue.clauses import (
    CaseKinds,
    Clause,
    DepartmentKinds,
    Facts,
    FineAtLeast,
    PenaltyKinds,
    Severities,
    SubjectKinds,
)
from registry.sanctions.catalogue.conditions import Anchor
from registry.sanctions.catalogue.measure import Measure
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.sanctions.catalogue.vocabulary import KINDS_ZH
from registry.sanctions.explanation.explained import FAILED, HELD, UNSETTLED, Explained
from registry.sanctions.words_zh import word
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import statement_pb2

_SEVERITIES_ZH = {
    statement_pb2.SEVERITY_MINOR: "轻微",
    statement_pb2.SEVERITY_GENERAL: "一般",
    statement_pb2.SEVERITY_SERIOUS: "严重",
}
_YUAN_IN_UNIT = 10_000
_NOT_READ = "记载不能确定"


def explained_facts(measure: Measure, facts: Facts, rules: Rulebook) -> list[Explained]:
    """The clauses of every anchor of a measure that is about such a record, and whether one anchor held."""
    anchors = [anchor for anchor in measure.anchors if anchor.category == facts.category]
    found = [
        each for number, anchor in enumerate(anchors, 1) for each in _of_anchor(number, anchor, facts, rules)
    ]
    return [*found, Explained("具备上列法定情形之一", _together(anchors, facts))]


def _together(anchors: Sequence[Anchor], facts: Facts) -> service.ClauseOutcome.ValueType:
    if any(anchor.settled(facts) for anchor in anchors):
        return HELD
    return UNSETTLED if any(anchor.holds(facts) for anchor in anchors) else FAILED


def _of_anchor(number: int, anchor: Anchor, facts: Facts, rules: Rulebook) -> Iterator[Explained]:
    for clause in anchor.clauses:
        outcome = HELD if clause.settled(facts) else UNSETTLED if clause.holds(facts) else FAILED
        text = f"情形{number}: {clause.text_zh}"
        yield Explained(text, outcome, _compared(clause, facts, rules), decides=False)
    if not anchor.conclusive and anchor.holds(facts):
        text = f"情形{number}: 是否属于法定情形须另行核实"
        yield Explained(text, UNSETTLED, "记载不足以确定", decides=False)


def _compared(clause: Clause, facts: Facts, rules: Rulebook) -> str:
    """What the record says of the thing that a clause is about."""
    match clause:
        case PenaltyKinds():
            return f"记载的处罚类别: {_kinds(facts)}"
        case FineAtLeast():
            return f"记载的罚款: {_fine(facts)}"
        case CaseKinds():
            return f"案号的类型代字: {facts.case_kind or '无'}"
        case Severities():
            return f"记载的严重程度: {word(_SEVERITIES_ZH, facts.severity)}"
        case DepartmentKinds():
            names = (rules.department_kinds.get(kind, kind) for kind in sorted(facts.department_kinds))
            return f"作出记录的部门: {'、'.join(names) or _NOT_READ}"
        case SubjectKinds():
            return f"主体类别: {word(KINDS_ZH, facts.subject_kind)}"
        case _:
            return ""


def _kinds(facts: Facts) -> str:
    stated, left_open = "、".join(sorted(facts.penalty_kinds)), "、".join(sorted(facts.left_open))
    doubt = f"不能确定的有{left_open}" if left_open else ""
    return ", ".join(filter(None, (stated, doubt))) or "无"


def _fine(facts: Facts) -> str:
    if facts.fine_yuan is None:
        return _NOT_READ if "罚款" in facts.left_open else "无"
    return f"{(facts.fine_yuan / Decimal(_YUAN_IN_UNIT)).normalize():f}万元"
