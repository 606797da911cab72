"""Many statements under one signature, over the wire."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from registry.provenance.batch import check_membership, read_header, sign_batch
from registry.provenance.envelope import pae
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import Leaf, LeafType
from registry.v1 import envelope_pb2
from registry.v1 import intake_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.statement_pb2 import Delivery, Statement, Withdrawal
from tests.support.events import ask, firm, target
from tests.support.served import DEADLINE_S, Served, fault_names, refused, short_ban
from tests.support.spine import ORIGIN
from tests.support.tampering import Copy


def intake(served: Served, key: str = "财政") -> IntakeServiceStub:
    return IntakeServiceStub(served.channel(served.department(key)))


def bans(served: Served, prefix: str, count: int, until: str = "2028-03-01") -> list[Statement]:
    return [
        served.spine.statement("财政", f"{prefix}-{number}", event=short_ban(number, until))
        for number in range(count)
    ]


def batch(
    served: Served,
    statements: Sequence[Statement],
    batch_id: str,
    *,
    by: str = "财政",
    origin: str = ORIGIN,
    nonce: bytes = bytes(16),
) -> envelope_pb2.SignedBatch:
    return sign_batch(
        [statement.SerializeToString() for statement in statements],
        origin=origin,
        department=served.spine.code("财政"),
        batch_id=batch_id,
        nonce=nonce,
        signer=served.spine.signers[by],
    )


def submit(served: Served, signed: envelope_pb2.SignedBatch, key: str = "财政") -> Sequence[pb.SubmitResult]:
    request = pb.SubmitBatchRequest(batch=signed)
    return intake(served, key).SubmitBatch(request, timeout=DEADLINE_S).results


def test_batch_of_1024_is_recorded_in_order_and_each_can_be_proven_alone(served: Served) -> None:
    statements = bans(served, "whole", 1024)
    results = submit(served, batch(served, statements, "whole"))
    positions = [result.accepted.position for result in results]
    assert positions == list(range(positions[0], positions[0] + 1024))
    kept = intake(served).GetStatement(pb.GetStatementRequest(position=positions[700]), timeout=DEADLINE_S)
    assert not kept.envelope.signatures
    assert Statement.FromString(kept.envelope.payload) == statements[700]
    header = check_membership(kept.envelope.payload, kept.batch)
    assert (header.count, header.batch_id, kept.batch.index) == (1024, "whole", 700)
    signature = kept.batch.header.signatures[0]
    assert signature.keyid == served.spine.signers["财政"].keyid
    row = served.spine.engine.store.statement(positions[700])
    assert row is not None
    assert Leaf.decode(row.leaf).type is LeafType.EVENT_IN_BATCH


def test_ban_in_a_batch_blocks_like_any_other(served: Served) -> None:
    submit(served, batch(served, bans(served, "blocks", 3), "blocks"))
    assert ask(served.spine, firm(2)).hits


def test_bad_statement_of_a_batch_is_refused_alone_and_the_others_stay_provable(served: Served) -> None:
    good, bad = bans(served, "some", 2), bans(served, "bad", 1, until="2036-03-01")
    results = submit(served, batch(served, [good[0], *bad, good[1]], "some"))
    assert [result.WhichOneof("outcome") for result in results] == ["accepted", "refused", "accepted"]
    assert fault_names(results[1]) == ["TERM_OUT_OF_BOUNDS"]
    position = results[2].accepted.position
    kept = intake(served).GetStatement(pb.GetStatementRequest(position=position), timeout=DEADLINE_S)
    assert check_membership(kept.envelope.payload, kept.batch).count == 3


def test_repeated_batch_gets_the_first_answers(served: Served) -> None:
    signed = batch(served, bans(served, "again", 5), "again")
    first = [result.accepted.position for result in submit(served, signed)]
    again = submit(served, signed)
    assert [result.accepted.position for result in again] == first
    assert all(result.accepted.already_recorded for result in again)


def test_statement_that_came_alone_before_is_already_recorded_in_a_batch(served: Served) -> None:
    (statement,) = bans(served, "alone", 1)
    (first,) = served.spine.put("财政", served.spine.seal("财政", statement))
    (result,) = submit(served, batch(served, [statement], "alone"))
    assert result.accepted.already_recorded
    assert result.accepted.position == first.position  # type: ignore[union-attr]


def test_batch_id_stands_for_one_batch(served: Served) -> None:
    submit(served, batch(served, bans(served, "one", 1), "taken"))
    (result,) = submit(served, batch(served, bans(served, "two", 1), "taken"))
    assert fault_names(result) == ["BATCH_ID_REUSED"]


def test_batch_signed_again_with_another_key_is_another_batch(served: Served, tmp_path: Path) -> None:
    other = served.spine.signers["another seal"] = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    served.spine.enrol("财政", other)
    before, target_id = bans(served, "resigned", 1), "resigned-later"
    correction = Withdrawal(target=target("财政", target_id), reason="撤销")
    statements = [*before, served.spine.statement("财政", "resigned-w", withdrawal=correction)]
    results = submit(served, batch(served, statements, "resigned"))
    assert fault_names(results[1]) == ["TARGET_UNKNOWN"]
    later = served.spine.statement("财政", target_id, event=short_ban(9, "2028-03-01"))
    served.spine.put("财政", served.spine.seal("财政", later))
    results = submit(served, batch(served, statements, "resigned", by="another seal"))
    assert fault_names(results[1]) == ["BATCH_ID_REUSED"]
    assert submit(served, batch(served, statements, "resigned"))[1].WhichOneof("outcome") == "accepted"
    assert Copy.of(served.spine.directory, tmp_path).rebuild() == []


def test_everything_wrong_with_a_header_is_told_at_once_and_nothing_is_recorded(served: Served) -> None:
    before = served.spine.position
    signed = batch(served, bans(served, "header", 2), "a b", origin="credit.example/other", nonce=b"short")
    refusal = refused(lambda: submit(served, signed))
    assert {field.removeprefix("batch.header.") for field in refusal.fields} == {
        "origin",
        "batch_id",
        "nonce",
    }
    assert served.spine.position == before


def test_altered_exchanged_or_dropped_statement_does_not_fit_the_signed_root(served: Served) -> None:
    signed = batch(served, bans(served, "forged", 3), "forged")
    altered, dropped = envelope_pb2.SignedBatch(), envelope_pb2.SignedBatch()
    altered.CopyFrom(signed)
    altered.payloads[0], altered.payloads[1] = signed.payloads[1], signed.payloads[0]
    dropped.CopyFrom(signed)
    del dropped.payloads[2]
    for forged in (altered, dropped):
        assert refused(partial(submit, served, forged)).reason == "BATCH_ROOT_MISMATCH"


def test_batch_signed_with_a_key_of_another_department_is_refused(served: Served) -> None:
    results = submit(served, batch(served, bans(served, "stolen", 1), "stolen", by="法院"))
    assert fault_names(results[0]) == ["KEY_OF_ANOTHER_DEPARTMENT"]


def test_batch_of_another_department_cannot_be_handed_in(served: Served) -> None:
    signed = batch(served, bans(served, "other", 1), "other")
    assert refused(lambda: submit(served, signed, "法院")).reason == "CALLER_NOT_DEPARTMENT"


def test_changed_signature_is_refused(served: Served) -> None:
    signed = batch(served, bans(served, "sig", 1), "sig")
    signed.header.signatures[0].sig = bytes(64)
    assert refused(lambda: submit(served, signed)).reason == "SIGNATURE_INVALID"


def test_empty_batch_and_one_of_1025_are_refused(served: Served) -> None:
    signed = batch(served, bans(served, "size", 1), "size")
    signed.payloads.extend([signed.payloads[0]] * 1024)
    assert refused(lambda: submit(served, signed)).reason == "TOO_LARGE"
    assert refused(lambda: submit(served, envelope_pb2.SignedBatch())).reason == "TOO_LARGE"


def test_deliveries_and_acts_about_keys_do_not_come_in_batches(served: Served) -> None:
    delivery = Delivery(list_code="L-02", as_of="2026-11-20")
    statement = served.spine.statement("财政", "in-batch-delivery", delivery=delivery)
    (result,) = submit(served, batch(served, [statement], "deliveries"))
    assert fault_names(result) == ["NOT_FOR_BATCH"]


def test_withdrawal_in_a_batch_ends_what_came_in_another(served: Served) -> None:
    (ban,) = bans(served, "withdrawn", 1)
    submit(served, batch(served, [ban], "first"))
    withdrawal = Withdrawal(target=target("财政", "withdrawn-0"), reason="撤销")
    (result,) = submit(
        served, batch(served, [served.spine.statement("财政", "w-0", withdrawal=withdrawal)], "second")
    )
    assert result.WhichOneof("outcome") == "accepted"


def test_header_of_the_batch_that_is_kept_verifies_with_the_departments_key(served: Served) -> None:
    results = submit(served, batch(served, bans(served, "kept", 4), "kept"))
    position = results[3].accepted.position
    kept = intake(served).GetStatement(pb.GetStatementRequest(position=position), timeout=DEADLINE_S)
    header = kept.batch.header
    key = served.spine.engine.state.directory.key(header.signatures[0].keyid)
    assert key is not None
    assert read_header(header).suite == key.enrolment.suite
    verifier = load_verifying_key(key.enrolment.suite, key.enrolment.public_key)
    verifier.verify(pae(header.payload_type, header.payload), header.signatures[0].sig)


def test_log_with_batches_is_rebuilt_and_a_forged_batch_is_found(served: Served, tmp_path: Path) -> None:
    submit(served, batch(served, bans(served, "fold", 6), "fold"))
    assert Copy.of(served.spine.directory, tmp_path).rebuild() == []
    copy = Copy.of(served.spine.directory, tmp_path)
    copy.sql("UPDATE batch SET leaves = zeroblob(length(leaves)) WHERE batch_id = 'fold'")
    assert copy.rebuild() != []
    copy = Copy.of(served.spine.directory, tmp_path)
    copy.sql("DELETE FROM batch WHERE batch_id = 'fold'")
    assert "所属批次" in copy.rebuild()[0]
