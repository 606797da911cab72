"""Ban cases (市场禁入案件): the list, a case with its line of steps, and each step as a form to be signed.

    /bans                         cases, by where they stand, a page at a time
    /bans/case/{case}             a case: steps, clocks, who may go on, what the ban does, its papers
    /bans/case/{case}/step/{slug} the form of a step; what is filled in becomes an act (``Acts.propose``)

Whoever oversees (登记机关、审计) sees the cases of every department by ``?department=`` and takes no step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1.directory_service_pb2 import OfficialEntry
from registry.v1.subject_pb2 import SUBJECT_KIND_NATURAL_PERSON
from registry_client.errors import RegistryCallError
from registry_client.instants import today
from registry_client.procedure_words import BAN_STATES, BAN_STEPS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages import one_page
from registry_web.console.pages.ban_decision_forms import begun_anew
from registry_web.console.pages.ban_forms import FORMS, SLUGS
from registry_web.console.pages.ban_matter import Matter, StepForm
from registry_web.console.pages.ban_papers import foreseen_paper, papers_of
from registry_web.console.pages.ban_timeline import proposal_text, statements_of, timeline
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.event_form import event_in
from registry_web.console.pages.forms import Answers
from registry_web.console.pages.framing import Departments, Frame, asked, names_of
from registry_web.console.pages.separation import (
    ARTICLES,
    ROLE_OF_STEP,
    Reader,
    Standing,
    drafting,
    standing,
)

GROUPS: Mapping[str, tuple[str, tuple[ban.BanState.ValueType, ...]]] = {
    "": ("全部", ()),
    "open": (
        "办理中",
        (
            ban.BAN_STATE_DRAFTED, ban.BAN_STATE_REVIEWED, ban.BAN_STATE_NOTICE_SERVED,
            ban.BAN_STATE_HEARING_REQUESTED, ban.BAN_STATE_HEARING_NOTIFIED, ban.BAN_STATE_HEARD,
            ban.BAN_STATE_DELIBERATED,
        ),
    ),
    "decided": ("待送达", (ban.BAN_STATE_DECIDED,)),
    "force": ("执行中", (ban.BAN_STATE_SERVED, ban.BAN_STATE_IN_FORCE, ban.BAN_STATE_STAYED)),
    "ended": (
        "已终结",
        (
            ban.BAN_STATE_REJECTED, ban.BAN_STATE_CLOSED, ban.BAN_STATE_EXPIRED, ban.BAN_STATE_LIFTED,
            ban.BAN_STATE_REVOKED,
        ),
    ),
}  # fmt: skip
"""Where cases stand, in groups."""
_OPEN = frozenset(GROUPS["open"][1])
_EFFECTS = {
    ban.BAN_STEP_REVIEW: ["审核为不合法的, 案件终结, 不能再继续。"],
    ban.BAN_STEP_DELIBERATION: ["不同意的, 案件结案, 不能再继续。"],
    ban.BAN_STEP_DECISION: ["决定记入日志, 自送达之日起约束当事人。"],
    ban.BAN_STEP_SERVICE: ["自送达之日起执行, 各领域的查询随即据此作答。"],
    ban.BAN_STEP_STAY: ["自生效日期起, 查询不再据此作出禁止的结论。"],
    ban.BAN_STEP_RESUMPTION: ["自生效日期起恢复执行。"],
    ban.BAN_STEP_LIFTING: ["自生效日期起, 措施不再执行; 已经依据它作过答复的系统会收到告知。"],
    ban.BAN_STEP_REVOCATION: ["视为自始没有作出; 已经依据它作过答复的系统会收到告知。"],
    ban.BAN_STEP_CORRECTION: ["以更正后的内容代替原决定; 有关系统会收到告知。"],
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as somebody reads it."""

    response: ban.GetCaseResponse
    departments: Departments
    officials: tuple[OfficialEntry, ...]
    reader: Reader | None
    rows: Rows
    standings: tuple[Standing, ...]

    @property
    def names(self) -> dict[str, str]:
        """Names of the department's officials."""
        return names_of(self.officials)

    @property
    def draft(self) -> pb.BanDraft:
        """The draft; empty for who may not read statements."""
        found: pb.BanDraft = _last(self.response, "ban_draft", pb.BanDraft())
        return found

    @property
    def decision(self) -> pb.BanDecision:
        """The decision as it stands: of the statement that holds it now, which may be a correction or the
        result of an objection; empty before there is one."""
        found = pb.BanDecision()
        found.CopyFrom(_last(self.response, "ban_decision", found))
        said = (statement for statement, _ in statements_of(self.response).values())
        holds = next((each for each in said if each.statement_id == self.response.case.decision_id), None)
        found.event.CopyFrom((event_in(holds) if holds is not None else None) or pb.Event())
        return found

    def matter(self) -> Matter:
        """What the forms are about."""
        entry = self.departments.entry(self.response.case.department)
        registration = entry.registration if entry is not None else pb.DepartmentRegistration()
        return Matter(self.response, registration, self.rows, self.names, today(), self.draft, self.decision)


def _last(response: ban.GetCaseResponse, body: str, default: Any) -> Any:
    found = default
    for statement, _ in statements_of(response).values():
        if statement.WhichOneof("body") == body:
            found = getattr(statement, body)
    return found


class BanPages:
    """The pages of ban cases."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route("/bans", self.list),
            route("/bans/case/{case}", self.case, ("GET", "POST")),
            route("/bans/case/{case}/step/{slug}", self.step, ("GET", "POST")),
        ]

    def list(self, request: Request) -> Response:
        """Cases, a page at a time."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        group, state = asked(request, "group"), asked(request, "state")
        states = (
            (ban.BanState.ValueType(int(state)),)
            if state.isdecimal() and int(state) in ban.BanState.values() and int(state)
            else GROUPS.get(group, GROUPS[""])[1]
        )
        departments = Departments.of(registry)
        department = departments.code(asked(request, "department"))
        page = one_page.cases(registry, department=department, states=states, token=asked(request, "after"))
        officials = registry.officials(official.department) if official.department else ()
        return self._frame.render(
            request,
            "bans.html",
            page=page,
            group=group,
            groups=GROUPS,
            state=state,
            states=BAN_STATES,
            departments=departments,
            department=asked(request, "department"),
            oversees=official.role != "department",
            rows=self._frame.rows(request),
            proposal_text=proposal_text,
            hindrances=drafting(self._frame.reader(request, officials)),
        )

    def view(self, request: Request) -> CaseView:
        """The case that an address names. Raises PageError."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        code = departments.code(asked(request, "department")) or official.department
        response = registry.bans.case(request.path_params["case"], department=code)
        officials = registry.officials(response.case.department)
        reader, rows = self._frame.reader(request, officials), self._frame.rows(request)
        articles = {**ARTICLES, **_articles(rows)}
        names = names_of(officials)
        found = tuple(
            standing(step, response.case, reader, names, articles) for step in response.next if step in SLUGS
        )
        return CaseView(response, departments, officials, reader, rows, found)

    def case(self, request: Request) -> Response:
        """A case; posted: with the preview of a natural person's, which goes into the query log."""
        view = self.view(request)
        case = view.response.case
        preview, refused = None, ""
        person = case.subject_kind == SUBJECT_KIND_NATURAL_PERSON
        previews = case.state in _OPEN and view.draft.case_number != ""
        if previews and (request.method == "POST" or not person):
            try:
                preview = self._frame.registry(request).bans.preview(
                    view.draft.subject,
                    view.matter().announced,
                    reference=case.case_number,
                    reason="办理市场禁入案件的预览",
                )
            except RegistryCallError as error:
                refused = "; ".join(each.description for each in error.violations) or error.message
        return self._frame.render(
            request,
            "ban.html",
            view=view,
            case=case,
            steps=timeline(view.response, names=view.names, rows=view.rows, standings=view.standings),
            afterwards=[each for each in view.standings if SLUGS[each.step] in _AFTERWARDS],
            slugs=SLUGS,
            proposal=proposal_text(view.matter().announced, view.rows),
            preview=preview,
            refused=refused,
            previews=previews,
            person=person,
            papers=papers_of(case),
            query=_query(request),
        )

    def step(self, request: Request) -> Response:
        """The form of a step; posted without fault it becomes an act."""
        form = FORMS.get(request.path_params["slug"])
        if form is None:
            raise PageError(404, "没有这一步骤。")
        view = self.view(request)
        matter = view.matter()
        held = next((each for each in view.standings if each.step == form.step), None)
        if held is None:
            raise PageError(409, "案件现在的状态不能办理这一步骤。")
        fields = form.fields(matter)
        if request.method != "POST":
            return self._form(request, view, form, held, Answers.initial(fields))
        data = self._frame.form(request)
        answers = Answers.read(fields, data)
        if form.step == ban.BAN_STEP_CORRECTION and _is_past(data.get("stands"), view):
            answers = begun_anew(fields, answers)
        if data.get("do") == "paper" and form.paper:
            return foreseen_paper(self._frame, request, view, form, answers) or self._form(
                request, view, form, held, answers
            )
        if answers.faults:
            return self._form(request, view, form, held, answers)
        return self._frame.acts.propose(
            request,
            form.body(matter, answers),
            title=word_of(BAN_STEPS, form.step),
            back=f"/bans/case/{quote(view.response.case.case_number)}",
            submit="bans",
            shown=_shown(view, form, held),
        )

    def _form(
        self, request: Request, view: CaseView, form: StepForm, held: Standing, answers: Answers
    ) -> Response:
        return self._frame.render(
            request,
            "ban_step.html",
            status=400 if answers.faults else 200,
            view=view,
            case=view.response.case,
            form=form,
            fields=form.fields(view.matter()),
            answers=answers,
            standing=held,
            proposal=proposal_text(view.matter().announced, view.rows),
        )


def _is_past(begun_from: object, view: CaseView) -> bool:
    """Whether a form began from a statement that no longer holds the decision."""
    return begun_from is not None and begun_from != view.response.case.decision_id


_AFTERWARDS = frozenset({"stay", "resumption", "lifting", "revocation", "correction"})


def _shown(view: CaseView, form: StepForm, held: Standing) -> dict[str, Any]:
    """What the signer is told beside the statement. Several steps in one role are one person's by right, so
    his own in this role stand apart from those that would hinder him."""
    case = view.response.case
    me, role = view.reader.official_id if view.reader else "", ROLE_OF_STEP[form.step]
    same = [act for act in case.acts if act.official_id == me and ROLE_OF_STEP[act.step] == role]
    shown: dict[str, Any] = {
        "案号": case.case_number,
        "当事人": f"{view.draft.subject.name} {case.subject.value}".strip(),
        "steps": tuple(
            (word_of(BAN_STEPS, act.step), act.official_id, view.names.get(act.official_id, ""))
            for act in case.acts
            if act not in same
        ),
        "effects": _EFFECTS.get(form.step, []),  # type: ignore[call-overload]
        "依据": held.article,
    }
    if same:
        shown["您在本岗位已办"] = [f"{word_of(BAN_STEPS, act.step)} {act.on}" for act in same]
    if held.hindrances:
        shown["warnings"] = list(held.hindrances)
    return shown


def _articles(rows: Rows) -> dict[int, str]:
    """The articles of the steps, as the edition in force has them."""
    named = {
        "draft": ban.BAN_STEP_DRAFT, "review": ban.BAN_STEP_REVIEW, "notice": ban.BAN_STEP_NOTICE,
        "defence": ban.BAN_STEP_DEFENCE, "hearing_notice": ban.BAN_STEP_HEARING_NOTICE,
        "hearing": ban.BAN_STEP_HEARING, "deliberation": ban.BAN_STEP_DELIBERATION,
        "decision": ban.BAN_STEP_DECISION, "service": ban.BAN_STEP_SERVICE, "stay": ban.BAN_STEP_STAY,
        "lifting": ban.BAN_STEP_LIFTING, "revocation": ban.BAN_STEP_REVOCATION,
        "correction": ban.BAN_STEP_CORRECTION,
    }  # fmt: skip
    return {step: rows.articles[name] for name, step in named.items() if name in rows.articles}


def _query(request: Request) -> str:
    department = asked(request, "department")
    return f"?department={department}" if department.isdecimal() else ""
