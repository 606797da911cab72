"""Step 9: answers as evidence: receipts, a mirror of the log, and a check that asks nobody.

The registry is served again, its log published over plain HTTP (C2SP tlog-tiles). The procurement system
files two receipts with everything it takes to prove them (``EVIDENCE_LEVEL_PROOF``): for a bidder who is
blocked, and for a firm of which nothing is recorded, which the map proves. ``registry follow`` mirrors the
log and checks it, as an audit office would. Then the server is stopped, and ``registryctl verify``, a process
of its own, checks both receipts by the policy that ``registry policy`` prints. One byte changed in the
middle, and it refuses; so it does where a forger writes 未见限制 into the answer and makes the digest fit.

What is filed lies beside the registry's own files:

    filed/verify.policy · blocked.receipt · no-record.receipt · tampered.receipt · forged.receipt · mirror/
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo import parties
from demo.cast import DATES, TENDER
from demo.records import Party
from demo.showing import WIDTH, plain, say, word
from demo.town import connect, run_registry, served_at
from registry.config import CONFIG_NAME, load_config
from registry.provenance.answer import seal_receipt
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, Answer, Receipt
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.v1.verdict_pb2 import VERDICT_CLEAR
from registry_client import Question, Registry, Verdict

EVIDENCE, POLICY, MIRROR = "filed", "verify.policy", "mirror"
TAMPERED, FORGED = "tampered.receipt", "forged.receipt"
CALLER = "procurement"
MAY_TAKE_S = 120
SHOWN = ("chains", "verdict")
"""Lines of the second receipt's check that are shown; the others are those of the first."""
SHOWN_OF_REFUSED = ("form", "answer signature")
_LINE = re.compile(r"(OK|FAILED|CLAIMED|SKIPPED) +(\w+( \w+)?)  ")
_END_OF_VKEY = re.compile(r"(\+[0-9a-f]{8}\+[\w/+]{12})[\w/+=]+")


@dataclass(frozen=True, slots=True)
class Filed:
    """A receipt that the demonstration files: its file, about whom, and the verdict it must have."""

    file: str
    party: Party
    verdict: Verdict


FILED = (
    Filed("blocked.receipt", parties.BARRED_FROM_PROCUREMENT, Verdict.BLOCKED),
    Filed("no-record.receipt", parties.UNKNOWN, Verdict.INDETERMINATE),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``registryctl verify`` says of a receipt, and whether it stands."""

    stands: bool
    lines: tuple[str, ...]

    def about(self, *names: str) -> Iterator[str]:
        """The lines of some checks, with what they go on in, and the last line of all."""
        wanted = False
        for line in self.lines[:-1]:
            if found := _LINE.match(line):
                wanted = found[2] in names
            if wanted:
                yield line
        yield self.lines[-1]


def prove(directory: Path) -> list[str]:
    """Files, mirrors, stops and verifies; what differs from what should come out."""
    evidence = directory / EVIDENCE
    evidence.mkdir()
    address = publish(directory)
    with served_at(directory) as target, connect(directory, target, CALLER) as registry:
        differing = _file(registry, evidence)
        policy = run_registry("policy", "--directory", str(directory))
        (evidence / POLICY).write_text(policy + "\n", "utf-8")
        say(f"审计机关镜像并核对公开的日志 http://{address}/:")
        say(f"  {_follow(f'http://{address}/', evidence)}")
    say(f"服务已停止, 以下不连接任何系统。核验策略 {POLICY} (registry policy):")
    plain(*(f"  {line}" for line in _END_OF_VKEY.sub(r"\1…", policy).splitlines()))
    return differing + _verify_offline(evidence) + _refuse_what_was_changed(evidence)


def publish(directory: Path) -> str:
    """Has an installation publish its log on the loopback; answers where."""
    configured = load_config(directory).publication
    if configured:
        return configured
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(f'\n[publication]\naddress = "{address}"\n')
    return address


def _file(registry: Registry, evidence: Path) -> list[str]:
    """Asks about both firms and files the receipts."""
    question = Question(
        domain=subject_pb2.DOMAIN_PROCUREMENT,
        role=subject_pb2.SUBJECT_ROLE_BIDDER,
        reference=TENDER.number,
        reason="资格审查",
        region=TENDER.region,
        industry=TENDER.industry,
        tender_kind=TENDER.kind,
        valid_time=datetime.combine(DATES[-1], TENDER.opening.timetz()),
    )
    differing = []
    for filed in FILED:
        result = registry.check(filed.party.identifier, question, receipt=EVIDENCE_LEVEL_PROOF)
        receipt = result.receipt
        if receipt is None or not receipt.is_proven or result.verdict is not filed.verdict:
            differing.append(f"{filed.party.name}: 没有附全部证明的回执, 或结论是{result.verdict.word}")
            continue
        receipt.save(evidence / filed.file)
        size = (evidence / filed.file).stat().st_size / 1024
        say(f"回执 {filed.file} ({size:.1f} KB): {filed.party.name} {word(result.verdict)}")
    return differing


def _follow(url: str, evidence: Path) -> str:
    """One round of a follower; what it says. Raises TownError if it raises an alarm."""
    policy, mirror = str(evidence / POLICY), str(evidence / MIRROR)
    return run_registry("follow", url, "--once", "--policy", policy, "--directory", mirror)


def _verify_offline(evidence: Path) -> list[str]:
    differing = []
    for number, filed in enumerate(FILED):
        checked = verify(evidence / filed.file, evidence / POLICY)
        say(f"\nregistryctl verify {filed.file} --policy {POLICY}")
        plain(*(checked.about(*SHOWN) if number else checked.lines))
        differing += [] if checked.stands else [f"{filed.file}: 未能核验"]
    return differing


def _refuse_what_was_changed(evidence: Path) -> list[str]:
    """Changes one byte of a receipt, then its verdict with a digest that fits; neither stands."""
    content = (evidence / FILED[0].file).read_bytes()
    differing = []
    for file, changed, how in (
        (TAMPERED, flipped(content), f"第{len(content) // 2}字节改动一位"),
        (FORGED, cleared(content), "结论改为未见限制, 并重算摘要"),
    ):
        (evidence / file).write_bytes(changed)
        checked = verify(evidence / file, evidence / POLICY)
        say(f"\nregistryctl verify {file} --policy {POLICY}\n({how})")
        plain(*checked.about(*SHOWN_OF_REFUSED))
        differing += [f"{file}: 改动过的回执仍然成立"] if checked.stands else []
    return differing


def flipped(content: bytes) -> bytes:
    """The same with one bit of the byte in the middle changed."""
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


def cleared(content: bytes) -> bytes:
    """A receipt forged by somebody who understands the format: nothing speaks against the firm."""
    receipt = Receipt.FromString(content)
    answer = Answer.FromString(receipt.answer)
    response = CheckResponse.FromString(answer.response)
    response.verdict = VERDICT_CLEAR
    response.ClearField("hits")
    answer.response = response.SerializeToString()
    receipt.answer = answer.SerializeToString()
    return seal_receipt(receipt).SerializeToString()


def verify(receipt: Path, policy: Path) -> Checked:
    """Runs ``registryctl verify`` as its user would."""
    words = (Path(sys.executable).with_name("registryctl"), "verify", receipt, "--policy", policy)
    done = subprocess.run(
        [*map(str, words)],
        env={**os.environ, "COLUMNS": str(WIDTH)},
        capture_output=True,
        text=True,
        timeout=MAY_TAKE_S,
        check=False,
    )
    return Checked(done.returncode == 0, tuple((done.stdout + done.stderr).splitlines()))
