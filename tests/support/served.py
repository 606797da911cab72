"""A spine served over mutual TLS on the loopback, and channels to it for any caller.

The server is the real one on a free port. Its certificates come from an authority of its own that is
valid by the wall clock, because TLS reads no other, whatever day the spine's clock shows.

    with serving(spine) as served:
        stub = RestrictionServiceStub(served.channel(served.system(PROCUREMENT_SYSTEM)))
        refusal = refused(lambda: stub.Check(request))
        assert (refusal.code, refusal.reason) == (PERMISSION_DENIED, "DOMAIN_DENIED")
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from demo.departments import OPERATOR
from registry.access.certificate_door import CertificateDoor
from registry.access.certificates import Credential, create_authority, issue
from registry.access.identity import Caller, CallerRole
from registry.process import writing_server
from registry.reading import build_reading_server, reading_gate, start_reading
from registry.server import build_server
from registry.v1 import error_reason_pb2, intake_service_pb2, statement_pb2, subject_pb2
from tests.support.events import ban, firm, person
from tests.support.spine import ORIGIN, Spine

DAY = timedelta(days=1)
DEADLINE_S = 20.0
OVERLOADED = "OVERLOADED"
_T = TypeVar("_T")
PROCESS_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority in a directory, whose certificates hold from yesterday for two days."""

    directory: Path

    @classmethod
    def new(cls, directory: Path) -> Authority:
        """Makes one; the directory must not exist."""
        create_authority(directory, name="Authority of a test", not_before=yesterday(), lifetime=3 * DAY)
        return cls(directory)

    def client(self, uri: str, *, not_before: datetime | None = None) -> Credential:
        """A caller's credential."""
        opening = not_before or yesterday()
        name = f"client-{token_hex(4)}"
        return issue(self.directory, name, uri, not_before=opening, lifetime=2 * DAY)

    def server(self) -> Credential:
        """A server's credential for the loopback, new each time."""
        return self.server_named(f"server-{token_hex(4)}")

    def server_named(self, name: str) -> Credential:
        """The same under a name, in ``<name>.pem`` and ``<name>.key``."""
        hosts = ["localhost", ip_address("127.0.0.1")]
        return issue(self.directory, name, hosts=hosts, not_before=yesterday(), lifetime=2 * DAY)


def yesterday() -> datetime:
    """A day before now, by the wall clock."""
    return datetime.now(UTC).replace(microsecond=0) - DAY


def connect(target: str, trusted: bytes, own: Credential | None = None) -> grpc.Channel:
    """A channel to a server that must be vouched for by ``trusted``, as the holder of ``own``."""
    key, certificate = (own.key, own.certificate) if own else (None, None)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(trusted, key, certificate), _OPTIONS)


_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),  # Each channel shows its own certificate on its own connection.
)


@dataclass(slots=True)
class Served:
    """A served spine. Channels are kept by caller and closed at the end."""

    spine: Spine
    authority: Authority
    target: str
    channels: dict[Caller, grpc.Channel] = field(default_factory=dict)
    server: grpc.Server | None = None
    """What answers, where it runs in this process."""

    @property
    def trusted(self) -> bytes:
        """The authority's certificate."""
        return (self.authority.directory / "authority.pem").read_bytes()

    def department(self, key: str) -> Caller:
        """A department by its short name."""
        return Caller(CallerRole.DEPARTMENT, self.spine.code(key), ORIGIN)

    def registrar(self) -> Caller:
        """The operator of the registry."""
        return Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)

    def system(self, role: CallerRole, name: str = "asker") -> Caller:
        """A system that asks, or an auditor."""
        return Caller(role, name, ORIGIN)

    def of_role(self, role: CallerRole) -> Caller:
        """Somebody in a role."""
        if role is CallerRole.REGISTRAR:
            return self.registrar()
        return self.department("财政") if role is CallerRole.DEPARTMENT else self.system(role)

    def channel(self, caller: Caller) -> grpc.Channel:
        """The channel of a caller."""
        if caller not in self.channels:
            self.channels[caller] = connect(self.target, self.trusted, self.authority.client(caller.uri))
        return self.channels[caller]

    def close(self) -> None:
        """Closes the channels."""
        for channel in self.channels.values():
            channel.close()


@contextmanager
def serving(
    spine: Spine,
    *,
    by_reader: bool = False,
    at_once: bool = False,
    certificates: CertificateDoor | None = None,
) -> Iterator[Served]:
    """Serves a spine on a free port until the block ends; the spine's engine is closed with it.
    ``by_reader``: through what a reading process consists of, beside the writer. ``at_once``: as
    ``[server] at_once``. ``certificates``: what tells whether a caller's certificate still holds."""
    authority = authority_of(spine)
    own = authority.server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    with ExitStack() as stack:
        stack.callback(spine.engine.close)
        if by_reader:
            reading = start_reading(spine.config, stack.enter_context(writing(spine)), spine.clock)
            stack.callback(reading.close)
            gate = reading_gate(reading, at_once=at_once, certificates=certificates)
            server, port = build_reading_server(reading, credentials, "127.0.0.1:0", gate)
        else:
            server, port = build_server(
                spine.engine, credentials, "127.0.0.1:0", at_once=at_once, certificates=certificates
            )
        server.start()
        stack.callback(lambda: server.stop(1).wait())
        served = Served(spine, authority, f"127.0.0.1:{port}", server=server)
        stack.callback(served.close)
        yield served


@contextmanager
def writing(spine: Spine) -> Iterator[Path]:
    """The writer of a spine, listening for reading processes alone; the directory in which it does."""
    with TemporaryDirectory(prefix="registry-") as directory:
        run = Path(directory)
        server, _ = writing_server(spine.engine, run)
        server.start()
        try:
            yield run
        finally:
            server.stop(1).wait()


def authority_of(spine: Spine) -> Authority:
    """The authority beside a spine's installation, made when it is first asked for."""
    directory = spine.directory.with_name(spine.directory.name + "-tls")
    return Authority(directory) if directory.exists() else Authority.new(directory)


@contextmanager
def serving_process(
    spine: Spine, within: Sequence[str] = ()
) -> Iterator[tuple[Served, subprocess.Popen[str]]]:
    """Serves a spine by ``registry serve`` in a process of its own; the spine's engine is closed first.
    ``within``: as ``started``."""
    spine.engine.close()
    authority = authority_of(spine)
    authority.server_named("server")
    config = spine.directory / "registry.toml"
    config.write_text(config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/'), "utf-8")
    with started(spine.directory, within) as (process, target):
        served = Served(spine, authority, target)
        try:
            yield served, process
        finally:
            served.close()


@contextmanager
def started(directory: Path, within: Sequence[str] = ()) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves an installation, ready to answer, and its address; stopped at the end.
    ``within``: words of a command that runs it (``exec``) under conditions of its own."""
    process = subprocess.Popen(
        [*within, sys.executable, "-m", "registry", "serve", "--directory", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        ready = re.search(r"在 (\S+) 提供服务", process.stdout.readline())
        assert ready, process.communicate(timeout=PROCESS_TIMEOUT_S)
        yield process, ready[1]
    finally:
        process.terminate()
        process.communicate(timeout=PROCESS_TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a call failed: its status and what google.rpc details it carries."""

    code: grpc.StatusCode
    message: str
    reason: str = ""
    fields: Sequence[str] = ()
    may_retry: bool = False


def refused(call: Callable[[], object]) -> Refusal:
    """The refusal with which a call ends."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return refusal_of(raised.value)


def patiently(call: Callable[[], _T]) -> _T:
    """What a call comes to; again where it is turned away for the load on a slow machine, as the SDK does."""
    until = time.monotonic() + DEADLINE_S
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if refusal_of(error).reason != OVERLOADED or time.monotonic() > until:
                raise
        time.sleep(0.1)


def refusal_of(error: Any) -> Refusal:
    """The refusal in an error of a call, or in a call that has ended with one."""
    status = rpc_status.from_call(error)
    if status is None:
        return Refusal(error.code(), error.details() or "")
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        assert any(detail.Unpack(kind) for kind in (info, bad, retry)), detail.type_url
    assert not info.reason or info.domain == "registry.v1"
    fields = tuple(violation.field for violation in bad.field_violations)
    return Refusal(error.code(), status.message, info.reason, fields, retry.HasField("retry_delay"))


def fault_names(result: intake_service_pb2.SubmitResult) -> list[str]:
    """Reasons for which a statement was refused, without their prefix; [] if it was accepted."""
    name = error_reason_pb2.ErrorReason.Name
    return [name(fault.reason).removeprefix("ERROR_REASON_") for fault in result.refused.faults]


def short_ban(number: int, until: str = "2028-03-01") -> statement_pb2.Event:
    """A ban of a firm from government procurement, decided by 财政; refused if it is until 2036."""
    return ban("财政", firm(number), "M-PRO-01", "2026-03-01", until)


def exit_ban(subject: subject_pb2.Subject) -> statement_pb2.Event:
    """A court keeps a person from leaving."""
    return ban("法院", subject, "M-EXI-01", "2026-04-01")


def code_of(number: int) -> str:
    """The code of a firm."""
    return firm(number).identifier.value


def number_of(number: int) -> str:
    """The identity number of a person."""
    return person(number).identifier.value
