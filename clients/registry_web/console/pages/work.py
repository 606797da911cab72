"""The work queue (工作台): what waits for the reader, what is due, what is overdue, what was refused.

A case waits for somebody if its next step is his by role and section, and nothing he or a namesake did in the
case before stands against it. What the registry counts as due (``ListDue``) comes with its last day and its
article; overdue first. Every list here is short and leads to the whole one.

Example: X drafted C-1; C-1 waits for the legal reviewers of other sections, and not for X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry_web.console.pages import one_page
from registry_web.console.pages.ban_forms import SLUGS
from registry_web.console.pages.ban_timeline import proposal_text
from registry_web.console.pages.framing import Departments, Frame, asked, names_of
from registry_web.console.pages.separation import Reader, Standing, standing

SHOWN = 12
SOON = 15
"""Days, working or not, within which something is shown as due soon."""
_NEXT = {
    ban.BAN_STATE_DRAFTED: (ban.BAN_STEP_REVIEW,),
    ban.BAN_STATE_REVIEWED: (ban.BAN_STEP_NOTICE,),
    ban.BAN_STATE_NOTICE_SERVED: (ban.BAN_STEP_DEFENCE,),
    ban.BAN_STATE_HEARING_REQUESTED: (ban.BAN_STEP_HEARING_NOTICE,),
    ban.BAN_STATE_HEARING_NOTIFIED: (ban.BAN_STEP_HEARING,),
    ban.BAN_STATE_HEARD: (ban.BAN_STEP_DELIBERATION,),
    ban.BAN_STATE_DELIBERATED: (ban.BAN_STEP_DECISION,),
    ban.BAN_STATE_DECIDED: (ban.BAN_STEP_SERVICE,),
}
"""The step that a case waits for in each state."""
_REMEDIES_OF = frozenset({pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_REVIEWER, pb.OFFICIAL_ROLE_APPROVER})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case and the step that it waits for."""

    case: ban.BanCase
    standing: Standing

    @property
    def slug(self) -> str:
        """The address of the step's form."""
        return SLUGS[self.standing.step]


def waiting_for(reader: Reader | None, cases: Sequence[ban.BanCase], names: dict[str, str]) -> list[Waiting]:
    """The cases of which the reader may take the next step."""
    if reader is None:
        return []
    found = []
    for case in cases:
        for step in _NEXT.get(case.state, ()):
            held = standing(step, case, reader, names)
            if held.may:
                found.append(Waiting(case, held))
    return found


class WorkPages:
    """The first page, and everything that is due."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        return [self._frame.route("/", self.home), self._frame.route("/due", self.due)]

    def home(self, request: Request) -> Response:
        """The queue."""
        frame, registry = self._frame, self._frame.registry(request)
        official = frame.official(request)
        stating = official.role != "auditor"
        officials = registry.officials(official.department) if official.department else ()
        reader, names = frame.reader(request, officials), names_of(officials)
        department = official.department if official.role == "department" else ""
        cases = one_page.cases(registry, department=department, states=list(_NEXT), size=200)
        due = registry.bans.due()
        remedies = one_page.remedies(registry, open_only=True, size=SHOWN) if stating else None
        health = one_page.health(registry)
        notices = one_page.notices(registry, unacknowledged_only=True, size=SHOWN)
        own = official.department if official.role == "department" else ""
        return frame.render(
            request,
            "work.html",
            reader=reader,
            waiting=waiting_for(reader, cases.cases, names)[:50],
            awaiting=len(frame.acts.awaiting(official)),
            more_cases=bool(cases.next_page_token),
            rows=frame.rows(request),
            proposal_text=proposal_text,
            overdue=sum(each.days_left < 0 for each in due),
            soon=sum(each.days_left >= 0 for each in due),
            due=[each for each in due if each.days_left <= SOON][:SHOWN],
            remedies=remedies,
            remedies_mine=reader is not None and bool(reader.roles & _REMEDIES_OF),
            refusals=one_page.refusals_before(registry, size=5) if stating else [],
            keys=[each for each in health.expiring_keys if own in ("", each.department)][:SHOWN],
            notices=notices,
            health=health,
            names=names,
            departments=Departments.of(registry),
            oversees=official.role != "department",
        )

    def due(self, request: Request) -> Response:
        """Everything that is due, the most overdue first; at most a thousand."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        overdue_only, mine = asked(request, "overdue") == "1", asked(request, "mine") == "1"
        items = registry.bans.due(overdue_only=overdue_only, official_id=official.official_id if mine else "")
        return self._frame.render(
            request,
            "due.html",
            items=items[:1000],
            total=len(items),
            overdue_only=overdue_only,
            mine=mine,
            signs=official.signs,
            departments=Departments.of(registry),
            oversees=official.role != "department",
        )
