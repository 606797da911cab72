"""Who is told of what (告知): the notices that a statement gives rise to.

Pure: the same statement with the same effects, over the same knowledge of who was told, gives the same
notices under the same ids, so that a notice that is made or delivered twice is known by its id.

* *Systems* that subscribed are told of every change in the domains in which they may ask. Whoever was told
  of a statement before (by an earlier notice, by an answer, by what he reported of it) is told again when
  it is revoked, corrected, ended or stayed: a decision that was revoked must not go on working anywhere
  (行政处罚法 第四十八条: 三日内撤回). Of what is new only that is told which is not over yet.
* *The subject* is told of a decision made here, and of whatever befalls a record that stands; the notice
  goes to the department that stated what gave rise to it, which serves it on the subject.
* *The source* is told of an objection and of an application for repair (转办), and of what another did to
  its statement; whoever filed for the subject is told of the result.
* A step of a ban before its decision is told to nobody: it is no credit information.
* Nothing about a person stands in a notice but whom it is about, and that is put in, masked, where it is
  shown. Of measures in a domain nobody learns who may not ask there; a ban on leaving the country least of
  all.

Worked example: a bid rigger's ban from procurement, stated at 40 and told to two subscribers, is withdrawn
at 90: both are told REVOKED under the ids ``90-3-…``, the department gets one for service on the subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.words import DOMAINS_ZH
from registry.sanctions.effects.changes import Effects
from registry.sanctions.ground import Ground, GroundKind
from registry.sanctions.notice_words import text_of
from registry.sanctions.restriction import restrictions_of
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import statement_pb2, subject_pb2

Domains = frozenset[subject_pb2.Domain.ValueType]
_DIGEST = 16
_SECRET = subject_pb2.DOMAIN_EXIT_ENTRY
_BINDING = (GroundKind.IMPOSED, GroundKind.LISTED)
_NEGATIVE = (*_BINDING, GroundKind.RECORDED)
_DOMAINS = tuple(domain for domain in subject_pb2.Domain.values() if domain)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told: a department by its code, a system by the name in its certificate; and the domains in
    which it may ask, or asked."""

    kind: pb.AddresseeKind.ValueType
    name: str
    domains: Domains = frozenset()


@dataclass(frozen=True, slots=True)
class Touched:
    """What a statement changes: positions of the earlier statements whose rows it changes, whether anything
    negative is among these, the domains in which it restricts, and whether it is a record that restricts
    nothing by itself."""

    positions: frozenset[int]
    negative: bool
    domains: Domains
    record_only: bool


@dataclass(frozen=True, slots=True)
class Concerned:
    """Systems and departments that are told of every change, and those that were told before of what a
    statement changes."""

    subscribers: Sequence[Addressee] = ()
    before: Sequence[Addressee] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A notice for one addressee, without its place in the log."""

    kind: pb.NoticeKind.ValueType
    addressee: Addressee
    text: str

    def notice_id(self, position: int) -> str:
        """Its id: position, kind, and a digest of the addressee."""
        named = f"{int(self.addressee.kind)}\n{self.addressee.name}"
        return f"{position}-{int(self.kind)}-{sha256(named.encode()).hexdigest()[:_DIGEST]}"


@dataclass(frozen=True, slots=True)
class _Parties:
    """Under which kind systems, the subject, the source and who filed are told; None: not at all."""

    systems: pb.NoticeKind.ValueType | None = None
    subject: pb.NoticeKind.ValueType | None = None
    source: pb.NoticeKind.ValueType | None = None
    filer: pb.NoticeKind.ValueType | None = None
    filed: statement_pb2.StatementReference | None = None


def gives_notice(statement: statement_pb2.Statement) -> bool:
    """Whether anybody may have to be told of a statement."""
    return statement.WhichOneof("body") == "event" or _parties(statement) != _Parties()


def touched_by(effects: Effects, edition: Edition, *, day: date, ended_too: bool) -> Touched:
    """What effects change under the law of a day; ``ended_too``: also what was over by then.

    Where rows change, it is these: of a repair that ends two measures and leaves a third, those two. Where
    only a note begins or ends, it is everything that stands of the statement."""
    marks = {mark.target for mark in (*effects.marked, *effects.unmarked)}
    changed = [row for row in (*effects.opened, *effects.closed) if row.kind in _NEGATIVE]
    noted = [row for row in _standing(effects) if row.position in marks and row.kind in _NEGATIVE]
    changed = changed or noted
    positions = marks.union(row.position for row in (*effects.opened, *effects.closed))
    positions |= {effects.target.position} if effects.target else set()
    return Touched(
        positions=frozenset(positions - {effects.position}),
        negative=bool(changed),
        domains=_domains_of(changed, edition, day, ended_too=ended_too),
        record_only=not any(row.kind in _BINDING for row in changed),
    )


def notices_of(statement: statement_pb2.Statement, touched: Touched, concerned: Concerned) -> list[Made]:
    """The notices that an admitted statement gives rise to, each addressee's once for each kind."""
    parties = _parties(statement)
    made = [*_to_systems(statement, parties.systems, touched, concerned)]
    if parties.subject is not None and _is_served(parties.subject, touched):
        subject = Addressee(pb.ADDRESSEE_KIND_SUBJECT, statement.department)
        made.append(Made(parties.subject, subject, text_of(statement, parties.subject)))
    for kind, department in _departments(statement, parties):
        addressee = Addressee(pb.ADDRESSEE_KIND_DEPARTMENT, department)
        made.append(Made(kind, addressee, text_of(statement, kind)))
    return list({each.notice_id(0): each for each in made}.values())


def _to_systems(
    statement: statement_pb2.Statement,
    kind: pb.NoticeKind.ValueType | None,
    touched: Touched,
    concerned: Concerned,
) -> Iterator[Made]:
    if kind is None or not touched.negative:
        return
    told = [each for each in concerned.subscribers if each.domains & touched.domains]
    told += [each for each in concerned.before if _was_concerned(each, touched)]
    for each in told:
        if each.name != statement.department:
            words = [DOMAINS_ZH[domain] for domain in sorted(each.domains & touched.domains)]
            yield Made(kind, each, text_of(statement, kind, "、".join(words)))


def _is_served(kind: pb.NoticeKind.ValueType, touched: Touched) -> bool:
    """Whether the subject is told. Who keeps somebody from leaving serves what he decides himself: it passes
    through nobody else's hands."""
    return touched.domains != {_SECRET} and (touched.negative or kind not in _OF_RECORDS)


def _was_concerned(addressee: Addressee, touched: Touched) -> bool:
    """Whether what he was told of bears on a domain of his: a record that restricts nothing is shown in all
    of them, but for exit and entry (不当联结)."""
    if touched.record_only:
        return bool(addressee.domains - {_SECRET})
    return bool(addressee.domains & touched.domains)


def _departments(
    statement: statement_pb2.Statement, parties: _Parties
) -> Iterator[tuple[pb.NoticeKind.ValueType, str]]:
    name = statement.WhichOneof("body") or ""
    if parties.source is not None:
        source = getattr(statement, name).target.department
        if name in _FORWARDED or source != statement.department:
            yield parties.source, source
    if parties.filer is not None and parties.filed and parties.filed.department != statement.department:
        yield parties.filer, parties.filed.department


def _standing(effects: Effects) -> Iterable[Ground]:
    return (row for record in effects.subjects for row in record.grounds if row.known_to is None)


def _domains_of(rows: Iterable[Ground], edition: Edition, day: date, *, ended_too: bool) -> Domains:
    return frozenset(
        domain
        for row in rows
        for domain in _DOMAINS
        for found in restrictions_of(row, edition, domain, day)
        if ended_too or found.period.last is None or found.period.last >= day
    )


_OF_RECORDS = frozenset(
    {
        pb.NOTICE_KIND_ENDED, pb.NOTICE_KIND_REVOKED, pb.NOTICE_KIND_CORRECTED, pb.NOTICE_KIND_STAYED,
        pb.NOTICE_KIND_RESUMED,
    }
)  # fmt: skip
"""Of these the subject is told only where the record is negative: not of a licence that is withdrawn."""
_FORWARDED = frozenset({"objection", "repair_application"})
"""What the source has to decide on, at whichever window it was filed."""
_BOTH = {
    "correction": pb.NOTICE_KIND_CORRECTED,
    "withdrawal": pb.NOTICE_KIND_REVOKED,
    "lifting": pb.NOTICE_KIND_ENDED,
    "ban_decision": pb.NOTICE_KIND_RESTRICTED,
    "repair_annulment": pb.NOTICE_KIND_REPAIR_ANNULLED,
}
"""Bodies by which systems and subject are told alike."""
_NOTED = {
    statement_pb2.NOTED_STATUS_STAYED: pb.NOTICE_KIND_STAYED,
    statement_pb2.NOTED_STATUS_SHIELDED: pb.NOTICE_KIND_STAYED,
    statement_pb2.NOTED_STATUS_RESUMED: pb.NOTICE_KIND_RESUMED,
    statement_pb2.NOTED_STATUS_SHIELD_ENDED: pb.NOTICE_KIND_RESUMED,
}
_RESULTS = {
    statement_pb2.OBJECTION_OUTCOME_DELETED: pb.NOTICE_KIND_REVOKED,
    statement_pb2.OBJECTION_OUTCOME_CORRECTED: pb.NOTICE_KIND_CORRECTED,
    statement_pb2.OBJECTION_OUTCOME_SUPPLEMENTED: pb.NOTICE_KIND_CORRECTED,
    statement_pb2.OBJECTION_OUTCOME_DISCLOSURE_ENDED: pb.NOTICE_KIND_ENDED,
    statement_pb2.OBJECTION_OUTCOME_REMOVED: pb.NOTICE_KIND_ENDED,
}
"""What the result of an objection is to whoever uses the record."""


def _parties(statement: statement_pb2.Statement) -> _Parties:
    body = statement.WhichOneof("body") or ""
    if body in _BOTH:
        return _Parties(systems=_BOTH[body], subject=_BOTH[body])
    match body:
        case "event" | "ban_served":
            return _Parties(systems=pb.NOTICE_KIND_RESTRICTED)
        case "status_note":
            return _of_note(statement.status_note)
        case "objection":
            return _Parties(source=pb.NOTICE_KIND_OBJECTION)
        case "objection_result":
            return _of_result(statement.objection_result)
        case _:
            return _of_repair(statement, body)


def _of_repair(statement: statement_pb2.Statement, body: str) -> _Parties:
    match body:
        case "repair_application":
            return _Parties(source=pb.NOTICE_KIND_REPAIR_APPLICATION)
        case "repair_acceptance":
            kind = pb.NOTICE_KIND_REPAIR_APPLICATION
            return _Parties(subject=kind, filer=kind, filed=statement.repair_acceptance.application)
        case "repair_refusal":
            kind = pb.NOTICE_KIND_REPAIR_RESULT
            return _Parties(subject=kind, filer=kind, filed=statement.repair_refusal.application)
        case "repair":
            if not statement.repair.HasField("application"):
                return _Parties(systems=pb.NOTICE_KIND_ENDED, subject=pb.NOTICE_KIND_ENDED)
            kind, filed = pb.NOTICE_KIND_REPAIR_RESULT, statement.repair.application
            return _Parties(systems=pb.NOTICE_KIND_ENDED, subject=kind, filer=kind, filed=filed)
    return _Parties()


def _of_note(note: statement_pb2.StatusNote) -> _Parties:
    if note.status in _NOTED:
        kind = _NOTED[note.status]
        return _Parties(systems=kind, subject=kind)
    if note.status == statement_pb2.NOTED_STATUS_OBJECTED:
        return _Parties(source=pb.NOTICE_KIND_OBJECTION)
    if note.status == statement_pb2.NOTED_STATUS_OBJECTION_SETTLED:
        return _Parties(subject=pb.NOTICE_KIND_OBJECTION_RESULT, source=pb.NOTICE_KIND_OBJECTION_RESULT)
    return _Parties()


def _of_result(result: statement_pb2.ObjectionResult) -> _Parties:
    kind = pb.NOTICE_KIND_OBJECTION_RESULT
    systems = _RESULTS.get(result.outcome)
    return _Parties(systems=systems, subject=kind, source=kind, filer=kind, filed=result.objection)
