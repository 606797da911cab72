"""Snapshots over the wire: fetched whole, loaded, asked; by right, and only if there is a newer one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.commands.snapshot_keeping import MIN_AGE_S
from registry.v1 import snapshot_service_pb2, subject_pb2
from registry_client import Credentials, Registry, RegistryCallError, Replica, Verdict
from registry_client.held_snapshot import held_in
from registry_client.snapshots import NONE_NEWER
from tests.registry_client.test_replica import code_of, policy_of, receipt_key
from tests.support.editions import adopt, edition_files
from tests.support.events import firm as firm_of
from tests.support.events import licence, placed
from tests.support.history import short_ban
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

BIDDER, PROCUREMENT = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.DOMAIN_PROCUREMENT


@pytest.fixture(params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path / "registry"))
    with serving(spine, by_reader=request.param == "reader") as running:
        yield running


@pytest.fixture
def platform(served: Served) -> Iterator[Registry]:
    own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM).uri)
    with Registry(served.target, Credentials(own.authority, own.certificate, own.key)) as registry:
        yield registry


def test_platform_fetches_a_snapshot_and_asks_it_and_then_a_newer_one(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, file = served.spine, tmp_path / "procurement.snapshot"
    placed(spine.say("市场监管", event=licence("市场监管", firm_of(1))))
    first = platform.snapshots.fetch(PROCUREMENT, file)
    assert first == spine.position
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=600, clock=spine.clock)
    replica.load(file)
    bidders = replica.asker(role=BIDDER)
    assert bidders.check(code_of(1)).verdict == Verdict.CLEAR
    assert bidders.check(code_of(2)).verdict == Verdict.INDETERMINATE
    placed(spine.say("财政", event=short_ban(1)))
    assert platform.snapshots.fetch(PROCUREMENT, file, newer_than=first) == NONE_NEWER, "made just now"
    spine.clock.now_ms += int(MIN_AGE_S * 1000)
    assert platform.snapshots.fetch(PROCUREMENT, file, newer_than=first) == spine.position
    replica.load(file)
    assert bidders.check(code_of(1)).verdict == Verdict.BLOCKED
    assert sorted(path.name for path in tmp_path.iterdir() if "snapshot" in path.name) == [file.name]


def test_snapshot_of_a_domain_that_one_may_not_ask_in_is_refused_and_touches_no_file(
    platform: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "exit.snapshot"
    file.write_bytes(b"earlier")
    with pytest.raises(RegistryCallError) as refused:
        platform.snapshots.fetch(subject_pb2.DOMAIN_EXIT_ENTRY, file)
    assert refused.value.reason == "DOMAIN_DENIED"
    assert file.read_bytes() == b"earlier"


def test_edition_that_was_adopted_since_makes_another_snapshot_however_new_the_last_is(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, file = served.spine, tmp_path / "procurement.snapshot"
    first = platform.snapshots.fetch(PROCUREMENT, file)
    adopt(spine, edition_files("2026.9"), "2027-01-01")
    assert platform.snapshots.fetch(PROCUREMENT, file, newer_than=first) == spine.position
    assert str(held_in(file).header.last) == "2026-12-31"


def test_who_has_a_snapshot_is_told_what_changed_and_who_begins_is_given_one_that_was_made_before(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, snapshots = served.spine, platform.snapshots
    one, other = tmp_path / "one", tmp_path / "other"
    assert snapshots.since(PROCUREMENT, None, into=one).delta is None
    placed(spine.say("财政", event=short_ban(1)))
    spine.clock.now_ms += 3_600_000
    assert snapshots.since(PROCUREMENT, None, into=other).delta is None
    assert other.read_bytes() == one.read_bytes(), "nothing is compiled for whoever begins"
    told = snapshots.since(PROCUREMENT, held_in(other), into=None)
    assert told.delta is not None
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=600, clock=spine.clock)
    replica.load(other, told.delta)
    assert replica.asker(role=BIDDER).check(code_of(1)).verdict == Verdict.BLOCKED
    assert replica.age_s == 0


def test_who_claims_to_have_more_than_is_known_has_no_snapshot_made_for_each_call(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, snapshots, file = served.spine, platform.snapshots, tmp_path / "s"
    first = snapshots.fetch(PROCUREMENT, file)
    held = replace(held_in(file), reached=spine.position + 1_000_000)
    placed(spine.say("财政", event=short_ban(1)))
    for _ in range(2):
        given = snapshots.since(PROCUREMENT, held, into=file)
        assert given.whole_reason == snapshot_service_pb2.WHOLE_REASON_BASE_UNKNOWN
        assert held_in(file).header.position == first, "made just now"


def test_who_has_a_snapshot_over_which_there_is_no_delta_is_given_another_and_the_reason(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, snapshots, file = served.spine, platform.snapshots, tmp_path / "s"
    snapshots.fetch(PROCUREMENT, file)
    held = held_in(file)
    spine.clock.now_ms += 40 * 86_400_000
    given = snapshots.since(PROCUREMENT, held, into=file)
    assert (given.delta, given.whole_reason) == (None, snapshot_service_pb2.WHOLE_REASON_BASE_OLD)
    assert held_in(file).header.first > held.header.first
    for wrong in (replace(held, envelope=b"\1"), replace(held, reached=spine.position + 1)):
        given = snapshots.since(PROCUREMENT, wrong, into=file)
        assert given.whole_reason == snapshot_service_pb2.WHOLE_REASON_BASE_UNKNOWN
    with pytest.raises(RegistryCallError) as refused:
        snapshots.since(subject_pb2.DOMAIN_BIDDING, held, into=file)
    assert refused.value.reason == "DOMAIN_DENIED"
