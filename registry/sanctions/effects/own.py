"""Effects of the statements that the registry makes itself: a time anchor bounds the leaves around it."""

from __future__ import annotations

from registry.provenance.time_window import Anchor
from registry.provenance.timestamp_token import TokenParts
from registry.sanctions.effects.changes import Effects
from registry.v1 import statement_pb2 as pb


def own_effects(statement: pb.Statement, position: int) -> Effects:
    """A map state changes nothing but the map, which follows from the leaves. Raises ValueError for a time
    anchor whose token cannot be read."""
    if statement.HasField("time_anchor"):
        return Effects(position, anchored=anchor_of(statement.time_anchor, position))
    return Effects(position)


def anchor_of(anchor: pb.TimeAnchor, position: int) -> Anchor:
    """What the anchor at a position says of the time. Its token was checked when it came, and is read here
    again so that the fold of the log needs nothing else. Raises ValueError."""
    try:
        parts = TokenParts.of(anchor.token)
    except LookupError as error:
        raise ValueError("时间戳令牌不能解析") from error
    stamped, within = parts.gen_time_ms, parts.accuracy_ms
    return Anchor(position, anchor.size, stamped - within, stamped + within)
