"""A statement enters under a key that its department holds and may use on the day, and only once."""

from datetime import date

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome, Placed
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from registry.v1.verdict_pb2 import VERDICT_CLEAR
from tests.support.events import ask, firm, licence, new_firm, new_person, penalty, placed, refusal
from tests.support.spine import ORIGIN, TODAY, Spine, enrolment_of

ED25519 = envelope_pb2.SUITE_ED25519


def put_as(spine: Spine, caller: str, envelope: envelope_pb2.Envelope) -> Outcome:
    """The outcome of an envelope that the department with this code sends."""
    sender = Caller(CallerRole.DEPARTMENT, caller, ORIGIN)
    outcome = spine.engine.intake.submit([envelope], sender)[0].result(30)
    assert outcome is not None
    return outcome


def signed(spine: Spine, signer: FileSigner, about: Subject | None = None) -> Outcome:
    """The outcome of a penalty by 财政 that somebody signs."""
    statement = spine.statement("财政", event=penalty("财政", about or firm(1)))
    return spine.put("财政", sign_envelope(statement.SerializeToString(), signer))[0]


def test_statement_is_refused_under_a_key_that_is_not_enrolled(spine: Spine) -> None:
    refused = refusal(signed(spine, FileSigner.generate(ED25519)))
    assert refused == {("KEY_UNKNOWN", "signatures[0].keyid")}


def test_statement_is_refused_under_a_revoked_key_and_what_it_signed_before_stands(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    spine.enrol("财政", key)
    subject = new_firm()
    placed(signed(spine, key, subject))
    revocation = pb.KeyRevocation(keyid=key.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    assert refusal(signed(spine, key)) == {("KEY_REVOKED", "signatures[0].keyid")}
    assert ask(spine, subject).verdict == VERDICT_CLEAR


def test_key_may_be_used_on_the_first_and_the_last_day_of_its_window_and_on_no_other(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    spine.enrol("财政", key, valid_from="2026-11-24", valid_until="2026-11-25")
    outside = {("KEY_NOT_VALID_NOW", "signatures[0].keyid")}
    try:
        assert refusal(signed(spine, key)) == outside
        for day in (24, 25):
            spine.clock.move_to(date(2026, 11, day))
            placed(signed(spine, key))
        spine.clock.move_to(date(2026, 11, 26))
        assert refusal(signed(spine, key)) == outside
    finally:
        spine.clock.move_to(TODAY)


def test_statement_is_refused_under_the_key_of_another_department(spine: Spine) -> None:
    refused = refusal(signed(spine, spine.signers["税务"]))
    assert refused == {("KEY_OF_ANOTHER_DEPARTMENT", "signatures[0].keyid")}


def test_statement_is_refused_when_the_sender_is_not_the_department_that_states_it(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", event=penalty("财政", firm(1))))
    assert refusal(put_as(spine, spine.code("税务"), envelope)) == {("CALLER_NOT_DEPARTMENT", "department")}


def test_department_that_is_not_registered_states_nothing(spine: Spine) -> None:
    stranger = new_firm().identifier.value
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    statement.department = stranger
    assert refusal(put_as(spine, stranger, spine.seal("财政", statement))) == {
        ("DEPARTMENT_UNKNOWN", "department"),
        ("KEY_OF_ANOTHER_DEPARTMENT", "signatures[0].keyid"),
    }


def test_official_who_was_revoked_signs_nothing_more(spine: Spine) -> None:
    official = pb.OfficialRegistration(
        official_id="017",
        department=spine.code("财政"),
        name="示例某",
        section="采购监管科",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )
    placed(spine.say(OPERATOR.key, official_registration=official))
    key = FileSigner.generate(ED25519)
    placed(spine.enrol("财政", key, official_id="017"))
    placed(signed(spine, key))
    left = pb.OfficialRevocation(official_id="017", department=spine.code("财政"), reason="调离")
    placed(spine.say(OPERATOR.key, official_revocation=left))
    assert refusal(signed(spine, key)) == {
        ("KEY_REVOKED", "signatures[0].keyid"),
        ("OFFICIAL_UNKNOWN", "signatures[0].keyid"),
    }


def test_official_signs_credit_events_only_as_a_submitter(spine: Spine) -> None:
    reviewer = pb.OfficialRegistration(
        official_id="018",
        department=spine.code("财政"),
        name="示例某",
        section="法规科",
        roles=[pb.OFFICIAL_ROLE_LEGAL_REVIEWER],
    )
    placed(spine.say(OPERATOR.key, official_registration=reviewer))
    key = FileSigner.generate(ED25519)
    placed(spine.enrol("财政", key, official_id="018"))
    assert refusal(signed(spine, key)) == {("OFFICIAL_UNKNOWN", "signatures[0].keyid")}


def test_envelope_with_a_signature_that_nobody_asked_for_is_refused(spine: Spine) -> None:
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    envelope = spine.seal("财政", statement, FileSigner.generate(ED25519))
    assert refusal(spine.put("财政", envelope)[0]) == {("FIELD_INVALID", "signatures")}


def test_statement_id_with_a_resident_number_in_it_is_refused(spine: Spine) -> None:
    number = new_person().identifier.value
    said = spine.say("财政", f"cf-{number}", event=penalty("财政", firm(1)))
    assert refusal(said) == {("FIELD_INVALID", "statement_id")}


def test_envelope_without_a_signature_is_refused(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", event=penalty("财政", firm(1))))
    del envelope.signatures[:]
    assert refusal(spine.put("财政", envelope)[0]) == {("SIGNATURE_MISSING", "signatures")}


def test_envelope_whose_content_was_altered_is_refused(spine: Spine) -> None:
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    envelope = spine.seal("财政", statement)
    statement.event.subject.CopyFrom(firm(2))
    envelope.payload = statement.SerializeToString()
    assert refusal(spine.put("财政", envelope)[0]) == {("SIGNATURE_INVALID", "signatures[0].sig")}


def test_payload_of_another_type_is_refused(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", event=penalty("财政", firm(1))))
    envelope.payload_type = "application/json"
    assert refusal(spine.put("财政", envelope)[0]) == {("PAYLOAD_TYPE_UNKNOWN", "payload_type")}


def test_payload_that_is_no_statement_is_refused(spine: Spine) -> None:
    envelope = sign_envelope(b"\x0a\xff\xff", spine.signers["财政"])
    assert refusal(spine.put("财政", envelope)[0]) == {("MALFORMED_MESSAGE", "payload")}


def test_name_of_a_million_characters_is_refused_as_too_large(spine: Spine) -> None:
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    statement.event.subject.name = "长" * 1_000_000
    assert refusal(spine.put("财政", spine.seal("财政", statement))[0]) == {("TOO_LARGE", "payload")}


def test_statement_for_another_registry_cannot_be_replayed_into_this_one(spine: Spine) -> None:
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    statement.origin = "credit.example/other"
    assert refusal(spine.put("财政", spine.seal("财政", statement))[0]) == {("ORIGIN_MISMATCH", "origin")}


def test_statement_id_is_used_for_one_statement_only(spine: Spine) -> None:
    placed(spine.say("财政", "once", event=penalty("财政", firm(1))))
    again = spine.say("财政", "once", event=penalty("财政", firm(2)))
    assert refusal(again) == {("STATEMENT_ID_REUSED", "statement_id")}


def test_another_department_may_use_the_same_statement_id(spine: Spine) -> None:
    first = placed(spine.say("财政", "shared", event=penalty("财政", firm(1))))
    second = placed(spine.say("税务", "shared", event=penalty("税务", firm(1))))
    assert first != second


def test_the_same_statement_again_has_its_first_answer_also_after_its_key_was_revoked(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    spine.enrol("财政", key)
    envelope = sign_envelope(spine.statement("财政", event=penalty("财政", firm(1))).SerializeToString(), key)
    first = placed(spine.put("财政", envelope)[0])
    revocation = pb.KeyRevocation(keyid=key.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    again = spine.put("财政", envelope)[0]
    assert isinstance(again, Placed)
    assert (again.position, again.again) == (first, True)


def test_statement_id_has_one_to_sixty_four_plain_characters(spine: Spine) -> None:
    for wrong in ("", "空", "a b", "x" * 65, "a\n", "a\x00", "ａ"):
        statement = spine.statement("财政", event=penalty("财政", firm(1)))
        statement.statement_id = wrong
        outcome = spine.put("财政", spine.seal("财政", statement))[0]
        assert refusal(outcome) == {("FIELD_INVALID", "statement_id")}, wrong
    placed(spine.say("财政", "A.b_c:d-" + "9" * 56, event=penalty("财政", firm(1))))


def test_statement_without_its_random_bytes_is_refused(spine: Spine) -> None:
    statement = spine.statement("财政", event=penalty("财政", firm(1)))
    statement.nonce = b"\x00" * 15
    assert refusal(spine.put("财政", spine.seal("财政", statement))[0]) == {("FIELD_INVALID", "nonce")}


def test_statement_that_states_nothing_is_refused(spine: Spine) -> None:
    assert refusal(spine.say("财政")) == {("FIELD_REQUIRED", "body")}


def test_registry_is_founded_once(spine: Spine) -> None:
    second = pb.Genesis(operator_key=enrolment_of(spine.code("财政"), spine.signers["财政"]))
    assert refusal(spine.say(OPERATOR.key, genesis=second)) == {("FIELD_INVALID", "body")}


def test_operator_has_no_say_about_subjects_unless_it_is_given_a_mandate(spine: Spine) -> None:
    outcome = spine.say(OPERATOR.key, event=penalty(OPERATOR.key, firm(1)))
    assert refusal(outcome) == {("CATEGORY_OUTSIDE_MANDATE", "event.category")}


def test_department_does_not_enrol_a_key_for_itself(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    statement = spine.statement("财政", key_enrolment=enrolment_of(spine.code("财政"), key))
    outcome = spine.put("财政", spine.seal("财政", statement, key))[0]
    assert refusal(outcome) == {("NOT_REGISTRAR", "department")}


def test_neutral_statement_is_admitted(spine: Spine) -> None:
    placed(spine.say("市场监管", event=licence("市场监管", firm(3))))
