"""What the department is told (告知), and who is publicised for a red list or on it (守信激励名单).

Notices are listed oldest first, as they have to be dealt with; to acknowledge one says that it has come, and
is safe to repeat. A candidacy is publicised by the list's department and granted when its notice is over;
each is a statement, signed as any other.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Identifier, Subject
from registry_client.instants import today
from registry_client.words import KINDS, PAPERS
from registry_web.console.desk import PageError
from registry_web.console.pages import one_page
from registry_web.console.pages.forms import (
    Answers,
    Field,
    choices_of,
    document_fields,
    document_of,
)
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.supervision import address_of

_MOST = 1000


class NoticePages:
    """The pages of notices."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        return [self._frame.route("/notices", self.list, ("GET", "POST"))]

    def list(self, request: Request) -> Response:
        """Notices, a page at a time; posted: those ticked are acknowledged."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        if request.method == "POST":
            ticked = [each for each in self._frame.form(request).getlist("notice") if isinstance(each, str)]
            if ticked:
                registry.notices.acknowledge(ticked[:_MOST])
            return RedirectResponse("/notices", 303)
        everything = asked(request, "all") == "1"
        page = one_page.notices(registry, unacknowledged_only=not everything, token=asked(request, "after"))
        return self._frame.render(
            request,
            "notices.html",
            page=page,
            everything=everything,
            departments=Departments.of(registry),
            own=official.department,
            address_of=address_of,
            acknowledges=official.role != "auditor",
        )


class RedListPages:
    """The pages of the red lists."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route("/red-lists", self.entries),
            route("/red-lists/new", self.candidacy, both),
            route("/red-lists/grant/{position}", self.grant, both),
        ]

    def entries(self, request: Request) -> Response:
        """Candidates and grants, a page at a time."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        rows, code = self._frame.rows(request), asked(request, "list", 40)
        lists = {code: row for code, row in rows.lists.items() if code.startswith("R-")}
        page = one_page.red_listed(
            registry, list_code=code if code in lists else "", token=asked(request, "after")
        )
        return self._frame.render(
            request,
            "red_lists.html",
            page=page,
            lists=lists,
            code=code,
            states=official.role != "auditor" and bool(self._own_lists(request)),
        )

    def _own_lists(self, request: Request) -> dict[str, str]:
        registry, official = self._frame.registry(request), self._frame.official(request)
        entry = Departments.of(registry).entry(official.department)
        rows = self._frame.rows(request)
        codes = entry.registration.mandate.lists if entry is not None else ()
        return {code: f"{code} {rows.name(code)}" for code in codes if code.startswith("R-")}

    def candidacy(self, request: Request) -> Response:
        """Publicises a candidate."""
        self._frame.require_signer(request)
        day = today().isoformat()
        fields = [
            Field("list", "名单", "choice", choices=self._own_lists(request)),
            Field("kind", "主体类别", "choice", choices=choices_of(KINDS), value="1"),
            Field("name", "名称或者姓名"),
            Field("paper", "证件类型", "choice", choices=choices_of(PAPERS), value="1"),
            Field("code", "代码或者证件号码"),
            *document_fields("document", "文书", day=day),
            Field("legal_basis", "依据", "lines", hint="一行一条"),
            Field("publicised_from", "公示开始", "day", value=day),
            Field("publicised_until", "公示结束", "day"),
        ]
        if (answers := self._answers(request, fields)).faults or request.method != "POST":
            return self._form(request, "公示守信激励对象", fields, answers)
        subject = Subject(
            identifier=Identifier(
                type=answers.number("paper"),  # type: ignore[arg-type]
                value=answers["code"],
            ),
            kind=answers.number("kind"),  # type: ignore[arg-type]
            name=answers["name"],
        )
        body = pb.RedListCandidacy(
            subject=subject,
            list_code=answers["list"],
            document=self._document(request, answers),
            legal_basis=answers.lines("legal_basis"),
            publicised_from=answers["publicised_from"],
            publicised_until=answers["publicised_until"],
        )
        return self._frame.acts.propose(
            request,
            body,
            title="公示守信激励对象",
            back="/red-lists",
            shown={"名单": answers["list"], "effects": ["公示期满无异议的, 可以列入; 公示本身不给予激励。"]},
        )

    def grant(self, request: Request) -> Response:
        """Grants what was publicised."""
        position = request.path_params["position"]
        if not position.isdecimal() or len(position) > 18:
            raise PageError(404, "没有这一公示。")
        stored = self._frame.registry(request).get_statement(position=int(position))
        if stored.statement.WhichOneof("body") != "red_list_candidacy":
            raise PageError(404, "没有这一公示。")
        candidacy = stored.statement.red_list_candidacy
        day = today().isoformat()
        fields = [
            *document_fields("document", "列入决定", day=day),
            Field("from", "有效期开始", "day", value=day),
            Field("until", "有效期结束(含当日)", "day"),
        ]
        if (answers := self._answers(request, fields)).faults or request.method != "POST":
            return self._form(request, "列入守信激励名单", fields, answers)
        body = pb.RedListGrant(
            target=pb.StatementReference(
                department=stored.statement.department, statement_id=stored.statement.statement_id
            ),
            document=self._document(request, answers),
            until=answers["until"],
        )
        setattr(body, "from", answers["from"])
        return self._frame.acts.propose(
            request,
            body,
            title="列入守信激励名单",
            back="/red-lists",
            shown={
                "名单": candidacy.list_code,
                "主体": candidacy.subject.name,
                "effects": ["有效期内适用激励; 守信激励不抵消任何限制。"],
            },
        )

    def _answers(self, request: Request, fields: list[Field]) -> Answers:
        if request.method != "POST":
            return Answers.initial(fields)
        return Answers.read(fields, self._frame.form(request))

    def _document(self, request: Request, answers: Answers) -> pb.Document:
        code = self._frame.official(request).department
        name = Departments.of(self._frame.registry(request)).name(code)
        return document_of(answers, "document", authority=name, code=code)

    def _form(self, request: Request, title: str, fields: list[Field], answers: Answers) -> Response:
        return self._frame.render(
            request,
            "red_list_act.html",
            status=400 if answers.faults else 200,
            title=title,
            fields=fields,
            answers=answers,
        )
