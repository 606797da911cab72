"""A digest of what the pages of a PDF draw (页面的图形): contents, fonts, sizes; everything but annotations.

A seal or a signature that is appended to a file writes the page's dictionary anew and may write other objects
anew as they were. What counts is therefore what they say, not where they stand: how a stream is compressed
and which number an object has make no difference.

Example: of a page whose contents an appended revision changed from ``… Tj`` to ``… Tj 0 0 600 850 re f`` the
digest is another; of one that got an annotation it is the same.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pypdf import PageObject
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

_NOT_DRAWN = {
    *("/Parent", "/Annots", "/StructParents", "/Tabs", "/Metadata", "/LastModified", "/PieceInfo"),
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate"),
}
"""What of a page's dictionary does not draw, or (annotations) is looked at elsewhere. Sides and turn count as
they come out, whether they are stated or the usual ones."""
_OF_A_STREAM = {"/Length", "/Filter", "/DecodeParms"}


class Drawing:
    """Digests of the objects of one file, each read once however many pages share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def of_page(self, page: PageObject) -> bytes:
        """The digest of a page."""
        sides = [round(float(side), 3) for box in (page.mediabox, page.cropbox) for side in box]
        drawn = self._of({key: held for key, held in page.items() if key not in _NOT_DRAWN})
        return sha256(repr((sides, page.rotation % 360)).encode() + drawn).digest()

    def _of(self, value: Any) -> bytes:
        if not isinstance(value, IndirectObject):
            return sha256(self._told(value)).digest()
        key = (value.idnum, value.generation)
        if key not in self._known:
            self._known[key] = b""  # Where objects refer to each other in a circle it ends.
            self._known[key] = self._of(value.get_object())
        return self._known[key]

    def _told(self, value: Any) -> bytes:
        if isinstance(value, StreamObject):
            own = {key: held for key, held in value.items() if key not in _OF_A_STREAM}
            return b"S" + self._entries(own) + sha256(value.get_data()).digest()
        if isinstance(value, dict):
            return b"D" + self._entries(value)
        if isinstance(value, ArrayObject):
            return b"A" + b"".join(self._of(each) for each in list.__iter__(value))
        if isinstance(value, TextStringObject | ByteStringObject):
            return b"T" + value.original_bytes
        return b"V" + repr(float(value) if isinstance(value, int | float) else str(value)).encode()

    def _entries(self, of: dict[Any, Any]) -> bytes:
        return b"".join(key.encode() + self._of(held) for key, held in sorted(of.items()))
