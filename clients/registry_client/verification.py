"""Receipts checked offline, by whoever files them (回执核验): no connection, and gRPC is not even imported.

    policy = read_policy("registry.policy")
    report = verify(Path("receipt.pb"), policy)
    if not report.ok:
        print(*(f"{line.name}: {line.detail}" for line in report.faults), sep="\\n")

A receipt that is wrong is a report that says so, never an exception; what raises ``VerificationError`` is a
file that cannot be read, or a policy that says nothing sound. Receipts may be in JSON as well.

A verdict is worked out again by the editions of the catalogue that come with the program; a receipt given
under another one is not accepted unless that edition is at hand (``editions``, directories).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from registry.provenance.witness_policy import Policy, PolicyError
from registry.verification import Report, check_receipt
from registry.verification.editions import EditionError, read_editions

MAX_POLICY_BYTES = 1 << 20


class VerificationError(Exception):
    """A receipt could not be checked: a file cannot be read, or the policy or an edition is not sound."""


def verify(
    receipt: bytes | Path,
    policy: Policy,
    *,
    accept_shortfalls: bool = False,
    nonce: bytes | None = None,
    editions: Iterable[Path] = (),
) -> Report:
    """What a check of a receipt, or of the file that holds it, finds under a policy.

    ``accept_shortfalls`` takes an answer that proves less than was asked, each shortfall named; ``nonce`` is
    the one that was sent with the question. Raises VerificationError."""
    content = receipt if isinstance(receipt, bytes) else _content(receipt)
    try:
        known = read_editions(editions)
    except EditionError as error:
        raise VerificationError(" ".join(str(error).split())) from error
    return check_receipt(content, policy, accept_shortfalls=accept_shortfalls, nonce=nonce, editions=known)


def read_policy(path: str | Path) -> Policy:
    """The verifier's policy in a file. Raises VerificationError with every fault of it."""
    content = _content(Path(path), MAX_POLICY_BYTES)
    try:
        return Policy.parse(content)
    except PolicyError as error:
        raise VerificationError(f"核验策略 {path} 不合格: {error}") from error


def _content(path: Path, limit: int = 128 << 20) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise VerificationError(f"不能读取 {path}: {error.strerror}") from error
    if len(content) > limit:
        raise VerificationError(f"{path} 超过{limit}字节")
    return content
