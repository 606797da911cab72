"""What of a statement may be shown on a screen or in a log: natural persons' codes masked (个人信息保护法).

The bytes of the envelope are never changed; this is for looking at. Codes are masked in the subject's
identifier and in content fields that hold a person's number, by the name of the field: 证件号码 is
``…zjhm`` in 双公示 and ``…id_no`` in the other categories. Free text, such as the facts, stays as it is.
"""

from __future__ import annotations

from registry.domain.identifiers import mask, normalise
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Event, Statement

_NUMBER_FIELDS = ("zjhm", "id_no")


def masked_statement(statement: Statement) -> Statement:
    """A copy of a statement in which every code of a natural person is masked, and without its nonce.

    With the nonce, the digits that are masked could be found by trying them against the log's hash.
    """
    shown = Statement()
    shown.CopyFrom(statement)
    shown.ClearField("nonce")
    match shown.WhichOneof("body"):
        case "event":
            _mask_event(shown.event)
        case "correction":
            _mask_event(shown.correction.replacement)
        case _:
            pass  # No other body names a natural person by a code.
    return shown


def _mask_event(event: Event) -> None:
    identifier = event.subject.identifier
    identifier.value = mask(identifier.type, normalise(identifier.value))
    for item in event.content:
        if item.name.endswith(_NUMBER_FIELDS):
            item.value = mask(subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, normalise(item.value))
