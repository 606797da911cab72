"""Risk monitoring (风险监测): indicators with what they count now, alerts, and each step as a form.

    /supervision/risk                               indicators; figures by them for who oversees; alerts
    /supervision/risk?open=1                        only alerts that are not answered
    /supervision/risk/at/{operator}/{number}        an alert: what it is of, what was done, its clocks
    /supervision/risk/at/…/{step}                   签收 (receive) and 答复 (answer), for who is in charge

Figures are of regions, trades and matters; of organisations only those stand here that reached the threshold,
by their codes, and nobody is given marks. An alert leads to no record and no verdict.

Example: 市场监管局 finds YJ-20261123-… to be read; it receives it, inspects, and answers with the inspection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.domain.files import ACT_NAMES, ACT_NUMBERS
from registry.v1 import monitoring_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.instants import today
from registry_client.supervision import monitoring
from registry_client.supervision.risk_words import INDICATOR_GROUPINGS, INDICATOR_KINDS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.official import Official
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision import address_of, oversees, takes_acts

LIST = "/supervision/risk"
FIGURES_FOR = frozenset({"registrar", "auditor"})
_RECEIPT, _ANSWER = ACT_NUMBERS["receipt"], ACT_NUMBERS["alert_answer"]
STEPS: Mapping[str, tuple[str, str]] = {
    "receive": ("签收预警", "签收之日即阅看之日, 记入日志, 作为责任追究的依据。"),
    "answer": ("答复预警", "答复由登记机关和审计查看; 预警和答复都不是信用信息, 不据以限制任何主体。"),
}
"""The title of each step, and what follows from it."""


class RiskPages:
    """The pages of risk monitoring."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route(LIST, self.list),
            route(f"{LIST}/at/{{operator}}/{{number}}", self.one),
            route(f"{LIST}/at/{{operator}}/{{number}}/{{step}}", self.step, ("GET", "POST")),
        ]

    def list(self, request: Request) -> Response:
        """Indicators, and a page of alerts."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        wanted = service.ListAlertsRequest(
            indicator=asked(request, "indicator", 64),
            unanswered_only=asked(request, "open") == "1",
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        counted = monitoring.figures(registry) if official.role in FIGURES_FOR else None
        return self._frame.render(
            request,
            "risk.html",
            indicators=monitoring.indicators(registry),
            figures={each.file.number: each for each in counted.indicators} if counted else {},
            counted=counted,
            page=monitoring.alert_page(registry, wanted),
            indicator=wanted.indicator,
            open_only=wanted.unanswered_only,
            oversees=oversees(official, departments),
            departments=departments,
            kind_word=kind_word,
            grouping_word=grouping_word,
            group_text=lambda alert: group_text(alert, departments),
            figure_text=lambda group: group_of(group, departments),
            state_of=monitoring.state_of,
            address_of=address_of,
            keep=f"{'open=1&' if wanted.unanswered_only else ''}",
        )

    def one(self, request: Request) -> Response:
        """One alert."""
        entry, departments, official = self._entry(request)
        return self._frame.render(
            request,
            "risk_alert.html",
            entry=entry,
            alert=entry.alert,
            state=monitoring.state_of(entry),
            departments=departments,
            group=group_text(entry.alert, departments),
            grouping=grouping_word(entry.alert.grouping),
            timeline=list(timeline(entry, departments)),
            steps=offered(entry, official),
            forms=STEPS,
            address=request.url.path,
            address_of=address_of,
        )

    def step(self, request: Request) -> Response:
        """The form of a step; posted without fault it becomes an act."""
        entry, departments, official = self._entry(request)
        name = request.path_params["step"]
        if name not in offered(entry, official):
            raise PageError(409, "现在不能办理这一步骤。")
        fields = answer_fields(departments) if name == "answer" else []
        answers = Answers.initial(fields)
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
        title, effect = STEPS[name]
        back = request.url.path.rpartition("/")[0]
        if request.method != "POST" or answers.faults:
            return self._frame.render(
                request,
                "risk_act.html",
                status=400 if answers.faults else 200,
                title=title,
                effect=effect,
                number=entry.alert.number,
                fields=fields,
                answers=answers,
                back=back,
            )
        act = (
            answer_of(entry, answers, departments, official.department)
            if name == "answer"
            else pb.Supervision(receipt=pb.FileReceipt(file=entry.file.file))
        )
        shown = {"编号": entry.alert.number, "effects": [effect]}
        return self._frame.acts.propose(request, act, title=title, back=back, shown=shown)

    def _entry(self, request: Request) -> tuple[service.AlertEntry, Departments, Official]:
        registry, official = self._frame.registry(request), self._frame.official(request)
        entry = monitoring.alert(registry, request.path_params["number"])
        if entry is None:
            raise PageError(404, "没有这一预警, 或者不由本部门查阅。")
        return entry, Departments.of(registry), official


def offered(entry: service.AlertEntry, official: Official) -> tuple[str, ...]:
    """What an official may do about an alert now, the next step first; an answer may be supplemented."""
    if not takes_acts(official) or official.department != entry.alert.in_charge:
        return ()
    done = {act.act for act in entry.file.acts}
    return ("answer",) if done & {_RECEIPT, _ANSWER} else ("receive", "answer")


def answer_fields(departments: Departments) -> list[Field]:
    """What an answer asks for."""
    everybody = {str(each.position): each.registration.name for each in departments.entries}
    return [
        Field("measure", "处置措施", "area", rows=5, hint="不写个人信息。"),
        Field("inspection", _of("随后的检查", "编号"), required=False, hint="开展了检查并已登记的填写。"),
        Field("inspected_by", _of("随后的检查", "部门"), "choice", required=False, choices=everybody),
        Field("on", "处置日期", "day", value=today().isoformat()),
    ]


def _of(whole: str, part: str) -> str:
    """A label in two pieces, each of which is translated."""
    return f"{whole}|{part}"


def answer_of(
    entry: service.AlertEntry, answers: Answers, departments: Departments, own: str
) -> pb.Supervision:
    """The answer that was filled in."""
    body = pb.AlertAnswer(file=entry.file.file, measure_taken=answers["measure"], on=answers["on"])
    if answers["inspection"]:
        body.inspection.kind = pb.FILE_KIND_INSPECTION
        body.inspection.department = departments.code(answers["inspected_by"]) or own
        body.inspection.number = answers["inspection"]
    return pb.Supervision(alert_answer=body)


def timeline(entry: service.AlertEntry, departments: Departments) -> Iterator[dict[str, Any]]:
    """What was done, in words; of the answer the text of the last, for whoever may have it."""
    answers = [act.position for act in entry.file.acts if act.act == _ANSWER]
    for act in entry.file.acts:
        name = ACT_NAMES[act.act]
        facts: Sequence[tuple[str, str]] = [("处置日期", act.on)] if name == "alert_answer" else []
        if answers and act.position == answers[-1] and entry.answer.measure_taken:
            facts = [*facts, ("处置措施", entry.answer.measure_taken)]
        linked = act.linked if name == "alert_answer" and act.linked.kind else None
        yield {
            "word": _WORDS.get(name, name),
            "by": "登记系统" if name == "risk_alert" else departments.name(act.department),
            "act": act,
            "facts": facts,
            "linked": linked.number if linked else "",
            "place": address_of(linked, departments) if linked else "",
        }


def kind_word(kind: int) -> str:
    """What kind of indicator it is."""
    return word_of(INDICATOR_KINDS, kind)


def grouping_word(grouping: int) -> str:
    """By what it tells things apart."""
    return word_of(INDICATOR_GROUPINGS, grouping)


def group_text(alert: pb.RiskAlert, departments: Departments) -> str:
    """The group of an alert; of a matter with the name of its department."""
    return group_of(alert.group, departments)


def group_of(group: str, departments: Departments) -> str:
    """A group in words: a matter is told by its department's name and its number."""
    department, _, number = group.rpartition("/")
    return f"{departments.name(department)} {number}" if department else group


_WORDS: Mapping[str, str] = {
    "risk_alert": "产生预警",
    "receipt": "签收",
    "alert_answer": "答复",
    "urging": "督办",
}
