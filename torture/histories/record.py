"""What is written down of a call: who called, what for, when it began and ended, and what came of it.

Form of a file: JSON lines, one a call, in the order in which they ended. Instants are nanoseconds of the
monotonic clock of the one process in which all clients run.

    {"client": "w0", "kind": "ban", "subject": "9113…", "id": "w0-4", "invoked": 17, "returned": 29,
     "outcome": "placed", "position": 61, …}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

BAN, WITHDRAW, CHECK = "ban", "withdraw", "check"
PLACED, REFUSED, ANSWERED, UNKNOWN = "placed", "refused", "answered", "unknown"
"""Outcomes. UNKNOWN: the call failed, or nobody waited any more; it may have taken effect, at any time."""
LATENCY, FULLY, FRESH, EXACT = (
    "minimize_latency",
    "fully_consistent",
    "at_least_as_fresh",
    "at_exact_position",
)


@dataclass(frozen=True, slots=True)
class Operation:
    """A call. ``id`` is the ban that it states or withdraws; ``level`` and ``asked`` what a question wants of
    its position; ``position`` that of the statement, or the one known to the answer; ``hits`` are the bans
    that the answer tells of. ``returned`` None: it never ended, and may have taken effect or not."""

    client: str
    kind: str
    subject: str
    invoked: int
    returned: int | None
    outcome: str
    id: str = ""
    level: str = ""
    asked: int = 0
    position: int = -1
    verdict: str = ""
    hits: tuple[str, ...] = ()

    @property
    def written(self) -> bool:
        """Whether it put something into the log, as far as is known."""
        return self.kind != CHECK and self.outcome == PLACED

    def __str__(self) -> str:
        """One line for a person."""
        told = f"{self.verdict} {list(self.hits)}" if self.kind == CHECK else self.id
        wanted = (
            f" {self.level}{f'({self.asked})' if self.level in (FRESH, EXACT) else ''}" if self.level else ""
        )
        end = "…" if self.returned is None else f"{self.returned / 1e6:.3f}"
        return (
            f"{self.invoked / 1e6:12.3f}-{end:>12} ms  {self.client:4} {self.kind}{wanted} {self.outcome} "
            f"{told} at {self.position}"
        )


def written_to(path: Path, operations: Iterable[Operation]) -> None:
    """Writes a history into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for each in operations:
            file.write(json.dumps(asdict(each), ensure_ascii=False) + "\n")


def read_from(path: Path) -> list[Operation]:
    """A history from a file. ValueError if a line is none."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        operation = Operation(**json.loads(line))
        found.append(replace(operation, hits=tuple(operation.hits)))
    return found
