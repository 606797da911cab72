"""Opening the second store beside the first: what a server, a new installation and an operator do with it.

head = start_head(config.head, state, verifiers)      # StoreError where the two contradict each other
Sequencer(..., publish=HeadKeeper(head, state.head.note))
head.close()
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from registry.commands.head import HeadKeeper, adopt_head, settle_head, stored_log
from registry.commands.state import RegistryState
from registry.provenance.keys import VerifyingKey
from registry.store.head import HeadFile


def start_head(path: Path, state: RegistryState, verifiers: Sequence[VerifyingKey]) -> HeadFile:
    """The second store of a log, brought up to it and held until it is closed. Raises StoreError."""
    head = HeadFile(path)
    try:
        settle_head(head, stored_log(state, verifiers))
    except BaseException:
        head.close()
        raise
    return head


@contextmanager
def first_head(path: Path) -> Iterator[HeadKeeper]:
    """What the founding of a log publishes to: a second store that has nothing yet. Raises StoreError."""
    head = HeadFile(path)
    try:
        yield HeadKeeper(head, None)
    finally:
        head.close()


def adopt(path: Path, state: RegistryState, *, size: int) -> None:
    """Makes the head of a log anew where it was lost, on the word of an operator. Raises StoreError."""
    head = HeadFile(path)
    try:
        adopt_head(head, stored_log(state, ()), size=size)
    finally:
        head.close()


def kept_head(path: Path) -> str:
    """What the second store has, for a check; empty if nothing. Raises StoreError."""
    head = HeadFile(path)
    try:
        return head.read() or ""
    finally:
        head.close()
