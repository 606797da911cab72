"""The private keys of the registry itself: who signs a checkpoint, an own statement, a change of those keys.

Every log key that is active signs (``registry.domain.registry_keys``); if one of them is not at hand nothing
is signed at all, for a checkpoint that lacks a required line is worth nothing to whoever requires it. A
change is stated by the registrar; the registry adds the signature of an active log key, and that of the new
key, which proves that it holds it: so a key enters only after it was configured, and the next checkpoint
bears its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from registry.commands.state import RegistryState
from registry.commands.submission import Submission, verifying_key
from registry.domain.faults import Fault, Findings
from registry.domain.registry_keys import RegistryKeyEntry
from registry.provenance.envelope import PAYLOAD_TYPE, pae, sign_envelope
from registry.provenance.keys import SignatureError, Signer, keyid_of
from registry.provenance.leaf import statement_hash
from registry.sanctions.effects.changes import Effects
from registry.store.interface import StoreError
from registry.v1 import envelope_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, RegistryKeyChange, Statement

NONCE_BYTES = 16


class OwnKeys:
    """The signers of an installation. ``log`` hold log keys; ``others`` are those that sign answers.

    ``lenient``: a log is folded again, by somebody who no longer has the keys that were retired."""

    def __init__(
        self, state: RegistryState, log: Sequence[Signer], others: Sequence[Signer] = (), *, lenient: bool
    ) -> None:
        self._state = state
        self._log = {signer.keyid: signer for signer in log}
        self._others = {signer.keyid: signer for signer in others}
        self._all = self._log | self._others
        self._lenient = lenient

    def of_size(self, size: int, changes: Iterable[Effects] = ()) -> list[Signer]:
        """Who signs the checkpoint of a size, after ``changes`` that are not committed yet; whoever there is,
        if the log names no keys. Raises StoreError if a private key is not at hand."""
        changed = {entry.keyid: entry for each in changes for entry in each.registry_keys}
        entries = [changed.pop(entry.keyid, entry) for entry in self._state.registry_keys]
        wanted = [
            entry.keyid
            for entry in (*entries, *changed.values())
            if entry.purpose == REGISTRY_KEY_PURPOSE_LOG and entry.signs_size(size)
        ]
        missing = [keyid for keyid in wanted if keyid not in self._log]
        if missing and not self._lenient:
            raise StoreError(f"缺少日志密钥 {missing[0][:12]}… 的私钥, 不能签署检查点")
        return [self._log[each] for each in wanted if each in self._log] or list(self._log.values())

    def statement(
        self, body: Statement, random_bytes: Callable[[int], bytes]
    ) -> tuple[envelope_pb2.Envelope, Statement]:
        """A statement of the registry's own, signed with every active log key. Raises StoreError if none is
        named in the log: nobody could tell by whose word the statement stands."""
        if not self._state.registry_keys.active(REGISTRY_KEY_PURPOSE_LOG):
            raise StoreError("日志没有写明登记系统的日志密钥; 请先以 registry_key_change 增加现用的密钥")
        size, statement = self._state.size, Statement()
        statement.CopyFrom(body)
        statement.statement_id = f"~{body.WhichOneof('body')}-{size}"  # Nobody else can have an id like this.
        statement.origin, statement.department = self._state.origin, self._state.directory.operator
        statement.nonce = random_bytes(NONCE_BYTES)
        return sign_envelope(statement.SerializeToString(), *self.of_size(size + 1)), statement

    def faults_of_change(self, job: Submission) -> list[Fault]:
        """Whether the registry can do what a change of its keys asks for; in a log that is folded again,
        whether the keys signed that had to."""
        found = Findings()
        change = job.statement.registry_key_change
        if job.recorded is None:
            at_hand = self._log if change.add.purpose == REGISTRY_KEY_PURPOSE_LOG else self._others
            if change.HasField("add") and keyid_of(change.add.public_key) not in at_hand:
                message = "新密钥的私钥不在登记系统里; 请先在 registry.toml 的 [signing] 中配置并重启。"
                found.add(reasons.ERROR_REASON_POSSESSION_NOT_PROVEN, "registry_key_change.add", message)
            return found.faults
        for number, entry in enumerate(self._cosigners(change), 1):
            if not _has_signed(job.envelope, number, entry):
                message = "缺少日志密钥或新密钥的签名, 或签名不符。"
                found.add(reasons.ERROR_REASON_SIGNATURE_INVALID, f"signatures[{number}]", message)
        return found.faults

    def cosigned(self, job: Submission) -> Submission:
        """A change of keys with the registry's own signatures beside the registrar's."""
        envelope, change = envelope_pb2.Envelope(), job.statement.registry_key_change
        envelope.CopyFrom(job.envelope)
        message = pae(envelope.payload_type, envelope.payload)
        for entry in self._cosigners(change):
            signer = self._all[entry.keyid]
            envelope.signatures.add(sig=signer.sign(message), keyid=signer.keyid)
        return replace(job, envelope=envelope)

    def _cosigners(self, change: RegistryKeyChange) -> list[RegistryKeyEntry]:
        """An active log key that stays, then the key that is added."""
        active = self._state.registry_keys.active(REGISTRY_KEY_PURPOSE_LOG)
        staying = [entry for entry in active if entry.keyid != change.retire][:1]
        added = change.add
        if change.HasField("add"):
            keyid = keyid_of(added.public_key)
            staying.append(RegistryKeyEntry(keyid, added.purpose, added.suite, added.public_key, 0))
        return staying


def _has_signed(envelope: envelope_pb2.Envelope, number: int, entry: RegistryKeyEntry) -> bool:
    if number >= len(envelope.signatures) or envelope.signatures[number].keyid != entry.keyid:
        return False
    message = pae(envelope.payload_type, envelope.payload)
    try:
        verifying_key(entry.suite, entry.public_key).verify(message, envelope.signatures[number].sig)
    except SignatureError:
        return False
    return True


def own_submission(keys: OwnKeys, body: Statement, random_bytes: Callable[[int], bytes]) -> Submission:
    """The job of a statement that the registry makes itself."""
    envelope, statement = keys.statement(body, random_bytes)
    hashed = statement_hash(PAYLOAD_TYPE, envelope.payload)
    return Submission(envelope, statement, hashed, envelope.signatures[0].keyid)
