"""The editions of the catalogue that come with the program (随程序发布的目录版本).

They lie in ``registry/sanctions/editions/<label>/*.yaml``, one directory an edition. A published
edition is never edited: the log names editions by the hash of their content, and a verdict of fifteen
years ago is reproduced with the edition of that day. A change of law is a new directory.

An edition that changes little is written as what changes. Its directory holds a file ``BASE`` with the label
of another edition: its files are those of that edition, and in the place of those that bear the same name its
own. Hash and content are those of all of them together, so nobody can tell from an edition how it was
written. The directory ``cases`` beside the files holds cases to test an edition with, and is no part of it.

``HASHES`` lists the label and the hash of each published edition, and a test holds them to it.

This is the one place where catalogue files are read; parsing is pure (``catalogue.parser``).

Example: 2026.2 holds BASE, ``2026.1``, and the files that the switch of 2026-04-01 changes.
``current_edition().measure("M-PRO-01", date(2026, 3, 1)).term.max_months`` is 36.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError, CatalogueFault, Place
from registry.sanctions.catalogue.parser import parse_edition

CURRENT_LABEL = "2026.4"
"""The edition that a new registry adopts."""

BASE = "BASE"
"""The file that names the edition whose files an edition takes over."""


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
    """The edition of a directory, which bears its label. Raises CatalogueError with every fault."""
    edition = parse_edition(files_of(directory))
    if edition.label != directory.name:
        raise _fault(directory.name, f"the directory holds edition {edition.label}")
    return edition


def files_of(directory: Traversable, *, shipped: Traversable | None = None) -> dict[str, str]:
    """The files (name → text) of an edition's directory, with those it takes over from its base, which is
    looked for in ``shipped`` (where the editions of the program lie, unless said).

    Files are read as bytes: a checkout that rewrites line ends would be another edition, and is. Raises
    CatalogueError if a base is not there, or an edition is its own.
    """
    return _resolved(directory, shipped or _shipped(), ())


def _resolved(directory: Traversable, shipped: Traversable, above: tuple[str, ...]) -> dict[str, str]:
    entries = {entry.name: entry for entry in directory.iterdir() if entry.is_file()}
    own = {name: _text(entry) for name, entry in entries.items() if name.endswith(".yaml")}
    if BASE not in entries:
        return own
    label, above = _text(entries[BASE]).strip(), (*above, directory.name)
    # Compared with the names there are, so that a label is never a way to another directory.
    base = next((entry for entry in shipped.iterdir() if entry.name == label and entry.is_dir()), None)
    if base is None:
        raise _fault(f"{directory.name}/{BASE}", f"there is no edition {label}")
    if label in above:
        raise _fault(f"{directory.name}/{BASE}", f"edition {label} would be its own base")
    return _resolved(base, shipped, above) | own


def _text(entry: Traversable) -> str:
    return entry.read_bytes().decode("utf-8")


def _fault(file: str, message: str) -> CatalogueError:
    return CatalogueError((CatalogueFault(Place(file, 1), message),))


def _shipped() -> Traversable:
    return files("registry.sanctions").joinpath("editions")


def _directories() -> list[Traversable]:
    return sorted((entry for entry in _shipped().iterdir() if entry.is_dir()), key=lambda entry: entry.name)
