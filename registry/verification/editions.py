"""Editions of the catalogue beside those that come with the program: a directory each, as it was adopted.

Example: ``read_editions([Path("2027.1")])`` answers the edition by its hash, so that receipts given under it
can be checked by a program of 2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources.abc import Traversable

from registry.editions import files_of
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.catalogue.parser import parse_edition


class EditionError(ValueError):
    """A directory holds no sound edition; one line says why."""


def read_editions(directories: Iterable[Traversable]) -> dict[str, Edition]:
    """The editions in directories, by hash. Raises EditionError."""
    found = {}
    for directory in directories:
        try:
            edition = parse_edition(files_of(directory))
        except (CatalogueError, OSError, UnicodeDecodeError) as error:
            raise EditionError(f"{directory.name} 不是合格的目录版本: {error}") from error
        found[edition.hash] = edition
    return found
