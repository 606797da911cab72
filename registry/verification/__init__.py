"""Receipts (查询回执) checked offline, line by line: pure code over bytes, for client, auditor and court.

``check_receipt(content, policy)`` answers a ``Report``. Modules, in the order of the check:

    form         one file, strictly read: digest, no unknown fields, the one spelling
    terms        what the answer says of itself: origin, level asked and given, what falls short
    signatures   the registry's signature under the answer
    head         the checkpoint under the verifier's policy, and that it extends the log answered from
    statements   each leaf in the tree, each statement equal to its leaf
    keys         whose key signed: enrolled earlier, not revoked before, up to the genesis
    chains       what the log holds under a reference, complete by the map
    law          the verdict worked out again from the evidence, by the edition that the answer names
    instants     between which outside stamps a statement was recorded

Nothing here asks the registry, and nothing raises for a receipt that is wrong: what fails is a line that says
so.
"""

from registry.verification.receipt import check_receipt
from registry.verification.report import Line, Outcome, Report

__all__ = ["Line", "Outcome", "Report", "check_receipt"]
