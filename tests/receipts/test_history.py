"""Receipts about everybody of a history that has every kind of statement in it, at every position.

No receipt may hold the number of a natural person but that of the one it is about, though statements name
legal representatives by their numbers; and each must prove what it says, whenever it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from registry.access.identity import Caller
from registry.domain.identifiers import names_a_subject
from registry.domain.resident_id import resembles_resident_id
from registry.provenance.vault import is_person
from registry.v1 import receipt_pb2, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, SHORTFALL_REASON_CONTENT_WITHHELD, ReceiptRequest
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.receipts.checking import proven, signed
from tests.receipts.serving import serving_receipts
from tests.support.events import (
    document,
    fields,
    firm,
    imposed,
    list_entry,
    penalty,
    person,
    placed,
    registered,
)
from tests.support.history import write_rich_history
from tests.support.served import Served
from tests.support.spine import ROLE_OF_DOMAIN, found_spine, furnish

REPRESENTATIVE = person(7).identifier.value
_EIGHTEEN = re.compile(rb"(?=([0-9]{17}[0-9X]))")
_DIGEST = re.compile(rb"[0-9a-f]{32,}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("history") / "registry"))
    write_rich_history(spine)
    known = registered(firm(4))
    known.content.extend(fields(legal_rep_id_no=REPRESENTATIVE))
    placed(spine.say("市场监管", event=known))
    by_penalty = penalty(
        "财政",
        firm(70),
        measures=[imposed("M-PRO-01", "2026-03-01", "2028-03-01")],
        content=fields(cflb="罚款", nr_fk="5", fr_zjhm=REPRESENTATIVE),
        document=document("财政", "2026-03-01", "沧财罚字〔2026〕902号"),
    )
    placed(spine.say("财政", event=by_penalty))
    spine.deliver()
    with serving_receipts(spine) as running:
        yield running


def everybody(served: Served) -> Iterator[subject_pb2.Identifier]:
    """Every subject of the log by its own number, and some that it does not know."""
    state = served.spine.engine.state
    for ref in sorted(record.ref for record in state.index.records()):
        if is_person(ref):
            yield state.vault.open_person(state.store.persons([ref])[ref]).identifier
        elif ":" not in ref:
            yield subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=ref)
    yield firm(98).identifier
    yield person(98).identifier


def ask(
    served: Served, who: subject_pb2.Identifier, domain: subject_pb2.Domain.ValueType, at: int | None = None
) -> receipt_pb2.Receipt:
    request = pb.CheckRequest(subject=who, receipt=ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF))
    request.purpose.domain, request.purpose.reference, request.purpose.reason = domain, "案1", "审查"
    if at is not None:
        request.consistency.at_exact_position = at
    caller = Caller(ROLE_OF_DOMAIN[domain], "asker", served.spine.engine.state.origin)
    return RestrictionServiceStub(served.channel(caller)).Check(request).receipt


def test_no_receipt_tells_of_a_person_but_the_one_it_is_about(served: Served) -> None:
    state, shortfalls = served.spine.engine.state, []
    for who in everybody(served):
        for domain in ROLE_OF_DOMAIN:
            receipt = ask(served, who, domain)
            told = _DIGEST.sub(b" ", receipt.SerializeToString())  # There such a number is chance.
            numbers = {found.decode() for found in _EIGHTEEN.findall(told)}
            assert {each for each in numbers if resembles_resident_id(each)} <= {who.value}
            checked = signed(receipt, state)
            shortfalls += [each.reason for each in checked.answer.shortfalls]
            if not checked.answer.shortfalls:
                proven(receipt, state)
    assert SHORTFALL_REASON_CONTENT_WITHHELD in shortfalls
    assert receipt_pb2.SHORTFALL_REASON_PERSON_WITHOUT_RECORD in shortfalls


def test_a_secret_is_disclosed_to_whoever_asks_about_the_person_alone(served: Served) -> None:
    state = served.spine.engine.state
    secrets = {ref: state.vault.open_person(sealed).secret for ref, sealed in state.store.all_persons()}
    for who in everybody(served):
        content = ask(served, who, subject_pb2.DOMAIN_EXIT_ENTRY).SerializeToString()
        own = state.vault.ref(who.type, who.value) if names_a_subject(who.type) else ""
        assert {ref for ref, secret in secrets.items() if secret in content} <= {own}


@pytest.mark.parametrize("number", [1, 2, 3, 4, 33, 34])
def test_at_every_position_of_the_log_the_answer_is_proven(served: Served, number: int) -> None:
    state = served.spine.engine.state
    for position in range(0, state.size, 3):
        who = firm(number).identifier
        proven(ask(served, who, subject_pb2.DOMAIN_PROCUREMENT, position), state)


def test_an_exit_ban_in_a_document_is_not_told_to_who_may_not_ask_about_those(served: Served) -> None:
    spine, someone = served.spine, person(61)
    both = list_entry("法院", someone, "L-01", "2026-04-01", "2028-03-31")
    both.measures.append(imposed("M-EXI-01", "2026-04-01"))
    position = placed(spine.say("法院", event=both))
    known = proven(ask(served, someone.identifier, subject_pb2.DOMAIN_EXIT_ENTRY), spine.engine.state)
    assert position in known.statements
    receipt = ask(served, someone.identifier, subject_pb2.DOMAIN_FINANCING)
    told = receipt_pb2.Answer.FromString(receipt.answer)
    assert pb.CheckResponse.FromString(told.response).hits
    assert [each.reason for each in told.shortfalls] == [SHORTFALL_REASON_CONTENT_WITHHELD]
    assert b"M-EXI-01" not in receipt.SerializeToString()
