"""The number of a natural person goes with the last that was stated about him (个人信息保护法 第四十七条).

An erasure takes it with it (``GroupRun``). Where all was erased by a program that left it, a rebuild does.
What any answer shows of a number stays (docs/decisions/0020), and so does the secret.

Example: a ban of 张 and its lifting were erased: of his passport G12345678 is kept G******78.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from registry.commands.ledger import GroupLedger
from registry.commands.state import RegistryState
from registry.domain.identifiers import masked
from registry.provenance.vault import NONCE_BYTES, Person, is_person
from registry.sanctions.ledger import Told
from registry.store.interface import Group, Store


def is_over(told: Iterable[Told]) -> bool:
    """Whether nothing is stated about a subject any more, but that something was erased."""
    return all(each.statement.HasField("erasure") for each in told)


def without_number(person: Person) -> Person:
    """The person, of whose number what is shown is left; the leaves are keyed with the secret."""
    return Person(masked(person.identifier), person.secret)


def forget_numbers(state: RegistryState, target: Store, refs: Iterable[str]) -> int:
    """Takes the numbers of those of some subjects about whom all is erased; of how many. For a log that is
    folded: its persons rest as they did. Raises StoreError, VaultError."""
    forgotten = 0
    for ref in sorted(filter(is_person, set(refs))):
        ledger, record = GroupLedger(state, ()), state.index.get(ref)
        told = ledger.told(ref)
        sealed = ledger.persons.get(ref)
        if sealed is None or (record is not None and record.links) or not is_over(told):
            continue
        person = state.vault.open_person(sealed)
        if state.vault.names(person, ref):
            kept = state.vault.seal_person(without_number(person), os.urandom(NONCE_BYTES))
            target.commit(Group(persons=[(ref, kept)]))
            forgotten += 1
    return forgotten
