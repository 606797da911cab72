"""Paths of tiles in the one form C2SP tlog-tiles allows, and bundles of entries, read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.provenance.tile_path import TileError, TilePath, decode_bundle, encode_bundle, tiles_of


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 1234067), "tile/0/x001/x234/067"),  # the specification's own example
        (TilePath(1, 999), "tile/1/999"),
        (TilePath(63, 1000), "tile/63/x001/000"),
        (TilePath(2, 0, 1), "tile/2/000.p/1"),
        (TilePath(0, 273, 112), "tile/0/273.p/112"),
        (TilePath(None, 5), "tile/entries/005"),
        (TilePath(None, 1234067, 255), "tile/entries/x001/x234/067.p/255"),
    ],
)
def test_tile_has_one_path_and_a_path_one_tile(tile: TilePath, path: str) -> None:
    assert str(tile) == path
    assert TilePath.parse(path) == tile


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**20), st.integers(1, 256))
def test_every_tile_is_found_by_its_path(level: int | None, number: int, width: int) -> None:
    assert TilePath.parse(str(TilePath(level, number, width))) == TilePath(level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/leaves/000",
        "tile/0/0",
        "tile/0/1234",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/234",
        "tile/0/x001/x234",
        "tile/0/" + "x001/" * 7 + "000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/000.p/1\n",
        "tile/0/٠٠٠",
        "tile/0/../../checkpoint",
        "checkpoint",
    ],
)
def test_path_in_any_other_form_is_no_tile(path: str) -> None:
    with pytest.raises(TileError):
        TilePath.parse(path)


@pytest.mark.parametrize(
    ("level", "number", "width"), [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_tile_that_cannot_be_is_refused(level: int, number: int, width: int) -> None:
    with pytest.raises(TileError):
        TilePath(level, number, width)


def test_right_edge_is_that_of_the_specification() -> None:
    edge = [TilePath(0, 273, 112), TilePath(1, 1, 17), TilePath(2, 0, 1)]
    assert tiles_of(70_000) == edge
    assert tiles_of(256) == [TilePath(1, 0, 1)]
    assert tiles_of(255) == [TilePath(0, 0, 255)]
    assert tiles_of(0) == []


def test_bundle_is_each_entry_after_its_length() -> None:
    assert encode_bundle([b"abc", b""]) == bytes.fromhex("0003 616263 0000")


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_bundle_cut_or_continued_anywhere_is_refused() -> None:
    bundle = encode_bundle([b"abc", b"", b"de"])
    for end in range(len(bundle)):
        with pytest.raises(TileError, match="ends after"):
            decode_bundle(bundle[:end], 3)
    for more in (b"\x00", b"\x00\x00", b"\x00\x01a"):
        with pytest.raises(TileError, match="goes on"):
            decode_bundle(bundle + more, 3)
    for width in (2, 4):
        with pytest.raises(TileError):
            decode_bundle(bundle, width)


def test_entry_beyond_what_its_length_can_say_is_refused() -> None:
    assert decode_bundle(encode_bundle([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(TileError, match="65535"):
        encode_bundle([bytes(65_536)])
