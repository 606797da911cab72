"""By whose authority a statement stands: the keys that signed it, and those that vouched for them.

A department's key is enrolled by the registrar's, that one by another, and so on to the genesis at position
0, which names the operator's first key and the registry's own. Of each key its whole chain ``K:<keyid>`` is
shown (enrolled when, revoked or not), of an official's key the official's chain ``O:<department>/<id>`` too;
the registry's own keys lead to the genesis or the statement that added them.

Example: an event of 财政 at 40 is signed by its seal, enrolled at 2 by the operator's key of the genesis:
chains K:<seal> (leaf 2) and K:<operator> (no leaves: not revoked), statements 40, 2 and 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from registry.commands.state import RegistryState
from registry.receipts.disclosure import Statements
from registry.store.interface import StatementRow, StoreError
from registry.v1.envelope_pb2 import Envelope

KEY_PREFIX = "K:"
OFFICIAL_PREFIX = "O:"


@dataclass(slots=True)
class Authority:
    """References of the chains that show keys and officials, and positions of their statements. ``leaves``
    are positions whose leaf is shown, without what was stated."""

    refs: set[str] = field(default_factory=set)
    positions: set[int] = field(default_factory=set)
    leaves: set[int] = field(default_factory=set)


def authority_of(
    shown: Iterable[int],
    statements: Statements,
    state: RegistryState,
    *,
    chain: Callable[[str], list[int]],
) -> Authority:
    """Everything by which statements stand; ``chain`` gives the positions under a reference. Raises
    StoreError."""
    found, waiting = Authority(), set(shown)
    seen = set(waiting)
    while waiting:
        row = statements.row(waiting.pop())
        for keyid in _keyids(row, state):
            refs, positions = _of_key(keyid, state, found.refs)
            found.refs |= refs
            positions |= {position for ref in refs for position in chain(ref)}
            found.positions |= positions
            waiting |= positions - seen
            seen |= positions
    return found


def _of_key(keyid: str, state: RegistryState, known: set[str]) -> tuple[set[str], set[int]]:
    """Chains of a key and its holder that are not known yet, and where the key was made known."""
    own, key = state.registry_keys.get(keyid), state.directory.key(keyid)
    if key is None:
        return set(), {own.added} if own else set()
    refs = {f"{KEY_PREFIX}{keyid}"}
    if key.official_id:
        refs.add(f"{OFFICIAL_PREFIX}{key.department}/{key.official_id}")
    return refs - known, {key.position}


def _keyids(row: StatementRow, state: RegistryState) -> Iterator[str]:
    """Ids of the keys that signed a statement, itself or the batch that it came in."""
    signed = row.signatures
    if row.batch is not None:
        batch = state.store.batches([row.batch]).get(row.batch)
        if batch is None:
            raise StoreError(f"存储被改动: 没有序号{row.position}的陈述所属的批次")
        signed = batch.header
    yield from (signature.keyid for signature in Envelope.FromString(signed).signatures)
