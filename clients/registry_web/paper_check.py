"""Checks one file that a stranger sent, in a process of its own: from standard input to standard output.

    python -m registry_web.paper_check verify.policy < 回执.pdf
    {"ok": true, "state": "good", "level": "PROOF", "verdict": "VERDICT_BLOCKED", "lines": [{"name": "form", …

Of a PDF first that its page says what its receipt says (``registry_papers.answers.check_page``), then of the
receipt whatever ``registryctl verify`` looks at. A shortfall is taken as the registry's word, and named.

The process bounds itself (time of the processor, memory), for a file may be made to take long, and stands
back behind whatever else the machine does; whoever started it ends it at the wall clock. ``state`` is bad
where a line failed, warn where one could not be checked here, what was asked to be proven is not, or nobody
compared how the page looks, otherwise good.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from registry.v1.receipt_pb2 import EvidenceLevel
from registry.v1.verdict_pb2 import Verdict
from registry.verification import Report
from registry_client.verification import VerificationError, read_policy, verify

LARGEST = 20 << 20
CPU_S = 40
MEMORY_BYTES = 3 << 29
_PDF = b"%PDF-"
_FAILED, _SKIPPED, _CLAIMED = "FAILED", "SKIPPED", "CLAIMED"


class _Line(Protocol):
    """A line of either check."""

    @property
    def name(self) -> str: ...

    @property
    def outcome(self) -> Any: ...

    @property
    def detail(self) -> str: ...


def main() -> None:
    """Checks standard input under the policy in a file."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    content = sys.stdin.buffer.read(LARGEST + 1)
    json.dump(examined(content, Path(sys.argv[1])), sys.stdout, ensure_ascii=False)


def examined(content: bytes, policy: Path) -> dict[str, Any]:
    """What is found of a file."""
    receipt, page = _of_pdf(content) if content.startswith(_PDF) else (content, [])
    if receipt is None:
        return {"ok": False, "state": "bad", "level": "", "verdict": "", "lines": page}
    try:
        report = verify(receipt, read_policy(policy), accept_shortfalls=True)
    except VerificationError as error:
        line = {"name": "form", "outcome": _FAILED, "detail": str(error)}
        return {"ok": False, "state": "bad", "level": "", "verdict": "", "lines": [line, *page]}
    lines = [*_told(report.lines), *page]
    state = _state(lines)
    return {"ok": state != "bad", "state": state, **_said(report), "lines": lines}


def _of_pdf(content: bytes) -> tuple[bytes | None, list[dict[str, str]]]:
    from registry_papers.answers import check_page  # Only a PDF takes what papers are made with.

    finding = check_page(content)
    return finding.receipt, _told(finding.lines)


def _state(lines: Sequence[dict[str, str]]) -> str:
    outcomes = {line["outcome"] for line in lines}
    if _FAILED in outcomes:
        return "bad"
    return "warn" if _SKIPPED in outcomes or any(map(_is_open, lines)) else "good"


def _is_open(line: dict[str, str]) -> bool:
    """Whether it leaves open what a reader would take for checked: that the answer is proven, or how the page
    looks, which may say more than its text."""
    return line["name"] == "shortfall" or (line["name"] == "page" and line["outcome"] == _CLAIMED)


def _said(report: Report) -> dict[str, str]:
    """Level and verdict of a receipt whose signature holds; nothing of any other."""
    given = report.answer.given if report.answer is not None else None
    level = EvidenceLevel.Name(given).removeprefix("EVIDENCE_LEVEL_") if given is not None else ""
    return {"level": level, "verdict": Verdict.Name(report.verdict) if report.verdict else ""}


def _told(lines: Iterable[_Line]) -> list[dict[str, str]]:
    return [{"name": each.name, "outcome": each.outcome.value, "detail": each.detail} for each in lines]


if __name__ == "__main__":
    main()
