"""Which call takes a sealed step: the statement's body says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import grpc
from google.protobuf.message import DecodeError

from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome


class StepRequest(Protocol):
    """The request of a step: it holds the envelope and nothing else."""

    def __call__(self, *, envelope: Envelope) -> Any:
        """The request with this envelope."""


Step = tuple[str, StepRequest]
"""The method of a service that takes a step, and its request."""


def statement_in(envelope: Envelope) -> Statement:
    """The statement of an envelope that the caller has made. Raises ValueError if it holds none."""
    try:
        return Statement.FromString(envelope.payload)
    except DecodeError:
        raise ValueError("the envelope holds no statement") from None


def step_named(body: str, steps: Mapping[str, Step], what: str) -> Step:
    """The step of this body. Raises ValueError if it is none of ``what``."""
    if body not in steps:
        raise ValueError(f"{body or 'an empty statement'} is no step of {what}")
    return steps[body]


def take_step(calls: Calls, stub: Any, step: Step, envelope: Envelope) -> SubmitOutcome:
    """Takes a step. Raises RegistryCallError."""
    method, request = step
    call: grpc.UnaryUnaryMultiCallable[Any, Any] = getattr(stub, method)
    return SubmitOutcome.of(calls.unary(call, request(envelope=envelope), calls.submit_timeout).result)
