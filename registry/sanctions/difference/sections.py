"""One change of a section, and how the dated rows of a code are told; see ``difference``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from registry.sanctions.difference import tables
from registry.sanctions.difference.columns import Column, Names
from registry.sanctions.difference.rows import Pair, is_succeeded
from registry.v1 import catalogue_service_pb2 as pb

ADDED, REMOVED, CHANGED = pb.CHANGE_KIND_ADDED, pb.CHANGE_KIND_REMOVED, pb.CHANGE_KIND_CHANGED


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes. ``severity``: +1 harder, -1 milder for those on whom it falls, 0 unknown."""

    kind: pb.ChangeKind.ValueType
    section: str
    code: str
    text: str
    severity: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """How the dated rows of a section are told. ``burdens``: that a row is there at all weighs on those it
    falls on; ``weighs``: its columns have a severity."""

    name: str
    columns: Sequence[Column]
    title: Callable[[Any], str]
    summary: Callable[[Any], str]
    burdens: Callable[[Any], bool]
    weighs: Callable[[Any], bool]


def dated(section: Section, code: str, pairs: Sequence[Pair[Any]], names: Names) -> Iterator[Change]:
    """What changes of the dated rows of one code."""
    several = len([pair for pair in pairs if pair.after is not None]) > 1
    for pair in pairs:
        old, new = pair.before, pair.after
        if new is None:
            told = f"删去自{pair.first_day}起施行的规定"
            yield _change(section, REMOVED, code, old, told, -int(section.burdens(old)))
        elif old is None:
            told = f"新增, {section.summary(new)}自{pair.first_day}起施行"
            yield _change(section, ADDED, code, new, told, int(section.burdens(new)))
        else:
            yield from _of_pair(section, code, pair, names, several=several)
            if not pair.succeeds and not is_succeeded(new, pairs):
                yield from _end(section, code, old, new)


def by_column(columns: Sequence[Column], before: Any, after: Any, names: Names) -> Iterator[tuple[str, int]]:
    """What each column says has changed, and its severity."""
    for column in columns:
        if told := column.told(before, after, names):
            yield told, column.severity(before, after)


def _change(
    section: Section, kind: pb.ChangeKind.ValueType, code: str, row: Any, told: str, severity: int = 0
) -> Change:
    return Change(kind, section.name, code, f"{section.title(row)}: {told}", severity)


def _of_pair(
    section: Section, code: str, pair: Pair[Any], names: Names, *, several: bool
) -> Iterator[Change]:
    new, weighs, told_any = pair.after, section.weighs(pair.after), False
    place = f"{pair.first_day}起施行的规定, " if several else ""
    place = f"自{pair.first_day}起, " if pair.succeeds else place
    columns = [column for column in section.columns if not (pair.succeeds and column.field == tables.FROM)]
    for told, severity in by_column(columns, pair.before, new, names):
        told_any = True
        yield _change(section, CHANGED, code, new, place + told, severity if weighs else 0)
    if pair.succeeds and not told_any:
        yield _change(section, CHANGED, code, new, f"{place}另列一行, 内容不变")


def _end(section: Section, code: str, old: Any, new: Any) -> Iterator[Change]:
    """That a row ends on another day than before, and nothing takes its place."""
    last, earlier, burdens = new.effective_to, old.effective_to, int(section.burdens(new))
    if last == earlier:
        return
    if last is not None and (earlier is None or last < earlier):
        told = f"自{last + timedelta(days=1)}起不再适用"
        yield _change(section, CHANGED, code, new, told, -burdens)
    else:
        told = f"有效期由至{earlier}改为{f'至{last}' if last else '长期'}"
        yield _change(section, CHANGED, code, new, told, burdens)
