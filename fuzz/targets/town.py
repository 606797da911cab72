"""A registry with a history of every kind, founded in a scratch directory: real statements to begin with, and
a state to judge changed ones against."""

from __future__ import annotations

from functools import cache
from random import Random

from fuzz.places import scratch
from registry.commands.intake import open_envelope
from registry.commands.state import RegistryState
from registry.provenance.file_signer import FileSigner
from tests.support.history import write_rich_history
from tests.support.matters import MatterTown
from tests.support.random_supervision import furnish_random, write_random_supervision
from tests.support.spine import Spine, found_spine, furnish

_ACTS = 150


@cache
def town() -> Spine:
    """The registry; nothing is added to it afterwards."""
    spine = furnish(found_spine(scratch() / "registry"))
    write_rich_history(spine)
    acting = MatterTown.of(spine)
    furnish_random(acting)
    write_random_supervision(acting, Random(7), _ACTS)
    return spine


def state() -> RegistryState:
    """What it knows."""
    return town().engine.state


@cache
def payloads() -> tuple[bytes, ...]:
    """Statements of the log, a few of each kind."""
    known = state()
    found: dict[str, list[bytes]] = {}
    for position in range(known.size):
        row = known.store.statement(position)
        if row is None or row.erased_by is not None or row.payload_type.endswith("batch+protobuf"):
            continue
        payload = open_envelope(row, known.log).payload
        kept = found.setdefault(kind_of(payload), [])
        if len(kept) < 3:
            kept.append(payload)
    return tuple(each for kept in found.values() for each in kept)


def kind_of(payload: bytes) -> str:
    """What a statement is, acts of supervision told apart."""
    from registry.domain.files import act_of
    from registry.v1.statement_pb2 import Statement

    statement = Statement.FromString(payload)
    return act_of(statement) or statement.WhichOneof("body") or ""


def signers() -> dict[str, FileSigner]:
    """The departments' own keys by code."""
    spine = town()
    return {spine.code(name): key for name, key in spine.signers.items() if name in _keys(spine)}


def _keys(spine: Spine) -> set[str]:
    from demo.departments import BY_KEY, OPERATOR

    return {OPERATOR.key, *BY_KEY} & set(spine.signers)
