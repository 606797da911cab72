"""A refusal tells every fault at once, changes nothing, and is kept for its department alone."""

from hashlib import sha256

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.submission import Rejection
from registry.domain.faults import Fault
from registry.store.interface import RefusalRow
from registry.v1 import intake_service_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.verdict_pb2 import VERDICT_BLOCKED
from tests.support.events import (
    ask,
    ban,
    firm,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    refusal,
    withdrawal,
)
from tests.support.spine import ORIGIN, Spine


def refusals(spine: Spine, key: str, after: int = 0) -> list[RefusalRow]:
    """What a department reads back."""
    caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
    return spine.engine.intake.refusals(caller, after=after, page_size=1000)


def five_faults() -> pb.Event:
    """A penalty with a bad code, no document number, a day that is none, an unknown measure and a region
    elsewhere."""
    stated = ban("财政", firm(1), "M-PRO-77", "2026-03-01", "2028-03-01")
    stated.category = "E-03-CF"
    stated.subject.identifier.value = firm(1).identifier.value[:-1]
    stated.document.number = ""
    stated.effective_from = "2026-02-30"
    stated.region = "130100"
    return stated


FIVE = {
    ("CODE_LENGTH", "event.subject.identifier.value"),
    ("DOCUMENT_REQUIRED", "event.document.number"),
    ("DATE_INVALID", "event.effective_from"),
    ("MEASURE_NOT_IN_EDITION", "event.measures[0].measure_code"),
    ("REGION_OUTSIDE_MANDATE", "event.region"),
}


def test_statement_with_five_faults_is_told_all_five(spine: Spine) -> None:
    assert refusal(spine.say("财政", event=five_faults())) == FIVE


def test_faults_of_frame_key_and_content_are_told_together(spine: Spine) -> None:
    statement = spine.statement("财政", event=five_faults())
    statement.nonce = b""
    statement.origin = "elsewhere"
    outcome = spine.put("财政", spine.seal("税务", statement))[0]
    assert refusal(outcome) == FIVE | {
        ("FIELD_INVALID", "nonce"),
        ("ORIGIN_MISMATCH", "origin"),
        ("KEY_OF_ANOTHER_DEPARTMENT", "signatures[0].keyid"),
    }


def test_refused_statement_takes_no_position_and_changes_neither_root_nor_verdict(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "stays", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    head, before = spine.engine.state.head, ask(spine, subject)
    assert before.verdict == VERDICT_BLOCKED
    attempts = (
        ("财政", {"event": ban("财政", subject, "M-PRO-01", "2026-03-01", "2030-03-01")}),
        ("税务", {"withdrawal": withdrawal("财政", "stays")}),
        ("财政", {"withdrawal": withdrawal("财政", "stays", reason="")}),
        ("人社", {"event": list_entry("人社", subject, "L-01", "2026-03-01")}),
    )
    for key, body in attempts:
        refusal(spine.say(key, **body))
        assert spine.engine.state.head == head
        assert ask(spine, subject) == before


def test_refused_statement_does_not_make_a_person_known_or_kept(spine: Spine) -> None:
    subject = new_person()
    stated = ban("财政", subject, "M-PRO-01", "2026-03-01", "2030-03-01")
    persons = list(spine.engine.store.all_persons())
    refusal(spine.say("财政", event=stated))
    assert list(spine.engine.store.all_persons()) == persons
    assert ask(spine, subject).hits == ()


def test_statement_id_of_a_refused_statement_may_be_used_again(spine: Spine) -> None:
    refusal(spine.say("财政", "second-try", event=five_faults()))
    placed(spine.say("财政", "second-try", event=penalty("财政", firm(1))))


def test_refusal_is_read_back_with_every_fault_and_the_digest_of_what_was_sent(spine: Spine) -> None:
    statement = spine.statement("财政", "told", event=five_faults())
    envelope = spine.seal("财政", statement)
    outcome = spine.put("财政", envelope)[0]
    assert isinstance(outcome, Rejection)
    row = refusals(spine, "财政")[-1]
    assert (row.statement_id, row.payload_sha256) == ("told", sha256(envelope.payload).digest())
    assert row.received_ms == spine.clock.now_ms
    told = intake_service_pb2.Refused.FromString(row.faults).faults
    assert [Fault(fault.reason, fault.field, fault.message) for fault in told] == list(outcome.faults)


def test_refusal_is_read_back_by_no_other_department_and_not_by_the_registrar(spine: Spine) -> None:
    others = ("税务", OPERATOR.key)
    before = {key: len(refusals(spine, key)) for key in others}
    refusal(spine.say("财政", event=five_faults()))
    assert {key: len(refusals(spine, key)) for key in others} == before


def test_refusals_are_kept_when_the_registry_is_opened_again(spine: Spine) -> None:
    refusal(spine.say("财政", event=five_faults()))
    rows = refusals(spine, "财政")
    spine.reopen()
    assert refusals(spine, "财政") == rows
    assert refusals(spine, "财政", after=rows[-2].number) == rows[-1:]


def test_refused_and_admitted_statements_of_one_call_do_not_hinder_each_other(spine: Spine) -> None:
    good, bad = new_firm(), five_faults()
    sealed = [
        spine.seal("财政", spine.statement("财政", event=event))
        for event in (penalty("财政", good), bad, penalty("财政", good))
    ]
    first, refused, last = spine.put("财政", *sealed)
    assert placed(last) == placed(first) + 1
    assert refusal(refused) == FIVE
