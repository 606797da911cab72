"""What a replica holds: a snapshot that the verifier's policy lets it believe, and deltas put over it.

* Of a snapshot and of a delta the receipt keys that the policy names must have signed the header, and the
  table have the digest that they signed.
* Where the policy names keys of logs, the header's checkpoint must satisfy it, witnesses and all, and cover
  the position: what is spoken of is in that log. Of two checkpoints of one size the roots must be the same.
* Nothing goes back: neither the position, nor when it was made, nor the size of the log when it was signed.
* A delta is put over exactly the base it names, from no later position on than is reached.

Example: a base of 900 and a delta (900, 905]. Next comes (905, 905], which says that nothing has changed, and
then a snapshot of 912. A delta (908, 912] would be refused, and so would the first one once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from registry.domain.live_table import LiveTable
from registry.domain.table_building import Timeline
from registry.domain.table_file import TableFacts, TableFileError
from registry.domain.table_reading import timelines_in
from registry.domain.verdict_table import VerdictTable
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.keys import VerifyingKey
from registry.provenance.policy_lines import PolicyError
from registry.provenance.snapshot import SNAPSHOT, SnapshotError, SnapshotHeader, open_snapshot
from registry.provenance.snapshot_delta import open_delta
from registry.provenance.witness_policy import Policy

MAX_PUT_OVER = 50_000
"""Changed subjects over a base, from all its deltas; beyond these a new base is better."""


class ReplicaError(Exception):
    """A snapshot or delta cannot be used: not readable, not signed as the policy asks, or older than the one
    at hand."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A base, by its header and the envelope that header is signed in, and what it has come to: ``header``
    and ``checkpoint`` are the latest. ``told``: what deltas said last of each subject; ``put_over``: how
    often something else."""

    base: SnapshotHeader
    envelope: bytes
    live: LiveTable
    header: SnapshotHeader
    checkpoint: Checkpoint | None
    told: dict[bytes, Timeline] = field(default_factory=dict)
    put_over: int = 0

    @classmethod
    def of(cls, content: memoryview, policy: Policy) -> Loaded:
        """A snapshot. Raises ReplicaError."""
        try:
            header, table = open_snapshot(content, lambda *log: receipt_keys(policy, *log))
            checkpoint, live = _position_in_log(policy, header), LiveTable(VerdictTable(table))
        except (SnapshotError, TableFileError) as error:
            raise ReplicaError(str(error)) from error
        _require_told(header, live.facts)
        return cls(header, SNAPSHOT.split(content)[0], live, header, checkpoint)

    def with_delta(self, content: memoryview, policy: Policy, admit: Callable[[Loaded], None]) -> Loaded:
        """With a delta put over it, once ``admit`` has not refused that. Raises ReplicaError; then nothing
        has changed."""
        try:
            delta, table = open_delta(content, lambda *log: receipt_keys(policy, *log))
            checkpoint, now = _position_in_log(policy, delta.now), delta.now
            if (delta.base_position, delta.base_sha256) != (self.base.position, self.base.table_sha256):
                raise ReplicaError("增量不是这一快照的增量")
            _require_told(now, VerdictTable(table).facts)
            if (now.edition, now.first) != (self.base.edition, self.base.first):
                raise ReplicaError("增量与快照的目录版本或日期不符")
            if delta.after > self.header.position:
                raise ReplicaError(f"增量从序号{delta.after}起, 缺少序号{self.header.position}之后的增量")
            later = replace(self, header=now, checkpoint=checkpoint)
            later.require_after(self)
            admit(later)
            changes = timelines_in(table, self.live.book)
        except (SnapshotError, TableFileError) as error:
            raise ReplicaError(str(error)) from error
        if now.position == self.live.position:  # Nothing was stated since: it is only said anew.
            return later
        changes = [(code, timeline) for code, timeline in changes if self.told.get(code) != timeline]
        self.live.apply(changes, now.position)
        self.told.update(changes)
        return replace(later, put_over=self.put_over + len(changes))

    def require_after(self, before: Loaded) -> None:
        """Raises ReplicaError unless this knows no less than another, of the same log and domain."""
        now, then = self.header, before.header
        if (now.origin, now.domain) != (then.origin, then.domain):
            raise ReplicaError("快照属于另一登记系统或另一领域")
        if (now.position, now.made_ms) < (then.position, then.made_ms) or now.log_size < then.log_size:
            raise ReplicaError(f"快照到序号{now.position}, 早于已载入的序号{then.position}")
        one, other = self.checkpoint, before.checkpoint
        if one and other and one.size == other.size and one.root != other.root:
            raise ReplicaError(f"日志分叉: 大小{one.size}的两个检查点根值不同")

    def require_past(self, latest_ms: int) -> None:
        """Raises ReplicaError if it was made after an instant: in the future."""
        if self.header.made_ms > latest_ms:
            raise ReplicaError("快照的制作时间在未来; 请核对本机时钟")


def receipt_keys(policy: Policy, origin: str, size: int) -> list[VerifyingKey]:
    """The keys that must have signed a snapshot. Raises SnapshotError where none of them may."""
    keys = [key.verifier for key in policy.receipt_keys(origin, size)]
    if keys and not any(policy.accepts_suite(key.suite, size) for key in keys):
        raise SnapshotError("策略要求的签名算法中没有回执密钥的")
    return keys


def _position_in_log(policy: Policy, header: SnapshotHeader) -> Checkpoint | None:
    """The checkpoint that covers the position, as the policy asks; None if it names no log."""
    if not (policy.logs or policy.required):
        return None
    try:
        checkpoint = policy.check_checkpoint(header.checkpoint).checkpoint
    except PolicyError as error:
        raise SnapshotError(f"快照的检查点不合核验策略: {error}") from error
    if checkpoint.origin != header.origin or not header.position < checkpoint.size <= header.log_size:
        raise SnapshotError(f"快照的检查点(大小{checkpoint.size})不含其序号{header.position}")
    return checkpoint


def _require_told(header: SnapshotHeader, facts: TableFacts) -> None:
    told = (header.domain, header.position, header.first, header.last, header.edition)
    if told != (facts.domain, facts.position, facts.first, facts.last, facts.edition):
        raise ReplicaError("快照的抬头与结论表不符")
