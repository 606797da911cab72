"""Reads an edition of the catalogue: YAML files in, an ``Edition`` out, or every fault with its line.

One file says which ``edition`` it is and holds the rules (``rulebook_parser``); the others hold
``measures``, ``lists`` and ``categories``, in as many files as is convenient. The columns are
explained in ``catalogue``. What cannot be judged from one row alone is checked in ``catalogue_checks``.

The hash of an edition is SHA-256 over its files in the order of their names, each as length of name
(8 bytes, big-endian), name, length of content, content, all in UTF-8: one changed byte, or a line
moved from one file to another, is another edition.

Example:
    >>> parse_edition({"rules.yaml": "edition: 1"})
    Traceback (most recent call last):
    registry.sanctions.located_yaml.CatalogueError: rules.yaml:1: edition: expected a text, found "1"
    …
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol, TypeVar

from registry.sanctions.catalogue import Category, CreditList, Edition, Measure
from registry.sanctions.catalogue_checks import (
    Placed,
    check_categories,
    check_lists,
    check_measures,
    check_required_lists,
    check_triggers,
)
from registry.sanctions.catalogue_rows import read_category, read_list, read_measure
from registry.sanctions.located_yaml import CatalogueError, FaultLog, Place, Row, read_mapping
from registry.sanctions.rulebook import Rulebook
from registry.sanctions.rulebook_parser import read_rulebook

__all__ = ["CatalogueError", "content_hash", "parse_edition"]


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
    categories: list[Placed[Category]] = field(default_factory=list)


def parse_edition(files: Mapping[str, str]) -> Edition:
    """The edition that files (name → text) hold. Raises CatalogueError with all faults."""
    log = FaultLog()
    tops = [row for name in sorted(files) if (row := read_mapping(name, files[name], log))]
    found = [row for row in tops if "edition" in row.listed_keys()]
    if len(found) != 1:
        log.add(
            Place(min(files, default="-"), 1), f"{len(found)} files say which edition this is, expected one"
        )
        log.raise_if_any()
    rules_row = found[0]
    label = rules_row.text("edition")
    rules = read_rulebook(rules_row)
    rules_row.close()
    rows = _read_rows([row for row in tops if row is not rules_row], rules)
    check_measures(rows.measures)
    check_lists(rows.lists)
    check_categories(rows.categories)
    if len(tops) == len(files):  # Otherwise what an unreadable file holds would be told as missing.
        check_triggers(rows.measures, rows.lists)
        check_required_lists(rows.lists, rules, rules_row)
    log.raise_if_any()
    return Edition(
        label=label,
        hash=content_hash(files),
        measures=_by_code(item for _, item in rows.measures),
        lists=_by_code(item for _, item in rows.lists),
        categories=MappingProxyType({item.code: item for _, item in rows.categories}),
        rules=rules,
    )


def content_hash(files: Mapping[str, str]) -> str:
    """What identifies an edition: lower-case hex SHA-256 of its content, as said above."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _read_rows(tops: Iterable[Row], rules: Rulebook) -> _Rows:
    rows = _Rows()
    for top in tops:
        if top.has("measures"):
            rows.measures += [(row, read_measure(row, rules)) for row in top.rows("measures")]
        if top.has("lists"):
            rows.lists += [(row, read_list(row, rules)) for row in top.rows("lists")]
        if top.has("categories"):
            rows.categories += [(row, read_category(row)) for row in top.rows("categories")]
        top.close()
    return rows


def _by_code(rows: Iterable[_D]) -> Mapping[str, tuple[_D, ...]]:
    grouped: dict[str, list[_D]] = {}
    for row in rows:
        grouped.setdefault(row.code, []).append(row)
    oldest_first = {code: sorted(found, key=_first_day) for code, found in grouped.items()}
    return MappingProxyType({code: tuple(found) for code, found in oldest_first.items()})


def _first_day(row: _Dated) -> date:
    return row.effective_from
