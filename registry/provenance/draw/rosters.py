"""A roster as a whole (名录库): its published file, and the root by which it was committed.

The rows rise strictly by the bytes of their ids, so an id stands there once, and a file has one order. The
root is that of RFC 6962 over the lines of the rows (``registry.provenance.merkle``), the line of headings not
among them. A change of one letter in one row is another root.

A file of a million rows is read line by line: of objects their ids are kept, by grade, and no more. Whoever
checks a draw has the rows looked at (``looked_at``): the root says that nobody altered them, not that a firm
stands there once, or that two inspectors are two persons.

Example: the root over the one row ``K-1,s,c,`` is SHA-256(00 ‖ "K-1,s,c,").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from registry.domain.names import comparable
from registry.provenance.draw.rows import (
    INSPECTORS,
    MAX_LINE_BYTES,
    OBJECTS,
    DrawError,
    cells_of,
    identity_fault,
    inspector_faults,
    line_of,
)
from registry.provenance.merkle import EMPTY_ROOT, node_hash

MAX_ROWS = 10_000_000
_CHUNK = 1 << 12


@dataclass(frozen=True, slots=True)
class Committed:
    """What a roster statement says of its file."""

    root: bytes
    rows: int
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a roster: ids by grade, in the order of the file; whom a matter does not concern is
    counted as a row and not kept."""

    committed: Committed
    by_grade: dict[str, list[str]]
    fault: str = ""
    """The first row that no roster may have, and why; empty if there is none, or nobody looked."""


@dataclass(frozen=True, slots=True)
class Inspectors:
    """The inspectors of a roster who may inspect a matter, in the order of the file."""

    committed: Committed
    ids: tuple[str, ...]
    fault: str = ""
    """As of `Objects`."""


class TreeRoot:
    """The RFC 6962 root over lines as they come: `merkle.Frontier` of whole chunks, twice as fast."""

    def __init__(self) -> None:
        self.rows = 0
        self._chunk: list[bytes] = []
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, line: bytes) -> None:
        """Takes the next line."""
        self.extend((line,))

    def extend(self, lines: Sequence[bytes]) -> None:
        """Takes the next lines."""
        self.rows += len(lines)
        self._chunk += [sha256(b"\x00" + line).digest() for line in lines]
        while len(self._chunk) >= _CHUNK:
            self._push(_CHUNK, _reduced(self._chunk[:_CHUNK]))
            del self._chunk[:_CHUNK]

    def root(self) -> bytes:
        """The root over all lines so far."""
        peaks = [root for _, root in self._peaks]
        if self._chunk:
            peaks.append(_ragged(self._chunk))
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def _push(self, size: int, root: bytes) -> None:
        while self._peaks and self._peaks[-1][0] == size:
            root = node_hash(self._peaks.pop()[1], root)
            size *= 2
        self._peaks.append((size, root))


def read_objects(lines: Iterable[bytes], matter: str, *, looked_at: bool = False) -> Objects:
    """A roster of objects out of a file's lines, each with its LF, with the ids that a matter concerns.
    DrawError names the line."""
    by_grade: dict[str, list[str]] = {}
    reading, fault = _Reading(OBJECTS), ""
    for number, cells in enumerate(reading.rows(lines), 2):
        if not cells[6] or matter in cells[6].split(";"):
            by_grade.setdefault(cells[3], []).append(cells[0])
        if looked_at and not fault and (told := identity_fault(cells)):
            fault = f"第{number}行: {told}"
    return Objects(reading.committed(), by_grade, fault)


def read_inspectors(lines: Iterable[bytes], matter: str, *, looked_at: bool = False) -> Inspectors:
    """A roster of inspectors. DrawError names the line."""
    ids, certificates = list[str](), dict[str, int]()
    reading, fault = _Reading(INSPECTORS), ""
    for number, cells in enumerate(reading.rows(lines), 2):
        if not cells[3] or matter in cells[3].split(";"):
            ids.append(cells[0])
        if looked_at and not fault:
            fault = _inspector_fault(cells, number, certificates)
    return Inspectors(reading.committed(), tuple(ids), fault)


def _inspector_fault(cells: list[str], number: int, certificates: dict[str, int]) -> str:
    """Why a row of inspectors may not be; a certificate (执法证) belongs to one person."""
    told = [f"{column}: {fault}" for column, fault in inspector_faults(cells)]
    other = certificates.setdefault(comparable(cells[2]), number)
    if other != number:
        told.append(f"certificate: 执法证号与第{other}行重复, 一个证号只属一人")
    return f"第{number}行: {told[0]}" if told else ""


def written(columns: tuple[str, ...], rows: Iterable[list[str]]) -> Iterator[bytes]:
    """The lines of a file with these rows, each with its LF, sorted by id. DrawError where an id comes
    twice."""
    yield line_of(columns) + b"\n"
    before = b""
    for key, cells in sorted((cells[0].encode(), cells) for cells in rows):
        if key == before:
            raise DrawError(f"编号{cells[0]}重复")
        before = key
        yield line_of(cells) + b"\n"


class _Reading:
    """One reading of a file: checks its form, hashes what it reads."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._tree = TreeRoot()
        self._file = sha256()
        self._size = 0
        self._before = b""

    def rows(self, lines: Iterable[bytes]) -> Iterator[list[str]]:
        given = iter(lines)
        heading = line_of(self._columns) + b"\n"
        if next(given, b"") != heading:
            raise DrawError(f"第1行应为列名 {heading.decode().rstrip()}")
        self._file.update(heading)
        self._size, number = len(heading), 2
        while some := list(islice(given, _CHUNK)):
            joined = b"".join(some)
            self._file.update(joined)
            self._size += len(joined)
            yield from self._checked(some, number)
            self._tree.extend([line[:-1] for line in some])
            number += len(some)

    def _checked(self, lines: list[bytes], number: int) -> Iterator[list[str]]:
        width, before = len(self._columns), self._before
        for at, ended in enumerate(lines, number):
            if ended[-1:] != b"\n" or len(ended) > MAX_LINE_BYTES + 1 or at > MAX_ROWS + 1:
                raise DrawError(f"第{at}行没有以LF结尾, 或者过长、过多")
            cells = self._cells(ended[:-1], at)
            key = cells[0].encode()
            if len(cells) != width or key <= before:
                raise DrawError(f"第{at}行列数有误, 或者编号没有严格递增")
            before = key
            yield cells
        self._before = before

    def committed(self) -> Committed:
        return Committed(self._tree.root(), self._tree.rows, self._file.digest(), self._size)

    def _cells(self, line: bytes, number: int) -> list[str]:
        try:
            return cells_of(line)
        except DrawError as fault:
            raise DrawError(f"第{number}行: {fault}") from None


def _reduced(level: list[bytes]) -> bytes:
    """The root over a power of two leaf hashes."""
    while len(level) > 1:
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


def _ragged(level: list[bytes]) -> bytes:
    """The root over any number of leaf hashes but none."""
    if len(level) == 1:
        return level[0]
    split = 1 << (len(level) - 1).bit_length() - 1
    return node_hash(_reduced(level[:split]), _ragged(level[split:]))
