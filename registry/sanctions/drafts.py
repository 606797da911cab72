"""A draft of an edition as a statement carries it: its files, whole.

The files are in the signed statement, so the log alone is enough to give an answer of fifteen years ago
again. One draft is read when it is admitted, when it takes effect, when it is compared and simulated: each
content once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from registry.sanctions.catalogue import Edition
from registry.sanctions.catalogue_parser import parse_edition
from registry.sanctions.located_yaml import CatalogueError, CatalogueFault, Place
from registry.v1 import statement_pb2 as pb

MAX_FILES = 64
MAX_BYTES = 1024 * 1024
"""Of all files together, several times what the catalogue has: reading more would hold up the log."""


def parse_draft(draft: pb.EditionDraft) -> Edition:
    """The edition that a draft holds. Raises CatalogueError with every fault."""
    return parse_files(draft.files)


def parse_files(files: Iterable[pb.EditionFile]) -> Edition:
    """The edition that files make, each with a name of its own. Raises CatalogueError with every fault."""
    rows = sorted((file.name, file.content) for file in files)
    faults = [
        CatalogueFault(Place(name, 1), "stands twice")
        for (name, _), (following, _) in pairwise(rows)
        if name == following
    ]
    if sum(len(content.encode()) for _, content in rows) > MAX_BYTES:
        faults.append(CatalogueFault(Place(rows[0][0], 1), f"all files together exceed {MAX_BYTES} bytes"))
    if faults:
        raise CatalogueError(tuple(sorted(set(faults))))
    return _parsed(tuple(rows))


@lru_cache(maxsize=8)
def _parsed(files: tuple[tuple[str, str], ...]) -> Edition:
    return parse_edition(dict(files))
