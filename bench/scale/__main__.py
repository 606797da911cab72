"""``python -m bench.scale``: the tables of docs/scale.md; with a name, that one; ``--write``: into it."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.scale.costs import Costs
from bench.scale.model import Machine
from bench.scale.printed import document, written

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scale.md"


def main() -> None:
    """Prints the tables, or writes them into the document."""
    wanted, tables = sys.argv[1:], document(Costs(), Machine())
    if wanted == ["--write"]:
        DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), tables), "utf-8")
        return
    for name, told in tables.items():
        if not wanted or name in wanted:
            print(f"\n[{name}]\n" + "\n".join(told).rstrip())


if __name__ == "__main__":
    main()
