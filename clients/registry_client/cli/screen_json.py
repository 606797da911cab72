"""The report on a tender as a program reads it: one object, with what changed where it is not the first.

Example: ``{"verdict": "BLOCKED", "parties": [{"subject": {…}, "verdict": "BLOCKED", "hits": […], …}], "bids":
[{"bid": "1", "verdict": "BLOCKED", "decided_by": [0]}], "lists": […], "answered": {…}}``.
"""

from __future__ import annotations

from typing import Any

from registry.v1.subject_pb2 import SubjectRole
from registry_client.cli import hit_text, identity_text, verdict_text
from registry_client.screen_results import PartyChange, PartyResult, ScreenReport, ScreenUpdate


def update_as_json(update: ScreenUpdate) -> dict[str, Any]:
    """A report, with its changes if it has any."""
    changes = {"changes": [_change_as_json(change) for change in update.changes]}
    return _report_as_json(update.report) | (changes if update.changes else {})


def _report_as_json(report: ScreenReport) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "verdict": report.verdict.name,
        "parties": [_party_as_json(party) for party in report.parties],
        "bids": [
            {"bid": bid.bid, "verdict": bid.verdict.name, "decided_by": list(bid.decided_by)}
            for bid in report.bids
        ],
        "lists": [hit_text.message(each) for each in report.lists],
        "unknown_lists": list(report.unknown_lists),
        "answered": verdict_text.answered_as_json(report.answered),
    }


def _party_as_json(party: PartyResult) -> dict[str, Any]:
    return {
        "subject": hit_text.message(party.subject),
        "role": hit_text.name(SubjectRole, party.role, "SUBJECT_ROLE_"),
        "bid": party.bid,
        "name": party.name,
        "name_differs": party.name_differs,
        "identity": identity_text.as_json(party.identity),
        "verdict": party.verdict.name,
        "indeterminate_reason": verdict_text.reason_name(party.indeterminate_reason),
        "indeterminate_detail": party.indeterminate_detail,
        "hits": [hit_text.as_json(hit) for hit in party.hits],
    }


def _change_as_json(change: PartyChange) -> dict[str, Any]:
    return {
        "party": change.party,
        "before": change.before.name,
        "after": change.after.name,
        "came": [hit_text.as_json(hit) for hit in change.came],
        "went": [hit_text.as_json(hit) for hit in change.went],
    }
