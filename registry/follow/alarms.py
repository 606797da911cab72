"""Alarms (警报): one line each, evidence in files, and a command of the operator's own.

    警报 FORK: 大小 900 的检查点不是大小 512 的延续; 证据 …/evidence/fork-3f0c…

    FORK        two checkpoints of the log contradict each other
    SHRUNK      the log has fewer leaves than it had
    SIGNATURE   a checkpoint does not satisfy the policy
    TILES       tiles do not fit the signed root
    LEAF        an entry is not the one in the tree, or is not a leaf
    ALTERED     a page that never changes has changed
    TIME        the time of receipt goes back, is ahead of the follower's clock, or contradicts a time stamp
    CHAIN       a leaf does not carry on its subject's chain
    MAP         a map state does not follow from the leaves
    STATEMENT   a statement of the registry's own is missing, another one, or not signed by the log
    ANCHOR      a time stamp is not over the log's checkpoint, or not by an authority that is believed
    LATE        the newest sign of life in the log is older than is allowed
    MISSING     the log does not answer

An alarm that stands is not raised again until it has ended, and of one kind `MAX_STANDING` stand at most:
more are counted and not told. Each is also a line of ``alarms.log``, which is for whoever looks at it to put
away: until then its lines are counted at every start. The command is run with three arguments: kind, text,
directory of the evidence.
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from registry.durable import exchange

MAX_EVIDENCE = 100
"""Directories of evidence of one kind; after so many somebody has been told often enough. Each kind has its
own, so that spoilt checkpoints, which anybody can make, leave room for a fork, which only the log can."""
MAX_STANDING = 100
COMMAND_S = 60
logger = logging.getLogger(__name__)


class AlarmKind(StrEnum):
    """What is wrong; the module says what each means."""

    FORK = "FORK"
    SHRUNK = "SHRUNK"
    SIGNATURE = "SIGNATURE"
    TILES = "TILES"
    LEAF = "LEAF"
    ALTERED = "ALTERED"
    TIME = "TIME"
    CHAIN = "CHAIN"
    MAP = "MAP"
    STATEMENT = "STATEMENT"
    ANCHOR = "ANCHOR"
    LATE = "LATE"
    MISSING = "MISSING"


class Alarms:
    """Raises alarms, and counts them in ``raised``, from the lines that ``alarms.log`` has. ``say`` prints a
    line; the clock is Unix milliseconds. Raises OSError."""

    def __init__(
        self,
        directory: Path,
        *,
        say: Callable[[str], None],
        clock_ms: Callable[[], int],
        command: Sequence[str] = (),
    ) -> None:
        self._directory = directory
        self._say = say
        self._clock_ms = clock_ms
        self._command = tuple(command)
        self._standing: set[tuple[AlarmKind, str]] = set()
        self.raised = self._told()

    def sound(self, kind: AlarmKind, text: str, evidence: Mapping[str, str | bytes] | None = None) -> None:
        """Raises an alarm unless it stands. Raises OSError if evidence or log cannot be written."""
        if (kind, text) in self._standing:
            return
        self.raised += 1
        if sum(each[0] is kind for each in self._standing) >= MAX_STANDING:
            return
        self._standing.add((kind, text))
        kept = self._keep(kind, evidence) if evidence else None
        line = f"警报 {kind}: {text}" + (f"; 证据 {kept}" if kept else "")
        self._write(line)
        self._say(line)
        self._run(kind, text, kept)

    def end(self, *kinds: AlarmKind) -> None:
        """Alarms of these kinds stand no longer."""
        self._standing = {each for each in self._standing if each[0] not in kinds}

    def _keep(self, kind: AlarmKind, evidence: Mapping[str, str | bytes]) -> Path | None:
        contents = {name: text.encode() if isinstance(text, str) else text for name, text in evidence.items()}
        digest = sha256(b"".join(sha256(each).digest() for each in contents.values())).hexdigest()
        home = self._directory / "evidence"
        kept = home / f"{kind.lower()}-{digest[:16]}"
        if not kept.exists():
            home.mkdir(exist_ok=True)
            if sum(1 for _ in home.glob(f"{kind.lower()}-*")) >= MAX_EVIDENCE:
                return None
            kept.mkdir()
            for name, content in contents.items():
                exchange(kept / name, content)
        return kept

    def _told(self) -> int:
        try:
            with (self._directory / "alarms.log").open("rb") as file:
                return sum(1 for _ in file)
        except FileNotFoundError:
            return 0

    def _write(self, line: str) -> None:
        at = datetime.fromtimestamp(self._clock_ms() / 1000, tz=UTC).isoformat(timespec="seconds")
        with (self._directory / "alarms.log").open("a", encoding="utf-8") as file:
            file.write(f"{at} {line}\n")
            file.flush()
            os.fsync(file.fileno())

    def _run(self, kind: AlarmKind, text: str, kept: Path | None) -> None:
        if not self._command:
            return
        arguments = [*self._command, kind.value, text, str(kept or "")]
        try:
            done = subprocess.run(arguments, stdin=subprocess.DEVNULL, timeout=COMMAND_S, check=False)
        except (OSError, subprocess.TimeoutExpired, ValueError) as error:
            self._say(f"警报的命令没有执行: {error}")
            return
        if done.returncode:
            self._say(f"警报的命令以 {done.returncode} 结束")
