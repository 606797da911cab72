"""The gRPC server: one process, one writer, mutual TLS, health and reflection.

Started from a configuration, stopped in order: new calls refused, those under way finished, the
writer's queue written, the store closed. Port in use, key missing or wrong, store of another version:
one clear line (StartError), nothing changed.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from registry.commands.ask import Ask
from registry.commands.executions import Executions
from registry.commands.head import HeadKeeper, HeadStore
from registry.commands.intake import Intake
from registry.commands.sequencer import Answer, Job, Reported, Sequencer, changes_directory
from registry.commands.state import RegistryState
from registry.config import Config, ConfigError, split_address
from registry.editions import shipped_editions
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import FileSigner, KeyFileError, Signer, load_verifying_key
from registry.provenance.merkle import Frontier
from registry.provenance.vault import Vault, VaultError
from registry.second_store import start_head
from registry.servicer.catalogue import CatalogueServicer
from registry.servicer.directory import DirectoryServicer
from registry.servicer.execution import ExecutionServicer
from registry.servicer.gate import MAX_MESSAGE_BYTES, Gate
from registry.servicer.incentive import IncentiveServicer
from registry.servicer.intake import IntakeServicer
from registry.servicer.log import LogServicer
from registry.servicer.record import RecordServicer
from registry.servicer.restriction import RestrictionServicer
from registry.store.interface import ExecutionRow, QueryRow, Store, StoreError
from registry.store.opening import open_store
from registry.store.sqlite import sqlite_notice
from registry.store.writer import Writer
from registry.v1 import (
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    directory_service_pb2,
    directory_service_pb2_grpc,
    execution_service_pb2,
    execution_service_pb2_grpc,
    incentive_service_pb2,
    incentive_service_pb2_grpc,
    intake_service_pb2,
    intake_service_pb2_grpc,
    log_service_pb2,
    log_service_pb2_grpc,
    record_service_pb2,
    record_service_pb2_grpc,
    restriction_service_pb2,
    restriction_service_pb2_grpc,
)

THREADS = 16
STREAMS = 8
"""Streams open at a time; the other threads are left to unary calls."""

KEEPALIVE_MS = 300_000
GRACE_S = 10.0
COLLECTOR_THRESHOLDS = (50_000, 20, 20)
logger = logging.getLogger(__name__)

SERVICES = tuple(
    module.DESCRIPTOR.services_by_name[name].full_name
    for module, name in (
        (intake_service_pb2, "IntakeService"),
        (restriction_service_pb2, "RestrictionService"),
        (directory_service_pb2, "DirectoryService"),
        (log_service_pb2, "LogService"),
        (catalogue_service_pb2, "CatalogueService"),
        (record_service_pb2, "RecordService"),
        (incentive_service_pb2, "IncentiveService"),
        (execution_service_pb2, "ExecutionService"),
    )
)


class StartError(Exception):
    """The server cannot start; one clear line says why."""


def now_ms() -> int:
    """Unix time in milliseconds: the only clock of a running server."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Engine:
    """The registry without its wire: state, writer and commands over an open store."""

    store: Store
    state: RegistryState
    writer: Writer[Job, Answer]
    intake: Intake
    ask: Ask
    executions: Executions
    head: HeadStore | None = None

    def close(self) -> None:
        """Writes what is queued and closes the store, then the second one."""
        self.writer.close()
        self.store.close()
        if self.head:
            self.head.close()


def start_engine(config: Config, clock: Callable[[], int] = now_ms) -> Engine:
    """Opens an installation's store and starts its writer. Raises StartError."""
    try:
        vault = Vault(read_secret(config.vault_key))
        signer = FileSigner.load(config.log_key, None)
        store: Store = open_store(config.store)
    except (StoreError, VaultError, KeyFileError) as error:
        raise StartError(str(error)) from error
    try:
        state = RegistryState(store, vault, shipped_editions())
        state.suites = config.suites
        check_head(state, signer)
        if state.origin != config.origin:
            raise StoreError(f"registry.toml 的 origin 是 {config.origin}, 存储属于 {state.origin}")
        verifier = load_verifying_key(signer.suite, signer.public_key)
        head = start_head(config.head, state, [verifier]) if config.head else None
    except StoreError as error:
        store.close()
        raise StartError(str(error)) from error
    return engine_over(store, state, [signer], clock, head)


def engine_over(
    store: Store,
    state: RegistryState,
    signers: Sequence[Signer],
    clock: Callable[[], int],
    head: HeadStore | None = None,
) -> Engine:
    """An engine over a store that is open and a state that was loaded from it; with the second store, if
    there is one."""
    publish = HeadKeeper(head, state.head.note) if head and state.head else lambda _row: None
    sequencer = Sequencer(state, signers, clock=clock, random_bytes=os.urandom, publish=publish)
    writer: Writer[Job, Answer] = Writer(sequencer.process, alone=changes_directory)

    def log_queries(rows: Sequence[QueryRow]) -> None:
        for future in writer.put(rows):
            future.result()

    def report(row: ExecutionRow) -> Reported:
        reported = writer.put([row])[0].result()
        assert isinstance(reported, Reported)
        return reported

    ask = Ask(state, log_queries, clock)
    executions = Executions(ask, report, clock)
    return Engine(store, state, writer, Intake(state, writer), ask, executions, head)


def check_head(state: RegistryState, signer: FileSigner) -> None:
    """Raises StoreError unless the log is founded, its last checkpoint is signed by this key, and what
    the next one would be built on agrees with it: a log must never sign two that contradict each other."""
    head = state.head
    if head is None:
        raise StoreError("存储没有创世陈述; 请运行 registry init")
    verifier = load_verifying_key(signer.suite, signer.public_key)
    try:
        signed = open_checkpoint(head.note, verifier, origin=state.origin)
    except CheckpointError as error:
        raise StoreError("日志密钥与存储不符: 最后的检查点不是这把 log.key 签的") from error
    try:
        frontier = Frontier.from_bytes(head.frontier)
        agrees = (frontier.size, frontier.root()) == (signed.size, signed.root) and head.size == signed.size
    except ValueError:
        agrees = False
    store = state.store
    if not agrees or store.statement(signed.size) or not store.statement(signed.size - 1):
        raise StoreError("存储被改动: 树或陈述与签名的检查点不符; 请运行 registry verify")
    if not any(True for _ in store.editions()):
        raise StoreError("存储被改动: 没有采用过的目录版本; 请运行 registry rebuild")


def read_secret(path: Path) -> bytes:
    """The bytes of a secret key file. Raises KeyFileError with one line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"密钥文件 {path} 不能读取: {error.strerror}") from error


def build_server(
    engine: Engine, credentials: grpc.ServerCredentials, address: str
) -> tuple[grpc.Server, int]:
    """A gRPC server over an engine, bound to an address but not started; and its port.

    Raises StartError if the port is in use."""
    check_address(address)
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="registry-rpc"),
        interceptors=[Gate(engine.state.origin, STREAMS)],
        options=[
            ("grpc.so_reuseport", 0),
            # A watch may be silent for weeks: a client that died must not keep its place for hours.
            ("grpc.keepalive_time_ms", KEEPALIVE_MS),
            # The gate refuses what is too large with a reason; the transport only what is absurd, without.
            ("grpc.max_receive_message_length", 4 * MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", -1),  # An answer is bounded by its question.
        ],
    )
    add_services(server, engine)
    add_health(server)
    reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    try:
        return server, server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise StartError(f"不能监听 {address}: 端口已被占用或地址无效") from error


def add_services(server: grpc.Server, engine: Engine) -> None:
    """Every service of the contract, over one engine."""
    intake_service_pb2_grpc.add_IntakeServiceServicer_to_server(IntakeServicer(engine.intake), server)
    restriction_service_pb2_grpc.add_RestrictionServiceServicer_to_server(
        RestrictionServicer(engine.ask), server
    )
    directory = DirectoryServicer(engine.state, engine.intake)
    directory_service_pb2_grpc.add_DirectoryServiceServicer_to_server(directory, server)
    log_service_pb2_grpc.add_LogServiceServicer_to_server(LogServicer(engine.state), server)
    catalogue = CatalogueServicer(engine.ask, engine.intake)
    catalogue_service_pb2_grpc.add_CatalogueServiceServicer_to_server(catalogue, server)
    record_service_pb2_grpc.add_RecordServiceServicer_to_server(RecordServicer(engine.ask), server)
    incentive_service_pb2_grpc.add_IncentiveServiceServicer_to_server(IncentiveServicer(engine.ask), server)
    execution = ExecutionServicer(engine.ask, engine.executions)
    execution_service_pb2_grpc.add_ExecutionServiceServicer_to_server(execution, server)


def check_address(address: str) -> None:
    """Raises StartError unless it can be listened on: gRPC would not say why, and on many lines."""
    try:
        host, port = split_address(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except ConfigError as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(f"不能监听 {address}: {error.strerror or error}") from error


def add_health(server: grpc.Server) -> None:
    """Standard health: every service is serving while the server runs."""
    servicer = health.HealthServicer()
    for name in ("", *SERVICES):
        servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


def server_credentials(config: Config) -> grpc.ServerCredentials:
    """Mutual TLS: clients must show a certificate of the authority. Raises StartError."""
    try:
        key = read_secret(config.certificate_key)
        certificate = read_secret(config.certificate)
        authority = read_secret(config.authority)
    except KeyFileError as error:
        raise StartError(str(error)) from error
    own, _ = read_certificate(config.certificate, certificate), read_certificate(config.authority, authority)
    try:
        fits = load_pem_private_key(key, None).public_key() == own.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fits = False
    if not fits:
        raise StartError(f"{config.certificate_key} 不是 {config.certificate} 的私钥(PEM, 不加密)")
    return grpc.ssl_server_credentials([(key, certificate)], authority, require_client_auth=True)


def read_certificate(path: Path, pem: bytes) -> Certificate:
    """The first certificate of a file. Raises StartError."""
    try:
        return load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise StartError(f"{path} 不是 PEM 格式的证书") from error


def calm_collector() -> None:
    """Takes what was loaded out of the garbage collector's sight, and has it look less often: the index
    is millions of objects that stay, and walking them costs a tenth of all time under load."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def serve(config: Config, *, until: Callable[[], object], ready: Callable[[], None] = lambda: None) -> None:
    """Serves until ``until`` returns; calls ``ready`` when it has begun. Raises StartError."""
    credentials = server_credentials(config)
    engine = start_engine(config)
    try:
        server, port = build_server(engine, credentials, config.address)
        calm_collector()
        server.start()
        ready()
        logger.info("%s", sqlite_notice())
        logger.info(
            "%s: %d statements, edition %s",
            engine.state.origin,
            engine.state.size,
            engine.ask.edition_now().label,
        )
        print(f"registry: {config.origin} 在 {config.address.rpartition(':')[0]}:{port} 提供服务", flush=True)
        until()
        server.stop(GRACE_S).wait()
    finally:
        engine.close()
