"""The inputs of ``hostile``: each a few kilobytes, or text of some megabytes, and each asks for much more."""

from __future__ import annotations

import io
import zipfile
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from itertools import pairwise

from fuzz.mutators.wire import varint
from fuzz.targets.imports import PARTS, packed
from fuzz.targets.papers import made
from registry.domain.table_file import _HEADER, MAGIC

DIGITS = b"9" * 1_000_000
DEEP = 200_000
_MIB = 1 << 20
Given = Iterator[tuple[str, bytes]]


def no_messages() -> Given:
    """Lengths that are claimed, numbers without end."""
    yield "length", varint(1 << 3 | 2) + varint((1 << 31) - 1) + b"x"
    yield "varint", varint(2 << 3) + b"\xff" * 11


def nested_message(depth: int, field: int) -> bytes:
    """A message within a message within a message …"""
    content = b""
    while depth and len(content) < 400_000:
        content = varint(field << 3 | 2) + varint(len(content)) + content
        depth -= 1
    return content


def nested_json() -> bytes:
    """Brackets within brackets."""
    return b"[" * DEEP


def many_lists(size: int) -> bytes:
    """A list of empty lists: three bytes each in the text, and some seventy in memory."""
    return b"[" + b"[]," * (size // 3) + b"[]]"


def receipts() -> Given:
    """Receipts as JSON and binary."""
    yield "nested", b'{"leaves": ' + nested_json()
    yield "digits", b'{"version": ' + DIGITS + b"}"
    yield "NaN", b'{"version": NaN}'
    yield "lists", b'{"leaves": ' + many_lists(6 * _MIB) + b"}"
    yield "binary", nested_message(5000, 3)


def json_texts() -> Given:
    """What is no JSON to some readers, and too much to others."""
    yield "nested", nested_json()
    yield "objects", b'{"a":' * 60_000
    yield "digits", b'{"a": ' + DIGITS + b"}"
    yield "exponent", b'{"a": 1e999999999}'
    yield "NaN", b'{"a": NaN, "b": -Infinity}'
    yield "twice", b'{"subject": {}, "subject": {}}'
    yield "lists", many_lists(_MIB)


def yaml() -> Iterator[tuple[str, str]]:
    """Aliases of aliases (billion laughs), depth, numbers, tags."""
    letters = "abcdefghijkl"
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(letters)
    )
    yield "laughs", laughs
    yield "nested", "a: " + "[" * DEEP
    yield "mappings", "a: " + "{b: " * 50_000
    yield "digits", "edition: " + "9" * 1_000_000
    yield "values", "a: [" + "1, " * 300_000 + "1]"
    yield "tag", "!!python/object/apply:os.system ['true']"


def toml() -> Given:
    """Depth in values and in names, numbers."""
    yield "nested", b"a = " + nested_json()
    yield "tables", b"[" + b"a." * 10_000 + b"a]"
    yield "digits", b"a = " + DIGITS
    yield "strings", b'a = "' + b"\\u0041" * 50_000 + b'"'


def table_head() -> bytes:
    """A decision table that claims to have as many rows as there are numbers."""
    most = (1 << 32) - 1
    return _HEADER.pack(MAGIC, 1, 1, 0, _HEADER.size, 1, 2, most, 31, most, most, most, 1, 1, most, bytes(32))


def nested_der() -> bytes:
    """A sequence of a sequence of a sequence …"""
    nested = b"\x05\x00"
    while len(nested) < 60_000:
        size = len(nested)
        head = bytes([0x30, size]) if size < 128 else b"\x30\x82" + size.to_bytes(2, "big")
        nested = head + nested
    return nested


def coded(content: bytes) -> str:
    """Base64 as JSON has it in tokens."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def cbor() -> Given:
    """What an authenticator might say: depth, and a length of 2^64 - 1."""
    yield "arrays", b"\x81" * 9_000
    yield "maps", b"\xa1\x01" * 4_500
    yield "length", b"\x5b" + b"\xff" * 8
    yield "list", b"\x9b" + b"\xff" * 8


def zipped(name: str, size: int, *, fill: bytes = b"\x00", more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """An archive of one member that unpacks to so many bytes, a thousand times what it is."""
    target, piece = io.BytesIO(), fill * (_MIB // len(fill))
    with zipfile.ZipFile(target, "w") as archive:
        for other, content in more:
            archive.writestr(zipfile.ZipInfo(other), content)
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w") as member:
            for _ in range(size // len(piece)):
                member.write(piece)
    return target.getvalue()


def workbooks() -> Given:
    """Zip bombs, cells far apart, entities, depth, many parts, many texts."""
    known = tuple((name, content.encode()) for name, content in PARTS.items())
    cells = b'<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c>'
    far = b'<worksheet><sheetData><row r="1">' + cells + b"</row></sheetData></worksheet>"
    entity = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]>'
    entities = entity + b"<worksheet>" + b"&a;" * 100_000 + b"</worksheet>"
    sheet = "xl/worksheets/sheet1.xml"
    yield "zeros", zipped(sheet, 32 * _MIB, more=known)
    yield "far cell", packed([*known, (sheet, far)])
    yield "entities", packed([*known, (sheet, entities)])
    yield "nested", packed([*known, (sheet, b"<a>" * 300_000)])
    yield "parts", packed([*known, *((f"p{at}", b"") for at in range(400))])
    yield "texts", zipped("xl/sharedStrings.xml", 64 * _MIB, fill=b"<si><t>a</t></si>", more=known)
    yield "cells", zipped(sheet, 16 * _MIB, fill=b'<c r="A1"><v>1</v></c>', more=known)


def tables() -> Given:
    """Text: a quote that is never closed, a line of a million columns."""
    yield "open quote", b'a,b\n"' + b"x" * 5_000_000
    yield "columns", b"a," * 400_000 + b"\n"


def archives() -> Given:
    """An edition that unpacks to more than any has."""
    yield "zeros", zipped("a.yaml", 32 * _MIB)
    yield "lzma", packed([("a.yaml", b"a")], zipfile.ZIP_LZMA)


def packages() -> Given:
    """Draw packages: leaves without end, a statement of megabytes, lists of lists."""
    yield "leaves", zipped("leaves.bin", 160 * _MIB, more=(("draw.json", b"{}"),))
    yield "stated", zipped("draw.json", 32 * _MIB)
    yield "lists", packed([("draw.json", many_lists(3 * _MIB)), ("leaves.bin", b"")])


def pdfs() -> Given:
    """Attachments and pages that unpack to much, loops, counts."""
    paper = made([("receipt.pb", b"x"), ("paper.json", b"y")])
    yield "size", made([("receipt.pb", b"x")]).replace(b"/Size 1>>", b"/Size 60000000>>")
    yield "filters", paper.replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]")
    yield "loop", paper.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    yield "count", paper.replace(b"/Count 1", b"/Count 999999999")
    content = zlib.compress(bytes(64 * _MIB), 1)
    head = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(content)
    whole = made([]).replace(b"<</Length 0>>stream\n\nendstream", head + content + b"\nendstream")
    yield "stream", whole[: whole.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % whole.index(b"xref\n")
