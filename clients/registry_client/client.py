"""One connection to a registry, and every call it answers.

    with Registry("registry.example:7443", Credentials.load("credentials")) as registry:
        print(registry.check(uscc("91350100M000100Y43"), Question(domain=DOMAIN_PROCUREMENT)).verdict)

* Every call has a deadline: ``timeout`` seconds, and at least ``SUBMIT_TIMEOUT_S`` for what is made durable
  before it is answered. It covers the repetitions that ``registry_client.channel`` and
  ``registry_client.coming_again`` describe.
* A call answers or raises: ``RegistryCallError`` with the registry's reasons, ``AnswerError`` if the answer
  contradicts the contract.
* A ``Registry`` may be used by several threads at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError

from registry.domain.identifiers import mask, normalise
from registry.v1 import directory_service_pb2 as directory
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import restriction_service_pb2 as restriction
from registry.v1.directory_service_pb2_grpc import DirectoryServiceStub
from registry.v1.envelope_pb2 import BatchMembership, Envelope, SignedBatch
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_UNSPECIFIED, EvidenceLevel
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import Identifier, IdentifierType, SubjectRole
from registry_client.audit import Audit
from registry_client.bans import Bans
from registry_client.batch import BatchResult
from registry_client.bearer import with_bearer
from registry_client.calls import STREAM_TIMEOUT_S, Calls
from registry_client.catalogue import Catalogue
from registry_client.channel import open_channel
from registry_client.coming_again import Patience
from registry_client.credentials import Credentials
from registry_client.errors import AnswerError, RegistryCallError
from registry_client.executions import Executions
from registry_client.incentives import Incentives
from registry_client.log import Log
from registry_client.notices import Notices
from registry_client.outcomes import SubmitOutcome, outcomes_of
from registry_client.published import Published
from registry_client.question import Question
from registry_client.receipts import Wanted
from registry_client.records import Records
from registry_client.remedies import Remedies
from registry_client.results import CheckResult
from registry_client.screening import Screening
from registry_client.snapshots import Snapshots
from registry_client.supervision import SupervisionDesk
from registry_client.watching import Watching

_PAGE = 1000
_RESTRICTIONS = "registry.v1.RestrictionService"

_Request = TypeVar("_Request")


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A statement of one's own as the registry holds it: the envelope byte for byte, and what it says."""

    envelope: Envelope
    statement: Statement
    position: int
    received_time: datetime
    batch: BatchMembership | None = None


class Registry:
    """A registry at ``target`` (``host:port``), called with credentials. A context manager."""

    def __init__(
        self, target: str, credentials: Credentials | grpc.ChannelCredentials, *, timeout: float = 5.0
    ) -> None:
        self._connect(open_channel(target, credentials), Calls(timeout, Patience()), borrowed=False)

    def behalf(self, token: str) -> Registry:
        """The same connection, calling for whom an access token names: for faces, which pass on at once that
        there is too much to do. Closing it does nothing."""
        other = object.__new__(Registry)
        other._connect(with_bearer(self._channel, token), Calls(self._calls.timeout), borrowed=True)
        return other

    def _connect(self, channel: grpc.Channel, calls: Calls, *, borrowed: bool) -> None:
        self._calls, self._channel, self._borrowed = calls, channel, borrowed
        self.catalogue = Catalogue(self._channel, self._calls)
        self.published = Published(self._channel, self._calls)
        self.audit = Audit(self._channel, self._calls)
        self.screening = Screening(self._channel, self._calls)
        self.records = Records(self._channel, self._calls)
        self.incentives = Incentives(self._channel, self._calls)
        self.executions = Executions(self._channel, self._calls)
        self.bans = Bans(self._channel, self._calls)
        self.remedies = Remedies(self._channel, self._calls)
        self.notices = Notices(self._channel, self._calls)
        self.supervision = SupervisionDesk(self._channel, self._calls)
        self.watching = Watching(self._channel, self._calls)
        self.snapshots = Snapshots(self._channel, self._calls)
        self._restrictions = RestrictionServiceStub(self._channel)
        self._intake = IntakeServiceStub(self._channel)
        self._directory = DirectoryServiceStub(self._channel)
        self.log = Log(self._channel, self._calls)

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls under way fail."""
        if not self._borrowed:
            self._channel.close()

    def call(self, service: Callable[[grpc.Channel], Any], method: str, request: Any) -> Any:
        """One call by the contract itself, such as one page of a listing:
        ``registry.call(BanServiceStub, "ListCases", request)``. Raises RegistryCallError."""
        return self._calls.unary(getattr(service(self._channel), method), request)

    # --- questions

    def check(
        self,
        subject: Identifier,
        question: Question,
        *,
        receipt: EvidenceLevel.ValueType = EVIDENCE_LEVEL_UNSPECIFIED,
    ) -> CheckResult:
        """May this subject take part, and why (not)? With a receipt where a level of evidence is named."""
        wanted = Wanted.of(receipt)
        request = restriction.CheckRequest(
            subject=subject,
            purpose=question.purpose(),
            matter=question.facts(),
            valid_time=question.instant(),
            consistency=question.consistency,
            receipt=wanted.request,
        )
        timeout = wanted.timeout(self._calls.timeout)
        response = self._calls.unary(self._restrictions.Check, request, timeout)
        filed = wanted.one(request, response, f"{_RESTRICTIONS}/Check")
        return replace(CheckResult.of(response), receipt=filed)

    def batch_check(
        self,
        identifier_type: IdentifierType.ValueType,
        identifiers: Sequence[str],
        question: Question,
        *,
        roles: Sequence[SubjectRole.ValueType] = (),
        receipt: EvidenceLevel.ValueType = EVIDENCE_LEVEL_UNSPECIFIED,
        each: bool = False,
    ) -> BatchResult:
        """The same question about up to 10,000 subjects of one type; ``roles`` has one for each, or none.

        Where a level of evidence is named, with one receipt for the whole, or one for ``each`` subject."""
        wanted = Wanted.of(receipt, each=each)
        request = restriction.BatchCheckRequest(
            identifier_type=identifier_type,
            identifiers=identifiers,
            purpose=question.purpose(),
            matter=question.facts(),
            roles=roles,
            valid_time=question.instant(),
            consistency=question.consistency,
            receipt=wanted.request,
        )
        timeout = wanted.timeout(self._calls.timeout)
        response = self._calls.unary(self._restrictions.BatchCheck, request, timeout)
        filed = wanted.many(request, response, f"{_RESTRICTIONS}/BatchCheck", response.verdicts)
        masked = [
            Identifier(type=identifier_type, value=mask(identifier_type, normalise(value)))
            for value in identifiers
        ]
        found = BatchResult.of(response, masked, list(roles) or [question.role] * len(identifiers))
        return replace(found, receipts=filed)

    # --- statements

    def submit(self, envelopes: Sequence[Envelope]) -> list[SubmitOutcome]:
        """Submits up to 1,024 envelopes; each is accepted, durably, or refused by itself. Safe to repeat."""
        request = intake.SubmitRequest(envelopes=envelopes)
        response = self._calls.unary(self._intake.Submit, request, self._calls.submit_timeout)
        return outcomes_of(response.results, asked=len(envelopes))

    def submit_batch(self, batch: SignedBatch) -> list[SubmitOutcome]:
        """Submits up to 1,024 statements under one signature; each is accepted, durably, or refused by
        itself. Safe to repeat."""
        request = intake.SubmitBatchRequest(batch=batch)
        response = self._calls.unary(self._intake.SubmitBatch, request, self._calls.submit_timeout)
        return outcomes_of(response.results, asked=len(batch.payloads))

    def submit_stream(
        self, batches: Iterable[Sequence[Envelope]], *, timeout: float = STREAM_TIMEOUT_S
    ) -> Iterator[list[SubmitOutcome]]:
        """Submits many batches over one stream; the outcomes of each come in order, while later ones are
        under way. Not repeated by itself, but safe to repeat: submit what was not answered again.
        """
        sizes: deque[int] = deque()

        def requests() -> Iterator[intake.SubmitStreamRequest]:
            for envelopes in batches:
                sizes.append(len(envelopes))
                yield intake.SubmitStreamRequest(envelopes=envelopes)

        call = self._intake.SubmitStream(requests(), timeout=timeout)
        try:
            for response in call:
                yield outcomes_of(response.results, asked=sizes.popleft() if sizes else 0)
        except grpc.RpcError as error:
            raise RegistryCallError.of(error) from error
        finally:
            call.cancel()
        if sizes:
            raise AnswerError(f"the registry closed the stream without an answer to {len(sizes)} batches")

    def get_statement(self, *, statement_id: str = "", position: int | None = None) -> StoredStatement:
        """One's own statement, by its id or its position, byte for byte as it was received."""
        request = intake.GetStatementRequest(statement_id=statement_id)
        if position is not None:
            request = intake.GetStatementRequest(position=position)
        response = self._calls.unary(self._intake.GetStatement, request)
        try:
            statement = Statement.FromString(response.envelope.payload)
        except DecodeError:
            raise AnswerError("the payload of the statement cannot be read") from None
        received = response.received_time.ToDatetime(UTC)
        batch = response.batch if response.HasField("batch") else None
        return StoredStatement(response.envelope, statement, response.position, received, batch)

    def refusals(self, after: int = 0) -> Iterator[intake.Refusal]:
        """What was refused from the calling department, oldest first, after the refusal with this number."""
        while True:
            request = intake.ListRefusalsRequest(after=after, page_size=_PAGE)
            page = self._calls.unary(self._intake.ListRefusals, request).refusals
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].number

    def statements(self, *, page_size: int = _PAGE) -> Iterator[intake.StatementSummary]:
        """One's own statements about subjects, newest first, as they stand when each page is read."""
        token = ""
        while True:
            page = self.statements_page(token, page_size=page_size)
            yield from page.statements
            if not page.next_page_token:
                return
            token = page.next_page_token

    def statements_page(self, token: str = "", *, page_size: int = 0) -> intake.ListStatementsResponse:
        """One page of them, for those who leaf themselves."""
        request = intake.ListStatementsRequest(page_size=page_size, page_token=token)
        return self._calls.unary(self._intake.ListStatements, request)

    # --- the directory: acts of the registrar, and lists

    def register_department(self, envelope: Envelope) -> SubmitOutcome:
        """Registers a department, or changes its mandate."""
        request = directory.RegisterDepartmentRequest(envelope=envelope)
        return self._act(self._directory.RegisterDepartment, request)

    def register_official(self, envelope: Envelope) -> SubmitOutcome:
        """Registers an official of a department."""
        request = directory.RegisterOfficialRequest(envelope=envelope)
        return self._act(self._directory.RegisterOfficial, request)

    def revoke_official(self, envelope: Envelope) -> SubmitOutcome:
        """Ends an official's powers."""
        request = directory.RevokeOfficialRequest(envelope=envelope)
        return self._act(self._directory.RevokeOfficial, request)

    def enrol_key(self, envelope: Envelope) -> SubmitOutcome:
        """Enrols a key; the envelope carries a second signature by the new key."""
        return self._act(self._directory.EnrolKey, directory.EnrolKeyRequest(envelope=envelope))

    def revoke_key(self, envelope: Envelope) -> SubmitOutcome:
        """Revokes a key."""
        return self._act(self._directory.RevokeKey, directory.RevokeKeyRequest(envelope=envelope))

    def departments(self) -> tuple[directory.DepartmentEntry, ...]:
        """Every registered department."""
        request = directory.ListDepartmentsRequest()
        return tuple(self._calls.unary(self._directory.ListDepartments, request).departments)

    def officials(self, department: str = "") -> tuple[directory.OfficialEntry, ...]:
        """The officials of a department, or of all."""
        request = directory.ListOfficialsRequest(department=department)
        return tuple(self._calls.unary(self._directory.ListOfficials, request).officials)

    def list_keys(self, department: str = "") -> tuple[directory.KeyEntry, ...]:
        """The keys of a department, or of all."""
        request = directory.ListKeysRequest(department=department)
        return tuple(self._calls.unary(self._directory.ListKeys, request).keys)

    # --- the log

    def checkpoint(self) -> str:
        """The latest signed checkpoint, as a note (C2SP tlog-checkpoint), as it came. Whoever relies on it
        has its signature verified: ``registry.log.trusting(key).checkpoint()``.
        """
        return self.log.latest_note()

    def _act(self, method: grpc.UnaryUnaryMultiCallable[_Request, Any], request: _Request) -> SubmitOutcome:
        return SubmitOutcome.of(self._calls.unary(method, request, self._calls.submit_timeout).result)
