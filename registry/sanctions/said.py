"""What a statement states as credit information, whichever kind of statement it is (信用事件的所在).

An event, the replacement in a correction or in the result of an objection, and the decision in a ban case.
Nothing else states any."""

from __future__ import annotations

from registry.v1 import statement_pb2 as pb


def stated_event(statement: pb.Statement) -> pb.Event | None:
    """The event that a statement states; None if it states none."""
    match statement.WhichOneof("body"):
        case "event":
            return statement.event
        case "correction":
            return statement.correction.replacement
        case "ban_decision":
            return statement.ban_decision.event
        case "objection_result" if statement.objection_result.HasField("replacement"):
            return statement.objection_result.replacement
        case _:
            return None
