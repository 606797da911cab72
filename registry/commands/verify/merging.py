"""What is checked in the order of the log, from what the ranges hand on: chains, the tree, the map's states.

Chains: each subject's leaves carry on from one range to the next. Tree: the roots of full tiles are hashes of
the level above, up to one root. Map: its root after a segment is what the chains' heads come to, and the
entries in the store are those of the last state that was logged.

A subject takes about 300 bytes of memory here; the whole map of it, where every state is checked, as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from registry.commands.verify.keys import MapStated
from registry.commands.verify.ranges import Checked, links
from registry.provenance.leaf import NO_PREVIOUS
from registry.provenance.map_entry import MapEntry, subtree_hash
from registry.provenance.map_mirror import MapMirror
from registry.provenance.tile_path import WIDTH, TilePath
from registry.provenance.tiles import TileEdge, tile_root
from registry.store.interface import Store

_ALL = 2**62
_NONE = (0, NO_PREVIOUS)
_LEVELS = 8


class Merge:
    """Takes the ranges of a log in order. ``states`` are the map states to be checked, by their sizes."""

    def __init__(self, store: Store, states: Iterable[MapStated], last: MapStated | None) -> None:
        self._store = store
        self._states = _by_size(states)
        self._last = last
        self._heads: dict[bytes, tuple[int, bytes]] = {}
        self._received_ms = 0
        self._map = MapMirror()
        self._changed: dict[bytes, tuple[int, bytes]] = {}
        self._tiles: list[bytes] = []
        self._rest: list[bytes] = []
        self.size = 0

    @property
    def received_ms(self) -> int:
        """Time of the last leaf."""
        return self._received_ms

    @property
    def heads(self) -> Iterable[tuple[int, bytes]]:
        """How long each subject's chain is, and its last leaf's hash."""
        return self._heads.values()

    def cuts(self, first: int, end: int) -> list[int]:
        """Where segments of a range have to end besides at its end."""
        sizes = self._states.keys() | ({self._last.size} if self._last else set())
        return sorted(size for size in sizes if first < size < end)

    def take(self, part: Checked) -> list[str]:
        """What is wrong with a range, by position."""
        faults = list(part.faults)
        if part.statements and part.first_received_ms < self._received_ms:
            faults.append((part.first, f"序号{part.first}: 接收时间早于前一条"))
        self._received_ms = max(self._received_ms, part.last_received_ms)
        ends = [*self.cuts(part.first, part.end), part.end]
        for end, segment in zip(ends, part.segments, strict=True):
            faults += self._carry_on(segment)
            faults += self._mapped(end)
        self._tiles += part.tiles
        self._rest = part.rest
        self.size = part.end
        return [text for _, text in sorted(faults, key=lambda fault: fault[0])]

    def edge(self) -> TileEdge:
        """The right edge of the tree over all that was taken."""
        levels = self._levels()

        def hashes(level: int, first: int, end: int) -> Sequence[bytes]:
            return levels[level - 1][first:end] if level else self._rest

        return TileEdge.resume(self.size, hashes)

    def tile_faults(self) -> list[str]:
        """What is wrong with the tiles above those that the ranges were held against, and with all roots."""
        faults, levels = [], self._levels()
        for level in range(_LEVELS):
            roots = levels[level] if level < len(levels) else []
            if self._store.tile_roots(level, 0, _ALL) != roots:
                faults.append(f"第{level}级分块的根与日志不符, 或分块有多有少")
            below = levels[level - 1] if 0 < level < len(levels) else []
            for number in range(len(below) // WIDTH):
                tile = b"".join(below[number * WIDTH : (number + 1) * WIDTH])
                if self._store.tile(level, number) != tile:
                    faults.append(f"树的分块 {TilePath(level, number)} 与日志不符或缺失")
        return faults

    def _levels(self) -> list[list[bytes]]:
        """The roots of the full tiles of each level."""
        levels = [self._tiles]
        while len(levels[-1]) >= WIDTH:
            below = levels[-1]
            levels.append(
                [
                    tile_root(b"".join(below[at : at + WIDTH]))
                    for at in range(0, len(below) - WIDTH + 1, WIDTH)
                ]
            )
        return levels

    def _carry_on(self, segment: bytes) -> list[tuple[int, str]]:
        faults, heads, changed = [], self._heads, self._changed
        for key, sequence, previous, position, leaves, head in links(segment):
            if heads.get(key, _NONE) != (sequence, previous):
                faults.append((position, f"序号{position}: 主体链与叶子不符"))
            heads[key] = (leaves, head)
            if self._states:
                changed[key] = heads[key]
        return faults

    def _mapped(self, size: int) -> list[tuple[int, str]]:
        """What is wrong with the map states of a size, and with the entries, if they are of it."""
        states = self._states.pop(size, [])
        last = self._last if self._last is not None and self._last.size == size else None
        entries = self._entries() if last else []
        root = self._root(entries) if states else b""
        faults = [
            (state.position, f"序号{state.position}: 映射状态的根与前{size}条叶子算出的不同")
            for state in states
            if state.root != root
        ]
        if last:
            faults += self._entry_faults(entries, last.position)
        return faults

    def _entries(self) -> list[MapEntry]:
        return [MapEntry(key, *head) for key, head in sorted(self._heads.items())]

    def _root(self, entries: list[MapEntry]) -> bytes:
        """Root of the map over the heads: of all at once, if no other state is asked for before or after."""
        if entries and not self._map.count:
            return subtree_hash(entries, 0)
        changed = [MapEntry(key, *head) for key, head in self._changed.items()]
        self._changed.clear()
        if self._map.count:
            self._map.update(changed)
        else:
            self._map = MapMirror(changed)
        return self._map.root

    def _entry_faults(self, entries: list[MapEntry], position: int) -> list[tuple[int, str]]:
        """What is wrong with the entries in the store, as of the last state."""
        for kept, entry in zip_longest(self._store.map_buckets().entries(), entries):
            if kept != entry:
                return [(position, "映射的条目与最后记载的映射状态不符")]
        return []


def _by_size(states: Iterable[MapStated]) -> dict[int, list[MapStated]]:
    found: dict[int, list[MapStated]] = {}
    for state in states:
        found.setdefault(state.size, []).append(state)
    return found
