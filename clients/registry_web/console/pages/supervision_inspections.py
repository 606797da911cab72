"""The supervision log (监管日志): visits, their results, publication, checks of what was ordered.

    /supervision/inspections                              a page of them, the one recorded last first
    /supervision/inspections/new                          a visit; ?cause=, source=, of= say what it follows
    /supervision/inspections/at/{department}/{number}     one: record, clocks, steps, what came of it
    /supervision/inspections/at/…/publish, /rectify       the forms of the two steps

A visit is signed by whoever fills in the form, and then by the other inspector (``act_seconds``). Departments
are named by the numbers of their registrations (``framing``). Steps are offered to the department whose the
inspection is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.domain.files import ACT_NAMES, ACT_NUMBERS
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, GetFileResponse, SupervisionFile
from registry_client.errors import RegistryCallError
from registry_client.supervision.inspection_words import INSPECTION_CAUSES, INSPECTION_RESULTS
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.pages.evidence_fields import EvidenceGiven, evidence_given
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.inspection_forms import (
    FINDINGS,
    finding_fields,
    may_sign_second,
    publication_fields,
    publication_of,
    recheck_fields,
    recheck_of,
    visit_fields,
    visit_of,
)
from registry_web.console.pages.supervision import address_of, files_listed, takes_acts
from registry_web.console.readable import Line, lines_of
from registry_web.console.supervision_words import ACTS

LIST = "/supervision/inspections"


@dataclass(frozen=True, slots=True)
class Held:
    """An inspection as the reader sees it; ``own``: it is his department's, and he may act in it."""

    view: GetFileResponse
    departments: Departments
    own: bool

    @property
    def file(self) -> SupervisionFile:
        """It."""
        return self.view.file


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: its title, its fields, the act that comes of it, what follows."""

    title: str
    fields: Callable[[], list[Field]]
    act: Callable[[pb.FileReference, Answers, EvidenceGiven], pb.Supervision]
    effect: str
    takes_evidence: bool = False


STEPS = {
    "publish": StepForm(
        "公示检查结果",
        publication_fields,
        lambda file, answers, _given: publication_of(file, answers),
        "结果公示后列入公众可以查阅的检查结果; 只公示一次, 有误的另作跟踪检查。",
    ),
    "rectify": StepForm(
        "整改复查",
        recheck_fields,
        lambda file, answers, given: recheck_of(file, answers, given.items),
        "整改到位的, 这次检查的整改即告完成; 没有到位的, 另定改正期限。",
        takes_evidence=True,
    ),
}


class InspectionPages:
    """The pages of the supervision log."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(LIST, self.list),
            route(f"{LIST}/new", self.visit, both),
            route(f"{LIST}/at/{{opener}}/{{number}}", self.one),
            route(f"{LIST}/at/{{opener}}/{{number}}/{{step}}", self.step, both),
        ]

    def list(self, request: Request) -> Response:
        """A page of them."""
        return self._frame.render(
            request,
            "inspections.html",
            **files_listed(self._frame, request, pb.FILE_KIND_INSPECTION),
            result_of=result_of,
            published_on=published_on,
            rectification_of=rectification_of,
        )

    def visit(self, request: Request) -> Response:
        """The form of a visit; posted without fault it becomes an act that the other inspector signs too."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        if not takes_acts(official):
            raise PageError(403, "检查由经办人员登记。")
        departments = Departments.of(registry)
        others = may_sign_second(registry.officials(official.department), official)
        known = {name: asked(request, name, 64) for name in ("cause", "source", "source_of", "matter")}
        fields = visit_fields(departments, official, others, known)
        answers, given = Answers.initial(fields), EvidenceGiven()
        if request.method == "POST":
            given = self._evidence(request, official.department, self._frame.form(request).get("number", ""))
            answers = Answers.read(fields, self._frame.form(request))
            visit = visit_of(answers, official, departments, given.items)
            if given.fault:
                answers.fault("evidence", "证据材料", given.fault)
            if not answers.faults:
                return self._frame.acts.propose(
                    request,
                    pb.Supervision(inspection=visit),
                    title="登记检查",
                    back=LIST,
                    second=answers["second"],
                    shown=_shown(visit, given, departments),
                )
        return self._frame.render(
            request,
            "inspection_act.html",
            status=400 if answers.faults else 200,
            title="登记检查",
            effect="检查记录由两名检查人员签名后记入日志; 检查记录不是信用信息。",
            number="",
            fields=[each for each in fields if each not in tuple(finding_fields())],
            findings=_findings(answers),
            answers=answers,
            evidence=given,
            takes_evidence=True,
            back=LIST,
        )

    def one(self, request: Request) -> Response:
        """One inspection."""
        held = self._held(request)
        return self._frame.render(
            request,
            "inspection.html",
            held=held,
            file=held.file,
            cause=word_of(INSPECTION_CAUSES, held.file.variant),
            timeline=list(timeline(held)),
            steps=offered(held),
            forms=STEPS,
            address=request.url.path,
            address_of=address_of,
            outside=held.file.acts[0].outside_findings,
            telling=_following(held, "/supervision/referrals/new?kind={kind}&of={of}&number={number}"),
            follow_up=_following(held, LIST + "/new?cause=6&source={number}&matter={matter}"),
        )

    def step(self, request: Request) -> Response:
        """The form of a step of an inspection."""
        held, name = self._held(request), request.path_params["step"]
        if name not in STEPS or name not in offered(held):
            raise PageError(409, "现在不能办理这一步骤。")
        form, back = STEPS[name], request.url.path.rpartition("/")[0]
        fields = form.fields()
        answers, given = Answers.initial(fields), EvidenceGiven()
        if request.method == "POST":
            if form.takes_evidence:
                given = self._evidence(request, held.file.file.department, held.file.file.number)
            answers = Answers.read(fields, self._frame.form(request))
            if given.fault:
                answers.fault("evidence", "证据材料", given.fault)
            if not answers.faults:
                act = form.act(held.file.file, answers, given)
                shown = {"检查编号": held.file.file.number, "effects": [form.effect]}
                return self._frame.acts.propose(request, act, title=form.title, back=back, shown=shown)
        return self._frame.render(
            request,
            "inspection_act.html",
            status=400 if answers.faults else 200,
            title=form.title,
            effect=form.effect,
            number=held.file.file.number,
            fields=fields,
            findings=(),
            answers=answers,
            evidence=given,
            takes_evidence=form.takes_evidence,
            back=back,
        )

    def _evidence(self, request: Request, department: str, number: Any) -> EvidenceGiven:
        file = pb.FileReference(
            kind=pb.FILE_KIND_INSPECTION,
            department=department,
            number=number if isinstance(number, str) else "",
        )
        return evidence_given(self._frame.form(request), self._frame.registry(request), file)

    def _held(self, request: Request) -> Held:
        registry, official = self._frame.registry(request), self._frame.official(request)
        departments = Departments.of(registry)
        opener = departments.code(request.path_params["opener"])
        number = request.path_params["number"]
        try:
            view = registry.supervision.file(pb.FILE_KIND_INSPECTION, opener, number)
        except RegistryCallError as error:
            if error.reason == "FILE_UNKNOWN":
                raise PageError(404, "没有这一卷宗, 或者不由本部门查阅。") from None
            raise
        return Held(view, departments, opener == official.department and takes_acts(official))


def _findings(answers: Answers) -> list[tuple[int, list[Field], bool]]:
    """The fields of each finding, and whether it is shown open: the first, and what was filled in."""
    fields = list(finding_fields())
    size = len(fields) // FINDINGS
    groups = [fields[start : start + size] for start in range(0, len(fields), size)]
    return [
        (place, group, place == 1 or any(answers[each.name] for each in group))
        for place, group in enumerate(groups, 1)
    ]


def offered(held: Held) -> tuple[str, ...]:
    """What the reader may do in an inspection now."""
    if not held.own:
        return ()
    found = [] if published_on(held.file) else ["publish"]
    ordered, done = held.file.acts[0].until, rectification_of(held.file)[1]
    return (*found, *(["rectify"] if ordered and not done else []))


def published_on(file: SupervisionFile) -> str:
    """The day on which the result was published; empty while it is not."""
    wanted = ACT_NUMBERS["result_publication"]
    return next((act.on for act in file.acts if act.act == wanted), "")


def rectification_of(file: SupervisionFile) -> tuple[str, str]:
    """By when is to be rectified what was ordered, and the day on which it was found done."""
    last, done = file.acts[0].until, ""
    for act in file.acts:
        if act.act == ACT_NUMBERS["rectification"]:
            last, done = act.until or last, act.on if act.result else ""
    return last, done


def result_of(file: SupervisionFile) -> str:
    """The first result, in a word."""
    return word_of(INSPECTION_RESULTS, file.acts[0].result)


def timeline(held: Held) -> Iterator[dict[str, Any]]:
    """The acts of an inspection, with what was signed for whoever may have it."""
    texts = {each.position: each.statement.envelope.payload for each in held.view.statements}
    for act in held.file.acts:
        name = ACT_NAMES[act.act]
        yield {"word": ACTS.get(name, name), "act": act, "lines": _lines(texts.get(act.position), act)}


def _lines(payload: bytes | None, _act: FileAct) -> tuple[Line, ...]:
    if not payload:
        return ()
    try:
        statement = Statement.FromString(payload)
    except DecodeError:
        return ()
    return tuple(line for line in lines_of(statement) if line.depth)


def _following(held: Held, address: str) -> str:
    """The address of a form that goes on from an inspection; empty for whoever does not act in it."""
    if not held.own:
        return ""
    file = held.file
    return address.format(
        kind=file.file.kind,
        of=held.departments.number(file.file.department),
        number=quote(file.file.number, safe=""),
        matter=quote(file.matter, safe=""),
    )


def _shown(visit: pb.Inspection, given: EvidenceGiven, departments: Departments) -> dict[str, Any]:
    """What the signers are told beside the record."""
    effects = ["两名检查人员都签名后才提交; 记入监管日志, 不是信用信息。", "结果应在20个工作日内公示。"]
    if any(each.outside_remit for each in visit.findings):
        effects.append("有超出本部门职责的发现, 应在期限内告知有关部门。")
    if visit.rectify_by:
        effects.append("改正期限届满后应当复查。")
    warnings = ["登记系统没有设置证据库, 只登记证据材料的摘要。"] if given.digest_only else []
    source = f"{departments.name(visit.source.department)} {visit.source.number}".strip()
    return {"effects": effects, "warnings": warnings, **({"来源": [source]} if source else {})}
