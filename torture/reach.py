"""Two ways to reach a registry: its engine in this process, and its server over mutual TLS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import grpc

from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.engine import Engine
from registry.errors import RegistryError
from registry.provenance.batch import sign_batch
from registry.store.interface import StoreError
from registry.store.writer import Promise
from registry.v1 import (
    envelope_pb2,
    intake_service_pb2,
    log_service_pb2,
    restriction_service_pb2,
    verdict_pb2,
)
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.spine import ORIGIN
from torture.load import Answer, UnansweredError
from torture.site import ASKER, OTHER, SUBMITTER, Site, submitter

ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Within:
    """The engine in this process."""

    engine: Engine

    def submit(self, department: str, envelopes: Sequence[envelope_pb2.Envelope]) -> list[Answer]:
        """See Registry."""
        return self._answers(lambda: self.engine.intake.submit(envelopes, submitter(department)))

    def _answers(self, put: Callable[[], list[Promise[Outcome | None]]]) -> list[Answer]:
        try:
            promises = put()
            outcomes = [promise.result(ANSWER_S) for promise in promises]
        except (StoreError, RegistryError) as error:
            raise UnansweredError(str(error)) from error
        answers = []
        for outcome in outcomes:
            if isinstance(outcome, Rejection):
                why = "; ".join(fault.message for fault in outcome.faults)
                answers.append(Answer(outcome.statement_id, -1, 0, why))
            elif outcome is not None:
                answers.append(Answer(outcome.statement_id, outcome.position, outcome.received_ms))
        return answers

    def verdict(self, request: restriction_service_pb2.CheckRequest) -> verdict_pb2.Verdict.ValueType:
        """See Registry."""
        ask = self.engine.ask
        try:
            matter = ask.settle(request, ASKER, ANSWER_S)
            found = ask.find(request.subject.type, request.subject.value)
            return ask.decide(found, matter.question, matter).verdict
        except (StoreError, RegistryError) as error:
            raise UnansweredError(str(error)) from error

    def checkpoint(self) -> str:
        """See Registry."""
        return self.engine.log.latest().note


@dataclass(frozen=True, slots=True)
class Batching(Within):
    """The same, where several statements of one department come under one signature. A batch that is sent
    again has the same name and the same bytes."""

    site: Site

    def submit(self, department: str, envelopes: Sequence[envelope_pb2.Envelope]) -> list[Answer]:
        """See Registry."""
        if len(envelopes) == 1:
            return super(Batching, self).submit(department, envelopes)
        payloads = [each.payload for each in envelopes]
        name = sha256(b"".join(payloads)).hexdigest()
        batch = sign_batch(
            payloads,
            origin=ORIGIN,
            department=submitter(department).name,
            batch_id=name[:32],
            nonce=bytes.fromhex(name[32:]),
            signer=self.site.signer(department),
        )
        return self._answers(lambda: self.engine.intake.submit_batch(batch, submitter(department)))


@dataclass(slots=True)
class Served:
    """A server on a port of the loopback; channels are opened when they are needed."""

    site: Site
    port: int
    deadline_s: float = ANSWER_S
    _channels: dict[str, grpc.Channel] = field(default_factory=dict)

    def submit(self, department: str, envelopes: Sequence[envelope_pb2.Envelope]) -> list[Answer]:
        """See Registry."""
        request = intake_service_pb2.SubmitRequest(envelopes=envelopes)
        response = self._call(IntakeServiceStub(self._channel(department)).Submit, request)
        return [
            Answer(each.statement_id, each.accepted.position, each.accepted.received_time.ToMilliseconds())
            if each.HasField("accepted")
            else Answer(each.statement_id, -1, 0, str(each.refused.faults))
            for each in response.results
        ]

    def verdict(self, request: restriction_service_pb2.CheckRequest) -> verdict_pb2.Verdict.ValueType:
        """See Registry."""
        verdict: verdict_pb2.Verdict.ValueType
        verdict = self._call(RestrictionServiceStub(self._channel("")).Check, request).verdict
        return verdict

    def checkpoint(self) -> str:
        """See Registry."""
        stub = LogServiceStub(self._channel(SUBMITTER))
        note: str = self._call(stub.GetCheckpoint, log_service_pb2.GetCheckpointRequest()).checkpoint
        return note

    def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels.values():
            with suppress(ValueError):
                channel.close()

    def open(self) -> None:
        """Opens every channel, so that no two clients do so at once."""
        for key in (SUBMITTER, OTHER, ""):
            self._channel(key)

    def _call(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=self.deadline_s)
        except grpc.RpcError as error:
            raise UnansweredError(f"{error.code().name}: {error.details()}") from error
        except ValueError as error:  # The channel was closed.
            raise UnansweredError(str(error)) from error

    def _channel(self, key: str) -> grpc.Channel:
        if key not in self._channels:
            folder = self.site.client(key)
            parts = [(folder / name).read_bytes() for name in ("ca.pem", "key.pem", "cert.pem")]
            credentials = grpc.ssl_channel_credentials(*parts)
            options = [("grpc.use_local_subchannel_pool", 1)]
            self._channels[key] = grpc.secure_channel(f"127.0.0.1:{self.port}", credentials, options)
        return self._channels[key]
