"""What a serving process asks of those who give it memory (内存): Python's collector, and the C library.

Nothing here changes an answer; it keeps a process that serves for weeks as small as its data.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys

SWITCH_S = 0.0005
"""How long a thread computes before another has a turn. The thread that reads the wire needs one for each
step of a call: with Python's five milliseconds it would be the slowest of all under load."""
COLLECTOR_THRESHOLDS = (10_000, 20, 100)
"""Objects until the young are looked at, and how often until older ones and all are (every 20 million). Calls
leave cycles behind: by 50,000 objects up to 10 MiB of them waited for the collector."""
HEAPS = 2
"""Heaps of the C library, for the many threads of a server that run one at a time."""
_M_ARENA_MAX = -8
"""glibc's malloc.h: mallopt(3)."""
_BY_THE_OPERATOR = "MALLOC_ARENA_MAX"


def share_heaps() -> bool:
    """Has all threads share a few heaps; answers whether it was so arranged.

    glibc gives up to eight heaps to each core, and each keeps what is freed in it: what one thread takes and
    another frees in its place leaves holes in all of them, which grow for hours. To be called before there
    are threads. Whoever set ``MALLOC_ARENA_MAX`` (mallopt(3)) is obeyed; other C libraries have one heap.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or _BY_THE_OPERATOR in os.environ:
        return False
    return bool(mallopt(_M_ARENA_MAX, HEAPS))


def calm_collector() -> None:
    """Takes what was loaded out of the garbage collector's sight, and has it look less often: the index
    is millions of objects that stay, and walking them costs a tenth of all time under load. And has threads
    take turns often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    sys.setswitchinterval(SWITCH_S)
