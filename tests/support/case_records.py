"""What cases put on record, without a store: given facts admitted and folded in a registry in memory.

record = recorded("{by: court, category: E-06, subject: enterprise, decided_on: 2026-03-01, list: L-01}")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files as resources

from registry.editions import CURRENT_LABEL, current_edition
from registry.sanctions.cases.case import Case
from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord

_CASE = """
cases:
  - name: 试算
    of: M-PRO-01
    kind: near_miss
    given: [{given}]
    asked: {{domain: procurement, day: 2026-11-01}}
    verdict: CLEAR
"""


def recorded(*given: str, ref: str = "91130900DEM000001X", edition: Edition | None = None) -> SubjectRecord:
    """What is recorded of a subject by facts in the words of cases; none of them may be refused."""
    edition = edition or current_edition()
    (case,) = read_cases({"case.yaml": _CASE.format(given=", ".join(given))}, edition)
    record, refused = _folded(case, edition)
    assert not refused, refused
    assert record is not None
    return replace(record, ref=ref)


@cache
def records_of_cases() -> tuple[SubjectRecord, ...]:
    """What the cases beside the current edition put on record: every measure, list and statute, and near
    misses. Each is a subject of its own, by rising references."""
    edition = current_edition()
    texts = case_files(CURRENT_LABEL)
    folded = (_folded(case, edition)[0] for case in read_cases(texts, edition))
    found = [record for record in folded if record is not None]
    return tuple(replace(record, ref=f"R-{number:05d}") for number, record in enumerate(found))


def case_files(label: str) -> Mapping[str, str]:
    """The cases beside a shipped edition, by name."""
    directory = resources("registry.sanctions") / "editions" / label / "cases"
    return {entry.name: entry.read_text("utf-8") for entry in directory.iterdir()}


def _folded(case: Case, edition: Edition) -> tuple[SubjectRecord | None, list[str]]:
    ledger, refused = ScratchLedger(edition), list[str]()
    for step in case.steps:
        refused += [fault.message for fault in ledger.fold(step.statement, step.day)]
    return ledger.record(case.about), refused
