"""The C library's heaps: however many threads a process has, they share two, and the operator has the last
word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.spine import found_spine, furnish
from tests.test_processes import READERS, children, several, submit

COUNTED = """
import ctypes, sys, tempfile, threading
from registry.memory import HEAPS, share_heaps

libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit(77)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
print(share_heaps(), HEAPS)
hold, taken = threading.Event(), threading.Barrier(9)

def takes():
    kept = [libc.malloc(4000) for _ in range(50)]
    taken.wait()
    hold.wait()

threads = [threading.Thread(target=takes) for _ in range(8)]
for each in threads: each.start()
taken.wait()
with tempfile.NamedTemporaryFile() as told:
    page = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, page)
    libc.fclose(page)
    print(told.read().count(b"<heap nr="))
hold.set()
"""


def _heaps(**environment: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", COUNTED],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if ran.returncode == 77:
        pytest.skip("this C library does not tell of its heaps (glibc's malloc_info)")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_all_threads_share_two_heaps() -> None:
    arranged, wanted, heaps = _heaps()
    assert arranged == "True"
    assert int(heaps) <= int(wanted)


def test_what_the_operator_set_is_obeyed() -> None:
    arranged, wanted, heaps = _heaps(MALLOC_ARENA_MAX="6")
    assert arranged == "False"
    assert int(wanted) < int(heaps) <= 6


HEAP = 64 * 1024 * 1024
"""What glibc reserves for a heap of threads: so much, from a multiple of it, used from its start."""


def _reserved(pid: int) -> int:
    """Heaps of threads in a process, as the kernel has them."""
    lines = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    spans = [tuple(int(edge, 16) for edge in words[0].split("-")) for words in lines]
    pairs = zip(spans, lines, spans[1:], lines[1:], strict=False)
    return sum(
        used[0] % HEAP == 0
        and (words[1], rest[1]) == ("rw-p", "---p")
        and unused == (used[1], used[0] + HEAP)
        for used, words, unused, rest in pairs
    )


def test_every_process_of_a_registry_is_so(tmp_path: Path) -> None:
    with several(furnish(found_spine(tmp_path / "registry"), ["财政"])) as (served, process):
        submit(served, 1)
        pids = [process.pid, *children(process)]
        assert len(pids) == READERS + 2
        assert all(_reserved(pid) <= 1 for pid in pids), "beside the first heap of a process"
