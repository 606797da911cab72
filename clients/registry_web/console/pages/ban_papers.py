"""The papers of a case (执法文书) from the console: filled in from its statements, as PDF or text.

What no statement holds (address and telephone of the office, where relief is found, the party's address) is
asked for here. The office's own part is kept in a cookie of this browser, so that it is typed once; it is
public information. What is missing is told at once, by name; nothing is left blank on a paper.

A notice has to be served before its step can be recorded: ``foreseen_paper`` makes it from the form that is
being filled in, without signing anything.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry_papers import MissingPartsError, Office, Paper, PaperError, PaperKind, Particulars, render
from registry_papers import foreseen as ahead_of
from registry_web.console.desk import PageError
from registry_web.console.pages.ban_timeline import statements_of
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Frame

if TYPE_CHECKING:
    from registry_web.console.pages.ban_matter import StepForm
    from registry_web.console.pages.bans import BanPages, CaseView

COOKIE = "office"
_YEAR_S = 31_536_000
_MOST = 3000
TITLES: Mapping[str, str] = {
    "notice": "事先告知书",
    "hearing_notice": "听证通知书",
    "decision": "决定书",
    "service": "送达回证",
    "repair_notice": "信用修复告知书",
    "lifting": "解除决定书",
}
_STEP_OF_PAPER = {
    "notice": ban.BAN_STEP_NOTICE,
    "hearing_notice": ban.BAN_STEP_HEARING_NOTICE,
    "decision": ban.BAN_STEP_DECISION,
    "service": ban.BAN_STEP_SERVICE,
    "repair_notice": ban.BAN_STEP_DECISION,
    "lifting": ban.BAN_STEP_LIFTING,
}
_OFFICE = [
    Field("name", "本机关名称"),
    Field("address", "本机关地址", required=False),
    Field("phone", "联系电话", required=False),
    Field("contact", "联系人", required=False),
    Field("reconsideration", "行政复议机关", required=False),
    Field("court", "有管辖权的人民法院", required=False),
]
_PARTICULARS = [
    Field("party_address", "当事人地址", required=False),
    Field("representative", "法定代表人或者负责人", required=False),
    Field("hearing_time", "听证时间", required=False, hint="如 9时30分"),
    Field("hearing_officer", "听证主持人", required=False),
    Field("service_place", "送达地点", required=False),
]
_FORMAT = [
    Field("verify_at", "二维码指向的核验网址", required=False),
    Field("own_copy", "送达当事人本人的一份, 证件号码不遮盖", "flag", required=False),
]


def papers_of(case: ban.BanCase) -> list[tuple[str, str]]:
    """The papers that the steps of a case have made possible: kind and title."""
    taken = {act.step for act in case.acts}
    return [(kind, TITLES[kind]) for kind, step in _STEP_OF_PAPER.items() if step in taken]


class PaperPages:
    """The page of a paper."""

    def __init__(self, frame: Frame, cases: BanPages) -> None:
        self._frame = frame
        self._cases = cases

    def routes(self) -> list[Route]:
        """Where it is."""
        return [self._frame.route("/bans/case/{case}/paper/{kind}", self.paper, ("GET", "POST"))]

    def paper(self, request: Request) -> Response:
        """What the paper still needs; posted: the paper."""
        kind = request.path_params["kind"]
        if kind not in TITLES:
            raise PageError(404, "没有这一文书。")
        view = self._cases.view(request)
        asked = [*_OFFICE, *_PARTICULARS, *_FORMAT]
        if request.method != "POST":
            answers = Answers.initial(asked)
            answers.texts |= {"name": view.matter().department.name} | office_of(request)
            return self._form(request, view, kind, answers, ())
        data = self._frame.form(request)
        answers = Answers.read(asked, data)
        if answers.faults:
            return self._form(request, view, kind, answers, ())
        try:
            made = _paper(view, kind, view.response, answers)
            response = _file(made, as_text=data.get("do") == "text")
        except PaperError as error:
            return self._form(request, view, kind, answers, _said(error))
        _keep(response, answers, secure=self._frame.desk.url.startswith("https://"))
        return response

    def _form(
        self, request: Request, view: CaseView, kind: str, answers: Answers, missing: tuple[str, ...]
    ) -> Response:
        return self._frame.render(
            request,
            "ban_paper.html",
            status=400 if answers.faults or missing else 200,
            case=view.response.case,
            title=TITLES[kind],
            office=_OFFICE,
            particulars=_PARTICULARS,
            format=_FORMAT,
            answers=answers,
            missing=missing,
        )


def foreseen_paper(
    frame: Frame, request: Request, view: CaseView, form: StepForm, answers: Answers
) -> Response | None:
    """The paper of a step that is not recorded yet, from its form; None, with faults noted, if it cannot be
    made. What is not on the paper (the service, for one) may be missing."""
    matter = view.matter()
    answers.faults.clear()
    _without_service(answers)
    body = form.body(matter, answers)
    origins = [said.origin for said, _ in statements_of(view.response).values()]
    statement = pb.Statement(department=matter.case.department, origin=next(iter(origins), ""))
    for candidate in pb.Statement.DESCRIPTOR.oneofs_by_name["body"].fields:
        if candidate.message_type and candidate.message_type.full_name == body.DESCRIPTOR.full_name:
            getattr(statement, candidate.name).CopyFrom(body)
    filled = Answers({"name": matter.department.name} | office_of(request))
    try:
        made = _paper(view, form.paper, ahead_of(view.response, statement), filled)
        return _file(made, as_text=False)
    except PaperError as error:
        for missing in _said(error):
            answers.fault(missing, "文书还缺", missing)
        return None


def _without_service(answers: Answers) -> None:
    if "method" in answers.texts and not answers["method"]:
        answers.texts["method"] = "1"


def office_of(request: Request) -> dict[str, str]:
    """What this browser keeps of the office; empty where it keeps nothing that can be read."""
    try:
        held = json.loads(urlsafe_b64decode(request.cookies.get(COOKIE, "")))
    except (ValueError, RecursionError):
        return {}
    known = {each.name for each in _OFFICE}
    if not isinstance(held, dict):
        return {}
    return {name: text for name, text in held.items() if name in known and isinstance(text, str) and text}


def _keep(response: Response, answers: Answers, *, secure: bool) -> None:
    held = json.dumps({each.name: answers[each.name] for each in _OFFICE}, ensure_ascii=False)
    packed = urlsafe_b64encode(held.encode()).decode()
    if len(packed) <= _MOST:
        response.set_cookie(
            COOKIE, packed, max_age=_YEAR_S, path="/bans", secure=secure, httponly=True, samesite="strict"
        )


def _paper(view: CaseView, kind: str, response: ban.GetCaseResponse, answers: Answers) -> Paper:
    office = Office(**{each.name: answers[each.name] for each in fields(Office)})
    particulars = Particulars(**{each.name: answers[each.name] for each in fields(Particulars)})
    names: dict[str, Any] = {code: row.name for code, row in view.rows.measures.items()}
    names |= {code: row.name for code, row in view.rows.lists.items()} | dict(view.rows.regions)
    return render(
        PaperKind(kind),
        response,
        office,
        verify_at=answers["verify_at"],
        names=names,
        particulars=particulars,
        own_copy=answers.flag("own_copy"),
    )


def _file(made: Paper, *, as_text: bool) -> Response:
    content = made.text.encode() if as_text else made.pdf()
    media = "text/plain; charset=utf-8" if as_text else "application/pdf"
    name = quote(f"{made.title} {made.number}.{'txt' if as_text else 'pdf'}".replace("/", "-"))
    return Response(
        content,
        media_type=media,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _said(error: PaperError) -> tuple[str, ...]:
    return error.missing if isinstance(error, MissingPartsError) else (str(error),)
