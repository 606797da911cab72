"""``render``: a kind of paper, a case and what was given with it, to a paper; a pure function of them.

Example::

    render(PaperKind.NOTICE, response, office, names={"M-PRO-01": "一至三年内禁止参加政府采购活动"}).title
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from registry.v1.ban_service_pb2 import GetCaseResponse
from registry.v1.subject_pb2 import Identifier
from registry_papers.case_file import CaseFile
from registry_papers.decision import decision, title_of
from registry_papers.gaps import Gaps
from registry_papers.hearing_notice import hearing_notice
from registry_papers.lifting import lifting
from registry_papers.masking import shown_as, visible
from registry_papers.matter import Matter, Written, listing_only
from registry_papers.notice import notice
from registry_papers.office import Office, Particulars
from registry_papers.paper import Paper
from registry_papers.repair_notice import repair_notice
from registry_papers.service import service
from registry_papers.verification import verification_of

_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_NOTHING_MORE = Particulars()


class PaperKind(StrEnum):
    """The papers of a case."""

    NOTICE = "notice"
    """行政处罚事先告知书"""
    HEARING_NOTICE = "hearing_notice"
    """听证通知书"""
    DECISION = "decision"
    """行政处罚决定书, 列入决定书"""
    SERVICE = "service"
    """送达回证"""
    REPAIR_NOTICE = "repair_notice"
    """信用修复告知书"""
    LIFTING = "lifting"
    """解除决定书"""


_WRITERS: Mapping[PaperKind, Callable[[Matter], Written]] = MappingProxyType(
    {
        PaperKind.NOTICE: notice,
        PaperKind.HEARING_NOTICE: hearing_notice,
        PaperKind.DECISION: decision,
        PaperKind.SERVICE: service,
        PaperKind.REPAIR_NOTICE: repair_notice,
        PaperKind.LIFTING: lifting,
    }
)


def render(
    kind: PaperKind | str,
    case_response: GetCaseResponse,
    office: Office,
    *,
    verify_at: str = "",
    names: Mapping[str, str] = _NO_NAMES,
    particulars: Particulars = _NOTHING_MORE,
    own_copy: bool = False,
) -> Paper:
    """The paper of this kind of a case.

    ``names`` is what the catalogue calls measures and lists, and may name regions and other codes of scope;
    ``verify_at`` the address that the QR code leads to; ``own_copy`` shows a natural person's own number
    whole, for the copy that is served on him. Raises MissingPartsError with everything that is missing,
    PaperError if the case cannot be read, ValueError for an unknown kind.
    """
    kind = PaperKind(kind)
    file = CaseFile.read(case_response)
    title = _title(kind, file)
    gaps = Gaps(title)
    name = gaps.need(office.name, "本机关名称")
    written = _WRITERS[kind](Matter(file, office, particulars, names, gaps))
    gaps.check()
    paper = Paper(
        department=name,
        title=title,
        number=written.number,
        blocks=written.blocks,
        date=written.date,
        verification=verification_of(written.place, visible(verify_at)),
        sealed=written.sealed,
    )
    return paper.mapped(shown_as(_party(file), own_copy=own_copy))


def _title(kind: PaperKind, file: CaseFile) -> str:
    if kind is PaperKind.NOTICE and file.notice is not None:
        announced = file.notice.said.announced
        listing = listing_only(announced.category, len(announced.measures))
        return "列入事先告知书" if listing else _TITLES[kind]
    if kind is PaperKind.DECISION and file.event is not None:
        return title_of(file.event)
    return _TITLES[kind]


_TITLES: Mapping[PaperKind, str] = MappingProxyType(
    {
        PaperKind.NOTICE: "行政处罚事先告知书",
        PaperKind.HEARING_NOTICE: "听证通知书",
        PaperKind.DECISION: "行政处罚决定书",
        PaperKind.SERVICE: "送达回证",
        PaperKind.REPAIR_NOTICE: "信用修复告知书",
        PaperKind.LIFTING: "解除决定书",
    }
)


def _party(file: CaseFile) -> Identifier:
    """By what the party is identified."""
    subject = file.draft.said.subject if file.draft else file.event.subject if file.event else None
    return subject.identifier if subject is not None else file.case.subject
