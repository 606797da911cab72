"""What the web faces are told: one ``web.toml``. Paths are relative to its directory.

    [registry]
    target = "127.0.0.1:8443"             # the registry's gRPC address

    [tls]                                 # left out: plain HTTP, on loopback only, behind a proxy with TLS
    certificate = "tls/web.pem"
    key = "tls/web.key"

    [gateway]                             # JSON for systems; left out: not served, as each face
    address = "127.0.0.1:8491"
    url = "https://credit.example:8491"   # by which it is reached: the only Host it answers to
    credentials = "clients/gateway"       # certificate of registry://<origin>/face/gateway

    [portal]
    address = "127.0.0.1:8492"
    url = "https://credit.example:8492"
    credentials = "clients/portal"        # certificate of registry://<origin>/public/portal
    policy = "verify.policy"              # by which papers are verified: `registry policy`

    [console]
    address = "127.0.0.1:8493"
    url = "https://console.credit.example:8493"
    credentials = "clients/console"       # certificate of registry://<origin>/face/console
    token_key = "keys/console-token.key"  # by which it says who signed in: `registry token trust`
    database = "console.db"               # accounts, sessions, uploads under way
    signer = "run/signer.sock"            # where the signing component listens
    policy = "verify.policy"

    [console.oidc]                        # left out: local accounts with a second factor
    issuer = "https://login.example"
    client_id = "credit-console"
    client_secret = "keys/oidc.secret"    # a file
    name = "政务统一身份认证"

    [signer]                              # the signing component, a process of its own
    socket = "run/signer.sock"
    keys = "signer"                       # officials' keys, each sealed under its PIN
    url = "https://console.credit.example:8493"   # origin in which a second factor is asked for

Every fault of the file is told at once, with its key.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*)):([0-9]{1,5})")
_LAST_PORT = 65_535
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WebConfigError(ValueError):
    """The configuration cannot be used; the message names every fault."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate chain and private key, PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class FaceConfig:
    """Where a face listens, how it is reached from outside, and as whom it calls the registry."""

    address: str
    url: str
    credentials: Path

    @property
    def host(self) -> str:
        """The Host header by which it is reached."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class PortalConfig(FaceConfig):
    """The portal, with the policy by which it verifies papers."""

    policy: Path


@dataclass(frozen=True, slots=True)
class Oidc:
    """An OpenID provider; ``client_secret`` is the file that holds it."""

    issuer: str
    client_id: str
    client_secret: Path
    name: str


@dataclass(frozen=True, slots=True)
class ConsoleConfig(FaceConfig):
    """The console."""

    token_key: Path
    database: Path
    signer: Path
    policy: Path
    oidc: Oidc | None = None


@dataclass(frozen=True, slots=True)
class SignerConfig:
    """The signing component."""

    socket: Path
    keys: Path
    url: str


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Which faces there are; None: not served here."""

    target: str
    tls: Tls | None = None
    gateway: FaceConfig | None = None
    portal: PortalConfig | None = None
    console: ConsoleConfig | None = None
    signer: SignerConfig | None = None


_FACE = ("address", "url", "credentials")
_SECTIONS: dict[str, tuple[str, ...]] = {
    "registry": ("target",),
    "tls": ("certificate", "key"),
    "gateway": _FACE,
    "portal": (*_FACE, "policy"),
    "console": (*_FACE, "token_key", "database", "signer", "policy"),
    "signer": ("socket", "keys", "url"),
}
_OIDC = ("issuer", "client_id", "client_secret", "name")
_PATHS = frozenset(
    {"certificate", "key", "credentials", "policy", "token_key", "database", "signer", "socket", "keys"}
)


def load_web_config(path: Path) -> WebConfig:
    """Reads a ``web.toml``. Raises WebConfigError."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WebConfigError(f"{path}: 不能读取: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise WebConfigError(f"{path}: 不是 TOML: {error}") from None
    faults = [f"多余的 [{name}]" for name in content.keys() - _SECTIONS.keys()]
    if "registry" not in content:
        faults.append("缺少 [registry]")
    for name, keys in _SECTIONS.items():
        if name in content:
            faults += _section_faults(name, content[name], keys)
    faults += _oidc_faults(content.get("console"))
    faults += [] if faults else _meaning_faults(content)
    if faults:
        raise WebConfigError(f"{path}: " + "; ".join(sorted(faults)))
    return _config(content, path.resolve().parent)


def _section_faults(name: str, given: Any, keys: tuple[str, ...]) -> list[str]:
    if not isinstance(given, dict):
        return [f"{name} 应为一节 [{name}]"]
    known = {*keys, *(("oidc",) if name == "console" else ())}
    faults = [f"[{name}] 多余的 {key}" for key in given.keys() - known]
    return faults + [
        f"[{name}] 缺少 {key}" for key in keys if not isinstance(given.get(key), str) or not given[key]
    ]


def _oidc_faults(console: Any) -> list[str]:
    given = console.get("oidc") if isinstance(console, dict) else None
    return [] if given is None else _section_faults("console.oidc", given, _OIDC)


def _meaning_faults(content: dict[str, Any]) -> list[str]:
    """What each value by itself does not show."""
    faults = []
    for name in ("gateway", "portal", "console"):
        face = content.get(name)
        if face is None:
            continue
        found = _ADDRESS.fullmatch(face["address"])
        if found is None or int(found[3]) > _LAST_PORT:
            faults.append(f"[{name}] address 应写作 主机:端口, 如 127.0.0.1:8491")
        elif "tls" not in content and (found[1] or found[2]) not in _LOOPBACK:
            faults.append(f"[{name}] address: 没有 [tls] 时只能监听本机")
        faults += _url_faults(name, face["url"])
    if "signer" in content:
        faults += _url_faults("signer", content["signer"]["url"])
    return faults


def _url_faults(name: str, url: str) -> list[str]:
    if _is_site(url):
        return []
    return [f"[{name}] url 应为 https://主机[:端口] (本机可为 http://)"]


def _is_site(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # Brackets without an address in them.
        return False
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    whole = parts.netloc and parts.path in ("", "/") and not parts.query and not parts.fragment
    return bool(whole) and (parts.scheme == "https" or plain)


def _config(content: dict[str, Any], home: Path) -> WebConfig:
    def placed(section: dict[str, Any]) -> dict[str, Any]:
        settings = {
            key: (home / value).resolve() if key in _PATHS else value for key, value in section.items()
        }
        return settings | ({"url": settings["url"].rstrip("/")} if "url" in settings else {})

    kinds = {"tls": Tls, "gateway": FaceConfig, "portal": PortalConfig, "signer": SignerConfig}
    made: dict[str, Any] = {
        name: kind(**placed(content[name])) for name, kind in kinds.items() if name in content
    }
    if "console" in content:
        console = dict(content["console"])
        oidc = console.pop("oidc", None)
        found = None
        if oidc is not None:
            secret = (home / oidc["client_secret"]).resolve()
            found = Oidc(**{**oidc, "client_secret": secret})
        made["console"] = ConsoleConfig(**placed(console), oidc=found)
    return WebConfig(target=content["registry"]["target"], **made)


def split_host(address: str) -> tuple[str, int]:
    """Host and port of an address that was checked."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise WebConfigError(f"监听地址 {address!r} 应写作 主机:端口")
    return found[1] or found[2], int(found[3])
