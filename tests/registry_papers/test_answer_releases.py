"""Receipts of every release make papers, and a released layout stays as it is: papers are checked for ever.

Whoever checks a PDF makes its page again, word for word. So a change of wording or of ``answer.typ`` that
goes into a release raises ``printing.LAYOUT``; ``layouts/<number>.json`` gets the digests of the new one.
"""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

from registry_client.verification import verify
from registry_papers.answers import Printing, answer_paper
from registry_papers.answers.printing import LAYOUT
from tests.receipts_of_releases.folder import FOLDER, policy_of
from tests.registry_papers.fonts_here import need_font
from tests.support.suites import needs_sm2

RECEIPTS = [
    pytest.param(
        path,
        id=f"{path.parent.name}-{path.stem}",
        marks=needs_sm2 if path.stem.startswith("sm2") else (),
    )
    for path in sorted(FOLDER.glob("*/*.pb"))
]
PINNED = Path(__file__).parent / "layouts" / f"{LAYOUT}.json"
PRINTING = Printing(verify_at="https://credit.example/verify")


@pytest.mark.parametrize("path", RECEIPTS)
def test_the_paper_of_a_receipt_of_a_release_is_verified_with_it(path: Path) -> None:
    need_font()
    pdf = answer_paper(path.read_bytes(), PRINTING).pdf()
    report = verify(pdf, policy_of(path))
    assert report.ok, report.faults
    assert report.verdict == verify(path, policy_of(path)).verdict
    assert "逐字节一致" in report.lines[-1].detail


def test_a_layout_stays_word_for_word_what_it_was() -> None:
    pinned = json.loads(PINNED.read_text("utf-8"))
    told = {
        f"{path.parent.name}/{path.stem}": answer_paper(path.read_bytes(), PRINTING).text
        for path in sorted(FOLDER.glob("*/*.pb"))
    }
    assert {name: sha256(text.encode()).hexdigest() for name, text in told.items()} == pinned["texts"]
    layout = files("registry_papers").joinpath("answers/answer.typ").read_bytes()
    assert sha256(layout).hexdigest() == pinned["answer.typ"]
