"""The editions of the catalogue that come with the program (随程序发布的目录版本).

They lie in ``registry/sanctions/editions/<label>/*.yaml``, one directory an edition. A published
edition is never edited: the log names editions by the hash of their content, and a verdict of fifteen
years ago is reproduced with the edition of that day. A change of law is a new directory.

This is the one place where catalogue files are read; parsing is pure (``catalogue_parser``).

Example: ``current_edition().measure("M-PRO-01", date(2026, 3, 1)).term.max_months`` is 36.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from registry.sanctions.catalogue import Edition
from registry.sanctions.catalogue_parser import parse_edition
from registry.sanctions.located_yaml import CatalogueError, CatalogueFault, Place

CURRENT_LABEL = "2026.1"
"""The edition that a new registry adopts."""


@cache
def shipped_editions() -> Mapping[str, Edition]:
    """Every edition that comes with the program, by hash. Raises CatalogueError if one is faulty."""
    found = (read_edition(directory) for directory in _directories())
    return MappingProxyType({edition.hash: edition for edition in found})


@cache
def current_edition() -> Edition:
    """The edition that a new registry adopts. Raises CatalogueError if it is faulty."""
    return next(edition for edition in shipped_editions().values() if edition.label == CURRENT_LABEL)


def read_edition(directory: Traversable) -> Edition:
    """The edition of a directory, which bears its label. Raises CatalogueError with every fault.

    Files are read as bytes: a checkout that rewrites line ends would be another edition, and is.
    """
    names = (entry for entry in directory.iterdir() if entry.name.endswith(".yaml"))
    edition = parse_edition({entry.name: entry.read_bytes().decode("utf-8") for entry in names})
    if edition.label != directory.name:
        place = Place(directory.name, 1)
        raise CatalogueError((CatalogueFault(place, f"the directory holds edition {edition.label}"),))
    return edition


def _directories() -> list[Traversable]:
    root = files("registry.sanctions").joinpath("editions")
    return sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name)
