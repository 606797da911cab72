"""Deltas: a base and what changed since answer as a fresh snapshot does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.commands.snapshot_deltas import WholeWantedError
from registry.domain.live_table import LiveTable
from registry.domain.verdict_table import VerdictTable
from registry.provenance.keys import FileSigner
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.v1 import envelope_pb2, snapshot_service_pb2, statement_pb2, subject_pb2
from registry_client import Replica, StaleError, Verdict
from tests.commands.test_decision_table import turning_days
from tests.registry_client.deltas import Domain, banned, delta_of, replica_of
from tests.registry_client.test_replica import (
    BIDDER,
    COMPULSORY,
    MAX_AGE_S,
    PROCUREMENT,
    code_of,
    snapshot_of,
)
from tests.support import events
from tests.support.editions import adopt, edition_files
from tests.support.history import short_ban, write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import Spine, found_spine, furnish
from tests.support.table import queue


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


# --- as a fresh snapshot --------------------------------------------------------------------------


@dataclass
class Kept:
    """A base that deltas are put over while a history is written; ``reached`` after each."""

    spine: Spine
    chance: Random
    domain: Domain
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
