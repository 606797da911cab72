"""What associations say of their members (行业自律信息), shown as that and nowhere beside a verdict.

    /supervision/associations          notes, the one first stated last first; ?kind=, ?all=1
    /supervision/associations/new      the form, for officials of an association

Example: a breach of a 自律公约 stands here under 行业自律信息, 不属于公共信用信息.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import matter_service_pb2 as service
from registry_client.supervision.matter_words import NOTE_KINDS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages.association_forms import note_fields, note_of
from registry_web.console.pages.form_page import answers_of, form_page
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.one_page import ROWS

LIST = "/supervision/associations"
ASSOCIATION = "association"


class AssociationPages:
    """The pages of notes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [route(LIST, self.listing), route(f"{LIST}/new", self.state, ("GET", "POST"))]

    def listing(self, request: Request) -> Response:
        """A page of notes."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        kind, everything = asked(request, "kind"), asked(request, "all") == "1"
        listed = service.ListAssociationNotesRequest(
            association=departments.code(asked(request, "department")),
            kind=int(kind) if kind in {str(value) for value in NOTE_KINDS.values()} else 0,  # type: ignore[arg-type]
            with_ended=everything,
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "associations.html",
            page=registry.supervision.matters.notes_page(listed),
            kind=kind,
            kinds=NOTE_KINDS,
            everything=everything,
            department=asked(request, "department"),
            states=self._states(request, departments),
            kind_of=lambda value: word_of(NOTE_KINDS, value),
        )

    def _states(self, request: Request, departments: Departments) -> bool:
        """Whether the reader is an official of an association."""
        official = self._frame.official(request)
        own = departments.entry(official.department)
        return official.signs and own is not None and ASSOCIATION in own.registration.kinds

    def state(self, request: Request) -> Response:
        """The form of a note."""
        if not self._states(request, Departments.of(self._frame.registry(request))):
            raise PageError(403, "行业自律信息只由行业协会商会登记。")
        fields, title = note_fields(), "登记行业自律信息"
        answers = answers_of(self._frame, request, fields)
        if request.method != "POST" or answers.faults:
            effect = "行业自律信息不属于公共信用信息, 不影响任何查询结论, 也不得据以限制任何单位。"
            return form_page(
                self._frame, request, title=title, effect=effect, back=LIST, fields=(fields, answers)
            )
        shown = {"单位": answers["subject"]}
        return self._frame.acts.propose(request, note_of(answers), title=title, back=LIST, shown=shown)
