"""What ``registry verify`` checks beyond each statement by itself: tiles, batches, map, heads, ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from registry.cli_check import read_vault
from registry.commands import group_run
from registry.commands import verify as verify_package
from registry.commands.jobs import OwnStatement, Placed
from registry.commands.verify import Reopening
from registry.commands.verify.keys import BookedKey, KeyBook
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import FileSigner
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, root_at
from registry.provenance.vault import Vault
from registry.store.interface import Store, StoreError
from registry.store.opening import open_for_reading
from registry.v1 import envelope_pb2
from registry.v1.statement_pb2 import MapState, Statement, TimeAnchor
from tests.support.events import firm, penalty
from tests.support.history import write_rich_history
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.stamps import PlainAuthority
from tests.support.tampering import Copy

TILE = 256


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a rich history: a batch, a full tile, a map state, an erasure."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("written") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    yield spine
    spine.engine.close()


def position_of(copy: Copy, statement_id: str) -> int:
    ((position,),) = copy.sql("SELECT position FROM statement WHERE statement_id LIKE ?", statement_id)
    return int(position)


def size_of(copy: Copy) -> int:
    ((size,),) = copy.sql("SELECT size FROM checkpoint")
    return int(size)


def reopening(copy: Copy) -> Reopening:
    return Reopening(partial(open_for_reading, copy.config.store), partial(read_vault, copy.config.vault_key))


# --- tiles


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM tile",
        "UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB)",
        "UPDATE tile SET hashes = CAST(substr(hashes, 1, 8160) || zeroblob(32) AS BLOB)",
        "UPDATE tile SET hashes = x''",
        "UPDATE tile SET root = zeroblob(32)",
        "UPDATE tile SET number = 1",
        "UPDATE tile SET level = 1",
        "INSERT INTO tile SELECT 0, 1, hashes, root FROM tile",
        "INSERT INTO tile SELECT 5, 0, hashes, root FROM tile",
    ],
)
def test_tiles_are_held_against_the_leaves(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    assert any("分块" in fault for fault in copy.verify())
    assert any("分块" in fault for fault in copy.verify(signatures=False))


# --- batches


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM batch",
        "UPDATE batch SET header = CAST(header || x'00' AS BLOB)",
        "UPDATE batch SET header = x''",
        "UPDATE batch SET leaves = CAST(zeroblob(32) || substr(leaves, 33) AS BLOB)",
        "UPDATE batch SET leaves = substr(leaves, 33)",
        "UPDATE batch SET department = '11130900DEM0000303'",
        "UPDATE batch SET batch_id = 'another'",
        "UPDATE batch SET header_hash = zeroblob(32)",
    ],
)
def test_signature_over_a_batch_and_what_it_is_over_are_checked(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    assert copy.verify()[0].startswith(f"序号{position_of(copy, 'batched-0')}: ")


def test_every_bit_of_a_batchs_signature_counts(copy: Copy) -> None:
    ((header,),) = copy.sql("SELECT header FROM batch")
    envelope = envelope_pb2.Envelope.FromString(header)
    for at in (0, 31, 32, 63):
        altered = envelope_pb2.Envelope.FromString(header)
        signature = bytearray(envelope.signatures[0].sig)
        signature[at] ^= 1
        altered.signatures[0].sig = bytes(signature)
        copy.sql("UPDATE batch SET header = ?", altered.SerializeToString())
        assert copy.verify()[0].startswith(f"序号{position_of(copy, 'batched-0')}: ")


@pytest.mark.parametrize(
    "change",
    ["batch_index = 8", "batch_index = 99999", "batch_index = NULL", "batch = NULL", "batch = x'00'"],
)
def test_place_of_a_statement_in_its_batch_is_checked(copy: Copy, change: str) -> None:
    copy.sql(f"UPDATE statement SET {change} WHERE statement_id = 'batched-7'")
    assert copy.verify()[0].startswith(f"序号{position_of(copy, 'batched-7')}: ")


def test_signature_beside_the_one_of_the_batch_is_found(copy: Copy) -> None:
    extra = envelope_pb2.Envelope(signatures=[envelope_pb2.Signature(keyid="a", sig=b"b")])
    copy.sql(
        "UPDATE statement SET signatures = ? WHERE statement_id = 'batched-7'", extra.SerializeToString()
    )
    assert copy.verify() == [f"序号{position_of(copy, 'batched-7')}: 批次中的陈述另有签名"]


# --- the map


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM map_entry",
        "DELETE FROM map_entry WHERE subject_key = (SELECT max(subject_key) FROM map_entry)",
        "UPDATE map_entry SET count = count + 1 WHERE subject_key = (SELECT min(subject_key) FROM map_entry)",
        "UPDATE map_entry SET head = zeroblob(32)",
        "INSERT INTO map_entry VALUES (zeroblob(32), 1, zeroblob(32))",
    ],
)
@pytest.mark.parametrize("signatures", [True, False])
def test_entries_of_the_map_are_held_against_the_chains(copy: Copy, tampering: str, signatures: bool) -> None:
    copy.sql(tampering)
    assert copy.verify(signatures=signatures) == ["映射的条目与最后记载的映射状态不符"]


def test_state_that_never_was_one_of_the_log_is_found(spine: Spine, tmp_path: Path) -> None:
    placed = []
    for number in range(3):
        spine.say("财政", event=penalty("财政", firm(number)))
        body = Statement(map_state=MapState(size=spine.engine.state.size, root=bytes([number] * 32)))
        outcome = spine.engine.writer.put([OwnStatement(body)])[0].result(30)
        assert isinstance(outcome, Placed)
        placed.append(outcome.position)
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    told = [f"序号{at}: 映射状态的根与前{at}条叶子算出的不同" for at in placed]
    assert [fault for fault in copy.verify() if "根" in fault] == told
    assert [fault for fault in copy.verify(signatures=False) if "根" in fault] == told[-1:]
    spine.reopen()


# --- keys by the order of the log


def test_key_signs_behind_its_enrolment_and_up_to_its_revocation() -> None:
    signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    key = BookedKey(5, signer.keyid, signer.suite, signer.public_key, ("D", ""), revoked=9)
    book = KeyBook(keys={5: key})
    for position in (6, 9):
        assert book.signer(5, signer.keyid, position).keyid == signer.keyid
    for place in ((5, signer.keyid, 5), (5, "another", 6), (4, signer.keyid, 6)):
        with pytest.raises(ValueError, match="不是叶子所记的那一把"):
            book.signer(*place)
    with pytest.raises(ValueError, match="已在序号9撤销"):
        book.signer(5, signer.keyid, 10)


def test_keys_and_their_revocations_are_read_from_the_log(copy: Copy) -> None:
    book = verified_book(copy)
    revoked = [key for key in book.keys.values() if key.revoked is not None]
    assert {key.revoked for key in revoked} == {
        position_of(copy, "clerk-key-gone"),
        position_of(copy, "stolen-key-gone"),
    }
    assert len({entry.keyid for entry in book.own}) == 3


def verified_book(copy: Copy) -> KeyBook:
    with copy.log() as log:
        return KeyBook.read(log)


# --- signed heads


def test_second_store_that_is_behind_is_in_order(copy: Copy) -> None:
    with copy.log() as log:
        hashes = HashTree()
        for row in log.store.statements():
            hashes.append(leaf_hash(row.leaf))
    for size in (1, TILE, size_of(copy)):
        note = sign_checkpoint(Checkpoint(copy.config.origin, size, root_at(hashes, size)), copy.signer)
        assert copy.verify(second=note) == []


@pytest.mark.parametrize(
    ("size", "origin", "words"),
    [
        (5, "", "签的前5条与日志不符"),
        (100_000, "", "已签到100000条"),
        (5, "credit.example/other", "第二存储的日志头: "),
    ],
)
def test_second_store_that_contradicts_the_log_is_found(
    copy: Copy, size: int, origin: str, words: str
) -> None:
    note = sign_checkpoint(Checkpoint(origin or copy.config.origin, size, bytes(32)), copy.signer)
    (fault,) = copy.verify(second=note)
    assert words in fault


@pytest.mark.parametrize(("second", "words"), [("", "没有日志头"), ("nothing\n", "第二存储的日志头: ")])
def test_second_store_with_nothing_or_no_checkpoint_is_found(copy: Copy, second: str, words: str) -> None:
    (fault,) = copy.verify(second=second)
    assert words in fault


def test_time_anchor_over_a_checkpoint_that_never_was_is_found(
    spine: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, stamped_ms = Checkpoint(ORIGIN, 3, bytes(32)).text(), spine.clock()
    token = PlainAuthority().token(text, stamped_ms)
    anchor = TimeAnchor(size=3, root=bytes(32), token=token, gen_time_ms=stamped_ms)
    with monkeypatch.context() as careless:
        careless.setattr(group_run, "check_own", lambda *_, **__: [])
        outcome = spine.engine.writer.put([OwnStatement(Statement(time_anchor=anchor))])[0].result(30)
    assert isinstance(outcome, Placed)
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    assert copy.verify() == [f"序号{outcome.position}: 没有条数为3而根如所述的检查点。"]
    assert any("按当时的规则不应登记" in difference for difference in copy.rebuild())
    spine.reopen()


# --- ranges, side by side


@pytest.fixture(params=[1, 2])
def in_ranges(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Copy], list[str]]:
    """Verifies in ranges of one tile, in this process or in two others."""
    for name, value in (("RANGE", TILE), ("SIGNED_RANGE", TILE), ("WORTH_PROCESSES", 0)):
        monkeypatch.setattr(verify_package, name, value)
    return lambda copy: copy.verify(processes=request.param, reopening=reopening(copy))


def test_log_in_ranges_has_no_fault(copy: Copy, in_ranges: Callable[[Copy], list[str]]) -> None:
    assert size_of(copy) > TILE
    assert in_ranges(copy) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM statement WHERE position = 255",
        "DELETE FROM statement WHERE position = 256",
        "UPDATE statement SET leaf = (SELECT leaf FROM statement WHERE position = 255) WHERE position = 256",
        "UPDATE statement SET sealed_payload = x'00' WHERE position = 300",
        "UPDATE statement SET erased_by = 356 WHERE position = 20",
        "DELETE FROM tile",
        "DELETE FROM batch",
        "DELETE FROM map_entry",
        "DELETE FROM checkpoint",
    ],
)
def test_whatever_is_found_in_one_piece_is_found_in_ranges(
    copy: Copy, tampering: str, in_ranges: Callable[[Copy], list[str]]
) -> None:
    copy.sql(tampering)
    assert in_ranges(copy) != []


def test_chain_that_breaks_where_a_range_begins_is_found(
    spine: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = firm(1)
    for _ in range(TILE):
        spine.say("财政", event=penalty("财政", subject))
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    monkeypatch.setattr(verify_package, "SIGNED_RANGE", TILE)
    assert copy.verify() == []
    ((leaf,),) = copy.sql("SELECT leaf FROM statement WHERE position = ?", TILE)
    altered = bytearray(leaf)
    altered[49] ^= 1  # The last byte of the sequence: nothing in the range before it says otherwise.
    copy.sql("UPDATE statement SET leaf = ? WHERE position = ?", bytes(altered), TILE)
    assert f"序号{TILE}: 主体链与叶子不符" in copy.verify()
    spine.reopen()


def _no_store() -> Store:
    raise StoreError("没有存储")


def test_process_that_cannot_begin_ends_the_check_with_one_line(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_package, "WORTH_PROCESSES", 0)
    with pytest.raises(StoreError, match="核对进程意外终止"):
        copy.verify(processes=2, reopening=Reopening(_no_store, _no_vault))


def _no_vault() -> Vault:
    return Vault(bytes(32))


def test_statement_far_behind_the_log_is_told_and_not_walked_to(copy: Copy) -> None:
    copy.sql(
        "INSERT INTO statement SELECT 1 << 60, department, 'far', subject, payload_type, sealed_payload,"
        " signatures, leaf, batch, batch_index, erased_by FROM statement WHERE position = 20"
    )
    assert f"序号{1 << 60}的陈述不在日志之内" in copy.verify()
