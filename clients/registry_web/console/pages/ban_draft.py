"""A new case (立案拟定): party, facts, evidence, what is proposed, and what it would do, before it is signed.

Measures and lists are those of the department's mandate, each with its statutory term and articles beside it.
A draft is previewed before it can go to be signed, and again when it was changed since: what the registry
would refuse is told then, and which verdicts would change. A natural person's number travels in posted forms
only; his preview needs a reason, and stands in the query log.

Example: M-PRO-01 for 24 months: 政府采购 未见限制 → 禁止.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import (
    IDENTIFIER_TYPE_USCC,
    SUBJECT_KIND_NATURAL_PERSON,
    Identifier,
    Subject,
)
from registry_client.errors import RegistryCallError
from registry_client.instants import today
from registry_client.words import CAPACITIES, KINDS, PAPERS, SEVERITIES
from registry_web.console.pages.ban_timeline import proposal_text
from registry_web.console.pages.catalogue_rows import ListRow, MeasureRow, Rows
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments, Frame
from registry_web.console.pages.separation import drafting

MEASURES = 3
"""Rows for measures; a case seldom has more than two."""
_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_CATEGORIES = ("E-51", "E-03-CF", "E-06")


class DraftPages:
    """The page on which a case begins."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where it is."""
        return [self._frame.route("/bans/new", self.draft, ("GET", "POST"))]

    def draft(self, request: Request) -> Response:
        """The form; posted: with its preview, or on to be signed."""
        self._frame.require_signer(request)
        offer = _Offer.of(self._frame, request)
        fields = offer.fields()
        if request.method != "POST":
            return self._form(request, offer, Answers.initial(fields), None)
        data = self._frame.form(request)
        answers = Answers.read(fields, data)
        _check(answers)
        if answers.faults:
            return self._form(request, offer, answers, None)
        body = draft_of(answers)
        preview = self._preview(request, answers, body)
        if data.get("do") != "sign" or data.get("previewed") != _digest(body) or preview.faults:
            return self._form(request, offer, answers, preview, _digest(body))
        return self._frame.acts.propose(
            request,
            body,
            title="立案拟定",
            back=f"/bans/case/{quote(body.case_number)}",
            submit="bans",
            shown={
                "案号": body.case_number,
                "当事人": body.subject.name,
                "拟处理意见": proposal_text(body.proposal, offer.rows),
                "effects": ["立案不对外产生效力; 决定送达以前, 任何查询都不据此作答。"],
            },
        )

    def _preview(self, request: Request, answers: Answers, body: pb.BanDraft) -> ban.PreviewResponse:
        try:
            return self._frame.registry(request).bans.preview(
                body.subject, body.proposal, reference=body.case_number, reason=answers["purpose"]
            )
        except RegistryCallError as error:
            if not error.violations:
                raise
            return ban.PreviewResponse(faults=[each.description for each in error.violations])

    def _form(
        self,
        request: Request,
        offer: _Offer,
        answers: Answers,
        preview: ban.PreviewResponse | None,
        digest: str = "",
    ) -> Response:
        registry, official = self._frame.registry(request), self._frame.official(request)
        officials = registry.officials(official.department) if official.department else ()
        return self._frame.render(
            request,
            "ban_new.html",
            status=400 if answers.faults else 200,
            sections=offer.sections(),
            measure_rows=offer.measure_rows(),
            measures=offer.measures,
            lists=offer.lists,
            answers=answers,
            preview=preview,
            digest=digest if preview is not None and not preview.faults else "",
            hindrances=drafting(self._frame.reader(request, officials)),
        )


class _Offer:
    """What a department may propose."""

    def __init__(self, rows: Rows, mandate: pb.Mandate) -> None:
        self.rows = rows
        codes = sorted({*mandate.measures, *mandate.decides_here})
        self.measures: list[MeasureRow] = [rows.measures[code] for code in codes if code in rows.measures]
        lists = sorted({*mandate.lists, *mandate.decides_here})
        self.lists: list[ListRow] = [
            rows.lists[code] for code in lists if code in rows.lists and code.startswith("L-")
        ]
        self.categories = {
            code: f"{code} {rows.categories.get(code, '')}"
            for code in _CATEGORIES
            if code in mandate.categories
        }

    @classmethod
    def of(cls, frame: Frame, request: Request) -> _Offer:
        """That of the reader's department."""
        entry = Departments.of(frame.registry(request)).entry(frame.official(request).department)
        return cls(frame.rows(request), entry.registration.mandate if entry is not None else pb.Mandate())

    def fields(self) -> list[Field]:
        """Every field of the form."""
        rows = [each for row in self.measure_rows() for each in row]
        return [each for _, fields in self.sections() for each in fields] + rows

    def sections(self) -> list[tuple[str, list[Field]]]:
        """The fields in groups; the measures come after 拟处理意见."""
        return [
            ("案件", _case_fields()),
            ("当事人", _party_fields()),
            ("事实和证据", _fact_fields()),
            ("拟处理意见", self._proposal_fields()),
        ]

    def measure_rows(self) -> list[list[Field]]:
        """The fields of each measure."""
        choices = {each.code: f"{each.code} {each.name}({each.term_text})" for each in self.measures}
        return [
            [
                Field(f"measure{index}", f"措施|{index + 1}", "choice", required=False, choices=choices),
                Field(f"months{index}", "期限(月)", "number", required=False),
                Field(f"lifetime{index}", "终身", "flag", required=False),
                Field(f"region{index}", "适用地区代码", required=False, hint="六位, 不限地区的不填"),
                Field(
                    f"capacity{index}", "限于身份", "choice", required=False, choices=choices_of(CAPACITIES)
                ),
            ]
            for index in range(MEASURES)
        ]

    def _proposal_fields(self) -> list[Field]:
        lists = {
            each.code: f"{each.code} {each.name}" + (f"(默认 {each.months} 个月)" if each.months else "")
            for each in self.lists
        }
        first = next(iter(self.categories), "")
        return [
            Field("category", "信息类别", "choice", choices=self.categories, value=first),
            Field("severity", "严重程度", "radio", choices=choices_of(SEVERITIES), value="3"),
            Field(
                "legal_basis", "法律依据", "lines", hint="一行一条, 法律名称和条款, 如 政府采购法 第七十七条"
            ),
            Field("list", "拟列入的名单", "choice", required=False, choices=lists),
            Field("list_months", "列入期限(月)", "number", required=False),
        ]


def _case_fields() -> list[Field]:
    return [
        Field("case_number", "案号", hint="本部门内唯一, 字母、数字和 . _ : -, 如 CSCZ-2026-008"),
        Field("filed_on", "立案日期", "day", value=today().isoformat()),
        Field(
            "licensing_section", "作出有关许可的内设机构", required=False,
            hint="有关许可或者资质由哪个内设机构作出; 该机构人员不得办理本案。",
        ),
        Field("complex", "情节复杂或者重大违法, 须集体讨论", "flag", required=False),
    ]  # fmt: skip


def _party_fields() -> list[Field]:
    return [
        Field("kind", "主体类别", "choice", choices=choices_of(KINDS), value="1"),
        Field("name", "名称或者姓名"),
        Field("paper", "证件类型", "choice", choices=choices_of(PAPERS), value="1"),
        Field("code", "代码或者证件号码", hint="只在提交的内容中传送, 不出现在网址和日志中。"),
        Field(
            "purpose", "查询事由", required=False, hint="自然人必填: 预览写入查询日志。",
            value="办理市场禁入案件的预览",
        ),
    ]  # fmt: skip


def _fact_fields() -> list[Field]:
    return [
        Field("facts", "违法事实", "area", rows=5),
        Field("reason", "处理理由", "area"),
        Field("evidence", "证据", "evidences", hint="只提交摘要和文件名, 文件不上传、不保存。可选多个。"),
    ]


def _check(answers: Answers) -> None:
    """What one field by itself does not show."""
    if answers["case_number"] and not _NUMBER.fullmatch(answers["case_number"]):
        answers.fault("case_number", "案号", "应为 1 至 64 位字母、数字和 . _ : -")
    if not any(answers[f"measure{index}"] for index in range(MEASURES)) and not answers["list"]:
        answers.fault("measure0", "措施|1", "措施和名单至少选一项")
    for index in range(MEASURES):
        if answers.flag(f"lifetime{index}") and answers[f"months{index}"]:
            answers.fault(f"months{index}", f"措施|{index + 1}", "终身的不填月数")
    person = answers.number("kind") == SUBJECT_KIND_NATURAL_PERSON
    if person != (answers.number("paper") != IDENTIFIER_TYPE_USCC):
        answers.fault("paper", "证件类型", "与主体类别不符")
    if person and not answers["purpose"]:
        answers.fault("purpose", "查询事由", "没有填写")


def draft_of(answers: Answers) -> pb.BanDraft:
    """The draft that was filled in."""
    return pb.BanDraft(
        case_number=answers["case_number"],
        subject=Subject(
            identifier=Identifier(
                type=answers.number("paper"),  # type: ignore[arg-type]
                value=answers["code"],
            ),
            kind=answers.number("kind"),  # type: ignore[arg-type]
            name=answers["name"],
        ),
        filed_on=answers["filed_on"],
        facts=answers["facts"],
        evidence=answers.evidence["evidence"],
        proposal=_proposal(answers),
        licensing_section=answers["licensing_section"],
        complex=answers.flag("complex"),
        reason=answers["reason"],
    )


def _proposal(answers: Answers) -> pb.BanProposal:
    proposal = pb.BanProposal(
        category=answers["category"],
        severity=answers.number("severity"),  # type: ignore[arg-type]
        list_code=answers["list"],
        list_months=answers.number("list_months"),
        legal_basis=answers.lines("legal_basis"),
    )
    for index in range(MEASURES):
        if not answers[f"measure{index}"]:
            continue
        measure = proposal.measures.add(
            measure_code=answers[f"measure{index}"],
            months=answers.number(f"months{index}"),
            lifetime=answers.flag(f"lifetime{index}"),
            capacity=answers.number(f"capacity{index}"),
        )
        if answers[f"region{index}"]:
            measure.scope.region = answers[f"region{index}"]
    return proposal


def _digest(body: pb.BanDraft) -> str:
    return sha256(body.SerializeToString(deterministic=True)).hexdigest()[:32]
