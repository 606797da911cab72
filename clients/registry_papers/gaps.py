"""What a paper lacks, gathered while it is made, so that all of it is told at once.

Example::

    gaps = Gaps("行政处罚决定书")
    gaps.need(office.court, "管辖法院")
    gaps.check()                              # MissingPartsError: 不能制作《行政处罚决定书》，还缺：管辖法院
"""

from __future__ import annotations

from typing import TypeVar

from registry.domain.quoting import is_blank
from registry_papers.errors import MissingPartsError

_Found = TypeVar("_Found")


class Gaps:
    """The parts that are missing from the paper of this title."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._missing: list[str] = []

    def need(self, value: str, name: str) -> str:
        """The value; noted as missing under this name if nothing can be seen of it."""
        if is_blank(value):
            self.lack(name)
        return value

    def lack(self, name: str) -> None:
        """Notes a part as missing."""
        if name not in self._missing:
            self._missing.append(name)

    def must(self, value: _Found | None, name: str) -> _Found:
        """What the rest cannot do without. MissingPartsError, with all that was noted, where it is None."""
        if value is None:
            self.lack(name)
            raise self._error()
        return value

    def check(self) -> None:
        """Raises MissingPartsError if anything is missing."""
        if self._missing:
            raise self._error()

    def _error(self) -> MissingPartsError:
        return MissingPartsError(self._title, tuple(self._missing))
