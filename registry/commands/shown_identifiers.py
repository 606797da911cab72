"""Identifiers of many subjects as they may be shown: one look-up, however many they are.

An organisation's code is public; of a natural person it is masked. Who was asked about and is not recorded,
is known by a keyed hash alone, and so is a code of before the USCC: nothing is shown of these.

Example: the references ``91130902DEM000010X`` and ``P:…`` of a recorded person have an identifier each, that
of a person of whom nothing was ever stated has none.
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.commands.state import RegistryState
from registry.domain.identifiers import mask, normalise
from registry.provenance.vault import LEGACY_PREFIX, VaultError, is_person
from registry.store.interface import StoreError
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier


def identifiers_of(state: RegistryState, refs: Iterable[str]) -> dict[str, Identifier]:
    """Those of the references whose identifiers can be shown. Raises StoreError."""
    asked = set(refs)
    persons = [ref for ref in asked if is_person(ref)]
    codes = asked.difference(persons, (ref for ref in asked if not ref or ref.startswith(LEGACY_PREFIX)))
    found = {code: _of_organisation(code) for code in codes}
    for ref, sealed in (state.store.persons(persons) if persons else {}).items():
        found[ref] = _masked(state, sealed)
    return found


def _of_organisation(code: str) -> Identifier:
    return Identifier(type=IDENTIFIER_TYPE_USCC, value=mask(IDENTIFIER_TYPE_USCC, code))


def _masked(state: RegistryState, sealed: bytes) -> Identifier:
    try:
        person = state.vault.open_person(sealed).identifier
    except VaultError as error:
        raise StoreError("存储中的密封身份不能打开") from error
    return Identifier(type=person.type, value=mask(person.type, normalise(person.value)))
