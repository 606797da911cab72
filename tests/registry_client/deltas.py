"""What tests of deltas share: a delta over a base, why a snapshot is wanted instead, a replica of both."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from registry.commands.snapshot_deltas import WholeWantedError, base_of, build_delta
from registry.provenance.keys import FileSigner
from registry.provenance.snapshot import SNAPSHOT
from registry.provenance.witness_policy import Policy
from registry.v1 import snapshot_service_pb2, subject_pb2
from registry_client import Replica
from tests.registry_client.test_replica import (
    MAX_AGE_S,
    PROCUREMENT,
    seal_of,
    whole_policy,
)
from tests.support import events
from tests.support.history import short_ban
from tests.support.spine import Spine

Domain: TypeAlias = subject_pb2.Domain.ValueType


def delta_of(
    spine: Spine, base: bytes, reached: int = 0, *signers: FileSigner, domain: Domain = PROCUREMENT
) -> bytes:
    """What changed since a base, up to now."""
    shown = base_of(spine.engine.state, domain, SNAPSHOT.split(base)[0], reached)
    _, pieces = build_delta(spine.engine.state, shown, seal_of(spine, *signers), made_ms=spine.clock())
    return b"".join(pieces)


def why_whole(spine: Spine, base: bytes, reached: int = 0, domain: Domain = PROCUREMENT) -> str:
    with pytest.raises(WholeWantedError) as wanted:
        delta_of(spine, base, reached, domain=domain)
    return snapshot_service_pb2.WholeReason.Name(wanted.value.reason).removeprefix("WHOLE_REASON_")


def replica_of(spine: Spine, base: bytes, *deltas: bytes, policy: Policy | None = None) -> Replica:
    replica = Replica(policy or whole_policy(spine), max_age_s=MAX_AGE_S, clock=spine.clock)
    replica.load(base)
    for delta in deltas:
        replica.apply(delta)
    return replica


def banned(spine: Spine, *numbers: int) -> None:
    for number in numbers:
        events.placed(spine.say("财政", event=short_ban(number)))
