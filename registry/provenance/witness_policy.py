"""A verifier's policy (核验策略): whose signatures are asked for before a checkpoint is believed.

A file of lines. The first four kinds are C2SP tlog-policy to the letter, so that a file without the others is
read alike by any tool; the rest is ours, because a note's reader passes over lines that it does not know, and
what is not asked for by name can be taken away unseen.

    log <vkey> [<url>]                   a key of a log that is accepted; its name is the log's origin
    witness <name> <vkey> [<url>]        a witness, named for the lines below
    group <name> all|any|<k> <name>...   k of these must have cosigned; defined above, in one group each
    quorum <name>|none                   exactly one line: the witness or group that must have cosigned

    require <vkey> [<first> <last>|-]    a checkpoint of the key's log with a size in that range (both ends
                                         included, "-": no end) must bear this key's signature as well
    receipt <vkey> [<first> <last>|-]    a key that may sign answers of the log it is named after, given at
                                         sizes in that range
    suite <name> [<first>]               a statement that made the log this large, or larger, an answer that
                                         was signed and a checkpoint at such sizes count only if signed with
                                         one of these suites: ed25519, ecdsa-p256-sha256, sm2-sm3; at a size
                                         to which no such line applies any will do; without <first>, to all
    tsa <base64>                         a certificate (DER) of a time stamping authority that is believed:
                                         a root, an intermediate, or the one signer believed

Blanks and tabs part the words; lines that begin with # mean nothing. A checkpoint is accepted if

* a `log` key named after its origin has signed it (without `log` lines: a `require` key that counts),
* so has every `require` key that counts, and the quorum has cosigned it, and
* no signature line of any key of the policy is wrong.

Example: SM2 is required beside Ed25519 from leaf 5000 on, of statements too, and two of three witnesses.

    log credit.example/cangzhou+5a3f…+AbJ…
    require credit.example/cangzhou+91c0…+/3J… 5001 -
    suite sm2-sm3 5001
    witness audit audit.example/w1+77aa…+BAb…
    witness court court.example/w1+0b1d…+BNq…
    witness bar bar.example/w1+c0de…+BKx…
    group any-two 2 audit court bar
    quorum any-two
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cryptography import x509

from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.cosignature import CosignatureError
from registry.provenance.note import NoteError, SignatureLine, split_note
from registry.provenance.policy_lines import (
    NO_QUORUM,
    GroupLine,
    LogLine,
    PolicyError,
    RangedKey,
    SuiteLine,
    WitnessLine,
    certificate_line,
    time_authorities,
)
from registry.provenance.policy_reader import read_policy
from registry.provenance.suites import SignatureError
from registry.provenance.timestamp import Stamp, TimestampError, check_token
from registry.provenance.vkey import NoteKey
from registry.v1.envelope_pb2 import Suite

__all__ = [
    "CheckedCheckpoint",
    "Cosigned",
    "GroupLine",
    "LogLine",
    "Policy",
    "PolicyError",
    "RangedKey",
    "SuiteLine",
    "WitnessLine",
]


class Cosigned(NamedTuple):
    """A witness by its name in the policy, and when it cosigned, Unix seconds."""

    witness: str
    time_s: int


@dataclass(frozen=True, slots=True)
class CheckedCheckpoint:
    """A checkpoint and who signed it; nothing of it is to be believed while there are ``faults``."""

    checkpoint: Checkpoint
    log_keys: tuple[NoteKey, ...]
    witnesses: tuple[Cosigned, ...]
    quorum_met: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose signatures a verifier asks for."""

    logs: tuple[LogLine, ...] = ()
    witnesses: tuple[WitnessLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()
    quorum: str = NO_QUORUM
    required: tuple[RangedKey, ...] = ()
    receipts: tuple[RangedKey, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    suites: tuple[SuiteLine, ...] = ()

    @classmethod
    def parse(cls, content: str | bytes) -> Policy:
        """The policy in a file. PolicyError with every fault and its line."""
        text = content.decode(errors="surrogateescape") if isinstance(content, bytes) else content
        lines = read_policy(text)
        return cls(
            logs=tuple(lines.logs),
            witnesses=tuple(lines.witnesses),
            groups=tuple(lines.groups),
            quorum=lines.quorum,
            required=tuple(lines.required),
            receipts=tuple(lines.receipts),
            certificates=tuple(lines.certificates),
            suites=tuple(lines.suites),
        )

    def text(self) -> str:
        """The policy as a file; `parse` reads it back."""
        lines = [
            *(each.text for each in self.logs),
            *(each.text("require") for each in self.required),
            *(each.text("receipt") for each in self.receipts),
            *(each.text for each in self.suites),
            *(certificate_line(each) for each in self.certificates),
            *(each.text for each in self.witnesses),
            *(each.text for each in self.groups),
            f"quorum {self.quorum}",
        ]
        return "".join(f"{line}\n" for line in lines)

    def check_checkpoint(self, note: str) -> CheckedCheckpoint:
        """The checkpoint in a signed note, accepted. PolicyError with every reason why it is not."""
        checked = self.examine(note)
        if checked.faults:
            raise PolicyError(checked.faults)
        return checked

    def examine(self, note: str) -> CheckedCheckpoint:
        """The checkpoint in a note with what speaks against it. PolicyError if it is no checkpoint."""
        try:
            text, lines = split_note(note)
            checkpoint = Checkpoint.parse(text)
        except (NoteError, CheckpointError) as fault:
            raise PolicyError([f"不是签名的检查点: {fault}"]) from None
        signed, faults = self._signed(text, lines)
        faults += self._missing(checkpoint, signed)
        cosigned = list[Cosigned]()
        for witness in self.witnesses:
            try:
                cosigned += self._cosigned(text, lines, witness)
            except CosignatureError as fault:
                faults.append(f"见证人 {witness.name}: {fault}")
        met = self.meets_quorum(each.witness for each in cosigned)
        if not met:
            names = ", ".join(each.witness for each in cosigned) or "没有见证人"
            faults.append(f"见证人不足 quorum {self.quorum}: {names}")
        log_keys = tuple(key for key in signed if key.name == checkpoint.origin)
        return CheckedCheckpoint(checkpoint, log_keys, tuple(cosigned), met, tuple(faults))

    def meets_quorum(self, witnesses: Iterable[str]) -> bool:
        """Whether these witnesses, by their names in the policy, are enough."""
        held = {each.name for each in self.witnesses}.intersection(witnesses)
        for group in self.groups:  # A group knows only names that stand before it.
            if sum(member in held for member in group.members) >= group.threshold:
                held.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in held

    def receipt_keys(self, origin: str, size: int) -> tuple[NoteKey, ...]:
        """The keys that may sign answers of a log given at a size."""
        return tuple(each.key for each in self.receipts if each.counts(origin, size))

    def accepts_suite(self, suite: Suite.ValueType, size: int) -> bool:
        """Whether what was signed with this suite counts at a size of the log."""
        required = {each.suite for each in self.suites if each.first <= size}
        return not required or suite in required

    def check_stamp(self, token: bytes, text: str, *, nonce: int | None = None) -> Stamp:
        """What a time stamp over a text says, by an authority that is believed. Raises TimestampError."""
        refused = TimestampError("the policy names no time stamping authority")
        for authority in time_authorities(self.certificates):
            try:
                return check_token(token, text, authority, nonce=nonce)
            except TimestampError as error:
                refused = error
        raise refused

    def _signed(self, text: str, lines: Sequence[SignatureLine]) -> tuple[list[NoteKey], list[str]]:
        """The keys of logs that have signed, and whose signatures are wrong."""
        signed, faults, message = list[NoteKey](), list[str](), text.encode()
        for key in self._log_keys():
            signatures = [line.signature for line in lines if line.is_of(key)]
            try:
                for signature in signatures:
                    key.verifier.verify(message, signature)
            except SignatureError:
                faults.append(f"{key.name} 的签名(密钥 {key.key_id.hex()})不成立")
                continue
            signed += [key] if signatures else []
        return signed, faults

    def _log_keys(self) -> Collection[NoteKey]:
        keys = (*(each.key for each in self.logs), *(each.key for each in self.required))
        return dict.fromkeys(keys).keys()

    def _missing(self, checkpoint: Checkpoint, signed: Sequence[NoteKey]) -> list[str]:
        """Which signatures that are asked for are not there."""
        origin, size = checkpoint.origin, checkpoint.size
        required = [each.key for each in self.required if each.counts(origin, size)]
        accepted = [each.key for each in self.logs if each.key.name == origin]
        faults = [
            f"缺少 {key.name} 必需的签名(密钥 {key.key_id.hex()})"
            for key in dict.fromkeys(required)
            if key not in signed
        ]
        if not accepted and (self.logs or not required):
            faults.append(f"策略不认日志 {origin} (大小 {size})")
        elif accepted and not any(key in signed for key in accepted):
            faults.append(f"没有 {origin} 的日志签名")
        return faults

    def _cosigned(
        self, text: str, lines: Sequence[SignatureLine], witness: WitnessLine
    ) -> tuple[Cosigned, ...]:
        time_s = witness.key.latest(text, lines)
        return () if time_s is None else (Cosigned(witness.name, time_s),)
