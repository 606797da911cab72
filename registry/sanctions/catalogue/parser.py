"""Reads an edition of the catalogue: YAML files in, an ``Edition`` out, or every fault with its line.

Sections may stand in as many files as is convenient: ``measures``, ``lists``, ``red_lists``, ``categories``,
``severity_rules``, ``calendar`` and the procedures (``procedures_parser``) in any, and in several;
``edition``, the label, in one; the other rules (``rulebook_parser``) together in one. So the files that a
change of law leaves alone can be those of an earlier edition (``registry.editions``). What cannot be judged
from one row alone is checked in ``catalogue.checks`` and ``catalogue.cross_checks``.

The hash of an edition is SHA-256 over its files in the order of their names, each as length of name
(8 bytes, big-endian), name, length of content, content, all in UTF-8: one changed byte, or a line
moved from one file to another, is another edition.

Example:
    >>> parse_edition({"rules.yaml": "edition: 1"})
    Traceback (most recent call last):
    …CatalogueError: rules.yaml:1: 0 files hold the rules (domains), expected one
    rules.yaml:1: edition: expected a text, found "1"
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol, TypeVar

from registry.sanctions.catalogue.calendar_rows import read_calendar
from registry.sanctions.catalogue.checks import Placed, check_categories, check_lists, check_measures
from registry.sanctions.catalogue.cross_checks import (
    check_anchors,
    check_list_categories,
    check_red_lists,
    check_required_lists,
    check_required_measures,
    check_triggers,
)
from registry.sanctions.catalogue.edition import Category, CreditList, Edition, Measure, RedList
from registry.sanctions.catalogue.located_yaml import (
    MAX_ITEMS,
    CatalogueError,
    FaultLog,
    Place,
    Row,
    read_mapping,
)
from registry.sanctions.catalogue.procedures_parser import Known, read_procedures
from registry.sanctions.catalogue.rows import read_category, read_list, read_measure, read_red_list
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.sanctions.catalogue.rulebook_parser import read_rulebook

__all__ = ["CatalogueError", "content_hash", "parse_edition"]

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}").fullmatch
_RULES = "domains"
"""The section by which the file of the rules is known."""


class _Dated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def effective_from(self) -> date: ...


_D = TypeVar("_D", bound=_Dated)


@dataclass(slots=True)
class _Rows:
    measures: list[Placed[Measure]] = field(default_factory=list)
    lists: list[Placed[CreditList]] = field(default_factory=list)
    red_lists: list[Placed[RedList]] = field(default_factory=list)
    categories: list[Placed[Category]] = field(default_factory=list)


def parse_edition(files: Mapping[str, str]) -> Edition:
    """The edition that files (name → text) hold. Raises CatalogueError with all faults."""
    log = FaultLog()
    tops = [row for name in sorted(files) if (row := read_mapping(name, files[name], log))]
    label = _label(_only(tops, "edition", "say which edition this is", files, log))
    rules_row = _only(tops, _RULES, f"hold the rules ({_RULES})", files, log)
    if rules_row is None:
        log.raise_if_any()
        raise AssertionError("that the rules are missing is a fault")
    rules = read_rulebook(rules_row, _rows_of(tops, "severity_rules", "severity"))
    calendar_rows = _rows_of(tops, "calendar", "year")
    calendar = read_calendar(calendar_rows)
    rows = _read_rows(tops, rules)
    procedures = read_procedures(tops, _known(rows))
    for top in tops:
        top.close()
    check_measures(rows.measures)
    check_lists(rows.lists)
    check_categories(rows.categories)
    if len(tops) == len(files):  # Otherwise what an unreadable file holds would be told as missing.
        _check_sections(rules, calendar_rows, rules_row)
        check_triggers(rows.measures, rows.lists)
        check_required_lists(rows.lists, rules, rules_row)
        check_required_measures(rows.measures, rules, rules_row)
        check_list_categories(rows.lists, rows.categories)
        check_anchors(rows.measures, rows.categories)
        check_red_lists(rows.red_lists, rows.measures)
    log.raise_if_any()
    return Edition(
        label=label,
        hash=content_hash(files),
        measures=_by_code(item for _, item in rows.measures),
        lists=_by_code(item for _, item in rows.lists),
        categories=MappingProxyType({item.code: item for _, item in rows.categories}),
        rules=rules,
        red_lists=_by_code(item for _, item in rows.red_lists),
        calendar=calendar,
        procedures=procedures,
    )


def content_hash(files: Mapping[str, str]) -> str:
    """What identifies an edition: lower-case hex SHA-256 of its content, as said above."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _only(tops: Iterable[Row], key: str, what: str, files: Mapping[str, str], log: FaultLog) -> Row | None:
    """The one file that has a section; None, with a fault noted, if there is none or more than one."""
    found = [row for row in tops if key in row.listed_keys()]
    if len(found) == 1:
        return found[0]
    log.add(Place(min(files, default="-"), 1), f"{len(found)} files {what}, expected one")
    return None


def _label(row: Row | None) -> str:
    label = row.text("edition") if row else ""
    if row and label and not _LABEL(label):  # It names a directory, and stands in messages.
        row.fault("edition", "the label is not 1 to 32 of A-Z a-z 0-9 . _ -, the first a letter or digit")
    return label


def _check_sections(rules: Rulebook, calendar_rows: Sequence[Row], rules_row: Row) -> None:
    if not rules.severity_rules:
        rules_row.fault("severity_rules", "is missing from every file")
    if not calendar_rows:
        rules_row.fault("calendar", "is missing from every file")


def _rows_of(tops: Iterable[Row], key: str, name_key: str = "code") -> list[Row]:
    rows = [row for top in tops if top.has(key) for row in top.rows(key, name_key)]
    if len(rows) > MAX_ITEMS:  # What compares each with each other stays bearable.
        rows[MAX_ITEMS].fault(name_key, f"{key}: more than {MAX_ITEMS} rows in all files")
    return rows[:MAX_ITEMS]


def _read_rows(tops: Sequence[Row], rules: Rulebook) -> _Rows:
    return _Rows(
        measures=[(row, read_measure(row, rules)) for row in _rows_of(tops, "measures")],
        lists=[(row, read_list(row, rules)) for row in _rows_of(tops, "lists")],
        red_lists=[(row, read_red_list(row, rules)) for row in _rows_of(tops, "red_lists")],
        categories=[(row, read_category(row, rules)) for row in _rows_of(tops, "categories")],
    )


def _known(rows: _Rows) -> Known:
    return Known(
        measures=frozenset(item.code for _, item in rows.measures),
        lists=frozenset(item.code for _, item in rows.lists),
        categories=frozenset(item.code for _, item in rows.categories),
    )


def _by_code(rows: Iterable[_D]) -> Mapping[str, tuple[_D, ...]]:
    grouped: dict[str, list[_D]] = {}
    for row in rows:
        grouped.setdefault(row.code, []).append(row)
    oldest_first = {code: sorted(found, key=_first_day) for code, found in grouped.items()}
    return MappingProxyType({code: tuple(found) for code, found in oldest_first.items()})


def _first_day(row: _Dated) -> date:
    return row.effective_from
