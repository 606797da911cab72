"""A workbook's archive (xlsx: ISO/IEC 29500, a zip of XML), looked through before a spreadsheet library opens
it.

A library that reads a worksheet makes room for every cell between the first and the last one used, and
unpacks whatever it is given. A few kilobytes can therefore ask for a terabyte: nested repetition (a zip
bomb), or two cells at A1 and XFD1048576. So the archive is unpacked once in small pieces, by its real size
and not by the one it states, and its cells are counted:

* at most 256 parts, 512 MB unpacked, 6,000,000 cells and as many places between the outermost of them;
* no more than 3,000,000 texts that cells share, no cell of more than 1 MB, no column beyond
  ``columns.MAX_COLUMNS``;
* nothing before, after or between what the directory lists, so that two readers cannot see two archives;
* an xlsx and nothing else (ods, xlsb and docx are zips too).

Cells without content, which only have a format, do not count: a sheet formatted to its last row is no bomb.

Example: a sheet with the two cells above is refused with
``单元格散布在1048576行、16384列的范围内…``.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from registry_client.bulk.lines import FileFormatError
from registry_client.bulk.values import column_number
from registry_client.columns import MAX_COLUMNS

MAX_PARTS = 256
MAX_UNPACKED = 512 << 20
MAX_CELLS = 6_000_000
MAX_TEXTS = 3_000_000
"""Entries of the table of texts that cells share: all of them are held, whether a cell has them or not."""
MAX_CELL_BYTES = 1 << 20
_PIECE = 1 << 20
_LOCAL_HEADER = 30
_END_RECORD = 22
_END_MARK = b"PK\x05\x06"
_ENCRYPTED = 0x1
_KIND = re.compile(rb"spreadsheetml\.(?:sheet|template)\.main\+xml|\.macroEnabled\.main\+xml")
_FROM_1904 = re.compile(rb"""<(?:[^\s<>/:]+:)?workbookPr\s[^<>]*date1904\s*=\s*["'](?:1|true)["']""")
_OTHERS = ("content.xml", "mimetype", "xl/workbook.bin")
# Nearly every program writes a cell so, the place first; whatever has cells of another form is looked at
# again.
_CELL = re.compile(rb'<c r="([A-Z]{1,4})([0-9]{1,8})"[^<>/]*(/?)>')
_ANY_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c(?:\s([^<>]*?))?(/?)>")
_STRANGE = (b":c", b"<c\t", b"<c\r", b"<c\n")
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,8})["']""")


class _RefusedError(Exception):
    """Why an archive is not opened."""


@dataclass(slots=True)
class Extent:
    """How many cells a worksheet has, how far they reach, and how many of them are formulas."""

    cells: int = 0
    first_row: int = 1 << 30
    last_row: int = 0
    first_column: int = 1 << 30
    last_column: int = -1
    formulas: int = 0

    def add(self, xml: bytes) -> None:
        """Counts whole tags."""
        found = _CELL.findall(xml)
        if len(found) != xml.count(b"<c ") + xml.count(b"<c>") or any(each in xml for each in _STRANGE):
            found = _looked_for(xml)
        self.formulas += xml.count(b"<f>") + xml.count(b"<f ")
        filled = [each for each in found if not each[2]]
        if not filled:
            return
        self.cells += len(filled)
        letters, numbers = {each[0] for each in filled}, {each[1] for each in filled}
        columns, rows = [column_number(each.decode()) for each in letters], list(map(int, numbers))
        self.first_column = min(self.first_column, *columns)
        self.last_column = max(self.last_column, *columns)
        self.first_row, self.last_row = min(self.first_row, *rows), max(self.last_row, *rows)
        self._require_bounds()

    def _require_bounds(self) -> None:
        if self.last_column >= MAX_COLUMNS:
            raise _RefusedError(f"有{self.last_column + 1}列，超过{MAX_COLUMNS}列，请删去无关的列")
        rows, columns = self.last_row - self.first_row + 1, self.last_column - self.first_column + 1
        if rows * columns > MAX_CELLS or self.cells > MAX_CELLS:
            message = f"单元格散布在{rows}行、{columns}列的范围内，超过{MAX_CELLS}格"
            raise _RefusedError(f"{message}；请删去表格以外的内容，或分成几个文件")


class Looked(NamedTuple):
    """What was seen of an archive that may be opened: how many formulas, and whether its days are counted
    from 1904, as workbooks that were begun on a Mac do."""

    formulas: int
    from_1904: bool


def looked_through(name: str | Path, content: bytes) -> Looked:
    """What was seen of an archive that may be opened. FileFormatError for any other."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return _look_through(archive, content)
    except _RefusedError as fault:
        raise FileFormatError(f"{name}：{fault}") from None
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError):
        raise FileFormatError(f"{name}：xlsx文件已损坏或不完整，请重新导出") from None


def _look_through(archive: ZipFile, content: bytes) -> Looked:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    _require_plain(archive, content, names)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise _RefusedError("工作簿已加密，请去掉密码后再提交")
    is_workbook, from_1904, formulas, unpacked, texts = False, False, 0, 0, 0
    for part in parts:
        extent = Extent()
        for xml in _tags(_pieces(part, content, MAX_UNPACKED - unpacked)):
            texts += xml.count(b"<si>") + xml.count(b"<si ") + xml.count(b":si>") + xml.count(b":si ")
            if texts > MAX_TEXTS:
                raise _RefusedError(f"工作簿的文字超过{MAX_TEXTS}条，请分成几个文件")
            if part.filename == "[Content_Types].xml":
                is_workbook = is_workbook or _KIND.search(xml) is not None
            elif part.filename.lower() == "xl/workbook.xml":
                from_1904 = from_1904 or _FROM_1904.search(xml) is not None
            unpacked += len(xml)
            extent.add(xml)
        formulas += extent.formulas
    if not is_workbook or any(other in names for other in _OTHERS):
        raise _RefusedError("压缩包里不是xlsx工作簿（可能是ods、xlsb、docx或普通压缩文件），请另存为xlsx")
    return Looked(formulas, from_1904)


def _require_plain(archive: ZipFile, content: bytes, names: list[str]) -> None:
    """Refuses archives in which another reader could find something else."""
    ends_there = content[-_END_RECORD:].startswith(_END_MARK) and archive.start_dir < len(content)
    starts_there = all(part.header_offset < archive.start_dir for part in archive.infolist())
    if not ends_there or not starts_there or archive.comment or len(set(names)) != len(names):
        raise _RefusedError("压缩包的目录不规范，请用Excel或WPS另存为xlsx")
    size, start = (int.from_bytes(content[at:][:4], "little") for at in (-10, -6))
    if start != archive.start_dir or start + size != len(content) - _END_RECORD:
        raise _RefusedError("压缩包的目录不规范，请用Excel或WPS另存为xlsx")
    if len(names) > MAX_PARTS:
        raise _RefusedError(f"压缩包有{len(names)}个部件，超过{MAX_PARTS}个，不是通常的工作簿")


def _pieces(part: ZipInfo, content: bytes, allowed: int) -> Iterator[bytes]:
    """The unpacked content, as far as the packed bytes reach and whatever size they state."""
    header = content[part.header_offset :][:_LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile
    start = part.header_offset + _LOCAL_HEADER
    start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = memoryview(content)[start : start + part.compress_size]
    total = 0
    for piece in _inflated(packed) if part.compress_type == ZIP_DEFLATED else _cut(packed):
        total += len(piece)
        if total > allowed:
            raise _RefusedError(f"解压后超过{MAX_UNPACKED >> 20}MB，不是通常的工作簿；请分成几个文件")
        yield piece
    if total != part.file_size:
        raise BadZipFile


def _cut(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _PIECE):
        yield bytes(packed[start : start + _PIECE])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed_piece in _cut(packed):
        waiting = packed_piece
        while waiting and not unpacker.eof:
            if piece := unpacker.decompress(waiting, _PIECE):
                yield piece
            waiting = unpacker.unconsumed_tail
    while piece := unpacker.decompress(b"", _PIECE):
        yield piece
    if not unpacker.eof or unpacker.unused_data:
        raise BadZipFile


def _tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that no tag is. Text without any tag for long is a cell that is too long."""
    rest = b""
    for piece in pieces:
        joined = rest + piece
        cut = joined.rfind(b"<")
        yield joined[: max(cut, 0)]
        rest = joined[max(cut, 0) :]
        if len(rest) > MAX_CELL_BYTES + _PIECE:
            raise _RefusedError(f"有一格超过{MAX_CELL_BYTES >> 20}MB，不是表格内容")
    yield rest


def _looked_for(xml: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Letters and number of every cell, and whether it is empty, whatever form the tags have."""
    found = []
    for attributes, empty in _ANY_CELL.findall(xml):
        place = _PLACE.search(attributes)
        if place is None:
            raise _RefusedError("工作表的单元格没有写明位置，请用Excel或WPS另存为xlsx")
        found.append((place[1].upper(), place[2], empty))
    return found
