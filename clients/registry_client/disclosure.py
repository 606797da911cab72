"""What of a statement may be shown on a screen or in a log: natural persons' codes masked (个人信息保护法).

The bytes of the envelope are never changed; this is for looking at. Codes are masked in identifiers and in
content fields that hold a person's number, by the name of the field: 证件号码 is ``…zjhm`` in 双公示 and
``…id_no`` in the other categories; 税务登记号 is ``…swdj`` and may be a citizen's number (个体工商户). Free
text, such as the facts, stays as it is.

Example: ``xdr_swdj`` is shown as it is where it is an organisation's, such as 130902DEM000014, and as
1309**********1234 where it is the number of a citizen.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.identifiers import mask, normalise
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Event, Statement

_NUMBERS: Mapping[str, subject_pb2.IdentifierType.ValueType] = {
    "zjhm": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "id_no": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "swdj": subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
}
"""How the names of content fields end that hold the number of a person, or may; and what it is masked as."""


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
        case "ban_decision":
            _mask_event(shown.ban_decision.event)
        case "objection_result":
            _mask_event(shown.objection_result.replacement)
        case "ban_draft":
            _mask(shown.ban_draft.subject.identifier)
        case "red_list_candidacy":
            _mask(shown.red_list_candidacy.subject.identifier)
        case "subject_link":
            _mask(getattr(shown.subject_link, "from"))  # A sole trader's old tax number is a citizen's.
            _mask(shown.subject_link.to)
        case "name_ruling":
            _mask(shown.name_ruling.subject)
        case _:
            pass  # No other body names anybody by a code.
    return shown


def _mask_event(event: Event) -> None:
    _mask(event.subject.identifier)
    for item in event.content:
        for ending, kind in _NUMBERS.items():
            if item.name.endswith(ending):
                item.value = mask(kind, normalise(item.value))


def _mask(identifier: subject_pb2.Identifier) -> None:
    identifier.value = mask(identifier.type, normalise(identifier.value))
