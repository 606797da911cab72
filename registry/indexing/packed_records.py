"""Records of subjects as bytes (主体记录的编码): as the store's rows have them, in MessagePack.

A record is [live events, known, grounds, marks, links, names], each row an array of its columns. Texts that
many rows share (editions, departments, articles, days …) are told once, and named in the rows by their
number in ``Texts``. What a row means is read where the store's rows are read (``store.rows``).

Example: a ground of edition 3f9a… is [7, 0, 7, None, 1, 12, …], 12 being the number of its measure's code.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from registry.sanctions.ground import Ground, Link, Mark, NameUse, SubjectRecord
from registry.store import rows
from registry.store.interface import MeasureLookup

_GROUND = (
    "position", "ordinal", "known_from", "known_to", "kind", "code", "first", "last", "subject_kind",
    "document", "legal_basis", "department", "statement_id", "edition", "law_date", "lifetime", "region",
    "industry", "activity", "capacity", "facts", "ended",
)  # fmt: skip
_MARK = ("position", "known_from", "known_to", "target", "kind", "first", "last")
_LINK = ("position", "other", "kind", "outgoing", "effective_on", "known_from", "known_to")
_SHARED = {
    "code", "first", "last", "legal_basis", "department", "edition", "law_date", "region", "industry",
    "activity", "facts", "effective_on",
}  # fmt: skip
_Make = Callable[..., Any]
_make: Callable[[str, tuple[str, ...]], _Make] = namedtuple
_ground_row = _make("_ground_row", ("subject", *_GROUND))
_mark_row = _make("_mark_row", ("subject", *_MARK))
_link_row = _make("_link_row", ("subject", *_LINK))


def _shared(columns: Sequence[str]) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(columns) if name in _SHARED)


_IN_GROUND, _IN_MARK, _IN_LINK = _shared(_GROUND), _shared(_MARK), _shared(_LINK)
_Row = list[Any]
_Packed = tuple[
    int,
    list[tuple[int, int | None]],
    list[_Row],
    list[_Row],
    list[_Row],
    list[tuple[str, bool, int, int, int | None]],
]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


class Texts:
    """Texts by number; number 0 stands for none."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {None: 0}

    def number(self, text: str | None) -> int:
        """The number of a text, a new one if it has none."""
        return self._numbers.setdefault(text, len(self._numbers))

    def to_bytes(self) -> bytes:
        """All of them, in order."""
        return _encode(list(self._numbers))

    @staticmethod
    def from_bytes(content: bytes | memoryview) -> list[str | None]:
        """All of them again. Raises msgspec.DecodeError."""
        return msgspec.msgpack.decode(content, type=list[str | None])


def pack_record(record: SubjectRecord, texts: Texts) -> bytes:
    """A record as bytes, but for its reference."""
    return _encode(
        (
            record.live_events,
            record.known,
            [_row(rows.ground_values(each), _GROUND, _IN_GROUND, texts) for each in record.grounds],
            [_row(rows.mark_values(record.ref, each), _MARK, _IN_MARK, texts) for each in record.marks],
            [_row(rows.link_values(each), _LINK, _IN_LINK, texts) for each in record.links],
            [(use.name, use.settled, use.live, use.known_from, use.known_to) for use in record.names],
        )
    )


def unpack_record(
    ref: str, content: bytes | memoryview, texts: Sequence[str | None], measures: MeasureLookup
) -> SubjectRecord:
    """The record again. Raises msgspec.DecodeError, IndexError, ValueError or TypeError where the bytes are
    none, StoreError where an edition is not at hand."""
    live, known, grounds, marks, links, names = _decode(content)
    return SubjectRecord(
        ref=ref,
        live_events=live,
        known=tuple(known),
        grounds=tuple([_ground(ref, row, texts, measures) for row in grounds]),
        marks=tuple([_mark(ref, row, texts) for row in marks]),
        links=tuple([_link(ref, row, texts) for row in links]),
        names=tuple([NameUse(*use) for use in names]),
    )


def _row(values: rows.Values, columns: Sequence[str], shared: Sequence[int], texts: Texts) -> _Row:
    row = [values[name] for name in columns]
    for place in shared:
        row[place] = texts.number(row[place])
    return row


def _told(row: _Row, shared: Sequence[int], texts: Sequence[str | None]) -> _Row:
    for place in shared:
        row[place] = texts[row[place]]
    return row


def _ground(ref: str, row: _Row, texts: Sequence[str | None], measures: MeasureLookup) -> Ground:
    return rows.ground_from(_ground_row(ref, *_told(row, _IN_GROUND, texts)), measures)


def _mark(ref: str, row: _Row, texts: Sequence[str | None]) -> Mark:
    return rows.mark_from(_mark_row(ref, *_told(row, _IN_MARK, texts)))


def _link(ref: str, row: _Row, texts: Sequence[str | None]) -> Link:
    return rows.link_from(_link_row(ref, *_told(row, _IN_LINK, texts)))
