"""What a backup holds, and how it is known to be whole.

    manifest.json     written last: every other file with its SHA-256, and what the log was
    store.db          the store, always as one SQLite file, whatever engine the registry runs on
    checkpoint        the log's signed head as the store had it
    registry.toml     the configuration, without a password in it
    verify.policy     by which checkpoints and receipts are verified
    tls/…             certificates, and other public files that the configuration names
    keys.sealed       only if asked for: the private keys under a pass phrase (`registry.backups.sealing`)

An increment (`registry.backups.increment`) has in the place of store.db

    increment.db      what was recorded since the one before it, with no derived rows
    marks.json        how far it reaches (`registry.backups.marks`)

    {"format": "registry-backup/1", "taken_at": "2026-11-26T12:10:00+08:00",
     "origin": "credit.example/cangzhou", "size": 4711, "root": "9f86…", "store_version": "0005",
     "program": "0.1.0", "sealed_keys": false, "elsewhere": ["/srv/tls/server.pem"],
     "files": {"store.db": {"sha256": "2c26…", "bytes": 1441792}, …}}

A directory without a manifest is no backup: whoever was killed while making one leaves none. The manifest
proves nothing against somebody who may write to the backup; the signed checkpoint and the statements in the
store do, and are checked beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from registry.provenance.json_bounds import parsed

FORMAT = "registry-backup/1"
MANIFEST, STORE_FILE, CHECKPOINT, SEALED = "manifest.json", "store.db", "checkpoint", "keys.sealed"
INCREMENT_FILE, MARKS = "increment.db", "marks.json"
OWN_FILES = (MANIFEST, STORE_FILE, CHECKPOINT, SEALED, INCREMENT_FILE, MARKS)
"""What is of the backup alone; every other file is of the installation, under its own name."""
MAX_MANIFEST_BYTES = 1 << 20
"""A manifest names some ten files: the store, and what of the configuration is public."""
_BLOCK = 1 << 20


class BackupError(ValueError):
    """A backup cannot be taken, or is none that can be put back; one line says why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a backup."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``elsewhere`` are files that the configuration names outside of the
    installation's directory, which are in no backup; ``since``, of an increment, is the SHA-256 of the
    manifest that it follows."""

    taken_at: str
    origin: str
    size: int
    root: str
    store_version: str
    program: str
    sealed_keys: bool = False
    elsewhere: tuple[str, ...] = ()
    since: str = ""
    files: dict[str, Stored] = field(default_factory=dict)

    @property
    def taken(self) -> datetime:
        """When it was taken."""
        return datetime.fromisoformat(self.taken_at)

    def text(self) -> str:
        """As it stands in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a backup. Raises BackupError if there is none that can be read."""
    try:
        content = parsed(bounded(directory / MANIFEST, MAX_MANIFEST_BYTES))
    except FileNotFoundError:
        raise BackupError(f"{directory} 里没有 {MANIFEST}; 不是完整的备份") from None
    except (OSError, ValueError) as error:
        raise BackupError(f"{directory / MANIFEST} 不能读取, 或已损坏") from error
    told = content.get("format") if isinstance(content, dict) else None
    if told != FORMAT:
        raise BackupError(f"{directory / MANIFEST} 的格式不是 {FORMAT}; 请用做备份的版本恢复")
    try:
        return _manifest({name: value for name, value in content.items() if name != "format"})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BackupError(f"{directory / MANIFEST} 已损坏") from error


def bounded(path: Path, largest: int) -> bytes:
    """A file's content. Raises ValueError for one that is longer than any of its kind; OSError."""
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError("too long")
    return content


def _manifest(content: dict[str, Any]) -> Manifest:
    files = {name: Stored(str(each["sha256"]), int(each["bytes"])) for name, each in content["files"].items()}
    if not all(map(is_inside, files)):
        raise ValueError("a file of a backup lies in it")
    given = {**content, "files": files, "elsewhere": tuple(map(str, content["elsewhere"]))}
    manifest = Manifest(**given)
    if type(manifest.size) is not int or manifest.taken.tzinfo is None:
        raise ValueError("size and time")
    return manifest


def is_inside(name: str) -> bool:
    """Whether the name of a file stays in the directory to which it is put."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def faults_of(directory: Path, manifest: Manifest) -> list[str]:
    """What differs between a backup's files and its manifest, each with its name."""
    links = [name for name in _names(directory) if not _is_plain(directory / name)]
    if links:  # What they lead to is not of the backup.
        return [f"{name} 不是普通文件" for name in links]
    there = {each: stored_in(directory / each) for each in _names(directory) if each != MANIFEST}
    faults = [f"缺少 {name}" for name in sorted(manifest.files.keys() - there.keys())]
    faults += [f"多出 {name}" for name in sorted(there.keys() - manifest.files.keys())]
    for name in sorted(there.keys() & manifest.files.keys()):
        if there[name] != manifest.files[name]:
            faults.append(f"{name} 的内容与 {MANIFEST} 中的摘要不符")
    needed = (INCREMENT_FILE, MARKS, CHECKPOINT) if manifest.since else (STORE_FILE, CHECKPOINT)
    return faults + [f"缺少 {name}" for name in needed if name not in manifest.files]


def stored_files(directory: Path) -> dict[str, Stored]:
    """Every file below a directory, as it rests there."""
    return {name: stored_in(directory / name) for name in _names(directory)}


def stored_in(path: Path) -> Stored:
    """A file's digest and length. Raises BackupError if it cannot be read."""
    digest, length = sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                length += len(block)
    except OSError as error:
        raise BackupError(f"{path} 不能读取: {error.strerror}") from error
    return Stored(digest.hexdigest(), length)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _names(directory: Path) -> Iterator[str]:
    return (
        path.relative_to(directory).as_posix()
        for path in sorted(directory.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    )
