"""Writes the tables and entries of the pages in docs/law from the current edition of the catalogue (目录).

    python -m scripts.law_pages        # make law-pages

A page is prose written by hand, with sections between ``<!-- law: NAME [DOMAIN] -->`` and ``<!-- /law -->``.
What stands between the two is written anew, so that each fact of law has one home, the edition. A test holds
the pages to what this module writes.

Example: ``<!-- law: measures bidding -->`` is followed by M-BID-01 to M-BID-09, each with its article, its
term and the program's answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from registry.editions import current_edition
from registry.sanctions.catalogue.edition import Edition
from scripts import law_entries, law_tables

PAGES = Path(__file__).resolve().parents[1] / "docs" / "law"

_SECTION = re.compile(r"(<!-- law: (\w+)(?: (\w+))? -->\n).*?(<!-- /law -->)", re.DOTALL)
_SECTIONS: Mapping[str, Callable[[Edition, str], Iterator[str]]] = {
    "measures": law_entries.measures,
    "lists": law_entries.lists,
    "red_lists": law_entries.red_lists,
    "domains": law_tables.domains,
    "roles": law_tables.roles,
    "anchors": law_tables.anchors,
    "severities": law_tables.severities,
    "deadlines": law_tables.deadlines,
    "calendar": law_tables.calendar,
    "unconfirmed": law_tables.unconfirmed,
}


def page(text: str, edition: Edition) -> str:
    """A page with its sections written from an edition. Raises KeyError for a section that there is not."""

    def section(match: re.Match[str]) -> str:
        lines = _SECTIONS[match[2]](edition, match[3] or "")
        return f"{match[1]}\n" + "\n".join(lines).strip() + f"\n\n{match[4]}"

    return _SECTION.sub(section, text)


def main() -> None:
    """Writes every page anew."""
    for path in sorted(PAGES.glob("*.md")):
        path.write_text(page(path.read_text("utf-8"), current_edition()), "utf-8")


if __name__ == "__main__":
    main()
