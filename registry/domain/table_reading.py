"""What is in a decision table, subject by subject: to put it over another table.

Keys become codes again, which loses nothing (``packed_codes``): the first eight characters are ``high``, the
last ten ``low``.

    for code, timeline in timelines_in(table):
        live.apply([(code, timeline)], position)
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.packed_codes import CODE_BYTES
from registry.domain.table_building import Timeline
from registry.domain.table_file import FOREVER, TableFileError, read_table
from registry.domain.uscc import ALPHABET
from registry.domain.verdict_shapes import INVALID, ShapeBook

_BASE = len(ALPHABET)
_HIGHEST, _LOWEST = _BASE**8, _BASE**10


def timelines_in(content: bytes | memoryview, book: ShapeBook) -> list[tuple[bytes, Timeline]]:
    """Every subject of a table with its timeline; shapes by their numbers in ``book``, which takes those that
    it lacks. Raises TableFileError; ``book`` is as it was then."""
    facts, arrays, own = read_table(content)
    if facts.roles != book.roles:
        raise TableFileError("结论表属于另一版本的程序, 问题的列不同")
    starts, until, steps = arrays.starts.tolist(), arrays.until.tolist(), arrays.step.tolist()
    rows = arrays.keys.tolist()[:-1]
    told = [(_code(k0, word & 0xFFFFFFFF), word >> 32) for k0, word in rows]
    if any(number >= len(starts) for _, number in told):
        raise TableFileError("结论表文件的内容被改动")
    numbers = _numbers_in(book, own)
    lines = [tuple(_line(start, until, steps, numbers)) for start in starts]
    return [(code, lines[number]) for code, number in told]


def _line(start: int, until: list[int], steps: list[int], numbers: list[int]) -> Iterator[tuple[int, int]]:
    for at in range(start, len(until)):
        yield until[at], numbers[steps[at]]
        if until[at] == FOREVER:
            return


def _numbers_in(book: ShapeBook, own: ShapeBook) -> list[int]:
    """The number in ``book`` of each shape of another."""
    known = {book[number]: number for number in range(INVALID + 1, len(book))}
    added = [known[shape] if shape in known else book.add(shape) for shape in own.own()]
    return [*range(INVALID + 1), *added]


def _code(k0: int, k1: int) -> bytes:
    """The code of a key. Raises TableFileError if it is none."""
    high, low = k1 << 14 | k0 >> 50, k0 & ((1 << 50) - 1)
    if high >= _HIGHEST or low >= _LOWEST:
        raise TableFileError("结论表文件的内容被改动")
    digits = []
    for number, count in ((low, 10), (high, CODE_BYTES - 10)):
        for _ in range(count):
            number, digit = divmod(number, _BASE)
            digits.append(ALPHABET[digit])
    return "".join(reversed(digits)).encode()
