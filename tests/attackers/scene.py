"""The scene of every attack: a real installation, what honest people kept of it, and what an attacker makes.

    scene.copy(tmp)                         the installation as the attacker holds it: files, store, keys
    with scene.running(directory) as stage: served over mutual TLS, its log over HTTP
        receipt = stage.receipt(BARRED)     as the procurement system gets it
    scene.report(receipt)                   what an offline check finds, by the policy that honest people kept

Honest people kept: the policy (``registry policy``), and whatever they asked for before the attack. BARRED is
banned from procurement by 财政 and has a licence, FREE has a licence and nothing against it, UNKNOWN has no
record at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from registry.config import CONFIG_NAME, load_config
from registry.engine import start_engine
from registry.follow.alarms import Alarms
from registry.follow.follower import HOME, Follower
from registry.follow.source import LogSource
from registry.handed_out import installation_policy
from registry.outbound import Outbound
from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.file_signer import FileSigner
from registry.provenance.proof import consistency_proof
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.verification import Report, check_receipt
from tests.support.clock import SetClock
from tests.support.events import ban, firm, licence, placed
from tests.support.served import Served, serving
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.tampering import Copy
from tests.verification.world import World, content_of
from tests.witness.running import TestWitness
from tests.witness.small_log import SmallLog

BARRED, FREE, UNKNOWN = firm(1), firm(2), firm(3)
BAN = "ban-of-the-barred"
WAIT_S = 20.0
PROOF, SIGNED = EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED


@dataclass(slots=True)
class KnownLog(SmallLog):
    """The registry's log, as a witness knows it: by its keys."""

    known: tuple[NoteKey, ...] = ()

    def keys(self) -> list[NoteKey]:
        """The keys that the policy names."""
        return list(self.known)


@dataclass(slots=True)
class Stage:
    """A copy of the installation that runs."""

    served: Served
    world: World

    @property
    def spine(self) -> Spine:
        """What it runs on."""
        return self.served.spine

    @property
    def url(self) -> str:
        """Where its log is published."""
        publication = self.spine.engine.upkeep.publication
        assert publication
        return f"http://127.0.0.1:{publication.port}/"

    @property
    def note(self) -> str:
        """Its signed checkpoint."""
        head = self.spine.engine.state.head
        assert head
        return head.note

    def receipt(
        self, who: subject_pb2.Subject, evidence: receipt_pb2.EvidenceLevel.ValueType = PROOF
    ) -> receipt_pb2.Receipt:
        """The receipt that the procurement system gets about somebody."""
        return self.world.check(who.identifier, evidence=evidence)

    def prove(self, old: int, new: int) -> tuple[bytes, ...]:
        """A consistency proof of its tree."""
        return tuple(consistency_proof(self.spine.engine.state.tree, old, new))


@dataclass(slots=True)
class Scene:
    """An installation at rest, the departments' keys, and the policy that was handed out."""

    directory: Path
    signers: dict[str, FileSigner]
    clock: SetClock
    policy: Policy
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100_000))

    @classmethod
    def found(cls, directory: Path) -> Scene:
        """Founds it and states what the module says."""
        spine = furnish(found_spine(directory))
        for who in (BARRED, FREE):
            placed(spine.say("市场监管", event=licence("市场监管", who)))
        with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
            file.write('\n[publication]\naddress = "127.0.0.1:0"\n')
        spine.engine.close()
        return cls(directory, spine.signers, spine.clock, installation_policy(load_config(directory)))

    def barred(self, directory: Path) -> None:
        """States the ban in a copy; what came before is what a backup holds."""
        with self.opened(directory) as spine:
            placed(spine.say("财政", BAN, event=ban("财政", BARRED, "M-PRO-01", "2026-03-01", "2028-03-01")))

    def copy(self, parent: Path) -> Copy:
        """The installation in an attacker's hands."""
        return Copy.of(self.directory, parent)

    @contextmanager
    def opened(self, directory: Path) -> Iterator[Spine]:
        """A copy with its engine running and no wire."""
        config = load_config(directory)
        spine = Spine(directory, config, self.clock, start_engine(config, self.clock), dict(self.signers))
        spine.numbers = self.numbers
        try:
            yield spine
        finally:
            spine.engine.close()

    @contextmanager
    def running(self, directory: Path) -> Iterator[Stage]:
        """A copy that serves and publishes."""
        with self.opened(directory) as spine:
            spine.engine.upkeep.start()
            with serving(spine) as served:
                yield Stage(served, World(served))

    def report(
        self, receipt: receipt_pb2.Receipt, *, nonce: bytes | None = None, policy: Policy | None = None
    ) -> Report:
        """What anybody finds offline."""
        return check_receipt(content_of(receipt), policy or self.policy, nonce=nonce)

    def known(self) -> KnownLog:
        """The log for a witness."""
        return KnownLog(ORIGIN, (), known=tuple(each.key for each in self.policy.logs))

    def requiring(self, *witnesses: TestWitness) -> Policy:
        """The policy with the cosignatures of all these witnesses required."""
        names = [f"w{number}" for number in range(len(witnesses))]
        lines = [f"witness {name} {each.key.vkey}" for name, each in zip(names, witnesses, strict=True)]
        plain = replace(self.policy, quorum="none").text().replace("quorum none\n", "")
        return Policy.parse("\n".join([plain, *lines, f"group all-of-them all {' '.join(names)}",
                                       "quorum all-of-them", ""]))  # fmt: skip


def fault_names(report: Report) -> list[str]:
    """The checks for which a receipt is refused."""
    return [line.name for line in report.faults]


def as_free(receipt: receipt_pb2.Receipt, *signers: FileSigner) -> receipt_pb2.Receipt:
    """The same receipt, in which nothing speaks against anybody: CLEAR without hits, with a digest that fits,
    and signed anew where the attacker has the key."""
    forged = receipt_pb2.Receipt()
    forged.CopyFrom(receipt)
    answer = receipt_pb2.Answer.FromString(receipt.answer)
    response = CheckResponse.FromString(answer.response)
    response.verdict = verdict_pb2.VERDICT_CLEAR
    response.ClearField("hits")
    answer.response = response.SerializeToString()
    forged.answer = answer.SerializeToString()
    if signers:
        forged.signature.CopyFrom(sign_answer(forged.answer, signers))
    return seal_receipt(forged)


@dataclass(slots=True)
class Watcher:
    """A follower with its mirror, and the kinds of the alarms it raised."""

    scene: Scene
    directory: Path
    said: list[str] = field(default_factory=list)

    def look(self, url: str) -> list[str]:
        """One round against what is published somewhere; the alarms of it."""
        before = len(self.said)
        with Outbound() as outbound:
            follower = self._follower(LogSource(url, outbound))
            try:
                follower.round()
            finally:
                follower.close()
        return [line.split()[1].removesuffix(":") for line in self.said[before:] if line.startswith("警报 ")]

    def _follower(self, source: LogSource) -> Follower:
        clock: Callable[[], int] = self.scene.clock
        alarms = Alarms(self.directory / HOME, say=self.said.append, clock_ms=clock)
        return Follower(
            source,
            self.scene.policy,
            self.directory,
            alarms=alarms,
            clock_ms=clock,
            lot=lambda count: count - 1,
        )
