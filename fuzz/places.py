"""Where things lie."""

from __future__ import annotations

import atexit
import shutil
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(__file__).parent / "corpus"
"""Kept with the project: small, replayed by tests/fuzz."""
FINDINGS = Path(__file__).parent / "findings"
"""Inputs that were findings, until they are mended and move to the corpus; not kept with the project."""
BUILD = ROOT / "build" / "fuzz"
"""Counts and working corpus of this machine."""

_made: list[Path] = []


def scratch() -> Path:
    """A new directory that is gone with the process."""
    _made.append(Path(mkdtemp(prefix="fuzz-")))
    return _made[-1]


@atexit.register
def tidy() -> None:
    """Removes the directories; called by whoever leaves without ceremony."""
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)
