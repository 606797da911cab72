"""Copies what is new in a log into the mirror and checks it leaf by leaf.

A bundle of entries and the tile over it are fetched ahead, several at a time; the tile must be under the
root, each entry must hash to its place in the tile. Then they are written, and the leaves are checked in
order. After every `SETTLED_BUNDLES` bundles all of it is made durable and the record moves on, so that a
follower of a log of millions can be stopped anywhere and loses a few seconds' work: where copying breaks off,
it goes on behind the last bundle that was settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from registry.follow.alarms import AlarmKind, Alarms
from registry.follow.checks import LeafChecks
from registry.follow.mirror import Mirror
from registry.follow.own_statements import OWN_LEAVES
from registry.follow.progress import Progress
from registry.follow.source import LogSource, MissingError
from registry.follow.tree import AuthenticTree
from registry.provenance.leaf import LEAF_BYTES, Leaf
from registry.provenance.merkle import HASH_BYTES, leaf_hash
from registry.provenance.tile_path import WIDTH, TileError, TilePath, decode_bundle, encode_bundle, tiles_of

SETTLED_BUNDLES = 64
AHEAD = 16
"""Bundles that are on their way."""
_LEVELS = 8
_TYPE_AT = 1
"""Where a leaf has its type, which is looked at before it is decoded."""


class StoppedError(Exception):
    """The follower was told to stop; what is settled stays."""


class EntryError(Exception):
    """The entries served are not those of the tree; an alarm has told which."""


class Copying:
    """Copies from a source into a mirror. ``stopped`` is asked between two bundles; ``settled`` makes the
    record durable, when everything that it speaks of is."""

    def __init__(
        self,
        source: LogSource,
        mirror: Mirror,
        checks: LeafChecks,
        *,
        alarms: Alarms,
        progress: Progress,
        settled: Callable[[], None],
        pool: ThreadPoolExecutor,
        stopped: Callable[[], bool],
    ) -> None:
        self._source = source
        self._mirror = mirror
        self._checks = checks
        self._alarms = alarms
        self._progress = progress
        self._settled = settled
        self._pool = pool
        self._stopped = stopped

    def copy(self, tree: AuthenticTree) -> None:
        """Brings the mirror up to a tree. Raises SourceError, TreeError, EntryError, StoppedError; after all
        but the last the checks are ahead of what is settled, perhaps with a leaf half done."""
        first, end = self._progress.mirrored // WIDTH, -(-tree.size // WIDTH)
        for number, bundle, hashes in self._fetched(tree, first, end):
            if self._stopped():
                self._settle(tree)
                raise StoppedError
            self._take(tree, number, bundle, hashes)
            if (number + 1 - first) % SETTLED_BUNDLES == 0:
                self._settle(tree)
        self._settle(tree)

    def _fetched(self, tree: AuthenticTree, first: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Bundles and the tiles over them in order, fetched ahead."""
        waiting: deque[tuple[int, Future[bytes], Future[bytes]]] = deque()
        try:
            for number in range(first, end):
                width = min(WIDTH, tree.size - number * WIDTH)
                bundle, tile = TilePath(None, number, width), TilePath(0, number, width)
                waiting.append(
                    (
                        number,
                        self._pool.submit(self._source.tile, bundle),
                        self._pool.submit(self._tile, tree, tile),
                    )
                )
                if len(waiting) >= AHEAD:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            for _, *futures in waiting:
                for future in futures:
                    future.cancel()

    def _tile(self, tree: AuthenticTree, path: TilePath) -> bytes:
        """A tile of level 0 as it was served; a partial one is at hand and authentic."""
        return self._source.tile(path) if path.width == WIDTH else tree.tile(path)

    def _take(self, tree: AuthenticTree, number: int, bundle: bytes, hashes: bytes) -> None:
        """Writes a bundle with its tile, and checks the leaves in it that are new."""
        width = min(WIDTH, tree.size - number * WIDTH)
        if width == WIDTH:
            tree.accept(0, number, hashes)
        entries = self._entries(number, width, bundle, hashes)
        self._mirror.put_tile(TilePath(0, number, width), hashes)
        self._mirror.put_tile(TilePath(None, number, width), encode_bundle(entries))
        start = number * WIDTH
        new = range(max(self._checks.size, start), start + width)
        own = self._own([position for position in new if _is_own(entries[position - start])])
        for position in new:
            leaf = self._checks.check(position, entries[position - start])
            if leaf is not None and position in own:
                self._check_own(tree, position, leaf, own[position])

    def _entries(self, number: int, width: int, bundle: bytes, hashes: bytes) -> list[bytes]:
        """The entries of a bundle, each of which hashes to its place in the tile. Raises EntryError."""
        path = TilePath(None, number, width)
        try:
            try:
                entries = decode_bundle(bundle, width)
            except TileError:
                entries = decode_bundle(bundle, WIDTH)[:width]  # It is full by now.
        except TileError as error:
            self._refuse(f"{path}: {error}", bundle, hashes)
        for at, entry in enumerate(entries):
            if leaf_hash(entry) != hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]:
                self._refuse(f"序号{number * WIDTH + at}: 叶子与树中的哈希不符", bundle, hashes)
        return entries

    def _refuse(self, text: str, bundle: bytes, hashes: bytes) -> None:
        self._alarms.sound(AlarmKind.LEAF, text, {"bundle": bundle, "tile": hashes})
        raise EntryError(text)

    def _own(self, positions: list[int]) -> dict[int, bytes | None]:
        """Statements of the registry's own; None for one that it does not publish."""
        return dict(zip(positions, self._pool.map(self._statement, positions), strict=True))

    def _statement(self, position: int) -> bytes | None:
        try:
            return self._source.statement(position)
        except MissingError:
            return None

    def _check_own(self, tree: AuthenticTree, position: int, leaf: Leaf, served: bytes | None) -> None:
        if served is None:
            text = f"序号{position}: {leaf.type.name} 的陈述没有公布"
            self._alarms.sound(AlarmKind.STATEMENT, text, {"leaf": leaf.encode()})
            return
        self._mirror.put_statement(position, served)

        def leaf_at(at: int) -> bytes:
            return next(iter(self._mirror.leaves(at, at + 1, tree.size)))

        self._checks.check_own(position, leaf, served, tree=tree.reader, leaf_at=leaf_at)

    def _settle(self, tree: AuthenticTree) -> None:
        """Makes everything that was checked durable, with the tiles above it."""
        before, mirrored = self._progress.mirrored, self._checks.size
        for level in range(1, _LEVELS):
            shift = 8 * (level + 1)
            for number in range(before >> shift, mirrored >> shift):
                path = TilePath(level, number)
                self._mirror.put_tile(path, tree.tile(path))
        if mirrored == tree.size:
            for path in tiles_of(tree.size):
                self._mirror.put_tile(path, tree.tile(path))
        self._mirror.settle()
        self._progress.mirrored = mirrored
        self._settled()


def _result(fetched: tuple[int, Future[bytes], Future[bytes]]) -> tuple[int, bytes, bytes]:
    number, bundle, tile = fetched
    return number, bundle.result(), tile.result()


def _is_own(entry: bytes) -> bool:
    return len(entry) == LEAF_BYTES and entry[_TYPE_AT] in OWN_LEAVES
