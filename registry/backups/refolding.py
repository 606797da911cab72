"""The rows that follow from a log, compared with those that come of folding it anew.

A check of a log (`registry.backups.checking`) looks at statements, leaves, tree and signatures. What it does
not look at are the rows that answers are given from: events, grounds, marks, cases. Whoever may write to a
backup may change these and leave the log as it is. So the log is folded into an empty store, with signatures
and the law, as ``registry verify --rebuild`` does it, and every row is compared. No key of the registry is
needed: the checkpoint, which alone depends on one, was checked by its signature.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from registry.backups.manifest import BackupError
from registry.commands.folding import fold
from registry.commands.found import found
from registry.commands.rebuild import Rebuilt, carry_over, compare
from registry.commands.state import open_log
from registry.editions import shipped_editions
from registry.location import Location
from registry.provenance.keys import FileSigner
from registry.provenance.vault import Vault
from registry.store.interface import DERIVED_TABLES
from registry.store.opening import create_store, open_for_reading, remove_store
from registry.v1.envelope_pb2 import SUITE_ED25519

COMPARED = tuple(table for table in DERIVED_TABLES if table != "checkpoint")


def compared_with_fold(
    where: Location,
    master: bytes,
    scratch: Path,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Compares a store that was checked, and that nobody writes to, with its log folded anew in a directory
    that has room for another; how many rows. Raises BackupError with the first table that differs, or the
    first statement that does not fold; StoreError, VaultError."""
    target = scratch / "folded.db"
    try:
        with closing(open_for_reading(where)) as store, closing(create_store(target)) as made:
            log, result = open_log(store, Vault(master), shipped_editions()), Rebuilt()
            total = (store.last_position() or 0) + 1
            carry_over(store, made)
            found(made, log.vault, log.origin)
            signer = FileSigner.generate(SUITE_ED25519)
            fold(log, made, [signer], result, progress=lambda done: progress(done, total))
            if result.differences:
                raise BackupError(f"存储的陈述有误: {result.differences[0]}")
            compare(store, made, result, COMPARED)
    finally:
        remove_store(target)
    if result.differences:  # What the rows say is of persons.
        table = result.differences[0].partition(":")[0]
        raise BackupError(f"存储的派生数据 ({table} 表) 与重新折叠日志所得的不符")
    return result.rows
