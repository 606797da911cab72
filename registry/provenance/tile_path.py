"""Names and entries of a published log: C2SP tlog-tiles, paths below the log's prefix.

    checkpoint                              the signed head
    tile/<level>/<number>[.p/<width>]       hashes: 256 of them, or ``width`` at the right edge
    tile/entries/<number>[.p/<width>]       an entry bundle: the log's leaves 256 × number and following

A number is written in groups of three digits, all but the last led by ``x``: 1234067 is ``x001/x234/067``.

Example, a tree of 70,000 leaves: full tiles ``tile/0/000`` to ``tile/0/272`` and ``tile/1/000``; at its right
edge ``tile/0/273.p/112``, ``tile/1/001.p/17`` and ``tile/2/000.p/1``.

A bundle is each entry after its length, u16 big-endian: ``0003 616263 0000`` holds ``abc`` and an empty one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 256
"""Hashes in a full tile."""
HIGHEST_LEVEL = 63

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})"
    r"/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)
_LENGTH_BYTES = 2
_LONGEST_ENTRY = (1 << 8 * _LENGTH_BYTES) - 1


class TileError(ValueError):
    """No tile has this name, or these bytes are not what the name promises."""


@dataclass(frozen=True, slots=True)
class TilePath:
    """Which tile: of hashes at a ``level``, or of entries where that is None. TileError if there is none."""

    level: int | None
    number: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not 0 <= (self.level or 0) <= HIGHEST_LEVEL:
            raise TileError(f"the level of a tile is 0 to {HIGHEST_LEVEL}, not {self.level}")
        if self.number < 0 or not 1 <= self.width <= WIDTH:
            raise TileError(f"a tile has a number and 1 to {WIDTH} hashes, not {self.number}, {self.width}")

    @property
    def first(self) -> int:
        """Place of its first hash in the level, or of its first entry in the log."""
        return self.number * WIDTH

    def __str__(self) -> str:
        """The path; the inverse of `parse`."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @classmethod
    def parse(cls, path: str) -> "TilePath":
        """The tile of a path in the one form that the specification allows. TileError otherwise."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise TileError("a tile's path is tile/<level>/<number>[.p/<width>]")
        level, number, width = match.group("level", "number", "width")
        tile = cls(
            None if level == "entries" else int(level),
            int(number.replace("x", "").replace("/", "")),
            int(width) if width else WIDTH,
        )
        if str(tile) != path:  # Zeros too many, or a full tile said to be partial.
            raise TileError(f"the path of this tile is {tile}")
        return tile


def partial_width(level: int, size: int) -> int:
    """Hashes in the partial tile of a level in a tree of ``size`` leaves; 0 where there is none."""
    return (size >> 8 * level) % WIDTH


def tiles_of(size: int) -> list[TilePath]:
    """The right edge of a tree: its partial tiles, lowest level first."""
    levels = range((size.bit_length() + 7) // 8)
    return [
        TilePath(level, size >> 8 * (level + 1), width)
        for level in levels
        if (width := partial_width(level, size))
    ]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The entries, each after its length. TileError for one longer than 65,535 bytes."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > _LONGEST_ENTRY:
            raise TileError(f"an entry of a bundle has at most {_LONGEST_ENTRY} bytes, not {len(entry)}")
        parts += (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry)
    return b"".join(parts)


def decode_bundle(bundle: bytes, width: int) -> list[bytes]:
    """Exactly ``width`` entries. TileError if there are fewer, or anything after them."""
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or end > len(bundle):
            raise TileError(f"a bundle of {width} entries ends after {len(entries)}")
        entries.append(bundle[start:end])
        at = end
    if at != len(bundle):
        raise TileError(f"a bundle of {width} entries goes on for {len(bundle) - at} bytes")
    return entries
