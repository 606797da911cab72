"""Forged revisions: the original stays in the file, byte for byte; what is appended shows another page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
    TextStringObject,
)

import registry_papers.answers.setting as setting
from registry_papers.answers import PageOutcome, answer_paper, check_page
from registry_papers.answers.pdf_drawing import Drawing
from tests.registry_papers import answer_samples as samples
from tests.registry_papers.answer_samples import receipt_of
from tests.registry_papers.fonts_here import need_font

_Change = Callable[[PdfWriter], None]


@cache
def original() -> bytes:
    need_font()
    return answer_paper(receipt_of(samples.check(hits=2))).pdf()


def appended(change: _Change) -> bytes:
    out = BytesIO(original())
    writer = PdfWriter(out, incremental=True)
    change(writer)
    writer.write(out)
    assert out.getvalue().startswith(original())
    return out.getvalue()


def _drawing(writer: PdfWriter, before: bytes, after: bytes) -> None:
    page = writer.pages[0]
    parts = []
    for content in (before, after):
        stream = DecodedStreamObject()
        stream.set_data(content)
        parts.append(writer._add_object(stream))
    page[NameObject("/Contents")] = ArrayObject([parts[0], page.raw_get("/Contents"), parts[1]])


def covered(writer: PdfWriter) -> None:
    _drawing(writer, b"q", b"Q q 1 1 1 rg 0 0 600 850 re f Q")


def shrunk(writer: PdfWriter) -> None:
    _drawing(writer, b"q 0.01 0 0 0.01 0 0 cm", b"Q")


def turned(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/Rotate")] = NumberObject(180)


def turned_with_all(writer: PdfWriter) -> None:
    pages: Any = writer.root_object["/Pages"]
    pages[NameObject("/Rotate")] = NumberObject(180)


def cropped(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/CropBox")] = RectangleObject((0, 0, 200, 200))


def in_another_font(writer: PdfWriter) -> None:
    """The same codes and the same text layer, drawn with other shapes."""
    resources: Any = writer.pages[0]["/Resources"]
    fonts = resources["/Font"]
    first: Any = fonts["/f0"]["/DescendantFonts"][0]["/FontDescriptor"]
    stream = DecodedStreamObject()
    stream.set_data(b"other shapes")
    first[NameObject("/FontFile2")] = writer._add_object(stream)


def with_a_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def with_a_dynamic_form(writer: PdfWriter) -> None:
    form = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
    writer.root_object[NameObject("/AcroForm")] = form


def as_a_portfolio(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/Collection")] = DictionaryObject()


FORGED = [
    covered, shrunk, turned, turned_with_all, cropped, in_another_font, with_a_script, with_a_dynamic_form,
    as_a_portfolio,
]  # fmt: skip


@pytest.mark.parametrize("change", FORGED)
def test_a_revision_that_shows_something_else_is_refused(change: _Change) -> None:
    line = check_page(appended(change)).lines[-1]
    assert line.outcome is PageOutcome.FAILED, line.detail


def test_an_appended_seal_leaves_the_drawing_as_it_was() -> None:
    """Also where a program writes the objects anew, under other numbers and compressed otherwise."""

    def sealed(writer: PdfWriter) -> None:
        writer.add_annotation(page_number=0, annotation=FreeText(text="印章", rect=(400, 100, 500, 200)))
        writer.pages[0][NameObject("/Rotate")] = NumberObject(0)
        writer.pages[0][NameObject("/CropBox")] = writer.pages[0].mediabox

    assert check_page(appended(sealed)).lines[-1].outcome is PageOutcome.CLAIMED
    again = PdfWriter(clone_from=PdfReader(BytesIO(original())))
    for page in again.pages:
        page.compress_content_streams()
    out = BytesIO()
    again.write(out)
    pages = [PdfReader(BytesIO(file)).pages for file in (original(), out.getvalue())]
    mine, others = [[Drawing().of_page(page) for page in each] for each in pages]
    assert mine == others


@pytest.mark.parametrize("change", [turned, cropped, lambda writer: _drawing(writer, b"3 Tr", b"")])
def test_made_with_other_fonts_a_page_that_hides_its_text_is_refused(
    change: _Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_font()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(setting, "_digest_of", lambda faces: "0" * 64)
        pdf = answer_paper(receipt_of(samples.check(hits=2))).pdf()
    assert check_page(_saved(pdf, lambda _: None)).lines[-1].outcome is PageOutcome.CLAIMED
    line = check_page(_saved(pdf, change)).lines[-1]
    assert (line.outcome, "第1页" in line.detail) == (PageOutcome.FAILED, True)


def _saved(pdf: bytes, change: _Change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
