import pytest

from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Correction, Event, Field, Statement, Withdrawal
from registry.v1.subject_pb2 import Identifier, Subject
from registry_client.disclosure import masked_statement
from tests.registry_client.samples import FIRM, PERSON

MASKED = f"{PERSON[:4]}**********{PERSON[-4:]}"


def event_about(type: subject_pb2.IdentifierType.ValueType, value: str) -> Event:
    fields = [Field(name="fr_zjhm", value=PERSON), Field(name="nr", value="处罚款1000元")]
    return Event(subject=Subject(identifier=Identifier(type=type, value=value)), content=fields)


@pytest.mark.parametrize("corrected", [False, True])
def test_persons_codes_are_masked_wherever_a_statement_holds_them(corrected: bool) -> None:
    event = event_about(subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, PERSON)
    statement = Statement(correction=Correction(replacement=event)) if corrected else Statement(event=event)
    shown = masked_statement(statement)
    body = shown.correction.replacement if corrected else shown.event
    assert body.subject.identifier.value == MASKED
    assert [item.value for item in body.content] == [MASKED, "处罚款1000元"]
    assert PERSON not in str(shown)


def test_an_organisations_code_is_public() -> None:
    shown = masked_statement(Statement(event=event_about(subject_pb2.IDENTIFIER_TYPE_USCC, FIRM)))
    assert shown.event.subject.identifier.value == FIRM


def test_the_statement_itself_is_left_as_it_is() -> None:
    statement = Statement(event=event_about(subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, PERSON))
    before = statement.SerializeToString()
    masked_statement(statement)
    assert statement.SerializeToString() == before


def test_the_nonce_that_would_undo_the_mask_is_not_shown() -> None:
    assert masked_statement(Statement(statement_id="S-1", nonce=b"n" * 16)).nonce == b""


def test_other_statements_are_shown_as_they_are() -> None:
    statement = Statement(withdrawal=Withdrawal(reason="处罚决定已被撤销"))
    assert masked_statement(statement) == statement
