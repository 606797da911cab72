"""Who is answerable (责任追究): the report of a period, accidents, and each traced back (倒查).

    /supervision/accountability                      the period; with ?from=&until= its report; posted: turned
                                                     into that address
    /supervision/accountability/file                 the same report as ?as=csv or pdf
    /supervision/accountability/accidents            accidents; only who oversees traces them
    /supervision/accountability/accidents/new        the form of an accident
    /supervision/accountability/trace/{stated}/{number}         the timeline
    /supervision/accountability/trace/{stated}/{number}/file    the same as ?as=csv or pdf

Page, csv and PDF are made of one sheet (``registry_papers.accountability``) and have the same rows. The
address of a report holds its position and its day, so that whoever follows it, or loads the csv of what he
sees, has the same report whatever was put on record since.

Example: ``?from=2026-01-01&until=2026-03-31&department=12&at=4120&on=2026-04-15``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry_client.errors import RegistryCallError
from registry_client.instants import today
from registry_papers.accountability import Names, Sheet, report_sheet, trace_sheet
from registry_papers.accountability.names import AREAS
from registry_papers.errors import PaperError
from registry_web.console.desk import PageError
from registry_web.console.pages.accident_form import ACCIDENT_FIELDS, accident_of
from registry_web.console.pages.forms import Answers, is_day
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision import OVERSEEING_KINDS, address_of, takes_acts

HOME = "/supervision/accountability"
ACCIDENTS = f"{HOME}/accidents"
_MEDIA = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
_LONGEST_NUMBER = 18


class AccountabilityPages:
    """The pages of accountability."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route(HOME, self.report, ("GET", "POST")),
            route(f"{HOME}/file", self.report_file),
            route(ACCIDENTS, self.accidents),
            route(f"{ACCIDENTS}/new", self.state, ("GET", "POST")),
            route(f"{HOME}/trace/{{stated}}/{{number}}", self.trace),
            route(f"{HOME}/trace/{{stated}}/{{number}}/file", self.trace_file),
        ]

    def report(self, request: Request) -> Response:
        """The period, and its report once one is named; posted: its address, which names nobody."""
        departments = Departments.of(self._frame.registry(request))
        if request.method == "POST":
            return self._turned(request, departments)
        context: dict[str, Any] = {"sheet": None, "fault": ""}
        if asked(request, "from") or asked(request, "until"):
            fault = _period_fault(request)
            if fault:
                context["fault"] = fault
            elif not asked(request, "at"):
                return RedirectResponse(self._address(request, departments), 303)
            else:
                context |= self._made(request, departments)
        return self._frame.render(
            request,
            "accountability.html",
            status=400 if context["fault"] else 200,
            departments=departments,
            oversees=self._oversees(request, departments),
            first=asked(request, "from") or f"{today():%Y}-01-01",
            last=asked(request, "until") or today().isoformat(),
            department=asked(request, "department"),
            staff=self._staff(request, departments)[1] if context["sheet"] else "",
            query=_kept(request),
            address_of=address_of,
            **context,
        )

    def _address(self, request: Request, departments: Departments) -> str:
        """The report as of now, with its position and its day in the address."""
        made = self._asked(request, departments)
        kept = dict(request.query_params) | {"at": str(made.known_position), "on": made.on}
        return f"{HOME}?{urlencode({name: kept[name] for name in _NAMES if kept.get(name)})}"

    def _turned(self, request: Request, departments: Departments) -> Response:
        """The address of what was filled in: an official stands there by the number of his registration."""
        form = self._frame.form(request)
        kept = {name: str(form[name]) for name in ("from", "until", "department") if form.get(name)}
        if staff := str(form.get("official", "")).strip():
            kept["official"] = self._staff(request, departments, staff, kept.get("department", ""))[0]
        return RedirectResponse(f"{HOME}?{urlencode(kept)}", 303)

    def _staff(
        self, request: Request, departments: Departments, staff: str = "", department: str = ""
    ) -> tuple[str, str]:
        """Number and staff id of an official: of the one who was filled in, or else of the address; empty
        without one. Raises PageError."""
        number, department = asked(request, "official"), department or asked(request, "department")
        if not (staff or number):
            return "", ""
        entries = self._frame.registry(request).officials(departments.code(department))
        found = {str(each.position): each.registration.official_id for each in entries}
        pairs = [pair for pair in found.items() if (staff or number) == pair[1 if staff else 0]]
        if not pairs:
            raise PageError(404, "没有这一人员。")
        return pairs[-1]

    def _asked(self, request: Request, departments: Departments) -> Any:
        position = asked(request, "at", _LONGEST_NUMBER)
        return self._frame.registry(request).supervision.accountability.report(
            asked(request, "from"),
            asked(request, "until"),
            department=departments.code(asked(request, "department")),
            official_id=self._staff(request, departments)[1],
            known_position=int(position) if position.isdecimal() else None,
            on=asked(request, "on"),
        )

    def _made(self, request: Request, departments: Departments) -> dict[str, Any]:
        made = self._asked(request, departments)
        sheet = report_sheet(made, self._names(request, departments))
        return {"sheet": sheet, "made": made}

    def report_file(self, request: Request) -> Response:
        """The report as a file."""
        departments = Departments.of(self._frame.registry(request))
        if _period_fault(request) or not asked(request, "at"):
            raise PageError(404, "没有这一报告。")
        sheet = self._made(request, departments)["sheet"]
        return _file(sheet, asked(request, "as"), f"{asked(request, 'from')} {asked(request, 'until')}")

    def accidents(self, request: Request) -> Response:
        """Accidents, the one stated last first."""
        registry, departments = (
            self._frame.registry(request),
            Departments.of(self._frame.registry(request)),
        )
        listed = ListFilesRequest(
            kind=acts.FILE_KIND_ACCIDENT, page_size=ROWS, page_token=asked(request, "after")
        )
        return self._frame.render(
            request,
            "accidents.html",
            page=registry.supervision.files(listed),
            departments=departments,
            areas=AREAS,
            oversees=self._oversees(request, departments),
            signs=takes_acts(self._frame.official(request)),
            trace_at=lambda file: f"{HOME}/trace/{departments.number(file.department)}/{quote(file.number)}",
        )

    def state(self, request: Request) -> Response:
        """The form of an accident."""
        if not takes_acts(self._frame.official(request)):
            raise PageError(403, "事故由经办人员登记。")
        answers = Answers.initial(ACCIDENT_FIELDS)
        if request.method == "POST":
            answers = Answers.read(ACCIDENT_FIELDS, self._frame.form(request))
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "accident_new.html",
                status=400 if answers.faults else 200,
                fields=ACCIDENT_FIELDS,
                answers=answers,
                back=ACCIDENTS,
            )
        effect = "登记后, 监督机构可以由此倒查; 登记不是对责任的认定。"
        return self._frame.acts.propose(
            request,
            acts.Supervision(accident=accident_of(answers)),
            title="登记事故",
            back=ACCIDENTS,
            submit="supervision",
            shown={"编号": answers["number"], "effects": [effect]},
        )

    def trace(self, request: Request) -> Response:
        """The timeline before an accident."""
        departments = Departments.of(self._frame.registry(request))
        made, sheet = self._traced(request, departments)
        return self._frame.render(
            request,
            "accident_trace.html",
            trace=made,
            sheet=sheet,
            rows=list(zip(made.entries, sheet.table("entries").rows, strict=True)),
            departments=departments,
            address_of=address_of,
            file_at=f"{request.url.path}/file?{urlencode({'at': made.known_position, 'on': made.on})}",
        )

    def trace_file(self, request: Request) -> Response:
        """The timeline as a file."""
        _, sheet = self._traced(request, Departments.of(self._frame.registry(request)))
        return _file(sheet, asked(request, "as"), request.path_params["number"])

    def _traced(self, request: Request, departments: Departments) -> tuple[Any, Sheet]:
        position = asked(request, "at", _LONGEST_NUMBER)
        made = self._frame.registry(request).supervision.accountability.trace(
            departments.code(request.path_params["stated"]),
            request.path_params["number"],
            known_position=int(position) if position.isdecimal() else None,
            on=asked(request, "on"),
        )
        return made, trace_sheet(made, self._names(request, departments))

    def _oversees(self, request: Request, departments: Departments) -> bool:
        official = self._frame.official(request)
        own = departments.entry(official.department)
        kinds = own.registration.kinds if own is not None else ()
        return official.role != "department" or bool(OVERSEEING_KINDS.intersection(kinds))

    def _names(self, request: Request, departments: Departments) -> Names:
        """What departments and officials are called; officials as far as the reader may list them."""
        named = {each.registration.code: each.registration.name for each in departments.entries}
        try:
            entries = self._frame.registry(request).officials()
        except RegistryCallError:
            entries = ()
        officials = {
            (each.registration.department, each.registration.official_id): each.registration.name
            for each in entries
        }
        return Names(named, officials)


_NAMES = ("from", "until", "department", "official", "at", "on")
"""Parameters of the address of a report."""


def _kept(request: Request) -> str:
    """The parameters of the report that is shown."""
    return urlencode({name: asked(request, name) for name in _NAMES if asked(request, name)})


def _period_fault(request: Request) -> str:
    first, last = asked(request, "from"), asked(request, "until")
    if not (is_day(first) and is_day(last)):
        return "请填写起止日期, 如 2026-01-01。"
    if first > last:
        return "截止日期早于起始日期。"
    if asked(request, "official") and not asked(request, "department"):
        return "按人员查询的, 请同时选择部门。"
    return ""


def _file(sheet: Sheet, form: str, named: str) -> Response:
    if form not in _MEDIA:
        raise PageError(404, "没有这一格式。")
    try:
        content = sheet.csv if form == "csv" else sheet.pdf()
    except PaperError as error:
        raise PageError(503, f"{error}") from None
    name = quote(f"{sheet.title} {named}.{form}".replace("/", "-"))
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(content, media_type=_MEDIA[form], headers={"content-disposition": disposition})
