"""One process of a registry that runs as several: ``python -m registry.process writer|reader …``.

Started and watched by ``registry.processes``, and by nobody else. It says ``ready`` in one line on standard
output when it serves, or in one line what keeps it from serving. It stops as it should when it is told to
(SIGTERM), or when whoever started it is gone: then its standard input ends.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep

import grpc

from registry.config import Config, ConfigError, load_config
from registry.engine import Engine, StartError, start_engine
from registry.reading import (
    POSITION,
    build_reading_server,
    reading_gate,
    start_reading,
    writer_address,
)
from registry.server import (
    GRACE_S,
    STREAMS,
    add_services,
    calm_collector,
    new_server,
    server_credentials,
    start_upkeep,
    token_door,
)
from registry.servicer.gate import Gate, TrustingGate
from registry.shared_position import SharedPosition

HOLD_S = 0.05
WRITER, READER = "writer", "reader"
READY = "ready"
_STOP = (signal.SIGTERM, signal.SIGINT)


def writing_server(engine: Engine, run: Path) -> tuple[grpc.Server, Gate]:
    """A server for the reading processes alone: its socket is in a directory that nobody but the registry's
    account may enter, and beside it stands how far the log is."""
    gate = TrustingGate(engine.state.origin, STREAMS)
    server = new_server(gate)
    add_services(server, engine)
    server.add_insecure_port(writer_address(run))
    committed, index = SharedPosition(run / POSITION), engine.state.index
    committed.put(index.position)
    index.listen(lambda _changed, position: committed.put(position))
    return server, gate


def run_writer(config: Config, run: Path, _address: str) -> None:
    """The one process that writes. Raises StartError."""
    engine = start_engine(config)
    try:
        server, gate = writing_server(engine, run)
        calm_collector()
        start_upkeep(engine)
        _serve(server, gate)
    finally:
        engine.close()


def run_reader(config: Config, run: Path, address: str) -> None:
    """One of the processes that answer. Raises StartError."""
    credentials = server_credentials(config)
    reading = start_reading(config, run)
    try:
        gate = reading_gate(reading, at_once=config.at_once, tokens=token_door(config))
        server, _ = build_reading_server(reading, credentials, address, gate)
        calm_collector()
        _serve(server, gate)
    finally:
        reading.close()


def _serve(server: grpc.Server, gate: Gate) -> None:
    server.start()
    print(READY, flush=True)
    signal.sigwait(_STOP)
    drain(server, gate)


def drain(server: grpc.Server, gate: Gate) -> None:
    """Stops a server so that no call fails for it. gRPC cancels the calls that have come in and not begun
    when a server stops; so they are let in and held for a moment, in which who has asked waits and does not
    ask again. Then clients are told to go elsewhere, and what is held goes on."""
    gate.hold()
    sleep(HOLD_S)
    stopped = server.stop(GRACE_S)
    gate.release()
    stopped.wait()


def _stop_with_parent() -> None:
    """Ends the process when nobody holds the other end of its standard input any more."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="registry-parent", daemon=True).start()


_ROLES: dict[str, Callable[[Config, Path, str], None]] = {WRITER: run_writer, READER: run_reader}


def main(role: str, directory: str, run: str, address: str) -> int:
    """Runs a role until it is told to stop; answers the exit status."""
    os.umask(0o077)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)  # Before any thread, for each has its parent's mask.
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s {role} %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    _stop_with_parent()
    try:
        _ROLES[role](load_config(Path(directory)), Path(run), address)
    except (StartError, ConfigError) as error:
        print(" ".join(str(error).split()), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
