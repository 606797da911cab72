"""What a ban would do, asked before anybody signs (预览).

Told are the faults for which its draft would be refused as far as they can be told now, first and last day of
each measure, and the verdicts that would change in the domains in which the caller may ask. Where a term lies
outside every calendar, only the faults are told. Nothing is recorded but, of a natural person, that the
caller looked (查询日志).

Example: 财政 proposes M-PRO-01 for 48 months: 法定期限 12至36个月; and that 政府采购 would be closed to the
firm as a bidder. Of a proposed ban on leaving the country it learns no more than that this is not its matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.purposes import purpose_faults
from registry.commands.right_to_see import domains_open_to
from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, is_personal, normalise
from registry.errors import RegistryError
from registry.sanctions.admission.ban_proposal import check_proposal
from registry.sanctions.admission.event import check_subject
from registry.sanctions.bans.preview import Shift, Supposed, shifts, term_fault
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would do: faults, the decision it supposes, and changes."""

    faults: list[str]
    event: statement_pb2.Event
    shifts: list[Shift]
    position: int


class BanPreviews:
    """Works out previews as of now."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state

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
        if is_personal(identifier.type) and (missing := purpose_faults(request.purpose)):
            raise RegistryError(missing)
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
        domains = domains_open_to(caller)
        if is_personal(identifier.type):
            self._ask.log_looked_at(caller, request.purpose, position, ref, domains)
        changes = shifts(supposed, ref, self._state.index.get, domains)
        return Preview(_told(found), supposed.event(), changes, position)


def _told(found: Findings) -> list[str]:
    return [fault.message for fault in found.faults]
