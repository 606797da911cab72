"""The faces beside a served town: certificates, tokens, accounts, signing component, provider.

    with faces(town, hands, Ports(8491, 8492, 8493, 8494)) as served:
        print(served.portal, served.console)

Everything is set up as an operator would: the faces have certificates of their own, the registry trusts the
console's key for tokens, the signing component holds the officials' keys under a PIN. Signing in goes to an
OpenID provider for development, which asks for a name and no secret; WebAuthn works as well for who wants it.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from demo.departments import OPERATOR
from demo.town import ORIGIN, Town, run_registry
from demo.web.filling import Hand
from registry.access.certificates import issue
from registry.access.identity import Caller, CallerRole
from registry.config import load_config
from registry.engine import now_ms
from registry.installation import issue_client
from registry.provenance.access_token import TokenKey
from registry.token_desk import Vouching, trust
from registry_web.__main__ import serving
from registry_web.config import WebConfig, load_web_config
from registry_web.console.accounts import Accounts, Identity
from registry_web.console.database import open_database
from registry_web.console.official import Role
from registry_web.signer.cli import serving_signer

PIN = "松柏-2026-常青"
"""Of every official's key here. A PIN for development alone."""
CLIENT_SECRET = "development"
_FACES = (("gateway", CallerRole.FACE), ("portal", CallerRole.PUBLIC), ("console", CallerRole.FACE))
_VOUCHED = ("department", "registrar", "auditor")
_CONFIG = """\
[registry]
target = "{target}"

[tls]
certificate = "registry/tls/web.pem"
key = "registry/tls/web.key"

[gateway]
address = "127.0.0.1:{ports.gateway}"
url = "https://localhost:{ports.gateway}"
credentials = "registry/clients/gateway"

[portal]
address = "127.0.0.1:{ports.portal}"
url = "https://localhost:{ports.portal}"
credentials = "registry/clients/portal"
policy = "verify.policy"

[console]
address = "127.0.0.1:{ports.console}"
url = "https://localhost:{ports.console}"
credentials = "registry/clients/console"
token_key = "console-token.key"
database = "console.db"
signer = "run/signer.sock"
policy = "verify.policy"

[console.oidc]
issuer = "http://localhost:{ports.provider}"
client_id = "console"
client_secret = "oidc.secret"
name = "开发用身份认证"

[signer]
socket = "run/signer.sock"
keys = "signer"
url = "https://localhost:{ports.console}"
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each listens, on this machine."""

    gateway: int
    portal: int
    console: int
    provider: int


@dataclass(frozen=True, slots=True)
class Login:
    """An account for development: by which name it signs in, and whose it is."""

    login: str
    name: str
    section: str


@dataclass(frozen=True, slots=True)
class Faces:
    """The served faces, and who may sign in."""

    gateway: str
    portal: str
    console: str
    logins: tuple[Login, ...]


@contextmanager
def faces(town: Town, hands: Sequence[Hand], ports: Ports) -> Iterator[Faces]:
    """Serves the faces while the block runs. ``town.directory`` is named registry."""
    home = town.directory.parent
    config = _set_up(town, home, ports)
    assert config.signer is not None
    assert config.gateway is not None
    assert config.portal is not None
    assert config.console is not None
    with ExitStack() as stack:
        stack.enter_context(_provider(ports.provider))
        ring = stack.enter_context(serving_signer(config.signer))
        for hand in hands:
            ring.add(hand.signer, hand.department, hand.person.official_id, PIN)
        logins = _accounts(config, hands, f"http://localhost:{ports.provider}")
        stack.enter_context(serving(config))
        yield Faces(config.gateway.url, config.portal.url, config.console.url, logins)


def _set_up(town: Town, home: Path, ports: Ports) -> WebConfig:
    """Certificates, the policy, the console's key, web.toml."""
    for name, role in _FACES:
        issue_client(town.directory, name, Caller(role, name, ORIGIN), now_ms=now_ms())
    opening = datetime.now(UTC) - timedelta(hours=1)
    hosts = ["localhost", ip_address("127.0.0.1")]
    issue(town.directory / "tls", "web", hosts=hosts, not_before=opening, lifetime=timedelta(days=30))
    (home / "verify.policy").write_text(
        run_registry("policy", "--directory", str(town.directory)) + "\n", "utf-8"
    )
    key = TokenKey.new()
    (home / "console-token.key").write_bytes(key.private)
    tokens = load_config(town.directory).tokens
    assert tokens is not None
    trust(tokens.issuers, tokens.revoked, key.public, Vouching("console", _VOUCHED, ("console",), 600))
    (home / "oidc.secret").write_text(CLIENT_SECRET, "utf-8")
    path = home / "web.toml"
    path.write_text(_CONFIG.format(target=town.target, ports=ports), "utf-8")
    for private in (home / "console-token.key", home / "oidc.secret"):
        private.chmod(0o600)
    return load_web_config(path)


def _accounts(config: WebConfig, hands: Sequence[Hand], issuer: str) -> tuple[Login, ...]:
    """An account for everybody who signs, and an auditor's."""
    assert config.console is not None
    database = open_database(config.console.database)
    accounts = Accounts(database, time.time)
    logins = []
    for hand in hands:
        login = hand.person.official_id.lower()
        role: Role = "registrar" if hand.department == OPERATOR.office.code else "department"
        accounts.add(login, hand.person.name, Identity(role, hand.department, hand.person.official_id))
        accounts.map_subject(login, issuer, login)
        logins.append(Login(login, hand.person.name, hand.person.section))
    accounts.add("auditor", "示例审计员", Identity("auditor", auditor="city"))
    accounts.map_subject("auditor", issuer, "auditor")
    database.close()
    return (*logins, Login("auditor", "示例审计员", "审计"))


@contextmanager
def _provider(port: int) -> Iterator[None]:
    with warnings.catch_warnings(record=True):  # It is made with modules that their makers have put aside.
        import oidc_provider_mock  # type: ignore[import-untyped]
    with oidc_provider_mock.run_server_in_thread(port):
        yield
