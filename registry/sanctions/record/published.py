"""What everybody may know of organisations (对社会公示), and what follows from it.

* An entry is shown while its own clock says so (``record.disclosure``), as long as it stands, and never of a
  natural person (山东省社会信用条例 第二十条). What was withdrawn, corrected or repaired, what is not served
  and what is shielded is not; an objection, a suit or a stay is noted on it.
* Restrictions are told that follow from what is shown, while they run and before they begin, in every domain
  but EXIT_ENTRY: who may not leave the country is nobody else's business. A decision that was repeated is
  not told: it is over.
* Of the content, numbers and kinds of persons' papers, remarks (备注), who inspected or stood back with the
  numbers of their certificates (执法证), and where papers and videos of it lie are left out; and so is the
  operator's name of a sole trader (个体工商户): its trade name is what is publicised.
* ``shown_days`` finds the same days from what the index holds, without opening the statement, for those who
  look at very many. Where the index does not tell, the statement is asked for.

Worked example: a ban of 2026-03-01 to 2028-03-01 by M-PRO-01 is shown to 2028-03-01, with the restriction; on
2028-03-02 neither is. A warning (警告, 轻微) is not shown at all, and nothing that follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from registry.domain.identifiers import mask, normalise
from registry.domain.periods import Period
from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Category, Edition, Measure
from registry.sanctions.ground import Ground, GroundKind, Mark, MarkKind, SubjectRecord
from registry.sanctions.record.clocks import nothing_noted, validity_of
from registry.sanctions.record.disclosure import disclosure_clock
from registry.sanctions.record.entries import Entry
from registry.sanctions.restriction import Restriction, restrictions_of
from registry.sanctions.standing import (
    RUNNING,
    disputed_at,
    in_dispute,
    marks_of,
    marks_on,
    speaks,
    standing,
)
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

SaidOf = Callable[[int], pb.Event]
"""Opens the statement at a position."""
NOT_TOLD = frozenset({subject_pb2.DOMAIN_EXIT_ENTRY, subject_pb2.DOMAIN_INCENTIVE})
"""Domains of which no restriction is told: one is secret, and in the other there are none."""
_SHOWN = RUNNING | {verdict_pb2.HIT_STATUS_COMING}
_PAPERS = ("zjhm", "zjlx", "id_no", "id_type", "id_no_masked")
_TAX_NUMBER = "swdj"
_INTERNAL = frozenset(
    {
        "bz", "inspectors", "certificate_nos", "recusal", "record_uri", "av_record_uri",
        "responsible_persons", "consent",
    }
)  # fmt: skip
_OPERATORS = frozenset({"frdb", "legal_rep_name"})
_RECORDS = (GroundKind.RECORDED, GroundKind.LISTED)


def is_published(entry: Entry, day: date) -> bool:
    """Whether everybody may be told of an entry on a day."""
    said, shown = entry.stated.said, entry.disclosure
    personal = said.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    if personal or is_person(entry.stated.recorded.subject) or not entry.is_kept:
        return False
    domains = {ground.measure.domain for ground in entry.grounds if ground.measure is not None}
    return shown.public and shown.running(day) and domains != {subject_pb2.DOMAIN_EXIT_ENTRY}


def is_public_field(item: pb.Field, subject: subject_pb2.Subject) -> bool:
    """Whether a field of the content of a published entry is shown."""
    name, sole_trader = item.name, subject.kind == subject_pb2.SUBJECT_KIND_SOLE_TRADER
    if name.endswith(_PAPERS) or name in _INTERNAL or (sole_trader and name in _OPERATORS):
        return False
    if not name.endswith(_TAX_NUMBER):
        return True
    code = normalise(item.value)
    return mask(subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER, code) == code


def binding_by(
    grounds: Sequence[Ground], record: SubjectRecord, *, position: int, edition: Edition, day: date
) -> Iterator[tuple[Restriction, verdict_pb2.HitStatus.ValueType]]:
    """The restrictions that follow from the grounds of a published statement, and where each stands."""
    marks = record.marks
    disputed = disputed_at(marks, position) if marks else frozenset()
    for ground in grounds:
        noted = marks_on(ground, marks, position, edition, day) if marks else ()
        doubtful = in_dispute(ground, position, disputed) if disputed else False
        for restriction in following_from(ground, edition, day):
            status = standing(restriction.period, day, ended=ground.ended, marks=noted)
            if doubtful and status in RUNNING:
                status = verdict_pb2.HIT_STATUS_DISPUTED
            if status in _SHOWN:
                yield restriction, status


def following_from(ground: Ground, edition: Edition, day: date) -> Iterator[Restriction]:
    """What follows from a ground by the law of a day, each restriction once, in the domain of its measure."""
    for domain in dict.fromkeys(row.domain for row in _rows(ground, edition)):
        if domain not in NOT_TOLD:
            for restriction in restrictions_of(ground, edition, domain, day):
                if restriction.measure.domain == domain:
                    yield restriction


def _rows(ground: Ground, edition: Edition) -> Sequence[Measure]:
    if ground.measure is not None:
        return (ground.measure,)
    listed = ground.kind is GroundKind.LISTED
    return edition.rows_of_list(ground.code) if listed else edition.statutes_of(ground.code)


def speaking(record: SubjectRecord, position: int) -> dict[int, list[Ground]]:
    """The grounds of a record that count at a position, by the position of their statement."""
    disputed = disputed_at(record.marks, position) if record.marks else frozenset()
    found: dict[int, list[Ground]] = {}
    for ground in record.grounds:
        if speaks(ground, position, disputed, record.grounds):
            found.setdefault(ground.position, []).append(ground)
    return found


def shown_days(
    grounds: Sequence[Ground],
    record: SubjectRecord,
    *,
    position: int,
    edition: Edition,
    day: date,
    said_of: SaidOf,
) -> Period | None:
    """The days on which the statement that left these grounds (all that ``speaking`` has of it) is shown to
    everybody, by what is known at a position and by the law of a day; None: on none."""
    if is_person(record.ref) or grounds[0].subject_kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON:
        return None
    said, category = _said(grounds, edition, said_of)
    if category is None or category.disclosure == "never":
        return None
    marks = record.marks
    noted = marks_of(marks, grounds[0].position, position) if marks else []

    def noted_on(ground: Ground | None) -> Sequence[Mark]:
        if ground is None:
            return [mark for mark in noted if mark.kind is not MarkKind.SHIELDED]
        return marks_on(ground, marks, position, edition, day)

    written = said.effective_from or said.document.decided_on
    first = date.fromisoformat(written) if written else grounds[0].law_date
    validity = validity_of(said, first, grounds, edition, day, noted_on if marks else nothing_noted)
    shown = disclosure_clock(said, category, validity, grounds, edition, day, noted)
    return shown.term if shown.public else None


def _said(grounds: Sequence[Ground], edition: Edition, said_of: SaidOf) -> tuple[pb.Event, Category | None]:
    """What the clock needs of a statement, told by its grounds where they tell it."""
    told = next((ground for ground in grounds if ground.kind in _RECORDS), None)
    code = _category_of(told, edition) if told is not None else ""
    category = edition.category(code) if code else None
    if category is None or _depends_on_content(category, grounds):
        said = said_of(grounds[0].position)
        return said, edition.category(said.category)
    list_code = told.code if told is not None and told.kind is GroundKind.LISTED else ""
    return pb.Event(category=code, document=grounds[0].document, list_code=list_code), category


def _category_of(ground: Ground, edition: Edition) -> str:
    if ground.kind is GroundKind.RECORDED:
        return ground.code
    rows = edition.lists.get(ground.code, ())
    listed = edition.credit_list(ground.code, ground.period.first) or (rows[-1] if rows else None)
    return listed.category if listed is not None else ""


def _depends_on_content(category: Category, grounds: Sequence[Ground]) -> bool:
    if category.disclosure == "by_severity":
        return not any(ground.facts is not None for ground in grounds)
    return all(ground.kind is GroundKind.RECORDED for ground in grounds)
