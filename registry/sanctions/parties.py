"""Who else is asked about when one is: the same subject under other codes, and those related to it
(主体关联).

* *Succession* (换码): the old code and the new one are one subject; what fell on either falls on both.
* *Merger* (民法典 第六十七条): rights and duties pass to the one that goes on, and with it to the one that
  absorbs it in turn. Whether a ban does is no rule that we found: what fell on the absorbed subject is for a
  human to weigh.
* *Branch*: a branch has no legal personality of its own; what fell on it or on its parent shows on the other,
  for a human to weigh (law.md §5.3, no express rule found).
* *Alternate*: a code of before the USCC leads to the subject. Two subjects on one such code are ambiguous.

Only what is linked by a signed statement counts; codes that merely resemble each other are not linked. A
link that a stolen key withdrew holds on, and one that it made is for a human to weigh (``surely_same``): a
thief takes no ban off a code and puts none on another. No more does he settle a name. An alternate is not
weighed (docs/decisions/0017): it leads to a subject or it does not, so a disputed one leads nowhere, and
where one was cut in dispute those beside it lead nowhere either, until the department links anew.

Worked example: A (old code) → B (new code), C a branch of B. Asked about A or B: both their grounds, and
C's as BRANCH. Asked about C: its own, and A's and B's as PARENT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.sanctions.ground import Link, SubjectRecord
from registry.sanctions.standing import disputed_at
from registry.v1 import statement_pb2
from registry.v1 import verdict_pb2 as pb

RecordOf = Callable[[str], SubjectRecord | None]

_OUTWARD = {
    statement_pb2.SUBJECT_LINK_KIND_MERGER: pb.SUBJECT_RELATION_SURVIVING,
    statement_pb2.SUBJECT_LINK_KIND_BRANCH: pb.SUBJECT_RELATION_PARENT,
}
_INWARD = {
    statement_pb2.SUBJECT_LINK_KIND_MERGER: pb.SUBJECT_RELATION_ABSORBED,
    statement_pb2.SUBJECT_LINK_KIND_BRANCH: pb.SUBJECT_RELATION_BRANCH,
}

_PASSED_ON = (pb.SUBJECT_RELATION_ABSORBED, pb.SUBJECT_RELATION_SURVIVING)


@dataclass(frozen=True, slots=True)
class Party:
    """A subject whose record bears on the question. ``position`` is the link's that says so, -1 for
    itself."""

    ref: str
    relation: pb.SubjectRelation.ValueType
    position: int = -1


def parties_of(record: SubjectRecord, record_of: RecordOf, *, position: int, day: date) -> list[Party]:
    """The subject itself first, then itself under other codes, then those related to it, in order of refs."""
    if not record.links:
        return [Party(record.ref, pb.SUBJECT_RELATION_SELF)]
    same = _same(record, record_of, position)
    related: dict[str, Party] = {}
    followed: set[tuple[str, int]] = set()
    waiting = [Party(ref, pb.SUBJECT_RELATION_SELF) for ref in sorted(same)]
    while waiting:
        here = waiting.pop(0)
        for party in _related(record_of(here.ref), record_of, position, day):
            if here.relation not in (pb.SUBJECT_RELATION_SELF, party.relation):
                continue  # A chain of mergers is followed in one direction.
            for ref in _same_refs(party.ref, record_of, position):
                if ref in same or (ref, party.relation) in followed:
                    continue
                # It may be a branch as well as absorbed: it is told once, and followed as both.
                followed.add((ref, party.relation))
                found = Party(ref, party.relation, party.position)
                related.setdefault(ref, found)
                waiting += [found] if party.relation in _PASSED_ON else []
    return [*same.values(), *(related[ref] for ref in sorted(related))]


def current_ref(record: SubjectRecord, record_of: RecordOf, *, position: int, day: date) -> str:
    """The code that a subject bears on a day: the one that no succession has led away from by then, and that
    none leads to only later."""
    for ref in sorted(_same(record, record_of, position)):
        other, kind = record_of(ref), statement_pb2.SUBJECT_LINK_KIND_SUCCESSION
        left = list(_links(other, kind, position, day, outgoing=True, record_of=record_of))
        borne = set(_links(other, kind, position, date.max, outgoing=False, record_of=record_of))
        now = set(_links(other, kind, position, day, outgoing=False, record_of=record_of))
        if not left and borne == now:
            return ref
    return record.ref


def alternates_of(record: SubjectRecord, *, position: int, day: date) -> frozenset[str]:
    """The subjects to which a code of before the USCC leads."""
    kind = statement_pb2.SUBJECT_LINK_KIND_ALTERNATE
    return frozenset(other for other, _ in _links(record, kind, position, day, outgoing=True))


def _same(record: SubjectRecord, record_of: RecordOf, position: int) -> dict[str, Party]:
    """The subject under all its codes, the one asked about first. It is one subject on every day, also before
    the code changed: what fell on the old code falls on whoever bids under the new one."""
    kind = statement_pb2.SUBJECT_LINK_KIND_SUCCESSION
    same = {record.ref: Party(record.ref, pb.SUBJECT_RELATION_SELF)}
    waiting = [record]
    while waiting:
        here = waiting.pop()
        for other, link in _links(here, kind, position, date.max, record_of=record_of):
            if other not in same:
                same[other] = Party(other, pb.SUBJECT_RELATION_SAME, link)
                further = record_of(other)
                waiting += [further] if further is not None else []
    return same


def _same_refs(ref: str, record_of: RecordOf, position: int) -> Iterator[str]:
    record = record_of(ref)
    yield from _same(record, record_of, position) if record is not None else (ref,)


def surely_same(record: SubjectRecord, others: Iterable[SubjectRecord], position: int) -> frozenset[str]:
    """The codes of a subject that it has by sound links: made and not withdrawn, by no stolen key."""
    records = {each.ref: each for each in (*others, record)}
    disputed = frozenset[int]().union(*(disputed_at(each.marks, position) for each in records.values()))
    kind = statement_pb2.SUBJECT_LINK_KIND_SUCCESSION
    sure, waiting = {record.ref}, [record]
    while waiting:
        for other, made in _links(waiting.pop(), kind, position, date.max):
            if made not in disputed and other not in sure:
                sure.add(other)
                waiting += [records[other]] if other in records else []
    return frozenset(sure)


def linked_with(refs: Iterable[str], record_of: RecordOf) -> Iterator[str]:
    """Whoever one of some subjects was ever linked with, whether or not the link holds: whether it does may
    change by a statement about either end."""
    for ref in refs:
        record = record_of(ref)
        yield from (link.other for link in record.links) if record is not None else ()


def still_holds(
    link: Link, record: SubjectRecord, record_of: RecordOf, *, position: int, day: date = date.max
) -> bool:
    """Whether one of a record's links holds on a day, also if it was withdrawn in dispute."""
    if link.holds(position, day) or link.known_to is None:
        return link.holds(position, day)
    told = record_of(link.other) if link.outgoing else record  # Under whose code the statement stands.
    in_dispute = told is not None and link.known_to in disputed_at(told.marks, position)
    return in_dispute and replace(link, known_to=None).holds(position, day)


def _related(record: SubjectRecord | None, record_of: RecordOf, position: int, day: date) -> Iterator[Party]:
    for link in record.links if record is not None else ():
        relation = (_OUTWARD if link.outgoing else _INWARD).get(link.kind)
        if relation is None or record is None:
            continue
        if still_holds(link, record, record_of, position=position, day=day):
            yield Party(link.other, relation, link.position)


def _links(
    record: SubjectRecord | None,
    kind: statement_pb2.SubjectLinkKind.ValueType,
    position: int,
    day: date,
    *,
    outgoing: bool | None = None,
    record_of: RecordOf | None = None,
) -> Iterator[tuple[str, int]]:
    """Other ends of links that hold; with ``record_of`` also those that were withdrawn in dispute."""
    for link in record.links if record is not None else ():
        if link.kind != kind or outgoing not in (None, link.outgoing):
            continue
        if link.holds(position, day) or (
            record_of is not None
            and record is not None
            and still_holds(link, record, record_of, position=position, day=day)
        ):
            yield link.other, link.position


def disputed_names(record: SubjectRecord, position: int) -> frozenset[str]:
    """Names that disagree and on which nobody has ruled (一码多名), in comparable form; empty if none do.

    A name that the registering authority states, or that a human ruled on, is settled: only others are
    disputed then. Without a settled name, two names are. A stolen key settles none and takes none away."""
    if len(record.names) < 2:
        return frozenset()
    stolen = disputed_at(record.marks, position)
    known = [use for use in record.names if use.known_at(position) or use.known_to in stolen]
    settled = {use.name for use in known if use.settled and use.known_from not in stolen}
    loose = {use.name for use in known} - settled
    return frozenset(loose) if settled or len(loose) > 1 else frozenset()
