"""Starts the check of a file in a process of its own, within bounds, and reads what it found.

At most two at a time, and one of a client: whoever comes second waits for nothing but is told so. While files
come in they are in memory, so of those too there are only so many, in all and of one client. A check
that takes longer than a minute is ended; one that dies (memory, a fault) is told as one that could not be
made, never as one that passed.

Example: ``await WholeCheck(policy).of(pdf, "203.0.113.7")`` is the answer of ``registry_web.paper_check``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

TIMEOUT_S = 60.0
AT_ONCE = 2
COMING, COMING_OF_ONE = 16, 4
"""Files that come in at a time."""

BUSY = "同一来源的另一份文件正在核验，请等它完成以后再试。"
FULL = "正在核验的文件较多，请稍后再试。"
NOT_DONE = "这份文件没有能够核验：处理它所需的时间或者内存超出限度，或者文件有意构造得无法处理。"


class WholeCheckError(Exception):
    """A file was not checked; the message is one Chinese line. ``busy``: it may be tried again."""

    def __init__(self, message: str, *, busy: bool = False) -> None:
        super().__init__(message)
        self.busy = busy


class WholeCheck:
    """Checks files under a policy."""

    def __init__(self, policy: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._policy, self._timeout_s = policy, timeout_s
        self._under_way: set[str] = set()
        self._coming: Counter[str] = Counter()

    @contextmanager
    def coming(self, client: str) -> Iterator[None]:
        """While a file comes in. Raises WholeCheckError where there are too many."""
        if self._coming.total() >= COMING or self._coming[client] >= COMING_OF_ONE:
            raise WholeCheckError(FULL, busy=True)
        self._coming[client] += 1
        try:
            yield
        finally:
            self._coming[client] -= 1
            self._coming += Counter()  # Drops those of whom nothing comes any more.

    async def of(self, content: bytes, client: str) -> dict[str, Any]:
        """What is found of a file. Raises WholeCheckError."""
        if client in self._under_way:
            raise WholeCheckError(BUSY, busy=True)
        if len(self._under_way) >= AT_ONCE:
            raise WholeCheckError(FULL, busy=True)
        self._under_way.add(client)
        try:
            return await self._checked(content)
        finally:
            self._under_way.discard(client)

    async def _checked(self, content: bytes) -> dict[str, Any]:
        program = (sys.executable, "-m", "registry_web.paper_check", str(self._policy))
        process = await asyncio.create_subprocess_exec(
            *program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            told, _ = await asyncio.wait_for(process.communicate(content), self._timeout_s)
            found: dict[str, Any] = json.loads(told) if process.returncode == 0 else {}
        except (TimeoutError, ValueError, OSError):
            found = {}
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if not found:
            raise WholeCheckError(NOT_DONE)
        return found
