"""The gRPC server: one process, one writer, mutual TLS, health and reflection.

Started from a configuration, stopped in order: new calls refused, those under way finished, the
writer's queue written, the store closed. Port in use, key missing or wrong, store of another version:
one clear line (StartError), nothing changed.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path
from time import time

import grpc
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from registry.access.certificate_door import CertificateDoor, Lists
from registry.access.revocation import RevocationError
from registry.access.token_files import TokenDoor, read_trust
from registry.at_once import methods_at_once
from registry.config import Config, ConfigError, Load
from registry.config_options.checking import split_address
from registry.engine import Engine, StartError, read_secret, start_engine
from registry.load.door import pool_for
from registry.load.lanes import Bounds
from registry.load.pool import LoadPool, Seats
from registry.memory import calm_collector
from registry.observing.health import Health
from registry.observing.interceptor import Observer
from registry.observing.process import SINGLE, Observing
from registry.provenance.access_token import TokenError
from registry.provenance.keys import KeyFileError
from registry.servicer.audit import AuditServicer
from registry.servicer.ban import BanServicer
from registry.servicer.catalogue import CatalogueServicer
from registry.servicer.directory import DirectoryServicer
from registry.servicer.disclosure import DisclosureServicer
from registry.servicer.execution import ExecutionServicer
from registry.servicer.gate import MAX_MESSAGE_BYTES, Gate
from registry.servicer.incentive import IncentiveServicer
from registry.servicer.intake import IntakeServicer
from registry.servicer.log import LogServicer
from registry.servicer.notice import NoticeServicer
from registry.servicer.record import RecordServicer
from registry.servicer.remedy import RemedyServicer
from registry.servicer.restriction import RestrictionServicer
from registry.servicer.snapshot import SnapshotServicer
from registry.servicer.supervision import SUPERVISION, add_supervision
from registry.servicer.watch import WatchServicer
from registry.store.interface import StoreError
from registry.store.opening import engine_notice
from registry.upkeep.standing import Standing
from registry.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    ban_service_pb2,
    ban_service_pb2_grpc,
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    directory_service_pb2,
    directory_service_pb2_grpc,
    disclosure_service_pb2,
    disclosure_service_pb2_grpc,
    execution_service_pb2,
    execution_service_pb2_grpc,
    incentive_service_pb2,
    incentive_service_pb2_grpc,
    intake_service_pb2,
    intake_service_pb2_grpc,
    log_service_pb2,
    log_service_pb2_grpc,
    notice_service_pb2,
    notice_service_pb2_grpc,
    record_service_pb2,
    record_service_pb2_grpc,
    remedy_service_pb2,
    remedy_service_pb2_grpc,
    restriction_service_pb2,
    restriction_service_pb2_grpc,
    snapshot_service_pb2,
    snapshot_service_pb2_grpc,
    watch_service_pb2,
    watch_service_pb2_grpc,
)

STREAMS = 18
"""Streams open at a time, each on a thread of its own."""
MAX_CALLS = 1024
"""Calls of one connection under way; more wait where they are made."""
ROOM_TO_REFUSE = 4 * 1024 * 1024
"""How much larger than it may be a message is read, so that it is refused with a reason."""

MAX_PENDING = MAX_CALLS
"""Calls that nobody has looked at yet; from so many on more and more are cancelled unseen, and from three
times as many all: one connection alone, with all the calls that it may have, loses none."""

KEEPALIVE_MS = 300_000
GRACE_S = 10.0
logger = logging.getLogger(__name__)

DESCRIPTORS = SUPERVISION + tuple(
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (intake_service_pb2, "IntakeService"),
        (restriction_service_pb2, "RestrictionService"),
        (directory_service_pb2, "DirectoryService"),
        (log_service_pb2, "LogService"),
        (catalogue_service_pb2, "CatalogueService"),
        (record_service_pb2, "RecordService"),
        (incentive_service_pb2, "IncentiveService"),
        (execution_service_pb2, "ExecutionService"),
        (notice_service_pb2, "NoticeService"),
        (ban_service_pb2, "BanService"),
        (snapshot_service_pb2, "SnapshotService"),
        (remedy_service_pb2, "RemedyService"),
        (watch_service_pb2, "WatchService"),
        (disclosure_service_pb2, "DisclosureService"),
        (audit_service_pb2, "AuditService"),
    )
)
SERVICES = tuple(service.full_name for service in DESCRIPTORS)


def build_server(
    engine: Engine,
    credentials: grpc.ServerCredentials,
    address: str,
    *,
    at_once: bool = False,
    tokens: TokenDoor | None = None,
    certificates: CertificateDoor | None = None,
    load: Load | None = None,
    observing: Observing | None = None,
) -> tuple[grpc.Server, int]:
    """A gRPC server over an engine, bound to an address but not started; and its port. ``at_once``: as
    ``[server] at_once``.

    Raises StartError if the port is in use."""
    check_address(address)
    methods = methods_at_once(wanted=at_once)
    gate = Gate(engine.state.origin, STREAMS, at_once=methods, tokens=tokens, certificates=certificates)
    server = new_server(gate, load=load, observing=observing)
    add_services(server, engine)
    return server, bind(server, credentials, address)


def new_server(
    gate: Gate, *, shared: bool = False, load: Load | None = None, observing: Observing | None = None
) -> grpc.Server:
    """A gRPC server behind a gate, with health and reflection; ``shared``: several bind one address.
    ``observing``: who sees its calls and tells of its health; without, it is healthy while it runs."""
    load = load or Load()
    bounds = Bounds(
        running=load.running, depth=load.waiting, wait_s=load.wait_ms / 1000, held_bytes=load.held_mib << 20
    )
    pool, most = pool_for(bounds, Seats(STREAMS, load.streams_each), gate.presumed)
    server = grpc.server(
        pool,
        interceptors=[observing.interceptor if observing else Observer(), gate],
        maximum_concurrent_rpcs=most,
        options=[
            ("grpc.max_concurrent_streams", MAX_CALLS),
            # Before a call is seen at all: beyond these the transport cancels it, without a reason.
            ("grpc.server.max_pending_requests", MAX_PENDING),
            ("grpc.server.max_pending_requests_hard_limit", 3 * MAX_PENDING),
            ("grpc.so_reuseport", int(shared)),
            # A watch may be silent for weeks: a client that died must not keep its place for hours.
            ("grpc.keepalive_time_ms", KEEPALIVE_MS),
            # The gate refuses what is too large with a reason; the transport only what is absurd, without.
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES + ROOM_TO_REFUSE),
            ("grpc.max_send_message_length", -1),  # An answer is bounded by its question.
        ],
    )
    health_of = observing.health if observing else Health.unwatched(SERVICES)
    health_pb2_grpc.add_HealthServicer_to_server(health_of.servicer, server)
    if observing and isinstance(pool, LoadPool):
        observing.count_load(pool.figures)
    reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return server


def bind(server: grpc.Server, credentials: grpc.ServerCredentials, address: str) -> int:
    """Has a server listen on an address; its port. Raises StartError if that is in use."""
    try:
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise StartError(f"不能监听 {address}: 端口已被占用或地址无效") from error


def add_services(server: grpc.Server, engine: Engine) -> None:
    """Every service of the contract, over one engine."""
    intake_service_pb2_grpc.add_IntakeServiceServicer_to_server(
        IntakeServicer(engine.intake, engine.ask), server
    )
    restriction_service_pb2_grpc.add_RestrictionServiceServicer_to_server(
        RestrictionServicer(engine.ask, engine.receipts), server
    )
    directory = DirectoryServicer(engine.state, engine.intake)
    directory_service_pb2_grpc.add_DirectoryServiceServicer_to_server(directory, server)
    log_service_pb2_grpc.add_LogServiceServicer_to_server(LogServicer(engine.state, engine.log), server)
    catalogue = CatalogueServicer(engine.ask, engine.intake)
    catalogue_service_pb2_grpc.add_CatalogueServiceServicer_to_server(catalogue, server)
    record_service_pb2_grpc.add_RecordServiceServicer_to_server(
        RecordServicer(engine.ask, engine.receipts), server
    )
    incentive_service_pb2_grpc.add_IncentiveServiceServicer_to_server(IncentiveServicer(engine.ask), server)
    execution = ExecutionServicer(engine.ask, engine.executions)
    execution_service_pb2_grpc.add_ExecutionServiceServicer_to_server(execution, server)
    ban_service_pb2_grpc.add_BanServiceServicer_to_server(BanServicer(engine.ask, engine.intake), server)
    snapshot_service_pb2_grpc.add_SnapshotServiceServicer_to_server(
        SnapshotServicer(engine.snapshots), server
    )
    remedy = RemedyServicer(engine.ask, engine.intake)
    remedy_service_pb2_grpc.add_RemedyServiceServicer_to_server(remedy, server)
    notice_service_pb2_grpc.add_NoticeServiceServicer_to_server(NoticeServicer(engine.notices), server)
    watch_service_pb2_grpc.add_WatchServiceServicer_to_server(WatchServicer(engine.ask), server)
    disclosure = DisclosureServicer(engine.ask)
    disclosure_service_pb2_grpc.add_DisclosureServiceServicer_to_server(disclosure, server)
    add_supervision(server, engine.ask, engine.intake, engine.risk, engine.evidence)
    standing = Standing(engine.state, engine.upkeep.stamping, engine.upkeep.witnesses)
    audit = AuditServicer(engine.ask, engine.log, standing)
    audit_service_pb2_grpc.add_AuditServiceServicer_to_server(audit, server)


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


def server_credentials(config: Config) -> grpc.ServerCredentials:
    """Mutual TLS: clients must show a certificate of the authority. Raises StartError."""
    try:
        key = read_secret(config.certificate_key)
        certificate, authority = config.certificate.read_bytes(), config.authority.read_bytes()
    except KeyFileError as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(f"证书文件 {error.filename} 不能读取: {error.strerror}") from error
    own, _ = read_certificate(config.certificate, certificate), read_certificate(config.authority, authority)
    try:
        fits = load_pem_private_key(key, None).public_key() == own.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fits = False
    if not fits:
        raise StartError(f"{config.certificate_key} 不是 {config.certificate} 的私钥(PEM, 不加密)")
    return grpc.ssl_server_credentials([(key, certificate)], authority, require_client_auth=True)


def token_door(config: Config) -> TokenDoor | None:
    """What tells who calls through a face. Raises StartError for files that say nothing."""
    if config.tokens is None:
        return None
    try:
        read_trust(config.tokens.issuers, config.tokens.revoked)
    except TokenError as error:
        raise StartError(str(error)) from error
    return TokenDoor(config.tokens.issuers, config.tokens.revoked, time)


def certificate_door(config: Config) -> CertificateDoor:
    """What tells whether a caller's certificate still holds. Raises StartError for lists that say nothing."""
    if config.revoked_certificates is None:
        return CertificateDoor()
    lists = Lists(config.revoked_certificates, config.authority)
    try:
        lists.read(time())
    except RevocationError as error:
        raise StartError(str(error)) from error
    return CertificateDoor(lists)


def read_certificate(path: Path, pem: bytes) -> Certificate:
    """The first certificate of a file. Raises StartError."""
    try:
        return load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise StartError(f"{path} 不是 PEM 格式的证书") from error


def start_upkeep(engine: Engine) -> None:
    """Starts what runs beside the answers. Raises StartError."""
    try:
        engine.upkeep.start()
    except StoreError as error:
        raise StartError(str(error)) from error


def serve(config: Config, *, until: Callable[[], object], ready: Callable[[], None] = lambda: None) -> None:
    """Serves until ``until`` returns; calls ``ready`` when it has begun. Raises StartError."""
    credentials = server_credentials(config)
    observing = Observing.of(config, SERVICES, SINGLE, config.metrics.address if config.metrics else None)
    engine = start_engine(config)
    try:
        server, port = build_server(
            engine,
            credentials,
            config.address,
            at_once=config.at_once,
            tokens=token_door(config),
            certificates=certificate_door(config),
            load=config.load,
            observing=observing,
        )
        calm_collector()
        start_upkeep(engine)
        ready()
        observing.watch_engine(engine, config)
        observing.start()
        server.start()
        logger.info("%s", engine_notice(engine.store))
        logger.info(
            "%s: %d statements, edition %s",
            engine.state.origin,
            engine.state.size,
            engine.ask.edition_now().label,
        )
        print(f"registry: {config.origin} 在 {config.address.rpartition(':')[0]}:{port} 提供服务", flush=True)
        until()
        observing.stopping()
        server.stop(GRACE_S).wait()
    finally:
        observing.close()
        engine.close()
