"""A leaf's inclusion as a file for any tool: C2SP tlog-proof.

    c2sp.org/tlog-proof@v1
    index <position>
    <base64 hash>                 one a line, from the leaf's sibling upward; none in a tree of one leaf
    (blank line)
    <signed checkpoint>           verbatim, with cosignatures

A line ``extra <base64>`` may stand before the index; we write none, pass it over, and trust nothing it says.
The leaf itself is not in the file: whoever checks it has it, or makes it from what he was told.

Example, leaf 3 of four:

    c2sp.org/tlog-proof@v1
    index 3
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
    EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=

    credit.example/cangzhou
    4
    …
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from registry.provenance.base64_text import decode_base64, encode_base64
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.proof import ProofError

HEADER = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 64
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A position, the hashes that lead to the root, the signed note that names it; nothing is verified."""

    index: int
    hashes: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The file."""
        lines = (HEADER, f"index {self.index}", *map(encode_base64, self.hashes))
        return "".join(f"{line}\n" for line in lines) + "\n" + self.note

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """What a file holds, read strictly. ProofError otherwise."""
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise ProofError(f"a file of {HEADER} begins so and holds a checkpoint after a blank line")
        if lines and lines[0].startswith("extra "):
            _decoded(lines.pop(0).removeprefix("extra "))
        index = _INDEX.fullmatch(lines.pop(0) if lines else "")
        if index is None:
            raise ProofError("a proof names the index of its leaf")
        return cls(int(index[1]), _hashes(lines), note)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(map(_decoded, lines))
    if len(hashes) > _MOST_HASHES or any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError(f"a proof has at most {_MOST_HASHES} hashes of {HASH_BYTES} bytes")
    return hashes


def _decoded(text: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError as fault:
        raise ProofError(f"a line of the proof is {fault}") from None
