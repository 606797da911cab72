"""Messages of BanService and RemedyService: what an envelope states, and a preview as it travels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from google.protobuf.message import DecodeError

from registry.commands.ban_preview import Preview
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.sanctions.bans.preview import Shift, change_message
from registry.v1 import ban_service_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import RelatedSubject

IdentifierOf = Callable[[str], Identifier]
"""The identifier of a subject by its reference, as it may be shown."""


def stated(envelope: Envelope) -> Statement:
    """What an envelope says, to choose by; nothing where it cannot be read, which the writer will tell."""
    try:
        return Statement.FromString(envelope.payload)
    except DecodeError:
        return Statement()


def day_of(text: str) -> date | None:
    """The day asked about; None if none is stated. Raises RegistryError."""
    found = Findings()
    day = found.optional_day("on", text, "所问日期")
    if found.faults:
        raise RegistryError(found.faults)
    return day


def preview_message(preview: Preview, identifier_of: IdentifierOf) -> pb.PreviewResponse:
    """A preview as it travels; changes of the subject's own verdicts apart from those of others."""
    own = [shift for shift in preview.shifts if shift.party is None]
    return pb.PreviewResponse(
        faults=preview.faults,
        measures=preview.event.measures,
        changes=map(change_message, own),
        related=[
            _related(shift, RelatedSubject(identifier=identifier_of(party.ref), relation=party.relation))
            for shift in preview.shifts
            if (party := shift.party) is not None
        ],
        position=preview.position,
    )


def _related(shift: Shift, subject: RelatedSubject) -> pb.RelatedChange:
    return pb.RelatedChange(
        subject=subject, domain=shift.question.domain, before=shift.before, after=shift.after
    )
