"""The witnesses of an installation, by its configuration: who they are, and their cosigner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from registry.commands.jobs import Answer, Job
from registry.commands.log import Signed
from registry.commands.state import RegistryState
from registry.config import Config, ConfigError
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from registry.provenance.policy_lines import PolicyError
from registry.provenance.proof import consistency_proof
from registry.provenance.witness_policy import Policy
from registry.store.interface import CosignatureRow
from registry.store.writer import Writer
from registry.upkeep.cosigner import CosignatureError, Cosigner

KEEP_S = 30.0
"""How long a line may take to become durable."""


def witnesses_policy(config: Config) -> Policy:
    """The policy of the configured witnesses; an empty one where none are. Raises ConfigError."""
    if config.witnesses is None:
        return Policy()
    path = config.witnesses.policy
    try:
        return Policy.parse(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"见证策略 {path} 不能读取: {error.strerror}") from error
    except PolicyError as error:
        raise ConfigError(f"见证策略 {path}: {error}") from error


def signed_by(cosigner: Cosigner) -> Callable[[], Signed | None]:
    """What `registry.commands.log.LogReading` serves as the latest checkpoint."""

    def latest() -> Signed | None:
        try:
            note = cosigner.latest()
        except CosignatureError:
            return None
        return Signed(Checkpoint.parse(split_note(note)[0]).size, note)

    return latest


def cosigner_of(config: Config, state: RegistryState, writer: Writer[Job, Answer]) -> Cosigner | None:
    """The cosigner of a running log, not started; None where no witnesses are configured.
    Raises ConfigError."""
    if config.witnesses is None:
        return None

    def keep(rows: Sequence[CosignatureRow]) -> None:
        for promise in writer.put(rows):
            promise.result(KEEP_S)

    try:
        return Cosigner(
            witnesses_policy(config),
            head=lambda: state.head.note if state.head else "",
            prove=lambda old, new: consistency_proof(state.tree, old, new),
            keep=keep,
            kept=state.store.all_cosignatures(),
            interval_s=config.witnesses.interval_s,
        )
    except CosignatureError as error:
        raise ConfigError(f"见证策略 {config.witnesses.policy}: {error}") from error
