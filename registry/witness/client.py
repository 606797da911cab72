"""Getting a checkpoint cosigned by any witness that speaks C2SP tlog-witness.

    client = WitnessClient(key, "https://witness.example/", outbound)
    line = client.cosign(note, prove=lambda old, new: consistency_proof(reader, old, new))

The client remembers which size the witness cosigned last and proves from there; where it does not know, or is
wrong, the witness says so (409) and is asked again. Of the answer only lines by the witness's own key count,
and only once they are verified; all else is passed over. A witness that is ahead of the checkpoint is told
apart: it has seen a log that this one does not know (a rewound log, or a second one under the same key).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from registry.outbound import Outbound, OutboundError, Reply
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.cosignature import CosignatureError, CosignerKey
from registry.provenance.note import NoteError, read_lines, split_note
from registry.provenance.proof import ProofError
from registry.witness.judgement import SIZE_TYPE
from registry.witness.submission import CheckpointSubmission

MAX_ANSWER_BYTES = 65_536
TRIES = 3
"""Another may move the witness on between two questions."""
_MAX_DIGITS = 20

Prove = Callable[[int, int], Sequence[bytes]]
"""The consistency proof (RFC 9162 §2.1.4) between two sizes of the log. May raise ProofError."""


class WitnessError(Exception):
    """The witness gave no cosignature; one line says why."""


class WitnessAheadError(WitnessError):
    """The witness has cosigned a larger tree than this log has."""


class WitnessClient:
    """Asks one witness. Not safe for several threads at once."""

    def __init__(self, key: CosignerKey, url: str, outbound: Outbound) -> None:
        self._key = key
        self._url = url.rstrip("/") + "/add-checkpoint"
        self._outbound = outbound
        self._known = 0

    def cosign(self, note: str, prove: Prove) -> str:
        """The witness's signature line under a signed checkpoint, verified, without its newline.
        Raises WitnessError."""
        try:
            size = Checkpoint.parse(split_note(note)[0]).size
            for _ in range(TRIES):
                reply = self._ask(note, size, prove)
                if reply.status == 200:
                    line = self._line(note, reply)
                    self._known = size
                    return line
                self._known = self._size(reply)
            raise WitnessError(f"{self._url}: 见证人的大小一再改变")
        except (OutboundError, ProofError, NoteError, CheckpointError) as error:
            raise WitnessError(str(error)) from error

    def _ask(self, note: str, size: int, prove: Prove) -> Reply:
        if self._known > size:
            known, self._known = self._known, 0
            raise WitnessAheadError(f"{self._url}: 见证人已签到 {known}, 本日志只有 {size}")
        proof = tuple(prove(self._known, size)) if self._known else ()
        body = CheckpointSubmission(self._known, proof, note).encode()
        return self._outbound.post(
            self._url, body, limit=MAX_ANSWER_BYTES, content_type="text/plain; charset=utf-8"
        )

    def _size(self, reply: Reply) -> int:
        """Where the witness stands, by its answer to a wrong old size."""
        text = reply.body[: _MAX_DIGITS + 2].decode(errors="replace").removesuffix("\n")
        if reply.status != 409 or not (text.isascii() and text.isdecimal()) or text != str(int(text)):
            words = " ".join(reply.body[:200].decode(errors="replace").split())
            raise WitnessError(f"{self._url}: {reply.status} {words}".rstrip())
        if reply.content_type.partition(";")[0].strip() != SIZE_TYPE:
            raise WitnessError(f"{self._url}: 409 应为 {SIZE_TYPE}")
        return int(text)

    def _line(self, note: str, reply: Reply) -> str:
        try:
            text = split_note(note)[0]
            lines = read_lines(reply.body.decode())
            own = [line for line in lines if self._key.signed(line)]
            newest = max(own, key=lambda line: self._key.time_of(text, line), default=None)
        except (UnicodeDecodeError, NoteError, CosignatureError) as error:
            raise WitnessError(f"{self._url}: 答复不是有效的共签: {error}") from error
        if newest is None:
            raise WitnessError(f"{self._url}: 答复里没有这个见证人的共签")
        return newest.text
