"""What is checked of each leaf, in order, once it is known to be under the log's root.

* It decodes. Its time of receipt is not before that of the leaf before it, nor more than `SKEW_MS` ahead of
  the follower's own clock.
* It carries on its subject's chain (`registry.follow.chains`).
* A map state's root follows from the leaves, and its size never goes back.
* A time anchor is over the root that the log had at that size; its token is by an authority that the policy
  names (without a `tsa` line that is not looked at); and the times of receipt on both sides of it fit its
  instant, give or take `SKEW_MS` for two clocks.

Whatever is wrong is an alarm, and the next leaf is checked as if it had been right: it is in the log.

Leaves are checked a second time where copying broke off behind them, but not linked: they are under a root
that continues the one they were linked under, and what was wrong with their chains was told.
"""

from __future__ import annotations

from collections.abc import Callable

from registry.follow.alarms import AlarmKind, Alarms
from registry.follow.chains import Chains
from registry.follow.own_statements import OwnStatementError, read_own
from registry.follow.progress import Progress
from registry.provenance.base64_text import encode_base64
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.leaf import Leaf
from registry.provenance.proof import HashReader, ProofError, root_at
from registry.provenance.timestamp import TimestampError
from registry.provenance.witness_policy import Policy
from registry.v1.statement_pb2 import MapState, TimeAnchor

SKEW_MS = 300_000
"""By so much two clocks may differ."""


class LeafChecks:
    """Checks leaves one after the other. ``tree`` reads the tree that they are in, ``leaf_at`` any leaf
    before them; ``progress``, and ``chains`` unless they are ahead, move on with them. ``now_ms``: the
    follower's own clock, read after their checkpoint was fetched; ``received_ms``: the time of receipt before
    the first of them."""

    def __init__(
        self,
        origin: str,
        policy: Policy,
        *,
        alarms: Alarms,
        chains: Chains,
        progress: Progress,
        now_ms: int,
        received_ms: int = 0,
    ) -> None:
        self._origin = origin
        self._policy = policy
        self._alarms = alarms
        self._chains = chains
        self._progress = progress
        self._now_ms = now_ms
        self.received_ms = received_ms
        self.size = progress.mirrored
        """How many leaves were checked."""

    def check(self, position: int, entry: bytes) -> Leaf | None:
        """Checks a leaf by itself and in its chain; the leaf, if it is one."""
        if position == self._chains.size:
            self._link(position, entry)
        self.size = position + 1
        try:
            leaf = Leaf.decode(entry)
        except ValueError as fault:
            self._alarms.sound(AlarmKind.LEAF, f"序号{position}: {fault}", {"leaf": entry})
            return None
        self._check_received(position, leaf.received_ms, entry)
        return leaf

    def check_own(
        self,
        position: int,
        leaf: Leaf,
        content: bytes,
        *,
        tree: HashReader,
        leaf_at: Callable[[int], bytes],
    ) -> None:
        """Checks a statement of the registry's own, as it was served, behind a leaf that was checked."""
        try:
            statement = read_own(content, leaf, origin=self._origin, policy=self._policy)
        except OwnStatementError as fault:
            text = f"序号{position}: {fault}"
            self._alarms.sound(AlarmKind.STATEMENT, text, {"leaf": leaf.encode(), "statement": content})
            return
        if statement.HasField("map_state"):
            self._check_map(position, statement.map_state, content)
        elif statement.HasField("time_anchor"):
            self._check_anchor(position, leaf, statement.time_anchor, tree=tree, leaf_at=leaf_at)

    def _link(self, position: int, entry: bytes) -> None:
        held = self._chains.link(entry)
        if held is not None:
            text = f"序号{position}: 叶子没有接上本主体的链(已有{held}条)"
            self._alarms.sound(AlarmKind.CHAIN, text, {"leaf": entry})

    def _check_received(self, position: int, received_ms: int, entry: bytes) -> None:
        if received_ms < self.received_ms:
            text = f"序号{position}: 收到时间 {received_ms} 早于前一条的 {self.received_ms}"
            self._alarms.sound(AlarmKind.TIME, text, {"leaf": entry})
        if received_ms > self._now_ms + SKEW_MS:
            text = f"序号{position}: 收到时间 {received_ms} 晚于本机的时钟"
            self._alarms.sound(AlarmKind.TIME, text, {"leaf": entry, "clock": str(self._now_ms)})
        self.received_ms = max(self.received_ms, received_ms)

    def _check_map(self, position: int, state: MapState, content: bytes) -> None:
        size, before = state.size, self._progress.map_size
        root = self._chains.map_root(size) if before <= size <= position else None
        if root is None:
            text = f"序号{position}: 映射状态覆盖{size}条, 应在{before}至{position}条之间"
            self._alarms.sound(AlarmKind.MAP, text, {"statement": content})
            return
        self._progress.map_size = size
        if root != state.root:
            text = f"序号{position}: 映射状态的根与前{size}条叶子算出的不同"
            roots = {"stated": encode_base64(state.root), "computed": encode_base64(root)}
            self._alarms.sound(AlarmKind.MAP, text, {"statement": content, **roots})

    def _check_anchor(
        self,
        position: int,
        leaf: Leaf,
        anchor: TimeAnchor,
        *,
        tree: HashReader,
        leaf_at: Callable[[int], bytes],
    ) -> None:
        fault = self._anchor_fault(position, anchor, tree)
        if fault:
            text = f"序号{position}: {fault}"
            self._alarms.sound(AlarmKind.ANCHOR, text, {"token": anchor.token, "leaf": leaf.encode()})
            return
        self._progress.anchored_ms = anchor.gen_time_ms
        self._check_covered(anchor, leaf_at(anchor.size - 1))
        if leaf.received_ms < anchor.gen_time_ms - SKEW_MS:
            text = f"序号{position}: 收到时间 {leaf.received_ms} 早于它载有的时间戳 {anchor.gen_time_ms}"
            self._alarms.sound(AlarmKind.TIME, text, {"token": anchor.token})

    def _check_covered(self, anchor: TimeAnchor, entry: bytes) -> None:
        try:
            received_ms = Leaf.decode(entry).received_ms
        except ValueError:
            return  # It was an alarm when its turn came.
        if received_ms > anchor.gen_time_ms + SKEW_MS:
            text = f"序号{anchor.size - 1}: 收到时间 {received_ms} 晚于盖住它的时间戳 {anchor.gen_time_ms}"
            self._alarms.sound(AlarmKind.TIME, text, {"token": anchor.token})

    def _anchor_fault(self, position: int, anchor: TimeAnchor, tree: HashReader) -> str:
        """What is wrong with an anchor by itself; empty if nothing."""
        if not 0 < anchor.size <= position:
            return f"时间戳覆盖{anchor.size}条, 应在1至{position}条之间"
        try:
            root = root_at(tree, anchor.size)
            checkpoint = Checkpoint(self._origin, anchor.size, anchor.root)
            if root != anchor.root:
                return f"时间戳的根不是日志前{anchor.size}条的"
            if self._policy.certificates:
                stamp = self._policy.check_stamp(anchor.token, checkpoint.text())
                if stamp.gen_time_ms != anchor.gen_time_ms:
                    return f"时间戳是 {stamp.gen_time_ms}, 陈述写作 {anchor.gen_time_ms}"
        except (TimestampError, ProofError, ValueError) as fault:
            return f"时间戳不成立: {fault}"
        if anchor.gen_time_ms < self._progress.anchored_ms:
            return f"时间戳 {anchor.gen_time_ms} 早于前一个 {self._progress.anchored_ms}"
        return ""
