"""Step 9: answers as evidence: receipts, a mirror of the log, and a check that asks nobody.

The registry is served again, its log published over plain HTTP (C2SP tlog-tiles). The procurement system files
two receipts with everything it takes to prove them (``EVIDENCE_LEVEL_PROOF``): for a bidder who is blocked, and
for a firm of which nothing is recorded, which the map proves. ``registry follow`` mirrors the log and checks it,
as an audit office would. Then the server is stopped, and ``registryctl verify``, a process of its own, checks
both receipts by the policy that ``registry policy`` prints; one byte changed in the middle, and it refuses.

What is filed lies beside the registry's own files:

    evidence/verify.policy · blocked.receipt · no-record.receipt · tampered.receipt · mirror/
"""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo import parties
from demo.cast import DATES, TENDER
from demo.records import Party
from demo.showing import plain, say, word
from demo.town import connect, run_registry, served_at
from registry.config import CONFIG_NAME, load_config
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF
from registry_client import Question, Registry, Verdict

EVIDENCE, POLICY, MIRROR, TAMPERED = "evidence", "verify.policy", "mirror", "tampered.receipt"
CALLER = "procurement"
MAY_TAKE_S = 120


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

    @property
    def failure(self) -> str:
        """The line for which it is refused; empty if there is none."""
        return next((line for line in self.lines if line.startswith("FAILED")), "")

    def detail(self, name: str) -> str:
        """What the first line of a name says."""
        words = next((line for line in self.lines if line.split("  ")[0].endswith(f" {name}")), "")
        return words.partition(name)[2].strip()


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
    say("服务已停止, 以下只凭回执文件和核验策略, 不连接任何系统。核验策略(registry policy):")
    plain(policy)
    return differing + _verify_offline(evidence)


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
    for filed in FILED:
        checked = verify(evidence / filed.file, evidence / POLICY)
        say(f"\nregistryctl verify {filed.file} --policy {POLICY}")
        plain(*checked.lines)
        differing += [] if checked.stands else [f"{filed.file}: 未能核验"]
    tampered = evidence / TAMPERED
    place = flip_middle(evidence / FILED[0].file, tampered)
    checked = verify(tampered, evidence / POLICY)
    say(f"\n{FILED[0].file} 第{place}字节改动一位后:")
    plain(*checked.lines)
    return differing + (["改动过的回执仍然成立"] if checked.stands or not checked.failure else [])


def flip_middle(receipt: Path, tampered: Path) -> int:
    """Writes a copy of a receipt with one bit of its middle byte changed; answers the place."""
    content = bytearray(receipt.read_bytes())
    place = len(content) // 2
    content[place] ^= 1
    tampered.write_bytes(content)
    return place


def verify(receipt: Path, policy: Path) -> Checked:
    """Runs ``registryctl verify`` as its user would."""
    command = [str(Path(sys.executable).with_name("registryctl")), "verify", str(receipt), "--policy", str(policy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MAY_TAKE_S, check=False)
    return Checked(done.returncode == 0, tuple((done.stdout + done.stderr).splitlines()))
