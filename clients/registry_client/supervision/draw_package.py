"""A draw package (抽取核验包): everything by which a draw is repeated, in published files, offline.

A directory, or a zip of the same:

    draw.json         below
    leaves.bin        the log's leaves from the one after the order to the beacon, 122 bytes each
    objects.csv       the rosters as they were published
    inspectors.csv
    recusals.csv      if the order names one
    result.csv        what the department says was drawn

    {"format": "registry.v1.draw-package/1",
     "checkpoint": "<a signed checkpoint of the log, C2SP tlog-checkpoint>",
     "statements": [{"role": "plan", "position": 41, "statement": "<base64 of a SignedStatement>",
                     "leaf": "<base64>", "inclusion": ["<base64>", …]}, …],
     "range": [["<base64>", …], ["<base64>", …]],
     "growth": ["<base64>", …]}

Roles are plan, objects, inspectors, order and result, each once; key for the enrolment of a key that signed
one of these; anchor for each time anchor among the leaves where the draw is time-anchored. ``range`` are the
inclusion proofs of the first and the last leaf, ``growth`` is the consistency proof from the size of the
beacon, its position + 1, to that of the checkpoint (RFC 9162).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from google.protobuf.message import DecodeError

from registry.provenance.base64_text import decode_base64, encode_base64
from registry.provenance.draw.rows import MAX_LINE_BYTES
from registry.provenance.leaf import LEAF_BYTES
from registry.v1.envelope_pb2 import SignedStatement
from registry_client.zip_faults import UNREADABLE, require_plain

FORMAT = "registry.v1.draw-package/1"
ROLES = ("plan", "objects", "inspectors", "order", "result")
OBJECTS, INSPECTORS, RECUSALS, RESULT = "objects.csv", "inspectors.csv", "recusals.csv", "result.csv"
FILES = (OBJECTS, INSPECTORS, RECUSALS, RESULT)
_STATED, _LEAVES = "draw.json", "leaves.bin"
MAX_STATED, MAX_LEAVES = 4 << 20, 128 << 20
"""Five statements of 64 KiB with their proofs; and a million leaves between the order and its beacon, which
take three times as much room once they are told apart."""
_STAMP = (1980, 1, 1, 0, 0, 0)
Hashes = tuple[bytes, ...]


class PackageError(Exception):
    """A draw package cannot be read at all; one line in Chinese."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement with the leaf that holds its hash, and the proof that the leaf is in the log."""

    role: str
    position: int
    signed: SignedStatement
    leaf: bytes
    inclusion: Hashes


@dataclass(frozen=True, slots=True)
class DrawPackage:
    """What a package says, and its files: ``opened`` gives one by name to be read in lines, None if it is not
    there."""

    checkpoint: str
    statements: tuple[Shown, ...]
    leaves: tuple[bytes, ...]
    range: tuple[Hashes, Hashes]
    growth: Hashes
    opened: Callable[[str], IO[bytes] | None] = field(repr=False, compare=False)

    def of_role(self, role: str) -> tuple[Shown, ...]:
        """The statements with a role."""
        return tuple(each for each in self.statements if each.role == role)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file, each with its LF. PackageError if it is not there."""
        source = self.opened(name)
        if source is None:
            raise PackageError(f"核验包中没有{name}")
        try:
            with source:  # A line without an end is cut, and then refused: it is never held in memory.
                yield from iter(lambda: source.readline(MAX_LINE_BYTES + 2), b"")
        except UNREADABLE as fault:
            raise PackageError(f"{name} 已损坏") from fault


def read_package(path: Path) -> DrawPackage:
    """The package in a directory or a zip. PackageError."""
    try:
        return _read(_in_directory(path) if path.is_dir() else _in_zip(path))
    except OSError as fault:
        raise PackageError(f"{path}：无法读取：{fault.strerror}") from None
    except UNREADABLE:
        raise PackageError(f"{path}：不是目录，也不是完整的zip文件") from None


def stated_json(package: DrawPackage) -> bytes:
    """``draw.json`` of a package."""
    said = {
        "format": FORMAT,
        "checkpoint": package.checkpoint,
        "statements": [_statement_json(each) for each in package.statements],
        "range": [_texts(proof) for proof in package.range],
        "growth": _texts(package.growth),
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def zipped(package: DrawPackage, target: IO[bytes]) -> None:
    """Writes a package as a zip, the same bytes each time."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _parts(package):
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as written, source:
                _copy(source, written)


def saved(package: DrawPackage, directory: Path) -> None:
    """Writes a package into a new directory. PackageError if there is one."""
    try:
        directory.mkdir(mode=0o755)
        for name, source in _parts(package):
            with (directory / name).open("xb") as written, source:
                _copy(source, written)
    except OSError as fault:
        raise PackageError(f"{directory}：无法写入：{fault.strerror}") from None


def _parts(package: DrawPackage) -> Iterator[tuple[str, IO[bytes]]]:
    yield _STATED, io.BytesIO(stated_json(package))
    yield _LEAVES, io.BytesIO(b"".join(package.leaves))
    for name in FILES:
        if (source := package.opened(name)) is not None:
            yield name, source


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(1 << 20):
        target.write(block)


def _in_directory(path: Path) -> Callable[[str], IO[bytes] | None]:
    def opened(name: str) -> IO[bytes] | None:
        return (path / name).open("rb") if (path / name).is_file() else None

    return opened


def _in_zip(path: Path) -> Callable[[str], IO[bytes] | None]:
    with zipfile.ZipFile(path) as archive:
        require_plain(archive)
        names = frozenset(archive.namelist())

    def opened(name: str) -> IO[bytes] | None:
        return zipfile.ZipFile(path).open(name) if name in names else None

    return opened


def _read(opened: Callable[[str], IO[bytes] | None]) -> DrawPackage:
    said = _json(_whole(opened, _STATED, MAX_STATED))
    leaves = _whole(opened, _LEAVES, MAX_LEAVES)
    if said.get("format") != FORMAT or len(leaves) % LEAF_BYTES:
        raise PackageError(f"不是抽取核验包（{FORMAT}）")
    try:
        first, last = said["range"]
        return DrawPackage(
            checkpoint=str(said["checkpoint"]),
            statements=tuple(map(_statement_of, said["statements"])),
            leaves=tuple(leaves[at : at + LEAF_BYTES] for at in range(0, len(leaves), LEAF_BYTES)),
            range=(_hashes(first), _hashes(last)),
            growth=_hashes(said["growth"]),
            opened=opened,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DecodeError):
        raise PackageError(f"{_STATED} 的内容不合格式") from None


def _whole(opened: Callable[[str], IO[bytes] | None], name: str, limit: int) -> bytes:
    source = opened(name)
    if source is None:
        raise PackageError(f"核验包中没有{name}")
    with source:
        content = source.read(limit + 1)
    if len(content) > limit:
        raise PackageError(f"{name} 过大")
    return content


def _json(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise PackageError(f"{_STATED} 不是JSON") from None
    if not isinstance(said, dict):
        raise PackageError(f"{_STATED} 的内容不合格式")
    return said


def _statement_json(shown: Shown) -> dict[str, Any]:
    return {
        "role": shown.role,
        "position": shown.position,
        "statement": encode_base64(shown.signed.SerializeToString(deterministic=True)),
        "leaf": encode_base64(shown.leaf),
        "inclusion": _texts(shown.inclusion),
    }


def _statement_of(said: dict[str, Any]) -> Shown:
    return Shown(
        role=str(said["role"]),
        position=int(said["position"]),
        signed=SignedStatement.FromString(decode_base64(said["statement"])),
        leaf=decode_base64(said["leaf"]),
        inclusion=_hashes(said["inclusion"]),
    )


def _texts(hashes: Hashes) -> list[str]:
    return [encode_base64(each) for each in hashes]


def _hashes(texts: list[str]) -> Hashes:
    return tuple(decode_base64(each) for each in texts)
