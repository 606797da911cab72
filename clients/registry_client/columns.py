"""Columns of the files that departments deliver: recognising a file by its headings, in any order.

A ``Layout`` is a kind of file; ``registry_client.layouts`` has them all. A ``Column`` says where its cells go
in a ``registry.v1.Event``:

* ``path``: the field that it fills, such as ``document.number``;
* ``content``: the content field of the event's category (catalogue, ``event_categories``). What has a field
  of its own in Event is not repeated as content: a signed statement says a thing once. Two columns with the
  same content field are kept together there, each with its heading;
* neither: the column is for readers only (措施名称 beside 措施代码), and nothing of it is sent.

Headings are the Chinese ones or the short codes (CF_XDR_MC), also mixed. They are compared by their letters,
digits and Chinese characters alone, so brackets, blanks, line ends, full width and a star for “required” do
not matter: ``＊罚款金额 (万元)`` is 罚款金额（万元）. What a form adds to say that a cell must be filled
(必填, 选填) does not count either. A heading that the layout does not know is no error; where its column has
text, the caller is told that it was not sent. The two columns that a marked workbook adds (``RETURNED``) are
passed over, so that it can be mended and submitted as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import SubjectKind

MAX_COLUMNS = 500
"""Of a file: the widest layout has some thirty, and what is far wider is no file of this kind."""
RETURNED = ("问题（登记系统标注）", "登记结果（登记系统标注）")
"""The columns that a marked workbook adds: what is wrong with a row, and what became of it."""
_REQUIREMENT = re.compile("必填项?|选填项?|可选|非必填")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its short code and other names, and where its cells go."""

    heading: str
    names: tuple[str, ...] = ()
    path: str = ""
    content: str = ""

    @property
    def for_readers_only(self) -> bool:
        """Whether nothing of this column is sent."""
        return not self.path and not self.content


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file. ``mark`` is the heading that no other layout has, by which it is told.

    ``fallbacks`` names for a path the heading whose cell is taken where the path's own is empty; ``kind`` is
    what every subject of such a file is, where it has no column for that.
    """

    name: str
    category: str
    mark: str
    columns: tuple[Column, ...]
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    kind: SubjectKind.ValueType = subject_pb2.SUBJECT_KIND_UNSPECIFIED

    def column(self, heading: str) -> Column | None:
        """The column with a heading of this layout."""
        return next((column for column in self.columns if column.heading == heading), None)

    def knows(self, heading: str) -> bool:
        """Whether a cell has the heading of one of the columns."""
        return heading_letters(heading) in set().union(*_names(self).values())

    def named_in(self, headings: Sequence[str]) -> set[str]:
        """The headings of the columns that are named, by any of their names, among some cells."""
        letters = set(map(heading_letters, headings))
        return {heading for heading, names in _names(self).items() if names & letters}

    def column_of(self, name: str) -> Column | None:
        """The first column that fills a field of the event, by path, or a content field, by name."""
        if not name:
            return None
        return next((column for column in self.columns if name in (column.path, column.content)), None)


@dataclass(frozen=True, slots=True)
class Headings:
    """The first line of a file, understood: for each cell its column, or None where it is not known."""

    layout: Layout
    columns: tuple[Column | None, ...]
    written: tuple[str, ...]

    def as_written(self, heading: str) -> str:
        """What this file calls the column that the layout calls ``heading``; the same where it has none."""
        pairs = zip(self.written, self.columns, strict=True)
        return next((text for text, column in pairs if column and column.heading == heading), heading)

    def index_of(self, written: str) -> int | None:
        """The place, from 0, of the column that this file calls so; None where it has none."""
        return self.written.index(written) if written in self.written else None


class HeadingsError(ValueError):
    """A first line that is no layout's, or names a column twice; the message is one line in Chinese."""


class UnknownHeadingsError(HeadingsError):
    """A line in which no layout's mark stands: it may be no line of headings at all."""


def recognise(headings: Sequence[str], layouts: Sequence[Layout]) -> Headings:
    """The layout whose mark is among the headings, with its column for each heading. HeadingsError."""
    letters = [heading_letters(heading) for heading in headings]
    candidates = [layout for layout in layouts if set(letters) & _names(layout)[layout.mark]]
    if not candidates:
        marks = "、".join(layout.mark for layout in layouts)
        raise UnknownHeadingsError(f"认不出表头：第一行应为列名，且含以下列之一：{marks}")
    if len(letters) > MAX_COLUMNS:
        raise HeadingsError(f"有{len(letters)}列，超过{MAX_COLUMNS}列，请删去无关的列")
    found = max(candidates, key=lambda layout: len(set(letters) & set().union(*_names(layout).values())))
    by_letters = {name: column for column in found.columns for name in _names_of(column)}
    columns = tuple(by_letters.get(each) for each in letters)
    known = [column.heading for column in columns if column]
    twice = sorted({heading for heading in known if known.count(heading) > 1})
    if twice:
        raise HeadingsError(f"列名重复：{'、'.join(twice)}")
    return Headings(found, columns, tuple(headings))


def heading_letters(heading: str) -> str:
    """What counts of a heading: letters, digits and Chinese characters, half width, upper case."""
    folded = unicodedata.normalize("NFKC", heading).upper()
    letters = "".join(char for char in folded if char.isalnum())
    return _REQUIREMENT.sub("", letters) or letters


_RETURNED = frozenset(map(heading_letters, RETURNED))


def is_returned(heading: str) -> bool:
    """Whether the column is one that a marked workbook added."""
    return heading_letters(heading) in _RETURNED


def _names(layout: Layout) -> dict[str, set[str]]:
    return {column.heading: set(_names_of(column)) for column in layout.columns}


def _names_of(column: Column) -> list[str]:
    return [heading_letters(name) for name in (column.heading, *column.names)]
