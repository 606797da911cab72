"""The registry without its wire: store, state, writer, commands, and what runs beside them.

``start_engine`` opens an installation; nothing but the writer runs until ``upkeep`` is started, which a
server does when it begins to serve. What is wrong with the installation is told in one line (StartError).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.commands.ask import Ask
from registry.commands.due import Due
from registry.commands.executions import Executions
from registry.commands.head import HeadKeeper, HeadStore
from registry.commands.intake import Intake
from registry.commands.jobs import Answer, Job, Reported, changes_directory
from registry.commands.log import LogReading
from registry.commands.notices import Notices
from registry.commands.outbox import Outbox
from registry.commands.sequencer import Sequencer
from registry.commands.snapshot_keeping import Snapshots
from registry.commands.snapshots import Seal
from registry.commands.state import AS_OF, RegistryState
from registry.commands.supervision.reminders import Reminders
from registry.commands.supervision.risk_counts import RiskCounts
from registry.commands.writing_figures import WritingFigures
from registry.config import Config, ConfigError
from registry.editions import shipped_editions
from registry.evidence.keep import Keep
from registry.evidence.opening import served_evidence
from registry.indexing.generations import Generations
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import KeyFileError, Signer, load_verifying_key
from registry.provenance.merkle import Frontier
from registry.provenance.secret_file import read_secret_file
from registry.provenance.vault import Vault, VaultError
from registry.receipts.receipts import Receipts
from registry.receipts.signing import ReceiptSigners
from registry.running import Upkeep, notice_parts, query_log_part, risk_part, snapshot_parts, upkeep_of
from registry.second_store import start_head
from registry.signing import SignerError, open_signer
from registry.steady_clock import SteadyClock
from registry.store.interface import ExecutionRow, Store, StoreError
from registry.store.opening import open_store
from registry.store.writer import ANSWER_S, Writer
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, REGISTRY_KEY_PURPOSE_RECEIPT


class StartError(Exception):
    """The server cannot start; one clear line says why."""


def now_ms() -> int:
    """Unix time in milliseconds by the wall's clock; what serves has a `SteadyClock`."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class OwnSigners:
    """The signers of an installation: of checkpoints, and of answers."""

    log: Sequence[Signer]
    receipt: Sequence[Signer] = ()

    @classmethod
    def of(cls, config: Config) -> OwnSigners:
        """As a configuration says. Raises SignerError."""
        log = [open_signer(text, home=config.home) for text in config.log_signers]
        receipt = [open_signer(text, home=config.home) for text in config.receipt_signers]
        return cls(log, receipt)


@dataclass(slots=True)
class Engine:
    """The registry without its wire: state, writer and commands over an open store."""

    store: Store
    state: RegistryState
    writer: Writer[Job, Answer]
    intake: Intake
    ask: Ask
    executions: Executions
    receipts: Receipts
    log: LogReading
    upkeep: Upkeep
    notices: Notices
    snapshots: Snapshots
    risk: RiskCounts
    head: HeadStore | None = None
    evidence: Keep | None = None
    figures: WritingFigures = field(default_factory=WritingFigures)

    def close(self) -> None:
        """Stops what runs beside, writes what is queued and closes the store, then the second one."""
        self.upkeep.close()
        self.writer.close()
        self.store.close()
        if self.head:
            self.head.close()
        if self.evidence:
            self.evidence.close()


def start_engine(config: Config, clock: Callable[[], int] | None = None) -> Engine:
    """Opens an installation's store and starts its writer, by a `SteadyClock` unless there is another. Raises
    StartError."""
    clock = clock or SteadyClock()
    try:
        vault = Vault(read_secret(config.vault_key))
        signers = OwnSigners.of(config)
        store: Store = open_store(config.location)
    except (StoreError, VaultError, KeyFileError, SignerError) as error:
        raise StartError(str(error)) from error
    try:
        state = RegistryState(store, vault, shipped_editions(), Generations.of(config).newest)
        state.suites = config.suites
        check_head(state, signers.log)
        check_suites(state, signers, config.suites_from)
        if state.origin != config.origin:
            raise StoreError(f"registry.toml 的 origin 是 {config.origin}, 存储属于 {state.origin}")
        verifiers = [
            load_verifying_key(each.suite, each.public_key) for each in log_signers(state, signers.log)
        ]
        head = start_head(config.head, state, verifiers) if config.head else None
    except StoreError as error:
        store.close()
        raise StartError(str(error)) from error
    try:
        return engine_over(store, state, signers, clock, head=head, config=config)
    except (StoreError, ConfigError) as error:
        store.close()
        if head:
            head.close()
        raise StartError(str(error)) from error


def engine_over(
    store: Store,
    state: RegistryState,
    signers: OwnSigners,
    clock: Callable[[], int],
    *,
    head: HeadStore | None = None,
    config: Config | None = None,
) -> Engine:
    """An engine over a store that is open and a state that was loaded from it; with the second store, if
    there is one, and what a configuration has run beside. Raises StoreError, ConfigError."""
    publish = HeadKeeper(head, state.head.note) if head and state.head else lambda _row: None
    outbox = Outbox(state)
    sequencer = Sequencer(
        state,
        signers.log,
        clock=clock,
        random_bytes=os.urandom,
        publish=publish,
        other_signers=signers.receipt,
        outbox=outbox,
    )
    writer: Writer[Job, Answer] = Writer(sequencer.process, alone=changes_directory)
    upkeep = upkeep_of(state, writer, config, clock)

    def write(rows: Sequence[Job]) -> None:
        for future in writer.put(rows):
            future.result(ANSWER_S)

    def report(row: ExecutionRow) -> Reported:
        reported = writer.put([row])[0].result(ANSWER_S)
        assert isinstance(reported, Reported)
        return reported

    ask = Ask(state, write, clock)
    notices, receipt_signers = Notices(outbox, write, clock), ReceiptSigners(state, signers.receipt)
    upkeep.parts += notice_parts(
        notices,
        write,
        due=Reminders(ask).after(Due(ask).on),
        signers=receipt_signers,
        config=config,
        clock=clock,
    )
    upkeep.parts.append(query_log_part(state, write, config, clock))
    executions = Executions(ask, report, clock)
    receipts = Receipts(ask, signers.receipt, prover=upkeep.prover, checkpoints=upkeep.checkpoints)
    intake = Intake(state, writer, upkeep.gate)
    seal = Seal(receipt_signers.of_size, upkeep.checkpoints.covering)
    snapshots = Snapshots(state, seal, clock)
    upkeep.parts += snapshot_parts(state, seal, config, clock)
    risk = RiskCounts(state, clock)
    upkeep.parts.append(risk_part(risk, state, writer, config))
    evidence = served_evidence(config.evidence, state.log, clock) if config and config.evidence else None
    return Engine(
        store, state, writer, intake, ask, executions, receipts, upkeep.log, upkeep, notices, snapshots, risk,
        head, evidence, sequencer.figures,
    )  # fmt: skip


def log_signers(state: RegistryState, signers: Sequence[Signer]) -> list[Signer]:
    """Those whose line the log's last checkpoint bears. Raises StoreError if one is not at hand."""
    at_hand = {signer.keyid: signer for signer in signers}
    wanted = [
        entry.keyid
        for entry in state.registry_keys
        if entry.purpose == REGISTRY_KEY_PURPOSE_LOG and entry.signs_size(state.size)
    ]
    if missing := [keyid for keyid in wanted if keyid not in at_hand]:
        message = f"log.key 和 [signing] log 里没有签过检查点的密钥 {missing[0][:12]}…"
        raise StoreError(f"日志密钥与存储不符: {message}")
    return [at_hand[keyid] for keyid in wanted] or list(signers)


def check_suites(state: RegistryState, signers: OwnSigners, first_size: int = 0) -> None:
    """Raises StoreError if checkpoints or answers would bear no signature of a suite that is required, or if
    suites are to be required from a later size on: every statement from now on needs them."""
    if first_size > state.size + 1:
        message = f"[suites] first_size {first_size} 大于下一条陈述后的日志大小 {state.size + 1}"
        raise StoreError(message)
    uses = (
        ("日志", REGISTRY_KEY_PURPOSE_LOG, signers.log),
        ("回执", REGISTRY_KEY_PURPOSE_RECEIPT, ()),
    )
    for name, purpose, otherwise in uses:
        active = {entry.suite for entry in state.registry_keys.active(purpose)}
        active = active or {signer.suite for signer in otherwise}
        if state.suites and active and not active & state.suites:
            raise StoreError(f"[suites] require: 没有所要求算法的{name}密钥; 请先增加这样的密钥再作要求")


def check_head(state: RegistryState, signers: Sequence[Signer]) -> None:
    """Raises StoreError unless the log is founded, its last checkpoint is signed by every key that has to,
    and what the next one would be built on agrees with it: a log must never sign two that contradict each
    other."""
    head = state.head
    if head is None:
        raise StoreError("存储没有创世陈述; 请运行 registry init")
    if past := state.store.meta().get(AS_OF):
        raise StoreError(f"存储是截至{past}的查阅副本, 只供阅读, 不能提供服务")
    keys = [load_verifying_key(each.suite, each.public_key) for each in log_signers(state, signers)]
    try:
        signed = open_checkpoint(head.note, *keys, origin=state.origin)
    except CheckpointError as error:
        raise StoreError("日志密钥与存储不符: 最后的检查点不是这些日志密钥签的") from error
    try:
        frontier = Frontier.from_bytes(head.frontier)
        roots = {frontier.root(), state.edge.root(), signed.root}
        agrees = len(roots) == 1 and {frontier.size, head.size, state.edge.size} == {signed.size}
    except ValueError:
        agrees = False
    store = state.store
    if not agrees or store.statement(signed.size) or not store.statement(signed.size - 1):
        raise StoreError("存储被改动: 树或陈述与签名的检查点不符; 请运行 registry verify")
    if not any(True for _ in store.editions()):
        raise StoreError("存储被改动: 没有采用过的目录版本; 请运行 registry rebuild")


def read_secret(path: Path) -> bytes:
    """The bytes of a file that nobody else may read. Raises KeyFileError with one line."""
    try:
        return read_secret_file(path)
    except OSError as error:
        raise KeyFileError(f"密钥文件 {path} 不能读取: {error.strerror}") from error
