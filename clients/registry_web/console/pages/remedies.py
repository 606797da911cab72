"""Objections and repair (异议、信用修复): what was filed, where it stands, and each decision as a form.

    /remedies                                what was filed about the department's statements
    /remedies/at/{window}/{statement}        one: what it is about, its conditions, its clocks, its steps
    /remedies/at/{window}/{statement}/{act}  the form of a step
    /remedies/new/{kind}                     filing at this window

``window`` is the number of the department that filed it (``framing``). The conditions of repair are those of
the edition in force; whether they are met, the registry decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry_client.errors import RegistryCallError
from registry_client.procedure_words import OBJECTION_GROUNDS, OBJECTION_OUTCOMES, REMEDY_KINDS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages import one_page
from registry_web.console.pages.ban_timeline import document_text, measures_text, papers_text
from registry_web.console.pages.forms import Answers
from registry_web.console.pages.framing import Departments, Frame, asked, names_of
from registry_web.console.pages.remedy_forms import (
    ACTS,
    FILING,
    Filed,
    application_of,
    check,
    objection_of,
)


class RemedyPages:
    """The pages of objections and repair."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route("/remedies", self.list),
            route("/remedies/new/{kind}", self.file, ("GET", "POST")),
            route("/remedies/at/{window}/{statement}", self.one),
            route("/remedies/at/{window}/{statement}/{act}", self.act, ("GET", "POST")),
        ]

    def list(self, request: Request) -> Response:
        """What was filed, a page at a time."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        kind, everything = asked(request, "kind"), asked(request, "all") == "1"
        page = one_page.remedies(
            registry,
            department=departments.code(asked(request, "department")),
            kind=int(kind) if kind in ("1", "2") else 0,
            open_only=not everything,
            token=asked(request, "after"),
        )
        due = {item.reference: item for item in registry.bans.due()}
        return self._frame.render(
            request,
            "remedies.html",
            page=page,
            due=due,
            kind=kind,
            everything=everything,
            kinds=REMEDY_KINDS,
            departments=departments,
            department=asked(request, "department"),
            oversees=official.role != "department",
            files=official.role != "auditor",
        )

    def one(self, request: Request) -> Response:
        """One objection or application."""
        filed = self._filed(request)
        return self._frame.render(
            request,
            "remedy.html",
            filed=filed,
            acts=ACTS,
            steps=_steps(filed),
            rules=_rules(filed),
            document_text=document_text,
            measures_text=measures_text,
            address=request.url.path,
        )

    def act(self, request: Request) -> Response:
        """The form of a step; posted without fault it becomes an act."""
        form = ACTS.get(request.path_params["act"])
        filed = self._filed(request)
        if form is None or request.path_params["act"] not in filed.acts:
            raise PageError(409, "现在不能办理这一步骤。")
        fields = form.fields(filed)
        answers = Answers.initial(fields)
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
            check(answers)
        back = request.url.path.rpartition("/")[0]
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "remedy_act.html",
                status=400 if answers.faults else 200,
                filed=filed,
                form=form,
                fields=fields,
                answers=answers,
                back=back,
            )
        return self._frame.acts.propose(
            request,
            form.body(filed, answers),
            title=form.title,
            back=back,
            submit="remedies",
            shown={
                "种类": word_of(REMEDY_KINDS, filed.remedy.kind),
                "所指陈述": filed.remedy.target.statement_id,
                "当事人": filed.remedy.subject.value,
                "effects": [form.effect],
            },
        )

    def file(self, request: Request) -> Response:
        """Files an objection or an application at this window."""
        self._frame.require_signer(request)
        kind = request.path_params["kind"]
        if kind not in FILING:
            raise PageError(404, "没有这一页。")
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        fields = FILING[kind](departments, official.department, asked(request, "statement", 64))
        answers = Answers.initial(fields)
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "remedy_new.html",
                status=400 if answers.faults else 200,
                kind=kind,
                fields=fields,
                answers=answers,
                rules=self._frame.rows(request).repair if kind == "repair" else (),
            )
        target = pb.StatementReference(
            department=departments.code(answers["department"]), statement_id=answers["statement"]
        )
        body = objection_of(target, answers) if kind == "objection" else application_of(target, answers)
        return self._frame.acts.propose(
            request,
            body,
            title="登记异议" if kind == "objection" else "登记信用修复申请",
            back="/remedies",
            submit="remedies",
            shown={
                "所指陈述": target.statement_id,
                "部门": departments.name(target.department),
                "effects": [
                    "异议即时标注在记录上, 并转作出陈述的部门核实。"
                    if kind == "objection"
                    else "申请转作出陈述的部门, 三个工作日内决定是否受理。"
                ],
            },
        )

    def _filed(self, request: Request) -> Filed:
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        window = departments.code(request.path_params["window"])
        response = registry.remedies.get(window, request.path_params["statement"])
        target: pb.Statement | None = None
        if response.remedy.target.department == official.department and official.role != "auditor":
            try:
                found = registry.get_statement(statement_id=response.remedy.target.statement_id)
                target = found.statement
            except RegistryCallError:
                target = None  # Erased, or not to be read: the page says what else there is.
        entry = departments.entry(official.department)
        officials = registry.officials(official.department) if official.department else ()
        own = entry.registration if entry is not None else pb.DepartmentRegistration()
        return Filed(response, departments, self._frame.rows(request), names_of(officials), target, own)


def _rules(filed: Filed) -> list[Mapping[str, Any]]:
    """The rules of repair for the record; none for an objection."""
    event = filed.event
    if filed.remedy.kind != remedy.REMEDY_KIND_REPAIR or event is None:
        return []
    return [
        rule
        for rule in filed.rows.repair
        if (event.list_code and event.list_code in (rule.get("lists") or ()))
        or (not event.list_code and event.category in (rule.get("categories") or ()))
    ]


_STEP_WORDS = {
    "objection": "提出异议",
    "objection_result": "处理结果",
    "repair_application": "申请修复",
    "repair_acceptance": "受理决定",
    "repair": "准予修复",
    "repair_refusal": "不予修复",
    "repair_annulment": "撤销修复",
}


def _steps(filed: Filed) -> list[dict[str, Any]]:
    """The statements about it, in words."""
    found = []
    for each in filed.response.statements:
        try:
            statement = pb.Statement.FromString(each.signed.envelope.payload)
        except DecodeError:
            continue
        body = statement.WhichOneof("body") or ""
        said: Any = getattr(statement, body, None)
        if body not in _STEP_WORDS:
            continue
        facts = [(label, text) for label, text in _facts(body, said) if text]
        found.append(
            {
                "word": _STEP_WORDS[body],
                "position": each.position,
                "received": each.received_time,
                "department": filed.departments.name(statement.department),
                "facts": facts,
            }
        )
    return found


def _facts(body: str, said: Any) -> list[tuple[str, str]]:
    facts = []
    if body == "objection":
        facts = [
            ("异议理由", word_of(OBJECTION_GROUNDS, said.ground)),
            ("异议请求", said.claim),
            ("材料", papers_text(said.evidence)),
        ]
    elif body == "repair_application":
        facts = [
            ("纠正日期", said.corrected_on),
            ("信用承诺书", papers_text([said.commitment])),
            ("履行义务的证明", papers_text(said.proof) or "没有附, 仅凭承诺"),
        ]
    elif body == "repair_acceptance":
        facts = [("受理决定", "受理" if said.accepted else "不予受理")]
    elif body == "objection_result":
        facts = [("处理结果", word_of(OBJECTION_OUTCOMES, said.outcome))]
    if body in ("objection_result", "repair", "repair_refusal", "repair_annulment"):
        facts.append(("文书", document_text(said.document)))
    facts += [(label, getattr(said, name, "")) for name, label in _COMMON]
    return facts


_COMMON = (("effective_on", "生效日期"), ("reason", "理由"))
