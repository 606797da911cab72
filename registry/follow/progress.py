"""How far a follower is, in one small file (JSON), written after what it speaks of is on the disk.

seen        the newest checkpoint that was found to extend all before it: what a fork is told by
mirrored    leaves that are in the mirror and checked
map_size    size of the last map state
anchored_ms instant of the last time anchor
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from registry.durable import exchange
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.json_bounds import parsed
from registry.provenance.note import split_note


class ProgressError(Exception):
    """The record of a follower is damaged; one line says which."""


@dataclass(slots=True)
class Progress:
    """What the module says; ``save`` makes it durable."""

    seen: str = ""
    mirrored: int = 0
    map_size: int = 0
    anchored_ms: int = 0

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint seen last; None before the first."""
        return Checkpoint.parse(split_note(self.seen)[0]) if self.seen else None

    def save(self, path: Path) -> None:
        """Raises OSError."""
        exchange(path, json.dumps(asdict(self), ensure_ascii=False, indent=1).encode())

    @classmethod
    def load(cls, path: Path) -> Progress:
        """What was saved; a beginning where nothing was. Raises ProgressError."""
        try:
            progress = cls(**parsed(path.read_text("utf-8")))
            size = progress.checkpoint.size if progress.checkpoint else 0
            valid = progress.map_size >= 0 and 0 <= progress.mirrored <= size
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError) as error:
            raise ProgressError(f"{path} 已损坏; 请移走这个目录重新跟踪") from error
        if not valid:
            raise ProgressError(f"{path} 自相矛盾; 请移走这个目录重新跟踪")
        return progress
