import pytest

from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import (
    Correction,
    Event,
    Field,
    RedListCandidacy,
    Statement,
    SubjectLink,
    Withdrawal,
)
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


TAX = subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER


@pytest.mark.parametrize("field", ["xdr_swdj", "swdj"])
def test_a_tax_number_is_masked_where_it_may_be_a_citizens(field: str) -> None:
    content = [Field(name=field, value=PERSON), Field(name=field, value=PERSON + "01")]
    shown = masked_statement(Statement(event=Event(content=content))).event.content
    assert shown[0].value == MASKED
    assert PERSON[6:14] not in shown[1].value


def test_a_tax_number_of_an_organisation_is_public() -> None:
    content = [Field(name="xdr_swdj", value="130902DEM000014"), Field(name="xdr_swdj", value=FIRM)]
    shown = masked_statement(Statement(event=Event(content=content))).event.content
    assert [item.value for item in shown] == ["130902DEM000014", FIRM]


def test_a_citizens_number_is_masked_in_a_link_between_codes_too() -> None:
    link = SubjectLink(to=Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=FIRM))
    getattr(link, "from").CopyFrom(Identifier(type=TAX, value=PERSON))
    shown = masked_statement(Statement(subject_link=link)).subject_link
    assert (getattr(shown, "from").value, shown.to.value) == (MASKED, FIRM)


def test_a_person_who_is_a_candidate_for_a_red_list_is_masked() -> None:
    identifier = Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=PERSON)
    candidacy = RedListCandidacy(subject=Subject(identifier=identifier))
    shown = masked_statement(Statement(red_list_candidacy=candidacy)).red_list_candidacy
    assert shown.subject.identifier.value == MASKED


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
