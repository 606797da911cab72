"""How much of an archive that anybody may have made is held at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from registry.archive import bounds, verify_export
from registry.archive import shelf as module
from registry.archive.format import CHECKPOINT, HEADER, SUMS, ArchiveError, Header, line
from registry.archive.lines import statement_line, to_line
from registry.archive.shelf import Shelf, ShelfWriter
from registry.commands.submission import MAX_DRAFT_BYTES
from registry.provenance.leaf import Leaf, LeafType
from registry.sanctions.catalogue import drafts
from registry.store import tables
from registry.store.head import MAX_HEAD_BYTES
from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_REQUIRED, Fault
from registry.v1.intake_service_pb2 import Refused

ROWS = "queries.jsonl"


def shelf_with(place: Path, name: str, content: bytes) -> Shelf:
    """An archive that has this file, with sums that agree."""
    place.mkdir(exist_ok=True)
    writer = ShelfWriter(place)
    writer.put(name, [content])
    writer.put(HEADER, [Header("credit.example/test", 1, "0" * 64, "v").text().encode()])
    writer.end()
    return Shelf(place)


def rows_of(place: Path, content: bytes) -> list[dict[str, object]]:
    """The lines of a file of an archive."""
    return list(shelf_with(place, ROWS, content).rows(ROWS))


@pytest.mark.parametrize("character", ['"', ",", "["])
def test_longest_draft_of_an_edition_fits_into_a_line(tmp_path: Path, character: str) -> None:
    files = [pb.EditionFile(name="a.yaml", content=character * drafts.MAX_BYTES)]
    draft = pb.EditionDraft(files=files, edition="0" * 64, label="2026-11", reason="例" * 2000)
    leaf = Leaf(LeafType.EDITION, 1, bytes(32), 0, bytes(32), bytes(32), 0).encode()
    row = {"position": 0, "leaf": leaf, "sealed_payload": b""}
    content = line(statement_line(row, pb.Statement(edition_draft=draft).SerializeToString()))
    (read,) = rows_of(tmp_path / "x", content)
    assert read["read"]


def test_refusal_with_a_fault_for_every_two_bytes_fits_into_a_line(tmp_path: Path) -> None:
    """The longest that was found: evidence of a decision, each with nothing in it."""
    faults = [
        Fault(reason=ERROR_REASON_FIELD_REQUIRED, field=f"ban_decision.event.evidence[{number}].sha256",
              message="证据的摘要应为 SHA-256 (32 字节), 这里有 0 字节, 请重新计算。")
        for number in range(32_700)
    ]  # fmt: skip
    content = line(to_line(tables.refusal, {"faults": Refused(faults=faults).SerializeToString()}))
    assert len(content) > 10_000_000
    assert len(rows_of(tmp_path / "x", content)) == 1


def test_line_of_nested_lists_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three bytes would become a list of some seventy in memory."""
    monkeypatch.setattr(json, "loads", _refuse_to_parse(json.loads))
    content = b'{"a":[' + b"[]," * 5_000_000 + b"[]]}\n"
    with pytest.raises(ArchiveError, match=r"queries\.jsonl 第1行的值过多"):
        rows_of(tmp_path / "x", content)


def _refuse_to_parse(loads: object) -> object:
    def parse(text: str | bytes) -> object:
        assert len(text) < 1_000_000, "parsed"
        return loads(text)  # type: ignore[operator]

    return parse


def test_line_that_is_longer_than_any_statement_is_refused(tmp_path: Path) -> None:
    content = b'{"a":"' + b"a" * (8 * MAX_DRAFT_BYTES) + b'"}\n'
    with pytest.raises(ArchiveError, match=r"queries\.jsonl 有过长的一行"):
        rows_of(tmp_path / "x", content)


class _Block(bytes):
    """A part of a file that knows what it was put behind."""

    copied = 0

    def __radd__(self, before: bytes) -> bytes:
        _Block.copied += len(before) + len(self)
        return before + bytes(self)


def test_line_that_comes_in_many_blocks_is_put_together_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = shelf_with(tmp_path / "x", ROWS, b'{"a":"' + b"a" * 10_000_000 + b'"}\n{"b":1}\n')

    def in_blocks(name: str, step: int = 65_536) -> Iterator[bytes]:
        content = (tmp_path / "x" / name).read_bytes()
        yield from (_Block(content[at : at + step]) for at in range(0, len(content), step))

    monkeypatch.setattr(shelf, "_parts", in_blocks)
    assert [list(row) for row in shelf.rows(ROWS)] == [["a"], ["b"]]
    assert _Block.copied <= 10_000_000


def test_who_checks_without_our_programs_takes_the_same_lines() -> None:
    assert verify_export.LONGEST_LINE == bounds.LONGEST_LINE


@pytest.mark.parametrize("cut", [1, 7, 65_536])
def test_lines_are_the_same_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(module, "_BLOCK", cut)
    content = b'{"a":1}\n{"b":"x"}\n{"c":[]}\n'
    assert rows_of(tmp_path / "x", content) == [{"a": 1}, {"b": "x"}, {"c": []}]
    with pytest.raises(ArchiveError, match="最后一行不完整"):
        rows_of(tmp_path / "y", content[:-1])


def test_checkpoint_and_header_that_are_longer_than_any_are_refused(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path / "x", CHECKPOINT, b"x" * (MAX_HEAD_BYTES + 1))
    with pytest.raises(ArchiveError, match=f"checkpoint 超过 {MAX_HEAD_BYTES} 字节"):
        shelf.read(CHECKPOINT)
    header = tmp_path / "x" / HEADER
    header.write_text(header.read_text("utf-8") + " " * MAX_HEAD_BYTES, "utf-8")
    named = [
        (name, sha256((tmp_path / "x" / name).read_bytes()).hexdigest()) for name in (CHECKPOINT, HEADER)
    ]
    (tmp_path / "x" / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in named), "utf-8")
    with pytest.raises(ArchiveError, match=f"archive.json 超过 {MAX_HEAD_BYTES} 字节"):
        Shelf(tmp_path / "x")


def nested(place: Path) -> Path:
    """An archive whose header is nested beyond all measure, with sums that agree."""
    place.mkdir()
    writer = ShelfWriter(place)
    writer.put(HEADER, [b"[" * 60_000])
    writer.end()
    return place


def test_header_that_is_nested_beyond_all_measure_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"archive\.json 不是 JSON"):
        Shelf(nested(tmp_path / "x"))


def test_who_checks_without_our_programs_is_told_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["verify_export.py", str(nested(tmp_path / "x"))])
    with pytest.raises(SystemExit, match="does not hold"):
        verify_export.main()


def test_sums_that_are_longer_than_the_files_that_are_there_can_have_are_refused(tmp_path: Path) -> None:
    shelf_with(tmp_path / "x", ROWS, b"")
    with (tmp_path / "x" / SUMS).open("ab") as file:
        file.write(b"".join(b"%064x  %d\n" % (number, number) for number in range(1000)))
    with pytest.raises(ArchiveError, match="SHA256SUMS 超过"):
        Shelf(tmp_path / "x")
