"""A registry whose clock the story moves: founded, served in this process over mutual TLS, asked as any is.

Everything but the clock is as in earnest. Certificates are those of today, because TLS reads no other clock.

    with staged(directory, date(2026, 3, 2)) as stage:
        stage.enter(MARKET)                      # a department with its certificate
        stage.appoint(MARKET, INSPECTOR)         # an official with a key of his own
        stage.go_to(date(2026, 3, 9))
        stage.act(INSPECTOR, matter=ApprovalMatter(…))
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc

from demo.departments import CITY, OPERATOR, Department
from registry.access.certificates import create_authority, issue
from registry.access.identity import Caller, CallerRole
from registry.commands.found import Operator
from registry.config import CONFIG_NAME, load_config
from registry.engine import Engine, now_ms, start_engine
from registry.installation import Plan, create_installation, issue_client
from registry.provenance.keys import FileSigner
from registry.server import build_server, start_upkeep
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.supervision_pb2 import Supervision
from registry_client import Credentials, Numbering, Registry, numbered_statement, seal
from registry_client.outcomes import SubmitOutcome
from registry_client.statements import Body

ORIGIN = "credit.example/cangzhou-supervision"
CHINA = timedelta(hours=8)
_VALIDITY = timedelta(days=2)
_CONFIG = """
[map]
interval_s = 86400
"""
"""Map states come when a draw asks for one, so that the story's positions are the same each time."""


class StageError(Exception):
    """The registry refused what the story does not expect to be refused; its line says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """An official: department, staff id, fictional name, section, roles."""

    department: Department
    official_id: str
    name: str
    section: str
    roles: tuple[pb.OfficialRole.ValueType, ...] = (pb.OFFICIAL_ROLE_SUBMITTER,)


class StoryClock:
    """Unix milliseconds of ten o'clock in China on the story's day."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._now_ms = 0
        self.go_to(day)

    def __call__(self) -> int:
        """The instant."""
        return self._now_ms

    def go_to(self, day: date, hour: int = 10) -> None:
        """A later hour."""
        at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - CHINA
        self._now_ms = max(self._now_ms, int(at.timestamp() * 1000))
        self.day = day


@dataclass(slots=True)
class Stage:
    """A served registry, connections to it, and who signs."""

    directory: Path
    target: str
    clock: StoryClock
    engine: Engine
    stack: ExitStack
    operator: FileSigner
    callers: dict[str, Registry] = field(default_factory=dict)
    keys: dict[tuple[str, str], FileSigner] = field(default_factory=dict)
    numberings: dict[str, Numbering] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The story's day."""
        return self.clock.day

    def go_to(self, day: date) -> None:
        """Moves the story on to a day."""
        self.clock.go_to(day)

    def registry(self, department: Department) -> Registry:
        """The connection of a department."""
        return self.callers[department.folder]

    def system(self, name: str, role: CallerRole) -> Registry:
        """The connection of a system that asks."""
        return self._connected(name, Caller(role, name, ORIGIN))

    def enter(self, department: Department) -> None:
        """Registers a department; it gets a certificate, its seal and a secret for ids."""
        code = department.office.code
        if department is not OPERATOR:
            self.direct(department.registration())
            self._connected(department.folder, Caller(CallerRole.DEPARTMENT, code, ORIGIN))
            self.seal_of(department)
        self.numberings[code] = Numbering.generate()

    def seal_of(self, department: Department) -> None:
        """Enrols the seal of a department."""
        self._enrol(department.office.code, "", FileSigner.generate(SUITE_ED25519))

    def appoint(self, *people: Person) -> None:
        """Registers officials, each with a key of his own, which lies in a file too."""
        for person in people:
            code = person.department.office.code
            self.direct(
                pb.OfficialRegistration(
                    official_id=person.official_id,
                    department=code,
                    name=person.name,
                    section=person.section,
                    roles=person.roles,
                )
            )
            signer = FileSigner.generate(SUITE_ED25519)
            self._enrol(code, person.official_id, signer)
            signer.save(self.key_file(person), None)

    def key_file(self, person: Person) -> Path:
        """Where the key of an official lies."""
        (self.directory / "officials").mkdir(exist_ok=True)
        return self.directory / "officials" / f"{person.official_id}.pem"

    def direct(self, body: Body, *more: FileSigner) -> None:
        """States something as the operator's registrar."""
        self._stated(self.callers["registrar"], OPERATOR, body, self.operator, *more)

    def state(self, department: Department, body: Body) -> SubmitOutcome:
        """States something under a department's seal."""
        signer = self.keys[department.office.code, ""]
        return self._stated(self.registry(department), department, body, signer)

    def act(self, person: Person, *others: Person, **act: Any) -> SubmitOutcome:
        """An act of supervision, signed by an official and, where it takes two, another. Raises
        StageError."""
        statement = self._statement(person.department, Supervision(**act))
        envelope = seal(statement, *map(self.key_of, (person, *others)))
        return accepted(self.registry(person.department).supervision.take(envelope))

    def act_as(self, person: Person, body: Body) -> SubmitOutcome:
        """Any other statement, signed by an official. Raises StageError."""
        return self._stated(self.registry(person.department), person.department, body, self.key_of(person))

    def key_of(self, person: Person) -> FileSigner:
        """The key of an official."""
        return self.keys[person.department.office.code, person.official_id]

    def _stated(
        self, registry: Registry, department: Department, body: Body, *signers: FileSigner
    ) -> SubmitOutcome:
        return accepted(registry.submit([seal(self._statement(department, body), *signers)])[0])

    def _statement(self, department: Department, body: Body) -> pb.Statement:
        code = department.office.code
        return numbered_statement(self.numberings[code], origin=ORIGIN, department=code, body=body)

    def _enrol(self, code: str, official_id: str, signer: FileSigner) -> None:
        enrolment = pb.KeyEnrolment(
            department=code,
            official_id=official_id,
            suite=signer.suite,
            public_key=signer.public_key,
            valid_from=self.day.isoformat(),
            valid_until=date(self.day.year + 2, 12, 31).isoformat(),
        )
        self.direct(enrolment, signer)
        self.keys[code, official_id] = signer

    def _connected(self, name: str, caller: Caller) -> Registry:
        if name not in self.callers:
            issue_client(self.directory, name, caller, now_ms=now_ms())
            credentials = Credentials.load(self.directory / "clients" / name)
            self.callers[name] = self.stack.enter_context(Registry(self.target, credentials, timeout=30.0))
        return self.callers[name]


def accepted(outcome: SubmitOutcome) -> SubmitOutcome:
    """An outcome that is no refusal. Raises StageError."""
    if outcome.position is None:
        raise StageError("; ".join(f"{fault.field}: {fault.message}" for fault in outcome.faults))
    return outcome


@contextmanager
def staged(directory: Path, day: date) -> Iterator[Stage]:
    """Founds a registry on a day and serves it until the block ends."""
    clock = StoryClock(day)
    engine = _founded(directory, clock)
    with ExitStack() as stack:
        stack.callback(engine.close)
        server, port = build_server(engine, _credentials(directory), "127.0.0.1:0")
        start_upkeep(engine)
        server.start()
        stack.callback(lambda: server.stop(2).wait())
        operator = FileSigner.load(directory / "keys" / "operator.key", None)
        stage = Stage(directory, f"localhost:{port}", clock, engine, stack, operator)
        registrar = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)
        stage.callers[OPERATOR.folder] = stage._connected("registrar", registrar)
        stage.enter(OPERATOR)
        yield stage


def _founded(directory: Path, clock: StoryClock) -> Engine:
    operator = Operator(OPERATOR.office.code, OPERATOR.office.name, CITY)
    create_installation(directory, Plan(ORIGIN, operator, "127.0.0.1:0", ["localhost"]), clock=clock)
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(_CONFIG)
    for name in ("tls", "clients"):
        shutil.rmtree(directory / name)
    opening = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    create_authority(directory / "tls", name="Authority of a story", not_before=opening, lifetime=_VALIDITY)
    hosts = ["localhost", ip_address("127.0.0.1")]
    issue(directory / "tls", "server", hosts=hosts, not_before=opening, lifetime=_VALIDITY)
    return start_engine(load_config(directory), clock)


def _credentials(directory: Path) -> grpc.ServerCredentials:
    tls = directory / "tls"
    key, certificate = (tls / "server.key").read_bytes(), (tls / "server.pem").read_bytes()
    return grpc.ssl_server_credentials([(key, certificate)], (tls / "authority.pem").read_bytes(), True)
