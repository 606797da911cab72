"""Reading ban cases (查阅案件).

A department sees its own cases, the registrar and the auditor all; to anybody else there is no such case. The
statements of a case are for its department and the registrar alone.

Example: the auditor reads that C-1 of 财政 is in force since 2026-11-12 and who took which step, and no text;
to 税务 there is none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.case_statements import CaseStatements
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.errors import RegistryError
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.due import due_of_case, next_steps
from registry.sanctions.bans.standing import state_on
from registry.sanctions.ground import SubjectRecord
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons

OVERSEEING = frozenset({CallerRole.REGISTRAR, CallerRole.AUDITOR})


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it may be shown on a day."""

    case: pb.BanCase
    due: list[pb.DueItem]
    next: list[pb.BanStep.ValueType]
    statements: list[pb.CaseStatement]


def whose(caller: Caller, department: str) -> str:
    """The department whose matters a caller asks for; empty: everybody's, for who oversees. Raises
    RegistryError for another's."""
    if caller.role in OVERSEEING:
        return department
    if department not in ("", caller.name):
        raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "没有可以查阅的事项。", "department")
    return caller.name


class BanCases:
    """Reads cases as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state
        self._statements = CaseStatements(ask.state)

    def case(self, caller: Caller, department: str, number: str, day: date | None) -> CaseView:
        """A case on a day. Raises RegistryError CASE_UNKNOWN."""
        own = whose(caller, department) or caller.name
        case = self._state.bans.get(own, number)
        if case is None:
            raise RegistryError.of(reasons.ERROR_REASON_CASE_UNKNOWN, "没有这一案号的案件。", "case_number")
        day = day or self._ask.today()
        edition = self._state.edition_at(self._state.size - 1, day)
        readable = caller.role is not CallerRole.AUDITOR  # A department comes this far for its own.
        positions = [act.position for act in case.told.acts] if readable else []
        shown = self._shown(case, day)
        return CaseView(
            case=shown,
            due=due_of_case(case, edition, day),
            next=next_steps(shown.state),
            statements=self._statements.at(positions),
        )

    def page(
        self,
        caller: Caller,
        department: str,
        states: Collection[int],
        day: date | None,
        size: int,
        token: str,
    ) -> tuple[list[pb.BanCase], str]:
        """Cases in the order of drafting, and the token of the next page."""
        own, asked = whose(caller, department), day.isoformat() if day else ""
        filters = ("ban cases", caller.uri, own, asked, *map(str, sorted(states)))
        page = first_or(token, filters, Page(self._state.size - 1, day or self._ask.today()))
        found: list[pb.BanCase] = []
        last = 0
        for case in self._state.bans.cases():
            if not page.after[0] < case.opened <= page.position:
                continue  # Told before, or drafted since the first page.
            if own not in ("", case.told.department):
                continue
            shown = self._shown(case, page.day)
            if states and shown.state not in states:
                continue
            if len(found) == page_size(size):
                return found, token_of(Page(page.position, page.day, (last, 0)), *filters)
            found.append(shown)
            last = case.opened
        return found, ""

    def _shown(self, case: Case, day: date) -> pb.BanCase:
        """A case as it may be shown: its subject masked, its state that of the day."""
        shown = pb.BanCase()
        shown.CopyFrom(case.told)
        record = self._state.index.get(case.ref) or SubjectRecord(case.ref)
        shown.state = state_on(case, record, self._state.size - 1, day)
        shown.subject.CopyFrom(self._state.identifier_of(case.ref))
        return shown
