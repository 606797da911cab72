"""One process of a registry that runs as several: ``python -m registry.process writer|reader …``.

Started and watched by ``registry.processes``, and by nobody else. It says ``ready`` in one line on standard
output when it serves, or in one line what keeps it from serving. It stops as it should when it is told to
(SIGTERM), or when whoever started it is gone: then its standard input ends.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep

import grpc

from registry.config import Config, ConfigError, Load, load_config
from registry.engine import Engine, StartError, start_engine
from registry.memory import calm_collector, share_heaps
from registry.observing.gathering import socket_of
from registry.observing.logs import start_logging
from registry.observing.looking import HEARTBEAT
from registry.observing.process import READER, WRITER, Observing
from registry.reading import (
    POSITION,
    build_reading_server,
    reading_gate,
    start_reading,
    writer_address,
)
from registry.server import (
    GRACE_S,
    SERVICES,
    STREAMS,
    add_services,
    certificate_door,
    new_server,
    server_credentials,
    start_upkeep,
    token_door,
)
from registry.servicer.gate import Gate, TrustingGate
from registry.shared_position import SharedPosition

HOLD_S = 0.2
READY = "ready"
_STOP = (signal.SIGTERM, signal.SIGINT)


def writing_server(
    engine: Engine, run: Path, load: Load | None = None, observing: Observing | None = None
) -> tuple[grpc.Server, Gate]:
    """A server for the reading processes alone: its socket is in a directory that nobody but the registry's
    account may enter, and beside it stands how far the log is."""
    gate = TrustingGate(engine.state.origin, STREAMS)
    server = new_server(gate, load=load, observing=observing)
    add_services(server, engine)
    server.add_insecure_port(writer_address(run))
    committed, index = SharedPosition(run / POSITION), engine.state.index
    committed.put(index.position)
    index.listen(lambda _changed, position: committed.put(position))
    return server, gate


def run_writer(config: Config, run: Path, _address: str) -> None:
    """The one process that writes. Raises StartError."""
    observing = observing_of(config, WRITER, run)
    engine = start_engine(config)
    try:
        server, gate = writing_server(engine, run, config.load, observing)
        calm_collector()
        start_upkeep(engine)
        observing.watch_engine(engine, config, SharedPosition(run / HEARTBEAT))
        _serve(server, gate, observing)
    finally:
        observing.close()
        engine.close()


def run_reader(config: Config, run: Path, address: str) -> None:
    """One of the processes that answer. Raises StartError."""
    credentials = server_credentials(config)
    observing = observing_of(config, READER, run)
    reading = start_reading(config, run)
    try:
        gate = reading_gate(
            reading,
            at_once=config.at_once,
            tokens=token_door(config),
            certificates=certificate_door(config),
        )
        server, _ = build_reading_server(reading, credentials, address, gate, config.load, observing)
        calm_collector()
        committed, heartbeat = SharedPosition(run / POSITION), SharedPosition(run / HEARTBEAT)
        observing.watch_reader(reading.state, reading.ask, committed.get, heartbeat)
        _serve(server, gate, observing)
    finally:
        observing.close()
        reading.close()


def observing_of(config: Config, role: str, run: Path) -> Observing:
    """What is seen of this process: its pages are on a socket of its own, for the one that watches over it.
    Raises StartError."""
    return Observing.of(config, SERVICES, role, socket_of(run, os.getpid()) if config.metrics else None)


def _serve(server: grpc.Server, gate: Gate, observing: Observing) -> None:
    observing.start()
    server.start()
    print(READY, flush=True)
    signal.sigwait(_STOP)
    observing.stopping()
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
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # Nothing of a person rests in a core file.
    share_heaps()
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)  # Before any thread, for each has its parent's mask.
    _stop_with_parent()
    try:
        config = load_config(Path(directory))
        start_logging(config.logging, role)
        _ROLES[role](config, Path(run), address)
    except (StartError, ConfigError) as error:
        print(" ".join(str(error).split()), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
