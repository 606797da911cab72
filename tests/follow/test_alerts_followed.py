"""A follower of a log in which there are acts of supervision and alerts: leaves like every other."""

from __future__ import annotations

from registry.outbound import Outbound
from registry.provenance.leaf import Leaf, LeafType
from registry.v1.statement_pb2 import SEVERITY_GENERAL
from tests.follow.test_registry import WAIT_S, Town, town
from tests.support.events import firm, penalty, placed
from tests.support.referrals import MARKET, town_of
from tests.support.risk import cluster, declare, files, watch

__all__ = ["town"]


def test_log_with_alerts_is_followed_without_an_alarm(town: Town) -> None:
    people = town_of(town.spine)
    declare(people, cluster(people))
    for number in range(3):
        event = penalty(MARKET, firm(number), "2026-11-20", region="130902", severity=SEVERITY_GENERAL)
        placed(town.spine.say(MARKET, event=event))
    watch(town.spine).look()
    (file,) = files(town.spine)
    town.upkeep.mapper.require(town.spine.position, WAIT_S)
    town.anchor()
    town.cosigned()
    said: list[str] = []
    with Outbound() as outbound:
        follower = town.follow(said, outbound)
        assert follower.round()
        follower.close()
    assert said == []
    assert follower.size == town.spine.engine.state.size
    kinds = {Leaf.decode(leaf).type for leaf in town.spine.engine.store.leaves(0, follower.size)}
    assert {LeafType.ALERT, LeafType.SUPERVISION} <= kinds
    assert file.acts[0].position < follower.size
