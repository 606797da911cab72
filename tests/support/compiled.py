"""Small C libraries of the tests, compiled where there is a compiler.

library = compiled("soft_sdf.c", tmp_path)        # skips the test, and says why, where it cannot be
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def compiled(source: str, directory: Path) -> Path:
    """The shared library made of a source beside this file, linked with the system's libcrypto."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed (package gcc)")
    library = directory / Path(source).with_suffix(".so").name
    path = Path(__file__).with_name(source)
    words = [compiler, "-O1", "-shared", "-fPIC", "-o", library, path, "-l:libcrypto.so.3", "-ldl"]
    ended = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)
    if ended.returncode:
        reason = (ended.stderr.strip() or "for no reason that it tells").splitlines()[-1]
        pytest.skip(f"{source} cannot be compiled here: {reason}")
    return library
