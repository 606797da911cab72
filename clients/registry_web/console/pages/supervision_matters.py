"""The catalogue of matters (审批事项): who approves, who supervises, by which rule, and who has none yet.

    /supervision/matters                        in force; ?all=1 those that ended too
    /supervision/matters/unfiled                without a filed rule, first those due first
    /supervision/matters/new                    the form of one
    /supervision/matters/at/{department}/{number}        one; …/change?stands= states it again

Departments are named by the numbers of their registrations (``framing``). Every department reads the
catalogue of all; it states its own.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import matter_service_pb2 as service
from registry_client.supervision.matter_words import MATTER_KINDS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages.form_page import address_of, answers_of, form_page, require_handler
from registry_web.console.pages.forms import Field
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.matter_forms import (
    known,
    matter_fields,
    matter_of,
    matter_values,
)
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision import takes_acts

LIST = "/supervision/matters"


class MatterPages:
    """The pages of matters."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(LIST, self.catalogue),
            route(f"{LIST}/new", self.state, both),
            route(f"{LIST}/unfiled", self.unfiled),
            route(f"{LIST}/at/{{department}}/{{number}}", self.one),
            route(f"{LIST}/at/{{department}}/{{number}}/change", self.change, both),
        ]

    def catalogue(self, request: Request) -> Response:
        """A page of matters, the one that came last first."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        kind, everything = asked(request, "kind"), asked(request, "all") == "1"
        listed = service.ListMattersRequest(
            department=departments.code(asked(request, "department")),
            kind=int(kind) if kind in {str(value) for value in MATTER_KINDS.values()} else 0,  # type: ignore[arg-type]
            with_ended=everything,
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "matters.html",
            page=registry.supervision.matters.matters_page(listed),
            everything=everything,
            kind=kind,
            kinds=MATTER_KINDS,
            **self._shared(request, departments),
        )

    def unfiled(self, request: Request) -> Response:
        """A page of matters without a filed rule."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        listed = service.ListUnfiledRequest(
            department=departments.code(asked(request, "department")),
            overdue_only=asked(request, "overdue") == "1",
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "matters_unfiled.html",
            page=registry.supervision.matters.unfiled_page(listed),
            overdue_only=listed.overdue_only,
            **self._shared(request, departments),
        )

    def one(self, request: Request) -> Response:
        """One matter."""
        entry, departments = self._entry(request)
        return self._frame.render(
            request,
            "matter.html",
            entry=entry,
            address=request.url.path,
            own=entry.department == self._frame.official(request).department,
            **self._shared(request, departments),
        )

    def _shared(self, request: Request, departments: Departments) -> dict[str, Any]:
        return {
            "departments": departments,
            "department": asked(request, "department"),
            "signs": takes_acts(self._frame.official(request)),
            "kind_of": lambda value: word_of(MATTER_KINDS, value),
            "at": address_of,
        }

    def _entry(self, request: Request) -> tuple[service.MatterEntry, Departments]:
        """The matter of an address. Raises PageError."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        department = departments.code(request.path_params["department"])
        listed = service.ListMattersRequest(
            department=department, number=request.path_params["number"], with_ended=True
        )
        found = registry.supervision.matters.matters_page(listed).matters
        if not found:
            raise PageError(404, "没有这一审批事项。")
        return found[0], departments

    def state(self, request: Request) -> Response:
        """The form of a new matter."""
        require_handler(self._frame, request)
        departments = Departments.of(self._frame.registry(request))
        return self._matter_form(request, departments, matter_fields(departments), "登记审批事项", LIST)

    def change(self, request: Request) -> Response:
        """The form by which a matter is stated again."""
        require_handler(self._frame, request)
        entry, departments = self._entry(request)
        if entry.department != self._frame.official(request).department:
            raise PageError(409, "这一事项由另一部门登记。")
        if asked(request, "stands") not in ("", str(entry.position)):
            # Stated again since the form was opened: it would undo what it never saw.
            raise PageError(409, "这一事项在此期间已经变更, 请从事项的页面重新打开。")
        fields = known(matter_fields(departments), matter_values(entry.matter, departments))
        back = request.url.path.rpartition("/")[0]
        return self._matter_form(request, departments, fields, "变更审批事项", back, entry)

    def _matter_form(
        self,
        request: Request,
        departments: Departments,
        fields: list[Field],
        title: str,
        back: str,
        stands: service.MatterEntry | None = None,
    ) -> Response:
        answers = answers_of(self._frame, request, fields)
        if request.method != "POST" or answers.faults:
            effect = "目录向社会公开; 以同一编号登记的, 自实施日期起代替原登记。"
            return form_page(
                self._frame, request, title=title, effect=effect, back=back, fields=(fields, answers)
            )
        body = matter_of(answers, departments)
        return self._frame.acts.propose(
            request,
            body,
            title=title,
            back=back,
            shown={"审批事项": f"{body.matter.number} {body.matter.name}"},
            # Stated as it was before a change it is stated anew, not told as done long ago.
            occasion=str(stands.position) if stands and body.matter != stands.matter else "",
        )
