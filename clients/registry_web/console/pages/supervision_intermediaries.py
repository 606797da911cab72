"""Intermediaries of approval (涉审中介): who serves which matter, for how much, qualified until when.

    /supervision/matters/intermediaries         those in force; ?overdue=1 whose qualification has run out
    /supervision/matters/intermediaries/new     the form of one

Example: a survey firm whose 资质 ended on 2026-10-31 stands there with 已过期 from 2026-11-01.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import matter_service_pb2 as service
from registry_web.console.pages.form_page import answers_of, form_page, require_handler
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.matter_forms import intermediary_fields, intermediary_of
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision import takes_acts

LIST = "/supervision/matters/intermediaries"


class IntermediaryPages:
    """The pages of intermediaries."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [route(LIST, self.intermediaries), route(f"{LIST}/new", self.state, ("GET", "POST"))]

    def intermediaries(self, request: Request) -> Response:
        """A page of intermediaries."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        listed = service.ListIntermediariesRequest(
            department=departments.code(asked(request, "department")),
            overdue_only=asked(request, "overdue") == "1",
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "intermediaries.html",
            page=registry.supervision.matters.intermediaries_page(listed),
            overdue_only=listed.overdue_only,
            departments=departments,
            department=asked(request, "department"),
            signs=takes_acts(self._frame.official(request)),
        )

    def state(self, request: Request) -> Response:
        """The form of an intermediary."""
        require_handler(self._frame, request)
        fields, back = intermediary_fields(), LIST
        answers, title = answers_of(self._frame, request, fields), "登记涉审中介"
        if request.method != "POST" or answers.faults:
            effect = "服务事项、收费标准和资质向社会公开; 资质过期的有标注。"
            return form_page(
                self._frame, request, title=title, effect=effect, back=back, fields=(fields, answers)
            )
        shown = {"单位": answers["subject"]}
        return self._frame.acts.propose(
            request, intermediary_of(answers), title=title, back=back, shown=shown
        )
