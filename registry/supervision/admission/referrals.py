"""告知、移送、督办"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.faults import Findings
from registry.supervision.acting import Acting
from registry.v1.statement_pb2 import Statement

CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {}
