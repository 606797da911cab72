"""A receiver of notices on the loopback, which keeps what it is sent. It can be told what to answer, and to
be slow.

    with receiving() as receiver:
        receiver.status = 503
        ...
        assert receiver.bodies()[0]["kind"] == "NOTICE_KIND_REVOKED"
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT_S = 20.0


@dataclass
class Receiver:
    """What came, in order: path, headers, body. ``refuses`` decides for one notice, ``status`` for all."""

    url: str = ""
    status: int = 204
    slow_s: float = 0.0
    refuses: Callable[[dict[str, Any]], bool] = lambda _notice: False
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        """The notices that came, repeated ones too."""
        return [json.loads(body) for _, _, body in list(self.came)]

    def ids(self) -> list[str]:
        """Their ids."""
        return [str(body["notice_id"]) for body in self.bodies()]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serves on a free port of the loopback until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(receiver.slow_s)
            receiver.came.append((self.path, dict(self.headers.items()), body))
            self.send_response(409 if receiver.refuses(json.loads(body)) else receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/notices"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def wait_for(condition: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
    """Waits until something is so; fails if it never is."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
