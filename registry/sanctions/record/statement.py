"""What a statement says of a subject, as one event, whatever kind of statement it is (陈述内容).

Events, corrections, ban decisions and the results of objections that correct something hold one. A candidacy
for a red list and its grant are told as events of E-60, with the days of the notice or of the term as
content.

Example: the grant of R-01 from 2026-05-01 is an event with the field ``valid_from`` 2026-05-01.
"""

from __future__ import annotations

from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ledger import RecordedEvent
from registry.v1 import statement_pb2


def said_by(statement: statement_pb2.Statement, recorded: RecordedEvent) -> statement_pb2.Event:
    """What a statement says of the subject, as an event; candidacies and grants of red lists too."""
    match statement.WhichOneof("body"):
        case "correction":
            return statement.correction.replacement
        case "objection_result":
            return statement.objection_result.replacement
        case "ban_decision":
            return statement.ban_decision.event
        case "red_list_candidacy":
            told = statement.red_list_candidacy
            days = told.publicised_from, told.publicised_until
            event = _of_red_list(recorded, told.document, days, ("publicity_from", "publicity_to"))
            event.legal_basis.extend(told.legal_basis)
            event.subject.CopyFrom(told.subject)
            return event
        case "red_list_grant":
            grant = statement.red_list_grant
            days = getattr(grant, "from"), grant.until
            return _of_red_list(recorded, grant.document, days, ("valid_from", "valid_to"))
        case _:
            return statement.event


def _of_red_list(
    recorded: RecordedEvent, document: statement_pb2.Document, days: tuple[str, str], names: tuple[str, str]
) -> statement_pb2.Event:
    fields = [statement_pb2.Field(name=name, value=day) for name, day in zip(names, days, strict=True) if day]
    return statement_pb2.Event(
        category=RED_LIST,
        document=document,
        effective_from=days[0],
        effective_until=days[1],
        list_code=recorded.list_code,
        content=fields,
    )
