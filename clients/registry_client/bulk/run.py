"""A run of files through gate and journal (一次提交): what is common to whoever lets one go.

Files of one kind in one run are one delivery, however they were cut: the gate holds all of them together
against the last delivery of this kind, and all of them together are the last one for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from registry_client.bulk.gate import Delivered, Stopped, Thresholds, far_from_last
from registry_client.bulk.journal import Journal
from registry_client.bulk.preparing import Prepared


def deliveries(files: Iterable[Prepared]) -> Mapping[str, Delivered]:
    """What is delivered of each kind."""
    kinds: dict[str, list[Prepared]] = {}
    for file in files:
        kinds.setdefault(file.table.headings.layout.name, []).append(file)
    return {kind: _together(some) for kind, some in kinds.items()}


def stopped(
    now: Mapping[str, Delivered], journal: Journal, thresholds: Thresholds, *, confirmed: Sequence[str]
) -> Iterator[tuple[str, Stopped]]:
    """The kinds that stop at the gate, with why; but for those that a person has confirmed."""
    for kind, delivered in now.items():
        found = far_from_last(delivered, journal.last(kind), thresholds)
        if found and found.confirmation not in confirmed:
            yield kind, found


def _together(files: Sequence[Prepared]) -> Delivered:
    ids: frozenset[str] = frozenset().union(*(file.ids for file in files))
    digest = sha256(b"".join(file.digest for file in files)).digest()
    return Delivered(sum(file.rows for file in files), ids, digest)
