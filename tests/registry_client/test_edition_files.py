"""The directory in which whoever drafts an edition keeps its files."""

from pathlib import Path

import pytest

from registry.editions import CURRENT_LABEL, shipped_editions
from registry.sanctions.catalogue.parser import content_hash as hash_of_the_registry
from registry_client.edition_files import EditionFilesError, content_hash, read_edition_directory
from registry_client.files import FileFormatError
from tests.support.editions import edition_files


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "edition.yaml").write_bytes(b'edition: "2026.4"\r\n')
    (tmp_path / "README").write_text("no file of an edition", encoding="utf-8")
    return tmp_path


def test_what_is_signed_is_identified_as_the_registry_identifies_it() -> None:
    for label in ("2026.2", "2027.1"):
        assert content_hash(edition_files(label)) == hash_of_the_registry(edition_files(label))
    (current,) = [edition for edition in shipped_editions().values() if edition.label == CURRENT_LABEL]
    assert content_hash(edition_files(CURRENT_LABEL)) == current.hash


def test_files_are_read_byte_for_byte_and_nothing_else_is(directory: Path) -> None:
    found = read_edition_directory(directory)
    assert found.files == {"edition.yaml": 'edition: "2026.4"\r\n'}
    assert (found.base, found.cases) == ("", {})


def test_base_and_cases_are_no_files_of_the_edition(directory: Path) -> None:
    (directory / "BASE").write_text("2026.2\n", encoding="utf-8")
    (directory / "cases").mkdir()
    (directory / "cases" / "bidding.yaml").write_text("cases: []", encoding="utf-8")
    found = read_edition_directory(directory)
    source = found.source().files
    assert ([file.name for file in source.files], source.base) == (["edition.yaml"], "2026.2")
    assert [file.name for file in found.case_files()] == ["cases/bidding.yaml"]


def test_a_directory_that_is_no_edition_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EditionFilesError, match=r"没有 \.yaml 文件"):
        read_edition_directory(tmp_path)
    (tmp_path / "a.yaml").write_bytes("版本".encode("gb18030"))
    with pytest.raises(FileFormatError, match="不是UTF-8编码"):
        read_edition_directory(tmp_path)
    with pytest.raises(EditionFilesError, match="无法读取"):
        read_edition_directory(tmp_path / "missing")
