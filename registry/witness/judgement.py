"""Whether a witness may cosign a checkpoint: the checks of C2SP tlog-witness in their order, without I/O.

    400  the body cannot be read, or its old size is above the checkpoint's
    404  the log is not one of the witness's
    403  no signature of a key that the witness trusts for this log, or a wrong one
    409  the old size is not that of the checkpoint cosigned last; the answer is that size and a newline
    422  the proof does not lead from the last checkpoint to this one; one size has two roots; size 0 has any

A log that signed two roots for one size has forked, whatever it sends along: such a checkpoint is evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.merkle import EMPTY_ROOT
from registry.provenance.note import NoteError, NoteKey, SignatureLine, join_note, open_note, split_note
from registry.provenance.proof import ProofError, verify_consistency
from registry.witness.submission import CheckpointSubmission, SubmissionError

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"

LogKeys = Mapping[str, Sequence[NoteKey]]
"""The keys that a witness trusts, by the log's origin."""


class RefusedError(Exception):
    """The checkpoint is not cosigned: status, content type and text of the answer."""

    def __init__(self, status: int, text: str, content_type: str = TEXT_TYPE) -> None:
        super().__init__(text)
        self.status = status
        self.text = f"{text}\n"
        self.content_type = content_type


@dataclass(frozen=True, slots=True)
class Submitted:
    """A checkpoint that its log has signed, and the lines by which it has."""

    submission: CheckpointSubmission
    checkpoint: Checkpoint
    text: str
    lines: tuple[SignatureLine, ...]


def read_submission(body: bytes, logs: LogKeys) -> Submitted:
    """The checkpoint of a request, signed by a log that the witness knows. Raises RefusedError."""
    try:
        submission = CheckpointSubmission.parse(body)
        text, lines = split_note(submission.note)
        checkpoint = Checkpoint.parse(text)
    except (SubmissionError, NoteError, CheckpointError) as fault:
        raise RefusedError(400, str(fault)) from None
    keys = logs.get(checkpoint.origin)
    if keys is None:
        raise RefusedError(404, "this witness does not know the log")
    submitted = Submitted(submission, checkpoint, text, _signed(text, lines, keys))
    if submission.old_size > checkpoint.size:
        raise RefusedError(400, f"the old size {submission.old_size} is above {checkpoint.size}")
    return submitted


def check_growth(submitted: Submitted, latest: Checkpoint | None) -> None:
    """Raises RefusedError unless the checkpoint grew out of the one that was cosigned last."""
    old, new = submitted.submission.old_size, submitted.checkpoint
    size = latest.size if latest else 0
    if old != size:
        raise RefusedError(409, str(size), SIZE_TYPE)
    try:
        root = latest.root if latest else EMPTY_ROOT
        verify_consistency(old, root, new.size, new.root, submitted.submission.proof)
    except ProofError as fault:
        raise RefusedError(422, str(fault)) from None


def is_fork(submitted: Submitted, latest: Checkpoint | None) -> bool:
    """Whether the log has signed two roots for one size."""
    new = submitted.checkpoint
    return latest is not None and latest.size == new.size and latest.root != new.root


def _signed(text: str, lines: Sequence[SignatureLine], keys: Sequence[NoteKey]) -> tuple[SignatureLine, ...]:
    """The lines by keys that are trusted, all of them verified."""
    present = [key for key in keys if any(line.is_of(key) for line in lines)]
    if not present:
        raise RefusedError(403, "no signature of a key that this witness trusts for the log")
    try:
        open_note(join_note(text, lines), *present)
    except NoteError as fault:
        raise RefusedError(403, str(fault)) from None
    return tuple(line for line in lines if any(line.is_of(key) for key in present))
