"""Whether this machine has what PDFs are made and read with; a test that needs it is skipped and says why."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from registry_papers import FontError
from registry_papers.fonts import Typefaces, typefaces


def need_font() -> Typefaces:
    """The fonts. Skips the test where none is Chinese."""
    try:
        return typefaces()
    except FontError as missing:
        pytest.skip(str(missing))


def text_in(pdf: bytes) -> str:
    """The text of a PDF as another program extracts it, without blanks. Skips the test without it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (package poppler-utils)")
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return squeezed(done.stdout.decode())


def squeezed(text: str) -> str:
    """The text without white space and without places where a word may break."""
    return "".join(text.split()).replace("\u200b", "")
