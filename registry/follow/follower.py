"""A follower of one log: round after round, what is new is judged, copied and checked.

    <directory>/checkpoint, tile/…, statement/…    the mirror (`registry.follow.mirror`)
    <directory>/follow/progress.json               how far it is
    <directory>/follow/chains                      map and chains of some while ago; what came since is linked
                                                   again at a start, and everything where it is not there
    <directory>/follow/alarms.log, evidence/…      what was wrong

In a round the newest checkpoint is fetched. It must satisfy the policy, and continue all that was seen
before; only then is anything of it copied, so nothing of a fork ever reaches the mirror. From then on it is
what others are held against, even before all of it is here. At the end one page of old, by lot, is fetched
again; and the mirror's own last page, on which no lot falls while it grows, is held against the checkpoint.

Where a round breaks off, the next begins with what is settled, as a restart does; but the chains stay, for
the log is the same as far as they go, and one that withholds a page each round is to cost no more than that.

`max_age_s`: the newest sign of life in the log (its last leaf, the witnesses' times) may be no older. A sign
that is more than `SKEW_MS` ahead of the follower's own clock is none.
`patience_s`: the log may be out of reach no longer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from registry.durable import DirectoryLock
from registry.follow.alarms import AlarmKind, Alarms
from registry.follow.chains import Chains
from registry.follow.checks import SKEW_MS, LeafChecks
from registry.follow.copying import Copying, EntryError, StoppedError
from registry.follow.judgement import Verdict, judge_larger, judge_smaller
from registry.follow.mirror import Mirror
from registry.follow.progress import Progress
from registry.follow.source import LogSource, SourceError
from registry.follow.tree import AuthenticTree, TreeError
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.policy_lines import PolicyError
from registry.provenance.tile_path import WIDTH, TileError, TilePath, decode_bundle
from registry.provenance.witness_policy import CheckedCheckpoint, Policy

HOME = "follow"
SAVED_EVERY = 100_000
"""Leaves that are linked again at a start (half a second) rather than have map and chains written, which
takes a second for each million subjects."""
SAVED_APART_S = 300.0
"""So far apart they are written while much is copied."""
CONNECTIONS = 8
logger = logging.getLogger(__name__)
_JUDGING = (AlarmKind.FORK, AlarmKind.SHRUNK, AlarmKind.SIGNATURE, AlarmKind.TILES, AlarmKind.MISSING)


class Follower:
    """Follows a log into a directory that it holds. Clock (Unix milliseconds), lot, and the clock that is
    never set (seconds), by which patience is measured, are arguments.

    Raises DirectoryInUseError, ProgressError, OSError."""

    def __init__(
        self,
        source: LogSource,
        policy: Policy,
        directory: Path,
        *,
        alarms: Alarms,
        clock_ms: Callable[[], int],
        lot: Callable[[int], int],
        max_age_s: float | None = None,
        patience_s: float = 0.0,
        stopped: Callable[[], bool] = lambda: False,
        monotonic_s: Callable[[], float] = monotonic,
    ) -> None:
        self._source, self._policy, self._alarms = source, policy, alarms
        self._clock_ms, self._monotonic_s, self._lot, self._stopped = clock_ms, monotonic_s, lot, stopped
        self._max_age_s, self._patience_s = max_age_s, patience_s
        self._home = directory / HOME
        self._home.mkdir(parents=True, exist_ok=True)
        self._lock = DirectoryLock(self._home)
        try:
            self._progress = Progress.load(self._record)
            self._mirror = Mirror(directory)
            self._chains = Chains.load(self._home / "chains", self._linked, most=self._progress.mirrored)
        except BaseException:
            self._lock.release()
            raise
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="registry-follow")
        self._saved, self._saved_s = self._chains.size, monotonic_s()
        self._heard_s = monotonic_s()
        self._published = ""

    @property
    def size(self) -> int:
        """How many leaves are in the mirror."""
        return self._progress.mirrored

    def round(self) -> bool:
        """Looks once. Whether the log was reached, and all that it shows was taken; alarms tell the rest."""
        try:
            note = self._source.checkpoint()
            checked = self._policy.check_checkpoint(note)
            taken = self._take(note, checked)
        except SourceError as error:
            return self._unheard(str(error))
        except PolicyError as error:
            for reason in error.reasons:
                self._alarms.sound(AlarmKind.SIGNATURE, reason, {"offered.checkpoint": note})
            return False
        except TreeError as error:
            self._alarms.sound(AlarmKind.TILES, str(error), {"offered.checkpoint": note})
            return False
        except (EntryError, StoppedError):
            return False
        if taken:
            self._heard_s = self._monotonic_s()
            self._alarms.end(*_JUDGING)
            self._check_age(checked)
        return taken

    def close(self) -> None:
        """Writes what a next start is quicker by, and lets go of the directory."""
        self._pool.shutdown(cancel_futures=True)
        try:
            if self._chains.size <= self._progress.mirrored:
                self._save_chains()
        finally:
            self._lock.release()

    def _take(self, note: str, checked: CheckedCheckpoint) -> bool:
        """Judges a checkpoint that the policy accepts, and copies what is new."""
        offered, seen = checked.checkpoint, self._progress.checkpoint
        if seen is not None and offered.size <= seen.size:
            verdict = judge_smaller(offered, seen, self._own_tree)
            if verdict:
                return self._convict(verdict, note)
            if self._progress.mirrored == seen.size:
                return self._publish(note)
        tree = AuthenticTree(offered, self._source.tile)
        verdict = judge_larger(offered, seen, tree)
        if verdict:
            return self._convict(verdict, note)
        self._go_back()
        self._catch_up()
        self._progress.seen = note
        self._progress.save(self._record)
        self._copying(offered.origin).copy(tree)
        return self._publish(note)

    def _publish(self, note: str) -> bool:
        if note != self._progress.seen:
            self._progress.seen = note
            self._progress.save(self._record)
        if note != self._published:
            self._mirror.put_checkpoint(note)
            self._published = note
        self._compare_a_page()
        self._check_last_page()
        return True

    def _convict(self, verdict: Verdict, note: str) -> bool:
        evidence = {"known.checkpoint": self._progress.seen, "offered.checkpoint": note, **verdict.evidence}
        self._alarms.sound(verdict.kind, verdict.text, evidence)
        return False

    def _unheard(self, words: str) -> bool:
        """The log did not answer; an alarm once that has lasted."""
        if self._monotonic_s() - self._heard_s >= self._patience_s:
            self._alarms.sound(AlarmKind.MISSING, words)
        else:
            logger.warning("%s", words)
        return False

    def _check_age(self, checked: CheckedCheckpoint) -> None:
        if self._max_age_s is None:
            return
        signs = [each.time_s * 1000 for each in checked.witnesses]
        if self._progress.mirrored:
            signs.append(self._last_received_ms())
        now = self._clock_ms()
        newest = max((each for each in signs if each <= now + SKEW_MS), default=0)
        if now - newest > self._max_age_s * 1000:
            text = f"大小 {checked.checkpoint.size} 的检查点没有比 {newest} 更新的时间"
            self._alarms.sound(AlarmKind.LATE, text)
        else:
            self._alarms.end(AlarmKind.LATE)

    def _compare_a_page(self) -> None:
        """Fetches a bundle that is complete, and the tile over it, again."""
        full = self._progress.mirrored // WIDTH
        if not full:
            return
        number = self._lot(full)
        for path in (TilePath(0, number), TilePath(None, number)):
            here, there = self._mirror.tile(path), self._source.tile(path)
            if here != there:
                self._alarms.sound(AlarmKind.ALTERED, f"{path} 已被改动", {"here": here, "there": there})

    def _check_last_page(self) -> None:
        """The mirror's own edge gives the root that was seen, and the last bundle the last tile."""
        try:
            tree = self._own_tree()
            number, width = divmod(self._progress.mirrored, WIDTH)
            if tree is None or not width:
                return
            bundle = TilePath(None, number, width)
            entries = decode_bundle(self._mirror.tile(bundle), width)
            if b"".join(map(leaf_hash, entries)) != tree.tile(TilePath(0, number, width)):
                raise TreeError(f"{bundle} 与其上的树不符")
        except (TreeError, TileError) as error:
            self._alarms.sound(AlarmKind.ALTERED, f"本镜像已被改动: {error}")
        except FileNotFoundError as error:
            self._alarms.sound(AlarmKind.ALTERED, f"本镜像缺少 {error.filename}")

    def _copying(self, origin: str) -> Copying:
        checks = LeafChecks(
            origin,
            self._policy,
            alarms=self._alarms,
            chains=self._chains,
            progress=self._progress,
            now_ms=self._clock_ms(),
            received_ms=self._last_received_ms() if self._progress.mirrored else 0,
        )
        return Copying(
            self._source,
            self._mirror,
            checks,
            alarms=self._alarms,
            progress=self._progress,
            settled=self._settled,
            pool=self._pool,
            stopped=self._stopped,
        )

    @property
    def _record(self) -> Path:
        return self._home / "progress.json"

    def _go_back(self) -> None:
        """To what is settled, if copying broke off behind it: leaves are checked again with all that hangs on
        them, for a log that withholds a page at the right moment must not have a leaf passed over. What was
        told of them stands, so it is not told twice."""
        if self._chains.size > self._progress.mirrored:
            self._progress = Progress.load(self._record)

    def _catch_up(self) -> None:
        """Links what is in the mirror and not in the chains, after a start. Raises StoppedError."""
        mirrored = self._progress.mirrored
        for leaf in self._leaves(self._chains.size, mirrored, mirrored):
            self._chains.link(leaf)

    def _settled(self) -> None:
        """Records how far it is, and the chains now and then, but none that are ahead of the record."""
        self._progress.save(self._record)
        if self._chains.size > self._progress.mirrored:
            return
        self._chains.settle()
        if self._monotonic_s() - self._saved_s >= SAVED_APART_S:
            self._save_chains()

    def _save_chains(self) -> None:
        if self._chains.size - self._saved >= SAVED_EVERY:
            self._chains.save(self._home / "chains")
            self._saved, self._saved_s = self._chains.size, self._monotonic_s()

    def _linked(self, first: int, end: int) -> Iterator[bytes]:
        """Leaves that were linked, once more. Raises StoppedError."""
        seen = self._progress.checkpoint
        return self._leaves(first, end, seen.size if seen else 0)

    def _leaves(self, first: int, end: int, size: int) -> Iterator[bytes]:
        """Leaves of a mirror of a size. Raises StoppedError: there may be minutes of them."""
        for position, leaf in enumerate(self._mirror.leaves(first, end, size), first):
            if position % WIDTH == 0 and self._stopped():
                raise StoppedError
            yield leaf

    def _own_tree(self) -> AuthenticTree | None:
        """The tree of the checkpoint seen last, from the mirror, if all of it is there."""
        seen = self._progress.checkpoint
        if seen is None or self._progress.mirrored != seen.size:
            return None
        return AuthenticTree(seen, self._mirror.tile)

    def _last_received_ms(self) -> int:
        size = self._progress.mirrored
        (entry,) = self._mirror.leaves(size - 1, size, size)
        try:
            return Leaf.decode(entry).received_ms
        except ValueError:
            return 0
