"""``registryctl record``, ``certificate`` and ``search``: what is on file about whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from registry.domain.identifiers import mask, normalise
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1.record_service_pb2 import (
    GetCertificateRequest,
    GetCertificateResponse,
    GetRecordResponse,
)
from registry.v1.subject_pb2 import Domain, Identifier, IdentifierType
from registry_client.cli import record_text
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.receipt_options import Filing, Unsigned, filing
from registry_client.cli.report import DAY
from registry_client.cli.subjects import codes_given
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.question import Question, at_exact_position
from registry_client.receipts import Receipt
from registry_client.words import DOMAINS, IDENTIFIERS
from registry_papers.answers import certificate_answer

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_PAPER = WordOption(IDENTIFIERS, IdentifierType, "IDENTIFIER_TYPE_")
_HIGHEST = 10_000


def _about(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the codes it is about and the options of a question about a file."""
    for option in reversed(
        (
            click.argument("subjects", nargs=-1, metavar="[CODE]..."),
            click.option(
                "--paper",
                type=_PAPER,
                default=subject_pb2.IDENTIFIER_TYPE_USCC,
                metavar="TYPE",
                help="证件类型，默认统一社会信用代码。自然人的号码从标准输入读取，每行一个："
                f"{_PAPER.choices()}。",
            ),
            click.option(
                "--domain",
                type=_DOMAIN,
                default=subject_pb2.DOMAIN_UNSPECIFIED,
                metavar="DOMAIN",
                help=f"用途所属的领域；查询自然人时必填：{_DOMAIN.choices()}。",
            ),
            click.option(
                "--reference", metavar="TEXT", default="", help="案号或项目编号；查询自然人时必填。"
            ),
            click.option("--reason", metavar="TEXT", default="", help="查询事由；查询自然人时必填。"),
            click.option(
                "--as-known-at",
                type=click.IntRange(min=0),
                metavar="POSITION",
                help="按登记到该序号为止的内容回答。Known position.",
            ),
        )
    ):
        command = option(command)
    return command


@click.command("record", cls=WideCommand, short_help="查阅信用档案 what a file contains")
@_about
@click.option("--on", type=DAY, metavar="DAY", help="效力和公示按这一天计算，默认为今天。Valid time.")
@filing
@json_option
@connected
def record(session: Session, /, on: datetime | None, as_json: bool, filing: Filing, **asked: Any) -> None:
    """查阅主体的信用档案：每条信息的效力、公示和保存期限。What a subject's file contains.

    部门可以看到本部门提交的全部信息，以及其他部门尚未终止公示的信息。自然人的信息只限与所写用途有关的。

    没有查到对应的主体时退出码为1。
    """
    found, receipts = [], []
    subjects = list(_asked(**asked))
    filing.require_free(len(subjects))
    for subject, shown, question in subjects:
        answer = session.registry.records.file(subject, question, on=day_text(on), receipt=filing.level)
        receipts.append(_taken(answer))
        found.append(answer.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED)
        if as_json:
            print_json({"subject": shown} | record_text.as_json(answer))
        else:
            record_text.print_file(shown, answer)
    filing.save(receipts)
    if not all(found):
        raise click.exceptions.Exit(1)


@click.command("certificate", cls=WideCommand, short_help="出具专项信用报告 special credit report")
@_about
@click.option("--from", "first", type=DAY, metavar="DAY", help="期间的第一天，默认为截止日期之前三年。")
@click.option("--until", "last", type=DAY, metavar="DAY", help="期间的最后一天，默认为今天。")
@filing
@json_option
@connected
def certificate(
    session: Session,
    /,
    first: datetime | None,
    last: datetime | None,
    as_json: bool,
    filing: Filing,
    **asked: Any,
) -> None:
    """出具专项信用报告，替代无违法违规记录证明。The special credit report that replaces certificates.

    没有查见登记不等于没有违法违规行为：报告说明写明了它能说明什么、不能说明什么。

    没有查到对应的主体时退出码为1。
    """
    found, given = [], []
    subjects = list(_asked(**asked))
    filing.require_free(len(subjects))
    for subject, shown, question in subjects:
        answer = session.registry.records.certificate(
            subject, question, first=day_text(first), last=day_text(last), receipt=filing.level
        )
        given.append(_certified(answer, Identifier(type=subject.type, value=shown), question))
        found.append(answer.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED)
        if as_json:
            print_json({"subject": shown} | record_text.as_json(answer))
        else:
            record_text.print_certificate(shown, answer)
    filing.save(given)
    if not all(found):
        raise click.exceptions.Exit(1)


@click.command("search", cls=WideCommand, short_help="按名称查单位 find organisations by name")
@click.argument("name", metavar="NAME")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=20, show_default=True, metavar="N", help="至多列几个。"
)
@json_option
@connected
def search(session: Session, name: str, limit: int, as_json: bool) -> None:
    """按名称或其中一部分查单位，曾用名也查。Find organisations by name, former names too.

    相近程度100为同名；只按名称不能认定主体，请核对统一社会信用代码。自然人不按姓名查询。
    """
    found = session.registry.records.search(name, limit=limit)
    if as_json:
        for match in found:
            print_json(record_text.as_json(match))
        return
    if not found:
        print_line("没有名称相近的单位")
        return
    rows = [
        (
            match.subject.value,
            match.name + ("（曾用名）" if match.former else ""),
            f"{100 * match.score / _HIGHEST:.1f}",
        )
        for match in found
    ]
    print_table(("统一社会信用代码", "名称", "相近"), rows, whole=("统一社会信用代码", "相近"))


def day_text(day: datetime | None) -> str:
    """A day as it travels."""
    return "" if day is None else f"{day:%Y-%m-%d}"


def _certified(answer: GetCertificateResponse, shown: Identifier, question: Question) -> Receipt | Unsigned:
    """The receipt of a report; of one by a registry that gives none, the report as nobody signed it."""
    receipt = _taken(answer)
    if receipt is not None:
        return receipt
    request = GetCertificateRequest(subject=shown, purpose=question.purpose(), until=answer.until)
    setattr(request, "from", getattr(answer, "from"))
    return Unsigned(certificate_answer(request, answer))


def _taken(answer: GetRecordResponse | GetCertificateResponse) -> Receipt | None:
    """Takes the receipt out of an answer, if it has one: it goes to a file, not to the screen."""
    if not answer.HasField("receipt"):
        return None
    message = receipt_pb2.Receipt()
    message.CopyFrom(answer.receipt)
    answer.ClearField("receipt")
    return Receipt.of(message)


def _asked(
    subjects: tuple[str, ...],
    paper: IdentifierType.ValueType,
    domain: Domain.ValueType,
    reference: str,
    reason: str,
    as_known_at: int | None,
) -> list[tuple[Identifier, str, Question]]:
    """Whom a command is about, as it may be shown, and the question."""
    consistency = None if as_known_at is None else at_exact_position(as_known_at)
    question = Question(domain=domain, reference=reference, reason=reason, consistency=consistency)
    return [
        (Identifier(type=paper, value=code), mask(paper, normalise(code)), question)
        for code in codes_given(subjects, paper)
    ]
