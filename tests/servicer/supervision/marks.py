"""Looks for a mark in every byte that an installation keeps."""

from __future__ import annotations

from pathlib import Path


def everything_on_disk(directory: Path, mark: bytes) -> list[Path]:
    """The files of an installation whose name or content has the mark."""
    found = []
    for path in directory.rglob("*"):
        if mark in str(path.relative_to(directory)).encode() or (
            path.is_file() and mark in path.read_bytes()
        ):
            found.append(path)
    return found
