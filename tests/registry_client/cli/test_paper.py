"""``registryctl paper`` and ``verify`` of papers, at the command line and without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from registry_client.cli.group import registryctl
from registry_papers.answers import answer_paper
from tests.registry_papers.fonts_here import need_font

FOLDER = Path(__file__).parents[2] / "receipts_of_releases" / "0.1.0"
BLOCKED, POLICY = FOLDER / "blocked.pb", FOLDER / "policy"


def ctl(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(registryctl, list(map(str, arguments)))


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    need_font()
    path = tmp_path / "回执.pdf"
    done = ctl("paper", BLOCKED, "--out", path, "--verify-at", "https://credit.example/verify")
    assert done.exit_code == 0, done.output
    return path


def test_a_paper_is_made_and_the_pdf_alone_is_verified(pdf: Path) -> None:
    done = ctl("verify", pdf, "--policy", POLICY)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1].startswith("回执成立。结论：禁止 BLOCKED。")
    assert "逐字节一致" in done.output.replace("\n", "")
    assert max(map(cell_len, done.output.splitlines())) <= 80


def test_a_page_of_another_receipt_is_refused_and_the_receipt_in_it_still_speaks(
    pdf: Path, tmp_path: Path
) -> None:
    need_font()
    page = answer_paper((FOLDER / "repaired.pb").read_bytes())
    from dataclasses import replace

    forged = tmp_path / "forged.pdf"
    forged.write_bytes(replace(page, content=BLOCKED.read_bytes()).pdf())
    done = ctl("verify", forged, "--policy", POLICY)
    assert done.exit_code == 1
    said = done.output.replace("\n", "")
    assert "FAILED  page" in done.output
    assert "页面不予采信。所附的回执成立，结论：禁止 BLOCKED。" in said
    again = tmp_path / "again.pdf"
    assert ctl("paper", forged, "--out", again, "--verify-at", "https://credit.example/verify").exit_code == 0
    assert again.read_bytes() == pdf.read_bytes()
    assert ctl("verify", forged, "--policy", POLICY, "--receipt-only").exit_code == 0


def test_verify_tells_a_program_of_the_page_too(pdf: Path) -> None:
    told = json.loads(ctl("verify", pdf, "--policy", POLICY, "--json").output)
    assert told["ok"] is True
    assert {"attachment", "page"} <= {line["name"] for line in told["lines"]}


def test_text_and_json_are_made_by_their_endings(tmp_path: Path) -> None:
    text, as_json = tmp_path / "回执.txt", tmp_path / "回执.json"
    assert ctl("paper", BLOCKED, "--out", text).exit_code == 0
    assert "【禁止 BLOCKED】" in text.read_text("utf-8")
    assert ctl("paper", BLOCKED, "--out", as_json).exit_code == 0
    assert ctl("verify", as_json, "--policy", POLICY).exit_code == 0


def test_a_file_that_is_there_is_never_replaced(pdf: Path, tmp_path: Path) -> None:
    before = pdf.read_bytes()
    done = ctl("paper", BLOCKED, "--out", pdf)
    assert done.exit_code == 3
    assert "已存在" in done.stderr
    assert pdf.read_bytes() == before
    assert ctl("paper", pdf).exit_code == 3  # By default it would lie where the PDF itself does.


def test_with_a_policy_only_a_receipt_that_stands_is_printed(tmp_path: Path) -> None:
    need_font()
    out = tmp_path / "out.pdf"
    assert ctl("paper", FOLDER / "sm2.pb", "--out", out, "--policy", POLICY).exit_code == 3
    assert not out.exists()
    assert ctl("paper", BLOCKED, "--out", out, "--policy", POLICY).exit_code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--out", "x.docx"), "应以 .pdf、.txt 或 .json 结尾"),
        (("--verify-at", "ftp://x"), "核验网址"),
        (("--note", "甲" * 201), "印制附注应为一行"),
        (("--fonts", "/nowhere"), "没有字体文件夹"),
        (("--out", "/nowhere/x.pdf"), "文书不能写入"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_no_file(
    given: tuple[str, str], words: str, tmp_path: Path
) -> None:
    need_font()
    receipt = tmp_path / "receipt.pb"
    receipt.write_bytes(BLOCKED.read_bytes())
    done = ctl("paper", receipt, *given)
    assert done.exit_code == 3
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.pb"]


def test_a_file_that_is_no_receipt_is_one_line(tmp_path: Path) -> None:
    for content in (b"%PDF-1.7 nothing", b"nothing", b""):
        file = tmp_path / "file"
        file.write_bytes(content)
        done = ctl("paper", file, "--out", tmp_path / "out.txt")
        assert (done.exit_code, len(done.stderr.splitlines())) == (3, 1), done.stderr
    assert ctl("paper", tmp_path / "none").exit_code == 3
