"""The files beside the rosters: who must not meet (回避), and the result.

CSV as the rosters are (``registry.provenance.draw.rows``), LF at the end of every line:

    recusals    object_id,official_id                 rising by both, each pair once
    result      number,object_id,inspectors           in the order of drawing from 1; ids with ``;`` between

Recusals are fixed with the order, before there is any randomness: afterwards nobody is spared by recusing
whoever was drawn (公务员法 第七十六条; 行政处罚法 第四十三条).

Example of a result: ``1,91130900DEM0001234,SC-07;SC-12``
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from registry.provenance.draw.rows import BETWEEN, DrawError, cells_of, line_of

RECUSALS = ("object_id", "official_id")
RESULT = ("number", "object_id", "inspectors")
MOST_DRAWN = 100_000
"""Objects of one order."""
Pairs = Mapping[str, frozenset[str]]
"""Of an object, the inspectors it must not meet."""
Assignment = tuple[str, tuple[str, ...]]
"""An object and its inspectors in the order in which they were drawn."""


def recusal_lines(pairs: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """The lines of a file of recusals."""
    yield line_of(RECUSALS) + b"\n"
    for pair in sorted(set(pairs), key=lambda each: (each[0].encode(), each[1].encode())):
        yield line_of(pair) + b"\n"


def read_recusals(lines: Iterable[bytes]) -> Pairs:
    """The recusals of a file. DrawError names the line."""
    found: dict[str, set[str]] = {}
    before = (b"", b"")
    for number, cells in _rows(lines, RECUSALS):
        key = (cells[0].encode(), cells[1].encode())
        if key <= before or not all(key):
            raise DrawError(f"回避名单第{number}行没有填全, 或者没有严格递增")
        before = key
        found.setdefault(cells[0], set()).add(cells[1])
    return {each: frozenset(those) for each, those in found.items()}


def result_lines(drawn: Sequence[Assignment]) -> Iterator[bytes]:
    """The lines of a result."""
    yield line_of(RESULT) + b"\n"
    for number, (drawn_object, inspectors) in enumerate(drawn, 1):
        yield line_of((str(number), drawn_object, BETWEEN.join(inspectors))) + b"\n"


def read_result(lines: Iterable[bytes], most: int = MOST_DRAWN) -> list[Assignment]:
    """The objects and inspectors of a result, ``most`` at the most: what nobody vouches for is not held in
    memory, however long the file is. DrawError names the line."""
    found: list[Assignment] = []
    for number, cells in _rows(lines, RESULT):
        if len(found) == most:
            raise DrawError(f"结果第{number}行: 至多{most}户")
        if cells[0] != str(len(found) + 1):
            raise DrawError(f"结果第{number}行的序号不连续")
        found.append((cells[1], tuple(cells[2].split(BETWEEN))))
    return found


def _rows(lines: Iterable[bytes], columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    given = iter(lines)
    if next(given, b"") != line_of(columns) + b"\n":
        raise DrawError(f"第1行应为列名 {','.join(columns)}")
    for number, ended in enumerate(given, 2):
        cells = cells_of(ended[:-1]) if ended[-1:] == b"\n" else []
        if len(cells) != len(columns):
            raise DrawError(f"第{number}行应有{len(columns)}列, 以LF结尾")
        yield number, cells
