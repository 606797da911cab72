from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.__main__ import main
from registry.commands.intake import open_envelope
from registry.commands.verify import MAX_FAULTS
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import LEAF_BYTES
from registry.v1 import envelope_pb2
from registry.v1.statement_pb2 import Statement
from tests.support.history import write_rich_history
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a rich history that nobody has tampered with."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("written") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


ONE_OF_EVERY_KIND = [
    "genesis",
    "ban-2",
    "ban-1b",
    "ban-2b",
    "exit-1",
    "exit-3-stayed",
    "exit-3-lifted",
    "default-1b",
    "old-code",
    "ruled",
    "wider",
    "official",
    "official-gone",
    "clerk-key",
    "clerk-key-gone",
    "candidate-40",
    "granted-40",
    "drafted",
    "reviewed",
    "adopted",
    "delivered",
    "many-9",
    "theft-confirmed",
    "erased",
    "second-key",
    "visited",
    "~risk_alert-%",
    "case-1-draft",
    "case-1-review",
    "case-1-notice",
    "case-1-defence",
    "case-1-hearing_notice",
    "case-1-hearing",
    "case-1-deliberation",
    "case-1-decision",
    "case-1-served",
    "objection-81",
    "objection-81b",
    "applied-81",
    "accepted-81",
    "refused-82",
    "annulled-81",
    "~map_state-%",
    "~time_anchor-%",
]


def position_of(copy: Copy, statement_id: str) -> int:
    ((position,),) = copy.sql("SELECT position FROM statement WHERE statement_id LIKE ?", statement_id)
    return int(position)


def last_position(copy: Copy) -> int:
    ((position,),) = copy.sql("SELECT max(position) FROM statement")
    return int(position)


def flip(copy: Copy, column: str, position: int, at: int, table: str = "statement") -> None:
    """Changes one bit of a blob."""
    ((value,),) = copy.sql(f"SELECT {column} FROM {table} WHERE position = ?", position)
    altered = bytearray(value)
    altered[at] ^= 1
    copy.sql(f"UPDATE {table} SET {column} = ? WHERE position = ?", bytes(altered), position)


def test_log_as_it_was_written_has_no_fault(copy: Copy) -> None:
    assert copy.verify() == []


@pytest.mark.parametrize("statement_id", ONE_OF_EVERY_KIND)
@pytest.mark.parametrize("column", ["sealed_payload", "signatures", "leaf"])
def test_one_changed_bit_of_a_statement_is_found_at_its_position(
    copy: Copy, statement_id: str, column: str
) -> None:
    position = position_of(copy, statement_id)
    flip(copy, column, position, at=40)
    faults = copy.verify()
    assert faults[0].startswith(f"序号{position}: ")


@pytest.mark.parametrize("at", [0, 1, 9, 10, 49, 50, 81, 82, 113, 114, LEAF_BYTES - 1])
def test_change_of_any_field_of_a_leaf_is_found(copy: Copy, at: int) -> None:
    flip(copy, "leaf", position_of(copy, "ban-2"), at)
    assert any("根不同" in fault for fault in copy.verify())


def test_leaf_of_another_length_is_found(copy: Copy) -> None:
    position = position_of(copy, "ban-2")
    copy.sql("UPDATE statement SET leaf = x'01' WHERE position = ?", position)
    assert copy.verify()[0].startswith(f"序号{position}: ")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("department", "11130900DEM0000303"),
        ("statement_id", "another"),
        ("subject", "91130902DEM0000142"),
        ("subject", "P:" + "0" * 64),
        ("payload_type", "text/plain"),
        ("signatures", b""),
        ("signatures", b"\xff\xff"),
        ("sealed_payload", b""),
        ("sealed_payload", b"short"),
    ],
)
def test_other_columns_of_a_statement_are_held_against_what_was_signed(
    copy: Copy, column: str, value: str | bytes
) -> None:
    position = position_of(copy, "ban-2")
    copy.sql(f"UPDATE statement SET {column} = ? WHERE position = ?", value, position)
    assert copy.verify()[0].startswith(f"序号{position}: ")


@pytest.mark.parametrize("pair", [("ban-2", "tax-4"), ("ban-2", "ban-2b"), ("exit-1", "exit-2")])
def test_two_swapped_statements_are_found(copy: Copy, pair: tuple[str, str]) -> None:
    one, other = (position_of(copy, statement_id) for statement_id in pair)
    for here, there in ((one, -1), (other, one), (-1, other)):
        copy.sql("UPDATE statement SET position = ? WHERE position = ?", there, here)
    assert any("根不同" in fault for fault in copy.verify())


def test_two_swapped_payloads_are_found(copy: Copy) -> None:
    one, other = position_of(copy, "ban-2"), position_of(copy, "tax-4")
    payloads = dict(copy.sql("SELECT position, sealed_payload FROM statement"))
    for here, there in ((one, other), (other, one)):
        copy.sql("UPDATE statement SET sealed_payload = ? WHERE position = ?", payloads[here], there)
    assert [fault.partition(":")[0] for fault in copy.verify()] == [f"序号{one}", f"序号{other}"]


@pytest.mark.parametrize("statement_id", ["genesis", "ban-2", "many-9"])
def test_statement_that_is_missing_is_found(copy: Copy, statement_id: str) -> None:
    copy.sql("DELETE FROM statement WHERE statement_id = ?", statement_id)
    faults = copy.verify()
    assert len(faults) == MAX_FAULTS or any("根不同" in fault for fault in faults)


def test_log_cut_off_together_with_its_checkpoint_row_is_found(copy: Copy) -> None:
    last = last_position(copy)
    copy.sql("DELETE FROM statement WHERE position = ?", last)
    copy.sql("UPDATE checkpoint SET size = ?", last)
    assert copy.verify()


def test_statement_that_was_added_is_found(copy: Copy) -> None:
    last = last_position(copy)
    copy.sql(
        "INSERT INTO statement SELECT position + 1, department, 'added', subject, payload_type,"
        " sealed_payload, signatures, leaf, batch, batch_index, erased_by FROM statement WHERE position = ?",
        last,
    )
    assert copy.verify()[0].startswith(f"序号{last + 1}: ")


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM person",
        "UPDATE person SET sealed = x'00'",
        "UPDATE person SET sealed = CAST(sealed || x'00' AS BLOB)",
        "UPDATE person SET sealed = (SELECT sealed FROM person AS other WHERE other.ref != person.ref)",
    ],
)
def test_persons_that_cannot_be_opened_or_were_exchanged_are_found(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    faults = copy.verify()
    assert faults[0].startswith(f"序号{position_of(copy, 'exit-1')}: ")


@pytest.mark.parametrize(
    "change",
    [
        "note = replace(note, size, size - 1)",
        "note = ''",
        "size = size + 1",
        "frontier = CAST(frontier || x'00' AS BLOB)",
        "frontier = zeroblob(length(frontier))",
        "last_received_ms = last_received_ms + 1",
    ],
)
def test_every_column_of_the_checkpoint_is_checked(copy: Copy, change: str) -> None:
    copy.sql(f"UPDATE checkpoint SET {change}")
    assert any("检查点" in fault for fault in copy.verify())


def test_missing_checkpoint_is_found(copy: Copy) -> None:
    copy.sql("DELETE FROM checkpoint")
    assert copy.verify() == ["没有检查点"]


def test_checkpoint_by_another_key_is_found(copy: Copy) -> None:
    copy.config.log_key.unlink()
    FileSigner.generate(envelope_pb2.SUITE_ED25519).save(copy.config.log_key, None)
    told = "日志所载的日志密钥不是配置的密钥"
    assert copy.verify() == [f"检查点: {told}", f"第二存储的日志头: {told}"]


def test_keys_are_taken_from_the_log_and_not_from_the_table_of_keys(copy: Copy) -> None:
    copy.sql("DELETE FROM key")
    assert copy.verify() == ["所存的部门密钥与日志不符"]


def test_key_enrolled_without_proof_of_possession_is_found(copy: Copy) -> None:
    position = position_of(copy, "clerk-key")
    ((kept,),) = copy.sql("SELECT signatures FROM statement WHERE position = ?", position)
    signatures = envelope_pb2.Envelope.FromString(kept)
    signatures.signatures[-1].sig = signatures.signatures[0].sig
    altered = signatures.SerializeToString()
    copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", altered, position)
    assert copy.verify()[0].startswith(f"序号{position}: ")


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE ground SET last = '2099-01-01'", "DELETE FROM event", "UPDATE subject SET known_to = 1"],
)
def test_derived_state_is_not_what_verify_looks_at(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    assert copy.verify() == []
    assert copy.rebuild() != []


def test_own_records_cannot_be_checked_from_inside(copy: Copy) -> None:
    copy.sql("DELETE FROM refusal")
    copy.sql("DELETE FROM cosignature")
    assert copy.verify() == []


def test_signature_that_nobody_asked_for_is_found(copy: Copy) -> None:
    position = position_of(copy, "ban-2")
    ((kept,),) = copy.sql("SELECT signatures FROM statement WHERE position = ?", position)
    signatures = envelope_pb2.Envelope.FromString(kept)
    signatures.signatures.add(keyid="unknown", sig=b"whatever")
    altered = signatures.SerializeToString()
    copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", altered, position)
    assert copy.verify() == [f"序号{position}: 应有1个签名, 有2个"]


def test_store_put_back_as_a_whole_cannot_be_told_from_inside(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    spine.engine.close()
    earlier = Copy.of(spine.directory, tmp_path)
    spine.reopen()
    furnish(spine, ["税务"])
    spine.engine.close()
    assert earlier.verify() == []
    assert earlier.rebuild() == []


def test_faults_without_end_are_cut_short(copy: Copy) -> None:
    copy.sql("UPDATE statement SET signatures = x''")
    assert len(copy.verify()) == MAX_FAULTS


def test_command_tells_what_is_wrong_and_fails(copy: Copy) -> None:
    arguments = ["verify", "--directory", str(copy.config.store.parent)]
    ((size,),) = copy.sql("SELECT size FROM checkpoint")
    position, by = position_of(copy, "ban-2"), position_of(copy, "erased")
    for _ in range(2):
        fine = CliRunner().invoke(main, arguments)
        erased = "".join(f"  序号{by - n}的内容已由序号{by}依法删除\n" for n in (2, 1))
        left = "派生数据未核对; 加 --rebuild 从日志重建并逐行比对\n"
        assert (fine.exit_code, fine.stdout) == (0, f"核对 {size} 条陈述, 一致\n{erased}{left}")
    flip(copy, "sealed_payload", position, 40)
    broken = CliRunner().invoke(main, arguments)
    assert broken.exit_code == 1
    assert f"序号{position}" in broken.stderr
    assert "发现 1 处不一致" in broken.stderr
    assert "Traceback" not in broken.output


def test_statements_of_every_kind_are_among_those_that_were_altered(copy: Copy) -> None:
    with copy.log() as log:
        wanted = {position_of(copy, statement_id) for statement_id in ONE_OF_EVERY_KIND}
        rows = [row for row in log.store.statements() if row.position in wanted]
        kinds = {Statement.FromString(open_envelope(row, log).payload).WhichOneof("body") for row in rows}
    assert kinds == {field.name for field in Statement.DESCRIPTOR.oneofs_by_name["body"].fields}


def test_second_signature_of_an_act_that_takes_two_is_verified(copy: Copy) -> None:
    position = position_of(copy, "visited")
    ((kept,),) = copy.sql("SELECT signatures FROM statement WHERE position = ?", position)
    signed = envelope_pb2.Envelope.FromString(kept)
    first, second = signed.signatures
    for given in ([first], [first, first], [first, second, second]):
        altered = envelope_pb2.Envelope(signatures=given).SerializeToString()
        copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", altered, position)
        assert copy.verify()[0].startswith(f"序号{position}: "), given
