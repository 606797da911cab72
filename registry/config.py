"""Where an installation keeps its things: one directory, one ``registry.toml``.

    [registry]
    origin = "credit.example/cangzhou"
    address = "127.0.0.1:8443"

    [paths]
    store = "registry.db"
    ...

What may stand in it, what it means and what holds without it is written down once, in
`registry.config_options`, and printed from there as docs/configuration.md.

Every fault of the file is told at once, with its key.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.config_options import BY_NAME, SECTIONS
from registry.config_options.kinds import (
    EVIDENCE_MAX_MIB,
    EVIDENCE_QUOTA_MIB,
    EVIDENCE_UPLOAD_DAYS,
    LOAD_HELD_MIB,
    LOAD_RUNNING,
    LOAD_STREAMS_EACH,
    LOAD_WAIT_MS,
    LOAD_WAITING,
    MAP_INTERVAL_S,
    RISK_INTERVAL_S,
    SNAPSHOT_INTERVAL_S,
    STAMP_INTERVAL_S,
    STAMP_MAX_AGE_S,
    WITNESS_INTERVAL_S,
)
from registry.config_options.observing import (
    PLAIN,
    Logging,
    MetricsPage,
    Tracing,
    observed,
    observing_faults,
)
from registry.location import Location, is_url
from registry.v1.envelope_pb2 import Suite
from registry.v1.subject_pb2 import Domain

CONFIG_NAME = "registry.toml"
LOG_KEY = "keys/log.key"
STORE = "registry.db"
DEFAULT_MAP_INTERVAL_S = MAP_INTERVAL_S
DEFAULT_RISK_INTERVAL_S = RISK_INTERVAL_S
LONGEST_S = 1e8
"""Three years: whoever means never leaves the section out."""
MAX_READERS = 64
LARGEST = 1 << 63
"""No log grows so far."""


class ConfigError(ValueError):
    """The configuration cannot be used; the message names every fault."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who is asked to cosign checkpoints: a policy file, and how often at most, in seconds."""

    policy: Path
    interval_s: float = WITNESS_INTERVAL_S


@dataclass(frozen=True, slots=True)
class Tokens:
    """Whose access tokens are taken, and which are revoked: files of ``registry.access.token_files``."""

    issuers: Path
    revoked: Path


@dataclass(frozen=True, slots=True)
class SnapshotFolder:
    """Where snapshots are written as files, of which domains, and how often at most, in seconds."""

    directory: Path
    domains: tuple[str, ...]
    interval_s: float = SNAPSHOT_INTERVAL_S


@dataclass(frozen=True, slots=True)
class Stamping:
    """Where checkpoints are stamped (RFC 3161), and by whose certificate (PEM) that is believed. Seconds."""

    url: str
    certificate: Path
    interval_s: float = STAMP_INTERVAL_S
    max_age_s: float = STAMP_MAX_AGE_S


@dataclass(frozen=True, slots=True)
class ObjectStorage:
    """S3-compatible object storage: where, which bucket, and the file that holds its credentials."""

    endpoint: str
    bucket: str
    credentials: Path
    region: str = "us-east-1"
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """Where evidence lies, and how much of it: of one piece, of a department; days an upload may rest."""

    directory: Path
    max_mib: int = EVIDENCE_MAX_MIB
    quota_mib: int = EVIDENCE_QUOTA_MIB
    upload_days: int = EVIDENCE_UPLOAD_DAYS
    storage: ObjectStorage | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How much each process takes on; see ``registry.load``."""

    running: int = LOAD_RUNNING
    waiting: int = LOAD_WAITING
    wait_ms: int = LOAD_WAIT_MS
    streams_each: int = LOAD_STREAMS_EACH
    held_mib: int = LOAD_HELD_MIB


@dataclass(frozen=True, slots=True)
class Config:
    """An installation's settings, with absolute paths; ``home`` is where relative names of signers begin.
    ``log_signers`` are the lines of all log keys, that of ``[paths] log_key`` first. ``database`` is the URL
    of the store, if it is not the file ``store``."""

    origin: str
    address: str
    store: Path
    vault_key: Path
    authority: Path
    certificate: Path
    certificate_key: Path
    head: Path | None = None
    revoked_certificates: Path | None = None
    log_signers: tuple[str, ...] = ()
    receipt_signers: tuple[str, ...] = ()
    publication: str = ""
    witnesses: Witnesses | None = None
    stamping: Stamping | None = None
    snapshots: SnapshotFolder | None = None
    tokens: Tokens | None = None
    evidence: EvidenceSettings | None = None
    metrics: MetricsPage | None = None
    logging: Logging = PLAIN
    tracing: Tracing | None = None
    map_interval_s: float = DEFAULT_MAP_INTERVAL_S
    risk_interval_s: float = DEFAULT_RISK_INTERVAL_S
    query_log_years: int = 0
    suites: frozenset[int] = frozenset()
    suites_from: int = 0
    webhooks: tuple[tuple[str, str], ...] = ()
    readers: int = 0
    at_once: bool = False
    load: Load = Load()
    replica: str = ""
    home: Path = Path()
    database: str = ""

    @property
    def location(self) -> Location:
        """Where the store rests."""
        return self.database or self.store

    @property
    def log_key(self) -> Path:
        """Where a new installation keeps its first log key; what signs now, ``log_signers`` say."""
        return self.home / LOG_KEY


_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*)):([0-9]{1,5})")
_URL = re.compile(r"https?://[^/\s]+(/\S*)?")
_ADDRESSEE = re.compile(r"subject|[0-9A-Z]{18}|registry://\S+/system/\S+")
_HOOK = re.compile(r"https://[^/\s]+(/\S*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/\S*)?")
"""Where a notice goes must be known by its certificate; this host itself needs none."""
_STORAGE = re.compile(r"https://[^/\s]+/?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/?")
_STORAGE_FILES = ("credentials", "authority")
_LAST_PORT = 65_535
_NOTICES = "notices"
_SECTIONS: dict[str, tuple[str, ...]] = {
    each.name: tuple(option.name for option in each.options if option.needed)
    for each in SECTIONS
    if each.always
}
_PATHS = _SECTIONS["paths"]
_OPTIONAL: dict[str, dict[str, type]] = {
    each.name: {option.name: option.kind for option in each.options if not (each.always and option.needed)}
    for each in SECTIONS
    if each.name not in ("registry", _NOTICES)
}
_NEEDED = {
    name: tuple(option.name for option in BY_NAME[name].options if option.needed)
    for name in _OPTIONAL
    if not BY_NAME[name].always
}
_DOMAINS = tuple(name.removeprefix("DOMAIN_").lower() for name in Domain.keys()[1:])


def load_config(directory: Path) -> Config:
    """Reads ``registry.toml`` in a directory. Raises ConfigError."""
    path = directory / CONFIG_NAME
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} 不存在; 请先运行 registry init --directory {directory}") from error
    except (OSError, ValueError, RecursionError) as error:  # Not TOML, nested too deeply, or not even UTF-8.
        raise ConfigError(f"{path} 不能读取: {error}") from error
    faults = [
        f"多余的 [{name}]" for name in content.keys() - _SECTIONS.keys() - _OPTIONAL.keys() - {_NOTICES}
    ]
    values: dict[str, Any] = {}
    for section, names in _SECTIONS.items():
        given = content.get(section, {})
        if not isinstance(given, dict):
            faults.append(f"{section} 应为一节 [{section}]")
            continue
        known = {*names, *_OPTIONAL.get(section, ())}
        faults += [f"[{section}] 多余的 {name}" for name in given.keys() - known]
        faults += [f"[{section}] 缺少 {name}" for name in names if not isinstance(given.get(name), str)]
        values.update(given)
    faults += _optional_faults(content)
    if faults:
        raise ConfigError(f"{path}: " + "; ".join(sorted(faults)))
    try:
        database = values["store"] if is_url(values["store"]) else ""
        named = {**values, "store": STORE} if database else values
        paths = {name: (directory / named[name]).resolve() for name in _PATHS}
        more = _more(content, directory)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: [paths] 不是有效的路径: {error}") from error
    more |= {"home": directory.resolve(), "database": database}
    return Config(origin=values["origin"], address=values["address"], **paths, **more)


def _optional_faults(content: dict[str, Any]) -> list[str]:
    """What is wrong with the sections and settings that may be left out."""
    faults = []
    for section, settings in _OPTIONAL.items():
        given = content.get(section, {})
        if not isinstance(given, dict):
            faults += [] if section in _SECTIONS else [f"{section} 应为一节 [{section}]"]
            continue
        if section not in _SECTIONS:
            faults += [f"[{section}] 多余的 {name}" for name in given.keys() - settings.keys()]
        if section in content:  # An empty section asks for something as well.
            faults += [f"[{section}] 缺少 {name}" for name in _NEEDED.get(section, ()) if name not in given]
        faults += [
            f"[{section}] {name} 的值不对"
            for name, kind in settings.items()
            if not _fits(given.get(name), kind)
        ]
    if _fits(readers := _section(content, "server").get("readers"), int) and (readers or 0) > MAX_READERS:
        faults.append(f"[server] readers 不超过{MAX_READERS}")
    if not is_url(_section(content, "server").get("replica") or "postgresql://"):
        faults.append("[server] replica 应为 postgresql:// 地址")
    faults += _address_faults(content) + _stamping_faults(content) + _notices_faults(content)
    faults += _snapshots_faults(content) + _evidence_faults(content) + observing_faults(content)
    if not _log_lines(content):
        faults.append("[paths] 缺少 log_key, [signing] log 也没有写")
    unknown = set(_strings(content, "suites", "require")) - set(Suite.keys()[1:])
    return faults + [f"[suites] 没有 {name} 这一签名算法" for name in sorted(unknown)]


def _section(content: dict[str, Any], name: str) -> dict[str, Any]:
    given = content.get(name, {})
    return given if isinstance(given, dict) else {}


def _address_faults(content: dict[str, Any]) -> list[str]:
    faults = []
    for section in ("registry", "publication", "metrics"):
        given = content.get(section)
        address = given.get("address") if isinstance(given, dict) else None
        try:
            split_address(address) if isinstance(address, str) and address else None
        except ConfigError as error:
            faults.append(f"[{section}] address: {error}")
    return faults


def _stamping_faults(content: dict[str, Any]) -> list[str]:
    """What each setting by itself does not show: an address of the web, and a bound that can be kept."""
    given = content.get("stamping")
    if not isinstance(given, dict):
        return []
    url, interval_s = given.get("url"), given.get("interval_s", STAMP_INTERVAL_S)
    max_age_s = given.get("max_age_s", STAMP_MAX_AGE_S)
    faults = []
    if isinstance(url, str) and url and not _URL.fullmatch(url):
        faults.append("[stamping] url 应以 http:// 或 https:// 开头")
    if _fits(interval_s, float) and _fits(max_age_s, float) and max_age_s < interval_s:
        faults.append("[stamping] max_age_s 不能短于 interval_s")
    return faults


def _snapshots_faults(content: dict[str, Any]) -> list[str]:
    if not _section(content, "snapshots"):
        return []
    unknown = set(_strings(content, "snapshots", "domains")) - set(_DOMAINS)
    faults = [f"[snapshots] domains: 没有 {name} 这一领域" for name in sorted(unknown)]
    if not _strings(content, "signing", "receipt"):
        faults.append("[snapshots] 需要 [signing] receipt: 快照要签名")
    return faults


def _evidence_faults(content: dict[str, Any]) -> list[str]:
    storage = _section(content, "evidence_storage")
    faults = []
    if storage and not _section(content, "evidence"):
        faults.append("[evidence_storage] 需要 [evidence]")
    endpoint = storage.get("endpoint")
    if isinstance(endpoint, str) and endpoint and not _STORAGE.fullmatch(endpoint):
        faults.append("[evidence_storage] endpoint 应为 https:// 地址(本机可为 http://)")
    return faults


def _notices_faults(content: dict[str, Any]) -> list[str]:
    given, registry = content.get(_NOTICES, {}), content.get("registry")
    if not isinstance(given, dict):
        return [f"{_NOTICES} 应为一节 [{_NOTICES}]"]
    here = f"registry://{registry.get('origin')}/" if isinstance(registry, dict) else ""
    unknown = [
        f"[{_NOTICES}] 没有 {name} 这样的接收者"
        for name in given
        if not _ADDRESSEE.fullmatch(name) or ("/" in name and not name.startswith(here))
    ]
    faults = [
        f"[{_NOTICES}] {name} 应为 https:// 地址(本机可为 http://)"
        for name, url in given.items()
        if not isinstance(url, str) or not _HOOK.fullmatch(url)
    ]
    if given and not _strings(content, "signing", "receipt"):
        faults.append(f"[{_NOTICES}] 需要 [signing] receipt: 推送的告知要签名")
    return unknown + faults


def _fits(value: object, kind: type) -> bool:
    if value is None:
        return True
    if kind is bool:
        return isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST_S
    if kind is list:
        return isinstance(value, list) and all(_fits(each, str) and each is not None for each in value)
    return isinstance(value, str) and bool(value) and "\0" not in value


def _strings(content: dict[str, Any], section: str, name: str) -> list[str]:
    given = content.get(section, {})
    value = given.get(name, []) if isinstance(given, dict) else []
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _log_lines(content: dict[str, Any]) -> list[str]:
    """The lines of all log keys."""
    paths = content.get("paths", {})
    first = paths.get("log_key") if isinstance(paths, dict) else None
    return [*([first] if isinstance(first, str) else []), *_strings(content, "signing", "log")]


def _more(content: dict[str, Any], directory: Path) -> dict[str, Any]:
    """The settings of the optional sections, whose values were checked."""
    placed = {name: content["paths"].get(name) for name in ("head", "revoked_certificates")}
    publication = content.get("publication", {}).get("address", "")
    witnesses, stamping = content.get("witnesses"), content.get("stamping")
    folder = content.get("snapshots")
    return {
        **{name: (directory / path).resolve() if path else None for name, path in placed.items()},
        "log_signers": tuple(_log_lines(content)),
        "receipt_signers": tuple(_strings(content, "signing", "receipt")),
        "publication": publication,
        "witnesses": Witnesses(**_placed(witnesses, "policy", directory)) if witnesses else None,
        "stamping": Stamping(**_placed(stamping, "certificate", directory)) if stamping else None,
        "snapshots": _folder(folder, directory) if folder else None,
        "tokens": _tokens(content["tokens"], directory) if "tokens" in content else None,
        "evidence": _evidence(content, directory) if "evidence" in content else None,
        **observed(content, directory),
        "map_interval_s": float(content.get("map", {}).get("interval_s", DEFAULT_MAP_INTERVAL_S)),
        "risk_interval_s": float(content.get("risk", {}).get("interval_s", DEFAULT_RISK_INTERVAL_S)),
        "query_log_years": content.get("query_log", {}).get("years", 0),
        "suites": frozenset(map(Suite.Value, _strings(content, "suites", "require"))),
        "suites_from": content.get("suites", {}).get("first_size", 0),
        "readers": _section(content, "server").get("readers", 0),
        "at_once": _section(content, "server").get("at_once", False),
        "load": Load(**content.get("load", {})),
        "replica": _section(content, "server").get("replica", ""),
        "webhooks": tuple(content.get(_NOTICES, {}).items()),
    }


def _placed(settings: dict[str, Any], path: str, directory: Path) -> dict[str, Any]:
    return {**settings, path: (directory / settings[path]).resolve()}


def _tokens(settings: dict[str, Any], directory: Path) -> Tokens:
    return Tokens(**{name: (directory / path).resolve() for name, path in settings.items()})


def _evidence(content: dict[str, Any], directory: Path) -> EvidenceSettings:
    storage = None
    if stored := dict(content.get("evidence_storage", {})):
        placed = {name: (directory / stored[name]).resolve() for name in _STORAGE_FILES if name in stored}
        storage = ObjectStorage(**{**stored, **placed})
    return EvidenceSettings(**_placed(content["evidence"], "directory", directory), storage=storage)


def _folder(settings: dict[str, Any], directory: Path) -> SnapshotFolder:
    placed = _placed(settings, "directory", directory)
    return SnapshotFolder(**{**placed, "domains": tuple(dict.fromkeys(settings["domains"]))})


def split_address(address: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8443``, ``[::1]:8443``, ``host.example:8443``. Raises ConfigError."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found[3]) > _LAST_PORT:
        raise ConfigError(f"监听地址 {address!r} 应写作 主机:端口, 如 127.0.0.1:8443")
    return found[1] or found[2], int(found[3])


def config_text(origin: str, address: str, store: str = STORE) -> str:
    """The text of a new ``registry.toml``."""
    return f"""\
# 公共信用信息与联合奖惩登记系统的设置。路径相对于本文件所在目录。
[registry]
origin = "{origin}"
address = "{address}"

[paths]
store = {json.dumps(store, ensure_ascii=False)}
vault_key = "keys/vault.key"
log_key = "{LOG_KEY}"
authority = "tls/authority.pem"
certificate = "tls/server.pem"
certificate_key = "tls/server.key"
head = "head/checkpoint"

[signing]
receipt = ["keys/receipt.key"]

[tokens]
issuers = "tokens/issuers.jwks"
revoked = "tokens/revoked"

[evidence]
directory = "evidence"
"""
