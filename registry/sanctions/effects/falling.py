"""What falls with a decision that was revoked (处罚决定被撤销): everything that rests on the same document.

A withdrawal that names the document by which the decision was revoked takes with it, in the same statement,
what the same department has stated about the same subject by the decision's document: the entry on a list
that was stated beside the penalty, say (行政处罚法 第四十八条: 三日内撤回). One without such a document takes
back a statement that should not have been made, and nothing else.

What others hold by that document is theirs to withdraw; it is due (``remedies.revoked``).

Worked example: a penalty of 沧示财罚字〔2026〕12号 at 40 and an entry on L-02 by ``沧示财罚字(2026) 12号`` at
41. The withdrawal of 40 at 60 by 冀示财复决字〔2026〕3号 withdraws 41 too.
"""

from __future__ import annotations

from dataclasses import replace

from registry.domain.documents import normalise_number
from registry.domain.identifiers import normalise
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.ending import ended
from registry.sanctions.effects.filing import overtaken
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import statement_pb2 as pb

_NEGATIVE = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)


def same_document(one: pb.Document, other: pb.Document) -> bool:
    """Whether two citations are of one document: the same number of the same authority."""
    return bool(one.number) and (
        normalise(one.authority_code) == normalise(other.authority_code)
        and normalise_number(one.number) == normalise_number(other.number)
    )


def falling_with(record: SubjectRecord, target: RecordedEvent, ledger: Ledger) -> list[RecordedEvent]:
    """What else stands on a target's record by the document of the target, stated by the same department."""
    held = [row for row in record.grounds if row.known_to is None and row.kind in _NEGATIVE]
    document = next((row.document for row in held if row.position == target.position), None)
    if document is None:
        return []
    resting = {
        row.position: row.statement_id
        for row in held
        if row.position != target.position
        and row.department == target.department
        and same_document(document, row.document)
    }
    found = [ledger.event(target.department, statement_id) for _, statement_id in sorted(resting.items())]
    return [event for event in found if event is not None and event.state is EventState.STANDS]


def with_fallen(
    made: Effects, event: RecordedEvent, position: int, decided_on: str, ledger: Ledger
) -> Effects:
    """The effects of a withdrawal, with one more statement that falls with its target."""
    more = ended(made.subjects[0], event, EventState.WITHDRAWN, position, ledger)
    assert more.target is not None  # It is what ended.
    return replace(
        made,
        subjects=(*more.subjects, *made.subjects[1:]),
        closed=made.closed + more.closed,
        unnamed=made.unnamed + more.unnamed,
        fallen=(*made.fallen, more.target),
        remedies=made.remedies + overtaken(event, position, decided_on, ledger),
    )
