"""Whether a receipt is about what was asked (回执所答的问题): its question and whom its response names.

A registry files the question as it came, without its receipt request; identifiers of natural persons are
masked in it, so they are compared as they may be shown. A receipt for each subject files the question that
Check would have been asked about that one alone: with its role, and the purpose and matter of all.

Example: a batch about A and B, one receipt for each. Two receipts about B are none for the batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from registry.domain.identifiers import mask, normalise
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.subject_pb2 import Identifier, IdentifierType


def is_filed_as(question: bytes, request: Message) -> bool:
    """Whether a question that was filed is a request of the same method."""
    try:
        filed = type(request).FromString(question)
    except DecodeError:
        return False
    return bool(_comparable(filed) == _comparable(request))


def is_answered(response: Any, request: Any) -> bool:
    """Whether a response to a question about one subject, or about a tender, names whom the request does."""
    if isinstance(response, pb.CheckResponse):
        return is_same(response.subject, request.subject)
    if not isinstance(response, pb.ScreenResponse):
        return True
    told, asked = response.parties, request.parties
    return len(told) == len(asked) and all(
        is_same(each.party.subject, party.subject) and each.party.role == party.role
        for each, party in zip(told, asked, strict=True)
    )


def checks_of(request: Any) -> Iterator[pb.CheckRequest]:
    """The questions of a batch or a tender one by one, as Check would be asked them."""
    if isinstance(request, pb.ScreenRequest):
        yield from _of_tender(request)
        return
    roles = request.roles or [request.matter.role] * len(request.identifiers)
    for value, role in zip(request.identifiers, roles, strict=True):
        subject = Identifier(type=request.identifier_type, value=value)
        check = _check(request, subject, request.purpose, request.matter, role)
        if request.HasField("valid_time"):
            check.valid_time.CopyFrom(request.valid_time)
        yield check


def is_same(one: Identifier, other: Identifier) -> bool:
    """Whether two identifiers are shown alike."""
    return one.type == other.type and _shown(one.type, one.value) == _shown(other.type, other.value)


def _of_tender(request: pb.ScreenRequest) -> Iterator[pb.CheckRequest]:
    project = request.project
    purpose = pb.Purpose(domain=project.domain, reference=project.number, reason=project.reason)
    matter = pb.Matter(scope=project.scope, tender_kind=project.tender_kind)
    for party in request.parties:
        check = _check(request, party.subject, purpose, matter, party.role)
        if project.HasField("cut_off"):
            check.valid_time.CopyFrom(project.cut_off)
        yield check


def _check(
    request: Any, subject: Identifier, purpose: pb.Purpose, matter: pb.Matter, role: Any
) -> pb.CheckRequest:
    check = pb.CheckRequest(subject=subject, purpose=purpose, matter=matter, consistency=request.consistency)
    check.matter.role = role
    return check


def _comparable(request: Any) -> Any:
    """A request without its receipt request and without parts that are there and empty, identifiers as they
    may be shown."""
    filed = type(request)()
    filed.CopyFrom(request)
    filed.ClearField("receipt")
    if isinstance(filed, pb.BatchCheckRequest):
        kind = filed.identifier_type
        filed.identifiers[:] = [_shown(kind, value) for value in filed.identifiers]
    elif isinstance(filed, pb.ScreenRequest):
        for party in filed.parties:
            party.subject.value = _shown(party.subject.type, party.subject.value)
    else:
        filed.subject.value = _shown(filed.subject.type, filed.subject.value)
    _prune(filed)
    return filed


def _prune(message: Message) -> None:
    """Takes out parts that are there and say nothing: an absent one says as much, but for an instant."""
    for field, value in message.ListFields():
        if isinstance(value, Message):
            _prune(value)
            if not value.ListFields() and not isinstance(value, Timestamp):
                message.ClearField(field.name)


def _shown(kind: IdentifierType.ValueType, value: str) -> str:
    """An identifier as it may be shown, in normal form; of one that is masked, itself."""
    return mask(kind, normalise(value))
