"""Where the receipts of releases lie, and under which policy each is to be checked."""

from __future__ import annotations

from pathlib import Path

from registry.provenance.witness_policy import Policy

FOLDER = Path(__file__).parent


def policy_of(receipt: Path) -> Policy:
    """The policy of a receipt: its own, or that of its folder."""
    own = receipt.with_suffix(".policy")
    return Policy.parse((own if own.exists() else receipt.with_name("policy")).read_bytes())
