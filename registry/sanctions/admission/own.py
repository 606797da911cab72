"""Checks of the statements that the registry makes itself: what they say of the log must be so.

Nobody submits them; but when the log is folded again they are met like every other, and a time anchor over a
checkpoint that never was would bound leaves in time that it says nothing of. The token's signature is not
checked here, for it takes the authority's certificate: see `registry.provenance.timestamp`.
"""

from __future__ import annotations

from hashlib import sha256

from registry.domain.faults import Fault, Findings
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.proof import HashReader, root_at
from registry.provenance.timestamp_token import TokenParts
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_own(statement: pb.Statement, *, origin: str, tree: HashReader, size: int) -> list[Fault]:
    """Every fault of a statement of the registry's own over the log so far: its tree, of ``size`` leaves."""
    found = Findings()
    match statement.WhichOneof("body"):
        case "time_anchor":
            _check_anchor(found, statement.time_anchor, origin, tree, size)
        case "map_state" if statement.map_state.size > size:
            _add(found, "map_state.size", f"映射状态覆盖{statement.map_state.size}条, 日志只有{size}条。")
    return found.faults


def _check_anchor(found: Findings, anchor: pb.TimeAnchor, origin: str, tree: HashReader, size: int) -> None:
    if not 0 < anchor.size <= size or root_at(tree, anchor.size) != anchor.root:
        _add(found, "time_anchor.root", f"没有条数为{anchor.size}而根如所述的检查点。")
        return
    try:
        parts = TokenParts.of(anchor.token)
    except (ValueError, LookupError):
        _add(found, "time_anchor.token", "时间戳令牌不能解析。")
        return
    text = Checkpoint(origin, anchor.size, anchor.root).text()
    if parts.digest != sha256(text.encode()).digest():
        _add(found, "time_anchor.token", "时间戳令牌不是对这一检查点作出的。")
    if parts.gen_time_ms != anchor.gen_time_ms:
        _add(found, "time_anchor.gen_time_ms", "所述时间与时间戳令牌不符。")


def _add(found: Findings, field: str, message: str) -> None:
    found.add(reasons.ERROR_REASON_FIELD_INVALID, field, message)
