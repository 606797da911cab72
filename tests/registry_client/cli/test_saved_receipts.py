"""What was done is reported by the receipt that is on file, in whatever form it was filed."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.v1 import subject_pb2, verdict_pb2
from registry_client.cli.failure import Failure
from registry_client.cli.saved_answer import read_answers
from registry_papers.answers import answer_paper
from tests.registry_papers.fonts_here import need_font

FOLDER = Path(__file__).parents[2] / "receipts_of_releases" / "0.1.0"


def test_a_receipt_says_all_that_a_report_needs(tmp_path: Path) -> None:
    (saved,) = read_answers(FOLDER / "blocked.pb")
    assert saved.verdict == verdict_pb2.VERDICT_BLOCKED
    assert saved.measures == ("M-PRO-01",)
    assert saved.check.subject.value == "91130902DEM0000142"
    assert saved.check.purpose.domain == subject_pb2.DOMAIN_PROCUREMENT
    assert saved.check.matter.role == subject_pb2.SUBJECT_ROLE_BIDDER
    assert saved.answered.known_position == 35


def test_binary_json_and_paper_say_the_same(tmp_path: Path) -> None:
    need_font()
    paper = answer_paper((FOLDER / "blocked.pb").read_bytes())
    (tmp_path / "r.pdf").write_bytes(paper.pdf())
    (tmp_path / "r.json").write_text(paper.json, "utf-8")
    wanted = read_answers(FOLDER / "blocked.pb")
    assert read_answers(tmp_path / "r.pdf") == wanted
    assert read_answers(tmp_path / "r.json") == wanted


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ((FOLDER / "tender.pb").read_bytes(), "不是单个主体的查询回执"),
        ((FOLDER / "blocked.pb").read_bytes()[:-9], "不完整"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b'{"answer": "", "signature": {}}', "版本"),
        (b"\xff\xfe", "不是UTF-8编码"),
    ],
)
def test_what_cannot_be_reported_is_one_line(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(Failure, match=words):
        read_answers(file)
