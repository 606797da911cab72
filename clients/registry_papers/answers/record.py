"""The papers of a file (信用档案查询回执) and of a special credit report (专项信用报告): entries by category.

The report replaces certificates of no violation (发改财金〔2025〕565号). It is no verdict, and its own
statement, which says what it does not say, stands at its head.

Example: 行政处罚（E-03-CF）：存续; 文书, 效力, 公示, 保存, 依据; at the end 没有查见：行政强制、刑事裁判….
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from registry.v1 import record_service_pb2 as service
from registry.v1.statement_pb2 import ImposedMeasure
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import Resolution
from registry_client.words import SEVERITIES, STATUSES, word_of
from registry_papers.answers.field_words import field_word
from registry_papers.answers.matters import answered_rows, list_blocks, purpose_rows
from registry_papers.answers.page_model import Banner, Block, Heading, Item, Remark, Tone, clean, facts
from registry_papers.answers.reading import Filed
from registry_papers.answers.wording import coded, document_text, identity_text

RECORD_TITLE = "信用档案查询回执"
CERTIFICATE_TITLE = "专项信用报告"
_STATES: Mapping[str, service.EntryState.ValueType] = {
    "存续": service.ENTRY_STATE_STANDS,
    "已更正": service.ENTRY_STATE_CORRECTED,
    "已撤回": service.ENTRY_STATE_WITHDRAWN,
    "已修复": service.ENTRY_STATE_REPAIRED,
}


def record_blocks(filed: Filed) -> Iterator[Block]:
    """The blocks of an answer to GetRecord."""
    asked: service.GetRecordRequest = filed.question
    told: service.GetRecordResponse = filed.response
    count = sum(len(section.entries) for section in told.sections)
    lines = ("列明查询方可以查阅的登记信息；不是能否参与具体事项的结论。",)
    yield Banner(f"登记信息 {count} 条", lines, Tone.NEUTRAL)
    yield Heading("查询事项")
    yield facts(
        [
            *_subject_rows(asked.subject, told.identity),
            *purpose_rows(asked.purpose),
            ("所问日期", clean(asked.on)),
            *answered_rows(filed.answered, filed.answer),
        ]
    )
    yield Heading(f"登记信息（{count}条）")
    yield from _sections(told.sections, "没有信息的类别")


def certificate_blocks(filed: Filed) -> Iterator[Block]:
    """The blocks of an answer to GetCertificate."""
    asked: service.GetCertificateRequest = filed.question
    told: service.GetCertificateResponse = filed.response
    count = sum(len(section.entries) for section in told.sections)
    words = "没有查见登记" if told.nothing_recorded else f"查见登记 {count} 条"
    period = f"{clean(getattr(told, 'from'))} 至 {clean(told.until)}"
    yield Banner(words, (f"期间：{period}", clean(told.statement)), Tone.NEUTRAL)
    yield Heading("查询事项")
    yield facts(
        [
            *_subject_rows(asked.subject, told.identity),
            *purpose_rows(asked.purpose),
            ("报告期间", period),
            *answered_rows(filed.answered, filed.answer),
        ]
    )
    yield Heading(f"期间内的登记信息（{count}条）")
    yield from _sections(told.sections, "没有查见的类别")
    yield Heading("所查的名单")
    yield from list_blocks(told.lists)


def _subject_rows(subject: Identifier, identity: Resolution) -> list[tuple[str, str]]:
    return [
        ("主体", coded(subject)),
        ("登记名称", "、".join(map(clean, identity.names))),
        ("身份识别", identity_text(identity, subject.value)),
    ]


def _sections(sections: Iterable[service.RecordSection], none: str) -> Iterator[Block]:
    empty, number = [], 0
    for section in sections:
        if not section.entries:
            empty.append(f"{clean(section.name)}（{clean(section.category)}）")
            continue
        yield Item(f"{clean(section.name)}（{clean(section.category)}）")
        for entry in section.entries:
            number += 1
            named = f"{clean(entry.category_name)}（{clean(entry.category)}）"
            yield Item(f"{number}. {named}：{word_of(_STATES, entry.state)}", level=2)
            yield facts(_entry_rows(entry))
    if empty:
        yield Remark(f"{none}：{'；'.join(empty)}。")


def _entry_rows(entry: service.RecordEntry) -> list[tuple[str, str]]:
    statement = f"序号{entry.position}，{clean(entry.statement_id)}，由 {clean(entry.department)} 作出"
    return [
        ("文书", document_text(entry.document)),
        ("名单", clean(entry.list_code)),
        ("严重程度", word_of(SEVERITIES, entry.severity) if entry.severity else ""),
        ("效力", _days(entry.in_force_from, entry.in_force_until) + _held(entry.in_force, "有效期内")),
        ("公示", _disclosed(entry)),
        ("公示依据", clean(entry.disclosure_basis)),
        ("保存", f"至 {clean(entry.retained_until)}" if entry.retained_until else "长期"),
        ("标注", "、".join(word_of(STATUSES, note) for note in entry.notes)),
        ("措施", "；".join(_measures(entry))),
        ("依据", "；".join(map(clean, entry.legal_basis))),
        (
            "内容",
            "；".join(f"{field_word(clean(field.name))}：{clean(field.value)}" for field in entry.content),
        ),
        ("注意", "已按从旧兼从轻适用较轻的新规则" if entry.milder_rule else ""),
        ("陈述", statement),
    ]


def _days(first: str, last: str) -> str:
    return f"{clean(first)} 至 {clean(last) or '未定'}" if first else "没有写明"


def _held(holds: bool, what: str) -> str:
    return f"（在{what}）" if holds else f"（不在{what}）"


def _disclosed(entry: service.RecordEntry) -> str:
    if not entry.disclosed_from:
        return "不公示"
    shown = _days(entry.disclosed_from, entry.disclosed_until) + _held(entry.disclosed, "公示期内")
    return shown + (f"，{clean(entry.repairable_from)} 起可以申请修复" if entry.repairable_from else "")


def _measures(entry: service.RecordEntry) -> Iterator[str]:
    ended = {each.measure_code: each.last_day for each in entry.ended_early}
    for measure in entry.measures:
        last = ended.get(measure.measure_code)
        yield _measure(measure) + (f"，已提前终止，执行至 {clean(last)}" if last else "")


def _measure(measure: ImposedMeasure) -> str:
    last = "终身" if measure.lifetime else measure.until
    return f"{clean(measure.measure_code)}：{_days(getattr(measure, 'from'), last)}"
