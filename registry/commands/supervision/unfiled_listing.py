"""The list of matters without a filed rule, a page at a time (未备案监管制度的事项).

Every department reads it, for the office for establishment presses for what is missing (机构编制部门要督促指
导行政机关制定具体监管办法); the public does not, for nothing in it concerns anybody but departments.

Example: on 2026-12-02 SP-2 of 市场监管, due on 2026-11-30, stands before SP-9, due on 2027-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.commands.supervision.file_pages import FilePages
from registry.commands.supervision.unfiled import unfiled
from registry.domain.files import file_key
from registry.supervision.duties import Clocks
from registry.v1 import matter_service_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation


class UnfiledMatters:
    """Lists them as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state
        self._pages = FilePages(ask)

    def page(
        self, caller: Caller, request: pb.ListUnfiledRequest, on: date | None
    ) -> tuple[list[pb.UnfiledMatter], str]:
        """Matters without a filed rule, the one due first first, and the token of the next page. Raises
        RegistryError."""
        filters = ("unfiled", caller.uri, request.department, request.on, str(request.overdue_only))
        start = Page(self._state.size - 1, on or self._ask.today())
        page = first_or(request.page_token, filters, start)
        clocks = Clocks(page.day, lambda day: self._state.edition_at(self._state.size - 1, day))
        found = sorted(
            (_place(duty), duty)
            for duty in unfiled(self._state.store, clocks, request.department)
            if duty.days_late or not request.overdue_only
        )  # fmt: skip
        rest = [(place, duty) for place, duty in found if place > page.after[0]]
        shown = rest[: page_size(request.page_size)]
        made = list(self._entries([duty for _, duty in shown]))
        if len(rest) == len(shown):
            return made, ""
        return made, token_of(Page(page.position, page.day, (shown[-1][0], 0)), *filters)

    def _entries(self, duties: list[Obligation]) -> Iterator[pb.UnfiledMatter]:
        keys = [file_key(duty.file) for duty in duties]
        files = self._state.store.files(keys) if keys else {}
        for duty in duties:
            act = files[file_key(duty.file)].acts[-1]
            yield pb.UnfiledMatter(
                matter=duty.file,
                department_name=self._pages.name(duty.department),
                matter_name=self._pages.texts(act.position).matter.name,
                came_on=getattr(duty, "from"),
                due_on=duty.due_on,
                days_late=duty.days_late,
                basis=duty.basis,
            )


def _place(duty: Obligation) -> int:
    """Where a duty stands in the list: by its last day, then by where its matter stands in the log."""
    return (date.fromisoformat(duty.due_on).toordinal() << 40) | duty.position
