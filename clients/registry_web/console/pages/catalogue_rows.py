"""What the catalogue in force says of measures, lists and categories, for forms and labels (目录).

Read from the files of the edition (``CatalogueService.GetEdition``). What a row does not have is empty: the
registry, not this page, decides by it.

Example: ``rows.measures["M-PRO-01"].term_text`` is 12 至 36 个月.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from time import monotonic
from typing import Any

import yaml

from registry.v1.catalogue_service_pb2 import GetEditionResponse
from registry.v1.statement_pb2 import EditionFile
from registry_client import Registry

FRESH_S = 60.0
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DOMAINS = {
    "business": 1, "financing": 2, "exit_entry": 3, "bidding": 4, "procurement": 5, "general": 6,
    "supervision": 7, "incentive": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure (措施): its name, domain, articles and the bounds of its term in months."""

    code: str
    name: str
    name_en: str
    domain: int
    basis: tuple[str, ...]
    least: int | None
    most: int | None
    lifetime: bool
    market_ban: bool
    until: str

    @property
    def term_text(self) -> str:
        """The statutory term in words."""
        parts = []
        if self.least is not None and self.most is not None:
            parts.append(
                f"{self.least} 个月" if self.least == self.most else f"{self.least} 至 {self.most} 个月"
            )
        elif self.most is not None:
            parts.append(f"不超过 {self.most} 个月")
        elif self.least is not None:
            parts.append(f"{self.least} 个月以上")
        if self.lifetime:
            parts.append("终身")
        return " 或 ".join(parts) or "法律未定期限"


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list (名单), red ones too."""

    code: str
    name: str
    basis: tuple[str, ...]
    months: int | None
    removal: str


@dataclass(frozen=True, slots=True)
class Rows:
    """An edition by its codes. What is not in force any more is left out."""

    label: str = ""
    edition: str = ""
    measures: Mapping[str, MeasureRow] = field(default_factory=dict)
    lists: Mapping[str, ListRow] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    repair: tuple[Mapping[str, Any], ...] = ()

    def name(self, code: str) -> str:
        """What a code is called; the code where the edition has no name for it."""
        for table in (self.measures, self.lists):
            if code in table:
                return str(table[code].name)
        return self.categories.get(code, code)


class Catalogue:
    """The edition in force, read once a minute at most: it has some hundred kilobytes, and every page names
    measures. ``monotonic`` says how time passes."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        self._monotonic = monotonic
        self._held: tuple[float, date, Rows] | None = None
        self._lock = Lock()

    def in_force(self, registry: Registry, today: date) -> Rows:
        """The edition in force now, as it was within the last minute."""
        with self._lock:
            held = self._held
        if held is not None and held[1] == today and self._monotonic() - held[0] < FRESH_S:
            return held[2]
        response = registry.catalogue.get()
        known = held is not None and (held[2].edition, held[1]) == (response.entry.edition, today)
        rows = held[2] if held is not None and known else read_rows(response, today)
        with self._lock:
            self._held = self._monotonic(), today, rows
        return rows


def read_rows(response: GetEditionResponse, today: date) -> Rows:
    """An edition's rows that hold on a day."""
    content = _content(response.files)
    return Rows(
        label=response.entry.label,
        edition=response.entry.edition,
        measures={row["code"]: _measure(row) for row in content.get("measures", ()) if _holds(row, today)},
        lists={
            row["code"]: _list(row)
            for name in ("lists", "red_lists")
            for row in content.get(name, ())
            if _holds(row, today)
        },
        categories={row["code"]: row["name_zh"] for row in content.get("categories", ())},
        articles={str(name): str(text) for name, text in (content.get("step_articles") or {}).items()},
        regions={str(code): str(name) for code, name in (content.get("regions") or {}).items()},
        repair=tuple(row for row in content.get("repair_rules", ()) if _holds(row, today)),
    )


def _content(files: Iterable[EditionFile]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in files:
        read = yaml.load(file.content, Loader=_Loader)  # a safe loader
        for name, value in (read or {}).items():
            held = found.get(name)
            if isinstance(value, list) and isinstance(held, list):
                found[name] = held + value
            else:
                found[name] = value
    return found


def _holds(row: Mapping[str, Any], today: date) -> bool:
    until = row.get("effective_to")
    return not isinstance(until, date) or until >= today


def _measure(row: Mapping[str, Any]) -> MeasureRow:
    term = row.get("term_months") or {}
    return MeasureRow(
        code=row["code"],
        name=row["name_zh"],
        name_en=row.get("name_en", ""),
        domain=_DOMAINS.get(row.get("domain", ""), 0),
        basis=tuple(row.get("legal_basis") or ()),
        least=term.get("min"),
        most=term.get("max"),
        lifetime=bool(term.get("lifetime")),
        market_ban=bool(row.get("market_ban")),
        until=str(row.get("effective_to") or ""),
    )


def _list(row: Mapping[str, Any]) -> ListRow:
    term = row.get("term_months") or {}
    return ListRow(
        code=row["code"],
        name=row["name_zh"],
        basis=tuple(row.get("legal_basis") or ()),
        months=term.get("default") or term.get("max"),
        removal=row.get("removal") or "",
    )
