"""Forged papers: whoever keeps the receipt and changes the page, or the other way round, is found out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText

import registry_papers.answers.setting as setting
from registry.verification import Outcome, Report
from registry_client.verification import verify
from registry_papers.answers import AnswerPaper, PageLine, PageOutcome, Printing, answer_paper, check_page
from registry_papers.answers.page_model import Banner, Block, Checking, Facts, Grid
from registry_papers.answers.pdf_file import PdfFileError, attachments_of
from tests.registry_papers import answer_samples as samples
from tests.registry_papers.answer_samples import receipt_of
from tests.registry_papers.fonts_here import need_font

PRINTING = Printing(verify_at="https://credit.example/verify")
BLOCKED, CLEAR = samples.check(hits=2), samples.check()
MANY = samples.screen(parties=60, blocked=(0, 7, 31), of_two=4)


@pytest.fixture(autouse=True)
def _fonts() -> None:
    need_font()


def paper_of(asked: Any = BLOCKED) -> AnswerPaper:
    return answer_paper(receipt_of(asked), PRINTING)


def checked(pdf: bytes) -> Report:
    return verify(pdf, samples.policy())


def page_line(pdf: bytes) -> PageLine:
    return check_page(pdf).lines[-1]


def with_words(paper: AnswerPaper, change: Callable[[Block], Block]) -> bytes:
    """The PDF of a forger who sets the page anew, with the receipt as it is."""
    return replace(paper, blocks=tuple(map(change, paper.blocks))).pdf()


def resaved(pdf: bytes, change: Callable[[PdfWriter], None] = lambda _: None) -> bytes:
    """The file saved again by another program."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def in_other_fonts(paper: AnswerPaper, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The paper as a machine makes it that has other fonts."""
    with monkeypatch.context() as elsewhere:
        other = {"body": ("Noto Sans CJK SC",), "heading": ("Noto Serif CJK SC",)}
        elsewhere.setattr(setting, "_families", lambda faces: other)
        setting._digest_of.cache_clear()
        pdf = paper.pdf()
    setting._digest_of.cache_clear()
    return pdf


@pytest.mark.parametrize("asked", [BLOCKED, CLEAR, MANY, samples.batch(), samples.whole_record()])
def test_a_paper_as_it_was_made_is_the_receipts_byte_for_byte(asked: Any) -> None:
    report = checked(paper_of(asked).pdf())
    assert report.ok, report.faults
    last = report.lines[-1]
    assert (last.name, last.outcome, "逐字节一致" in last.detail) == ("page", Outcome.OK, True)


def test_where_the_code_leads_and_who_printed_it_are_the_printers_word() -> None:
    pdf = answer_paper(receipt_of(BLOCKED), replace(PRINTING, printed_by="示例中心", note="归档")).pdf()
    said = next(line for line in checked(pdf).lines if line.name == "printing")
    assert said.outcome is Outcome.CLAIMED
    assert "https://credit.example/verify；印制单位 示例中心；附注 归档" in said.detail


# --- The page is changed.


def test_a_verdict_changed_on_the_page_is_refused_and_both_are_named() -> None:
    def clear(block: Block) -> Block:
        return replace(block, words="未见限制 CLEAR") if isinstance(block, Banner) else block

    report = checked(with_words(paper_of(), clear))
    assert not report.ok
    assert [line.name for line in report.faults] == ["page"]
    assert "第1页与回执不符：页面是“未见限制CLEAR" in report.faults[0].detail
    assert "应为“禁止BLOCKED" in report.faults[0].detail


def test_a_verdict_changed_in_a_table_far_behind_is_refused_with_its_place() -> None:
    def clear(block: Block) -> Block:
        if not isinstance(block, Grid) or block.verdicts < 0:
            return block
        rows = tuple(tuple("未见限制" if cell == "禁止" else cell for cell in row) for row in block.rows)
        return replace(block, rows=rows)

    line = page_line(with_words(paper_of(MANY), clear))
    assert line.outcome is PageOutcome.FAILED
    assert "（二、各投标的结论（56个））" in line.detail


def test_a_day_changed_in_a_restriction_is_refused() -> None:
    def sooner(block: Block) -> Block:
        if not isinstance(block, Facts):
            return block
        return replace(
            block, rows=tuple((label, text.replace("2028-02-29", "2026-04-29")) for label, text in block.rows)
        )

    line = page_line(with_words(paper_of(), sooner))
    assert line.outcome is PageOutcome.FAILED
    assert "（二、命中的限制（2项））" in line.detail


def test_of_a_natural_person_nothing_is_repeated() -> None:
    def clear(block: Block) -> Block:
        return replace(block, words="未见限制 CLEAR") if isinstance(block, Banner) else block

    assert page_line(with_words(paper_of(samples.of_person()), clear)).detail == "第1页与回执不符"


def test_the_receipt_of_another_answer_under_the_page_is_refused() -> None:
    page = paper_of(CLEAR)
    forged = replace(page, content=receipt_of(BLOCKED)).pdf()
    assert checked(forged).verdict  # It is the attached receipt that speaks.
    assert [line.name for line in checked(forged).faults] == ["page"]


def test_on_the_same_machine_other_bytes_are_no_original_even_with_the_same_words() -> None:
    pdf = paper_of().pdf()
    line = page_line(resaved(pdf))
    assert line.outcome is PageOutcome.FAILED
    assert "文件不是原件" in line.detail
    assert page_line(pdf.replace(b"/Creator(Typst", b"/Creator(Tipst")).outcome is PageOutcome.FAILED


@pytest.mark.parametrize("asked", [BLOCKED, MANY, samples.batch(60), samples.certificate(entries=6)])
def test_made_with_other_fonts_the_words_are_compared_across_page_breaks(
    asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = page_line(in_other_fonts(paper_of(asked), monkeypatch))
    assert line.outcome is PageOutcome.CLAIMED, line.detail
    assert "文字与回执逐字一致" in line.detail
    assert "页面的外观没有能够比对" in line.detail


def test_made_with_other_fonts_a_changed_word_is_refused_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper = paper_of(MANY)
    changed = replace(paper, blocks=(*paper.blocks[:-1], Checking((("回执编号", "0"),))))
    line = page_line(in_other_fonts(changed, monkeypatch))
    assert (line.outcome, "核验" in line.detail) == (PageOutcome.FAILED, True)


def test_made_with_other_fonts_something_laid_over_the_page_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cover(writer: PdfWriter) -> None:
        note = FreeText(text="未见限制", rect=(50, 650, 500, 750))
        writer.add_annotation(page_number=0, annotation=note)

    line = page_line(resaved(in_other_fonts(paper_of(), monkeypatch), cover))
    assert line.outcome is PageOutcome.FAILED
    assert "第1页上有文书所没有的图像、批注或者表单" in line.detail


def test_pages_left_out_or_repeated_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = in_other_fonts(paper_of(MANY), monkeypatch)
    for keep in ([0, 2, 3], [0, 0, 1, 2]):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
        pages = list(writer.pages)
        for _ in range(len(pages)):
            writer.remove_page(0)
        for number in keep:
            writer.add_page(pages[number])
        out = BytesIO()
        writer.write(out)
        assert page_line(out.getvalue()).outcome is PageOutcome.FAILED


def test_a_seal_appended_to_the_original_is_told() -> None:
    """As a signature is put into a PDF: what was there stays, and what is new comes behind it."""
    pdf = paper_of().pdf()
    out = BytesIO(pdf)
    writer = PdfWriter(out, incremental=True)
    writer.add_annotation(page_number=0, annotation=FreeText(text="印章", rect=(400, 100, 500, 200)))
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    line = page_line(out.getvalue())
    assert line.outcome is PageOutcome.CLAIMED, line.detail
    assert "追加了" in line.detail
    assert "可能遮盖页面" in line.detail


# --- The attachment is changed.


def test_a_receipt_of_another_registry_is_refused() -> None:
    report = verify(paper_of().pdf(), samples.policy_of_another())
    assert not report.ok
    assert "page" not in {line.name for line in report.lines}


def test_a_changed_receipt_is_refused_before_the_page_is_looked_at() -> None:
    paper = paper_of()
    changed = paper.content.replace("沧示财采罚".encode(), "沧示财采奖".encode())
    report = checked(replace(paper, content=changed).pdf())
    assert [line.name for line in report.faults] == ["form"]


def test_a_file_cut_short_anywhere_is_refused() -> None:
    pdf = paper_of().pdf()
    for length in (0, 5, 9, 100, len(pdf) // 3, len(pdf) - 700, len(pdf) - 30, len(pdf) - 1):
        report = checked(pdf[:length])
        assert not report.ok
        assert all(line.detail.strip() for line in report.faults)


def test_a_pdf_without_a_receipt_is_refused() -> None:
    def without(writer: PdfWriter) -> None:
        del writer.root_object["/Names"]

    report = checked(resaved(paper_of().pdf(), without))
    assert [line.detail for line in report.faults] == ["PDF中没有回执附件 receipt.pb，不能核验"]


def test_two_receipts_in_a_file_are_refused() -> None:
    def another(writer: PdfWriter) -> None:
        writer.add_attachment("receipt.pb", receipt_of(CLEAR))

    pdf = resaved(paper_of().pdf(), another)
    assert [line.detail for line in checked(pdf).faults] == ["PDF不能读取：附件重名或者过多"]


def test_an_unsigned_report_is_no_evidence() -> None:
    from registry_papers.answers import unsigned_paper

    answer = samples.answer_of(samples.certificate()).SerializeToString(deterministic=True)
    report = checked(unsigned_paper(answer).pdf())
    assert [(line.name, line.outcome) for line in report.lines] == [("attachment", Outcome.FAILED)]
    assert "没有签名" in report.lines[0].detail


@pytest.mark.parametrize(
    ("change", "outcome", "words"),
    [
        ({"layout": 2}, PageOutcome.SKIPPED, "版式是第2版"),
        ({"layout": "1"}, PageOutcome.FAILED, "不是合格的印制说明"),
        ({"note": "一行\n两行"}, PageOutcome.FAILED, "印制附注应为一行"),
        ({"note": 7}, PageOutcome.FAILED, "不是合格的印制说明"),
        ({"verify_at": "javascript:x"}, PageOutcome.FAILED, "核验网址"),
        ({"more": ""}, PageOutcome.FAILED, "不是合格的印制说明"),
        ({"made_with": None}, PageOutcome.FAILED, "不是合格的印制说明"),
    ],
)
def test_what_is_said_of_the_printing_is_read_strictly(
    change: dict[str, Any], outcome: PageOutcome, words: str
) -> None:
    paper = paper_of()
    told = json.loads(setting.made_here(paper)) | change
    printed = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    (pdf,) = setting.pages_of(paper, form="pdf", printed=printed)
    line = page_line(pdf)
    assert line.outcome is outcome
    assert words in line.detail
    assert not checked(pdf).ok


def test_of_a_page_that_is_not_to_be_compared_the_receipt_alone_is_told(tmp_path: Path) -> None:
    pdf = resaved(paper_of().pdf())
    report = verify(pdf, samples.policy(), receipt_only=True)
    assert report.ok
    assert "没有核对页面" in report.lines[-1].detail


def test_without_a_chinese_font_the_page_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = paper_of().pdf()
    monkeypatch.setattr("registry_papers.fonts.usual_folders", lambda: ())
    line = page_line(pdf)
    assert line.outcome is PageOutcome.SKIPPED
    assert "fonts-noto-cjk" in line.detail


@pytest.mark.parametrize("missing", ["typst", "segno", "pypdf"])
def test_with_the_base_install_the_receipt_is_checked_and_the_page_is_not_accepted(
    missing: str, tmp_path: Path
) -> None:
    file = tmp_path / "paper.pdf"
    pdf = paper_of().pdf()
    # Of a file that is not as it was made, only a real reader knows the words.
    file.write_bytes(pdf.replace(b"/Creator(Typst", b"/Creator(Tipst") if missing == "pypdf" else pdf)
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from pathlib import Path; from registry_papers.answers import check_page\n"
        f"found = check_page(Path({str(file)!r}).read_bytes())\n"
        "print(found.receipt is not None, found.lines[-1].outcome.value, found.lines[-1].detail)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True SKIPPED")
    assert "credit-registry[papers]" in done.stdout


# --- The reader of attachments.


def test_a_bomb_is_not_inflated() -> None:
    pdf = paper_of().pdf()
    stream = re.search(rb"<</Length (\d+)/Type/EmbeddedFile/Filter/FlateDecode.*?/Size (\d+)", pdf)
    assert stream is not None
    huge = pdf[: stream.start(2)] + b"9" * len(stream[2]) + pdf[stream.end(2) :]
    with pytest.raises(PdfFileError, match="与所述不符"):
        attachments_of(huge)
    bomb = zlib.compress(bytes(1 << 24))
    at = pdf.index(b"stream\n", stream.end()) + len(b"stream\n")
    head = pdf[:at].replace(stream[0], stream[0].replace(stream[1], b"%d" % len(bomb), 1))
    with pytest.raises(PdfFileError):
        attachments_of(head + bomb + pdf[at + int(stream[1]) :])


def test_whatever_byte_of_the_receipt_or_of_the_table_is_changed_the_file_is_refused() -> None:
    pdf = paper_of(CLEAR).pdf()
    receipt = pdf.index(b"/Subtype/application#2Fvnd.registry")
    for at in (*range(receipt - 40, receipt + 700, 149), *range(len(pdf) - 900, len(pdf), 181)):
        changed = bytearray(pdf)
        changed[at] ^= 1
        assert not checked(bytes(changed)).ok
