"""Effects on the directory: departments, officials, keys; and the genesis."""

from __future__ import annotations

from dataclasses import replace

from registry.domain.departments import Department, Directory, Key, Official
from registry.domain.registry_keys import RegistryKeyEntry
from registry.provenance.keys import keyid_of
from registry.sanctions.adoption import founding_case
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.disputes import dispute, stolen_with
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def directory_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """A department, official or key enters, changes or goes."""
    match statement.WhichOneof("body"):
        case "department_registration":
            entry = Department.registered(statement.department_registration, position)
            return Effects(position, departments=(entry,))
        case "official_registration":
            return Effects(position, officials=(Official(statement.official_registration, position),))
        case "official_revocation":
            return _gone(statement.official_revocation, position, ledger.directory)
        case "key_enrolment":
            return Effects(position, keys=(_enrolled(statement.key_enrolment, position),))
        case "key_revocation":
            return _revocation_effects(statement.key_revocation, position, ledger)
        case "registry_key_change":
            return _registry_key_effects(statement.registry_key_change, position, ledger)
        case body:
            raise ValueError(f"no effects are defined for a statement of kind {body!r}")


def _revocation_effects(revocation: pb.KeyRevocation, position: int, ledger: Ledger) -> Effects:
    """The key goes; what it signed while it was compromised is disputed from now on (``disputes``)."""
    key = ledger.directory.key(revocation.keyid)
    assert key is not None  # Admission has seen to it.
    if not revocation.HasField("suspect_from"):
        return Effects(position, keys=(_revoked(key, position, revocation.reason),))
    stolen = stolen_with(key, revocation.suspect_from, ledger)
    signed = [each for stolen_key, first in stolen for each in ledger.signed_by(stolen_key, first)]
    keys = tuple(_revoked(each, position, revocation.reason) for each, _ in stolen)
    return replace(dispute(signed, position, ledger), keys=keys)


def _gone(revocation: pb.OfficialRevocation, position: int, directory: Directory) -> Effects:
    """An official leaves and takes his keys along: the id may be registered again, for somebody else."""
    official = directory.official(revocation.department, revocation.official_id)
    assert official is not None  # Admission has seen to it.
    keys = (
        _revoked(key, position, pb.KEY_REVOCATION_REASON_RETIRED)
        for key in directory.keys(revocation.department)
        if key.official_id == revocation.official_id and key.revoked_position is None
    )
    return Effects(position, officials=(replace(official, revoked_position=position),), keys=tuple(keys))


def _revoked(key: Key, position: int, reason: pb.KeyRevocationReason.ValueType) -> Key:
    """The key without use from a position on. One that had gone is known as stolen since; it went when it
    did."""
    gone = position if key.revoked_position is None else key.revoked_position
    return replace(key, revoked_position=gone, revocation_reason=reason)


def _enrolled(enrolment: pb.KeyEnrolment, position: int) -> Key:
    return Key.enrolled(keyid_of(enrolment.public_key), enrolment, position)


def genesis_effects(genesis: pb.Genesis) -> Effects:
    """Position 0: the operator, its key and the catalogue edition."""
    return Effects(
        position=0,
        departments=(Department.registered(genesis.operator, 0),),
        keys=(_enrolled(genesis.operator_key, 0),),
        edition=founding_case(genesis.edition.edition, genesis.edition.label),
        registry_keys=tuple(registry_key_added(key, 0) for key in genesis.registry_keys),
        operator=genesis.operator.code,
    )


def _registry_key_effects(change: pb.RegistryKeyChange, position: int, ledger: Ledger) -> Effects:
    if change.HasField("add"):
        return Effects(position, registry_keys=(registry_key_added(change.add, position),))
    entry = ledger.registry_keys.get(change.retire)
    assert entry is not None  # Admission has seen to it.
    return Effects(position, registry_keys=(replace(entry, retired=position),))


def registry_key_added(key: pb.RegistryKey, position: int) -> RegistryKeyEntry:
    """The entry of a key of the registry's own that the statement at ``position`` adds."""
    return RegistryKeyEntry(keyid_of(key.public_key), key.purpose, key.suite, key.public_key, position)
