"""Where the log stands, for every process of a machine at once (共享序号): eight bytes of shared memory.

The writer sets it when a group is committed, before anybody hears of it; a reading process looks at it
before each answer, at the cost of a look into memory, and goes to the store only if that has grown. So what
one process acknowledged is seen by every other.

Example: the writer acknowledges position 90; a reader that stands at 88 reads 90 here, and catches up first.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path

_SIZE = 8


class SharedPosition:
    """The last position that is committed, in a file that is mapped into memory; -1 before there is one."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not os.fstat(descriptor).st_size:
                os.write(descriptor, (-1).to_bytes(_SIZE, "little", signed=True))
            self._map = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        self._value = memoryview(self._map).cast("q")  # One word of the machine: never half written.

    def get(self) -> int:
        """The last position that is committed."""
        return self._value[0]

    def put(self, position: int) -> None:
        """Says that a position is committed."""
        self._value[0] = position

    def close(self) -> None:
        """Lets the memory go."""
        self._value.release()
        self._map.close()
