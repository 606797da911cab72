"""The files of a catalogue edition in a directory (目录版本的文件), as whoever drafts one keeps them.

    *.yaml      the edition's files
    BASE        optional: label or hash of an edition, whose files are taken over but for those that are here
    cases/      optional: cases to check the edition with, no part of it

An edition is identified by its content: ``content_hash`` is SHA-256 over the files in the order of their
names, each as length of name (8 bytes, big-endian), name, length of content, content, in UTF-8. Whoever signs
a draft computes it from the files that he signs.

Example: a directory with BASE ``2026.2``, ``edition.yaml`` and ``measures-procurement.yaml``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.v1.catalogue_service_pb2 import EditionFiles, EditionSource
from registry.v1.statement_pb2 import EditionFile
from registry_client.files import FileFormatError

BASE, CASES, SUFFIX = "BASE", "cases", ".yaml"


class EditionFilesError(FileFormatError):
    """A directory cannot be used as an edition; the message is one line in Chinese that begins with its
    path."""


@dataclass(frozen=True, slots=True)
class EditionDirectory:
    """What a directory holds: files and cases by name, and the edition that it builds on, if it does."""

    path: Path
    files: Mapping[str, str]
    base: str
    cases: Mapping[str, str]

    def source(self) -> EditionSource:
        """The directory as a request names it."""
        return EditionSource(files=EditionFiles(files=as_messages(self.files), base=self.base))

    def case_files(self) -> list[EditionFile]:
        """The cases as a request carries them, told apart from the files by their folder."""
        return as_messages({f"{CASES}/{name}": text for name, text in self.cases.items()})


def read_edition_directory(path: str | Path) -> EditionDirectory:
    """What a directory holds. EditionFilesError if it cannot be read, or holds no file of an edition."""
    path = Path(path)
    try:
        base = path / BASE
        found = EditionDirectory(
            path,
            _texts(path),
            base.read_text("utf-8").strip() if base.is_file() else "",
            _texts(path / CASES) if (path / CASES).is_dir() else {},
        )
    except OSError as fault:
        raise EditionFilesError(f"{fault.filename or path}：无法读取：{fault.strerror}") from None
    except UnicodeDecodeError:
        raise EditionFilesError(f"{path}：有文件不是UTF-8编码") from None
    if not found.files:
        raise EditionFilesError(f"{path}：没有 {SUFFIX} 文件")
    return found


def content_hash(files: Mapping[str, str]) -> str:
    """What identifies the edition that files (name → text) make: lower-case hex, as said above."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def as_messages(files: Mapping[str, str]) -> list[EditionFile]:
    """Files in the order of their names."""
    return [EditionFile(name=name, content=files[name]) for name in sorted(files)]


def _texts(directory: Path) -> dict[str, str]:
    """Files are read as bytes: whoever rewrites their line ends makes another edition."""
    files = (entry for entry in directory.iterdir() if entry.suffix == SUFFIX and entry.is_file())
    return {entry.name: entry.read_bytes().decode("utf-8") for entry in files}
