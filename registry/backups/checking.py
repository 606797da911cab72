"""Whether a store in a file is the sound log that it says it is, told in what a backup keeps of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from registry.backups.held import Held, Proof, proofs_of
from registry.backups.manifest import BackupError
from registry.commands.state import Log, open_log
from registry.commands.verify import Plan, Reopening
from registry.commands.verify import verify as check_log
from registry.editions import shipped_editions
from registry.location import Location
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.vault import Vault
from registry.store.definitions import store_faults
from registry.store.opening import open_for_reading
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG


@dataclass(frozen=True, slots=True)
class Checked:
    """A log that was checked: its name, size, root in hexadecimal, and signed checkpoint; and the checkpoints
    of others that it agrees with."""

    origin: str
    size: int
    root: str
    note: str
    proofs: tuple[Proof, ...] = ()


def checked_copy(
    where: Location,
    master: bytes,
    *,
    second: str | None = None,
    signatures: bool = False,
    held: Sequence[Held] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Checked:
    """Checks a store that nobody writes to, with the vault's key, against a head of the second store if there
    is one, and against checkpoints that others held.

    Raises BackupError with the first fault; StoreError for another vault key; VaultError."""
    with closing(open_for_reading(where)) as store:
        log = open_log(store, Vault(master), shipped_editions())
        plan = Plan(
            logged_keys(log),
            signatures=signatures,
            second=second,
            processes=len(os.sched_getaffinity(0)) if signatures else 1,
            reopening=Reopening(partial(open_for_reading, where), partial(Vault, master)),
        )
        faults = store_faults(store)
        result = check_log(log, plan, progress=progress)
        proofs = proofs_of(log, held) if not result.faults else []
    if faults := faults + result.faults:
        more = f" (另有 {len(faults) - 1} 处)" if len(faults) > 1 else ""
        raise BackupError(f"存储有误: {faults[0]}{more}")
    signed = Checkpoint.parse(result.note.partition("\n\n")[0] + "\n")
    return Checked(log.origin, signed.size, signed.root.hex(), result.note, tuple(proofs))


def logged_keys(log: Log) -> list[VerifyingKey]:
    """The log keys that the log itself names. The private ones may be in hardware, or not at hand."""
    entries = (each for each in log.store.registry_keys() if each.purpose == REGISTRY_KEY_PURPOSE_LOG)
    return [load_verifying_key(each.suite, each.public_key) for each in entries]
