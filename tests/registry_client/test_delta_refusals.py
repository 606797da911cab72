"""When a snapshot is wanted instead of a delta, and what is put over nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from registry.commands.snapshot_deltas import MAX_BASE_DAYS
from registry.domain.periods import MS_PER_DAY
from registry.provenance.keys import FileSigner, VerifyingKey, load_verifying_key
from registry.provenance.policy_lines import RangedKey
from registry.provenance.snapshot import SNAPSHOT
from registry.provenance.snapshot_delta import DELTA, DeltaHeader, open_delta, write_delta
from registry.provenance.vkey import NoteKey
from registry.v1 import envelope_pb2, statement_pb2, subject_pb2
from registry_client import Replica, ReplicaError, StaleError, Verdict
from tests.registry_client.deltas import banned, delta_of, replica_of, why_whole
from tests.registry_client.test_replica import (
    BIDDER,
    COMPULSORY,
    code_of,
    policy_of,
    receipt_key,
    snapshot_of,
    whole_policy,
)
from tests.support import events
from tests.support.editions import adopt, edition_files
from tests.support.history import short_ban
from tests.support.spine import ORIGIN, Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


# --- when a snapshot is wanted --------------------------------------------------------------------


def test_another_edition_as_law_wants_a_snapshot(spine: Spine) -> None:
    base = snapshot_of(spine)
    adopt(spine, edition_files("2026.9"), "2026-11-24")
    assert delta_of(spine, base), "today it is not law yet"
    spine.clock.move_to(date(2026, 11, 24))
    assert why_whole(spine, snapshot_of(spine), domain=subject_pb2.DOMAIN_BIDDING) == "BASE_UNKNOWN"
    assert why_whole(spine, base) == "EDITION"


def test_old_base_and_one_of_a_position_that_is_not_known_here_want_a_snapshot(spine: Spine) -> None:
    base = snapshot_of(spine)
    assert why_whole(spine, base, reached=spine.position + 1) == "BASE_UNKNOWN"
    spine.clock.move_to(date(2026, 11, 23) + timedelta(days=MAX_BASE_DAYS))
    assert delta_of(spine, base)
    spine.clock.move_to(date(2026, 11, 24) + timedelta(days=MAX_BASE_DAYS))
    assert why_whole(spine, base) == "BASE_OLD"


def test_many_changes_want_a_snapshot(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.commands.snapshot_deltas.MAX_ROWS", 3)
    base = snapshot_of(spine)
    for number in range(3):
        events.placed(spine.say("财政", event=short_ban(number)))
    assert delta_of(spine, base)
    events.placed(spine.say("财政", event=short_ban(3)))
    assert why_whole(spine, base) == "MANY_CHANGES"
    assert delta_of(spine, base, spine.position - 1)


def test_erasure_by_law_wants_a_snapshot(spine: Spine) -> None:
    events.placed(spine.say("财政", "gone", event=short_ban(61)))
    events.placed(spine.say("财政", withdrawal=events.withdrawal("财政", "gone")))
    base = snapshot_of(spine)
    erasure = statement_pb2.Erasure(
        target=events.target("财政", "gone"),
        legal_basis=["个人信息保护法 第四十七条"],
        document=events.document("财政", "2026-11-23"),
        reason="保存期限届满",
    )
    events.placed(spine.say("财政", erasure=erasure))
    assert why_whole(spine, base) == "ERASURE"


def test_base_that_somebody_else_signed_is_none(spine: Spine) -> None:
    other = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    assert why_whole(spine, snapshot_of(spine, other)) == "BASE_UNKNOWN"


# --- what is put over nothing ---------------------------------------------------------------------


def keys_of(spine: Spine) -> Callable[[str, int], list[VerifyingKey]]:
    signer = receipt_key(spine)
    return lambda _origin, _size: [load_verifying_key(signer.suite, signer.public_key)]


def refused(replica: Replica, delta: bytes) -> str:
    """Why a delta is not believed; what is asked afterwards is answered as before."""
    asker, before = replica.asker(role=BIDDER, tender_kind=COMPULSORY), replica.header
    codes = "".join(map(code_of, range(8))).encode()
    answered = asker.check_many(codes)
    with pytest.raises(ReplicaError) as caught:
        replica.apply(delta)
    assert not isinstance(caught.value, StaleError)
    assert replica.header == before
    again = replica.asker(role=BIDDER, tender_kind=COMPULSORY).check_many(codes)
    assert (answered.verdicts == again.verdicts).all()
    return str(caught.value)


def test_delta_over_another_base_is_refused(spine: Spine) -> None:
    earlier = snapshot_of(spine)
    banned(spine, 1)
    base = snapshot_of(spine)
    banned(spine, 2)
    assert "不是这一快照的增量" in refused(replica_of(spine, base), delta_of(spine, earlier))
    spine.clock.now_ms += MS_PER_DAY
    over_same_position = delta_of(spine, snapshot_of(spine))
    spine.clock.now_ms -= MS_PER_DAY
    assert "不是这一快照的增量" in refused(replica_of(spine, base), over_same_position)


def test_delta_of_another_domain_or_registry_is_refused(spine: Spine) -> None:
    base, other = snapshot_of(spine), subject_pb2.DOMAIN_BIDDING
    beside = snapshot_of(spine, domain=other)
    banned(spine, 1)
    assert "不是这一快照的增量" in refused(replica_of(spine, base), delta_of(spine, beside, domain=other))
    header, table = open_delta(delta_of(spine, base), keys_of(spine))
    for changed in (
        {"domain": other},
        {"origin": "credit.example/elsewhere"},
        {"position": 3, "log_size": 9},
    ):
        forged = replace(header, now=replace(header.now, **changed), after=0, base_position=0)
        content = b"".join(write_delta(forged, [table], [receipt_key(spine)]))
        assert refused(replica_of(spine, base), content)


def test_delta_after_a_gap_and_an_older_one_after_a_newer_are_refused(spine: Spine) -> None:
    base = snapshot_of(spine)
    banned(spine, 1)
    first, between = delta_of(spine, base), spine.position
    spine.clock.now_ms += 1000
    banned(spine, 2)
    second = delta_of(spine, base, between)
    assert "缺少" in refused(replica_of(spine, base), second)
    assert "早于" in refused(replica_of(spine, base, first, second), first)
    assert replica_of(spine, base, first, second, second).header.position == spine.position
    banned(spine, 3)


def test_snapshot_that_knows_less_than_the_deltas_does_not_take_their_place(spine: Spine) -> None:
    base = snapshot_of(spine)
    banned(spine, 1)
    replica = replica_of(spine, base, delta_of(spine, base))
    with pytest.raises(ReplicaError, match="早于已载入"):
        replica.load(base)
    assert replica.asker(role=BIDDER).check(code_of(1)).verdict == Verdict.BLOCKED


@pytest.mark.parametrize("left", [0, 8, 15, 16, 100, -1, -64])
def test_delta_that_was_cut_off_is_refused(spine: Spine, left: int) -> None:
    base = snapshot_of(spine)
    banned(spine, 1)
    delta = delta_of(spine, base)
    assert "增量" in refused(replica_of(spine, base), delta[: len(delta) + left if left < 0 else left])


def test_no_byte_of_a_delta_can_be_changed(spine: Spine) -> None:
    base, chance = snapshot_of(spine), Random(7)
    banned(spine, 1, 2)
    delta = delta_of(spine, base)
    envelope, table = DELTA.split(delta)
    begin = len(delta) - len(table)
    replica = replica_of(spine, base)
    within = range(16, 16 + len(envelope))
    for at in [*range(12), *chance.sample(within, 80), *chance.sample(range(begin, len(delta)), 150)]:
        changed = bytearray(delta)
        changed[at] ^= 1 << chance.randrange(8)
        assert refused(replica, bytes(changed)), at
    assert replica.apply(delta).position == spine.position


def test_snapshot_is_no_delta_and_a_delta_no_snapshot(spine: Spine) -> None:
    base = snapshot_of(spine)
    banned(spine, 1)
    replica, delta = replica_of(spine, base), delta_of(spine, base)
    assert "不是增量" in refused(replica, snapshot_of(spine))
    with pytest.raises(ReplicaError, match="不是快照"):
        replica.load(delta)
    content, head = SNAPSHOT.split(base)[0], len(SNAPSHOT.split(base)[1])
    passed_off = DELTA.magic + base[8:16] + content + base[16 + len(content) :]
    assert head
    assert "不是增量" in refused(replica, passed_off)


def test_header_that_is_none_is_refused_without_more_ado(spine: Spine) -> None:
    base = snapshot_of(spine)
    replica, signer = replica_of(spine, base), receipt_key(spine)
    for payload in (b"", b"[" * 100_000, b"{}", b"[]", b"null", b'{"after": 1}', b"\xff"):
        assert "抬头" in refused(replica, b"".join(DELTA.write(payload, [b""], [signer])))
        with pytest.raises(ReplicaError, match="抬头"):
            replica.load(b"".join(SNAPSHOT.write(payload, [b""], [signer])))


def test_delta_by_a_key_that_counts_no_more_or_by_another_is_refused(spine: Spine) -> None:
    base = snapshot_of(spine)
    banned(spine, 1)
    delta, signer = delta_of(spine, base), receipt_key(spine)
    other = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    assert "签名" in refused(replica_of(spine, base), delta_of(spine, base, 0, other))
    key = NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key))
    revoked = replace(whole_policy(spine), receipts=(RangedKey(key, 0, spine.position),))
    assert "receipt" in refused(replica_of(spine, base, policy=revoked), delta)
    header, table = open_delta(delta, keys_of(spine))
    back_dated = replace(header, now=replace(header.now, log_size=spine.position))
    content = b"".join(write_delta(back_dated, [table], [signer]))
    assert refused(replica_of(spine, base, policy=revoked), content), "as of when the key counted still"


def test_delta_or_snapshot_whose_position_is_not_shown_to_be_in_the_log_is_refused(spine: Spine) -> None:
    base = snapshot_of(spine)
    note = spine.engine.state.head.note if spine.engine.state.head else ""
    banned(spine, 1)
    header, table = open_delta(delta_of(spine, base), keys_of(spine))
    for checkpoint in ("", note, note.replace("\n\n", "\nmore\n\n")):
        forged = replace(header, now=replace(header.now, checkpoint=checkpoint))
        content = b"".join(write_delta(forged, [table], [receipt_key(spine)]))
        assert "检查点" in refused(replica_of(spine, base), content)
        anyhow = replica_of(spine, base, policy=policy_of(receipt_key(spine)))
        assert anyhow.apply(content).position == spine.position, "no log was named"


def test_log_that_forks_is_found_by_two_checkpoints_of_one_size(spine: Spine, tmp_path: Path) -> None:
    base = snapshot_of(spine)
    replica = replica_of(spine, base)
    assert replica.loaded
    assert replica.loaded.checkpoint
    forked = replace(replica.loaded.checkpoint, root=bytes(32))
    with pytest.raises(ReplicaError, match="分叉"):
        replica.loaded.require_after(replace(replica.loaded, checkpoint=forked))


def test_header_of_a_delta_is_read_as_it_was_written(spine: Spine) -> None:
    base = snapshot_of(spine)
    header, _ = open_delta(delta_of(spine, base), keys_of(spine))
    assert DeltaHeader.decode(header.encode()) == header
    assert header.after == header.base_position == spine.position
