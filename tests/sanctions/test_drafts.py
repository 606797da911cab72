"""A draft is read once while somebody holds what it came to, be it an edition or faults."""

import pytest

from registry.sanctions.catalogue import drafts
from registry.sanctions.catalogue.drafts import parse_draft, parse_files, read_draft
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.v1 import statement_pb2 as pb
from tests.support.editions import edition_files


def draft_of(label: str, **more: str) -> pb.EditionDraft:
    """A draft as it comes off the wire, with more files."""
    files = {**edition_files(label), **{f"{name}.yaml": text for name, text in more.items()}}
    rows = [pb.EditionFile(name=name, content=text) for name, text in files.items()]
    return pb.EditionDraft.FromString(pb.EditionDraft(files=rows).SerializeToString())


@pytest.mark.parametrize("more", [{}, {"junk": "measures: [1, 2]"}])
def test_what_is_held_is_not_read_again_however_many_others_are_read(
    more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of("2099.1", **more)
    held = read_draft(draft)
    assert bool(held.faults) == bool(more)
    for number in range(20):
        read_draft(draft_of("2099.2", other=f"a: {number}"))
    monkeypatch.delattr(drafts, "parse_edition")
    assert read_draft(draft_of("2099.1", **more)) is held
    if more:
        with pytest.raises(CatalogueError, match=r"junk\.yaml:1"):
            parse_draft(draft)
    else:
        assert parse_draft(draft) is held.edition


def test_files_bear_names_that_lead_out_of_no_directory() -> None:
    for name in (
        "../lists.yaml",
        "/etc/passwd",
        "lists.yml",
        ".yaml",
        "a b.yaml",
        "x" * 100_000 + ".yaml",
        "",
    ):
        with pytest.raises(CatalogueError) as caught:
            parse_files([pb.EditionFile(name=name, content="a: 1")])
        (fault,) = caught.value.faults
        assert "is not the name of a file" in fault.message
        assert len(str(fault)) < 200


def test_files_of_one_name_are_a_fault_whatever_they_hold() -> None:
    files = [pb.EditionFile(name="a.yaml", content=text) for text in ("a: 1", "a: 2")]
    with pytest.raises(CatalogueError, match=r"a\.yaml:1: stands twice"):
        parse_files(files)


def test_more_than_a_mebibyte_is_not_read() -> None:
    with pytest.raises(CatalogueError, match="all files together exceed"):
        parse_files([pb.EditionFile(name="a.yaml", content="#" * (drafts.MAX_BYTES + 1))])
