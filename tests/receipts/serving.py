"""A spine served with receipts: the real services behind the real gate, a mapper beside them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

from registry.provenance.file_signer import FileSigner
from registry.receipts.providers import Checkpoints, Mapped, MapProver
from registry.receipts.receipts import Receipts
from registry.servicer.gate import Gate
from registry.servicer.record import RecordServicer
from registry.servicer.restriction import RestrictionServicer
from registry.upkeep.mapper import Mapper
from registry.v1.record_service_pb2_grpc import add_RecordServiceServicer_to_server
from registry.v1.restriction_service_pb2_grpc import add_RestrictionServiceServicer_to_server
from tests.support.served import Served, authority_of
from tests.support.spine import Spine

INTERVAL_S = 3600.0
"""The mapper makes a state when a receipt needs one, and at no other time."""


@contextmanager
def serving_receipts(
    spine: Spine,
    *,
    signers: bool = True,
    prover: MapProver | None = None,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Served]:
    """Serves a spine until the block ends, answers with the receipt keys of its installation."""
    engine = spine.engine
    files = sorted((spine.directory / "keys").glob("receipt*.key")) if signers else []
    keys = [FileSigner.load(file, None) for file in files]
    mapper = Mapper(engine.state, engine.writer, interval_s=INTERVAL_S)
    receipts = Receipts(engine.ask, keys, prover=prover or Mapped(mapper), checkpoints=checkpoints)
    authority = authority_of(spine)
    own = authority.server()
    server = grpc.server(ThreadPoolExecutor(30), interceptors=[Gate(engine.state.origin, 2)])
    add_RestrictionServiceServicer_to_server(RestrictionServicer(engine.ask, receipts), server)
    add_RecordServiceServicer_to_server(RecordServicer(engine.ask, receipts), server)
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    served = Served(spine, authority, f"127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}")
    mapper.start()
    server.start()
    try:
        yield served
    finally:
        served.close()
        server.stop(1).wait()
        mapper.close()
        engine.close()
