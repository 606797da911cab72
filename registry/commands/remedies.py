"""Reading objections and applications for repair (查阅异议和信用修复).

A department sees what is about its statements and what it filed; the registrar and the auditor all, the
auditor without statements. To anybody else there is no such thing.

Example: an objection O-1 filed at the operator's window to 住建's statement: 住建 and the operator read it,
to 税务 it is REMEDY_UNKNOWN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.bans import OVERSEEING, whose
from registry.commands.case_statements import CaseStatements
from registry.commands.due import Due
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.errors import RegistryError
from registry.sanctions.remedies.remedy import Filed
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as pb
from registry.v1.ban_service_pb2 import CaseStatement, DueItem


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What was filed as it may be shown on a day."""

    remedy: pb.Remedy
    due: list[DueItem]
    statements: list[CaseStatement]


class RemedyFiles:
    """Reads what was filed, as of now."""

    def __init__(self, ask: Ask, due: Due) -> None:
        self._ask, self._state, self._due = ask, ask.state, due
        self._statements = CaseStatements(ask.state)

    def get(self, caller: Caller, department: str, statement_id: str, day: date | None) -> RemedyView:
        """What a statement filed. Raises RegistryError REMEDY_UNKNOWN."""
        filed = self._state.remedies.get(department or caller.name, statement_id)
        if filed is None or not _concerns(caller, filed):
            raise RegistryError.of(reasons.ERROR_REASON_REMEDY_UNKNOWN, "没有这一异议或者申请。", "filed")
        day = day or self._ask.today()
        edition = self._state.edition_at(self._state.size - 1, day)
        readable = caller.role is not CallerRole.AUDITOR
        return RemedyView(
            remedy=self._shown(filed),
            due=self._due.of_remedy(filed, edition, day),
            statements=self._statements.at(_positions(filed)) if readable else [],
        )

    def page(self, caller: Caller, request: pb.ListRemediesRequest) -> tuple[list[pb.Remedy], str]:
        """What was filed about a department's statements, in order, and the token of the next page."""
        own = whose(caller, request.department)
        filters = ("remedies", caller.uri, own, str(request.kind), str(request.open_only))
        first = Page(self._state.size - 1, self._ask.today())
        page = first_or(request.page_token, filters, first)
        found: list[pb.Remedy] = []
        last = 0
        for filed in self._state.remedies.all():
            told = filed.told
            if not page.after[0] < told.filed_position <= page.position:
                continue  # Told before, or filed since the first page.
            if own not in ("", filed.target[0], filed.key[0]):
                continue
            if request.kind not in (0, told.kind) or (request.open_only and not filed.is_open):
                continue
            if len(found) == page_size(request.page_size):
                return found, token_of(Page(page.position, page.day, (last, 0)), *filters)
            found.append(self._shown(filed))
            last = told.filed_position
        return found, ""

    def _shown(self, filed: Filed) -> pb.Remedy:
        shown = pb.Remedy()
        shown.CopyFrom(filed.told)
        shown.subject.CopyFrom(self._state.identifier_of(filed.ref))
        return shown


def _positions(filed: Filed) -> list[int]:
    """The statements about what was filed: the last one is its annulment, or the correction of its target,
    where it was not decided by it."""
    told = filed.told
    found = [told.filed_position, filed.changed]
    found += [told.accepted_position] if told.HasField("accepted_position") else []
    found += [told.decided_position] if told.HasField("decided_position") else []
    return found


def _concerns(caller: Caller, filed: Filed) -> bool:
    return caller.role in OVERSEEING or caller.name in (filed.target[0], filed.key[0])
