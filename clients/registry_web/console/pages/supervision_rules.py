"""Rules of supervision (监管制度): drafts, reviews, filings and checks, each step offered to whose it is.

    /supervision/rules                          those that the reader may read; ?state= where they stand
    /supervision/rules/new                      a draft
    /supervision/rules/at/{department}/{number}          one; …/review, …/file, …/check are its steps

A draft is read by who drafted it, by 法制部门, by 机构编制部门 and by who oversees; the registry shows others
what is filed. ``offered`` says which steps the reader's department may take; the registry decides all the
same.

Example: 机构编制办 sees 备案 at a rule that was found lawful, and 检查 once it is filed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import matter_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.supervision.matter_words import CHECK_MANNERS, RULE_STATES
from registry_client.words import word_of
from registry_web.console.desk import PageError
from registry_web.console.official import Official
from registry_web.console.pages import rule_forms as forms
from registry_web.console.pages.form_page import address_of, answers_of, form_page, require_handler
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.one_page import ROWS
from registry_web.console.pages.supervision import takes_acts

LIST = "/supervision/rules"
ESTABLISHMENT, JUSTICE = "establishment", "justice"
_TONES = {
    service.RULE_STATE_DRAFTED: "warn",
    service.RULE_STATE_UNLAWFUL: "bad",
    service.RULE_STATE_REVIEWED: "info",
    service.RULE_STATE_FILED: "good",
}


@dataclass(frozen=True, slots=True)
class RuleStep:
    """A step: its name, what it asks for, the act that comes of it, what follows."""

    title: str
    fields: Callable[[], list[Field]]
    act: Callable[[pb.FileReference, Answers], pb.Supervision]
    effect: str


STEPS: Mapping[str, RuleStep] = {
    "review": RuleStep(
        "合法性审查", forms.review_fields, forms.review_of, "不合法的, 不能备案, 由起草部门另用编号重新起草。"
    ),
    "file": RuleStep(
        "备案", forms.filing_fields, forms.filing_of, "自备案日期起适用, 这些事项的检查结果可以登记。"
    ),
    "check": RuleStep(
        "检查", forms.check_fields, forms.check_of, "发现问题的写明整改期限, 逾期计入应办事项。"
    ),
}


def offered(entry: service.RuleEntry, official: Official, kinds: frozenset[str]) -> list[str]:
    """The steps that the reader's department may take now."""
    if not official.signs:
        return []
    own = entry.file.department == official.department
    if entry.state == service.RULE_STATE_DRAFTED:
        return ["review"] if official.has("LEGAL_REVIEWER") and (own or JUSTICE in kinds) else []
    if ESTABLISHMENT not in kinds or not takes_acts(official):
        return []
    following = {service.RULE_STATE_REVIEWED: ["file"], service.RULE_STATE_FILED: ["check"]}
    return following.get(entry.state, [])


class RulePages:
    """The pages of rules."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(LIST, self.listing),
            route(f"{LIST}/new", self.draft, both),
            route(f"{LIST}/at/{{department}}/{{number}}", self.one),
            route(f"{LIST}/at/{{department}}/{{number}}/{{step}}", self.step, both),
        ]

    def listing(self, request: Request) -> Response:
        """A page of rules, the one drafted last first."""
        registry, state = self._frame.registry(request), asked(request, "state")
        departments = Departments.of(registry)
        listed = service.ListRulesRequest(
            department=departments.code(asked(request, "department")),
            state=int(state) if state in {str(value) for value in RULE_STATES.values()} else 0,  # type: ignore[arg-type]
            page_size=ROWS,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "rules.html",
            page=registry.supervision.matters.rules_page(listed),
            departments=departments,
            department=asked(request, "department"),
            state=state,
            states=RULE_STATES,
            state_of=state_of,
            signs=takes_acts(self._frame.official(request)),
            at=address_of,
        )

    def one(self, request: Request) -> Response:
        """One rule."""
        entry, departments = self._entry(request)
        official = self._frame.official(request)
        return self._frame.render(
            request,
            "rule.html",
            entry=entry,
            departments=departments,
            steps=[(name, STEPS[name].title) for name in self._offered(entry, official, departments)],
            state_of=state_of,
            manner_of=lambda value: word_of(CHECK_MANNERS, value),
            address=request.url.path,
            at=address_of,
        )

    def _offered(self, entry: service.RuleEntry, official: Official, departments: Departments) -> list[str]:
        own = departments.entry(official.department)
        return offered(entry, official, frozenset(own.registration.kinds if own is not None else ()))

    def step(self, request: Request) -> Response:
        """The form of a step of a rule."""
        entry, departments = self._entry(request)
        name = request.path_params["step"]
        if name not in self._offered(entry, self._frame.official(request), departments):
            raise PageError(409, "现在不能办理这一步骤。")
        step, back = STEPS[name], request.url.path.rpartition("/")[0]
        fields = step.fields()
        answers = answers_of(self._frame, request, fields)
        if request.method != "POST" or answers.faults:
            shown = (fields, answers)
            return form_page(
                self._frame, request, title=step.title, effect=step.effect, back=back, fields=shown
            )
        told = {"制度": entry.rule.title, "起草部门": entry.department_name, "effects": [step.effect]}
        body = step.act(entry.file, answers)
        return self._frame.acts.propose(request, body, title=step.title, back=back, shown=told)

    def draft(self, request: Request) -> Response:
        """The form of a draft; posted without fault its text goes into the evidence store."""
        require_handler(self._frame, request)
        fields, title = forms.rule_fields(), "起草监管制度"
        answers = answers_of(self._frame, request, fields)
        if request.method != "POST" or answers.faults:
            effect = "草案送法制部门合法性审查, 再报机构编制部门备案; 没有备案的制度, 检查结果不能登记。"
            return form_page(
                self._frame, request, title=title, effect=effect, back=LIST, fields=(fields, answers)
            )
        rule = forms.rule_of(answers)
        if not rule.text.place:
            self._keep(request, rule, answers["text"])
        told = {"制度": rule.title}
        return self._frame.acts.propose(
            request, pb.Supervision(rule=rule), title=title, back=LIST, shown=told
        )

    def _keep(self, request: Request, rule: pb.SupervisionRule, text: str) -> None:
        """Puts the text of a draft into the evidence store. Raises RegistryCallError."""
        department = self._frame.official(request).department
        file = pb.FileReference(kind=pb.FILE_KIND_RULE, department=department, number=rule.number)
        self._frame.registry(request).supervision.evidence.upload_bytes(
            text.encode(), file, media_type=rule.text.media_type, title=rule.text.title
        )

    def _entry(self, request: Request) -> tuple[service.RuleEntry, Departments]:
        """The rule of an address. Raises PageError."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        department, number = (
            departments.code(request.path_params["department"]),
            request.path_params["number"],
        )
        found = registry.supervision.matters.rules(department=department)
        entry = next((each for each in found if each.file.number == number), None)
        if entry is None:
            raise PageError(404, "没有这一监管制度, 或者尚未备案。")
        return entry, departments


def state_of(entry: service.RuleEntry) -> tuple[str, str]:
    """Where a rule stands, and how it is shown."""
    return word_of(RULE_STATES, entry.state), _TONES.get(entry.state, "")
