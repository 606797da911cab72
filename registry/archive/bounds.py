"""How much a line of an archive may hold: as much is written, and no more is read.

An archive may come from anybody, so what is held of it at a time is bounded; and what was exported must be
importable, whatever a department once sent: each line is held against the same bounds before it is written.
"""

from __future__ import annotations

from registry.archive.format import ArchiveError
from registry.commands.submission import MAX_DRAFT_BYTES, MAX_PAYLOAD_BYTES
from registry.provenance.json_bounds import few
from registry.sanctions.catalogue import drafts

LONGEST_LINE = 8 * MAX_DRAFT_BYTES
"""The longest payload in base64 (4/3 of it), and as text, in which a character may take six (``\\u0001``). No
other row is as long: of a refusal, some hundred faults are kept."""
_MOST_VALUES = drafts.MAX_BYTES + MAX_PAYLOAD_BYTES
"""In a line, counted by commas and brackets: no more than there are characters in a statement's text."""


def holds_few(text: bytes) -> bool:
    """Whether a line may be parsed: it holds no more values than a statement can."""
    return few(text, _MOST_VALUES)


def is_taken(text: bytes) -> bool:
    """Whether an import takes a line, which ends as such."""
    return len(text) <= LONGEST_LINE + 1 and holds_few(text)


def taken(text: bytes, what: str) -> bytes:
    """A line that an import takes. Raises ArchiveError, which says of ``what`` it is."""
    if not is_taken(text):
        raise ArchiveError(f"{what}写成的一行过长, 归档将不能导入")
    return text
