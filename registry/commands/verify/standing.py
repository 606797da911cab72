"""Derived rows that decide who may sign, and what the next leaf follows: held against the log (派生行).

Most derived rows only ``rebuild`` can work out, for it knows the law. These follow from leaves and keys
alone, which are at hand anyway: the keys of departments and their officials, the registry's own keys, and
the head of each subject's chain. Whoever exchanges one would sign in a department's name, have the
registry's checkpoints signed by a key of his, or have the next statement follow what it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import DecodeError

from registry.commands.verify.keys import BookedKey, KeyBook
from registry.store.interface import Store, StoreError
from registry.v1.statement_pb2 import KeyEnrolment


def key_faults(store: Store, book: KeyBook) -> list[str]:
    """What is wrong with the rows of keys. How long a key is valid, ``rebuild`` tells."""
    faults = []
    stated = {key.keyid: key for key in book.keys.values()}
    try:
        kept = {key.keyid: key for key in map(_booked, store.derived_rows("key"))}
    except (DecodeError, ValueError):
        kept = {}
    if kept != stated:
        faults.append("所存的部门密钥与日志不符")
    try:
        own = {entry.keyid: entry for entry in store.registry_keys()}
    except (StoreError, ValueError):
        own = {}
    if own != {entry.keyid: entry for entry in book.own}:
        faults.append("所存的登记系统密钥与日志不符")
    return faults


def _booked(row: tuple[Any, ...]) -> BookedKey:
    keyid, position, revoked, _, encoded = row
    enrolment = KeyEnrolment.FromString(encoded)
    holder = (enrolment.department, enrolment.official_id)
    return BookedKey(position, keyid, enrolment.suite, enrolment.public_key, holder, revoked)


def chain_faults(store: Store, heads: Iterable[tuple[int, bytes]]) -> list[str]:
    """What is wrong with the chains' heads, which are given in any order: no two are the same."""
    missing: set[tuple[object, ...]] = set(heads)
    for row in store.derived_rows("chain"):
        if row[1:] not in missing:
            return ["所存的主体链与日志不符"]
        missing.remove(row[1:])
    return ["所存的主体链与日志不符"] if missing else []
