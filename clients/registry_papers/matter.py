"""What every paper of a case is made from, and the parts that several have in common.

Example: of a firm ``matter.you(subject)`` is 你单位, of a person 你; ``matter.party(subject)`` is
当事人：示例商贸有限公司, then 统一社会信用代码：…, 住所：…, 法定代表人（负责人）：…, a line each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import BanProposal, Event, Evidence
from registry.v1.subject_pb2 import Subject
from registry_client.words import IDENTIFIERS, word_of
from registry_papers.case_file import CaseFile, Place
from registry_papers.gaps import Gaps
from registry_papers.office import Office, Particulars
from registry_papers.paper import Block, Line, Paragraph
from registry_papers.wording import Names, announced_entry, decided_entry, imposed, numbered, proposed

LEGAL_REPRESENTATIVE = "frdb"
"""Content field of 双公示 with the legal representative's name."""


@dataclass(frozen=True, slots=True)
class Written:
    """A paper's own part: number, day, blocks, and the statement that it leads to."""

    number: str
    date: str
    blocks: tuple[Block, ...]
    place: Place
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    """A case with what was given besides; ``gaps`` gathers what is missing."""

    file: CaseFile
    office: Office
    particulars: Particulars
    names: Names
    gaps: Gaps

    def name(self, code: str) -> str:
        """What the catalogue calls a measure."""
        return self.gaps.need(self.names.get(code, ""), f"措施{code}的名称")

    def window(self) -> str:
        """Where the department is found."""
        address = self.gaps.need(self.office.address, "本机关地址")
        phone = self.gaps.need(self.office.phone, "本机关联系电话")
        contact = f"，联系人：{self.office.contact}" if self.office.contact else ""
        return f"地址：{address}，联系电话：{phone}{contact}"

    def party(
        self, subject: Subject, *, address_needed: bool = False, event: Event | None = None
    ) -> list[Block]:
        """Who the party is, a line each."""
        name = self.gaps.need(subject.name, "当事人姓名或者名称")
        code = self.gaps.need(subject.identifier.value, "当事人证件号码或者统一社会信用代码")
        address = self.particulars.party_address
        if address_needed:
            self.gaps.need(address, "当事人住址" if is_person(subject) else "当事人住所")
        lines = [f"当事人：{name}", f"{word_of(IDENTIFIERS, subject.identifier.type)}：{code}"]
        if address:
            lines.append(f"{'住址' if is_person(subject) else '住所'}：{address}")
        if not is_person(subject) and (leader := self._representative(event)):
            lines.append(f"法定代表人（负责人）：{leader}")
        return [Line(line) for line in lines]

    def announced(self, proposal: BanProposal) -> list[Block]:
        """What is announced, numbered."""
        items = [
            proposed(measure, self.name(measure.measure_code), self.names) for measure in proposal.measures
        ]
        if proposal.list_code:
            self._list_name(proposal.list_code)
            items.append(announced_entry(proposal, self.names))
        return self._numbered(items, "拟作出的措施")

    def decided(self, event: Event) -> list[Block]:
        """What is decided, numbered."""
        items = [imposed(measure, self.name(measure.measure_code), self.names) for measure in event.measures]
        if event.list_code:
            self._list_name(event.list_code)
            items.append(decided_entry(event, self.names))
        return self._numbered(items, "决定的措施")

    def evidence(self, items: Iterable[Evidence], *, needed: bool) -> list[Block]:
        """What proves it, numbered."""
        titles = [item.title or f"材料（SHA-256 {item.sha256.hex()}）" for item in items]
        if not titles:
            if needed:
                self.gaps.lack("证据")
            return []
        listed = "；".join(f"{place}. {title}" for place, title in enumerate(titles, 1))
        return [Paragraph(f"以上事实，有下列证据证明：{listed}。")]

    def relief(self, paper: str) -> list[Block]:
        """Reconsideration in sixty days, suit in six months (行政复议法 第二十条, 行政诉讼法 第四十六条)."""
        authority = self.gaps.need(self.office.reconsideration, "行政复议机关")
        court = self.gaps.need(self.office.court, "管辖法院")
        return [
            Paragraph(
                f"不服本决定的，可以自收到{paper}之日起六十日内向{authority}申请行政复议（《行政复议法》第二十条），"
                f"也可以自收到{paper}之日起六个月内向{court}提起行政诉讼（《行政诉讼法》第四十六条）。"
                "行政复议、行政诉讼期间不停止执行，法律另有规定的除外（《行政处罚法》第七十三条）。"
            )
        ]

    def _list_name(self, code: str) -> None:
        self.gaps.need(self.names.get(code, ""), f"名单{code}的名称")

    def _numbered(self, items: list[str], what: str) -> list[Block]:
        if not items:
            self.gaps.lack(what)
        return [Paragraph(f"{numbered(place)}{item}。") for place, item in enumerate(items, 1)]

    def _representative(self, event: Event | None) -> str:
        stated = event.content if event is not None else ()
        found = next((field.value for field in stated if field.name == LEGAL_REPRESENTATIVE), "")
        return found or self.particulars.representative


def is_person(subject: Subject) -> bool:
    """Whether the party is a natural person."""
    return subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON


def you(subject: Subject) -> str:
    """How the party is addressed."""
    return "你" if is_person(subject) else "你单位"


def ended(text: str) -> str:
    """A sentence with its full stop."""
    return text if not text or text.rstrip().endswith(("。", "！", "？", ".")) else f"{text.rstrip()}。"


def paragraphs(text: str) -> list[Block]:
    """A text that somebody wrote, a paragraph for each of its lines."""
    return [Paragraph(ended(line.strip())) for line in text.splitlines() if line.strip()]


def listing_only(category: str, measures: int) -> bool:
    """Whether what is decided is an entry on a list and no penalty."""
    return not measures and not category.startswith("E-03")
