"""The rehearsal of a restore (恢复演练): that a backup can be put back, tried without putting it anywhere.

The store is copied into a directory that is removed at the end, brought to this program's version, checked
with every signature, loaded as a server loads it, asked about some organisations in every domain, and its log
is folded anew, to compare the rows that answers are given from. Nothing is signed, nothing is sent, no key is
written anywhere: a copy of the registry that ran for real would sign a second history.

Example of the report:

    1 文件摘要    6 个文件与清单一致                                     0.0 秒
    2 恢复存储    4711 条陈述, 1.4 MB                                   0.1 秒
    3 核对        陈述、签名、叶子、树、映射和检查点一致                 2.1 秒
    4 作答        5 个单位 × 5 个领域: 禁止 2, 未见限制 18, 无法判定 5    0.0 秒
    5 派生数据    20114 行与重新折叠日志所得的一致                       3.0 秒
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path

from registry.access.identity import Caller, CallerRole
from registry.backups.chain import chain_to, whole_store
from registry.backups.checking import checked_copy
from registry.backups.held import Held, Proof
from registry.backups.manifest import STORE_FILE, BackupError, Manifest, read_manifest
from registry.backups.named_files import brought_files
from registry.backups.placing import place_store
from registry.backups.refolding import compared_with_fold
from registry.commands.ask import Ask
from registry.commands.state import RegistryState
from registry.editions import shipped_editions
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.vault import Vault, is_person
from registry.sanctions.ground import SubjectRecord
from registry.store.opening import open_for_reading
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2
from registry.whole_directory import scratch_directory

Progress = Callable[[int, int], None]
DOMAINS = tuple(subject_pb2.Domain.values()[1:])


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a rehearsal: what was done, what was seen, and how long it took."""

    name: str
    seen: str
    seconds: float


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal came to. ``behind`` is how many statements were recorded after the backup (None: there
    was no head to compare with)."""

    manifest: Manifest | None = None
    steps: list[Step] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    behind: int | None = None
    proofs: tuple[Proof, ...] = ()


@contextmanager
def _timed(report: Rehearsal, name: str) -> Iterator[list[str]]:
    begun, seen = time.monotonic(), list[str]()
    yield seen
    report.steps.append(Step(name, ", ".join(seen), time.monotonic() - begun))


def rehearse(
    backup: Path,
    master: Callable[[], bytes],
    *,
    work: Path,
    head: str | None,
    questions: int,
    clock: Callable[[], int],
    progress: Progress,
    held: Sequence[Held] = (),
) -> Rehearsal:
    """Tries a backup in a directory of its own below ``work``. ``master`` answers the vault's key, ``head``
    is what a running registry has signed last. Raises BackupError, StoreError, VaultError, KeyFileError,
    ConfigError with what is wrong with the backup; OSError if ``work`` cannot be written."""
    report = Rehearsal()
    with _timed(report, "文件摘要") as seen:
        chain = chain_to(backup)
        manifest = report.manifest = read_manifest(backup)
        brought = brought_files(backup, manifest, work / "installation")
        after_base = f", 连同其前的 {len(chain) - 1} 份" if len(chain) > 1 else ""
        seen.append(f"{len(manifest.files)} 个文件与清单一致{after_base}")
        seen += [f"不会恢复 {name}" for name in brought.left]
    with scratch_directory(work, "rehearsal", kind="rehearsal") as scratch:
        store, key = scratch / STORE_FILE, master()
        with _timed(report, "恢复存储") as seen:
            with whole_store(chain, scratch, key) as source:
                before, after = place_store(source, store, scratch, lambda _where: None)
            seen.append(f"{manifest.size} 条陈述, {store.stat().st_size / 1e6:.1f} MB")
            seen += [f"升级 {before} → {after}"] if before != after else []
        with _timed(report, "核对") as seen:
            checked = checked_copy(store, key, signatures=True, held=held, progress=progress)
            if (checked.size, checked.root) != (manifest.size, manifest.root):
                raise BackupError("存储的条数或树根与备份所记的不同")
            report.proofs = checked.proofs
            seen.append("陈述、签名、叶子、树、映射和检查点一致")
        with _timed(report, "作答") as seen:
            asked = _answers(store, Vault(key), questions, clock, report.verdicts)
            told = [f"{name} {count}" for name, count in report.verdicts.items()]
            seen.append(f"{asked} 个单位 × {len(DOMAINS)} 个领域: {', '.join(told) or '没有单位'}")
        with _timed(report, "派生数据") as seen:
            rows = compared_with_fold(store, key, scratch, progress=progress)
            seen.append(f"{rows} 行与重新折叠日志所得的一致")
    report.behind = None if head is None else max(0, _size(head) - manifest.size)
    return report


def _answers(
    store_file: Path, vault: Vault, questions: int, clock: Callable[[], int], verdicts: Counter[str]
) -> int:
    """Asks about some organisations, the same ones for the same log; how many."""
    with closing(open_for_reading(store_file)) as store:
        state = RegistryState(store, vault, shipped_editions())
        ask = Ask(state, lambda _rows: None, clock)
        caller = Caller(CallerRole.AUDITOR, "rehearsal", state.origin)
        records = (each for each in state.index.records() if not is_person(each.ref))
        chosen = nsmallest(questions, records, key=_shuffled)
        for domain in DOMAINS:
            purpose = restriction_service_pb2.Purpose(domain=domain)
            facts = restriction_service_pb2.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER)
            matter = ask.matter(caller, purpose, facts, position=state.index.position, valid_ms=clock())
            for record in chosen:
                decision = ask.decide_record(record, matter.question, matter)
                verdicts[WORDS[decision.verdict]] += 1
    return len(chosen)


WORDS = {
    verdict_pb2.VERDICT_BLOCKED: "禁止",
    verdict_pb2.VERDICT_REVIEW: "需研判",
    verdict_pb2.VERDICT_CLEAR: "未见限制",
    verdict_pb2.VERDICT_INDETERMINATE: "无法判定",
}


def _shuffled(record: SubjectRecord) -> bytes:
    return sha256(record.ref.encode()).digest()


def _size(head: str) -> int:
    try:
        return Checkpoint.parse(head.partition("\n\n")[0] + "\n").size
    except CheckpointError:
        raise BackupError("第二存储的日志头不是签名的检查点") from None
