"""Expressions of alert rules, worked out over two scrapes: the part of PromQL that the rules are written in.

    selectors with = != =~ !~      time()      increase(selector[5m]): between the two scrapes
    sum, min, max, absent, each with by (…)    + - * /    < > == with a number at the end

A series that is not in the first scrape has no increase, as in Prometheus: a counter that is to raise an
alarm has to be there from the beginning, at 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import time

from prometheus_client.parser import text_string_to_metric_families
from yaml import safe_load

from tests.support.command import ROOT

RULES = {
    rule["alert"]: rule["expr"]
    for group in safe_load((ROOT / "deploy/monitoring/alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
"""The rules of the registry, by name."""
Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
Series = dict[tuple[str, Labels], float]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9.]+(?![a-z0-9]))|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?P<text>\"[^\"]*\")"
    r"|(?P<range>\[[0-9]+[smhd]\])|(?P<sign>=~|!~|!=|==|<=|>=|[-+*/<>=(){},]))"
)
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
}
_AGGREGATED: dict[str, Callable[[Iterable[float]], float]] = {"sum": sum, "min": min, "max": max}


def series_of(text: str) -> Series:
    """The samples of a scrape."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def names_in(expression: str) -> set[str]:
    """The metrics that an expression names."""
    return set(re.findall(r"\b(?:registry_[a-z_]+|up)\b(?!\")", re.sub(r"\"[^\"]*\"", '""', expression)))


def raised(expression: str, before: str | Series, after: str | Series) -> Vector:
    """The series for which an alert is raised; empty where none is."""
    first = series_of(before) if isinstance(before, str) else before
    second = series_of(after) if isinstance(after, str) else after
    return _Reading(list(_tokens(expression)), first, second).whole()


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(expression.rstrip()):
        found = _TOKEN.match(expression, place)
        assert found, f"not read: {expression[place:]}"
        assert found.lastgroup
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


@dataclass
class _Reading:
    tokens: list[tuple[str, str]]
    before: Series
    after: Series
    place: int = field(default=0)

    def whole(self) -> Vector:
        left = self._sum()
        sign = self._next()[1]
        right = self._sum()
        assert self.place == len(self.tokens), self.tokens[self.place :]
        bound = right[()]
        return {labels: value for labels, value in left.items() if _COMPARED[sign](value, bound)}

    def _peek(self) -> str:
        return self.tokens[self.place][1] if self.place < len(self.tokens) else ""

    def _next(self) -> tuple[str, str]:
        self.place += 1
        return self.tokens[self.place - 1]

    def _expect(self, text: str) -> None:
        found = self._next()[1]
        assert found == text, (found, text)

    def _sum(self) -> Vector:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = _both(value, self._next()[1], self._product())
        return value

    def _product(self) -> Vector:
        value = self._one()
        while self._peek() in ("*", "/"):
            value = _both(value, self._next()[1], self._one())
        return value

    def _one(self) -> Vector:
        kind, text = self._next()
        if kind == "number":
            return {(): float(text)}
        if text == "(":
            value = self._sum()
            self._expect(")")
            return value
        if text == "time":
            self._expect("(")
            self._expect(")")
            return {(): time()}
        if text == "increase":
            self._expect("(")
            value = self._selected(self._next()[1])
            self._expect(")")
            return value
        return self._aggregated(text) if text in _AGGREGATED else self._selected(text)

    def _aggregated(self, how: str) -> Vector:
        kept: list[str] = []
        if self._peek() == "by":
            self._next()
            self._expect("(")
            while (text := self._next()[1]) != ")":
                kept += [] if text == "," else [text]
        self._expect("(")
        values = self._sum()
        self._expect(")")
        grouped: dict[Labels, list[float]] = {}
        for labels, value in values.items():
            grouped.setdefault(tuple(each for each in labels if each[0] in kept), []).append(value)
        return {labels: _AGGREGATED[how](each) for labels, each in grouped.items()}

    def _selected(self, name: str) -> Vector:
        wanted: list[tuple[str, str, str]] = []
        if self._peek() == "{":
            self._next()
            while (text := self._next()[1]) != "}":
                if text != ",":
                    wanted.append((text, self._next()[1], self._next()[1].strip('"')))
        found = {
            labels: value
            for (metric, labels), value in self.after.items()
            if metric == name and all(_fits(dict(labels), *each) for each in wanted)
        }
        if self.place < len(self.tokens) and self.tokens[self.place][0] == "range":
            self._next()
            before = {key: self.before[name, key] for key in found if (name, key) in self.before}
            return {key: max(0.0, found[key] - value) for key, value in before.items()}
        return found


def _fits(labels: dict[str, str], name: str, sign: str, value: str) -> bool:
    given = labels.get(name, "")
    same = bool(re.fullmatch(value, given)) if sign in ("=~", "!~") else given == value
    return same if sign in ("=", "=~") else not same


def _both(left: Vector, sign: str, right: Vector) -> Vector:
    operate: dict[str, Callable[[float, float], float]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b if b else float("nan"),
    }
    if () in left and len(left) == 1 and () not in right:
        left = dict.fromkeys(right, left[()])
    return {key: operate[sign](left[key], right[key]) for key in left if key in right}
