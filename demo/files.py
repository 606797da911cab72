"""The files that departments deliver (交付文件): path under ``samples``, department, kind, encoding.

One file is gb18030 and one is UTF-8 with a byte order mark, as spreadsheets in offices write them;
the others are UTF-8. ``finance/licences.csv`` is a file that its department has no mandate for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.departments import BY_KEY
from demo.records import Kind

SAMPLES = Path(__file__).resolve().parent / "samples"
"""Where the committed files lie."""

EXPECTED_FAULTS = "expected_faults.json"
"""Rows wrong on purpose, for programs: file, line (headings are line 1), reasons, what is wrong."""

WRONG_ROWS = "WRONG.md"
"""The same for readers."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file. ``rows`` is how many random rows the generator draws for it."""

    department: str
    name: str
    kind: Kind
    rows: int
    encoding: str = "utf-8"

    @property
    def path(self) -> str:
        """Path under ``samples``, such as ``housing/penalties.csv``."""
        return f"{BY_KEY[self.department].folder}/{self.name}"


FILES = (
    SampleFile("市场监管", "registrations.csv", Kind.REGISTRATION, 420),
    SampleFile("市场监管", "licences.csv", Kind.LICENCE, 500),
    SampleFile("市场监管", "penalties_city.csv", Kind.PENALTY, 240, encoding="gb18030"),
    SampleFile("市场监管", "penalties_counties.csv", Kind.PENALTY, 150),
    SampleFile("市场监管", "list_entries.csv", Kind.LISTING, 80),
    SampleFile("市场监管", "measures.csv", Kind.MEASURE, 10),
    SampleFile("财政", "penalties.csv", Kind.PENALTY, 45),
    SampleFile("财政", "licences.csv", Kind.LICENCE, 0),
    SampleFile("财政", "list_entries.csv", Kind.LISTING, 14),
    SampleFile("财政", "measures.csv", Kind.MEASURE, 30),
    SampleFile("税务", "penalties.csv", Kind.PENALTY, 120, encoding="utf-8-sig"),
    SampleFile("税务", "list_entries.csv", Kind.LISTING, 24),
    SampleFile("税务", "measures.csv", Kind.MEASURE, 10),
    SampleFile("法院", "list_entries.csv", Kind.LISTING, 90),
    SampleFile("法院", "measures.csv", Kind.MEASURE, 14),
    SampleFile("人社", "penalties.csv", Kind.PENALTY, 70),
    SampleFile("人社", "list_entries.csv", Kind.LISTING, 24),
    SampleFile("人社", "qualifications.csv", Kind.QUALIFICATION, 180),
    SampleFile("住建", "penalties.csv", Kind.PENALTY, 100),
    SampleFile("住建", "licences.csv", Kind.LICENCE, 260),
    SampleFile("住建", "measures.csv", Kind.MEASURE, 36),
    SampleFile("应急", "penalties.csv", Kind.PENALTY, 80),
    SampleFile("应急", "licences.csv", Kind.LICENCE, 100),
    SampleFile("应急", "list_entries.csv", Kind.LISTING, 18),
    SampleFile("移民管理", "measures.csv", Kind.MEASURE, 16),
)
"""Every file, in the order in which the demonstration submits them."""
