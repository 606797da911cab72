"""The catalogue of measures (目录): its editions, what changes between them, what a draft would do.

    catalogue = registry.catalogue
    for change in catalogue.diff(named("2026.2"), before=named("2026.1")):
        print(change.text)

What makes an edition law are three statements, each signed by another official: ``draft``, ``review``,
``adopt``. All of them are safe to repeat.

A simulation answers in parts that add up. If it is cut off, go on ``after`` the cursor of the last part that
came: the parts that follow are those that were missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import grpc

from registry.v1 import catalogue_service_pb2 as pb
from registry.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import EditionFile
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome

CHECK_TIMEOUT_S = 120.0
"""Hundreds of cases are run while the caller waits."""

_Request = TypeVar("_Request")


def named(edition: str) -> pb.EditionSource:
    """An edition of the registry by its hash or label."""
    return pb.EditionSource(edition=edition)


class Catalogue:
    """The catalogue of a registry. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = CatalogueServiceStub(channel)
        self._calls = calls

    def check(
        self, source: pb.EditionSource, *, cases: Sequence[EditionFile] = ()
    ) -> pb.CheckEditionResponse:
        """Reads an edition and runs cases on it; every fault with file and line. Nothing is recorded."""
        request = pb.CheckEditionRequest(source=source, cases=cases)
        timeout = max(self._calls.timeout, CHECK_TIMEOUT_S)
        return self._calls.unary(self._stub.CheckEdition, request, timeout)

    def diff(
        self, after: pb.EditionSource, *, before: pb.EditionSource | None = None
    ) -> tuple[pb.EditionChange, ...]:
        """What changes to an edition, from another or else from the one in force now."""
        request = pb.DiffRequest(to=after)
        if before is not None:
            getattr(request, "from").CopyFrom(before)
        return tuple(self._calls.unary(self._stub.Diff, request).changes)

    def simulate(
        self,
        source: pb.EditionSource,
        *,
        on: str = "",
        position: int | None = None,
        after: str = "",
        sample: int = 0,
    ) -> Iterator[pb.SimulateResponse]:
        """What an edition would do to everybody on record, in parts; nothing is changed.

        ``sample`` is how many subjects each part names for each domain and kind of change, at most 10,000."""
        request = pb.SimulateRequest(edition=source, on=on, after=after, sample=sample, position=position)
        return self._calls.stream(self._stub.Simulate, request, timeout=None)

    def draft(self, envelope: Envelope) -> SubmitOutcome:
        """Proposes an edition."""
        return self._act(self._stub.Draft, pb.DraftRequest(envelope=envelope))

    def review(self, envelope: Envelope) -> SubmitOutcome:
        """States the legal opinion on a draft."""
        return self._act(self._stub.Review, pb.ReviewRequest(envelope=envelope))

    def adopt(self, envelope: Envelope) -> SubmitOutcome:
        """Approves an edition that was reviewed as lawful and filed."""
        return self._act(self._stub.Adopt, pb.AdoptRequest(envelope=envelope))

    def get(self, edition: str = "") -> pb.GetEditionResponse:
        """An edition with its files, by its hash or label; the one in force now if none is named."""
        return self._calls.unary(self._stub.GetEdition, pb.GetEditionRequest(edition=edition))

    def editions(self) -> tuple[pb.EditionEntry, ...]:
        """Every edition drafted or adopted here, in the order of drafting."""
        return tuple(self._calls.unary(self._stub.ListEditions, pb.ListEditionsRequest()).editions)

    def _act(self, method: grpc.UnaryUnaryMultiCallable[_Request, Any], request: _Request) -> SubmitOutcome:
        return SubmitOutcome.of(self._calls.unary(method, request, self._calls.submit_timeout).result)
