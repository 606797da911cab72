"""Under what an answer was given (结论的依据): known position, valid time and edition, as a message."""

from __future__ import annotations

from registry.commands.state import RegistryState
from registry.v1 import restriction_service_pb2 as pb


def answered_at(state: RegistryState, position: int, valid_ms: int, edition: str, label: str) -> pb.Answered:
    """The message of an answer as known at a position, for an instant, by an edition (hash and label)."""
    message = pb.Answered(origin=state.origin, known_position=position, edition=edition, edition_label=label)
    message.valid_time.FromMilliseconds(valid_ms)
    message.known_time.FromMilliseconds(state.received_ms(position))
    return message
