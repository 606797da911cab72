"""No regular expression of the product takes time that grows with the square of its text, or worse."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.fuzz.patterns import CPU_S, ROOT, Found, patterns, slow


def test_every_pattern_reads_its_text_once() -> None:
    command = [sys.executable, "-m", "tests.fuzz.patterns"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10 * CPU_S, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_patterns_of_the_product_are_found() -> None:
    found = list(patterns())
    assert len(found) > 150
    assert any("access_token" in each.place and each.uses == {"fullmatch"} for each in found)
    assert any("identity" in each.place for each in found), "one that is put together is not found"


def test_a_pattern_that_is_slow_is_seen() -> None:
    looking = Found("here", re.compile(r"[a-z]+@"), frozenset({"search"}))
    assert list(slow(looking))
    assert not list(slow(Found("here", re.compile(r"(?<![a-z])[a-z]+@"), frozenset({"search"}))))
