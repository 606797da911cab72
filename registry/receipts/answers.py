"""Question and answer as they are filed: the message ``Answer``, what the registry signs.

* The question is the request without its receipt request; identifiers of natural persons are masked in it, as
  in the response. Which request it was, the SHA-256 of the bytes that came over the wire says (X-Road): who
  asked has them, others learn nothing from it that they cannot guess.
* The response is serialised without receipts. With question, position and edition it can be worked out again.
* ``position`` and ``root``: the log as it was known, so that it cannot be told otherwise later.
* ``log_size``: how far the log was when this was signed, by which the receipt keys are told; left out where
  the answer is of the newest position, which says it as well.

The gate keeps the bytes of the request that a thread is serving; a method that is asked for a receipt in
another way, without a gate, has none to name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from google.protobuf.message import Message

from registry.commands.ask import Found, Matter
from registry.commands.screen import purpose_of
from registry.commands.state import RegistryState
from registry.domain.identifiers import mask, normalise
from registry.provenance.proof import root_at
from registry.receipts.evidence import Rest
from registry.sanctions.verdict import Decision
from registry.v1 import record_service_pb2, restriction_service_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_SIGNED, Answer, ReceiptRequest, Shortfall
from registry.v1.subject_pb2 import Identifier, IdentifierType

CHECK = "registry.v1.RestrictionService/Check"
BATCH_CHECK = "registry.v1.RestrictionService/BatchCheck"
SCREEN = "registry.v1.RestrictionService/Screen"
GET_RECORD = "registry.v1.RecordService/GetRecord"
GET_CERTIFICATE = "registry.v1.RecordService/GetCertificate"
KEPT_ROOTS = 1024

current_request: ContextVar[bytes] = ContextVar("current_request", default=b"")
"""The request that this thread is serving, as it came over the wire."""

Asked = (
    restriction_service_pb2.CheckRequest
    | restriction_service_pb2.BatchCheckRequest
    | restriction_service_pb2.ScreenRequest
    | record_service_pb2.GetRecordRequest
    | record_service_pb2.GetCertificateRequest
)
_Request = TypeVar("_Request", bound=Asked)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: which method was asked what, what it answered, and on which subjects that rests."""

    method: str
    question: Asked
    response: Message
    rests: tuple[Rest, ...]


class Answers:
    """Makes the answers of a registry; ``root`` of a position is worked out once."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state
        self._root = lru_cache(maxsize=KEPT_ROOTS)(self._root_at)

    def answer(
        self,
        told: Told,
        matter: Matter,
        wanted: ReceiptRequest,
        *,
        answered_ms: int,
        size: int,
        shortfalls: Sequence[Shortfall] = (),
    ) -> Answer:
        """The answer, to be signed at a size of the log; gives what was asked for unless something falls
        short."""
        return Answer(
            origin=self._state.origin,
            method=told.method,
            question=as_filed(told.question).SerializeToString(),
            request_sha256=sha256(current_request.get()).digest(),
            response=told.response.SerializeToString(),
            position=matter.position,
            root=self._root(matter.position),
            edition=matter.edition.hash,
            answered_ms=answered_ms,
            caller=matter.caller.uri,
            purpose_reference=matter.purpose.reference,
            nonce=wanted.nonce,
            asked=wanted.evidence,
            given=EVIDENCE_LEVEL_SIGNED if shortfalls else wanted.evidence,
            shortfalls=shortfalls,
            log_size=0 if size == matter.position + 1 else size,
        )

    def _root_at(self, position: int) -> bytes:
        return root_at(self._state.tree, position + 1)


def rest_of(found: Found, decision: Decision) -> Rest:
    """What a verdict on a subject rests on: the statements behind its hits, and the earlier decisions that
    these repeat (再次违法)."""
    shown = {hit.restriction.ground.position for hit in decision.hits}
    repeated = {hit.repeats for hit in decision.hits if hit.repeats is not None}
    return Rest(found, tuple(shown | repeated))


def as_filed(request: _Request) -> _Request:
    """A request without its receipt request, identifiers of natural persons masked."""
    filed = type(request)()
    filed.MergeFrom(request)  # type: ignore[arg-type]
    filed.ClearField("receipt")
    if isinstance(filed, restriction_service_pb2.BatchCheckRequest):
        _mask_all(filed)
    elif isinstance(filed, restriction_service_pb2.ScreenRequest):
        for party in filed.parties:
            _mask(party.subject)
    else:
        _mask(filed.subject)
    return filed


def checks_of_batch(request: restriction_service_pb2.BatchCheckRequest) -> Iterable[Any]:
    """The questions of a batch one by one, as Check would be asked them."""
    roles = request.roles or [request.matter.role] * len(request.identifiers)
    for value, role in zip(request.identifiers, roles, strict=True):
        check = restriction_service_pb2.CheckRequest(
            subject=Identifier(type=request.identifier_type, value=value), purpose=request.purpose
        )
        _settle(check, request, request.matter, role)
        if request.HasField("valid_time"):
            check.valid_time.CopyFrom(request.valid_time)
        yield check


def checks_of_screen(request: restriction_service_pb2.ScreenRequest) -> Iterable[Any]:
    """The questions of a tender one by one, as Check would be asked them."""
    project = request.project
    matter = restriction_service_pb2.Matter(scope=project.scope, tender_kind=project.tender_kind)
    for party in request.parties:
        check = restriction_service_pb2.CheckRequest(subject=party.subject, purpose=purpose_of(project))
        _settle(check, request, matter, party.role)
        if project.HasField("cut_off"):
            check.valid_time.CopyFrom(project.cut_off)
        yield check


def _settle(check: Any, request: Any, matter: restriction_service_pb2.Matter, role: int) -> None:
    check.matter.CopyFrom(matter)
    check.matter.role = role
    if request.HasField("consistency"):
        check.consistency.CopyFrom(request.consistency)


def _mask(identifier: Identifier) -> None:
    identifier.value = masked(identifier.type, identifier.value)


def _mask_all(request: restriction_service_pb2.BatchCheckRequest) -> None:
    kind = request.identifier_type
    request.identifiers[:] = [masked(kind, value) for value in request.identifiers]


def masked(kind: IdentifierType.ValueType, value: str) -> str:
    """An identifier as it may be filed: an organisation's as it was written."""
    code = normalise(value)
    shown = mask(kind, code)
    return value if shown == code else shown
