"""Whether an event agrees with what the subject's record already holds (与已有记录相符).

* One code is one kind of subject. A measure falls on kinds, so a second kind on one code would be a way
  around it: an event whose kind differs from that of what stands is refused until one of them is corrected.
* One document enters a subject on a list once and imposes a measure once. Stated a second time, with the next
  term after the first, it would bind longer than the law's longest (过惩相当). The same document is the same
  number of the same authority, however it is written (``documents.normalise_number``).
* What was repaired or lifted stays ended, and what was stayed when it was withdrawn is not in force again:
  stated once more, it would be as if nothing had been decided since. Whoever is to be listed again is listed
  by a new decision, and what goes on (恢复执行) is stated by the document that says so.

Under whichever of its codes the subject has been recorded: a change of code is no new subject.

Example: M-PRO-01 by 沧示财罚字〔2026〕12号 stands at position 40. ``沧示财罚字(2026) 12号`` of theirs does
not impose it again; a correction of position 40 does, for it takes the place of what it corrects.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.documents import normalise_number
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.sanctions.admission.measure import MAX_ITEMS, capacities_meet
from registry.sanctions.catalogue.vocabulary import KINDS_ZH
from registry.sanctions.effects.reference import open_mark
from registry.sanctions.ground import Ending, Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.ledger import Ledger
from registry.sanctions.parties import parties_of
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

_LATEST = 2**63 - 1
_SAME = (verdict_pb2.SUBJECT_RELATION_SELF, verdict_pb2.SUBJECT_RELATION_SAME)


def check_agrees(
    found: Findings, path: str, event: pb.Event, ledger: Ledger, *, replaces: int | None = None
) -> None:
    """Notes where an event contradicts or repeats what is recorded of its subject; ``replaces`` is the
    position of what it corrects."""
    identifier = event.subject.identifier
    if code_faults(identifier.type, normalise(identifier.value)):
        return  # Already told; nothing is recorded under such a code.
    record = ledger.subject(ledger.subject_ref(identifier.type, identifier.value))
    _check_kind(found, f"{path}.subject.kind", event, record, replaces)
    stated = list(_stated(path, event))
    if stated and event.document.number:
        _check_stated_once(found, stated, event.document, _rows(record, ledger), replaces)


def _check_kind(
    found: Findings, field: str, event: pb.Event, record: SubjectRecord, replaces: int | None
) -> None:
    if any(fault.field == field for fault in found.faults):
        return
    for row in record.grounds:
        if row.known_to is None and row.position != replaces and row.subject_kind != event.subject.kind:
            known = KINDS_ZH[row.subject_kind]
            message = (
                f"该主体在序号{row.position}的记录中是{known}, 类别不一致; 请核对, 有误的记录先更正或撤回。"
            )
            found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, field, message)
            return


_Stated = tuple[str, GroundKind, str, subject_pb2.Capacity.ValueType]
"""Field, and what is stated there: a kind of ground, its code and a capacity."""


def _stated(path: str, event: pb.Event) -> Iterator[_Stated]:
    for number, imposed in enumerate(event.measures[:MAX_ITEMS]):
        field = f"{path}.measures[{number}].measure_code"
        yield field, GroundKind.IMPOSED, imposed.measure_code, imposed.capacity
    if event.list_code:
        yield f"{path}.list_code", GroundKind.LISTED, event.list_code, subject_pb2.CAPACITY_UNSPECIFIED


def _rows(record: SubjectRecord, ledger: Ledger) -> Iterator[tuple[SubjectRecord, Ground]]:
    parties = parties_of(record, ledger.subject, position=_LATEST, day=date.max)
    for party in (party for party in parties if party.relation in _SAME):
        of_code = ledger.subject(party.ref)
        yield from ((of_code, row) for row in of_code.grounds)


def _check_stated_once(
    found: Findings,
    stated: list[_Stated],
    document: pb.Document,
    rows: Iterator[tuple[SubjectRecord, Ground]],
    replaces: int | None,
) -> None:
    same = _SameDocument(document)
    told: set[str] = set()
    for record, row in rows:
        for field, kind, code, capacity in stated if row.position != replaces else ():
            again = (kind, code) == (row.kind, row.code) and capacities_meet(capacity, row.capacity)
            if again and field not in told and same.as_of(row) and (why := _why(record, row)):
                told.add(field)
                found.add(reasons.ERROR_REASON_FIELD_INVALID, field, why)


def _why(record: SubjectRecord, row: Ground) -> str:
    """Why what a ground says may not be stated again by the same document; empty if it may."""
    if row.ended is Ending.NONE and row.known_to is None:
        return f"同一文书的{row.code}已在序号{row.position}登记; 有误请更正该记录, 不得重复陈述。"
    if row.ended is not Ending.NONE:
        befell = "移出" if row.ended is Ending.REPAIRED else "解除"
    elif open_mark(record, row.position, MarkKind.STAYED) is not None:
        befell = "中止执行"
    else:
        return ""  # Withdrawn as if it had never been, or corrected.
    return f"同一文书的{row.code}(序号{row.position})已经{befell}, 不得再次陈述; 另有新文书的请用其文号。"


class _SameDocument:
    """Whether a ground rests on a document: the same number of the same authority."""

    def __init__(self, document: pb.Document) -> None:
        self._authority = normalise(document.authority_code)
        self._number = normalise_number(document.number)

    def as_of(self, row: Ground) -> bool:
        """See the class."""
        other = row.document
        return (
            normalise(other.authority_code) == self._authority
            and normalise_number(other.number) == self._number
        )
