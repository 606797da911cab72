"""(a) The attacker holds the database: he changes, deletes and adds rows, or marks them as erased."""

from __future__ import annotations

import grpc
import pytest

from registry.engine import StartError
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.file_signer import FileSigner
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.vault import Vault
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.log_service_pb2 import LogServiceGetStatementRequest
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.statement_pb2 import KeyEnrolment
from registry.v1.subject_pb2 import Subject
from tests.attackers.scene import BAN, BARRED, FREE, Scene, fault_names
from tests.support.events import ban, erasure, placed
from tests.support.served import refused
from tests.support.tampering import Copy


def newest(copy: Copy) -> int:
    """The position of the ban."""
    return int(copy.sql("SELECT position FROM statement WHERE statement_id = ?", BAN)[0][0])


def payload_of_the_ban(copy: Copy) -> bytes:
    """What the department signed, opened by the vault's key."""
    ((sealed,),) = copy.sql("SELECT sealed_payload FROM statement WHERE statement_id = ?", BAN)
    return Vault(copy.config.vault_key.read_bytes()).open_payload(sealed, b"")


def test_a_term_shortened_in_the_derived_rows_is_found_by_rebuild(copy: Copy) -> None:
    assert copy.verify() == []
    copy.sql("UPDATE ground SET last = '2026-04-01' WHERE subject = ?", BARRED.identifier.value)
    assert copy.verify() == []
    assert any("ground" in line for line in copy.rebuild())


def test_a_ban_made_longer_in_the_derived_rows_is_refused_by_whoever_verifies_the_receipt(
    scene: Scene, copy: Copy
) -> None:
    copy.sql("UPDATE ground SET last = '2030-01-01' WHERE subject = ?", BARRED.identifier.value)
    with scene.running(copy.config.home) as stage:
        receipt = stage.receipt(BARRED)
    report = scene.report(receipt)
    assert report.verdict == verdict_pb2.VERDICT_BLOCKED
    assert fault_names(report) == ["verdict"]


def test_a_ban_passed_over_is_the_registrys_signed_word_and_the_departments_copy_convicts_it(
    scene: Scene, copy: Copy
) -> None:
    """The one lie that a receipt does not refuse: a statement left out of the answer. It is told as a claim,
    and the leaf that is shown is the hash of the statement that the department holds."""
    copy.sql("UPDATE ground SET last = '2026-04-01' WHERE subject = ?", BARRED.identifier.value)
    with scene.running(copy.config.home) as stage:
        receipt = stage.receipt(BARRED)
    report = scene.report(receipt)
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_CLEAR
    assert any("没有出示陈述" in line.detail for line in report.claims)
    payload = payload_of_the_ban(copy)
    shown = {Leaf.decode(leaf).statement_hash for chain in receipt.chains for leaf in chain.leaves}
    assert statement_hash(PAYLOAD_TYPE, payload) in shown


def test_a_statement_of_which_a_word_is_changed_is_found_by_verify(copy: Copy) -> None:
    payload = payload_of_the_ban(copy)
    changed = payload.replace(b"2028-03-01", b"2027-03-01")
    assert changed != payload
    sealed = Vault(copy.config.vault_key.read_bytes()).seal_payload(changed, b"", bytes(12))
    copy.sql("UPDATE statement SET sealed_payload = ? WHERE statement_id = ?", sealed, BAN)
    assert any(f"序号{newest(copy)}" in line for line in copy.verify())


def test_a_time_of_receipt_put_back_is_found_by_verify_and_the_server_does_not_start(
    scene: Scene, copy: Copy
) -> None:
    where = "WHERE statement_id = ?"
    ((leaf,),) = copy.sql(f"SELECT leaf FROM statement {where}", BAN)
    earlier = (int.from_bytes(leaf[2:10], "big") - 1000).to_bytes(8, "big")
    copy.sql(f"UPDATE statement SET leaf = ? {where}", leaf[:2] + earlier + leaf[10:], BAN)
    assert copy.verify() != []
    with pytest.raises(StartError, match="存储被改动"), scene.opened(copy.config.home):
        pass


def test_a_statement_taken_out_is_found_by_verify_and_the_server_does_not_start(
    scene: Scene, copy: Copy
) -> None:
    copy.sql("DELETE FROM statement WHERE statement_id = ?", BAN)
    assert copy.verify() != []
    with pytest.raises(StartError, match="存储被改动"), scene.opened(copy.config.home):
        pass


def test_a_statement_put_in_with_a_key_of_his_own_is_found_by_verify_and_by_the_receipt(
    scene: Scene, copy: Copy
) -> None:
    """He exchanges a department's key in the derived rows; the server believes it, the log does not."""
    thief = FileSigner.generate(SUITE_ED25519)
    known = scene.signers["财政"].keyid
    enrolment = KeyEnrolment.FromString(copy.sql("SELECT enrolment FROM key WHERE keyid = ?", known)[0][0])
    enrolment.public_key = thief.public_key
    changed = (thief.keyid, enrolment.SerializeToString(), known)
    copy.sql("UPDATE key SET keyid = ?, enrolment = ? WHERE keyid = ?", *changed)
    with scene.running(copy.config.home) as stage:
        stage.spine.signers["财政"] = thief
        placed(stage.spine.say("财政", event=ban("财政", FREE, "M-PRO-01", "2026-03-01", "2028-03-01")))
        receipt = stage.receipt(FREE)
    report = scene.report(receipt)
    assert report.verdict == verdict_pb2.VERDICT_BLOCKED
    assert not report.ok
    assert set(fault_names(report)) <= {"department signatures", "keys", "statements", "chains"}
    assert any("签名密钥" in line for line in copy.verify())
    assert copy.rebuild() != []


def test_a_subject_taken_out_of_the_map_is_noticed_before_anything_is_proven_by_it(
    scene: Scene, copy: Copy
) -> None:
    with scene.opened(copy.config.home) as spine:
        spine.engine.upkeep.start()
        spine.engine.upkeep.mapper.require(spine.position, 20.0)
    taken = copy.sql("SELECT COUNT(*) FROM map_entry")[0][0]
    copy.sql("DELETE FROM map_entry WHERE rowid = (SELECT MAX(rowid) FROM map_entry)")
    assert copy.sql("SELECT COUNT(*) FROM map_entry")[0][0] == taken - 1
    with scene.running(copy.config.home) as stage:
        refusal = refused(lambda: stage.receipt(BARRED))
    assert refusal.code is grpc.StatusCode.UNAVAILABLE
    assert "映射的条目与最后记载的映射状态不符" in refusal.message
    assert any("map_entry" in line for line in copy.rebuild())


def erased_matter(scene: Scene, copy: Copy, who: Subject) -> int:
    """A ban that has run out is erased by law; the position of the erasure."""
    with scene.opened(copy.config.home) as spine:
        placed(spine.say("财政", "over", event=ban("财政", who, "M-PRO-01", "2025-03-01", "2026-05-01")))
        return placed(spine.say("财政", erasure=erasure("财政", "over")))


def mark_as_erased(copy: Copy, by: int) -> None:
    """The ban's content is taken away, and what the row says is that a statement of the log erased it."""
    where = "WHERE statement_id = ?"
    copy.sql(f"UPDATE statement SET sealed_payload = x'', erased_by = ? {where}", by, BAN)


def test_a_row_marked_as_erased_by_hand_is_found_by_verify_and_by_rebuild(scene: Scene, copy: Copy) -> None:
    """No statement erases it: what it names is another's, whether or not that is an erasure."""
    by = erased_matter(scene, copy, FREE)
    assert copy.verify() == []
    for named in (by, by - 1):
        mark_as_erased(copy, named)
        assert any(f"序号{newest(copy)}" in line for line in copy.verify())
        assert copy.rebuild(copy.config.store.with_name(f"rebuilt-{named}.db")) != []


def test_a_row_marked_as_erased_along_with_another_of_the_same_subject_is_the_registrys_word(
    scene: Scene, copy: Copy
) -> None:
    """Whether it hung together with what was erased can no longer be seen. The department still holds its
    statement, and the leaf is the hash of that."""
    payload, position = payload_of_the_ban(copy), newest(copy)
    by = erased_matter(scene, copy, BARRED)
    mark_as_erased(copy, by)
    assert any("ground" in line for line in copy.rebuild())
    for table in ("event", "ground", "change"):
        copy.sql(f"DELETE FROM {table} WHERE position = ?", position)
    assert copy.verify() == []
    assert copy.rebuild(copy.config.store.with_name("again.db")) == []
    with scene.running(copy.config.home) as stage:
        asked = LogServiceGetStatementRequest(position=position)
        stub = LogServiceStub(stage.served.channel(stage.served.department("财政")))
        assert f"见序号{by}的陈述" in refused(lambda: stub.GetStatement(asked)).message
    ((leaf,),) = copy.sql("SELECT leaf FROM statement WHERE position = ?", position)
    assert Leaf.decode(leaf).statement_hash == statement_hash(PAYLOAD_TYPE, payload)


def test_the_registrys_own_records_are_not_in_the_log_and_can_be_deleted_unseen(copy: Copy) -> None:
    """Refusals, questions asked and reports are rows of the registry's own: nobody outside holds them."""
    copy.sql("DELETE FROM refusal")
    copy.sql("DELETE FROM query_log")
    copy.sql("DELETE FROM execution")
    assert copy.verify() == []
    assert copy.rebuild() == []
