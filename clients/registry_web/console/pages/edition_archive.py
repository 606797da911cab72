"""An edition as a zip archive (目录版本的压缩包): what a directory of it holds, in one file, bounded.

The archive has the edition's ``*.yaml``, perhaps ``BASE`` (label or hash of the edition whose other files are
taken over) and ``cases/*.yaml``; all of it may lie in one folder. Nothing is written to disk; names lead
nowhere. What an archive may unfold to is bounded before it is read (zip bombs).

Example: ``2026.4/BASE``, ``2026.4/edition.yaml``, ``2026.4/severity.yaml`` is an edition on top of BASE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from registry.v1.catalogue_service_pb2 import EditionFiles, EditionSource
from registry.v1.statement_pb2 import EditionFile
from registry_client.edition_files import BASE, CASES, SUFFIX, as_messages
from registry_client.zip_faults import UNREADABLE, require_plain

MOST_FILES = 500
MOST_BYTES = 16 * 1024 * 1024


class ArchiveError(ValueError):
    """An archive cannot be used as an edition; one line in Chinese."""


@dataclass(frozen=True, slots=True)
class EditionArchive:
    """Files and cases by name, and the edition that it builds on, if it does."""

    files: Mapping[str, str]
    base: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)

    def source(self) -> EditionSource:
        """The archive as a request names it."""
        return EditionSource(files=EditionFiles(files=as_messages(self.files), base=self.base))

    def case_files(self) -> list[EditionFile]:
        """The cases, told apart from the files by their folder."""
        return as_messages({f"{CASES}/{name}": text for name, text in self.cases.items()})


def read_archive(file: BinaryIO) -> EditionArchive:
    """What an archive holds. Raises ArchiveError."""
    try:
        with ZipFile(file) as archive:
            return _read(archive)
    except UnicodeDecodeError:
        raise ArchiveError("压缩包中有文件不是 UTF-8 编码") from None
    except ArchiveError:
        raise
    except UNREADABLE as error:
        raise ArchiveError("不是可以读取的 zip 文件(加密的不能读取)") from error


def _read(archive: ZipFile) -> EditionArchive:
    require_plain(archive)
    entries = [each for each in archive.infolist() if not each.is_dir() and not _is_rubbish(each)]
    if len(entries) > MOST_FILES or sum(each.file_size for each in entries) > MOST_BYTES:
        raise ArchiveError("压缩包过大: 最多 500 个文件, 解压后 16 MB")
    root = _root(entries)
    files: dict[str, str] = {}
    cases: dict[str, str] = {}
    base = ""
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts[len(root) :]
        if parts == (BASE,):
            base = _text(archive, entry).strip()
        elif len(parts) == 1 and parts[0].endswith(SUFFIX):
            files[parts[0]] = _text(archive, entry)
        elif len(parts) == 2 and parts[0] == CASES and parts[1].endswith(SUFFIX):
            cases[parts[1]] = _text(archive, entry)
    if not files:
        raise ArchiveError("压缩包中没有 .yaml 文件")
    return EditionArchive(files, base, cases)


def _text(archive: ZipFile, entry: ZipInfo) -> str:
    with archive.open(entry) as content:
        read = content.read(entry.file_size + 1)
    if len(read) > entry.file_size:
        raise ArchiveError("压缩包的内容与其目录不符")
    return read.decode("utf-8")


def _is_rubbish(entry: ZipInfo) -> bool:
    """What systems put into archives of their own accord."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    return "__MACOSX" in name.parts or name.name.startswith(".")


def _root(entries: list[ZipInfo]) -> tuple[str, ...]:
    """The one folder in which everything lies, if it does."""
    paths = [PurePosixPath(each.filename.replace("\\", "/")).parts for each in entries]
    tops = {parts[:1] for parts in paths}  # A name such as "." has no parts.
    nested = all(len(parts) > 1 for parts in paths)
    return next(iter(tops)) if len(tops) == 1 and nested and tops != {(CASES,)} else ()
