"""An installation to be broken: a copy of one that is made once a day, with the keys of its departments.

    registry/    the installation, founded yesterday by the wall clock, every department's lists delivered
    signers/     the departments' signing keys
    told         what its submitters were told (`torture.book`)

It is made in ``build/torture`` and copied for each round, which takes a hundredth of the time.
"""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from registry.access.identity import Caller, CallerRole
from registry.config import Config, load_config
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.installation import issue_client
from registry.provenance.keys import FileSigner
from tests.support.spine import BY_KEY, ORIGIN, found_spine, furnish

_PROJECT = Path(__file__).resolve().parents[1]
BUILD = _PROJECT / "build" / "torture"
SUBMITTER, OTHER = "财政", "市场监管"
ASKER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)


def submitter(key: str) -> Caller:
    """A department as the registry sees it when it calls."""
    return Caller(CallerRole.DEPARTMENT, BY_KEY[key].office.code, ORIGIN)


@dataclass(frozen=True, slots=True)
class Site:
    """One copy."""

    root: Path

    @property
    def registry(self) -> Path:
        """The installation's directory."""
        return self.root / "registry"

    @property
    def told(self) -> Path:
        """The file in which clients keep what they were told."""
        return self.root / "told"

    @property
    def config(self) -> Config:
        """The installation's settings."""
        return load_config(self.registry)

    def signer(self, key: str) -> FileSigner:
        """The key of a department."""
        return FileSigner.load(self.root / "signers" / f"{list(BY_KEY).index(key)}.pem", None)

    def client(self, key: str) -> Path:
        """Where the certificate of a department, or of who asks (empty), lies."""
        return self.registry / "clients" / _client_name(key)

    def set(self, text: str) -> None:
        """Adds to the settings."""
        with (self.registry / "registry.toml").open("a", encoding="utf-8") as file:
            file.write(text)


def new_site(root: Path) -> Site:
    """A fresh copy in a directory that is empty or not there."""
    shutil.copytree(_template(china_day(now_ms())), root, dirs_exist_ok=True)
    return Site(root)


@cache
def program() -> str:
    """Which program is tried: eight hex digits of the SHA-256 of every file of ``registry`` and ``torture``.
    What another one made, or was found to bear, says nothing of this one."""
    digest = sha256()
    for part in ("registry", "torture"):
        for path in sorted((_PROJECT / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(sha256(f"{path.relative_to(_PROJECT)}\n".encode() + path.read_bytes()).digest())
    return digest.hexdigest()[:8]


def _template(today: date) -> Path:
    """Today's installation, made if it is not there: one process makes it, others wait for it."""
    BUILD.mkdir(parents=True, exist_ok=True)
    made = BUILD / f"template-{today.isoformat()}-{program()}"
    with (BUILD / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = BUILD / "template.making"
            shutil.rmtree(making, ignore_errors=True)
            _make(Site(making), today - timedelta(days=1))
            making.rename(made)
    return made


def _make(site: Site, founded: date) -> None:
    site.root.mkdir()
    spine = furnish(found_spine(site.registry, founded))
    spine.engine.close()
    (site.root / "signers").mkdir()
    for number, key in enumerate(BY_KEY):
        spine.signers[key].save(site.root / "signers" / f"{number}.pem", None)
    for key in (SUBMITTER, OTHER, ""):
        caller = submitter(key) if key else ASKER
        issue_client(site.registry, _client_name(key), caller, now_ms=now_ms())


def _client_name(key: str) -> str:
    return f"client-{list(BY_KEY).index(key)}" if key else "client-asker"
