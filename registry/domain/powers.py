"""Which acts of supervision belong to which power: each has a service that takes its acts and no others.

``receipt`` is taken by two: whoever reads a referral and whoever reads an alert signs for it.

Example: ``rule_filing`` is of MATTERS, and so for MatterService.
"""

from __future__ import annotations

MATTERS = frozenset({"matter", "intermediary", "rule", "rule_review", "rule_filing", "rule_check"})
INSPECTIONS = frozenset(
    {"roster", "plan", "draw_order", "draw_result", "inspection", "result_publication", "rectification"}
)
REFERRALS = frozenset(
    {"referral", "receipt", "referral_acceptance", "referral_outcome", "referral_answer", "urging"}
)
COMPLAINTS = frozenset(
    {
        "complaint", "complaint_acceptance", "complaint_mediation", "complaint_verification",
        "complaint_answer", "identity_opening", "custodian_key",
    }
)  # fmt: skip
MONITORING = frozenset({"indicator", "alert_answer", "association_note", "receipt"})
ACCOUNTABILITY = frozenset({"accident"})
