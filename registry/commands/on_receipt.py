"""What is judged once, when a statement comes in, and never of what a log already has."""

from __future__ import annotations

from registry.commands.kept_in_clear import check_kept_in_clear
from registry.commands.read_as_written import check_read_as_written
from registry.domain.faults import Fault, Findings
from registry.provenance.known_fields import has_unknown_fields
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2

UNKNOWN_FIELD = Fault(
    reasons.ERROR_REASON_MALFORMED_MESSAGE,
    "payload",
    "陈述含有本登记系统不认识的字段: 其中说了什么, 无人能读, 也就不能登记。请用与本系统相符的程序填写。",
)
"""What is signed must be read whole: see ``registry.provenance.known_fields``."""


def check_on_receipt(found: Findings, statement: statement_pb2.Statement) -> tuple[Fault, ...]:
    """Notes what cannot be taken in. Answers what ``Submission.mentioned`` holds."""
    if has_unknown_fields(statement):
        found.faults.append(UNKNOWN_FIELD)
    check_read_as_written(found, statement)
    return check_kept_in_clear(found, statement)
