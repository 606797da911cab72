"""The PDF of an answer: the words of the text, the same bytes each time, the receipt inside, the QR codes."""

from __future__ import annotations

import subprocess
import sys
import zlib
from base64 import urlsafe_b64decode
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from registry_papers import FontError
from registry_papers.answers import AnswerPaper, Printing, answer_paper, unsigned_paper
from registry_papers.answers.page_model import Banner, Checking, Facts, Grid
from registry_papers.answers.pdf_file import attachments_of
from registry_papers.answers.setting import pages_of
from registry_papers.typesetting import qr_svg
from tests.registry_papers import answer_samples as samples
from tests.registry_papers.answer_samples import receipt_of
from tests.registry_papers.fonts_here import need_font, squeezed, text_in

VERIFY_AT = "https://credit.example.gov.cn/verify"
KINDS: dict[str, Any] = {
    "check": samples.check(hits=2),
    "clear": samples.check(),
    "batch": samples.batch(),
    "screen": samples.screen(parties=40, blocked=(0, 7), of_two=3),
    "certificate": samples.certificate(),
    "record": samples.whole_record(),
}
HOSTILE = '#panic("x") $x^2$ [甲] {乙} \\u{41} @ref <label> *粗* _斜_ `码` // 注 = 标题'
RARE = "𬭚𫖯㛃䶮𠅤"


@pytest.fixture(autouse=True)
def _fonts() -> None:
    need_font()


def paper_of(asked: Any, verify_at: str = VERIFY_AT) -> AnswerPaper:
    return answer_paper(receipt_of(asked), Printing(verify_at=verify_at))


def strings(paper: AnswerPaper) -> list[str]:
    """Everything that the paper says, but for its feet."""
    said = [paper.title, paper.subtitle]
    for block in paper.blocks:
        if isinstance(block, Banner):
            said += [block.words, *block.lines]
        elif isinstance(block, Facts | Checking):
            said += [cell for row in block.rows for cell in row]
        elif isinstance(block, Grid):
            said += [cell for row in (block.headings, *block.rows) for cell in row]
        else:
            said.append(block.text)
    return [squeezed(each) for each in said]


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_says_what_the_text_says(kind: str) -> None:
    paper = paper_of(KINDS[kind])
    read = text_in(paper.pdf())
    foot = squeezed("".join(paper.foot))
    for page in range(1, 10):
        for of in range(1, 10):
            read = read.replace(f"{foot}第{page}页，共{of}页", "")
    assert foot not in read
    assert [said for said in strings(paper) if said not in read] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_is_the_same_bytes_each_time(kind: str) -> None:
    content = receipt_of(KINDS[kind])
    assert answer_paper(content).pdf() == answer_paper(content).pdf()


def test_the_pdf_is_the_same_bytes_in_another_process_and_time_zone(tmp_path: Path) -> None:
    file = tmp_path / "receipt.pb"
    file.write_bytes(receipt_of(KINDS["check"]))
    code = (
        "import sys, pathlib; from registry_papers.answers import answer_paper;"
        f"sys.stdout.buffer.write(answer_paper(pathlib.Path({str(file)!r}).read_bytes()).pdf())"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {"TZ": "America/New_York", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True
    )
    assert done.stdout == answer_paper(file.read_bytes()).pdf()


@pytest.mark.parametrize("kind", KINDS)
def test_the_receipt_is_in_the_file_byte_for_byte(kind: str) -> None:
    content = receipt_of(KINDS[kind])
    found = attachments_of(answer_paper(content, Printing(verify_at=VERIFY_AT, note="归档")).pdf())
    assert found.keys() == {"receipt.pb", "paper.json"}
    assert found["receipt.pb"] == content
    assert Printing.read(found["paper.json"]).note == "归档"


def test_the_pdf_is_archival_and_bears_no_clock() -> None:
    pdf = paper_of(KINDS["check"]).pdf()
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"/AFRelationship/Source" in pdf
    assert b"2026-11-23" in pdf


def test_an_unsigned_answer_is_attached_under_another_name() -> None:
    answer = samples.answer_of(samples.certificate()).SerializeToString(deterministic=True)
    found = attachments_of(unsigned_paper(answer).pdf())
    assert found.keys() == {"answer.pb", "paper.json"}


@pytest.mark.parametrize("name", [HOSTILE, RARE, "超长名称股份有限公司" * 80, "A1-" * 200])
def test_a_name_however_strange_stays_a_name_and_on_the_page(name: str) -> None:
    paper = paper_of(samples.screen(name=f"沧州{name}(示例)"))
    assert f"沧州{name}(示例)" in paper.text
    assert len(pages_of(paper)) < 12
    assert squeezed(f"沧州{name}(示例)") in text_in(paper.pdf())


def test_a_character_that_no_font_has_stops_the_paper_and_names_only_its_code() -> None:
    with pytest.raises(FontError, match=r"U\+E000") as caught:
        paper_of(samples.screen(name="沧州\ue000(示例)")).pdf()
    assert "沧州" not in str(caught.value)


def test_a_long_receipt_makes_the_same_bytes_whichever_way_it_is_taken_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper = paper_of(KINDS["check"])
    short = paper.pdf()
    monkeypatch.setattr("registry_papers.answers.setting._MOST_TOLD", 10)
    assert paper.pdf() == short


def test_a_thousand_parties_are_a_paper() -> None:
    paper = paper_of(samples.screen(parties=1000, blocked=range(0, 1000, 50)))
    assert attachments_of(paper.pdf())["receipt.pb"] == paper.content


# --- QR


@pytest.mark.parametrize("kind", ["check", "clear", "batch", "screen3", "record"])
def test_scanning_alone_gives_the_whole_receipt_where_it_fits(kind: str) -> None:
    asked = {"screen3": samples.screen(), "check": samples.check(hits=1)}.get(kind, KINDS.get(kind))
    paper = paper_of(asked)
    base, _, fragment = paper.whole.partition("#")
    assert (base, fragment[:2]) == (VERIFY_AT, "r=")
    packed = fragment.removeprefix("r=")
    content = zlib.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15)
    assert content == paper.content
    assert len(paper.whole) <= 1800


def test_what_does_not_fit_leads_to_the_file_by_its_digest() -> None:
    paper = paper_of(KINDS["screen"])
    assert paper.whole == ""
    digest, _, kind = paper.small.removeprefix(f"{VERIFY_AT}#d=").partition("&k=")
    assert urlsafe_b64decode(digest + "=") == sha256(paper.content).digest()
    assert kind == "screen"
    assert "页脚二维码含有回执的摘要" in paper.text


def test_without_an_address_the_codes_are_for_the_portals_own_scanner() -> None:
    paper = paper_of(KINDS["clear"], "")
    assert paper.whole.startswith("receipt:#r=")
    assert paper.small.startswith("receipt:#d=")


def test_the_codes_on_the_page_are_read_back(tmp_path: Path) -> None:
    zxing, np = pytest.importorskip("zxingcpp"), import_module("numpy")
    paper = paper_of(samples.screen())
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper.pdf())
    pages = len(pages_of(paper))
    drawn = subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-f", str(pages), str(file)], capture_output=True, check=True
    )
    _, size, _, raw = drawn.stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    picture = np.frombuffer(raw[: width * height], np.uint8).reshape(height, width)
    # Signatures differ each time, and rows of one can look like an EAN-13: scanners ask for QR codes alone.
    found = zxing.read_barcodes(picture, formats=zxing.BarcodeFormat.QRCode)
    assert {each.text for each in found} == {paper.whole, paper.small}


def test_the_largest_code_is_one_that_a_telephone_reads() -> None:
    drawn = qr_svg("https://credit.example/v#r=".ljust(1800, "A"), "l")
    modules = int(drawn.partition('width="')[2].partition('"')[0]) - 8
    assert modules <= 141  # Version 31: 0.42 mm a module on paper.
