"""What a forger makes of a receipt: each with the line of the check at which it must fail.

The digest that ends a receipt is made again after each change, as a forger would; it is no signature.

Example: ``{forged.line for forged in forgeries(receipt)}`` has ``answer signature``, ``inclusion``,
``chains``…
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.provenance.answer import seal_receipt
from registry.provenance.file_signer import FileSigner
from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Answer, Receipt
from registry.v1.restriction_service_pb2 import CheckResponse
from tests.registry_papers.answer_samples import answer_of, check


@dataclass(frozen=True, slots=True)
class Forged:
    """A forged receipt, and the line that must refuse it."""

    name: str
    content: bytes
    line: str


def forgeries(receipt: Receipt) -> Iterator[Forged]:
    """Every forgery that can be made of a receipt; of one that is signed alone, fewer."""
    content = receipt.SerializeToString(deterministic=True)
    yield Forged("a byte of it turned", _turned(content, len(content) // 2), "form")
    yield Forged("cut off", content[:-40], "form")
    yield Forged("something appended", content + b"\x0a\x00", "form")
    for name, line, change in _CHANGES if receipt.leaves else _CHANGES[:3]:
        changed = Receipt()
        changed.CopyFrom(receipt)
        change(changed)
        yield Forged(name, seal_receipt(changed).SerializeToString(deterministic=True), line)


def signed_by_nobody(signer: FileSigner) -> bytes:
    """A receipt made from nothing: 未见限制, with zeros where the signature by this key should be."""
    answer = answer_of(check()).SerializeToString(deterministic=True)
    receipt = Receipt(version=1, answer=answer)
    receipt.signature.signatures.add(sig=bytes(64), keyid=signer.keyid)
    return seal_receipt(receipt).SerializeToString(deterministic=True)


def _cleared(receipt: Receipt) -> None:
    """A ban turned into 未见限制."""
    answer = Answer.FromString(receipt.answer)
    response = CheckResponse.FromString(answer.response)
    response.verdict = verdict_pb2.VERDICT_CLEAR
    response.ClearField("hits")
    answer.response = response.SerializeToString(deterministic=True)
    receipt.answer = answer.SerializeToString(deterministic=True)


def _another_signature(receipt: Receipt) -> None:
    receipt.signature.signatures[0].sig = _turned(receipt.signature.signatures[0].sig, 7)


def _without_signature(receipt: Receipt) -> None:
    del receipt.signature.signatures[:]


def _another_checkpoint(receipt: Receipt) -> None:
    origin, size, *rest = receipt.checkpoint.split("\n")
    receipt.checkpoint = "\n".join((origin, str(int(size) + 1), *rest))


def _another_beginning(receipt: Receipt) -> None:
    receipt.consistency.append(bytes(32))


def _another_path(receipt: Receipt) -> None:
    path = receipt.leaves[-1].inclusion
    path[0] = _turned(path[0], 3)


def _another_leaf(receipt: Receipt) -> None:
    receipt.leaves[-1].leaf = _turned(receipt.leaves[-1].leaf, 90)


def _leaf_left_out(receipt: Receipt) -> None:
    chain = next(each for each in receipt.chains if each.leaves)
    del chain.leaves[-1]


def _another_statement(receipt: Receipt) -> None:
    shown = next(each for each in receipt.leaves if each.HasField("statement"))
    shown.statement.envelope.payload = _turned(shown.statement.envelope.payload, 20)


def _another_map(receipt: Receipt) -> None:
    chain = next(each for each in receipt.chains if each.proof.siblings)
    chain.proof.siblings[0] = _turned(chain.proof.siblings[0], 1)


def _another_department(receipt: Receipt) -> None:
    shown = next(each for each in receipt.leaves if each.statement.envelope.signatures and each.position)
    signature = shown.statement.envelope.signatures[0]
    signature.sig = _turned(signature.sig, 5)


_CHANGES: tuple[tuple[str, str, Callable[[Receipt], None]], ...] = (
    ("the verdict made clear", "answer signature", _cleared),
    ("a bit of the signature turned", "answer signature", _another_signature),
    ("the signature taken away", "answer signature", _without_signature),
    ("a larger log", "checkpoint", _another_checkpoint),
    ("one hash too many", "checkpoint", _another_beginning),
    ("another neighbour", "inclusion", _another_path),
    ("another leaf", "inclusion", _another_leaf),
    ("a word of a statement changed", "statements", _another_statement),
    ("the last leaf of a chain left out", "chains", _leaf_left_out),
    ("another map", "chains", _another_map),
    ("a department's signature turned", "department signatures", _another_department),
)


def _turned(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
