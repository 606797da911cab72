"""The outbox (告知发件箱), as the writer fills it: notices are made in the transaction of the statement.

What a statement gives rise to is worked out by the law (``registry.sanctions.notices``); this is where it
is looked up whom that concerns. The rows are durable with the statement or not at all, and stay until they
are acknowledged: who is not there, or was cut off, loses nothing. Nothing that is derived follows from
them, and a log that is folded again makes none (``rebuild`` carries them over).

* Subscribers are known by the name in their certificate, and so by their role and their domains.
* Of an act of supervision a department is told (``registry.supervision.notices``), and nobody else.
* Told before was: who has an earlier notice that the target gave rise to or that is about it; who was told of
  it in an answer (``commands.recipients``). What another row of the same group says counts too.

Worked example: a platform asks about a firm at position 60, where a ban of 50 stands; the ban is withdrawn at
90: the platform is told, though it never subscribed. Had it asked at 40, it would not be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from registry.access.identity import Caller, CallerRole, IdentityError, parse_identity
from registry.access.policy import DOMAINS
from registry.commands.ledger import GroupLedger
from registry.commands.state import RegistryState
from registry.commands.submission import Submission, target_of
from registry.domain.periods import china_day
from registry.sanctions.effects import Effects
from registry.sanctions.notices import (
    Addressee,
    Concerned,
    Domains,
    Made,
    gives_notice,
    notices_of,
    touched_by,
)
from registry.store.interface import Group, NoticeRow, SubscriptionRow
from registry.supervision.duties import Clocks
from registry.supervision.notices import notices_of_act
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import StatementReference
from registry.v1.supervision_pb2 import FileReference
from registry.watches import Watches

MAX_NOTICE_WATCHES = 6
"""Streams of notices at a time; with those that watch tenders fewer than the server lets in."""
_NEW = frozenset({"event", "ban_decision", "ban_served"})
"""Bodies of which is told only what is not over yet."""
_NAMED_BY_CODE = frozenset({CallerRole.DEPARTMENT, CallerRole.REGISTRAR})


def own_name(caller: Caller) -> str:
    """The name under which a caller is told: a department's code, or the name in a system's certificate."""
    return caller.name if caller.role in _NAMED_BY_CODE else caller.uri


class Outbox:
    """Who is told of every change, and who waits for notices. Changed only by committed groups."""

    def __init__(self, state: RegistryState) -> None:
        self.state = state
        self.watches = Watches(MAX_NOTICE_WATCHES)
        self.subscribers: dict[str, Addressee] = {}
        for row in state.store.subscriptions():
            self._put(row)

    def addressee(self, uri: str) -> Addressee | None:
        """The caller of this name; None if it is one who asks about nobody, or no name of this registry."""
        try:
            caller = parse_identity(uri, origin=self.state.origin)
        except IdentityError:
            return None
        if caller.role not in DOMAINS:
            return None
        department = caller.role is CallerRole.DEPARTMENT
        kind = pb.ADDRESSEE_KIND_DEPARTMENT if department else pb.ADDRESSEE_KIND_SYSTEM
        return Addressee(kind, own_name(caller), DOMAINS[caller.role])

    def committed(self, group: Group) -> None:
        """Takes a group that is durable into account, and wakes who has notices in it."""
        for row in group.subscriptions:
            self._put(row)
        if group.notices:
            self.watches.touch([row.addressee for row in group.notices])

    def _put(self, row: SubscriptionRow) -> None:
        addressee = self.addressee(row.caller)
        if row.subscribed and addressee is not None:
            self.subscribers[row.caller] = addressee
        else:
            self.subscribers.pop(row.caller, None)


class GroupOutbox:
    """The notices of one group being worked out, on top of what is committed."""

    def __init__(self, outbox: Outbox, group: Group, ledger: GroupLedger) -> None:
        self._outbox = outbox
        self._store = outbox.state.store
        self._group = group
        self._ledger = ledger

    def tell(self, job: Submission, effects: Effects, ref: str, received_ms: int) -> None:
        """Adds the notices that an admitted statement gives rise to."""
        statement = job.statement
        if effects.files:
            self._tell_of_act(job, effects, received_ms)
            return
        if not gives_notice(statement) or (job.body == "event" and not self._outbox.subscribers):
            return  # Of an event that is new nobody but subscribers is told.
        day = china_day(received_ms)
        edition = self._ledger.edition_on(day)
        touched = touched_by(effects, edition, day=day, ended_too=job.body not in _NEW)
        target = target_of(statement)
        placed = self._ledger.placed(target.department, target.statement_id) if target else None
        before = self._before(touched.positions) if placed and touched.negative else ()
        concerned = Concerned(tuple(self._outbox.subscribers.values()), tuple(before))
        about = placed.position if placed else None
        for made in notices_of(statement, touched, concerned):
            row = _row(job, made, effects.position, about=about, ref=ref, made_ms=received_ms)
            self._group.notices.append(row)

    def _tell_of_act(self, job: Submission, effects: Effects, received_ms: int) -> None:
        clocks = Clocks(china_day(received_ms), self._ledger.edition_on)
        for file in effects.files:
            for made in notices_of_act(job.statement, file, clocks):
                self._group.notices.append(
                    _row(job, made, effects.position, about=None, ref="", made_ms=received_ms, file=file.file)
                )

    def _before(self, positions: Collection[int]) -> Iterator[Addressee]:
        """Who was told of what a statement changes. Of an earlier notice all that its addressee may ask about
        counts, of an answer the domain in which it was asked."""
        known = [*self._store.told_about(positions), *self._told_in_group(positions)]
        for kind, name in dict.fromkeys(known):
            if kind == pb.ADDRESSEE_KIND_SYSTEM and (told := self._outbox.addressee(name)):
                yield told
            elif kind == pb.ADDRESSEE_KIND_DEPARTMENT:
                yield Addressee(pb.ADDRESSEE_KIND_DEPARTMENT, name, DOMAINS[CallerRole.DEPARTMENT])
        answered = [*self._store.recipients(positions), *self._answered_in_group(positions)]
        for uri, domain in dict.fromkeys(answered):
            if told := self._outbox.addressee(uri):
                domains = told.domains & _one(domain) if domain else told.domains
                yield Addressee(told.kind, told.name, domains)

    def _told_in_group(self, wanted: Collection[int]) -> list[tuple[int, str]]:
        return [
            (row.addressee_kind, row.addressee)
            for row in self._group.notices
            if row.position in wanted or row.target in wanted
        ]

    def _answered_in_group(self, positions: Collection[int]) -> list[tuple[str, int]]:
        return [(row.caller, row.domain) for row in self._group.recipients if row.position in positions]


def _one(domain: int) -> Domains:
    return frozenset({subject_pb2.Domain.ValueType(domain)})


def _row(
    job: Submission,
    made: Made,
    position: int,
    *,
    about: int | None,
    ref: str,
    made_ms: int,
    file: FileReference | None = None,
) -> NoticeRow:
    statement = job.statement
    own = StatementReference(department=statement.department, statement_id=statement.statement_id)
    told = pb.Notice(kind=made.kind, statement=own, target=target_of(statement), text=made.text, file=file)
    return NoticeRow(
        notice_id=made.notice_id(position),
        addressee=made.addressee.name,
        addressee_kind=made.addressee.kind,
        position=position,
        target=about,
        subject=ref,
        made_ms=made_ms,
        told=told.SerializeToString(deterministic=True),
    )
