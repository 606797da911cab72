"""Options whose value is one of a table of words, in Chinese or by the English name of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import click

from registry_client.words import plain


class _Enumeration(Protocol):
    """A generated enumeration: names with a common prefix."""

    def items(self) -> list[tuple[str, Any]]: ...


class WordOption(click.ParamType[int]):
    """Reads 政府采购 or PROCUREMENT (any case) as DOMAIN_PROCUREMENT."""

    name = "word"

    def __init__(self, words: Mapping[str, int], enumeration: _Enumeration, prefix: str) -> None:
        self._values: dict[str, int] = dict(words)
        used = set(words.values())
        names = {name.removeprefix(prefix): value for name, value in enumeration.items()}
        self._names = {name: value for name, value in names.items() if value in used}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The value that a word or name means."""
        if isinstance(value, int):
            return value
        found = self._values.get(plain(value), self._names.get(value.upper()))
        if found is None:
            self.fail(f"“{value}”不是可用的值，应为：{'、'.join((*self._values, *self._names))}", param, ctx)
        return found

    def choices(self) -> str:
        """The first word for each value, with its name: for help texts."""
        words = {value: word for word, value in reversed(self._values.items())}
        return "、".join(f"{words[value]} {name}" for name, value in self._names.items())
