"""Writes docs/tampering.md: tries every attack on every table (two minutes at most).

python -m scripts.tampering_page > docs/tampering.md
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.attackers.tampering.matrix import Matrix
from tests.attackers.tampering.page import page


def main() -> None:
    """See the module."""
    with tempfile.TemporaryDirectory(prefix="tampering-") as directory:
        print(page(Matrix(Path(directory)).cells()))


if __name__ == "__main__":
    main()
