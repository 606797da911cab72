"""One report of who is answerable under way: every file is taken once, and what no file alone shows after it.

Nothing is kept of a file but what is counted and listed. Of the registry's own records it takes those of up
to the moment at which the position was reached.

Example: ``ReportMaking(ask, span, known, wanted, 1000, overseen=True).made()``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import cast

from registry.commands.ask import Ask
from registry.commands.supervision.as_known import PastStore, object_visited
from registry.commands.supervision.complaints_inbox import Inbox
from registry.commands.supervision.let_through import let_through
from registry.commands.supervision.notices_told import notices_told
from registry.commands.supervision.untaken import lodged_before
from registry.commands.supervision.untold import untold_findings
from registry.domain.periods import china_day
from registry.store.interface import Store, StoreError
from registry.supervision.accountability.draws import Drawn
from registry.supervision.accountability.hand_overs import HandOvers
from registry.supervision.accountability.known import Known, Span
from registry.supervision.accountability.procedures import Signed, lines_of_case, lines_of_remedy
from registry.supervision.accountability.tally import Tally, Wanted
from registry.supervision.accountability.tellings import Tellings, tellings_of
from registry.supervision.unfiled import filing_duties
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile
from registry.v1.supervision_pb2 import (
    FILE_KIND_ALERT,
    FILE_KIND_COMPLAINT,
    FILE_KIND_DRAW,
    FILE_KIND_INSPECTION,
    FILE_KIND_MATTER,
    FILE_KIND_REFERRAL,
    FILE_KIND_RULE,
)

_BEGIN_WITH_THEIR_OPENING = frozenset(
    {FILE_KIND_REFERRAL, FILE_KIND_INSPECTION, FILE_KIND_COMPLAINT, FILE_KIND_ALERT}
)
"""Kinds of file in which no clock begins before the day of the first act; a plan is due from January on."""
LIMITS = (
    "所列人员是该步骤最后的办理人, 只陈述登记的事实, 不认定责任; 是否追究由有权机关依法调查后决定。",
    "登记系统不记录谁就哪个主体作过查询(自然人除外), 不能列出“已答复禁止而没有执行反馈”的各次; "
    "措施一栏只计各系统自己报告的放行, 并自登记之日后第九十日起计入。",
    "期限按起算之日适用的目录版本计算; 该版本没有规定的期限不计。逾期日数按该期限的单位, 以工作日或者日计。",
)


class ReportMaking:
    """One report under way."""

    def __init__(
        self,
        ask: Ask,
        span: Span,
        known: Known,
        wanted: Wanted,
        limit: int,
        *,
        overseen: bool,
        inbox: Inbox | None = None,
    ) -> None:
        self._state, self._span, self._known, self._wanted = ask.state, span, known, wanted
        self._past, self._inbox = PastStore(ask.state.store, known), inbox
        self._tally = Tally(span, wanted, limit)
        self._tellings = Tellings(span, wanted, limit)
        self._hands = HandOvers(span, wanted.department, limit, parties_only=not overseen)

    def made(self) -> pb.GetAccountabilityReportResponse:
        """The report."""
        named = partial(object_visited, self._state.log)
        drawn = Drawn(self._past.all_files((FILE_KIND_DRAW,)), self._span, named)
        for file in self._past.all_files():
            drawn.add(file)
            self._hands.add(file)
            if self._begun_later(file):
                continue
            self._tally.add_file(file, self._known)
            for told in tellings_of(file, self._known):
                self._tellings.add(told)
        self._tally.add_all(drawn.duties(self._known.clocks), drawn.file)
        self._tally.add_all(self._across_files(), self._file_of)
        self._tally.add_all(self._untaken(), self._file_of)
        for line in self._procedures():
            self._tally.add(line)
        for told in notices_told(self._state, self._span, self._known, self._wanted.department):
            self._tellings.add(told)
        return self._told()

    def _begun_later(self, file: SupervisionFile) -> bool:
        """Whether nothing in a file can have been due, or told, in the period: it begins after it."""
        opening = file.acts[0]
        begun = min(opening.on or opening.received_on, opening.received_on)
        return file.file.kind in _BEGIN_WITH_THEIR_OPENING and begun > self._span.last.isoformat()

    def _across_files(self) -> Iterator[Obligation]:
        """Duties that no file alone shows."""
        rules = list(self._past.all_files((FILE_KIND_RULE,)))
        matters = self._past.all_files((FILE_KIND_MATTER,))
        yield from filing_duties(matters, rules, self._known.clocks, ended=True)
        # Nothing but files is read of the store there, and these as they were known.
        yield from untold_findings(cast(Store, self._past), self._known.clocks)

    def _untaken(self) -> Iterator[Obligation]:
        """Of complaints that were lodged before the day of the position and had no file then."""
        if self._inbox is not None:
            day = self._received(self._known.position)
            for duty in lodged_before(self._inbox, self._known.clocks, day):
                if self._tally.asks_for(duty) and self._past.file(duty.file) is None:
                    yield duty

    def _file_of(self, duty: Obligation) -> SupervisionFile | None:
        return self._past.file(duty.file)

    def _procedures(self) -> Iterator[pb.DutyLine]:
        for case in self._state.bans.cases():
            yield from lines_of_case(case.told, self._known, self._received)
        for filed in self._state.remedies.all():
            yield from lines_of_remedy(filed.told, self._known, self._signed)

    def _received(self, position: int) -> str:
        return china_day(self._state.received_ms(position)).isoformat()

    def _signed(self, position: int) -> Signed:
        """What the log says of a statement."""
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        day = self._received(position)
        signatures = Envelope.FromString(row.signatures).signatures
        key = self._state.directory.key(signatures[0].keyid) if signatures else None
        return Signed(day, row.department, key.official_id if key is not None else "")

    def _told(self) -> pb.GetAccountabilityReportResponse:
        response = pb.GetAccountabilityReportResponse(
            department=self._wanted.department,
            until=self._span.last.isoformat(),
            official_id=self._wanted.official_id,
            known_position=self._known.position,
            on=self._known.day,
            limits=LIMITS,
        )
        setattr(response, "from", self._span.first.isoformat())
        self._tally.told(response)
        self._tellings.told(response)
        if not self._wanted.official_id:  # What follows is nobody's own.
            self._hands.told(response)
            response.measures.extend(
                let_through(self._state, self._span, self._known, self._wanted.department)
            )
        return response
