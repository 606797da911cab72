"""A registry of its own for the demonstration: founded, served, furnished with eight departments.

Everything goes the way it goes in earnest: ``registry init`` and ``registry serve`` as processes, the
departments' certificates from the development authority, every statement over gRPC with mutual TLS.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from demo.departments import CITY, DEPARTMENTS, OPERATOR, Department
from registry.access.identity import Caller, CallerRole
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.installation import issue_client
from registry.provenance.keys import FileSigner
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.statement_pb2 import KeyEnrolment, OfficialRegistration
from registry_client import Credentials, Numbering, Registry, numbered_statement, seal
from registry_client.outcomes import SubmitOutcome
from registry_client.statements import Body
from registry_client.submission import Sender

ORIGIN = "credit.example/cangzhou"
FOUNDING_EDITION = "2026.1"
"""That of before 2026-04-01, so that the demonstration can show the switch."""
START_TIMEOUT_S = 30.0
KEY_LIFETIME = timedelta(days=730)
SYSTEMS = {
    subject_pb2.DOMAIN_PROCUREMENT: CallerRole.PROCUREMENT_SYSTEM,
    subject_pb2.DOMAIN_BIDDING: CallerRole.BIDDING_SYSTEM,
    subject_pb2.DOMAIN_BUSINESS: CallerRole.LICENSING_SYSTEM,
    subject_pb2.DOMAIN_FINANCING: CallerRole.FINANCING_SYSTEM,
    subject_pb2.DOMAIN_EXIT_ENTRY: CallerRole.BORDER_SYSTEM,
}


class TownError(Exception):
    """The registry's own command line failed; its line says why."""


@dataclass(slots=True)
class Town:
    """A served registry with a connection for the registrar, each department and each asking system."""

    directory: Path
    target: str
    operator: Sender
    registrar: Registry
    offices: dict[str, tuple[Registry, Sender]] = field(default_factory=dict)
    systems: dict[subject_pb2.Domain.ValueType, Registry] = field(default_factory=dict)

    def register(self, department: Department, office: Registry) -> None:
        """Registers a department and enrols its new key; the key proves that it is held."""
        signer = FileSigner.generate(SUITE_ED25519)
        today = china_day(now_ms())
        enrolment = KeyEnrolment(
            department=department.office.code,
            suite=signer.suite,
            public_key=signer.public_key,
            valid_from=today.isoformat(),
            valid_until=(today + KEY_LIFETIME).isoformat(),
        )
        self.act(department.registration())
        self.act(enrolment, signer)
        sender = Sender(ORIGIN, department.office.code, signer, Numbering.generate())
        self.offices[department.key] = (office, sender)

    def enrol(self, official: OfficialRegistration, signer: FileSigner) -> None:
        """Registers an official of the operator with a key of his own."""
        today = china_day(now_ms())
        self.act(official)
        self.act(
            KeyEnrolment(
                department=official.department,
                official_id=official.official_id,
                suite=signer.suite,
                public_key=signer.public_key,
                valid_from=today.isoformat(),
                valid_until=(today + KEY_LIFETIME).isoformat(),
            ),
            signer,
        )

    def state(self, department: str, body: Body) -> int:
        """States something as a department; answers its position."""
        registry, sender = self.offices[department]
        return statement_of(registry, sender, body)

    def act(self, body: Body, *more: FileSigner) -> None:
        """States something as the operator; ``more`` sign too."""
        statement_of(self.registrar, self.operator, body, *more)


def statement_of(registry: Registry, sender: Sender, body: Body, *more: FileSigner) -> int:
    """Signs and submits a statement; answers its position. Raises TownError if it is refused."""
    outcome = _submit(registry, sender, body, *more)
    if outcome.position is None:
        raise TownError("; ".join(fault.message for fault in outcome.faults))
    return outcome.position


def refused(registry: Registry, sender: Sender, body: Body) -> str:
    """Signs and submits a statement that should be refused; answers why it was, empty if it was not."""
    return "; ".join(fault.message for fault in _submit(registry, sender, body).faults)


def _submit(registry: Registry, sender: Sender, body: Body, *more: FileSigner) -> SubmitOutcome:
    statement = numbered_statement(
        sender.numbering, origin=sender.origin, department=sender.department, body=body
    )
    return registry.submit([seal(statement, sender.signer, *more)])[0]


@contextmanager
def founded_town(directory: Path, edition: str = FOUNDING_EDITION) -> Iterator[Town]:
    """Founds a registry in a new directory with an edition, serves it, and stops it at the end."""
    run_registry(
        "init", "--directory", str(directory), "--origin", ORIGIN, "--address", "127.0.0.1:0",
        "--operator-code", OPERATOR.office.code, "--operator-name", OPERATOR.office.name, "--region", CITY,
        "--edition", edition,
    )  # fmt: skip
    with ExitStack() as stack:
        target = stack.enter_context(served_at(directory))
        registrar = stack.enter_context(connect(directory, target, "registrar"))
        signer = FileSigner.load(directory / "keys" / "operator.key", None)
        operator = Sender(ORIGIN, OPERATOR.office.code, signer, Numbering.generate())
        town = Town(directory, target, operator, registrar)
        for department in DEPARTMENTS:
            caller = Caller(CallerRole.DEPARTMENT, department.office.code, ORIGIN)
            issue_client(directory, department.folder, caller, now_ms=now_ms())
            town.register(department, stack.enter_context(connect(directory, target, department.folder)))
        for domain, role in SYSTEMS.items():
            name = role.value.rpartition("/")[2]
            issue_client(directory, name, Caller(role, f"{name}-platform", ORIGIN), now_ms=now_ms())
            town.systems[domain] = stack.enter_context(connect(directory, target, name))
        yield town


def run_registry(*arguments: str) -> str:
    """Runs ``registry …`` and answers what it prints. Raises TownError with its line."""
    done = subprocess.run(
        [sys.executable, "-m", "registry", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise TownError(done.stderr.strip())
    return done.stdout.strip()


@contextmanager
def served_at(directory: Path) -> Iterator[str]:
    """Serves an installation in a process of its own; answers where."""
    log = (directory / "server.log").open("wb")
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(directory)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        port = re.search(r":(\d+) ", line)
        if port is None:
            raise TownError((directory / "server.log").read_text(encoding="utf-8").strip())
        yield f"127.0.0.1:{port[1]}"
    finally:
        server.terminate()
        server.wait(START_TIMEOUT_S)
        server.stdout.close()
        log.close()


def connect(directory: Path, target: str, name: str) -> Registry:
    """A connection to a served installation as one of its callers."""
    return Registry(target, Credentials.load(directory / "clients" / name), timeout=START_TIMEOUT_S)


def elapsed_since(start: float) -> str:
    """Seconds since a reading of ``time.monotonic``, for people."""
    return f"{time.monotonic() - start:.1f} 秒"
