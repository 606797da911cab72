"""Who was told of a position by one reading process goes on at another that has not read so far yet: that one
looks, and does not tell him that there is no such position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import grpc
import pytest

from registry.commands.ask import Ask
from registry.commands.change_filter import filter_of
from registry.commands.resuming import token_of
from registry.commands.snapshot_keeping import Snapshots
from registry.errors import RegistryError
from registry.provenance.snapshot import SNAPSHOT
from registry.servicer.gate import current_caller
from registry.servicer.restriction import RestrictionServicer
from registry.servicer.watch import WatchServicer
from registry.v1 import restriction_service_pb2, snapshot_service_pb2
from registry.v1 import watch_service_pb2 as pb
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT
from tests.commands.test_following import ASKER, following_at
from tests.registry_client.test_replica import seal_of, snapshot_of
from tests.support.events import firm, licence, placed
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tenders import party, tender


class Ending:
    """A call that has ended by the time it is served."""

    def add_callback(self, _call: Callable[[], None]) -> bool:
        return False

    def time_remaining(self) -> None:
        return None


ENDING = cast(grpc.ServicerContext, Ending())


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    placed(furnished.say("市场监管", event=licence("市场监管", firm(1))))
    token = current_caller.set(ASKER)
    yield furnished
    current_caller.reset(token)
    furnished.engine.close()


def behind(spine: Spine) -> Ask:
    """What a process asks that stands before the last statement and has not looked since."""
    return Ask(following_at(spine, spine.position - 1), lambda _rows: None, spine.clock)


def test_watch_of_restrictions_goes_on_where_the_other_process_left_it(spine: Spine) -> None:
    servicer, after = WatchServicer(behind(spine)), spine.position + 1
    wanted = filter_of(ASKER, Purpose(domain=DOMAIN_PROCUREMENT))
    token = token_of(after, wanted, spine.engine.state.origin)
    message = pb.RestrictionFilter(purpose=Purpose(domain=DOMAIN_PROCUREMENT))
    start = pb.WatchStart(resume_token=token)
    polled = servicer.PollRestrictions(pb.PollRestrictionsRequest(filter=message, start=start), ENDING)
    assert (polled.resume_token, polled.checkpoint.caught_up) == (token, True)
    with pytest.raises(RegistryError):
        beyond = pb.WatchStart(from_position=after + 1)
        servicer.PollRestrictions(pb.PollRestrictionsRequest(filter=message, start=beyond), ENDING)


def test_watched_tender_goes_on_from_an_answer_of_the_other_process(spine: Spine) -> None:
    request = restriction_service_pb2.WatchScreenRequest(screen=tender(party(firm(1))))
    request.since.origin, request.since.known_position = spine.engine.state.origin, spine.position
    request.since.valid_time.FromMilliseconds(spine.clock())
    assert list(RestrictionServicer(behind(spine)).WatchScreen(request, ENDING)) == []


def test_who_holds_more_of_a_snapshot_is_told_what_changed_and_given_no_older_one(spine: Spine) -> None:
    base, _ = SNAPSHOT.split(snapshot_of(spine))
    asked = snapshot_service_pb2.GetSnapshotRequest(
        domain=DOMAIN_PROCUREMENT, base=base, reached=spine.position
    )
    given = Snapshots(behind(spine).state, seal_of(spine), spine.clock).given(ASKER, asked)
    assert given is not None
    assert (given.delta, given.position) == (True, spine.position)


def test_watch_says_that_nothing_is_missing_only_when_it_has_read_what_was_acknowledged(spine: Spine) -> None:
    ask = behind(spine)
    ask.state._committed = lambda: spine.position  # type: ignore[attr-defined]
    message = pb.RestrictionFilter(purpose=Purpose(domain=DOMAIN_PROCUREMENT))
    polled = WatchServicer(ask).PollRestrictions(pb.PollRestrictionsRequest(filter=message), ENDING)
    assert (polled.checkpoint.known_position, polled.checkpoint.caught_up) == (spine.position, True)
