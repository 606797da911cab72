"""Where a store rests: a file, or a URL of PostgreSQL.

registry.db                                       a file, here or in the directory of registry.toml
postgresql://registry@db.example/registry         a database; the password is better kept in ~/.pgpass
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias, TypeGuard

Location: TypeAlias = "Path | str"
"""A path, or a URL as text."""
_SCHEMES = ("postgresql://", "postgres://")


def is_url(where: Location) -> TypeGuard[str]:
    """Whether a location names a database rather than a file."""
    return isinstance(where, str) and where.startswith(_SCHEMES)


def located(text: str, home: Path) -> Location:
    """The location that a text names, relative to a directory. Raises OSError, ValueError."""
    return text if is_url(text) else (home / text).resolve()
