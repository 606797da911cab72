"""A PDF read with a real reader, pypdf (extra ``papers``): its text, what is drawn, and what lies over it.

For files that are not as they were made: saved again by another program, sealed, or made on another machine.
Attachments, pages and what is drawn on each are bounded; whatever a forged file makes the reader trip over is
a ``PdfFileError``.

Text is compared without white space and without places where words may break, since these depend on fonts.
A page that is cropped, turned or scaled, whose text is invisible or set over pictures, and a catalog that has
a viewer show something else (forms of XFA, a portfolio, scripts) are no paper's, whatever the text says.
``drawn`` is a digest of all that a page draws, fonts included, but for its annotations: two pages with the
same one look the same.

Example: ``pages_of(pdf)[0].text`` begins with 信用信息查询回执回执编号.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from registry_papers.answers.page_text import squeezed
from registry_papers.answers.pdf_drawing import Drawing
from registry_papers.answers.pdf_file import LARGEST, MANY, PdfFileError

MOST_PAGES = 3000
MOST_DRAWN = 2 << 20
"""Bytes of what is drawn on a page; of a paper they are some ten thousands."""
_A4 = (595, 842)
_DRAWN_WITH = {"/ProcSet", "/ColorSpace", "/Font"}
_SHOWING = {"/OpenAction", "/AA", "/OCProperties", "/Collection", "/JavaScript", "/XFA"}
_INVISIBLE = re.compile(rb"(?<![0-9.])[1-7]\s+Tr\b|(?<!\S)(?:BI|sh|gs)(?!\S)")
"""Text that is not simply filled; pictures and shades within the drawing itself, and transparency."""
_EMPTY = DictionaryObject()
_Result = TypeVar("_Result")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # What is wrong with a file is told in one place.


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page without white space; whether it has anything but visible text and lines on A4 as it
    is; a digest of what it draws."""

    text: str
    covered: bool
    drawn: bytes


def pages_of(pdf: bytes) -> list[PageText]:
    """The pages. Raises PdfFileError."""

    def read() -> list[PageText]:
        reader = PdfReader(BytesIO(pdf))
        if len(reader.pages) > MOST_PAGES:
            raise PdfFileError(f"超过{MOST_PAGES}页")
        _check_catalog(reader.root_object)
        drawing = Drawing()
        return [_read(page, drawing) for page in reader.pages]

    return _attempted(read)


def attachments_in(pdf: bytes) -> dict[str, bytes]:
    """The attachments. Raises PdfFileError."""

    def read() -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name, contents in PdfReader(BytesIO(pdf)).attachments.items():
            if len(contents) != 1 or len(found) >= MANY:
                raise PdfFileError("附件重名或者过多")
            found[name] = contents[0]
            if len(found[name]) > LARGEST:
                raise PdfFileError(f"附件超过{LARGEST >> 20}MiB")
        return found

    return _attempted(read)


def _check_catalog(root: DictionaryObject) -> None:
    """Raises PdfFileError for what has a viewer show something else than the pages as they are."""
    names, form = root.get("/Names", _EMPTY).get_object(), root.get("/AcroForm", _EMPTY).get_object()
    if _SHOWING & {*root, *names, *form}:
        raise PdfFileError("文件含有脚本、动态表单或者图层，所见可能不是页面的内容")


def _read(page: PageObject, drawing: Drawing) -> PageText:
    contents = page.get_contents()
    drawn = contents.get_data() if contents is not None else b""
    if len(drawn) > MOST_DRAWN:
        raise PdfFileError("页面的内容过多")
    covered = _is_changed(page) or _INVISIBLE.search(drawn) is not None
    return PageText(squeezed(page.extract_text()), covered, drawing.of_page(page))


def _is_changed(page: PageObject) -> bool:
    """Whether a page is no A4 as it is, or has more on it than text and lines."""
    resources = page.get("/Resources", _EMPTY).get_object()
    sides = [tuple(map(round, box[2:])) for box in (page.mediabox, page.cropbox) if not any(box[:2])]
    shaped = page.rotation % 360 == 0 and "/UserUnit" not in page and sides == [_A4, _A4]
    kinds = {kind for kind, held in resources.items() if held.get_object()}
    return bool(page.get("/Annots")) or not shaped or not kinds <= _DRAWN_WITH


def _attempted(read: Callable[[], _Result]) -> _Result:
    try:
        return read()
    except PdfFileError:
        raise
    except Exception as error:
        raise PdfFileError(f"不能读取（{type(error).__name__}）") from None
