"""风险指标、预警"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.supervision.acting import Acting
from registry.supervision.ledger import SupervisionLedger
from registry.v1.statement_pb2 import Statement

CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {}


def check_alert(found: Findings, statement: Statement, ledger: SupervisionLedger) -> None:
    """Notes what is wrong with an alert of the registry's own."""
