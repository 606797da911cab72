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
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.config_options import BY_NAME
from registry.config_options.checking import NOTICES, file_faults, log_lines, section_of, strings_of
from registry.config_options.checking import ConfigError as ConfigError
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
)
from registry.location import Location, is_url
from registry.v1.envelope_pb2 import Suite

CONFIG_NAME = "registry.toml"
LOG_KEY = "keys/log.key"
STORE = "registry.db"
DEFAULT_MAP_INTERVAL_S = MAP_INTERVAL_S
DEFAULT_RISK_INTERVAL_S = RISK_INTERVAL_S


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


_STORAGE_FILES = ("credentials", "authority")
_PATHS = tuple(option.name for option in BY_NAME["paths"].options if option.needed)


def load_config(directory: Path, *, home: Path | None = None) -> Config:
    """Reads ``registry.toml`` in a directory, or as it will be read when it lies in ``home``. Raises
    ConfigError."""
    return _config(settings_in(directory), home or directory)


def settings_in(directory: Path) -> dict[str, Any]:
    """What ``registry.toml`` in a directory says, as it is written. Raises ConfigError."""
    path = directory / CONFIG_NAME
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} 不存在; 请先运行 registry init --directory {directory}") from error
    except (OSError, ValueError, RecursionError) as error:  # Not TOML, nested too deeply, or not even UTF-8.
        raise ConfigError(f"{path} 不能读取: {error}") from error
    if faults := file_faults(content):
        raise ConfigError(f"{path}: " + "; ".join(sorted(faults)))
    return content


def _config(content: dict[str, Any], directory: Path) -> Config:
    try:
        store = content["paths"]["store"]
        database = store if is_url(store) else ""
        named = {**content["paths"], **({"store": STORE} if database else {})}
        paths = {name: (directory / named[name]).resolve() for name in _PATHS}
        more = _more(content, directory)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{directory / CONFIG_NAME}: [paths] 不是有效的路径: {error}") from error
    more |= {"home": directory.resolve(), "database": database}
    registry = content["registry"]
    return Config(origin=registry["origin"], address=registry["address"], **paths, **more)


def _more(content: dict[str, Any], directory: Path) -> dict[str, Any]:
    """The settings of the optional sections, whose values were checked."""
    placed = {name: content["paths"].get(name) for name in ("head", "revoked_certificates")}
    publication = content.get("publication", {}).get("address", "")
    witnesses, stamping = content.get("witnesses"), content.get("stamping")
    folder = content.get("snapshots")
    return {
        **{name: (directory / path).resolve() if path else None for name, path in placed.items()},
        "log_signers": tuple(log_lines(content)),
        "receipt_signers": tuple(strings_of(content, "signing", "receipt")),
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
        "suites": frozenset(map(Suite.Value, strings_of(content, "suites", "require"))),
        "suites_from": content.get("suites", {}).get("first_size", 0),
        "readers": section_of(content, "server").get("readers", 0),
        "at_once": section_of(content, "server").get("at_once", False),
        "load": Load(**content.get("load", {})),
        "replica": section_of(content, "server").get("replica", ""),
        "webhooks": tuple(content.get(NOTICES, {}).items()),
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
