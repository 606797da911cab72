"""Oversight (监督): who asked about natural persons, and how the log and what keeps it are doing.

The query log is the auditor's. It is asked by post, with a reason: a person's number stands in no address,
and reading the log is itself logged. Everybody with a role here sees the log's health: its size, the last
signed checkpoint, witnesses, time stamps, and how fresh each source is.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import audit_service_pb2 as pb
from registry_client.words import PAPERS
from registry_web.console.desk import PageError
from registry_web.console.pages import one_page
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments, Frame

_FIELDS = [
    Field("reason", "审计事项", hint="为何查阅, 如 2026年第四季度查询日志检查; 记入日志。"),
    Field("caller", "查询方身份", required=False, hint="如证书所载, registry://…"),
    Field("paper", "证件类型", "choice", required=False, choices=choices_of(PAPERS), value="2"),
    Field("number", "自然人证件号码", required=False, hint="只用于比对, 不出现在网址中。"),
    Field("from", "自", "day", required=False),
    Field("until", "至(含当日)", "day", required=False),
]


class AuditPages:
    """The pages of oversight."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            self._frame.route("/audit/queries", self.queries, ("GET", "POST")),
            self._frame.route("/audit/health", self.health),
        ]

    def queries(self, request: Request) -> Response:
        """The query log, a page at a time."""
        if self._frame.official(request).role != "auditor":
            raise PageError(403, "查询日志只供审计人员查阅。")
        answers, page = Answers.initial(_FIELDS), None
        if request.method == "POST":
            form = self._frame.form(request)
            answers = Answers.read(_FIELDS, form)
            if not answers.faults:
                asked = pb.ListQueriesRequest(
                    caller=answers["caller"],
                    until=answers["until"],
                    page_size=one_page.ROWS,
                    page_token=str(form.get("after", ""))[:400],
                    reason=answers["reason"],
                )
                setattr(asked, "from", answers["from"])
                if answers["number"]:
                    asked.subject.type = answers.number("paper")  # type: ignore[assignment]
                    asked.subject.value = answers["number"]
                page = one_page.queries(self._frame.registry(request), asked)
        return self._frame.render(
            request,
            "queries.html",
            status=400 if answers.faults else 200,
            fields=_FIELDS,
            answers=answers,
            page=page,
            departments=Departments.of(self._frame.registry(request)),
        )

    def health(self, request: Request) -> Response:
        """How the log is doing."""
        registry = self._frame.registry(request)
        return self._frame.render(
            request,
            "health.html",
            health=one_page.health(registry),
            note=registry.checkpoint(),
            departments=Departments.of(registry),
            audits=self._frame.official(request).role == "auditor",
        )
