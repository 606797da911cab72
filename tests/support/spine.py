"""A founded registry in a directory, with the eight departments enrolled, driven without a wire."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from demo.departments import DEPARTMENTS, OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.found import Operator
from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.config import CONFIG_NAME, STORE, Config, load_config
from registry.domain.periods import china_day
from registry.engine import Engine, start_engine
from registry.installation import Plan, create_installation
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.sanctions.verdict import Decision
from registry.v1 import envelope_pb2, restriction_service_pb2, subject_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.clock import SetClock, instant_ms

ORIGIN = "credit.example/test"
TODAY = date(2026, 11, 23)
BY_KEY = {department.key: department for department in DEPARTMENTS}
ROLE_OF_DOMAIN = {
    subject_pb2.DOMAIN_PROCUREMENT: CallerRole.PROCUREMENT_SYSTEM,
    subject_pb2.DOMAIN_BIDDING: CallerRole.BIDDING_SYSTEM,
    subject_pb2.DOMAIN_FINANCING: CallerRole.FINANCING_SYSTEM,
    subject_pb2.DOMAIN_BUSINESS: CallerRole.LICENSING_SYSTEM,
    subject_pb2.DOMAIN_EXIT_ENTRY: CallerRole.BORDER_SYSTEM,
}


@dataclass(slots=True)
class Spine:
    """One installation with its engine; statements are signed with each department's own key."""

    directory: Path
    config: Config
    clock: SetClock
    engine: Engine
    signers: dict[str, FileSigner] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def position(self) -> int:
        """The last statement of the log."""
        return self.engine.state.size - 1

    def code(self, key: str) -> str:
        """A department's code by its short name, the operator's for 信用办."""
        return OPERATOR.office.code if key == OPERATOR.key else BY_KEY[key].office.code

    def statement(self, key: str, statement_id: str = "", **body: Any) -> pb.Statement:
        """A statement of a department, not signed yet."""
        number = next(self.numbers)
        return pb.Statement(
            statement_id=statement_id or f"S-{number}",
            origin=ORIGIN,
            department=self.code(key),
            nonce=number.to_bytes(16, "big"),
            **body,
        )

    def seal(self, key: str, statement: pb.Statement, *more: FileSigner) -> envelope_pb2.Envelope:
        """The envelope a department signs."""
        return sign_envelope(statement.SerializeToString(), self.signers[key], *more)

    def put(self, key: str, *envelopes: envelope_pb2.Envelope) -> list[Outcome]:
        """Submits envelopes as a department and waits for the outcomes."""
        role = CallerRole.REGISTRAR if key == OPERATOR.key else CallerRole.DEPARTMENT
        caller = Caller(role, self.code(key), ORIGIN)
        outcomes = [future.result(30) for future in self.engine.intake.submit(envelopes, caller)]
        return [outcome for outcome in outcomes if outcome is not None]

    def say(self, key: str, statement_id: str = "", *, by: FileSigner | None = None, **body: Any) -> Outcome:
        """States something as a department, sealed by it or signed by one of its officials."""
        statement = self.statement(key, statement_id, **body)
        envelope = sign_envelope(statement.SerializeToString(), by or self.signers[key])
        return self.put(key, envelope)[0]

    def enrol(self, key: str, signer: FileSigner, **changes: Any) -> Outcome:
        """Enrols a key for a department, with proof of possession."""
        enrolment = enrolment_of(self.code(key), signer, **changes)
        statement = self.statement(OPERATOR.key, key_enrolment=enrolment)
        return self.put(OPERATOR.key, self.seal(OPERATOR.key, statement, signer))[0]

    def appoint(
        self, key: str, official_id: str, section: str, *roles: pb.OfficialRole.ValueType
    ) -> FileSigner:
        """Registers an official of a department with a key of his own; answers the key."""
        official = pb.OfficialRegistration(
            official_id=official_id,
            department=self.code(key),
            name=f"示例{official_id}",
            section=section,
            roles=roles,
        )
        signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
        registered = self.say(OPERATOR.key, official_registration=official)
        enrolled = self.enrol(key, signer, official_id=official_id)
        assert not any(isinstance(outcome, Rejection) for outcome in (registered, enrolled)), enrolled
        return signer

    def deliver(self, keys: Iterable[str] = tuple(BY_KEY), as_of: date | None = None) -> None:
        """Each department states that its lists are delivered, up to the clock's day unless another is
        named: only then does it say something that nothing is found on them."""
        day = as_of or china_day(self.clock())
        for key in keys:
            for code in BY_KEY[key].lists:
                if code.startswith("L-"):
                    delivered = self.say(key, delivery=pb.Delivery(list_code=code, as_of=day.isoformat()))
                    assert not isinstance(delivered, Rejection), delivered

    def ask(
        self,
        code: str,
        domain: subject_pb2.Domain.ValueType = subject_pb2.DOMAIN_PROCUREMENT,
        role: subject_pb2.SubjectRole.ValueType = subject_pb2.SUBJECT_ROLE_BIDDER,
        *,
        on: date = TODAY,
        at: int | None = None,
        kind: subject_pb2.IdentifierType.ValueType = subject_pb2.IDENTIFIER_TYPE_USCC,
        tender: subject_pb2.TenderKind.ValueType = subject_pb2.TENDER_KIND_COMPULSORY,
        **scope: str,
    ) -> Decision:
        """The verdict on a subject, as of a day and a position."""
        request = restriction_service_pb2.CheckRequest()
        request.purpose.domain = domain
        request.matter.role = role
        request.matter.tender_kind = tender
        request.matter.scope.CopyFrom(subject_pb2.Scope(**scope))
        request.valid_time.FromMilliseconds(instant_ms(on))
        if at is not None:
            request.consistency.at_exact_position = at
        ask = self.engine.ask
        matter = ask.settle(request, Caller(ROLE_OF_DOMAIN[domain], "asker", ORIGIN), 1.0)
        return ask.decide(ask.find(kind, code), matter.question, matter)

    def reopen(self) -> None:
        """Stops the engine and starts it again from what is on the disk."""
        self.engine.close()
        self.engine = start_engine(self.config, self.clock)


def enrolment_of(department: str, signer: FileSigner, **changes: Any) -> pb.KeyEnrolment:
    """A key enrolment valid around today."""
    fields: dict[str, Any] = {
        "department": department,
        "suite": signer.suite,
        "public_key": signer.public_key,
        "valid_from": "2020-01-01",
        "valid_until": "2035-12-31",
    }
    return pb.KeyEnrolment(**{**fields, **changes})


def found_spine(directory: Path, today: date = TODAY, *, store: str = STORE) -> Spine:
    """An installation whose only statement is the genesis."""
    clock = SetClock(today)
    operator = Operator(OPERATOR.office.code, OPERATOR.office.name, "130900")
    plan = Plan(ORIGIN, operator, "127.0.0.1:0", ["127.0.0.1", "localhost"], store=store)
    create_installation(directory, plan, clock=clock)
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n[map]\ninterval_s = 86400\n")  # A test counts positions: states come when asked for.
    config = load_config(directory)
    spine = Spine(directory, config, clock, start_engine(config, clock))
    spine.signers[OPERATOR.key] = FileSigner.load(directory / "keys" / "operator.key", None)
    return spine


def furnish(spine: Spine, keys: Iterable[str] = tuple(BY_KEY), *, delivered: bool = True) -> Spine:
    """Registers departments, each with a key of its own, whose lists are delivered up to today."""
    keys = tuple(keys)
    for key in keys:
        registered = spine.say(OPERATOR.key, department_registration=BY_KEY[key].registration())
        signer = spine.signers[key] = FileSigner.generate(envelope_pb2.SUITE_ED25519)
        enrolled = spine.enrol(key, signer)
        assert not any(isinstance(outcome, Rejection) for outcome in (registered, enrolled)), enrolled
    if delivered:
        spine.deliver(keys)
    return spine
