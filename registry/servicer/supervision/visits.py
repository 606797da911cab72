"""Inspections as everybody may know them, as messages."""

from __future__ import annotations

from registry.commands.ask import Ask
from registry.commands.supervision.inspections import PublishedInspections
from registry.servicer.disclosure_messages import public_text
from registry.v1 import inspection_service_pb2 as pb

__all__ = ["published_inspections"]


def published_inspections(
    ask: Ask, request: pb.ListPublishedInspectionsRequest
) -> pb.ListPublishedInspectionsResponse:
    """A page of published inspections, with nothing in it that has the form of a citizen's number."""
    found = PublishedInspections(ask).page(request)
    for each in found.inspections:
        each.subject_name = public_text(each.subject_name)
        each.matter_name = public_text(each.matter_name)
        each.published_at = public_text(each.published_at)
    return pb.ListPublishedInspectionsResponse(inspections=found.inspections, next_page_token=found.token)
