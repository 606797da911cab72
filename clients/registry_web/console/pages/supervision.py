"""The hub of supervision (监管): what is due, the overdue first, and the way to each area.

    /supervision                      what is due to the department; to everybody for who oversees
    /supervision?overdue=1            only what is overdue

What is due is worked out by the registry for the day on which somebody looks (``ListObligations``); the hub
counts nothing itself. Each area has pages of its own (``supervision_areas``), and so an address for its files
(``FILE_PAGES``) where it has one.

Example: a referral of another bureau that has not been read for three working days stands first, with its
article, and leads to the page on which it is read.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry_web.console.official import Official
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision_areas import AREAS

SHOWN = 200
OVERSEEING_KINDS = frozenset({"oversight", "discipline"})
"""Kinds of department that press for what is overdue: 督查机构, 监察机关."""
FILE_PAGES: dict[int, str] = {
    acts.FILE_KIND_MATTER: "/supervision/matters/at",
    acts.FILE_KIND_RULE: "/supervision/rules/at",
    acts.FILE_KIND_DRAW: "/supervision/draws/at",
    acts.FILE_KIND_INSPECTION: "/supervision/inspections/at",
    acts.FILE_KIND_REFERRAL: "/supervision/referrals/at",
    acts.FILE_KIND_COMPLAINT: "/supervision/complaints/at",
    acts.FILE_KIND_ALERT: "/supervision/risk/at",
}
"""Where a file of a kind is shown: the address before ``/{department's number}/{number}``."""


def address_of(file: acts.FileReference, departments: Departments) -> str:
    """Where a file is shown; empty where its kind has no page."""
    place = FILE_PAGES.get(file.kind, "")
    of = departments.entry(file.department)
    return f"{place}/{of.position}/{quote(file.number, safe='')}" if place and of is not None else ""


def takes_acts(official: Official) -> bool:
    """Whether an official may sign acts of supervision: whoever handles, and never a registrar (审监分离)."""
    return official.signs and official.has("SUBMITTER") and not official.has("REGISTRAR")


def oversees(official: Official, departments: Departments) -> bool:
    """Whether an official sees everybody's files and duties."""
    own = departments.entry(official.department)
    kinds = own.registration.kinds if own is not None else ()
    return official.role != "department" or bool(OVERSEEING_KINDS.intersection(kinds))


def files_listed(
    frame: Frame, request: Request, kind: acts.FileKind.ValueType, *, told_to: bool = False
) -> dict[str, Any]:
    """What every list of files shows: a page of those of the reader's department, or of everybody's for who
    oversees, the last one first; ``told_to``: those that the department was told of."""
    registry, official = frame.registry(request), frame.official(request)
    departments = Departments.of(registry)
    everybody = oversees(official, departments)
    own = "" if everybody else official.department
    listed = ListFilesRequest(
        kind=kind,
        department="" if told_to else own,
        addressee=own if told_to else "",
        page_size=ROWS,
        page_token=asked(request, "after"),
    )
    return {
        "page": registry.supervision.files(listed),
        "oversees": everybody,
        "signs": takes_acts(official),
        "departments": departments,
        "address_of": address_of,
    }


def urge_at(file: acts.FileReference, departments: Departments) -> str:
    """Where a file is urged."""
    return (
        f"/supervision/urge/{file.kind}/{departments.number(file.department)}/{quote(file.number, safe='')}"
    )


class SupervisionPages:
    """The hub."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where it is."""
        return [self._frame.route("/supervision", self.hub)]

    def hub(self, request: Request) -> Response:
        """What is due, and the areas."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        overdue_only = asked(request, "overdue") == "1"
        department = departments.code(asked(request, "department"))
        found = registry.supervision.obligations(department=department, overdue_only=overdue_only)
        duties = list(found.obligations)
        return self._frame.render(
            request,
            "supervision.html",
            areas=AREAS,
            duties=duties[:SHOWN],
            total=len(duties),
            more=found.more,
            overdue=sum(each.days_late > 0 for each in duties),
            overdue_only=overdue_only,
            departments=departments,
            department=asked(request, "department"),
            oversees=oversees(official, departments),
            address_of=address_of,
            urge_at=urge_at if self._urges(request, departments) else None,
        )

    def _urges(self, request: Request, departments: Departments) -> bool:
        """Whether the reader may press for what is overdue, whoever's it is (督办)."""
        official = self._frame.official(request)
        return takes_acts(official) and oversees(official, departments)
