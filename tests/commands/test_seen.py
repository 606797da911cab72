"""What may have been written on another machine meanwhile is not answered for: neither where a replica is cut
off from it, nor by a writer whose right may have passed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from registry.commands.ask import Ask
from registry.commands.freshness import MAX_STALE_S
from registry.errors import RegistryError
from registry.store.interface import StoreError
from registry.v1 import snapshot_service_pb2, subject_pb2
from tests.commands.test_following import ASKER, BAN, FULLY, Clock, following, stale
from tests.support.events import placed
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


@dataclass(slots=True)
class Cut:
    """A replica that has all there was, and whose primary was seen when ``seen`` says."""

    seen: tuple[float, int]
    position: int

    def look(self) -> None:
        """Sees the primary, where another has written."""
        self.seen = (self.seen[0], self.position)

    def reach(self, _position: int) -> None:
        """It is nowhere here."""


def test_replica_that_is_cut_off_from_its_primary_is_believed_until_the_bound(spine: Spine) -> None:
    clock, cut = Clock(), Cut((0.0, spine.position), spine.position)
    follower = following(spine, now_s=clock, committed=lambda: spine.position, replicated=cut)
    ask = Ask(follower, lambda _rows: None, spine.clock)
    clock.now_s = MAX_STALE_S
    follower.catch_up()
    assert stale(ask) == ""
    clock.now_s += 0.001
    follower.catch_up()
    assert stale(ask) == "INDEX_STALE", "the replica looks as if nothing had happened"
    cut.seen = (clock.now_s, spine.position)
    follower.catch_up()
    assert stale(ask) == ""


def test_what_the_primary_has_and_the_replica_lacks_is_no_news_of_this_moment(spine: Spine) -> None:
    clock, cut = Clock(), Cut((0.0, spine.position), spine.position + 1)
    follower = following(spine, now_s=clock, committed=lambda: spine.position, replicated=cut)
    ask = Ask(follower, lambda _rows: None, spine.clock)
    assert stale(ask, consistency=FULLY) == "INDEX_STALE", "it is asked for then"
    cut.seen = (clock.now_s + MAX_STALE_S, spine.position + 1)
    clock.now_s += MAX_STALE_S + 0.001
    follower.catch_up()
    assert stale(ask) == "INDEX_STALE"


@pytest.fixture
def changing(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of a registry of one process whose right to write may pass to another machine."""
    clock, state = Clock(), spine.engine.state
    monkeypatch.setattr("registry.commands.state.monotonic", clock)
    monkeypatch.setattr(state.store, "changes_hands", True, raising=False)
    monkeypatch.setattr(state, "_loaded_s", 0.0)
    state.watch()
    return clock


def written_by_another(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    head = spine.engine.state.store.checkpoint()
    assert head is not None
    there = replace(head, size=head.size + 1)
    monkeypatch.setattr(spine.engine.state.store, "checkpoint", lambda: there, raising=False)


def test_writer_whose_right_may_pass_to_another_answers_only_while_it_sees_that_it_did_not(
    spine: Spine, changing: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = spine.engine.state
    placed(spine.say("财政", event=BAN))
    changing.now_s = MAX_STALE_S
    assert state.look()
    changing.now_s *= 2
    assert stale(spine.engine.ask) == ""
    written_by_another(spine, monkeypatch)
    changing.pause_s = 0.1  # A look waits for no longer than that.
    assert not state.look()
    assert stale(spine.engine.ask) == "INDEX_STALE"


def test_writer_that_has_seen_nothing_since_it_began_is_bound_as_well(spine: Spine, changing: Clock) -> None:
    changing.now_s = MAX_STALE_S
    assert stale(spine.engine.ask) == ""
    changing.now_s += 0.001
    assert stale(spine.engine.ask) == "INDEX_STALE"


def test_fully_consistent_is_asked_of_the_store_where_the_right_to_write_may_have_passed_on(
    spine: Spine, changing: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stale(spine.engine.ask, consistency=FULLY) == ""
    written_by_another(spine, monkeypatch)
    changing.pause_s = 0.1
    assert stale(spine.engine.ask, consistency=FULLY) == "INDEX_STALE"


def test_no_snapshot_is_signed_as_new_by_who_answers_no_question(spine: Spine, changing: Clock) -> None:
    asked = snapshot_service_pb2.GetSnapshotRequest(domain=subject_pb2.DOMAIN_PROCUREMENT)
    assert spine.engine.snapshots.given(ASKER, asked) is not None
    changing.now_s = MAX_STALE_S + 1
    with pytest.raises(RegistryError, match="未能跟上"):
        spine.engine.snapshots.given(ASKER, asked)


def test_primary_that_cannot_be_seen_is_not_passed_over_for_a_consistent_answer(spine: Spine) -> None:
    class Gone(Cut):
        def look(self) -> None:
            raise StoreError("数据库不应答")

    follower = following(spine, replicated=Gone((0.0, spine.position), spine.position))
    with pytest.raises(StoreError):
        follower.see_all()
