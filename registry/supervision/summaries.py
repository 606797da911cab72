"""What a file keeps of an act beside who took it and when: days, an outcome, links. Never a text.

One row an act. ``on`` is the day it states, ``until`` the last day that it sets, ``result`` the number of its
enumeration (1 for yes), ``linked`` the file it comes from or leads to, ``decision`` the event that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.identifiers import is_personal, normalise
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import (
    INDICATOR_GROUPING_MATTER,
    INDICATOR_GROUPING_REGION,
    INDICATOR_GROUPING_SUBJECT,
)


@dataclass(frozen=True, slots=True)
class Row:
    """Fields of an act by what they are in its summary; empty: the act has none."""

    on: str = ""
    until: str = ""
    result: str = ""
    linked: str = ""
    decision: str = ""
    first_result: bool = False


_SUMMARIES: Mapping[str, Row] = {
    "matter": Row(on="effective_from", until="ended_on", result="kind"),
    "intermediary": Row(on="effective_from", until="qualified_until"),
    "rule": Row(on="drafted_on"),
    "rule_review": Row(on="on", result="lawful"),
    "rule_filing": Row(on="filed_on"),
    "rule_check": Row(on="on", until="rectify_by", result="deficient"),
    "roster": Row(on="as_of", result="kind"),
    "plan": Row(on="filed_on", result="year"),
    "draw_order": Row(on="on", until="inspect_by", result="wanted", linked="plan"),
    "draw_result": Row(result="drawn"),
    "inspection": Row(until="rectify_by", result="results", linked="source", first_result=True),
    "result_publication": Row(on="published_on"),
    "rectification": Row(on="checked_on", until="rectify_by", result="sufficient"),
    "referral": Row(on="on", result="kind", linked="source"),
    "receipt": Row(),
    "referral_acceptance": Row(on="on", result="accepted"),
    "referral_outcome": Row(on="on", result="result", linked="onward", decision="decision"),
    "referral_answer": Row(on="on"),
    "urging": Row(on="on", until="due_on"),
    "complaint": Row(on="received_on", result="kind"),
    "complaint_acceptance": Row(on="on", result="accepted"),
    "complaint_mediation": Row(on="on", result="stage"),
    "complaint_verification": Row(on="on", result="result", linked="referral", decision="decision"),
    "complaint_answer": Row(on="on"),
    "identity_opening": Row(on="on"),
    "custodian_key": Row(on="valid_from", until="valid_until", result="withdrawn"),
    "indicator": Row(on="effective_from", until="ended_on", result="kind"),
    "risk_alert": Row(on="until", until="answer_by", result="value", linked="indicator"),
    "alert_answer": Row(on="on", linked="inspection"),
    "association_note": Row(on="from", until="until", result="kind"),
    "accident": Row(on="occurred_on", result="area"),
}


def summarised(name: str, body: Any, act: FileAct) -> None:
    """Puts into an act of a file what the file keeps of it."""
    row = _SUMMARIES[name]
    act.on = getattr(body, row.on) if row.on else _DAYS.get(name, _no_day)(body)
    act.until = getattr(body, row.until) if row.until else ""
    act.filing_number = body.filing_number if name == "rule_filing" else ""
    if row.result:
        value = getattr(body, row.result)
        act.result = int((value[0] if value else 0) if row.first_result else value)
    if row.linked and body.HasField(row.linked):
        act.linked.CopyFrom(getattr(body, row.linked))
    if row.decision and body.HasField(row.decision):
        act.decision.CopyFrom(getattr(body, row.decision))
    if name == "complaint":
        act.named = body.HasField("reporter")
    if name == "plan":
        for item in body.items:
            act.plan_items.add(number=item.number, count=item.count, until=item.until)
    if name == "draw_order":
        act.plan_item = body.plan_item
    if name == "inspection":
        act.outside_findings = sum(finding.outside_remit for finding in body.findings)


def _no_day(_body: Any) -> str:
    return ""


_DAYS: Mapping[str, Callable[[Any], str]] = {
    "inspection": lambda body: str(body.ended_at)[
        :10
    ],  # An instant; the day in China is its first ten signs.
}
_ADDRESSEES: Mapping[str, str] = {
    "matter": "still_watched_by", "referral": "to", "indicator": "in_charge", "risk_alert": "in_charge",
}  # fmt: skip
_VARIANTS: Mapping[str, str] = {
    "matter": "kind", "roster": "kind", "inspection": "cause", "referral": "kind", "complaint": "kind",
    "indicator": "kind", "association_note": "kind", "accident": "area",
}  # fmt: skip


def opened_as(name: str, body: Any, file: SupervisionFile) -> None:
    """Puts into a file what the act that opens it, or states it again, says of the whole."""
    fields = body.DESCRIPTOR.fields_by_name
    if "subject" in fields and body.HasField("subject"):
        identifier = body.subject.identifier
        file.subject = "" if is_personal(identifier.type) else normalise(identifier.value)
    file.matter = body.matter if "matter" in fields else ""
    file.region = body.region if "region" in fields else ""
    file.addressee = getattr(body, _ADDRESSEES[name]) if name in _ADDRESSEES else ""
    del file.matters[:], file.matter_classes[:]
    file.matters.extend(body.matters if "matters" in fields else ())
    file.matter_classes.extend(_classes(body, fields))
    file.variant = getattr(body, _VARIANTS[name]) if name in _VARIANTS else 0
    if name == "risk_alert":
        _grouped(body, file)


def _grouped(alert: Any, file: SupervisionFile) -> None:
    """What an alert is about, where that is a region, an organisation or a matter of a department."""
    grouping = alert.grouping
    file.region = alert.group if grouping == INDICATOR_GROUPING_REGION else ""
    file.subject = alert.group if grouping == INDICATOR_GROUPING_SUBJECT else ""
    file.matter = alert.group.rpartition("/")[2] if grouping == INDICATOR_GROUPING_MATTER else ""


def _classes(body: Any, fields: Any) -> Iterable[str]:
    """The classes of matters that a rule governs; the one of a matter."""
    if "matter_classes" in fields:
        return tuple(body.matter_classes)
    return (body.matter_class,) if "matter_class" in fields and body.matter_class else ()
