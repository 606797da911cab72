"""Reading files as an edition and running the cases beside them (目录版本的检查); nothing is recorded.

Every fault is told at once, with file and line: what cannot be read, what contradicts itself, each case whose
answer is another than it says, and, where there are cases at all, those that measures and lists lack.

Example: ``bidding.yaml:13: M-BID-01 market_ban: expected true or false, found "maybe"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.running import differences, missing_cases
from registry.sanctions.catalogue.drafts import parse_files
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError, CatalogueFault, Place
from registry.sanctions.catalogue.unconfirmed import unconfirmed
from registry.v1.statement_pb2 import EditionFile

NOWHERE = Place("", 0)
"""Where a case stands that is missing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What files come to. ``edition`` is None if they cannot be read as one."""

    edition: Edition | None
    faults: tuple[CatalogueFault, ...] = ()
    cases_run: int = 0
    unconfirmed: tuple[str, ...] = ()


def check_edition(files: Mapping[str, str], cases: Mapping[str, str]) -> Checked:
    """Reads files (name → text) as an edition, and runs cases, if there are any."""
    try:
        messages = (EditionFile(name=name, content=content) for name, content in files.items())
        edition = parse_files(messages)
    except CatalogueError as error:
        return Checked(None, error.faults)
    told = unconfirmed(edition)
    if not cases:
        return Checked(edition, unconfirmed=told)
    try:
        read = read_cases(cases, edition)
    except CatalogueError as error:
        return Checked(edition, error.faults, unconfirmed=told)
    differing = (difference for case in read for difference in differences(case, edition))
    missing = (CatalogueFault(NOWHERE, text) for text in missing_cases(read, edition))
    return Checked(edition, (*differing, *missing), len(read), told)
