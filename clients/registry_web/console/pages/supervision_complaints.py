"""Complaints (投诉举报) at the console: what waits, what is under way, each step as a form.

    /supervision/complaints                        the inbox and the files
    /supervision/complaints/take/{number}          taking in what came from the web
    /supervision/complaints/new                    by telephone, letter, visit: sealed here
    /supervision/complaints/at/{opener}/{number}   one: its steps and clocks, what is sealed
    /supervision/complaints/at/…/{step}            the form of a step (``complaint_forms``)
    /supervision/complaints/custodians             who is custodian, with fingerprints

What is sealed is never opened here: private keys stay on the custodians' own machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1 import supervision_pb2 as pb
from registry.v1.complaint_service_pb2 import ListComplaintDesksRequest, SealingKey
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.supervision_file_pb2 import GetFileResponse
from registry_client import Registry
from registry_client.errors import RegistryCallError, SealingError
from registry_client.supervision.complaint_words import COMPLAINT_KINDS
from registry_client.supervision.complaints import (
    complaint_of,
    desk_of,
    firm_of,
    lodging,
    lodgings,
    sealed_complaint,
)
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.official import Official
from registry_web.console.pages.complaint_forms import (
    STEPS,
    lodging_fields,
    new_fields,
    offered,
    said_of,
)
from registry_web.console.pages.complaint_timeline import decision_of, sealed_in, state_of, timeline
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame
from registry_web.console.pages.supervision import address_of, files_listed, oversees, takes_acts

LIST = "/supervision/complaints"
_SEALING = "所写内容密封给本部门的身份保管人; 摘要有关人员都能看到。"


class ComplaintPages:
    """The pages of complaints."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(LIST, self.list),
            route(f"{LIST}/new", self.new, both),
            route(f"{LIST}/custodians", self.custodians),
            route(f"{LIST}/take/{{number}}", self.take, both),
            route(f"{LIST}/at/{{opener}}/{{number}}", self.one),
            route(f"{LIST}/at/{{opener}}/{{number}}/{{step}}", self.step, both),
        ]

    def list(self, request: Request) -> Response:
        """What waits, and a page of files, the last one first."""
        return self._frame.render(
            request,
            "complaints.html",
            **files_listed(self._frame, request, pb.FILE_KIND_COMPLAINT),
            waiting=self._waiting_for(request),
            kind_word=lambda kind: word_of(COMPLAINT_KINDS, kind),
            state_of=state_of,
            decision_of=decision_of,
        )

    def custodians(self, request: Request) -> Response:
        """Who is custodian in the reader's department; everybody's for who oversees."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        department = "" if oversees(official, departments) else official.department
        told = registry.call(
            ComplaintServiceStub, "ListComplaintDesks", ListComplaintDesksRequest(department=department)
        )
        return self._frame.render(request, "complaint_custodians.html", desks=told.desks, mark_of=mark_of)

    def take(self, request: Request) -> Response:
        """Takes in what came from the web."""
        registry, number = self._frame.registry(request), request.path_params["number"]
        try:
            held = lodging(registry, number)
        except RegistryCallError as error:
            if error.reason == "NOT_FOUND":
                raise PageError(404, "没有这一待登记的投诉举报。") from None
            raise
        answers = self._answers(request, lodging_fields())
        if answers is None:
            return self._shown(
                request, lodging_fields(), title="登记网上投诉举报", number=number, effect=_SEALING
            )
        act = complaint_of(held, summary=answers["summary"], matter=answers["matter"])
        return self._propose(request, pb.Supervision(complaint=act), title="登记网上投诉举报", number=number)

    def new(self, request: Request) -> Response:
        """A complaint that did not come from the web."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        if not takes_acts(official):
            raise PageError(403, "只有经办人员可以登记投诉举报。")
        answers = self._answers(request, new_fields())
        if answers is None or answers.faults:
            return self._shown(request, new_fields(), title="登记投诉举报", effect=_SEALING)
        try:
            made = sealed_complaint(
                desk_of(registry, official.department),
                number=answers["number"],
                text=answers["text"],
                reporter=answers["reporter"],
                **_said(answers),
            )
        except SealingError as error:
            raise PageError(409, str(error)) from None
        made.shelve(registry, official.department)
        body = pb.Supervision(complaint=made.act)
        return self._propose(request, body, title="登记投诉举报", number=answers["number"])

    def one(self, request: Request) -> Response:
        """One complaint; of one that waits still, the page that takes it in: what is due leads here."""
        try:
            view, departments = self._view(request)
        except PageError:
            number = request.path_params["number"]
            if number in {each.number for each in self._waiting_for(request)}:
                return RedirectResponse(f"{LIST}/take/{number}", 303)
            raise
        official = self._frame.official(request)
        own = takes_acts(official) and official.department == view.file.file.department
        others = self._others(request, official) if own else {}
        return self._frame.render(
            request,
            "complaint.html",
            view=view,
            file=view.file,
            departments=departments,
            kind=word_of(COMPLAINT_KINDS, view.file.variant),
            state=state_of(view.file),
            timeline=list(timeline(view, departments)),
            sealed=sealed_in(view),
            steps=offered(view.file, others) if own else (),
            forms=STEPS,
            address=request.url.path,
            address_of=address_of,
        )

    def step(self, request: Request) -> Response:
        """The form of a step."""
        view, _ = self._view(request)
        official, name = self._frame.official(request), request.path_params["step"]
        own = takes_acts(official) and official.department == view.file.file.department
        others = self._others(request, official) if own else {}
        if name not in STEPS or not own or name not in offered(view.file, others):
            raise PageError(409, "现在不能办理这一步骤。")
        form, number = STEPS[name], view.file.file.number
        fields = form.fields(others)
        answers = self._answers(request, fields)
        back = request.url.path.rpartition("/")[0]
        if answers is None:
            return self._shown(
                request, fields, title=form.title, number=number, effect=form.effect, back=back
            )
        return self._propose(
            request,
            form.act(view.file.file, answers),
            title=form.title,
            number=number,
            back=back,
            second=answers["second"] if name == "consent" else "",
        )

    def _answers(self, request: Request, fields: Sequence[Field]) -> Answers | None:
        """What was filled in without a fault; None where the form is to be shown."""
        if request.method != "POST":
            return None
        answers = Answers.read(fields, self._frame.form(request))
        request.state.answers = answers
        return None if answers.faults else answers

    def _shown(self, request: Request, fields: Sequence[Field], **context: Any) -> Response:
        answers = getattr(request.state, "answers", None) or Answers.initial(fields)
        status = 400 if answers.faults else 200
        given = {"number": "", "back": LIST} | context
        return self._frame.render(
            request, "complaint_act.html", status=status, fields=fields, answers=answers, **given
        )

    def _propose(
        self,
        request: Request,
        body: pb.Supervision,
        *,
        title: str,
        number: str,
        back: str = LIST,
        second: str = "",
    ) -> Response:
        shown = {"编号": number, "effects": ["投诉举报不是信用信息, 也不公开。"]}
        return self._frame.acts.propose(request, body, title=title, back=back, shown=shown, second=second)

    def _view(self, request: Request) -> tuple[GetFileResponse, Departments]:
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        opener, number = departments.code(request.path_params["opener"]), request.path_params["number"]
        try:
            return registry.supervision.file(pb.FILE_KIND_COMPLAINT, opener, number), departments
        except RegistryCallError as error:
            if error.reason == "FILE_UNKNOWN":
                raise PageError(404, "没有这一卷宗, 或者不由本部门查阅。") from None
            raise

    def _waiting_for(self, request: Request) -> tuple[Any, ...]:
        official = self._frame.official(request)
        return _waiting(self._frame.registry(request)) if takes_acts(official) else ()

    def _others(self, request: Request, official: Official) -> dict[str, str]:
        """The other custodians of the department, where the reader is one; empty otherwise."""
        asked_for = ListComplaintDesksRequest(department=official.department)
        told = self._frame.registry(request).call(ComplaintServiceStub, "ListComplaintDesks", asked_for)
        keys: list[SealingKey] = [key for desk in told.desks for key in desk.keys]
        known = {key.official_id: f"{key.official_id} {key.section}" for key in keys}
        return (
            {i: word for i, word in known.items() if i != official.official_id}
            if (official.official_id in known)
            else {}
        )


def _waiting(registry: Registry) -> tuple[Any, ...]:
    """What waits in the inbox; nothing where the registry has none."""
    try:
        return tuple(lodgings(registry).lodgings)
    except RegistryCallError as error:
        if error.reason == "EVIDENCE_NOT_AVAILABLE":
            return ()
        raise


def _said(answers: Answers) -> dict[str, Any]:
    said: dict[str, Any] = said_of(answers)
    if answers["subject_code"]:
        said["subject"] = firm_of(answers["subject_code"], answers["subject_name"])
    return said


def mark_of(public_key: bytes) -> str:
    """How people compare a key, as ``registryctl custodian list`` shows it."""
    text = sha256(public_key).hexdigest()[:32].upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
