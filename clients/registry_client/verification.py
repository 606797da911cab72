"""Receipts checked offline, by whoever files them (回执核验): no connection, and gRPC is not even imported.

    policy = read_policy("registry.policy")
    report = verify(Path("receipt.pb"), policy)
    if not report.ok:
        print(*(f"{line.name}: {line.detail}" for line in report.faults), sep="\\n")

A receipt that is wrong is a report that says so, never an exception; what raises ``VerificationError`` is a
file that cannot be read, or a policy that says nothing sound. Receipts may be in JSON as well, or attached to
their paper (``registry_papers``), a PDF: then the page too must say what the receipt says. That needs the
extra ``papers`` and a Chinese font; ``receipt_only`` takes the receipt out and leaves the page alone.

A verdict is worked out again by the editions of the catalogue that come with the program; a receipt given
under another one is not accepted unless that edition is at hand (``editions``, directories).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from registry.provenance.witness_policy import Policy, PolicyError
from registry.verification import Line, Outcome, Report, check_receipt
from registry.verification.editions import EditionError, read_editions
from registry_papers.answers.attached import Attached, PageLine, attached_in, attachment_lines
from registry_papers.answers.page import compared
from registry_papers.answers.pdf_file import is_pdf
from registry_papers.errors import PaperError

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
    receipt_only: bool = False,
    fonts: Path | None = None,
) -> Report:
    """What a check of a receipt, or of the file that holds it, finds under a policy.

    ``accept_shortfalls`` takes an answer that proves less than was asked, each shortfall named; ``nonce`` is
    the one that was sent with the question; ``receipt_only`` does not compare the page of a PDF, ``fonts`` is
    a folder to look for fonts in for that. Raises VerificationError."""
    content = receipt if isinstance(receipt, bytes) else read_file(receipt)
    try:
        known = read_editions(editions)
    except EditionError as error:
        raise VerificationError(" ".join(str(error).split())) from error

    def checked(filed: bytes) -> Report:
        return check_receipt(filed, policy, accept_shortfalls=accept_shortfalls, nonce=nonce, editions=known)

    return _of_pdf(content, checked, receipt_only, fonts) if is_pdf(content) else checked(content)


def _of_pdf(pdf: bytes, checked: Callable[[bytes], Report], receipt_only: bool, fonts: Path | None) -> Report:
    """What is found of a paper: its attachments, then the receipt, then, if that holds, the page."""
    try:
        attached = attached_in(pdf)
    except PaperError as fault:
        return Report([Line("attachment", Outcome.FAILED, str(fault))])
    before = [_line(each) for each in attachment_lines(attached)]
    if attached.receipt is None:
        return Report(before)
    report = checked(attached.receipt)
    report.lines[:0] = before
    if report.ok:
        report.lines.append(_page(attached, fonts, receipt_only=receipt_only))
    return report


def _page(attached: Attached, fonts: Path | None, *, receipt_only: bool) -> Line:
    if receipt_only:
        return Line("page", Outcome.CLAIMED, "按要求只核对回执，没有核对页面：以本处所列的结论为准")
    return _line(compared(attached, fonts))


def _line(found: PageLine) -> Line:
    return Line(found.name, Outcome[found.outcome.name], found.detail)


def read_policy(path: str | Path) -> Policy:
    """The verifier's policy in a file. Raises VerificationError with every fault of it."""
    content = read_file(Path(path), MAX_POLICY_BYTES)
    try:
        return Policy.parse(content)
    except PolicyError as error:
        raise VerificationError(f"核验策略 {path} 不合格: {error}") from error


def read_file(path: Path, limit: int = 128 << 20) -> bytes:
    """The bytes of a file. Raises VerificationError if it cannot be read, or is longer than the limit."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise VerificationError(f"不能读取 {path}: {error.strerror}") from error
    if len(content) > limit:
        raise VerificationError(f"{path} 超过{limit}字节")
    return content
