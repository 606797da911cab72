"""Servers that do not keep to any protocol: what they send is up to the test.

with serving(lambda connection, request: connection.sendall(reply(200, b"x"))) as url:
    outbound.get(url, limit=10)
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

Behaviour = Callable[[socket.socket, bytes], None]


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """A server on the loopback that behaves so to each request; its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behaviour(connection, _request(connection))

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def reply(status: int, body: bytes, *headers: str) -> bytes:
    """An answer in its form."""
    lines = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode() + body


def drop_by_drop(connection: socket.socket, content: bytes) -> None:
    """Sends a byte every 50 ms."""
    for each in content:
        connection.sendall(bytes([each]))
        time.sleep(0.05)


def for_ever(connection: socket.socket, content: bytes) -> None:
    """Sends it again and again."""
    while True:
        connection.sendall(content)


def _request(connection: socket.socket) -> bytes:
    """Head and body of a request, as far as its length says."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65_536) or bytes(length)
    return head + b"\r\n\r\n" + body
