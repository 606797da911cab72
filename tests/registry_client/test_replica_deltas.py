"""Deltas: a base and what changed since answer as a fresh snapshot does; and what is put over nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest

from demo.departments import OPERATOR
from registry.commands.snapshot_deltas import MAX_BASE_DAYS, WholeWantedError, base_of, build_delta
from registry.domain.live_table import LiveTable
from registry.domain.periods import MS_PER_DAY
from registry.domain.verdict_table import VerdictTable
from registry.provenance.keys import FileSigner, VerifyingKey, load_verifying_key
from registry.provenance.policy_lines import RangedKey
from registry.provenance.snapshot import SNAPSHOT
from registry.provenance.snapshot_delta import DELTA, DeltaHeader, open_delta, write_delta
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.v1 import envelope_pb2, snapshot_service_pb2, statement_pb2, subject_pb2
from registry_client import Replica, ReplicaError, StaleError, Verdict
from tests.commands.test_decision_table import turning_days
from tests.registry_client.test_replica import (
    BIDDER,
    COMPULSORY,
    MAX_AGE_S,
    PROCUREMENT,
    code_of,
    policy_of,
    receipt_key,
    seal_of,
    snapshot_of,
    whole_policy,
)
from tests.support import events
from tests.support.editions import adopt, edition_files
from tests.support.history import short_ban, write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.table import queue

_Domain: TypeAlias = subject_pb2.Domain.ValueType


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


def delta_of(
    spine: Spine, base: bytes, reached: int = 0, *signers: FileSigner, domain: _Domain = PROCUREMENT
) -> bytes:
    """What changed since a base, up to now."""
    shown = base_of(spine.engine.state, domain, SNAPSHOT.split(base)[0], reached)
    _, pieces = build_delta(spine.engine.state, shown, seal_of(spine, *signers), made_ms=spine.clock())
    return b"".join(pieces)


def why_whole(spine: Spine, base: bytes, reached: int = 0, domain: _Domain = PROCUREMENT) -> str:
    with pytest.raises(WholeWantedError) as wanted:
        delta_of(spine, base, reached, domain=domain)
    return snapshot_service_pb2.WholeReason.Name(wanted.value.reason).removeprefix("WHOLE_REASON_")


def replica_of(spine: Spine, base: bytes, *deltas: bytes, policy: Policy | None = None) -> Replica:
    replica = Replica(policy or whole_policy(spine), max_age_s=MAX_AGE_S, clock=spine.clock)
    replica.load(base)
    for delta in deltas:
        replica.apply(delta)
    return replica


# --- as a fresh snapshot --------------------------------------------------------------------------


@dataclass
class Kept:
    """A base that deltas are put over while a history is written; ``reached`` after each."""

    spine: Spine
    chance: Random
    domain: _Domain
    replica: Replica | None = None
    base: bytes = b""
    spans: list[tuple[LiveTable, list[int]]] = field(default_factory=list)
    wholes: int = 0

    def step(self) -> None:
        if self.chance.random() < 0.4:
            return
        try:
            if self.replica is None:
                raise WholeWantedError(snapshot_service_pb2.WHOLE_REASON_UNSPECIFIED)
            reached = self.replica.header.position
            self.replica.apply(delta_of(self.spine, self.base, reached, domain=self.domain))
        except WholeWantedError:
            self.wholes += 1
            self.base = snapshot_of(self.spine, domain=self.domain)
            self.replica = replica_of(self.spine, self.base)
            assert self.replica.loaded
            self.spans.append((self.replica.loaded.live, []))
        self.spans[-1][1].append(self.replica.header.position)
        assert self.replica.header.position == self.spine.position


def write_with(monkeypatch: pytest.MonkeyPatch, kept: list[Kept], write: Callable[[], object]) -> None:
    """Writes a history and lets replicas follow it, group by group."""
    put = Spine.put

    def followed(self: Spine, *args: Any) -> Any:
        outcomes = put(self, *args)
        for each in kept:
            each.step()
        return outcomes

    def queued(spine: Spine, *jobs: Any) -> Any:
        outcomes = queue(spine, *jobs)
        for each in kept:
            each.step()
        return outcomes

    monkeypatch.setattr(Spine, "put", followed)
    monkeypatch.setattr("tests.support.random_acts.queue", queued)
    write()
    monkeypatch.undo()


def assert_as_fresh(spine: Spine, kept: Kept) -> int:
    """Compares everything, for every question, with a table compiled for the position anew."""
    state, compared = spine.engine.state, 0
    records = [record for record in state.index.records() if is_in_table(record.ref)]
    for live, positions in kept.spans:
        facts = live.facts
        days = {day for record in records for day in turning_days(record) if facts.covers(day)}
        asked = [facts.first, facts.last, *kept.chance.sample(sorted(days), min(len(days), 12))]
        for position in dict.fromkeys(kept.chance.sample(positions, min(len(positions), 4))):
            edition = state.edition_at(position, facts.first)
            basis = TableBasis(kept.domain, position, edition, facts.first, facts.last)
            fresh = VerdictTable(b"".join(compile_table(records, basis)))
            for code in [*(record.ref.encode() for record in records), code_of(7777).encode()]:
                for day in asked:
                    one = live.book[live.one(code, day, position=position)]
                    assert one == fresh.book[fresh.one(code, day)], (code, day, position)
                    compared += 1
    return compared


@pytest.mark.parametrize("seed", range(3))
def test_base_and_deltas_answer_as_a_fresh_snapshot_over_random_acts(
    spine: Spine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    kept = [Kept(spine, chance, domain) for domain in (PROCUREMENT, subject_pb2.DOMAIN_BUSINESS)]
    write_with(monkeypatch, kept, lambda: write_random_acts(spine, chance, 200))
    for each in kept:
        assert sum(len(positions) for _, positions in each.spans) > each.wholes + 10, "few deltas"
        assert assert_as_fresh(spine, each) > 500


def test_base_and_deltas_answer_as_a_fresh_snapshot_over_entries_repaired_and_withdrawn(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(spine, Random(9), PROCUREMENT)
    write_with(monkeypatch, [kept], lambda: write_random_history(spine, kept.chance, 150))
    assert kept.wholes == 1
    assert assert_as_fresh(spine, kept) > 100


def test_history_of_every_kind_is_followed_with_snapshots_where_deltas_do_not_do(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(spine, Random(2), PROCUREMENT)
    write_with(monkeypatch, [kept], lambda: write_rich_history(spine))
    assert kept.wholes > 1, "another edition, an erasure"
    fresh, last = replica_of(spine, snapshot_of(spine)), replica_of(spine, kept.base)
    last.apply(delta_of(spine, kept.base))
    codes = b"".join(
        record.ref.encode() for record in spine.engine.state.index.records() if is_in_table(record.ref)
    )
    for role in subject_pb2.SubjectRole.values():
        for kind in subject_pb2.TenderKind.values():
            one, other = (each.asker(role=role, tender_kind=kind).check_many(codes) for each in (fresh, last))
            for name in ("verdicts", "indeterminate_reasons", "ask"):
                assert (getattr(one, name) == getattr(other, name)).all()


def test_platform_is_told_of_a_ban_and_of_its_end_and_that_nobody_knows_a_code_any_more(spine: Spine) -> None:
    base = snapshot_of(spine)
    replica = replica_of(spine, base)
    asker = replica.asker(role=BIDDER, tender_kind=COMPULSORY)
    assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE
    events.placed(spine.say("财政", "ban", event=short_ban(1)))
    replica.apply(delta_of(spine, base, replica.header.position))
    answer = asker.check(code_of(1).lower())
    assert (answer.verdict, answer.position) == (Verdict.BLOCKED, spine.position)
    assert [each.measure for each in answer.measures] == ["M-PRO-01"]
    assert asker.check_many(code_of(1).lower().encode()).verdicts.tolist() == [Verdict.BLOCKED]
    events.placed(spine.say("财政", withdrawal=events.withdrawal("财政", "ban")))
    replica.apply(delta_of(spine, base, replica.header.position))
    assert (
        asker.check(code_of(1)).verdict
        == replica_of(spine, snapshot_of(spine))
        .asker(role=BIDDER, tender_kind=COMPULSORY)
        .check(code_of(1))
        .verdict
    )


def test_stolen_key_puts_in_dispute_what_it_signed_in_a_delta_as_well(spine: Spine) -> None:
    stolen = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    events.placed(spine.enrol("财政", stolen))
    suspect = events.placed(spine.say("财政", event=short_ban(1), by=stolen))
    banned(spine, 2)
    base = snapshot_of(spine)
    compromised = statement_pb2.KEY_REVOCATION_REASON_COMPROMISED
    revocation = statement_pb2.KeyRevocation(keyid=stolen.keyid, reason=compromised, suspect_from=suspect)
    events.placed(spine.say(OPERATOR.key, key_revocation=revocation))
    codes = "".join(map(code_of, (1, 2))).encode()
    told = [
        each.asker(role=BIDDER, tender_kind=COMPULSORY).check_many(codes).verdicts.tolist()
        for each in (replica_of(spine, base, delta_of(spine, base)), replica_of(spine, snapshot_of(spine)))
    ]
    assert told[0] == told[1] == [Verdict.REVIEW, Verdict.BLOCKED]


def test_delta_without_a_change_says_how_fresh_the_replica_is(spine: Spine) -> None:
    base = snapshot_of(spine)
    replica = replica_of(spine, base)
    spine.clock.now_ms += MAX_AGE_S * 1000
    with pytest.raises(StaleError):
        replica.asker().check(code_of(1))
    delta = delta_of(spine, base)
    assert len(delta) < 4096
    replica.apply(delta)
    assert replica.age_s == 0
    assert replica.asker().check(code_of(1)).verdict == Verdict.INDETERMINATE


def test_delta_over_the_base_does_what_the_deltas_one_by_one_do(spine: Spine) -> None:
    base, reached, deltas = snapshot_of(spine), 0, []
    for number in range(1, 6):
        events.placed(spine.say("财政", event=short_ban(number)))
        deltas.append(delta_of(spine, base, reached))
        reached = spine.position
    whole = delta_of(spine, base)
    codes = "".join(map(code_of, range(8))).encode()
    told = [
        replica_of(spine, base, *each).asker(role=BIDDER, tender_kind=COMPULSORY).check_many(codes)
        for each in (deltas, [whole], [*deltas[:3], whole])
    ]
    for one in told:
        unknown, barred = Verdict.INDETERMINATE, Verdict.BLOCKED
        assert one.verdicts.tolist() == [unknown, *[barred] * 5, unknown, unknown]


def test_edition_that_becomes_law_later_ends_the_days_of_a_delta(spine: Spine) -> None:
    events.placed(spine.say("财政", event=short_ban(1)))
    base = snapshot_of(spine)
    replica = replica_of(spine, base)
    late = replica.asker(role=BIDDER, tender_kind=COMPULSORY, day=date(2027, 1, 1))
    assert late.check(code_of(1)).verdict == Verdict.BLOCKED
    adopt(spine, edition_files("2026.9"), "2027-01-01")
    replica.apply(delta_of(spine, base))
    assert replica.header.last == date(2026, 12, 31)
    answer = late.check(code_of(1))
    assert (answer.ask, answer.verdict) == (True, Verdict.INDETERMINATE)
    assert late.check_many(code_of(1).encode()).ask.tolist() == [True]


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


def banned(spine: Spine, *numbers: int) -> None:
    for number in numbers:
        events.placed(spine.say("财政", event=short_ban(number)))


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
