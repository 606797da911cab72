"""Snapshots over the wire: fetched whole, loaded, asked; by right, and only if there is a newer one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.commands.snapshot_keeping import MIN_AGE_S
from registry.v1 import subject_pb2
from registry_client import Credentials, Registry, RegistryCallError, Replica, Verdict
from registry_client.snapshots import NONE_NEWER
from tests.registry_client.test_replica import code_of, policy_of, receipt_key
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
