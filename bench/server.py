"""The server that is measured, in a process of its own: ``python -m bench.server DIRECTORY [at-once]``.

It is the one that ``registry serve`` starts, over an installation that is there, with two echoes added:

    /bench.Echo/Echo   on the registry's own port: same server, threads, options, TLS and gate as ``Check``
    /bench.Echo/Bare   on a port of its own in the same process, without the gate: what gRPC alone reaches

With ``at-once`` it is the one of ``[server] at_once``; the echoes are answered by threads all the same. An
echo answers the bytes it was sent, and neither parses nor builds a message. When both ports answer, one
line of JSON with them is printed; the end of standard input ends the server.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import grpc

from registry.access.identity import CallerRole
from registry.access.policy import METHODS
from registry.config import load_config
from registry.engine import start_engine
from registry.memory import calm_collector, share_heaps
from registry.server import build_server, server_credentials, token_door

THREADS = 30
"""Of the bare server."""
SERVICE = "bench.Echo"
GATED = f"/{SERVICE}/Echo"
BARE = f"/{SERVICE}/Bare"
AT_ONCE = "at-once"


def echo(request: bytes, _context: grpc.ServicerContext) -> bytes:
    """The empty handler: what was asked is the answer."""
    return request


def add_echo(server: grpc.Server, method: str) -> None:
    """Registers the echo as generated code registers a service."""
    handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(echo, bytes, bytes)
    handlers = {method.rpartition("/")[2]: handler}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    cast(Any, server).add_registered_method_handlers(SERVICE, handlers)


def serve(directory: Path, *, at_once: bool = False) -> None:
    """Serves until standard input ends."""
    share_heaps()
    config = load_config(directory)
    credentials = server_credentials(config)
    engine = start_engine(config)
    # The one change to the registry: in this process the gate's table knows the echo.
    cast("dict[str, frozenset[CallerRole]]", METHODS)[GATED] = frozenset(CallerRole)
    server, port = build_server(
        engine, credentials, config.address, at_once=at_once, tokens=token_door(config)
    )
    engine.upkeep.start()
    add_echo(server, GATED)
    bare = grpc.server(ThreadPoolExecutor(THREADS), options=[("grpc.so_reuseport", 0)])
    add_echo(bare, BARE)
    bare_port = bare.add_secure_port(config.address, credentials)
    calm_collector()
    server.start()
    bare.start()
    print(json.dumps({"port": port, "bare_port": bare_port}), flush=True)
    sys.stdin.read()
    bare.stop(1).wait()
    server.stop(1).wait()
    engine.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), at_once=sys.argv[2:] == [AT_ONCE])
