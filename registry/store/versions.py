"""The version of a store's tables: what it is, whether this program can work with it, and the way up.

A store of another version is refused with one line, and not touched.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from registry.store.interface import StoreError

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "alembic_version"
BESIDE_WRITER = "beside_writer"
"""A migration that says so may run while the previous release writes."""
_upgrading = Lock()
"""Alembic has one context a process."""


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def version_of(engine: Engine) -> str | None:
    """The version of a store; None if it has no tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(version: str | None) -> None:
    """Raises StoreError for a version that this program does not know."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(f"存储的版本 {version} 比本程序新; 请升级程序, 存储未被改动")


def check_version(engine: Engine) -> None:
    """Raises StoreError unless the store is of this program's version."""
    version = version_of(engine)
    refuse_newer(version)
    if version != _scripts().get_current_head():
        raise StoreError(f"存储的版本 {version or '空'} 较旧; 请运行 registry migrate")


def fits_beside_writer(version: str | None) -> bool:
    """Whether every migration that a store of a version lacks may run while the previous release writes."""
    missing = _scripts().iterate_revisions("head", version or "base")
    return all(getattr(script.module, BESIDE_WRITER, False) for script in missing)


def upgrade(engine: Engine) -> None:
    """Brings a store to this program's version, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _upgrading, engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
