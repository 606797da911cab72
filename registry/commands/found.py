"""Founding a registry: the genesis statement at position 0 of an empty store.

Genesis names the operator (登记机构), its first key and the catalogue edition, signed by that key
itself. Every later statement is admitted against what it established.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.commands.jobs import Placed
from registry.commands.sequencer import Sequencer
from registry.commands.state import ORIGIN, VAULT_CHECK
from registry.commands.submission import Submission, check_possession
from registry.domain.faults import Findings
from registry.provenance.envelope import PAYLOAD_TYPE, pae, sign_envelope
from registry.provenance.keys import Signer
from registry.provenance.leaf import statement_hash
from registry.provenance.vault import Vault
from registry.sanctions.admission.directory import check_enrolment, check_registration
from registry.sanctions.catalogue.edition import Edition
from registry.store.interface import Store
from registry.v1 import statement_pb2 as pb


@dataclass(frozen=True, slots=True)
class Operator:
    """Who operates the registry: code (统一社会信用代码), name and region (GB/T 2260)."""

    code: str
    name: str
    region: str


class FoundingError(ValueError):
    """The genesis statement is not admissible; the message names every fault."""


def genesis_statement(
    origin: str,
    operator: Operator,
    signer: Signer,
    edition: Edition,
    *,
    valid: tuple[date, date],
    nonce: bytes,
    registry_keys: Sequence[pb.RegistryKey] = (),
) -> pb.Statement:
    """The statement that founds a log, for ``signer`` to sign."""
    registration = pb.DepartmentRegistration(
        code=operator.code,
        name=operator.name,
        kinds=["dev_reform"],
        mandate=pb.Mandate(region=operator.region),
    )
    enrolment = pb.KeyEnrolment(
        department=operator.code,
        suite=signer.suite,
        public_key=signer.public_key,
        valid_from=valid[0].isoformat(),
        valid_until=valid[1].isoformat(),
    )
    adoption = pb.EditionAdoption(edition=edition.hash, label=edition.label)
    genesis = pb.Genesis(
        operator=registration, operator_key=enrolment, edition=adoption, registry_keys=registry_keys
    )
    return pb.Statement(
        statement_id="genesis", origin=origin, department=operator.code, nonce=nonce, genesis=genesis
    )


def found(store: Store, vault: Vault, origin: str) -> None:
    """Records what an empty store belongs to."""
    store.put_meta({ORIGIN: origin, VAULT_CHECK: vault.check_value})


def place_genesis(sequencer: Sequencer, statement: pb.Statement, signer: Signer, edition: Edition) -> Placed:
    """Signs and records position 0. Raises FoundingError."""
    envelope = sign_envelope(statement.SerializeToString(), signer)
    findings = Findings()
    check_registration(findings, "genesis.operator", statement.genesis.operator, edition)
    check_enrolment(findings, "genesis.operator_key", statement.genesis.operator_key)
    message = pae(PAYLOAD_TYPE, envelope.payload)
    check_possession(findings, envelope, statement.genesis.operator_key, message)
    if findings.faults:
        raise FoundingError("; ".join(f"{fault.field}: {fault.message}" for fault in findings.faults))
    hashed = statement_hash(PAYLOAD_TYPE, envelope.payload)
    submission = Submission(envelope, statement, hashed, signer.keyid)
    outcome = sequencer.process([submission])[0]
    if not isinstance(outcome, Placed):
        raise FoundingError("创世陈述被拒绝: 存储不是空的")
    return outcome
