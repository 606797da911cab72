"""The attachments of a PDF (附件), read from a file as it was made here: bounded, and strict.

The cross-reference table says where each object begins; the catalog's name tree names the attachments; each
is one stream, compressed or not. Whatever is spelled otherwise than typst spells it was not made here and is
a ``PdfFileError``: such a file needs a real PDF reader (``pdf_text``), and its bytes cannot be compared.

    trailer → Root → /Names<</EmbeddedFiles<</Names[(paper.json)20 0 R(receipt.pb)19 0 R]>>>>
    19 0 obj <</Type/Filespec/F(receipt.pb)/UF(receipt.pb)/EF<</F 24 0 R/UF 24 0 R>>…>>
    24 0 obj <</Length 7238/Type/EmbeddedFile/Filter/FlateDecode/…/Params<</Size 13240…>>>> stream…

Example: ``attachments_of(pdf)["receipt.pb"]`` are the bytes of the receipt.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

LARGEST = 64 << 20
"""Of an attachment, inflated."""
MANY = 16
_START = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n?\Z")
_TABLE = re.compile(rb"xref\n0 (\d{1,7})\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])\r?\n?")
_ENTRY_BYTES = 20
_ROOT = re.compile(rb"/Root (\d{1,7}) 0 R")
_NAMES = re.compile(rb"/Names<</EmbeddedFiles<</Names\[([^\]]{1,4000})\]>>>>")
_NAMED = re.compile(rb"\(([!-'*-\[\]-~]{1,100})\) ?(\d{1,7}) 0 R ?")
_FILESPEC = re.compile(
    rb"<</Type/Filespec/F\(([^()\\]{1,100})\)/UF\(([^()\\]{1,100})\)/EF<</F (\d{1,7}) 0 R/UF \3 0 R>>"
)
_STREAM = re.compile(
    rb"<</Length (\d{1,10})/Type/EmbeddedFile(/Filter/FlateDecode)?/Subtype/[!-.0-;=?-~]{1,100}"
    rb"/Params<</Size (\d{1,10})[^<>]{0,200}>>>>\nstream\n"
)


class PdfFileError(ValueError):
    """A PDF that was not made here, or is not whole; the message says what is wrong, in Chinese."""


def is_pdf(content: bytes) -> bool:
    """Whether a file says that it is a PDF."""
    return content.startswith(b"%PDF-")


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    """The attachments by name. Raises PdfFileError."""
    offsets = _offsets(pdf)
    found: dict[str, bytes] = {}
    for name, number in _named(pdf, offsets):
        if name in found or len(found) >= MANY:
            raise PdfFileError("附件重名或者过多")
        found[name] = _attached(pdf, offsets, name, number)
    return found


def _offsets(pdf: bytes) -> list[int]:
    """Where each object begins, by its number; the trailer's root under 0."""
    start = _START.search(pdf, max(0, len(pdf) - 64))
    table = _TABLE.match(pdf, int(start[1])) if start else None
    if table is None:
        raise PdfFileError("文件不完整，或者不是本程序制作的PDF")
    count, at = int(table[1]), table.end()
    entries = [_ENTRY.fullmatch(pdf, at + place, at + place + _ENTRY_BYTES) for place in _steps(count)]
    root = _ROOT.search(pdf, at + count * _ENTRY_BYTES, at + count * _ENTRY_BYTES + 2000)
    if root is None or not all(entries):
        raise PdfFileError("交叉引用表不完整")
    return [int(root[1]), *(int(entry[1]) for entry in entries[1:] if entry)]


def _steps(count: int) -> range:
    return range(0, count * _ENTRY_BYTES, _ENTRY_BYTES)


def _named(pdf: bytes, offsets: list[int]) -> Iterator[tuple[str, int]]:
    """Name and object of each attachment, as the catalog lists them."""
    catalog = _object(pdf, offsets, offsets[0])
    end = pdf.find(b"endobj", catalog, catalog + 20_000)
    listed = _NAMES.search(pdf, catalog, max(end, catalog))
    if listed is None:
        return
    read = 0
    for each in _NAMED.finditer(listed[1]):
        if each.start() != read:
            break
        read = each.end()
        yield each[1].decode("ascii"), int(each[2])
    if read != len(listed[1]):
        raise PdfFileError("附件目录不是本程序的写法")


def _attached(pdf: bytes, offsets: list[int], name: str, number: int) -> bytes:
    spec = _FILESPEC.match(pdf, _object(pdf, offsets, number))
    if spec is None or spec[1] != spec[2] or spec[1].decode("latin-1") != name:
        raise PdfFileError(f"附件 {name} 不是本程序的写法")
    stream = _STREAM.match(pdf, _object(pdf, offsets, int(spec[3])))
    if stream is None:
        raise PdfFileError(f"附件 {name} 不是本程序的写法")
    length, size = int(stream[1]), int(stream[3])
    raw = pdf[stream.end() : stream.end() + length]
    if size > LARGEST or len(raw) != length:
        raise PdfFileError(f"附件 {name} 不完整，或者超过{LARGEST >> 20}MiB")
    return inflated(raw, size, name) if stream[2] else raw


def inflated(raw: bytes, size: int, name: str) -> bytes:
    """A zlib stream of exactly so many bytes; never inflated any further. Raises PdfFileError."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(raw, size + 1)
    except zlib.error:
        raise PdfFileError(f"附件 {name} 已损坏") from None
    if len(content) != size or not reader.eof or reader.unused_data:
        raise PdfFileError(f"附件 {name} 的长度与所述不符")
    return content


def _object(pdf: bytes, offsets: list[int], number: int) -> int:
    """Where the content of an object begins."""
    head = b"%d 0 obj\n" % number
    if not 0 < number < len(offsets) or not pdf.startswith(head, offsets[number]):
        raise PdfFileError("交叉引用表与内容不符")
    return offsets[number] + len(head)
