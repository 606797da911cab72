"""A subject's file as people read it: each statement with its three clocks, one below the other.

Example::

    91130902DEM0000142  沧州第1号(示例)有限公司
      行政管理信息 E-03
        行政处罚 E-03-CF：存续
          文书      沧示建罚字〔2026〕1号，沧州市(示例)住房和城乡建设局，2026-04-10
          效力      2026-04-10 至 未定（有效）
          公示      2026-04-10 至 2027-04-10（公示中），2026-07-10起可修复
          公示依据  信用修复管理办法 (国家发展改革委令第36号): 一般
          保存      至 2042-04-10
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from registry.v1 import record_service_pb2 as service
from registry.v1.restriction_service_pb2 import Answered
from registry.v1.statement_pb2 import Document, ImposedMeasure
from registry.v1.verdict_pb2 import CheckedList, Resolution
from registry_client.cli.output import china_time, print_facts, print_line
from registry_client.words import RELATIONS, RESOLUTIONS, SEVERITIES, STATUSES, word_of

INDENT = 2
STATES: Mapping[str, service.EntryState.ValueType] = {
    "存续": service.ENTRY_STATE_STANDS,
    "已更正": service.ENTRY_STATE_CORRECTED,
    "已撤回": service.ENTRY_STATE_WITHDRAWN,
    "已修复": service.ENTRY_STATE_REPAIRED,
}
_POSITIONS = ("position", "known_position", "repeats_position")
_PREFIXES = (
    "ENTRY_STATE_",
    "HIT_STATUS_",
    "HIT_EFFECT_",
    "RESOLUTION_STATUS_",
    "RESTRICTION_ORIGIN_",
    "SEVERITY_",
    "SUBJECT_RELATION_",
)


def print_file(shown: str, response: service.GetRecordResponse) -> None:
    """Prints a file: whom it is of, what is in it, and under what it was answered."""
    print_identity(shown, response.identity)
    print_sections(response.sections)
    print_answered(response.answered)


def print_certificate(shown: str, response: service.GetCertificateResponse) -> None:
    """Prints a special credit report, beginning with what it says and what it does not say."""
    print_identity(shown, response.identity)
    print_line("  专项信用报告", style="bold")
    period = f"{getattr(response, 'from')} 至 {response.until}"
    print_facts([("期间", period), ("说明", response.statement)], indent=INDENT)
    print_sections(response.sections, "没有查见")
    print_facts([("名单来源", _sources(response.lists))], indent=INDENT)
    print_answered(response.answered)


def print_identity(shown: str, identity: Resolution) -> None:
    """Whom an identifier names, on one line, with whom else there is to see."""
    name = identity.names[0] if identity.names else ""
    print_line("  ".join(filter(None, (shown, name))), style="bold")
    others = (f"{each.identifier.value}（{word_of(RELATIONS, each.relation)}）" for each in identity.related)
    current = identity.current.value
    print_facts(
        [
            ("身份", word_of(RESOLUTIONS, identity.status)),
            ("现用代码", current if current != shown else ""),
            ("其他名称", "、".join(identity.names[1:])),
            ("有异名称", "、".join(identity.disputed_names)),
            ("关联", "、".join(others)),
        ],
        indent=INDENT,
    )


def print_sections(sections: Iterable[service.RecordSection], none: str = "没有信息") -> None:
    """The entries under their headings; headings without any are named at the end, after ``none``."""
    empty = []
    for section in sections:
        if not section.entries:
            empty.append(section.name)
            continue
        print_line(f"  {section.name} {section.category}", style="bold")
        for entry in section.entries:
            state = word_of(STATES, entry.state)
            print_line(f"    {entry.category_name} {entry.category}：{state}")
            print_facts(_facts(entry), indent=3 * INDENT)
    print_facts([(none, "、".join(empty))], indent=INDENT)


def print_answered(answered: Answered) -> None:
    """Under what it was answered."""
    day = china_time(answered.valid_time.ToDatetime(UTC))[: len("2026-01-01")]
    print_facts(
        [
            ("所问日期", day),
            ("已知序号", str(answered.known_position)),
            ("目录版本", f"{answered.edition_label}（{answered.edition[:16]}）"),
        ],
        indent=INDENT,
    )
    print_line("")


def as_json(message: Message) -> dict[str, Any]:
    """A message in protobuf's JSON mapping, with every field, positions as numbers, and names of enumerations
    without their prefix."""
    value = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    plain: dict[str, Any] = _plain(value)
    return plain


def document_text(document: Document) -> str:
    """A document on one line."""
    return "，".join(filter(None, (document.number, document.authority, document.decided_on)))


def days(first: str, last: str, space: str = " ") -> str:
    """A period; one without end says so."""
    return f"{first}{space}至 {last or '未定'}" if first else ""


def _facts(entry: service.RecordEntry) -> list[tuple[str, str]]:
    severity = word_of(SEVERITIES, entry.severity) if entry.severity else ""
    return [
        ("文书", document_text(entry.document)),
        ("名单", entry.list_code),
        ("严重程度", severity),
        ("效力", days(entry.in_force_from, entry.in_force_until) + _held(entry.in_force, "有效")),
        ("公示", _disclosed(entry)),
        ("公示依据", entry.disclosure_basis),
        ("保存", f"至 {entry.retained_until}" if entry.retained_until else "长期"),
        ("标注", "、".join(word_of(STATUSES, note) for note in entry.notes)),
        ("措施", "\n".join(_measures(entry))),
        ("依据", "；".join(entry.legal_basis)),
        ("内容", "；".join(f"{field.name}：{field.value}" for field in entry.content)),
        ("陈述", f"序号{entry.position}，{entry.statement_id}，{entry.department}"),
    ]


def _disclosed(entry: service.RecordEntry) -> str:
    shown = days(entry.disclosed_from, entry.disclosed_until) or "不公示"
    shown += _held(entry.disclosed, "公示") if entry.disclosed_from else ""
    return shown + (f"，{entry.repairable_from}起可修复" if entry.repairable_from else "")


def _held(holds: bool, what: str) -> str:
    return f"（{what}{'中' if what == '公示' else ''}）" if holds else f"（不在{what}期内）"


def _measures(entry: service.RecordEntry) -> Iterator[str]:
    """The measures as the document sets them; after each that is over before, its last day."""
    ended = {each.measure_code: each.last_day for each in entry.ended_early}
    for measure in entry.measures:
        last = ended.get(measure.measure_code)
        yield _measure(measure) + (f"，已提前终止，执行至 {last}" if last else "")


def _measure(measure: ImposedMeasure) -> str:
    last = "终身" if measure.lifetime else measure.until
    return f"{measure.measure_code}：{days(getattr(measure, 'from'), last)}"


def _sources(lists: Iterable[CheckedList]) -> str:
    connected = [each for each in lists if each.connected]
    fresh = [f"{each.name}（报送至{each.as_of}{'，已过时' if each.stale else ''}）" for each in connected]
    without = len(list(lists)) - len(connected)
    return "、".join(fresh) + (f"{'；' if fresh else ''}另有{without}个名单没有来源" if without else "")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: int(each) if key in _POSITIONS and isinstance(each, str) else _plain(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return next((value.removeprefix(each) for each in _PREFIXES if value.startswith(each)), value)
    return value
