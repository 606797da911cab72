"""A witness (见证人) cosigns a log's checkpoint if it grew out of the one before: C2SP tlog-witness.

    witness = Witness(name, signer, logs, WitnessRecord(directory), clock_s=unix_seconds)
    answer = witness.add_checkpoint(body)      # status, content type, text: what the HTTP pages send

The cosignature is made, kept beside the checkpoint on the disk, and only then given away. If the witness dies
in between, the sender meets 409 with the new size, proves from there and is given another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from registry.provenance.checkpoint import Checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import Signer
from registry.provenance.note import join_note, split_note
from registry.witness.judgement import (
    TEXT_TYPE,
    LogKeys,
    RefusedError,
    Submitted,
    check_growth,
    is_fork,
    read_submission,
)
from registry.witness.record import RecordError, WitnessRecord, origin_hash

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What the witness says to a request."""

    status: int
    content_type: str
    text: str


class Witness:
    """Cosigns for the logs it knows; safe for several threads. Clock (Unix seconds) is an argument.

    Raises RecordError if what it remembers is damaged, CosignatureError if the key is not Ed25519."""

    def __init__(
        self, name: str, signer: Signer, logs: LogKeys, record: WitnessRecord, *, clock_s: Callable[[], int]
    ) -> None:
        self.vkey = cosigner_of(name, signer.public_key).vkey
        self._name = name
        self._signer = signer
        self._logs = logs
        self._record = record
        self._clock_s = clock_s
        # Comparing with the last checkpoint and keeping the new one must be one step.
        self._turns = {origin: Lock() for origin in logs}
        self._origins = {origin_hash(origin): origin for origin in logs}
        for origin in logs:
            record.latest(origin)

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Answers a request to cosign; never fails."""
        try:
            submitted = read_submission(body, self._logs)
            with self._turns[submitted.checkpoint.origin]:
                return WitnessAnswer(200, TEXT_TYPE, self._cosign(submitted))
        except RefusedError as refused:
            return WitnessAnswer(refused.status, refused.content_type, refused.text)
        except RecordError as error:
            logger.error("%s", error)
            return WitnessAnswer(500, TEXT_TYPE, "the witness cannot keep its record\n")

    def checkpoint(self, hashed_origin: str) -> str | None:
        """The last checkpoint cosigned for a log, by the hash of its origin. Raises RecordError."""
        origin = self._origins.get(hashed_origin)
        return None if origin is None else self._record.latest(origin)

    def _cosign(self, submitted: Submitted) -> str:
        origin = submitted.checkpoint.origin
        note = join_note(submitted.text, submitted.lines)
        kept = self._record.latest(origin)
        latest = Checkpoint.parse(split_note(kept)[0]) if kept else None
        if is_fork(submitted, latest):
            logger.warning("日志 %s 为同一大小 %d 签了两个根", origin, submitted.checkpoint.size)
            self._record.keep_conflict(origin, note)
        check_growth(submitted, latest)
        signed = sign_cosignature(submitted.text, self._clock_s(), name=self._name, signer=self._signer)
        line = f"{signed}\n"
        self._record.keep(origin, note + line)
        return line
