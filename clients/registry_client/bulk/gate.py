"""The gate before a file is sent (提交闸门): is it far from the last one of its kind? Pure.

A truncated export, a filter left on, last year's file and a test file all have good rows, and once they are
in the log they are taken back one by one. So a file is held against the last one of the same kind from the
same department, and stops before anything is sent if

* it has many more or many fewer rows: by more than ``change`` percent of the last one's, and
* rows of last time are missing from it: more than ``removed`` percent of the last one's,

in either case by more than ``floor`` rows, since small files vary. Files of new decisions alone have no row
in common with the last one, and nothing is missing from them; what is delivered in whole every time says so
(``whole``), and then everything that is missing counts. A row that is there and is faulty is not missing.

Nothing is removed from the registry by leaving a row out; the gate is for the person who sends. It opens to
the text that it names, of the row count and of a digest of this file and the last: it cannot be known before
somebody saw what stops it, and it opens for no other file.

Example: after 1,000 rows a file of 400, all of them known, stops with
``本次400行，上次1000行，相差60%`` and ``上次有的1000行中有600行不在本次文件中（60%）`` and opens to
``400-9f86d081``.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from hashlib import sha256

CHANGE, REMOVED, FLOOR = 50, 10, 20


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a gate compares of a file: how many rows, the ids of their statements, a digest of the whole."""

    rows: int
    ids: Set[str] = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In percent of the last file's rows, and the number of rows that never stops a file."""

    change: int = CHANGE
    removed: int = REMOVED
    floor: int = FLOOR
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a file was stopped, each reason one line, and the text that lets it pass."""

    reasons: tuple[str, ...]
    confirmation: str


def far_from_last(now: Delivered, last: Delivered | None, thresholds: Thresholds) -> Stopped | None:
    """What stops a file; None if it may pass, as does the first of its kind."""
    if last is None or not last.rows:
        return None
    found = tuple(filter(None, (_change(now, last, thresholds), _removals(now, last, thresholds))))
    if not found:
        return None
    digest = sha256(now.digest + last.digest).hexdigest()
    return Stopped(found, f"{now.rows}-{digest[:8]}")


def _change(now: Delivered, last: Delivered, thresholds: Thresholds) -> str:
    difference = abs(now.rows - last.rows)
    if difference <= thresholds.floor or difference * 100 <= thresholds.change * last.rows:
        return ""
    return f"本次{now.rows}行，上次{last.rows}行，相差{difference * 100 // last.rows}%"


def _removals(now: Delivered, last: Delivered, thresholds: Thresholds) -> str:
    missing = len(last.ids - now.ids)
    new_alone = missing == len(last.ids) and not thresholds.whole
    if new_alone or missing <= thresholds.floor or missing * 100 <= thresholds.removed * len(last.ids):
        return ""
    share = missing * 100 // len(last.ids)
    return f"上次有的{len(last.ids)}行中有{missing}行不在本次文件中（{share}%）"
