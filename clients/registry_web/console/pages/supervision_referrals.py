"""Referrals (告知移送): what was told to the department, what it told others, and each step as a form.

    /supervision/referrals                          told to the department; ?sent=1 those it sent
    /supervision/referrals/new                      a referral; ?kind=, of=, number= say whence it comes
    /supervision/referrals/at/{sender}/{number}     one: what was told, when it was read, its steps and clocks
    /supervision/referrals/at/…/{step}              the form of a step (``referral_forms``)
    /supervision/urge/{kind}/{opener}/{number}      督办 of a file of any kind
    /supervision/referrals/numbers                  in numbers: who oversees has everybody's

Departments are named by the numbers of their registrations (``framing``). Steps are offered to the department
whose they are, and to nobody else.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import supervision_pb2 as pb
from registry_client.errors import RegistryCallError
from registry_client.supervision.referral_words import REFERRAL_KINDS
from registry_client.supervision.referrals import act_of, state_of, statistics
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages.form_page import require_handler
from registry_web.console.pages.forms import Answers
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.referral_forms import (
    STEPS,
    Held,
    StepForm,
    may_urge,
    offered,
)
from registry_web.console.pages.referral_telling import telling_fields, telling_of
from registry_web.console.pages.referral_timeline import timeline
from registry_web.console.pages.supervision import address_of, files_listed, takes_acts

LIST = "/supervision/referrals"


class ReferralPages:
    """The pages of referrals, and of urging."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(LIST, self.list),
            route(f"{LIST}/new", self.tell, both),
            route(f"{LIST}/numbers", self.numbers),
            route(f"{LIST}/at/{{sender}}/{{number}}", self.one),
            route(f"{LIST}/at/{{sender}}/{{number}}/{{step}}", self.step, both),
            route("/supervision/urge/{kind}/{sender}/{number}", self.urge, both),
        ]

    def list(self, request: Request) -> Response:
        """A page of them, the one sent last first."""
        sent = asked(request, "sent") == "1"
        return self._frame.render(
            request,
            "referrals.html",
            **files_listed(self._frame, request, pb.FILE_KIND_REFERRAL, told_to=not sent),
            sent=sent,
            kind_word=kind_word,
            state_of=state_of,
        )

    def numbers(self, request: Request) -> Response:
        """What became of them, in numbers."""
        registry = self._frame.registry(request)
        counts = statistics(registry, first=asked(request, "from"), last=asked(request, "until")).counts
        return self._frame.render(
            request,
            "referral_numbers.html",
            counts=counts,
            first=asked(request, "from"),
            last=asked(request, "until"),
            departments=Departments.of(registry),
            kind_word=kind_word,
        )

    def one(self, request: Request) -> Response:
        """One referral."""
        held = self._held(request, pb.FILE_KIND_REFERRAL)
        file = held.file
        return self._frame.render(
            request,
            "referral.html",
            held=held,
            file=file,
            state=state_of(file),
            kind=kind_word(file.variant),
            read=act_of(file, "receipt"),
            timeline=list(timeline(held)),
            steps=offered(held),
            forms=STEPS,
            address=request.url.path,
            address_of=address_of,
            onward=onward_query(held),
        )

    def step(self, request: Request) -> Response:
        """The form of a step of a referral."""
        held = self._held(request, pb.FILE_KIND_REFERRAL)
        name = request.path_params["step"]
        if name not in STEPS or name not in offered(held):
            raise PageError(409, "现在不能办理这一步骤。")
        return self._form(request, held, STEPS[name], request.url.path.rpartition("/")[0])

    def urge(self, request: Request) -> Response:
        """The form by which a file of any kind is urged."""
        kind = request.path_params["kind"]
        held = self._held(request, int(kind) if kind.isdecimal() and len(kind) < 4 else 0)
        if not may_urge(held):
            raise PageError(409, "现在不能督办这一卷宗: 没有其他部门逾期的步骤, 或者不由本部门督办。")
        return self._form(request, held, STEPS["urge"], "/supervision")

    def _form(self, request: Request, held: Held, form: StepForm, back: str) -> Response:
        fields = form.fields(held)
        answers = Answers.initial(fields)
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "referral_act.html",
                status=400 if answers.faults else 200,
                title=form.title,
                effect=form.effect,
                number=held.file.file.number,
                fields=fields,
                answers=answers,
                back=back,
            )
        shown = {"编号": held.file.file.number, "effects": [form.effect]}
        return self._frame.acts.propose(
            request, form.act(held, answers), title=form.title, back=back, shown=shown
        )

    def tell(self, request: Request) -> Response:
        """The form of a referral."""
        require_handler(self._frame, request)
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        known = {f"source_{name}": asked(request, name, 64) for name in ("kind", "of", "number")}
        fields = telling_fields(departments, official.department, known)
        answers, body = Answers.initial(fields), None
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
            body = telling_of(departments, answers) if not answers.faults else None
        if body is None or answers.faults:
            return self._frame.render(
                request,
                "referral_act.html",
                status=400 if answers.faults else 200,
                title="告知移送",
                effect="移送不是信用信息, 也不公开; 只有接收部门作出并登记的决定才进入信用记录。",
                number="",
                fields=fields,
                answers=answers,
                back=LIST,
            )
        shown = {"接收部门": departments.name(body.to), "effects": ["接收部门收到告知, 应依期限签收、受理。"]}
        act = pb.Supervision(referral=body)
        return self._frame.acts.propose(request, act, title="告知移送", back=LIST, shown=shown)

    def _held(self, request: Request, kind: int) -> Held:
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        opener = departments.code(request.path_params["sender"])
        number = request.path_params["number"]
        try:
            view = registry.supervision.file(kind, opener, number)  # type: ignore[arg-type]
        except RegistryCallError as error:
            if error.reason == "FILE_UNKNOWN":
                raise PageError(404, "没有这一卷宗, 或者不由本部门查阅。") from None
            raise
        own = departments.entry(official.department) if takes_acts(official) else None
        return Held(view, departments, own, official.role == "registrar")


def kind_word(kind: int) -> str:
    """What kind of referral it is."""
    return word_of(REFERRAL_KINDS, kind)


def onward_query(held: Held) -> str:
    """The address at which the reader refers it on."""
    reference = held.file.file
    of = held.departments.number(reference.department)
    return f"{LIST}/new?kind={reference.kind}&of={of}&number={quote(reference.number, safe='')}"
