"""What a compromised key signed (密钥泄露): disputed until the department confirms or withdraws it.

A revocation for compromise names the first suspect position. Each statement about a subject that the key
signed from there on gets a DISPUTED note, known from the revocation on: earlier answers stay what they were.
Nothing is undone, in either direction: what a disputed statement says needs a human's review, and what it
ended counts on as disputed, so that a thief can neither ban nor free anybody. A disputed delivery of a list
is not counted: the department delivers again. A confirmation ends the note, a withdrawal or a correction the
statement. A key that a stolen one enrolled is stolen too, with all that it signed: one in its own place
(``replaces``), or, where it was a registrar's (登记员), one for any other holder. Honest holders among them
get a new key, and confirm what is theirs.

A code of before the USCC (旧码) that a disputed statement linked leads there no more, and where one cut a
link those that stood beside it lead nowhere either: who asks by the old code is told that it is not known,
neither CLEAR nor BLOCKED, until the department links it again. That is a new statement, as with a delivery.

A key may be found stolen after it had gone, or from earlier on than was thought: what was not disputed before
is from then on. So a thief gains nothing by giving the key up himself.

Worked example: key K signs a ban at 10 and withdraws another at 20, and is revoked at 30, suspect from 15.
Asked at 25 nothing is known of it; asked at 30 the ban of 10 blocks, the one withdrawn at 20 is a hit that
needs review. Were K a registrar's, key H of another department that K enrolled at 18 would go at 30 as well,
and what H signed would be disputed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from registry.domain.departments import Key
from registry.domain.periods import Period
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.knowing import known_by_what_stands
from registry.sanctions.ground import Link, Mark, MarkKind, SubjectRecord
from registry.sanctions.ledger import Ledger, Placed
from registry.v1 import statement_pb2 as pb

KEY_PREFIX = "K:"
"""How the reference of a statement about a key begins."""
_ALWAYS = Period(date.min, None)


def stolen_with(key: Key, first: int, ledger: Ledger) -> list[tuple[Key, int]]:
    """The key and those that it enrolled since it was stolen, in its own place or for other holders, and
    those that they enrolled; with the first suspect position of each."""
    stolen = [(key, first)]
    for each, since in stolen:  # Grows: a stolen heir may have enrolled more.
        for placed in ledger.signed_by(each, since):
            heir = ledger.directory.key(placed.ref.removeprefix(KEY_PREFIX))
            if heir and heir.position == placed.position:
                stolen.append((heir, heir.position))
    return stolen


def dispute(signed: Sequence[Placed], position: int, ledger: Ledger) -> Effects:
    """Every statement that a compromised key signed is disputed from ``position`` on."""
    records = _old_codes_cut(signed, position, ledger)
    unlinked = [link for record in records.values() for link in record.links if link.known_to == position]
    marked = []
    for each in signed:
        if each.about_subject:
            record = records.get(each.ref) or ledger.subject(each.ref)
            if any(m.target == each.position and m.kind is MarkKind.DISPUTED for m in record.marks):
                continue  # It was disputed before, and may have been confirmed.
            mark = Mark(position, each.position, MarkKind.DISPUTED, _ALWAYS, position)
            records[each.ref] = replace(record, marks=(*record.marks, mark))
            marked.append((each.ref, mark))
    made = Effects(
        position,
        subjects=tuple(records.values()),
        noted=tuple(marked),
        unlinked=tuple(unlinked),
        doubted=tuple(each.position for each in signed if not each.about_subject),
    )
    return known_by_what_stands(made, (ref for ref, _ in marked), ledger)


def _old_codes_cut(signed: Sequence[Placed], position: int, ledger: Ledger) -> dict[str, SubjectRecord]:
    """The records of old codes that disputed statements linked or cut, and of those they led to, without."""
    about = [(ledger.subject(each.ref), each.position) for each in signed if each.about_subject]
    doubtful = [link for record, at in about for link in _led_astray(record, at, ledger)]
    cut = {link.position for link in doubtful}
    return {
        ref: replace(record, links=tuple(_without(link, cut, position) for link in record.links))
        for ref in sorted({end for link in doubtful for end in (link.subject, link.other)})
        for record in (ledger.subject(ref),)
    }


def _led_astray(record: SubjectRecord, at: int, ledger: Ledger) -> Iterator[Link]:
    """Links of old codes to a subject that the statement at a position made, and those that were left beside
    one that it withdrew."""
    for link in record.links:
        if link.kind == pb.SUBJECT_LINK_KIND_ALTERNATE and not link.outgoing:
            if link.position == at and link.known_to is None:
                yield link
            elif link.known_to == at:
                beside = ledger.subject(link.other).links
                yield from (row for row in beside if row.position < at and row.known_to is None)


def _without(link: Link, cut: Collection[int], position: int) -> Link:
    doubtful = link.position in cut and link.known_to is None
    return replace(link, known_to=position) if doubtful else link


def confirmation_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The department stands by a disputed statement: the note on it ends."""
    target = statement.confirmation.target
    placed = ledger.placed(target.department, target.statement_id)
    assert placed is not None  # Admission has seen to it.
    record = ledger.subject(placed.ref)
    mark = dispute_of(record, placed.position)
    assert mark is not None  # Admission has seen to it.
    closed = replace(mark, known_to=position)
    marks = tuple(closed if each == mark else each for each in record.marks)
    return Effects(position, (replace(record, marks=marks),), unmarked=(closed,))


def dispute_of(record: SubjectRecord, target: int) -> Mark | None:
    """The note that a statement is disputed; None if it is not, or was confirmed."""
    for mark in record.marks:
        if mark.target == target and mark.kind is MarkKind.DISPUTED and mark.known_to is None:
            return mark
    return None
