"""What a witness remembers: for each log the last checkpoint that it cosigned, one file each.

    <directory>/lock                        held while a witness runs: two would not see each other's last
    <directory>/<SHA-256 of the origin>     the signed checkpoint with the log's signature and the witness's
    <directory>/fork-<SHA-256 of a note>    evidence: a checkpoint of a size that had another root, signed too

A file is exchanged whole and synced before the cosignature may leave the house (`registry.durable`).

A directory that is lost or put back to an earlier state makes a witness that could sign a fork of what it has
signed already. Never restore it from a backup: begin anew with another key.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from registry.durable import DirectoryInUseError, DirectoryLock, exchange
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.note import NoteError, split_note

MAX_CONFLICTS = 1_000
_FORK = "fork-"


class RecordError(Exception):
    """The record cannot be read or written, or another process holds it; one line says which."""


class WitnessRecord:
    """The checkpoints of a directory, which one process holds at a time. Raises RecordError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = DirectoryLock(directory)
        except OSError as error:
            raise RecordError(f"见证记录 {directory} 不能打开: {error.strerror}") from error
        except DirectoryInUseError as error:
            raise RecordError(f"见证记录 {error}") from error

    def latest(self, origin: str) -> str | None:
        """The last checkpoint cosigned for a log, a signed note; None if there is none.

        RecordError if its file cannot be read or is damaged: nothing may be signed then."""
        path = self._path(origin)
        try:
            note = path.read_bytes().decode()
            checkpoint = Checkpoint.parse(split_note(note)[0])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"见证记录 {path} 不能读取: {error.strerror}") from error
        except (UnicodeDecodeError, NoteError, CheckpointError) as error:
            raise RecordError(f"见证记录 {path} 已损坏") from error
        if checkpoint.origin != origin:
            raise RecordError(f"见证记录 {path} 不是日志 {origin} 的")
        return note

    def keep(self, origin: str, note: str) -> None:
        """Puts a checkpoint in the place of the last, durably. Raises RecordError, with the old or the new
        one in place, and then nothing that was signed may be given away."""
        path = self._path(origin)
        try:
            exchange(path, note.encode())
        except OSError as error:
            raise RecordError(f"见证记录 {path} 不能写入: {error.strerror}") from error

    def keep_conflict(self, origin: str, note: str) -> None:
        """Keeps a checkpoint that contradicts the last, with that; each once, and not endlessly many.
        Raises RecordError."""
        path = self._directory / f"{_FORK}{sha256(note.encode()).hexdigest()}"
        try:
            if not path.exists() and sum(1 for _ in self._directory.glob(f"{_FORK}*")) < MAX_CONFLICTS:
                exchange(path, f"{self.latest(origin) or ''}\n{note}".encode())
        except OSError as error:
            raise RecordError(f"见证记录 {path} 不能写入: {error.strerror}") from error

    def close(self) -> None:
        """Lets go of the directory."""
        self._lock.release()

    def _path(self, origin: str) -> Path:
        return self._directory / origin_hash(origin)


def origin_hash(origin: str) -> str:
    """Lower-case hex SHA-256 of a log's origin: its name on the monitoring pages (C2SP tlog-witness)."""
    return sha256(origin.encode()).hexdigest()
