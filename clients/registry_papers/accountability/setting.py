"""A sheet as PDF/A-2u by typst, A4 across, headings of tables repeated on each page; no clock is read."""

from __future__ import annotations

from pathlib import Path

from registry_papers.accountability.sheet import Sheet
from registry_papers.fonts import typefaces
from registry_papers.typesetting import Pages, breakable, typeset

_LAYOUT = "accountability/sheet.typ"


def pages_of(sheet: Sheet, fonts: Path | None = None, *, form: Pages = "png") -> list[bytes]:
    """One PDF, or pictures of the pages. FontError; PaperError if it cannot be set."""
    faces = typefaces(fonts)
    year, month, day = map(int, sheet.day.split("-"))
    body = faces.body[::-1]
    told = {
        "fonts": {"body": body, "heading": tuple(dict.fromkeys((*faces.heading, *body)))},
        "title": sheet.title,
        "date": {"year": year, "month": month, "day": day},
        "facts": [(label, breakable(text)) for label, text in sheet.facts],
        "tables": [
            {
                "title": table.title,
                "headings": table.headings,
                "rows": [[breakable(cell) for cell in row] for row in table.rows],
                "shares": table.shares,
                "empty": table.empty,
                "note": table.note,
                "late": table.late,
            }
            for table in sheet.tables
        ],
        "limits": sheet.limits,
    }
    return typeset(_LAYOUT, told, faces, form=form, standard="a-2u")
