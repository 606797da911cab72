"""A finance bureau at work: registry, signing component and console, each as it runs for real.

    with office(tmp_path) as bureau:
        with bureau.signed_in("lawyer") as client:          # an httpx client with a session's cookie
            page = client.get("/acts")

The registry is a served spine (``tests.support``), the console listens on loopback over plain HTTP as
``http://localhost:<port>``, so that authenticators can be asked. Accounts: ``lawyer``, ``handler`` …
(``ban_cases.ACTORS``), ``registrar``, ``auditor``. Every official's key is held by the signing component
under ``PIN``. ``bureau.offset`` moves the console's clock against the wall clock, in seconds.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import grpc
import httpx

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.provenance import keyfile
from registry.provenance.access_token import TokenKey
from registry.server import build_server, token_door
from registry.token_desk import Vouching, trust
from registry_client import Credentials, Registry
from registry_web.config import ConsoleConfig, Oidc, SignerConfig
from registry_web.console import passwords
from registry_web.console.accounts import Account, Accounts, Identity
from registry_web.console.app import PagesOf, console_app
from registry_web.console.database import open_database
from registry_web.console.journal import Journal
from registry_web.console.sessions import Sessions
from registry_web.kept_file import Database
from registry_web.serving import WebServer
from registry_web.signer.cli import serving_signer
from registry_web.signer.key_ring import KeyRing
from tests.support.ban_cases import ACTORS, KEY, BanOffice
from tests.support.served import Served, authority_of
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

PIN = "松柏-2026-常青"
ROLES = ("department", "registrar", "auditor")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(slots=True)
class Wire:
    """The server before a spine, which may be away for a while."""

    spine: Spine
    server: grpc.Server | None = None
    address: str = "127.0.0.1:0"

    def start(self) -> None:
        """Serves, at the same address each time, and takes tokens."""
        named = authority_of(self.spine).server()
        credentials = grpc.ssl_server_credentials([(named.key, named.certificate)], named.authority, True)
        door = token_door(self.spine.config)
        self.server, port = build_server(self.spine.engine, credentials, self.address, tokens=door)
        self.address = f"127.0.0.1:{port}"
        self.server.start()

    def stop(self) -> None:
        """Is away."""
        if self.server is not None:
            self.server.stop(0).wait()
            self.server = None


@dataclass(slots=True)
class Office:
    """The bureau. ``bans`` takes steps past the console, by the officials' keys."""

    directory: Path
    url: str
    served: Served
    wire: Wire
    bans: BanOffice
    ring: KeyRing
    database: Database
    signer: SignerConfig
    config: ConsoleConfig
    offset: dict[str, float] = field(default_factory=lambda: {"s": 0.0})

    @property
    def spine(self) -> Spine:
        """The registry behind."""
        return self.served.spine

    @property
    def accounts(self) -> Accounts:
        """The console's accounts."""
        return Accounts(self.database, self.now)

    def now(self) -> float:
        """The console's clock."""
        return time.time() + self.offset["s"]

    def account(self, login: str) -> Account:
        """An account by its name."""
        return self.accounts.named(login)

    def session(self, login: str) -> str:
        """A new session of an account: the value of its cookie."""
        return Sessions(self.database, self.now).begin(self.account(login), "127.0.0.1", "test")

    @contextmanager
    def client(self, **cookies: str) -> Iterator[httpx.Client]:
        """A client of the console; follows no redirect by itself."""
        with httpx.Client(base_url=self.url, cookies=cookies, trust_env=False, timeout=60) as client:
            yield client

    @contextmanager
    def signed_in(self, login: str) -> Iterator[httpx.Client]:
        """A client with a session of an account."""
        with self.client(session=self.session(login)) as client:
            yield client

    def journal(self, kind: str = "") -> list[dict[str, Any]]:
        """What the console has noted, of one kind or all, the newest first."""
        found = map(dict, Journal(self.database, self.now).latest(1000))
        return [each for each in found if not kind or each["kind"] == kind]


@contextmanager
def office(
    directory: Path, *, oidc: Oidc | None = None, https: bool = False, pages_of: PagesOf | None = None
) -> Iterator[Office]:
    """The bureau at work while the block runs. ``https``: the console believes to be behind a proxy with
    TLS at the same address. ``pages_of`` takes the place of the console's pages."""
    with ExitStack() as stack:
        # Keys are sealed and passwords kept as they are for real, only with less work for each.
        stack.enter_context(patch.object(keyfile, "KDF_ROUNDS", 2_000))
        stack.enter_context(patch.object(passwords, "_LOG_N", 10))
        spine = furnish(found_spine(directory / "registry"), [KEY])
        served, wire = stack.enter_context(serving_faces(spine))
        bans = BanOffice.of(served)
        port = free_port()
        url = f"{'https' if https else 'http'}://localhost:{port}"
        config = ConsoleConfig(
            address=f"127.0.0.1:{port}",
            url=url,
            credentials=hand_over(served, Caller(CallerRole.FACE, "console", ORIGIN), directory / "face"),
            token_key=token_key(spine, directory / "console-token.key"),
            database=directory / "console.db",
            signer=directory / "run" / "signer.sock",
            policy=directory / "verify.policy",
            oidc=oidc,
        )
        signer = SignerConfig(config.signer, directory / "signer", url)
        ring = stack.enter_context(serving_signer(signer))
        database = open_database(config.database)
        stack.callback(database.close)
        made = Office(
            directory, f"http://localhost:{port}", served, wire, bans, ring, database, signer, config
        )
        _people(made)
        own_credentials = Credentials.load(config.credentials)
        registry = stack.enter_context(Registry(served.target, own_credentials, timeout=10))
        server = WebServer(console_app(config, registry, made.now, pages_of), config.address)
        stack.callback(server.stop)
        yield made


@contextmanager
def serving_faces(spine: Spine) -> Iterator[tuple[Served, Wire]]:
    """Serves a spine as ``tests.support.served`` does, and takes tokens."""
    wire = Wire(spine)
    wire.start()
    served = Served(spine, authority_of(spine), wire.address)
    try:
        yield served, wire
    finally:
        served.close()
        wire.stop()
        spine.engine.close()


def _people(made: Office) -> None:
    """Accounts and keys of everybody."""
    code = made.spine.code(KEY)
    for login, (official_id, _, _) in ACTORS.items():
        made.accounts.add(login, f"示例{official_id}", Identity("department", code, official_id))
        made.ring.add(made.bans.signers[login], code, official_id, PIN)
    operator = OPERATOR.office.code
    made.accounts.add("registrar", "示例登记员", Identity("registrar", operator, "R-01"))
    made.ring.add(made.spine.signers[OPERATOR.key], operator, "R-01", PIN)
    made.accounts.add("auditor", "示例审计员", Identity("auditor", auditor="city"))


def token_key(spine: Spine, path: Path) -> Path:
    """The console's key for tokens, trusted by the registry."""
    key = TokenKey.new()
    path.write_bytes(key.private)
    tokens = spine.config.tokens
    assert tokens is not None
    trust(tokens.issuers, tokens.revoked, key.public, Vouching("console", ROLES, ("console",), 300))
    return path


def hand_over(served: Served, caller: Caller, directory: Path) -> Path:
    """A caller's certificate as it is handed over."""
    credential = authority_of(served.spine).client(caller.uri)
    directory.mkdir()
    for name, content in (
        ("ca.pem", served.trusted),
        ("cert.pem", credential.certificate),
        ("key.pem", credential.key),
    ):
        (directory / name).write_bytes(content)
    return directory


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def csrf_of(page: httpx.Response) -> str:
    """The token in a page's form."""
    found = _CSRF.search(page.text)
    assert found, page.text
    return found[1]


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


def own(url: str) -> dict[str, str]:
    """What a browser says of a form that is the console's own."""
    return {"origin": url, "sec-fetch-site": "same-origin"}
