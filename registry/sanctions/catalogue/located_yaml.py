"""YAML read strictly, with file and line of everything, so that every fault of a catalogue is told at once.

A file holds one mapping. Values are texts, whole numbers, true/false, dates (YYYY-MM-DD), null, lists and
mappings of these; a key may stand once; anchors and aliases are not used. A code of digits is quoted, or
YAML takes it for a number. ``Row`` reads a mapping field by field: each reader notes what is wrong in the
``FaultLog`` and returns a harmless value, so that reading goes on.

Files come from outside, so reading them is bounded: how deep they go, how much they hold, how long a list
is, how many digits a number has, and how many faults are told (``catalogue.faults``).

Example of a fault: ``measures-bidding.yaml:13: M-BID-01 market_ban: expected true or false, found "maybe"``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date
from typing import TypeVar

import yaml

from registry.sanctions.catalogue.bounds import MAX_AMOUNT, YEARS
from registry.sanctions.catalogue.faults import CatalogueError, CatalogueFault, FaultLog, Place

__all__ = ["MAX_ITEMS", "CatalogueError", "CatalogueFault", "FaultLog", "Place", "Row", "read_mapping"]

T = TypeVar("T")

MAX_ITEMS = 1000
"""Of one list: the longest of an edition has some 40."""

_SCALARS = {"str": "a text", "int": "a whole number", "bool": "true or false", "timestamp": "a date"}
_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 32
"""Mappings and lists inside each other: an edition needs eight."""
_MAX_NAME = 200
_WHOLE = re.compile(r"0|[1-9][0-9]*").fullmatch
_DIRECTIVE = re.compile("(?:^\ufeff?|[\n\r\x85\u2028\u2029])%").search
# libyaml composes the same nodes about ten times as fast; the pure loader is the fallback.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_mapping(file: str, text: str, log: FaultLog) -> Row | None:
    """The mapping a file holds; None, with a fault noted, if the file cannot be read at all."""
    try:
        if (fault := _misshapen(file, text, log)) is not None:
            log.add(fault.place, fault.message)
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


def _misshapen(file: str, text: str, log: FaultLog) -> CatalogueFault | None:
    """What keeps a file from being read safely, and where. Raises CatalogueError if it holds too much.

    Composing nodes goes as deep as the text does, and some ten thousand brackets end the process; a few
    aliases of aliases are a file without end. Events are told one by one, so they are looked at first. Before
    the first of them the parser compares every directive with every other, and no other thread goes on."""
    if (directive := _DIRECTIVE(text)) is not None:
        line = text.count("\n", 0, directive.end()) + 1
        return CatalogueFault(Place(file, line), "a directive (%): an edition uses none")
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        place = Place(file, event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, yaml.NodeEvent):
            log.count_node(place)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            return CatalogueFault(place, f"an alias, or mappings and lists nested deeper than {_MAX_DEPTH}")
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
        self.name = name[:_MAX_NAME]  # It stands before every fault of the row, and of the rows inside it.
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
                found = repr(key.value) if isinstance(key, yaml.ScalarNode) else "of a list or mapping"
                self._note(place, f"the key {found} is not a text; quote it")
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
        for key in self._nodes:
            if key not in self._read:
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

    def number(self, key: str, most: int = MAX_AMOUNT) -> int:
        """A whole number from zero to ``most``."""
        value = self._scalar(key, "int") or "0"
        if not _WHOLE(value):
            self.fault(key, f"expected a whole number, zero or more, found {value}")
            return 0
        # Digits are counted first: it takes long to make a number of very many.
        if len(value) > len(str(most)) or int(value) > most:
            self.fault(key, f"expected at most {most}, found {value}")
            return 0
        return int(value)

    def optional_number(self, key: str, most: int = MAX_AMOUNT) -> int | None:
        """A whole number from zero to ``most``; None if the key holds null. The key must be there."""
        return self.number(key, most) if self.stated(key) else None

    def flag(self, key: str) -> bool:
        """True or false; the key must be there."""
        return (self._scalar(key, "bool") or "").lower() == "true"

    def optional_flag(self, key: str) -> bool | None:
        """True or false; None if the key is absent or holds null."""
        return self.flag(key) if self._present(key) else None

    def day(self, key: str) -> date:
        """A calendar date, of a year in which law may have been made."""
        text = self._scalar(key, "timestamp")
        try:
            day = date.fromisoformat(text) if text else date.min
        except ValueError:
            self.fault(key, f"{text} is not a date YYYY-MM-DD")
            return date.min
        if text and day.year not in YEARS:
            self.fault(key, f"{text} is not between {YEARS.start} and {YEARS.stop - 1}")
        return day

    def optional_day(self, key: str) -> date | None:
        """A calendar date; None if the key holds null. The key must be there."""
        return self.day(key) if self.stated(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them blank or twice; the key must be there."""
        values = tuple(item.value for item in self._items(key) if self._is_text(key, item))
        seen: set[str] = set()
        for value in values:
            if value in seen:
                self.fault(key, f"{value} stands twice")
            seen.add(value)
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
            if len(node.value) > MAX_ITEMS:
                self.fault(key, f"a list of more than {MAX_ITEMS}")
            return list(node.value[:MAX_ITEMS])
        if node is not None:
            self.fault(key, "expected a list")
        return []

    def _is_text(self, key: str, node: yaml.Node) -> bool:
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}str" and node.value.strip():
            return True
        self.fault(key, "expected texts only; quote codes and numbers")
        return False
