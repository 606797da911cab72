"""An act of supervision to the writer, through the service of the power that takes it."""

from __future__ import annotations

from collections.abc import Collection

from registry.commands.intake import Intake
from registry.servicer.gate import current_caller
from registry.servicer.results import result
from registry.store.writer import ANSWER_S
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2 import SubmitResult


def recorded(intake: Intake, envelope: Envelope, acts: Collection[str]) -> SubmitResult:
    """What becomes of an envelope that must hold one of these acts. Raises RegistryError."""
    return result(intake.submit_act(envelope, acts, current_caller.get()).result(ANSWER_S))
