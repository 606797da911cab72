"""The body of a request to cosign a checkpoint: C2SP tlog-witness, POST add-checkpoint.

    old <size>                  the tree that the witness cosigned last, as far as the sender knows
    <base64 hash>               consistency proof, RFC 6962 §2.1.2: 0 to 63 lines
    (blank line)
    <signed checkpoint>

Example (two of four proof lines and one signature left out):

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo…
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from registry.provenance.merkle import HASH_BYTES
from registry.provenance.note import decode_base64

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 262_144
"""Sixteen of the largest signatures take a third of it."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,19})")


class SubmissionError(ValueError):
    """The body is not a request to cosign a checkpoint."""


@dataclass(frozen=True, slots=True)
class CheckpointSubmission:
    """A checkpoint to be cosigned, with the proof that it grew out of the tree of ``old_size``."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def encode(self) -> bytes:
        """The request's body; the inverse of `parse`."""
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in self.proof)
        return f"old {self.old_size}\n{hashes}\n{self.note}".encode()

    @classmethod
    def parse(cls, body: bytes) -> CheckpointSubmission:
        """Reads a request strictly; what the note holds, its own reader says. Raises SubmissionError."""
        try:
            head, blank, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise SubmissionError("the request is not UTF-8") from None
        if not blank:
            raise SubmissionError("a request is an old size, a proof, a blank line and a checkpoint")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if old is None:
            raise SubmissionError("the first line is: old, space, a size without leading zeros")
        if len(lines) > MAX_PROOF_LINES:
            raise SubmissionError(f"a consistency proof has at most {MAX_PROOF_LINES} lines")
        return cls(int(old[1]), _hashes(lines), note)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    try:
        hashes = tuple(decode_base64(line) for line in lines)
    except ValueError as fault:
        raise SubmissionError(f"a line of the proof is {fault}") from None
    if any(len(each) != HASH_BYTES for each in hashes):
        raise SubmissionError(f"a hash of the proof has {HASH_BYTES} bytes")
    return hashes
