"""What a replica is kept current from over gRPC, by right (本地副本的来源).

It waits by Watch, in short polls, so that it can end. If no place to watch is free, it waits as long as one
such poll and then asks what changed.
Each newer checkpoint is proven to extend the one before it (RFC 9162 §2.1.4).

    replica.follow(FromRegistry(registry, DOMAIN_PROCUREMENT), "procurement.snapshot")
"""

from __future__ import annotations

from pathlib import Path
from threading import Event
from time import monotonic

from registry.provenance.snapshot import SnapshotHeader
from registry.v1 import watch_service_pb2
from registry.v1.subject_pb2 import Domain
from registry_client.client import Registry
from registry_client.errors import AnswerError, RegistryCallError
from registry_client.held_snapshot import Held, Since
from registry_client.loaded_snapshot import ReplicaError
from registry_client.watching import Wanted

POLL_S = 5


class FromRegistry:
    """A ``replica_following.Source``."""

    def __init__(self, registry: Registry, domain: Domain.ValueType) -> None:
        self._registry, self.domain = registry, domain

    def since(self, held: Held | None, into: Path | None) -> Since:
        """See Source."""
        return self._registry.snapshots.since(self.domain, held, into=into)

    def wait(self, position: int, longest_s: float, ended: Event) -> None:
        """See Source."""
        until, wanted = monotonic() + longest_s, Wanted(self.domain)
        start = watch_service_pb2.WatchStart(from_position=position + 1)
        while not ended.is_set() and (wait_s := int(min(POLL_S, until - monotonic()))) > 0:
            try:
                if self._registry.watching.poll(wanted, start, wait_s=wait_s, max_changes=1).changes:
                    return
            except RegistryCallError:  # No place to watch, or it is away: asking for the delta will tell.
                ended.wait(wait_s)
                return
        ended.wait(max(0.0, until - monotonic()))

    def prove(self, before: SnapshotHeader, after: SnapshotHeader) -> None:
        """See ``registry_client.replica_holding.Prove``."""
        log = self._registry.log
        try:
            held = [log.opened(each.checkpoint) for each in (before, after) if each.checkpoint]
            first, last = min(held, key=lambda each: each.size), max(held, key=lambda each: each.size)
            if first.size < last.size:
                log.consistency(first, last)
        except AnswerError as error:
            raise ReplicaError(f"日志不是原来那一日志的延续: {error}") from error
