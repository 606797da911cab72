"""YAML read strictly, with file and line of everything, so that every fault of a catalogue is told at once.

A file holds one mapping. Values are texts, whole numbers, true/false, dates (YYYY-MM-DD), null, lists and
mappings of these; a key may stand once; anchors and aliases are not used. A code of digits is quoted, or
YAML takes it for a number. ``Row`` reads a mapping field by field: each reader notes what is wrong in the
``FaultLog`` and returns a harmless value, so that reading goes on.

Example of a fault: ``measures-bidding.yaml:13: M-BID-01 market_ban: expected true or false, found "maybe"``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import yaml

T = TypeVar("T")

_SCALARS = {"str": "a text", "int": "a whole number", "bool": "true or false", "timestamp": "a date"}
_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 32
"""Mappings and lists inside each other: an edition needs eight."""
# libyaml composes the same nodes about ten times as fast; the pure loader is the fallback.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class CatalogueFault:
    """One thing that is wrong with a catalogue, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}: {self.message}"


class CatalogueError(ValueError):
    """The catalogue cannot be used. ``faults`` are all of them, in order of file and line."""

    def __init__(self, faults: tuple[CatalogueFault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class FaultLog:
    """Collects the faults of a catalogue."""

    def __init__(self) -> None:
        self._faults: set[CatalogueFault] = set()

    def add(self, place: Place, message: str) -> None:
        """Notes a fault."""
        self._faults.add(CatalogueFault(place, message))

    def raise_if_any(self) -> None:
        """Raises CatalogueError with every fault noted so far, if there are any."""
        if self._faults:
            raise CatalogueError(tuple(sorted(self._faults)))


def read_mapping(file: str, text: str, log: FaultLog) -> Row | None:
    """The mapping a file holds; None, with a fault noted, if the file cannot be read at all."""
    try:
        if (place := _misshapen(file, text)) is not None:
            log.add(place, f"an alias, or mappings and lists nested deeper than {_MAX_DEPTH}")
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        log.add(Place(file, mark.line + 1 if mark else 1), f"not YAML: {problem}")
        return None
    if not isinstance(node, yaml.MappingNode):
        log.add(Place(file, 1), "expected a mapping of sections")
        return None
    return Row(node, file, log)


def _misshapen(file: str, text: str) -> Place | None:
    """Where a file nests too deep, or repeats a part of itself by an alias.

    Files come from outside. Composing nodes goes as deep as the text does, and some ten thousand brackets end
    the process; a few aliases of aliases are a file without end. Events are told one by one, so they are
    looked at first."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            return Place(file, event.start_mark.line + 1 if event.start_mark else 1)
    return None


class Row:
    """A mapping, read field by field. ``close`` notes the keys that nobody read.

    ``sound`` turns false with the first fault of the row or of a mapping inside it: what was read then
    holds made-up values, and is not worth judging further.
    """

    def __init__(
        self, node: yaml.MappingNode, file: str, log: FaultLog, *, name: str = "", outer: Row | None = None
    ) -> None:
        self.place = Place(file, node.start_mark.line + 1)
        self.name = name
        self.sound = True
        self._outer = outer
        self._log = log
        self._nodes: dict[str, yaml.Node] = {}
        self._keys: dict[str, Place] = {}
        self._read: set[str] = set()
        for key, value in node.value:
            place = Place(file, key.start_mark.line + 1)
            text = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not text or key.tag != f"{_TAG}str":
                self._note(place, f"the key {key.value!r} is not a text; quote it")
            elif text in self._nodes:
                self._note(place, f"the key {text} stands twice")
            else:
                self._nodes[text], self._keys[text] = value, place

    def place_of(self, key: str) -> Place:
        """Where a key stands, or the row if it has none."""
        return self._keys.get(key, self.place)

    def fault(self, key: str, message: str) -> None:
        """Notes a fault of a field."""
        self._note(self.place_of(key), f"{key}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        node = self._nodes.get(key)
        return node is not None and node.tag != f"{_TAG}null"

    def stated(self, key: str) -> bool:
        """Whether the key holds a value other than null; that it is absent is a fault."""
        return self._node(key) is not None and self.has(key)

    def listed_keys(self) -> Iterator[str]:
        """The keys, in the order of the file."""
        return iter(self._nodes)

    def close(self) -> None:
        """Notes every key that was not read."""
        for key in self._nodes.keys() - self._read:
            self._note(self.place_of(key), f"unknown key {key}")

    def text(self, key: str) -> str:
        """A text that must be there and not be blank."""
        value = self._scalar(key, "str") or ""
        if self.has(key) and not value.strip():
            self.fault(key, "is blank")
        return value

    def optional_text(self, key: str) -> str:
        """A text; empty if the key is absent or null."""
        return self.text(key) if self._present(key) else ""

    def number(self, key: str) -> int:
        """A whole number, zero or more."""
        value = self._scalar(key, "int") or "0"
        if not value.isdecimal():
            self.fault(key, f"expected a whole number, zero or more, found {value}")
            return 0
        return int(value)

    def optional_number(self, key: str) -> int | None:
        """A whole number; None if the key holds null. The key must be there."""
        return self.number(key) if self.stated(key) else None

    def flag(self, key: str) -> bool:
        """True or false; the key must be there."""
        return (self._scalar(key, "bool") or "").lower() == "true"

    def optional_flag(self, key: str) -> bool | None:
        """True or false; None if the key is absent or holds null."""
        return self.flag(key) if self._present(key) else None

    def day(self, key: str) -> date:
        """A calendar date."""
        text = self._scalar(key, "timestamp")
        try:
            return date.fromisoformat(text) if text else date.min
        except ValueError:
            self.fault(key, f"{text} is not a date YYYY-MM-DD")
            return date.min

    def optional_day(self, key: str) -> date | None:
        """A calendar date; None if the key holds null. The key must be there."""
        return self.day(key) if self.stated(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them blank or twice; the key must be there."""
        values = tuple(item.value for item in self._items(key) if self._is_text(key, item))
        for value in {v for v in values if values.count(v) > 1}:
            self.fault(key, f"{value} stands twice")
        return values

    def optional_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if the key is absent or null."""
        return self.texts(key) if self._present(key) else ()

    def choice(self, key: str, allowed: Mapping[str, T]) -> T:
        """One of a closed vocabulary."""
        word = self.text(key)
        if word and word not in allowed:
            self.fault(key, f"{word} is none of {', '.join(allowed)}")
        return allowed.get(word, next(iter(allowed.values())))

    def choices(self, key: str, allowed: Mapping[str, T]) -> tuple[T, ...]:
        """Several of a closed vocabulary; the key must be there, the list may be empty."""
        words = self.texts(key)
        for word in words:
            if word not in allowed:
                self.fault(key, f"{word} is none of {', '.join(allowed)}")
        return tuple(allowed[word] for word in words if word in allowed)

    def reference(self, key: str, known: Container[str]) -> str:
        """A code that must be one of those known."""
        return self._known(key, self.text(key), known)

    def references(self, key: str, known: Container[str]) -> tuple[str, ...]:
        """A list of codes, each of which must be known; the key must be there, the list may be empty."""
        return tuple(self._known(key, code, known) for code in self.texts(key))

    def names(self, key: str) -> dict[str, str]:
        """A mapping of codes to texts."""
        inner = self.row(key)
        return {code: inner.text(code) for code in inner.listed_keys()} if inner else {}

    def row(self, key: str) -> Row | None:
        """A mapping inside this one; None, with a fault noted, if it is not there."""
        node = self._node(key)
        if isinstance(node, yaml.MappingNode):
            return Row(node, self.place.file, self._log, name=f"{self.name} {key}".strip(), outer=self)
        if node is not None:
            self.fault(key, "expected a mapping")
        return None

    def rows(self, key: str, name_key: str = "code") -> list[Row]:
        """A list of mappings, each named in faults by its ``name_key``."""
        found = []
        for node in self._items(key):
            if isinstance(node, yaml.MappingNode):
                names = (
                    v.value for k, v in node.value if k.value == name_key and isinstance(v, yaml.ScalarNode)
                )
                name = f"{self.name} {next(names, '')}".strip()
                found.append(Row(node, self.place.file, self._log, name=name, outer=self))
            else:
                place = Place(self.place.file, node.start_mark.line + 1)
                self._note(place, f"{key}: expected a mapping")
        return found

    def _known(self, key: str, code: str, known: Container[str]) -> str:
        if code and code not in known:
            self.fault(key, f"there is no {code}")
        return code

    def _note(self, place: Place, message: str) -> None:
        self._log.add(place, f"{self.name} {message}".strip())
        row: Row | None = self
        while row is not None:
            row.sound, row = False, row._outer

    def _node(self, key: str) -> yaml.Node | None:
        self._read.add(key)
        if key not in self._nodes:
            self.fault(key, "is missing")
        return self._nodes.get(key)

    def _present(self, key: str) -> bool:
        self._read.add(key)
        return self.has(key)

    def _scalar(self, key: str, kind: str) -> str | None:
        node = self._node(key)
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}{kind}":
            return str(node.value)
        found = f'"{node.value}"' if isinstance(node, yaml.ScalarNode) else "a list or mapping"
        self.fault(key, f"expected {_SCALARS[kind]}, found {found}")
        return None

    def _items(self, key: str) -> list[yaml.Node]:
        node = self._node(key)
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if node is not None:
            self.fault(key, "expected a list")
        return []

    def _is_text(self, key: str, node: yaml.Node) -> bool:
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}str" and node.value.strip():
            return True
        self.fault(key, "expected texts only; quote codes and numbers")
        return False
