"""送达回证 (行政处罚法 第六十一条, 民事诉讼法 关于送达的规定): what was served on whom, when and how.

It is signed by hand when the document is served, before that service is recorded with its digest. So cells
that only the moment of service fills (day, manner, signatures) are empty until then; nothing else is. Once
the service is recorded, its day and manner are printed.

It is for the latest document of the case: the decision with its repair notice, else the hearing notice,
else the notice.

Example: 送达文书名称及文号：行政处罚决定书（沧示财罚〔2026〕1号）；信用修复告知书（示财修〔2026〕1号）.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.v1.statement_pb2 import Document, ServiceRecord
from registry_client.procedure_words import SERVICE_METHODS
from registry_client.words import word_of
from registry_papers.case_file import Place
from registry_papers.decision import title_of
from registry_papers.matter import Matter, Written, listing_only
from registry_papers.paper import Block, Form, Note
from registry_papers.wording import chinese_day

_BLANK_DAY = "\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日\u3000\u3000时\u3000\u3000分"
_MANNERS = "□" + "\u3000□".join(word for word in SERVICE_METHODS)


@dataclass(frozen=True, slots=True)
class _Served:
    """Documents, their day, how they were served (empty: not yet), and where that is in the log."""

    documents: tuple[tuple[str, str], ...]
    date: str
    record: ServiceRecord
    place: Place


def service(matter: Matter) -> Written:
    """The proof of service for the latest document of a case."""
    draft = matter.gaps.must(matter.file.draft, "立案及拟处理意见（案件没有该陈述）").said
    served = matter.gaps.must(
        _decision(matter) or _hearing_notice(matter) or _notice(matter), "需要送达的文书"
    )
    date = matter.gaps.need(served.date, "送达文书的日期")
    for title, number in served.documents:
        matter.gaps.need(number, f"{title}文号")
    form = Form((("案号", draft.case_number), ("受送达人", draft.subject.name), *_rows(matter, served)))
    blocks: tuple[Block, ...] = (form, *_rules())
    matter.gaps.need(draft.subject.name, "当事人姓名或者名称")
    return Written(_number(served), date, blocks, served.place, sealed=False)


def _rows(matter: Matter, served: _Served) -> tuple[tuple[str, str], ...]:
    record = served.record
    documents = "；".join(f"{title}（{number}）" for title, number in served.documents)
    by = word_of(SERVICE_METHODS, record.method) if record.method else ""
    return (
        ("送达文书名称及文号", documents),
        ("送达机关", matter.office.name),
        ("送达地点", matter.particulars.service_place),
        ("送达方式", by or _MANNERS),
        ("送达日期", chinese_day(record.served_on) if record.served_on else _BLANK_DAY),
        ("受送达人签名（盖章）", ""),
        ("代收人签名（注明关系）", ""),
        ("见证人签名（盖章）", ""),
        ("送达人签名（两人）", ""),
        ("备注（拒收事由等）", ""),
    )


def _rules() -> tuple[Block, ...]:
    return (
        Note("说明："),
        Note(
            "1. 决定书应当在宣告后当场交付当事人；"
            "当事人不在场的，在七个工作日内送达（《行政处罚法》第六十一条）。"
        ),
        Note(
            "2. 受送达人拒绝接收的，邀请有关基层组织或者所在单位的代表到场，说明情况，记明拒收事由和日期，"
            "由送达人、见证人签名或者盖章，留置送达；也可以采用拍照、录像等方式记录送达过程（民事诉讼法关于送达的规定）。"
        ),
        Note("3. 电子送达应当经当事人同意并签订确认书。"),
    )


def _number(served: _Served) -> str:
    return f"（{served.documents[0][1]}的送达回证）"


def _decision(matter: Matter) -> _Served | None:
    step, served = matter.file.decision, matter.file.served
    if step is None:
        return None
    event = step.said.event
    documents = [(title_of(event), event.document.number)]
    if step.said.repair_notice.number:
        documents.append(("信用修复告知书", step.said.repair_notice.number))
    record = served.said.service if served else ServiceRecord()
    place = served.place if served else step.place
    return _Served(tuple(documents), event.document.decided_on, record, place)


def _hearing_notice(matter: Matter) -> _Served | None:
    step = matter.file.hearing_notice
    if step is None:
        return None
    return _one("听证通知书", step.said.document, step.said.service, step.place)


def _notice(matter: Matter) -> _Served | None:
    step = matter.file.notice
    if step is None:
        return None
    announced = step.said.announced
    listing = listing_only(announced.category, len(announced.measures))
    title = "列入事先告知书" if listing else "行政处罚事先告知书"
    return _one(title, step.said.document, step.said.service, step.place)


def _one(title: str, document: Document, record: ServiceRecord, place: Place) -> _Served:
    return _Served(((title, document.number),), document.decided_on, record, place)
