"""A sheet (表): a title, what it is about, tables, and what it cannot show; the one source of all its forms.

As csv it is UTF-8 with its mark, lines by RFC 4180, one table below the other. A cell that a spreadsheet
would take for a formula begins with an apostrophe (OWASP, CSV injection); what cannot be seen is left out.

Example: the official ``=1+1`` stands in the csv as ``'=1+1``, in the PDF as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry_papers.errors import PaperError

MARK = b"\xef\xbb\xbf"
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``key`` names it in addresses, ``shares`` are the columns' shares of the width, ``note`` says
    what is left out, ``late`` is the column in which something that is not empty is late (-1: none)."""

    key: str
    title: str
    headings: Row
    rows: tuple[Row, ...]
    shares: tuple[int, ...]
    empty: str
    note: str = ""
    late: int = -1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet; ``day`` is that as seen from, YYYY-MM-DD."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    limits: tuple[str, ...]
    day: str

    def table(self, key: str) -> Table:
        """A table by its key."""
        return next(each for each in self.tables if each.key == key)

    @property
    def csv(self) -> bytes:
        """The sheet for a spreadsheet."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\r\n")
        for row in self._rows():
            writer.writerow([_harmless(cell) for cell in row])
        return MARK + written.getvalue().encode()

    def _rows(self) -> Iterator[Sequence[str]]:
        yield (self.title,)
        yield from self.facts
        for table in self.tables:
            yield ()
            yield (table.title,)
            yield table.headings
            yield from table.rows or ((table.empty,),)
            yield from ((table.note,),) if table.note else ()
        yield ()
        yield from ((limit,) for limit in self.limits)

    @property
    def text(self) -> str:
        """The sheet as plain text."""
        return "\n".join("｜".join(row) for row in self._rows()) + "\n"

    def pdf(self, fonts: Path | None = None) -> bytes:
        """The sheet as PDF/A, A4 across, the same bytes each time; ``fonts`` is a folder to look for fonts
        in, besides the system's. Raises FontError, and PaperError if the extra ``papers`` is missing."""
        try:
            from registry_papers.accountability.setting import pages_of
        except ImportError:
            raise PaperError("制作PDF需要组件typst和segno：pip install 'credit-registry[papers]'") from None
        return pages_of(self, fonts, form="pdf")[0]


def _harmless(cell: str) -> str:
    plain = "".join(each for each in cell if each == "\t" or each.isprintable())
    return f"'{plain}" if plain.startswith(_FORMULA_STARTS) else plain
