"""A load generator for unary calls: HTTP/2 (RFC 9113) with gRPC framing, over TLS, from one thread.

An ordinary Python client spends as much CPU time on a call as the server does and would measure itself.
Here all frames of a call are made before the clock starts, only stream numbers are filled in, and of the
answers only the frame headers are read: some ten microseconds a call.

    call    = HEADERS (END_HEADERS) DATA (END_STREAM)        on streams 1, 3, 5 …
    answer  = HEADERS DATA+ HEADERS (END_STREAM)             refusals have no DATA and end the run
    DATA    = 0 (not compressed) ‖ length (4 bytes, big-endian) ‖ message

Header fields are those of grpcio's client, entered into the HPACK table (RFC 7541) by the first call and
named by their index in all later ones, as clients do. Messages must fit one frame (16 KiB).
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_FIRST_WINDOW = 65_535
_LARGEST_WINDOW = 2**31 - 1
_TOP_UP = 1 << 28
_FIRST_DYNAMIC = 62
_READ = 1 << 18
_LONGEST_S = 10.0


class WireError(Exception):
    """The server refused a call or ended the connection."""


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    # 0x40: a new name, entered into the table. Lengths below 127 take one byte.
    return b"\x40" + bytes((len(name),)) + name + bytes((len(value),)) + value


class Connection:
    """One connection that repeats one method, with several calls under way."""

    def __init__(self, port: int, credential: Path, method: str) -> None:
        context = ssl.create_default_context(cafile=str(credential / "ca.pem"))
        context.load_cert_chain(credential / "cert.pem", credential / "key.pem")
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self._fields = (
            (b":path", method.encode()),
            (b":authority", f"127.0.0.1:{port}".encode()),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
            (b"user-agent", b"grpc-python/1 grpc-c/1 (linux; chttp2)"),
            (b"grpc-accept-encoding", b"identity, deflate, gzip"),
            (b"grpc-timeout", b"10S"),
        )
        self._stream = -1
        self._window = _FIRST_WINDOW
        self._received = 0
        self._rest = b""
        self.last_answer = b""
        self._ended: list[int] = []
        settings = struct.pack(">HIHI", 2, 0, 4, _LARGEST_WINDOW)  # No push; streams may send all they have.
        self._socket.sendall(
            _PREFACE
            + _frame(_SETTINGS, 0, 0, settings)
            + _frame(_WINDOW, 0, 0, struct.pack(">I", _LARGEST_WINDOW - _FIRST_WINDOW))
        )
        first = b"\x83\x87" + b"".join(_literal(name, value) for name, value in self._fields)
        last = _FIRST_DYNAMIC + len(self._fields) - 1
        later = b"\x83\x87" + bytes(0x80 | last - number for number in range(len(self._fields)))
        self._first, self._later = (
            (struct.pack(">I", len(block))[1:] + bytes((_HEADERS, _END_HEADERS)), block)
            for block in (first, later)
        )

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()

    def run(self, messages: Sequence[bytes], depth: int) -> None:
        """Calls once with each message, ``depth`` calls under way at a time. Raises WireError."""
        waiting = deque(_data(message) for message in messages)
        self._send(waiting, depth)
        left = len(messages)
        while left:
            ended = self._receive()
            left -= ended
            self._send(waiting, ended)

    def paced(self, messages: Sequence[bytes], interval_s: float) -> list[float]:
        """Calls once with each message, one every ``interval_s`` however many are under way; the seconds that
        each took from when it was due. Raises WireError."""
        due, taken, under_way = time.perf_counter(), list[float](), dict[int, float]()
        for message in messages:
            self._wait_until(due, under_way, taken)
            self._send(deque([_data(message)]), 1)
            under_way[self._stream] = due
            due += interval_s
        self._wait_until(due + _LONGEST_S, under_way, taken)
        return taken

    def _wait_until(self, due: float, under_way: dict[int, float], taken: list[float]) -> None:
        """Takes answers until an instant, or in the end until there are no more."""
        while (left := due - time.perf_counter()) > 0 and (under_way or left < _LONGEST_S / 2):
            self._socket.settimeout(left)
            try:
                self._ended.clear()
                self._receive()
            except TimeoutError:
                break
            now = time.perf_counter()
            taken += [now - under_way.pop(stream) for stream in self._ended]
        self._socket.settimeout(None)

    def _send(self, waiting: deque[tuple[bytes, bytes]], count: int) -> None:
        parts: list[bytes] = []
        for _ in range(min(count, len(waiting))):
            head, body = waiting.popleft()
            self._stream += 2
            self._window -= len(body)
            stream = struct.pack(">I", self._stream)
            opening, block = self._first if self._stream == 1 else self._later
            parts += (opening, stream, block, head, stream, body)
        if self._window < 0:
            raise WireError("the server grants too little room; ask for fewer calls at a time")
        if parts:
            self._socket.sendall(b"".join(parts))

    def _receive(self) -> int:
        """Reads what has come; answers how many calls have ended."""
        read = self._socket.recv(_READ)
        if not read:
            raise WireError("the server closed the connection")
        buffer, at, ended = self._rest + read, 0, 0
        end = len(buffer)
        while at + 9 <= end:
            length = int.from_bytes(buffer[at : at + 3], "big")
            if at + 9 + length > end:
                break
            kind, flags = buffer[at + 3], buffer[at + 4]
            if kind == _DATA:
                self._received += length
                if length:
                    self.last_answer = buffer[at + 9 : at + 9 + length]
            elif kind == _HEADERS:
                if flags & _END_STREAM:
                    ended += 1
                    self._ended.append(int.from_bytes(buffer[at + 5 : at + 9], "big"))
                    if not self.last_answer:
                        raise WireError("the server refused the call")
            else:
                self._control(kind, flags, buffer[at + 5 : at + 9 + length])
            at += 9 + length
        self._rest = buffer[at:]
        return ended

    def _control(self, kind: int, flags: int, rest: bytes) -> None:
        stream, payload = rest[:4], rest[4:]
        if kind == _SETTINGS and not flags & _ACK:
            self._socket.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._socket.sendall(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW and stream == bytes(4):
            self._window += int.from_bytes(payload, "big")
        elif kind in (_RESET, _GOAWAY):
            raise WireError(f"the server ended it: {payload.hex()}")
        if self._received > _TOP_UP:
            self._socket.sendall(_frame(_WINDOW, 0, 0, struct.pack(">I", self._received)))
            self._received = 0


def _data(message: bytes) -> tuple[bytes, bytes]:
    body = b"\x00" + struct.pack(">I", len(message)) + message
    return struct.pack(">I", len(body))[1:] + bytes((_DATA, _END_STREAM)), body
