"""Tenders to be screened: who takes part, in which bid, as what.

Example: ``tender(party(firm(1), bid="甲"), party(person(1), "LEGAL_REPRESENTATIVE", bid="甲"))``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.clock import instant_ms

PROCUREMENT, BIDDING = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING


def party(
    subject: Subject | subject_pb2.Identifier, role: str = "BIDDER", *, bid: str = "", name: str = ""
) -> pb.Party:
    """Who takes part; the role without its prefix."""
    identifier = subject.identifier if isinstance(subject, Subject) else subject
    value = subject_pb2.SubjectRole.Value(f"SUBJECT_ROLE_{role}")
    return pb.Party(subject=identifier, role=value, bid=bid, name=name)


def project(cut_off: date | None = None, **more: Any) -> pb.Project:
    """A project that law requires to be tendered, with all that is asked where persons take part."""
    fields: dict[str, Any] = {
        "number": "CZ-2026-DEMO-1",
        "domain": PROCUREMENT,
        "tender_kind": subject_pb2.TENDER_KIND_COMPULSORY,
        "reason": "资格审查",
    }
    made = pb.Project(**{**fields, **more})
    if cut_off is not None:
        made.cut_off.FromMilliseconds(instant_ms(cut_off))
    return made


def tender(*parties: pb.Party, named_lists: list[str] | None = None, **more: Any) -> pb.ScreenRequest:
    """A request to screen; ``more`` is of the project."""
    return pb.ScreenRequest(project=project(**more), parties=parties, named_lists=named_lists or [])
