"""The files of an archive: written once each, summed as they rest, sealed if there is a key; and read again.

Reading begins with the sums: every file that is named is there and is as it was, no other is, and none is a
link. Then a file is read line by line, whatever its length. An archive may come from anybody, so what is held
at a time is bounded: a line and the values in it, what is read as a whole, and the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from registry.archive.bounds import LONGEST_LINE, holds_few
from registry.archive.format import HEADER, IN_CLEAR, SUMS, ArchiveError, Header, parse_sums, sums_text
from registry.archive.sealing import BlockWriter, archive_key, opened_blocks
from registry.provenance.json_bounds import parsed
from registry.store.head import MAX_HEAD_BYTES

_BLOCK = 1 << 20
_LONGEST_SUM = 400
"""Bytes of a line of the sums: a digest, and a name of no more than three folders."""


class ShelfWriter:
    """Puts files into a directory that is being made."""

    def __init__(self, directory: Path, key: bytes | None = None) -> None:
        self._directory = directory
        self._key = key
        self._sums: dict[str, str] = {}
        self.bytes = 0

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Writes a file, part by part. Raises OSError."""
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = sha256()
        with path.open("xb") as file:
            for part in self._sealed(name, parts):
                file.write(part)
                digest.update(part)
                self.bytes += len(part)
        self._sums[name] = digest.hexdigest()

    def end(self) -> int:
        """Writes the sums, last of all; how many files there are. Raises OSError."""
        (self._directory / SUMS).write_text(sums_text(self._sums), encoding="utf-8")
        return len(self._sums) + 1

    def _sealed(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        if self._key is None or name in IN_CLEAR:
            yield from parts
            return
        writer = BlockWriter(self._key, name)
        for part in parts:
            yield writer.take(part)
        yield writer.end()


class Shelf:
    """An archive whose files are as its sums say."""

    def __init__(self, directory: Path) -> None:
        """Raises ArchiveError for one that is not whole, or was altered."""
        self._directory = directory
        self._key: bytes | None = None
        self.sums = _checked_sums(directory)
        self.header = Header.parse(self._text(HEADER))

    def unlock(self, passphrase: bytes) -> None:
        """Opens an archive that is sealed. Raises ArchiveError for a pass phrase that cannot be one."""
        try:
            salt = bytes.fromhex(self.header.salt)
        except ValueError:
            raise ArchiveError(f"{HEADER} 已损坏") from None
        self._key = archive_key(passphrase, salt)

    def read(self, name: str) -> bytes:
        """A file as a whole that is no longer than a checkpoint may be. Raises ArchiveError."""
        content = b""
        for part in self._parts(name):
            content += part
            if len(content) > MAX_HEAD_BYTES:
                raise ArchiveError(f"{name} 超过 {MAX_HEAD_BYTES} 字节")
        return content

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The lines of a file. Raises ArchiveError with the number of the line that is none."""
        for number, text in enumerate(self._lines(name), 1):
            if not holds_few(text):
                raise ArchiveError(f"{name} 第{number}行的值过多")
            try:
                row = parsed(text)
            except ValueError:
                raise ArchiveError(f"{name} 第{number}行不是 JSON") from None
            if not isinstance(row, dict):
                raise ArchiveError(f"{name} 第{number}行不是一条记录")
            yield row

    def _lines(self, name: str) -> Iterator[bytes]:
        held, length = list[bytes](), 0  # Put together once: a line may come in hundreds of blocks.
        for part in self._parts(name):
            first, *more = part.split(b"\n")
            held.append(first)
            length += len(first)
            if length > LONGEST_LINE:
                raise ArchiveError(f"{name} 有过长的一行")
            if more:
                yield b"".join(held)
                yield from more[:-1]
                held, length = more[-1:], len(more[-1])
        if length:
            raise ArchiveError(f"{name} 的最后一行不完整")

    def _parts(self, name: str) -> Iterator[bytes]:
        if name not in self.sums:
            raise ArchiveError(f"缺少 {name}")
        sealed = bool(self.header.salt) and name not in IN_CLEAR
        if sealed and self._key is None:
            raise ArchiveError("归档已封存; 请用 --passphrase-fd 给出口令")
        try:
            with (self._directory / name).open("rb") as file:
                if sealed and self._key is not None:
                    yield from opened_blocks(file, self._key, name)
                    return
                while part := file.read(_BLOCK):
                    yield part
        except OSError as error:
            raise ArchiveError(f"{name} 不能读取: {error.strerror}") from error

    def _text(self, name: str) -> str:
        try:
            return _short(self._directory / name, MAX_HEAD_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ArchiveError(f"{name} 不能读取") from error


def _checked_sums(directory: Path) -> dict[str, str]:
    """The sums of an archive, once every file is seen to be as they say. Raises ArchiveError."""
    there = _files_in(directory)
    try:  # Of each file that is there it has one line.
        text = _short(directory / SUMS, _LONGEST_SUM * len(there)).decode("utf-8")
    except FileNotFoundError:
        raise ArchiveError(f"{directory} 里没有 {SUMS}; 不是完整的归档") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{directory / SUMS} 不能读取, 或已损坏") from error
    sums = parse_sums(text)
    faults = [f"缺少 {name}" for name in sorted(sums.keys() - there)]
    faults += [f"多出 {name}" for name in sorted(there - sums.keys() - {SUMS})]
    faults += [f"{name} 的内容与 {SUMS} 不符" for name in sorted(there & sums.keys())
               if _digest(directory / name) != sums[name]]  # fmt: skip
    if HEADER not in sums:
        faults.append(f"缺少 {HEADER}")
    if faults:
        raise ArchiveError(f"归档 {directory} 不完整或被改动: {'; '.join(faults[:5])}")
    return sums


def _files_in(directory: Path) -> set[str]:
    """The names of all files of an archive. Raises ArchiveError if something else lies there."""
    there = set()
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise ArchiveError(f"归档 {directory}: {path.relative_to(directory)} 不是普通文件")
        if path.is_file():
            there.add(path.relative_to(directory).as_posix())
    return there


def _short(path: Path, most: int) -> bytes:
    """The content of a file. Raises ArchiveError if it has more bytes than that; OSError."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ArchiveError(f"{path} 超过 {most} 字节")
    return content


def _digest(path: Path) -> str:
    digest = sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_BLOCK):
                digest.update(part)
    except OSError as error:
        raise ArchiveError(f"{path} 不能读取: {error.strerror}") from error
    return digest.hexdigest()
