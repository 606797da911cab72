"""Pages of files of supervision as entries of a list, and the texts of their acts.

A page is filled from the store in runs, the file opened last first, leaving out what the listing does not
show; a token leads on from the last file shown. Texts are opened from the sealed statements: whoever calls
has settled that they may be shown.

Example: of a thousand rules of which one in ten is filed, a page of a hundred filed ones reads the thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from registry.commands.ask import Ask
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.store.interface import FileFilter, StoreError
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import Supervision

RUN = 500
FROM_END = 2**62
"""A position after every other."""

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which page of which listing is asked for; ``filters`` tell one listing from another."""

    filters: Sequence[str]
    token: str
    size: int
    on: date | None = None


class FilePages:
    """Reads pages of files as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state

    def page(
        self,
        listing: Listing,
        wanted: FileFilter,
        entry: Callable[[SupervisionFile, date], _Entry | None],
    ) -> tuple[list[_Entry], str]:
        """The entries of a page and the token of the next; None from ``entry`` leaves a file out. Raises
        RegistryError for a token of another listing."""
        start = Page(self._state.size - 1, listing.on or self._ask.today(), (FROM_END, 0))
        page = first_or(listing.token, listing.filters, start)
        shown: list[_Entry] = []
        last = 0
        for file in self._files(min(page.after[0], page.position + 1), wanted):
            if (made := entry(file, page.day)) is None:
                continue
            if len(shown) == page_size(listing.size):
                return shown, token_of(Page(page.position, page.day, (last, 0)), *listing.filters)
            shown.append(made)
            last = file.acts[0].position
        return shown, ""

    def _files(self, before: int, wanted: FileFilter) -> Iterator[SupervisionFile]:
        while run := self._state.store.files_before(before, RUN, wanted):
            yield from run
            before = run[-1].acts[0].position

    def texts(self, position: int) -> Supervision:
        """An act of a file with its texts. Raises StoreError."""
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        payload = self._state.vault.open_payload(row.sealed_payload, b"")
        return Statement.FromString(payload).supervision

    def name(self, code: str) -> str:
        """The name of a registered department; empty if there is none."""
        department = self._state.directory.department(code)
        return department.name if department is not None else ""
