"""Inspections (监管日志): what is published of them; one official's signature handed to the other.

    for each in registry.supervision.inspections.published(department="11130900DEM000014D"):
        print(each.on, each.subject_name, each.published_at)

An inspection bears the signatures of both inspectors over the same bytes. Where their keys lie apart, the
first seals it alone and hands it over as a file; the second reads all of it, sees that the first signature
holds, and adds his own::

    path.write_text(half_sealed_text(seal(statement, first)))
    half = read_half_sealed(path.read_text())       # ValueError for anything else
    first_signer(half, registry.list_keys(department))
    registry.supervision.take(sealed_second(half, second))

The file is the envelope as JSON (protobuf's mapping). It holds the record of the inspection, and is to be
kept like it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import grpc
from google.protobuf.json_format import MessageToJson, Parse, ParseError

from registry.domain.files import takes_two
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import SignatureError, Signer, load_verifying_key
from registry.v1 import inspection_service_pb2 as pb
from registry.v1.directory_service_pb2 import KeyEntry
from registry.v1.envelope_pb2 import Envelope, Signature
from registry.v1.inspection_service_pb2_grpc import InspectionServiceStub
from registry.v1.statement_pb2 import Statement
from registry_client.calls import Calls
from registry_client.steps import statement_in

PAGE = 200


class InspectionDesk:
    """Published inspections. One is had from ``Registry.supervision``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._calls = calls
        self._stub = InspectionServiceStub(channel)

    def page(self, request: pb.ListPublishedInspectionsRequest) -> pb.ListPublishedInspectionsResponse:
        """One page of published inspections, the one recorded last first."""
        return self._calls.unary(self._stub.ListPublishedInspections, request)

    def published(
        self, *, department: str = "", matter: str = "", subject: str = ""
    ) -> Iterator[pb.PublishedInspection]:
        """Every published inspection, the one recorded last first."""
        request = pb.ListPublishedInspectionsRequest(
            department=department, matter=matter, subject=subject, page_size=PAGE
        )
        while True:
            page = self.page(request)
            yield from page.inspections
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def half_sealed_text(envelope: Envelope) -> str:
    """An envelope with one signature, to be handed to whoever signs second. ValueError for another."""
    _require_half(envelope)
    return MessageToJson(envelope, preserving_proto_field_name=True) + "\n"


def read_half_sealed(text: str) -> Envelope:
    """The envelope that was handed over. ValueError if it is none with one signature."""
    try:
        envelope: Envelope = Parse(text, Envelope())
    except ParseError:
        raise ValueError("not an envelope") from None
    _require_half(envelope)
    return envelope


def first_signer(half: Envelope, keys: Iterable[KeyEntry]) -> KeyEntry:
    """The key of the department by which an envelope is signed first. ValueError if it is none, is revoked,
    or its signature does not hold."""
    first = half.signatures[0]
    entry = next((each for each in keys if each.keyid == first.keyid), None)
    if entry is None or entry.HasField("revoked_position"):
        raise ValueError("the first key is not enrolled")
    verifier = load_verifying_key(entry.enrolment.suite, entry.enrolment.public_key)
    try:
        verifier.verify(pae(half.payload_type, half.payload), first.sig)
    except SignatureError:
        raise ValueError("the first signature does not hold") from None
    return entry


def sealed_second(half: Envelope, signer: Signer) -> Envelope:
    """The envelope with both signatures, in order. ValueError where both would be of one key."""
    _require_half(half)
    if signer.keyid == half.signatures[0].keyid:
        raise ValueError("one key signs once")
    made = Envelope()
    made.CopyFrom(half)
    signature = signer.sign(pae(half.payload_type, half.payload))
    made.signatures.append(Signature(sig=signature, keyid=signer.keyid))
    return made


def stated_in(half: Envelope) -> Statement:
    """The statement of an envelope that was handed over."""
    return statement_in(half)


def _require_half(envelope: Envelope) -> None:
    if envelope.payload_type != PAYLOAD_TYPE or not takes_two(statement_in(envelope)):
        raise ValueError("not a statement that takes two")
    if len(envelope.signatures) != 1:
        raise ValueError(f"{len(envelope.signatures)} signatures instead of one")
