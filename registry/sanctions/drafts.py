"""A draft of an edition as a statement carries it: its files, whole.

The files are in the signed statement, so the log alone is enough to give an answer of fifteen years ago
again. One draft is read when it is admitted, when it takes effect, when it is compared and simulated: each
content once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from registry.sanctions.catalogue import Edition
from registry.sanctions.catalogue_parser import parse_edition
from registry.v1 import statement_pb2 as pb

MAX_FILES = 64


def parse_draft(draft: pb.EditionDraft) -> Edition:
    """The edition that a draft holds. Raises CatalogueError with every fault."""
    return parse_files(draft.files)


def parse_files(files: Iterable[pb.EditionFile]) -> Edition:
    """The edition that files make. Raises CatalogueError with every fault."""
    return _parsed(tuple(sorted((file.name, file.content) for file in files)))


@lru_cache(maxsize=8)
def _parsed(files: tuple[tuple[str, str], ...]) -> Edition:
    return parse_edition(dict(files))
