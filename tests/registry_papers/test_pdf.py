"""The PDF: the words of the text, the same bytes each time, and no text of a statement becomes markup."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from registry_papers import FontError, PaperKind
from registry_papers.fonts import typefaces
from registry_papers.paper import Form, Paper
from registry_papers.typesetting import breakable, compiled
from tests.registry_papers.case_samples import PERSON, Case
from tests.registry_papers.fonts_here import need_font, squeezed, text_in

HOSTILE = (
    '#panic("x") #let a = 1; $x^2$ [甲] {乙} \\\\ \\u{41} @ref <label> "双" \'单\' '
    "*粗* _斜_ `码` ~ // 注 /* 注 */ = 标题"
)
RARE = "𬭚𫖯㛃䶮𠅤"
LONG = "A1-" * 120


@pytest.fixture(autouse=True)
def _fonts() -> None:
    need_font()


def strings(paper: Paper) -> list[str]:
    """Everything that the paper says."""
    said = [paper.department, paper.title, paper.number, *paper.verification.notes]
    for block in paper.blocks:
        said += [cell for row in block.rows for cell in row] if isinstance(block, Form) else [block.text]
    return [squeezed(each) for each in said]


@pytest.mark.parametrize("kind", PaperKind)
def test_the_pdf_says_what_the_text_says(kind: PaperKind) -> None:
    paper = Case().paper(kind)
    read = _without_feet(text_in(paper.pdf()), paper)
    assert [said for said in strings(paper)[:3] if said not in read] == []
    text = squeezed(paper.text)
    assert [said for said in strings(paper) if said not in text] == []
    assert [said for said in strings(paper)[5:] if said not in read] == []


@pytest.mark.parametrize("kind", PaperKind)
def test_the_pdf_is_the_same_bytes_each_time(kind: PaperKind) -> None:
    assert Case().paper(kind).pdf() == Case().paper(kind).pdf()


def test_the_pdf_is_the_same_bytes_in_another_process_and_time_zone() -> None:
    code = (
        "import sys; from tests.registry_papers.case_samples import Case;"
        "sys.stdout.buffer.write(Case().paper('decision').pdf())"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {"TZ": "America/New_York", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True
    )
    assert done.stdout == Case().paper("decision").pdf()


def test_the_pdf_is_archival_and_bears_no_clock() -> None:
    pdf = Case().paper("decision").pdf()
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"2026-11-10" in pdf


@pytest.mark.parametrize("hostile", [HOSTILE, RARE, LONG], ids=["markup", "rare", "long"])
def test_hostile_text_stays_text(hostile: str) -> None:
    subject = type(PERSON)()
    subject.CopyFrom(Case().subject)
    subject.name = f"示例{hostile}公司"
    facts = {"facts": hostile, "reason": hostile}
    paper = Case(subject).paper("decision", changes={"ban_decision": facts, "ban_draft": facts})
    assert f"当事人：示例{hostile}公司" in paper.text
    read = _without_feet(text_in(paper.pdf()), paper)
    assert squeezed(f"当事人：示例{hostile}公司") in read
    assert squeezed(f"依据：{'《政府采购法》第七十七条'}") in read


def test_a_long_word_does_not_leave_the_page() -> None:
    changes = {"ban_decision": {"facts": LONG}}
    (page, *_) = compiled(Case().paper("decision", changes=changes), form="png")
    assert page.startswith(b"\x89PNG")
    assert max(map(len, breakable(LONG).split("\u200b"))) <= 6


def test_a_character_that_no_font_has_stops_the_paper_and_names_only_its_code() -> None:
    changes = {"ban_decision": {"facts": "当事人\ue000某"}}
    with pytest.raises(FontError) as caught:
        Case().paper("decision", changes=changes).pdf()
    assert "U+E000" in str(caught.value)
    assert "当事人" not in str(caught.value)


def test_a_folder_of_fonts_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FontError, match="没有字体文件夹"):
        typefaces(Path("/nowhere/fonts"))


def test_without_a_chinese_font_one_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_papers.fonts.usual_folders", lambda: ())
    with pytest.raises(FontError, match="fonts-noto-cjk"):
        Case().paper("decision").pdf()


def _without_feet(read: str, paper: Paper) -> str:
    """The text of the pages without what stands in their feet, which comes in between."""
    for note in paper.verification.notes:
        read = read.replace(squeezed(note), "")
    pages = range(1, 10)
    for foot in (f"—{page}/{of}—" for of in pages for page in pages):
        read = read.replace(foot, "")
    return read
