"""A draft of an edition as a statement carries it: its files, whole.

The files are in the signed statement, so the log alone is enough to give an answer of fifteen years ago
again. One draft is read when it arrives, when it is admitted, when it takes effect, when it is compared and
simulated: each content once. Reading takes a tenth of a second, or with a hostile draft a few, which the one
writer of the log cannot spare: whoever submits a draft reads it in a thread of his own and holds the
``Reading`` until the draft is recorded, so that the writer finds it. Faults are held like editions.

Example: ``reading = read_draft(draft)`` before the draft is queued; ``parse_draft(draft)`` in the writer then
costs a hash of the content.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from weakref import WeakValueDictionary

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError, CatalogueFault, Place
from registry.sanctions.catalogue.parser import content_hash, parse_edition
from registry.v1 import statement_pb2 as pb

MAX_FILES = 64
MAX_BYTES = 1024 * 1024
"""Of all files together, several times what the catalogue has: reading more would hold up the log."""
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}\.yaml")
"""Files are written to a directory where they are fetched, so no name leads out of it."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Reading:
    """What files came to: an edition, or every fault."""

    edition: Edition | None
    faults: tuple[CatalogueFault, ...] = ()

    def settled(self) -> Edition:
        """The edition. Raises CatalogueError with every fault."""
        if self.edition is None:
            raise CatalogueError(self.faults)
        return self.edition


_held: WeakValueDictionary[str, Reading] = WeakValueDictionary()
_latest: deque[Reading] = deque(maxlen=8)


def parse_draft(draft: pb.EditionDraft) -> Edition:
    """The edition that a draft holds. Raises CatalogueError with every fault."""
    return read_draft(draft).settled()


def parse_files(files: Iterable[pb.EditionFile]) -> Edition:
    """The edition that files make, each with a name of its own. Raises CatalogueError with every fault."""
    return _read_files(files).settled()


def read_draft(draft: pb.EditionDraft) -> Reading:
    """What a draft comes to; as long as somebody holds it, it is not read again."""
    return _read_files(draft.files)


def _read_files(files: Iterable[pb.EditionFile]) -> Reading:
    rows = sorted((file.name, file.content) for file in files)
    if faults := tuple(sorted(set(_misfits(rows)))):
        return Reading(None, faults)
    named = dict(rows)
    key = content_hash(named)
    reading = _held.get(key)
    if reading is None:
        reading = _held.setdefault(key, _read(named))
        _latest.append(reading)
    return reading


def _read(files: Mapping[str, str]) -> Reading:
    try:
        return Reading(parse_edition(files))
    except CatalogueError as error:
        return Reading(None, error.faults)


def _misfits(rows: list[tuple[str, str]]) -> Iterator[CatalogueFault]:
    """What is wrong with files (name and content, by name) before any is read."""
    for name, _ in rows:
        if not FILE_NAME.fullmatch(name):
            yield CatalogueFault(
                Place("-", 1), f"{name[:100]!r} is not the name of a file, such as lists.yaml"
            )
    for (name, _), (following, _) in pairwise(rows):
        if name == following:
            yield CatalogueFault(Place(name[:100], 1), "stands twice")
    if sum(len(content.encode()) for _, content in rows) > MAX_BYTES:
        yield CatalogueFault(Place(rows[0][0][:100], 1), f"all files together exceed {MAX_BYTES} bytes")
