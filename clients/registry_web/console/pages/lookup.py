"""Looking a subject up (主体查询): may it take part, why (not), and what is recorded, for a purpose.

Everything is posted; reference and reason are required for everybody, and go with a natural person into the
query log. What may be asked is what the reader's department may ask (``registry.access.policy``): verdicts in
its domains and records; the registrar sees records. The receipt comes with the answer and is handed over as a
file, as it travelled or as a PDF; it is kept nowhere here.

Example: 政府采购, 91130900DEM0000014, reference ZC-2026-18: 未见限制, with what was examined.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Any
from urllib.parse import quote

from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.domain.identifiers import mask, normalise
from registry.v1 import receipt_pb2 as receipts
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Identifier
from registry_client import Question
from registry_client.receipts import Receipt
from registry_client.words import DOMAINS, IDENTIFIERS, ROLES, TENDERS
from registry_papers import PaperError
from registry_papers.answers import Printing, answer_paper
from registry_web.console.desk import PageError
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments, Frame

_DOMAINS = (
    subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_BUSINESS,
    subject_pb2.DOMAIN_FINANCING, subject_pb2.DOMAIN_GENERAL, subject_pb2.DOMAIN_SUPERVISION,
)  # fmt: skip
_MOST_RECEIPT = 4_000_000
_NOTHING: dict[str, Any] = {
    "check": None, "explanation": None, "record": None, "receipt": "", "proof": None, "shown": "",
}  # fmt: skip


def fields_for(role: str) -> list[Field]:
    """What is asked for of a reader in a role."""
    what = {"check": "能否参与(结论)", "explain": "结论的依据(逐步)", "record": "信用档案"}
    if role == "registrar":
        what = {"record": "信用档案"}
    return [
        Field("what", "查询内容", "radio", choices=what, value=next(iter(what))),
        Field("paper", "证件类型", "choice", choices=choices_of(IDENTIFIERS), value="1"),
        Field("code", "代码或者证件号码", hint="只在提交的内容中传送, 不出现在网址和日志中。"),
        Field("domain", "领域", "choice", choices=choices_of(DOMAINS, only=_DOMAINS), value="5"),
        Field("role", "以何种身份参与", "choice", required=False, choices=choices_of(ROLES), value="1"),
        Field("tender", "项目是否依法必须招标", "choice", required=False, choices=choices_of(TENDERS)),
        Field("region", "地区代码", required=False, hint="GB/T 2260 六位"),
        Field("reference", "案号、项目或者申请编号"),
        Field("reason", "查询事由", hint="查询自然人的, 与编号一并写入查询日志。"),
        Field("receipt", "要求带证明的回执", "flag", required=False, value="1"),
    ]


class LookupPages:
    """The pages on which a subject is looked up."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            self._frame.route("/lookup", self.lookup, ("GET", "POST")),
            self._frame.route("/lookup/receipt", self.receipt, ("POST",)),
        ]

    def lookup(self, request: Request) -> Response:
        """The question; posted: with the answer."""
        official = self._frame.official(request)
        if official.role == "auditor":
            raise PageError(403, "审计人员不查询主体; 查询日志在“查询日志”一栏。")
        fields = fields_for(official.role)
        answers = Answers.initial(fields)
        found: dict[str, Any] = {}
        if request.method == "POST":
            answers = Answers.read(fields, self._frame.form(request))
            if not answers.faults:
                found = self._answer(request, answers)
        return self._frame.render(
            request,
            "lookup.html",
            status=400 if answers.faults else 200,
            fields=fields,
            answers=answers,
            departments=Departments.of(self._frame.registry(request)),
            rows=self._frame.rows(request),
            **_NOTHING | found,
        )

    def _answer(self, request: Request, answers: Answers) -> dict[str, Any]:
        registry = self._frame.registry(request)
        subject = Identifier(
            type=answers.number("paper"),  # type: ignore[arg-type]
            value=answers["code"],
        )
        question = Question(
            domain=answers.number("domain"),  # type: ignore[arg-type]
            reference=answers["reference"],
            reason=answers["reason"],
            role=answers.number("role"),  # type: ignore[arg-type]
            region=answers["region"],
            tender_kind=answers.number("tender"),  # type: ignore[arg-type]
        )
        level = (
            receipts.EVIDENCE_LEVEL_PROOF if answers.flag("receipt") else receipts.EVIDENCE_LEVEL_UNSPECIFIED
        )
        shown = {"shown": mask(subject.type, normalise(subject.value))}
        if answers["what"] == "explain":
            return shown | {"explanation": registry.screening.explain(subject, question)}
        if answers["what"] == "record":
            record = registry.records.file(subject, question, receipt=level)
            held = Receipt.of(record.receipt) if record.HasField("receipt") else None
            return shown | {"record": record, "receipt": _packed(held), "proof": held}
        result = registry.check(subject, question, receipt=level)
        return shown | {"check": result, "receipt": _packed(result.receipt), "proof": result.receipt}

    def receipt(self, request: Request) -> Response:
        """A receipt that the page holds, as a file."""
        form = self._frame.form(request)
        try:
            content = b64decode(str(form.get("held", ""))[:_MOST_RECEIPT], validate=True)
            receipts.Receipt.FromString(content)
        except (Base64Error, ValueError, DecodeError):
            raise PageError(400, "回执不能读取。") from None
        if form.get("as") == "pdf":
            try:
                return _file(answer_paper(content, Printing()).pdf(), "查询回执.pdf", "application/pdf")
            except PaperError as error:
                raise PageError(400, str(error)) from None
        return _file(content, "查询回执.bin", "application/octet-stream")


def _packed(held: Receipt | None) -> str:
    return b64encode(held.message.SerializeToString()).decode() if held is not None else ""


def _file(content: bytes, name: str, media: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media, headers={"content-disposition": disposition})
