"""The plain check of a log's map states, against which the product's quicker ones are held.

That a state's root follows from the leaves is not all there is to see to. A registry that wanted to hide a
subject's first leaves could begin the chain anew, with a leaf of sequence 0: the map would say "one leaf",
and by its leaves rightly so. Therefore each leaf must carry on the chain that its subject has: sequence =
leaves so far, previous = hash of the last. Then what the map says of a chain holds of all the log.

Example: leaves 0 to 6, and at position 7 a state of size 5. It is of leaves 0 to 4; leaves 5 and 6 wait for
the next state, whose size is 5 or more.
"""

from __future__ import annotations

from registry.provenance.leaf import LEAF_BYTES, NO_PREVIOUS
from registry.provenance.map_entry import MAX_COUNT, MapEntry, entries_of
from registry.provenance.map_mirror import MapMirror


class MapCheck:
    """Is given a log's leaves and map states in order; finds states and chains that do not follow.

    A check that resumes gives all leaves again and only the states it has not seen: leaves cost little."""

    def __init__(self) -> None:
        self.map = MapMirror()
        self._size = 0
        self._waiting = bytearray()

    @property
    def size(self) -> int:
        """How many leaves it was given."""
        return self._size + len(self._waiting) // LEAF_BYTES

    def leaf(self, leaf: bytes) -> None:
        """Takes the next leaf, from position 0 on. ValueError if it is not as long as a leaf."""
        if len(leaf) != LEAF_BYTES:
            raise ValueError(f"a leaf has {LEAF_BYTES} bytes, not {len(leaf)}")
        self._waiting += leaf

    def state(self, position: int, size: int, root: bytes) -> list[str]:
        """What is wrong with the map state that the statement at a position made; empty if nothing."""
        if not self._size <= size <= min(position, self.size):
            return [f"序号{position}: 映射状态覆盖{size}条, 应在{self._size}至{position}条之间"]
        faults = self._take(size)
        if self.map.root != root:
            faults.append(f"序号{position}: 映射状态的根与前{size}条叶子算出的不同")
        return faults

    def finish(self) -> list[str]:
        """What is wrong with the chains of the leaves that no state covers yet."""
        return self._take(self.size)

    def _take(self, size: int) -> list[str]:
        end = (size - self._size) * LEAF_BYTES
        latest: dict[bytes, MapEntry] = {}
        faults = []
        for start in range(0, end, LEAF_BYTES):
            before, after = entries_of(bytes(self._waiting[start : start + LEAF_BYTES]))
            chain = latest.get(after.key) or self.map.get(after.key) or MapEntry(after.key, 0, NO_PREVIOUS)
            if chain != before:
                position = self._size + start // LEAF_BYTES
                faults.append(f"序号{position}: 叶子没有接上本主体的链(已有{chain.count}条)")
            if after.count <= MAX_COUNT:
                latest[after.key] = after
        self.map.update(latest.values())
        del self._waiting[:end]
        self._size = size
        return faults
