"""The paper of many verdicts (信用信息批量查询回执): a table, then why, subject by subject.

Example: 第1行 91130902DEM0000142 禁止; below it 一至三年内禁止参加政府采购活动 with document and law.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.v1.restriction_service_pb2 import BatchCheckRequest, BatchCheckResponse
from registry.v1.subject_pb2 import Identifier
from registry_client.words import IDENTIFIERS, INDETERMINATE, word_of
from registry_papers.answers.check import checked_blocks
from registry_papers.answers.hits import hit_blocks
from registry_papers.answers.matters import answered_rows, matter_rows, purpose_rows, role_word
from registry_papers.answers.page_model import Banner, Block, Facts, Grid, Heading, Item, clean, facts
from registry_papers.answers.reading import Filed
from registry_papers.answers.wording import coded, counted, tone_of, verdict_word, worst
from registry_papers.errors import PaperError

TITLE = "信用信息批量查询回执"


def batch_blocks(filed: Filed) -> Iterator[Block]:
    """The blocks of an answer to BatchCheck."""
    asked: BatchCheckRequest = filed.question
    told: BatchCheckResponse = filed.response
    _require_fit(asked, told)
    lines = (f"共查询主体 {len(told.verdicts)} 个，各主体的结论见下表。",)
    yield Banner(counted(told.verdicts), lines, tone_of(_worst(told)))
    yield Heading("查询事项")
    kind = word_of(IDENTIFIERS, asked.identifier_type)
    rows = [*purpose_rows(asked.purpose), *matter_rows(asked.matter)]
    yield facts([("证件类型", kind), *rows, *answered_rows(filed.answered, filed.answer)])
    yield Heading("各主体")
    yield _table(asked, told)
    yield from _reasons(asked, told)
    for checked in told.checked:
        yield from checked_blocks(checked.checked)


def _require_fit(asked: BatchCheckRequest, told: BatchCheckResponse) -> None:
    """PaperError if the columns do not fit each other: what belongs to whom would be a guess."""
    count, subjects = len(asked.identifiers), [*told.hit_subjects, *told.indeterminate_subjects]
    fitting = (
        len(told.verdicts) == count
        and len(told.hits) == len(told.hit_subjects)
        and len(told.indeterminate_reasons) == len(told.indeterminate_subjects)
        and (not asked.roles or len(asked.roles) == count)
        and all(number < count for number in subjects)
    )
    if not fitting:
        raise PaperError("回执中的问题与答复不相符，不能制成文书")


def _worst(told: BatchCheckResponse) -> int:
    return worst(told.verdicts)


def _table(asked: BatchCheckRequest, told: BatchCheckResponse) -> Grid:
    roles = list(asked.roles) or [asked.matter.role] * len(asked.identifiers)
    rows = [
        (str(number), clean(code), role_word(role), verdict_word(verdict))
        for number, (code, role, verdict) in enumerate(
            zip(asked.identifiers, roles, told.verdicts, strict=True), 1
        )
    ]
    return Grid(("行", "主体", "身份", "结论"), tuple(rows), (1, 5, 3, 2), verdicts=3)


def _reasons(asked: BatchCheckRequest, told: BatchCheckResponse) -> Iterator[Block]:
    yield Heading(f"命中的限制和无法判定的原因（命中{len(told.hits)}项）")
    details = [*told.indeterminate_details, *[""] * len(told.indeterminate_subjects)]
    why = {
        number: (word_of(INDETERMINATE, reason), clean(detail))
        for number, reason, detail in zip(
            told.indeterminate_subjects, told.indeterminate_reasons, details, strict=False
        )
    }
    for number, code in enumerate(asked.identifiers):
        hits = [hit for hit, of in zip(told.hits, told.hit_subjects, strict=True) if of == number]
        if not hits and number not in why:
            continue
        subject = Identifier(type=asked.identifier_type, value=code)
        verdict = told.verdicts[number]
        yield Item(f"第{number + 1}行 {coded(subject)}：{verdict_word(verdict)}", tone_of(verdict))
        if number in why:
            yield Facts((("原因", why[number][0]), *((("说明", why[number][1]),) if why[number][1] else ())))
        yield from hit_blocks(hits, number + 1)
