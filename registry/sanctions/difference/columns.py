"""How one column of a row of the catalogue differs, in words, and for whom it is the harder (逐栏).

A column of one value is told as ``最长期限由36个月改为24个月``; one that holds several, by what comes and
goes: ``触发名单增加L-05``. Notes are told as they become: their old text is in the older edition.

Severity: +1 harder, -1 milder for those on whom the row falls, 0 where that cannot be said. It is said of the
things themselves, a longer term, a firmer answer, more subjects, and never weighed up between columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from registry.sanctions.catalogue.edition import Edition

Harder = Callable[[Any, Any], int]
Told = Callable[[Any, "Names"], str]


class Names:
    """Names of what codes stand for, in the later of two editions or else in the earlier."""

    def __init__(self, before: Edition, after: Edition) -> None:
        self._editions = (after, before)

    def measure(self, code: str) -> str:
        """``M-PRO-01 一至三年内禁止参加政府采购活动``."""
        return self._dated(code, [edition.measures for edition in self._editions])

    def credit_list(self, code: str) -> str:
        """``L-04 拖欠农民工工资失信联合惩戒对象名单``."""
        return self._dated(code, [edition.lists for edition in self._editions])

    def rule(self, table: str, code: str) -> str:
        """The name of a code in one of the tables of names, such as ``department_kinds``."""
        for edition in self._editions:
            name = getattr(edition.rules, table).get(code)
            if name is not None:
                return str(getattr(name, "name_zh", name))
        return code

    def rewords(self, before: str, after: str) -> bool:
        """Whether one wording of a remedy took the place of another under the same key, which is told once
        and not of every row that has it."""
        new, old = (edition.rules.relief for edition in self._editions)
        return any(old.get(key) == before and text == after for key, text in new.items())

    def _dated(self, code: str, tables: Sequence[Mapping[str, Sequence[Any]]]) -> str:
        rows = next((table[code] for table in tables if code in table), ())
        return f"{code} {rows[-1].name_zh}" if rows else code


class Column(Protocol):
    """A column that can be compared; ``field`` is the attribute it reads."""

    @property
    def field(self) -> str:
        """Attribute of the row."""

    def told(self, before: Any, after: Any, names: Names) -> str:
        """What changes from one row to another, empty if nothing does."""

    def severity(self, before: Any, after: Any) -> int:
        """See the module's text."""


def unknown(before: Any, after: Any) -> int:
    """Nothing can be said of who gains and who loses."""
    return 0


@dataclass(frozen=True, slots=True)
class Value:
    """A column with one value."""

    field: str
    name_zh: str
    word: Told
    harder: Harder = unknown

    def told(self, before: Any, after: Any, names: Names) -> str:
        """See Column."""
        old, new = self._of(before), self._of(after)
        if old == new:
            return ""
        return f"{self.name_zh}由{self.word(old, names)}改为{self.word(new, names)}"

    def severity(self, before: Any, after: Any) -> int:
        """See Column."""
        return self.harder(self._of(before), self._of(after))

    def _of(self, row: Any) -> Any:
        return attrgetter(self.field)(row)


@dataclass(frozen=True, slots=True)
class Several:
    """A column with several values, told by those that come and go."""

    field: str
    name_zh: str
    word: Told
    harder: Harder = unknown

    def told(self, before: Any, after: Any, names: Names) -> str:
        """See Column."""
        old, new = attrgetter(self.field)(before), attrgetter(self.field)(after)
        if old == new:
            return ""
        gone, come = self._words(old, new, names), self._words(new, old, names)
        if gone and come:
            return f"{self.name_zh}由{gone}改为{come}"
        if gone or come:
            return f"{self.name_zh}{'删去' if gone else '增加'}{gone or come}"
        return f"{self.name_zh}次序有变"

    def severity(self, before: Any, after: Any) -> int:
        """See Column."""
        return self.harder(attrgetter(self.field)(before), attrgetter(self.field)(after))

    def _words(self, of: Collection[Any], without: Collection[Any], names: Names) -> str:
        left = [item for item in of if item not in without]
        ordered = left if isinstance(of, tuple) else sorted(left)
        return "、".join(self.word(item, names) for item in ordered)


@dataclass(frozen=True, slots=True)
class Note:
    """A column of free text, told as it becomes."""

    field: str
    name_zh: str

    def told(self, before: Any, after: Any, names: Names) -> str:
        """See Column."""
        old, new = getattr(before, self.field), getattr(after, self.field)
        if old == new or names.rewords(old, new):
            return ""
        return f"{self.name_zh}改为“{new}”" if new else f"删去{self.name_zh}“{old}”"

    def severity(self, before: Any, after: Any) -> int:
        """See Column."""
        return 0


@dataclass(frozen=True, slots=True)
class Joined:
    """Two columns that say one thing together, a number and its unit."""

    fields: tuple[str, str]
    name_zh: str
    words: Mapping[Any, str]

    @property
    def field(self) -> str:
        """See Column."""
        return " ".join(self.fields)

    def told(self, before: Any, after: Any, names: Names) -> str:
        """See Column."""
        old, new = self._of(before), self._of(after)
        return "" if old == new else f"{self.name_zh}由{old}改为{new}"

    def severity(self, before: Any, after: Any) -> int:
        """See Column."""
        return 0

    def _of(self, row: Any) -> str:
        number, unit = (getattr(row, field) for field in self.fields)
        return f"{number}{self.words.get(unit, unit)}"
