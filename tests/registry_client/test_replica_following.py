"""A replica that keeps itself current, over the wire: through Watch, over outages, never back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from registry.access.identity import CallerRole
from registry.provenance.snapshot import SnapshotHeader
from registry.v1 import subject_pb2
from registry_client import Asker, Credentials, Registry, Replica, ReplicaError, StaleError, Verdict
from registry_client.held_snapshot import Held, Since
from registry_client.replica_following import Following
from registry_client.replica_source import FromRegistry
from tests.registry_client.deltas import delta_of
from tests.registry_client.test_replica import code_of, snapshot_of, whole_policy
from tests.support.editions import adopt, edition_files
from tests.support.events import placed
from tests.support.history import short_ban
from tests.support.served import Served, serving
from tests.support.spine import Spine, found_spine, furnish

BIDDER, PROCUREMENT = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.DOMAIN_PROCUREMENT
PATIENCE_S = 20.0


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


def replica_for(spine: Spine, max_age_s: float = 600) -> Replica:
    return Replica(whole_policy(spine), max_age_s=max_age_s, clock=spine.clock)


def is_barred(asker: Asker, code: str) -> bool:
    return asker.check(code).verdict == Verdict.BLOCKED


def comes(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_ban_is_in_the_replica_a_moment_after_it_is_stated(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, file = served.spine, tmp_path / "procurement.snapshot"
    replica = replica_for(spine)
    with replica.follow(FromRegistry(platform, PROCUREMENT), file, every_s=60) as following:
        assert following.wait(PATIENCE_S), following.error
        asker, base = replica.asker(role=BIDDER), file.read_bytes()
        assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE
        for number in (1, 2):
            placed(spine.say("财政", event=short_ban(number)))
            code = code_of(number)
            assert comes(partial(is_barred, asker, code)), following.error
            assert asker.check(code).position == spine.position
        assert file.read_bytes() == base, "a change is no reason to fetch everything"
        assert following.error is None
    assert [path.name for path in tmp_path.iterdir() if "snapshot" in path.name] == [file.name]


def test_replica_says_how_fresh_it_is_while_nothing_changes(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine = served.spine
    replica = replica_for(spine)
    with replica.follow(FromRegistry(platform, PROCUREMENT), tmp_path / "s", every_s=1) as following:
        assert following.wait(PATIENCE_S)
        spine.clock.now_ms += 500_000
        assert comes(lambda: replica.age_s == 0), following.error
        assert replica.header.position == spine.position


def test_replica_goes_on_from_its_file_and_catches_up_with_a_delta(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, file = served.spine, tmp_path / "procurement.snapshot"
    source = FromRegistry(platform, PROCUREMENT)
    with replica_for(spine).follow(source, file) as following:
        assert following.wait(PATIENCE_S)
    placed(spine.say("财政", event=short_ban(1)))
    spine.clock.now_ms += 3_600_000
    before, replica = file.read_bytes(), replica_for(spine)
    with replica.follow(source, file) as following:
        assert following.wait(PATIENCE_S), following.error
    assert replica.asker(role=BIDDER).check(code_of(1)).verdict == Verdict.BLOCKED
    assert file.read_bytes() == before


def test_edition_that_becomes_law_brings_another_snapshot(
    served: Served, platform: Registry, tmp_path: Path
) -> None:
    spine, file = served.spine, tmp_path / "procurement.snapshot"
    replica = replica_for(spine, 10 * 86_400)
    following = Following(replica, FromRegistry(platform, PROCUREMENT), file, every_s=1)
    following.step()
    adopt(spine, edition_files("2026.9"), "2026-11-24")
    following.step()
    assert str(replica.header.last) == "2026-11-23"
    edition = replica.header.edition
    spine.clock.now_ms += 86_400_000
    following.step()
    assert replica.header.edition != edition
    assert replica.header.covers(replica.header.first.replace(year=2027))
    loaded = Replica(whole_policy(spine), max_age_s=600, clock=spine.clock).load(file)
    assert loaded.edition == replica.header.edition


def test_registry_that_is_away_leaves_the_replica_as_it_is_until_its_bound(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"))
    with serving(spine) as served:
        own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM).uri)
        registry = Registry(served.target, Credentials(own.authority, own.certificate, own.key), timeout=1)
        replica = replica_for(spine, 30)
        following = replica.follow(FromRegistry(registry, PROCUREMENT), tmp_path / "s", every_s=1)
        assert following.wait(PATIENCE_S)
    with registry, following:
        assert comes(lambda: following.failures > 1)
        assert following.error is not None
        asker = replica.asker(role=BIDDER)
        assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE
        spine.clock.now_ms += 30_000
        with pytest.raises(StaleError):
            asker.check(code_of(1))


# --- what a source may do -------------------------------------------------------------------------


class Scripted:
    """A source that answers what a test tells it to."""

    domain = PROCUREMENT
    prove = None

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.asked = list(answers), list[Held | None]()

    def since(self, held: Held | None, into: Path | None) -> Since:
        self.asked.append(held)
        answer = self.answers.pop(0)
        if answer.startswith(b"CRDELTA"):
            return Since(delta=answer)
        if into is not None:
            into.write_bytes(answer)
        return Since()

    def wait(self, position: int, longest_s: float, ended: Event) -> None:
        ended.wait(longest_s)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


def test_delta_that_does_not_fit_is_followed_by_a_snapshot(spine: Spine, tmp_path: Path) -> None:
    other = snapshot_of(spine)
    placed(spine.say("财政", event=short_ban(1)))
    base = snapshot_of(spine)
    wrong, right = delta_of(spine, other), delta_of(spine, base)
    source, replica = Scripted(base, right, wrong, base, right), replica_for(spine)
    following = Following(replica, source, tmp_path / "s", every_s=1)
    following.step()
    with pytest.raises(ReplicaError, match="不是这一快照的增量"):
        following.step()
    assert replica.asker(role=BIDDER).check(code_of(1)).verdict == Verdict.BLOCKED
    following.step()
    assert [held is None for held in source.asked] == [True, False, False, True, False]
    assert replica.header.position == spine.position


def test_snapshot_that_is_not_believed_is_put_in_place_of_nothing(spine: Spine, tmp_path: Path) -> None:
    file, base = tmp_path / "s", snapshot_of(spine)
    bidding = snapshot_of(spine, domain=subject_pb2.DOMAIN_BIDDING)
    for content in (base[:-1] + b"\1", base[:500], b"<html>", b"", bidding):
        replica = replica_for(spine)
        replica.take_only(PROCUREMENT)
        file.write_bytes(b"earlier")
        with pytest.raises(ReplicaError):
            Following(replica, Scripted(content, content), file, every_s=1).step()
        assert replica.loaded is None
        assert file.read_bytes() == b"earlier"
        assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".s")] == []


def test_log_that_is_no_continuation_is_found_out_before_it_is_believed(tmp_path: Path) -> None:
    """Another log of the same name and keys, as long or longer: its checkpoints contradict what was seen."""
    spine = furnish(found_spine(tmp_path / "registry"))
    base = snapshot_of(spine)
    with serving(spine) as served:
        own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM).uri)
        with Registry(served.target, Credentials(own.authority, own.certificate, own.key)) as registry:
            replica, source = replica_for(spine), FromRegistry(registry, PROCUREMENT)
            replica.load(base)
            placed(spine.say("财政", event=short_ban(1)))
            delta = delta_of(spine, base)
            first = replica.header
            elsewhere = replace(first, checkpoint=_with_root(first.checkpoint))

            def prove(before: SnapshotHeader, after: SnapshotHeader) -> None:
                source.prove(elsewhere, after)

            with pytest.raises(ReplicaError, match="延续"):
                replica.apply(delta, prove=prove)
            assert replica.header == first
            assert replica.asker(role=BIDDER).check(code_of(1)).verdict == Verdict.INDETERMINATE
            assert replica.apply(delta, prove=source.prove).position == spine.position


def _with_root(note: str) -> str:
    """A note of a log with another root; who signed it is not the question here."""
    origin, size, _, *rest = note.split("\n")
    return "\n".join([origin, size, "A" * 43 + "=", *rest])
