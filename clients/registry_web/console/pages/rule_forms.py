"""What a rule of supervision asks for, from draft to check, and the acts that come of it.

    rule                   a draft; its whole text is typed in and goes into the evidence store
    review, filing, check  the steps of a rule, each of another office

Example: a check with a day to mend says that something is deficient; without one, that nothing is.
"""

from __future__ import annotations

from hashlib import sha256

from registry.v1 import supervision_pb2 as pb
from registry_client.supervision.matter_words import CHECK_MANNERS
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.matter_forms import NUMBER_HINT, day_field

MEDIA_TYPE = "text/plain"


def rule_fields() -> list[Field]:
    """What a draft asks for."""
    return [
        Field("number", "制度编号", hint=NUMBER_HINT),
        Field("title", "制度名称"),
        Field("matters", "适用事项", "lines", required=False, hint="逐项制定的, 一行一个事项编号"),
        Field("classes", "适用类别", "lines", required=False, hint="分类制定的, 一行一个类别"),
        Field("object", "监管对象", "area"),
        Field("content", "监管内容", "area"),
        Field("manner", "监管方式", "area"),
        Field("measures", "监管措施", "area"),
        Field("basis", "法律依据", "lines", hint="一行一条"),
        Field("text", "制度全文", "area", rows=12, hint="全文存入证据库, 备案后向社会公开。"),
        Field("place", "全文另存之处", required=False, hint="全文不存入证据库的, 写明在哪里可以查阅。"),
        day_field("on", "起草日期"),
    ]


def rule_of(answers: Answers) -> pb.SupervisionRule:
    """The draft that was filled in, with its text by digest."""
    content = answers["text"].encode()
    item = pb.EvidenceItem(
        sha256=sha256(content).digest(),
        size=len(content),
        media_type=MEDIA_TYPE,
        title=f"{answers['title']}.txt"[:200],
        place=answers["place"],
    )
    return pb.SupervisionRule(
        number=answers["number"],
        title=answers["title"],
        matters=answers.lines("matters"),
        matter_classes=answers.lines("classes"),
        object=answers["object"],
        content=answers["content"],
        manner=answers["manner"],
        measures=answers["measures"],
        legal_basis=answers.lines("basis"),
        text=item,
        drafted_on=answers["on"],
    )


def review_fields() -> list[Field]:
    """What a review asks for."""
    lawful = Field("lawful", "审查结论", "radio", choices={"yes": "合法", "no": "不合法"})
    return [lawful, Field("opinion", "审查意见", "area"), day_field("on", "审查日期")]


def review_of(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    """The review that was filled in."""
    lawful, opinion = answers.flag("lawful"), answers["opinion"]
    body = pb.RuleReview(file=file, lawful=lawful, opinion=opinion, on=answers["on"])
    return pb.Supervision(rule_review=body)


def filing_fields() -> list[Field]:
    """What a filing asks for."""
    return [Field("filing_number", "备案号"), day_field("on", "备案日期")]


def filing_of(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    """The filing that was filled in."""
    body = pb.RuleFiling(file=file, filing_number=answers["filing_number"], filed_on=answers["on"])
    return pb.Supervision(rule_filing=body)


def check_fields() -> list[Field]:
    """What a check asks for."""
    return [
        Field("manner", "检查方式", "radio", choices=choices_of(CHECK_MANNERS)),
        Field("finding", "检查情况", "area"),
        day_field("on", "检查日期"),
        day_field("rectify_by", "整改期限", required=False, hint="发现问题的填写。"),
    ]


def check_of(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    """The check that was filled in."""
    body = pb.RuleCheck(
        file=file,
        manner=answers.number("manner"),  # type: ignore[arg-type]
        on=answers["on"],
        finding=answers["finding"],
        deficient=bool(answers["rectify_by"]),
        rectify_by=answers["rectify_by"],
    )
    return pb.Supervision(rule_check=body)
