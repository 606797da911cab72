"""Reading ban cases (查阅案件), and what a ban would do.

A department sees its own cases, the registrar and the auditor all; to anybody else there is no such case. The
statements of a case are for its department and the registrar alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.case_statements import CaseStatements
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.commands.right_to_see import domains_open_to
from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.errors import RegistryError
from registry.sanctions.admission.ban_proposal import check_proposal
from registry.sanctions.admission.event import check_subject
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.due import due_of_case, next_steps
from registry.sanctions.bans.preview import Shift, Supposed, shifts, term_fault
from registry.sanctions.bans.standing import state_on
from registry.sanctions.ground import SubjectRecord
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2

OVERSEEING = frozenset({CallerRole.REGISTRAR, CallerRole.AUDITOR})


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it may be shown on a day."""

    case: pb.BanCase
    due: list[pb.DueItem]
    next: list[pb.BanStep.ValueType]
    statements: list[pb.CaseStatement]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would do: faults, the decision it supposes, and changes."""

    faults: list[str]
    event: statement_pb2.Event
    shifts: list[Shift]
    position: int


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
        readable = caller.role is CallerRole.REGISTRAR or caller.name == own
        positions = [act.position for act in case.told.acts] if readable else []
        return CaseView(
            case=self._shown(case, day),
            due=due_of_case(case, edition, day),
            next=next_steps(case, edition, day),
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

    def preview(self, caller: Caller, request: pb.PreviewRequest) -> Preview:
        """What a ban would do. Raises RegistryError if the subject cannot be read."""
        department = self._state.directory.department(caller.name)
        if department is None:
            message = "只有登记的部门可以预览。"
            raise RegistryError.of(reasons.ERROR_REASON_DEPARTMENT_UNKNOWN, message)
        found = Findings()
        check_subject(found, "subject", request.subject)
        first = found.optional_day("from", getattr(request, "from"), "起始日期") or self._ask.today()
        identifier = request.subject.identifier
        if found.faults and code_faults(identifier.type, normalise(identifier.value)):
            raise RegistryError(found.faults)
        return self._preview(request, department, caller, found, first)

    def _preview(
        self,
        request: pb.PreviewRequest,
        department: Department,
        caller: Caller,
        found: Findings,
        first: date,
    ) -> Preview:
        position = self._state.size - 1
        if endless := term_fault(request.proposal):
            return Preview([*_told(found), endless], statement_pb2.Event(), [], position)
        edition = self._state.edition_at(position, first)
        check_proposal(
            found, "proposal", request.proposal, request.subject,
            department=department, edition=edition, day=first,
        )  # fmt: skip
        supposed = Supposed(request.subject, request.proposal, department, edition, first)
        identifier = request.subject.identifier
        ref = self._state.vault.ref(identifier.type, normalise(identifier.value))
        changes = shifts(supposed, ref, self._state.index.get, domains_open_to(caller))
        return Preview(_told(found), supposed.event(), changes, position)

    def _shown(self, case: Case, day: date) -> pb.BanCase:
        """A case as it may be shown: its subject masked, its state that of the day."""
        shown = pb.BanCase()
        shown.CopyFrom(case.told)
        record = self._state.index.get(case.ref) or SubjectRecord(case.ref)
        shown.state = state_on(case, record, self._state.size - 1, day)
        shown.subject.CopyFrom(self._state.identifier_of(case.ref))
        return shown


def _told(found: Findings) -> list[str]:
    return [fault.message for fault in found.faults]
