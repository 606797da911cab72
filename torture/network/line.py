"""A line between two that can be broken: a small proxy for any stream, on the loopback or on a Unix socket.

    with Line(target=tcp("127.0.0.1", 8443)) as line:
        connect(line.address)           # as if it were the target
        line.cut()                      # every connection breaks (RST), and nobody can connect
        line.heal()
        line.stall()                    # a black hole: connections stay, and nothing comes through
        line.heal()                     # what was on its way goes on

A line that is cut loses what was on its way; one that is stalled loses nothing and delivers nothing. In
``struck`` stands what a single connection suffers at some byte of it (`torture.network.strike`).

No more is imitated of a network than that: order and bytes of what arrives are those of what was sent, as TCP
promises.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol, Self

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: a close is a reset, as of a machine that is gone."""
Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""


class Struck(Protocol):
    """What a connection suffers: it is given what the client sends, and says what arrives of it."""

    def up(self, data: bytes, passage: Passage) -> bytes:
        """Of what the client sent, what the target is to have now."""

    def down(self, data: bytes, passage: Passage) -> bytes:
        """Of what the target answered, what the client is to have now."""


class Line:
    """Listens, and passes on to a target, until it is closed."""

    def __init__(self, target: Address, *, at: Path | None = None) -> None:
        self.target = target
        self.struck: Callable[[], Struck] | None = None
        self.delay_s = 0.0
        self.connections = 0
        self._open = Event()
        self._open.set()
        self._refusing = False
        self._passages: list[Passage] = []
        self._lock = Lock()
        self._closed = False
        self._listening = _listener(at)
        self.address: Address = str(at) if at else self._listening.getsockname()[:2]
        self._accepting = Thread(target=self._accept, name="line", daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """Where it listens on the loopback."""
        assert not isinstance(self.address, str)
        return self.address[1]

    @property
    def alive(self) -> int:
        """How many connections there are."""
        with self._lock:
            self._passages = [each for each in self._passages if not each.ended]
            return len(self._passages)

    def cut(self, *, refusing: bool = True) -> None:
        """Breaks every connection; ``refusing``: and lets nobody connect until it is healed."""
        self._refusing = refusing
        for passage in self._all():
            passage.cut()

    def stall(self) -> None:
        """Lets nothing through any more, either way; whoever connects is taken and never answered."""
        self._open.clear()

    def half_close(self) -> None:
        """Tells every target that its client will send no more, and the client nothing."""
        for passage in self._all():
            passage.half_close()

    def heal(self) -> None:
        """Lets everything through again, what was held back too."""
        self._refusing, self.struck, self.delay_s = False, None, 0.0
        self._open.set()

    def close(self) -> None:
        """Ends it, and every connection over it."""
        self._closed = True
        self._refusing = True
        self._open.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for passage in self._all():
            passage.cut()
        self._accepting.join()
        if isinstance(self.address, str):
            Path(self.address).unlink(missing_ok=True)

    def wait_until_open(self) -> bool:
        """Waits while it is stalled, then for as long as it delays; False once it is closed."""
        self._open.wait()
        if self.delay_s:
            time.sleep(self.delay_s)
        return not self._closed

    def _all(self) -> list[Passage]:
        with self._lock:
            return list(self._passages)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self._refusing:
                _reset(client)
                continue
            with self._lock:
                self._passages = [each for each in self._passages if not each.ended]
                self.connections += 1
                self._passages.append(Passage(self, client, self.struck() if self.struck else None))


@dataclass(eq=False, slots=True)
class Passage:
    """One connection over a line."""

    line: Line
    client: socket.socket
    struck: Struck | None
    target: socket.socket | None = None
    ended: bool = False
    deaf: bool = False
    """Nothing that the target says reaches the client any more."""
    answered: Event = field(default_factory=Event)
    """The target has said something since it became deaf."""
    _lock: Any = field(default_factory=Lock)

    def __post_init__(self) -> None:
        Thread(target=self._up, name="line-up", daemon=True).start()

    def cut(self) -> None:
        """Breaks it, both ways."""
        with self._lock:
            self.ended = True
            for end in (self.client, self.target):
                if end is not None:
                    _reset(end)

    def half_close(self) -> None:
        """Nothing goes to the target any more."""
        with suppress(OSError):
            if self.target is not None:
                self.target.shutdown(socket.SHUT_WR)

    def _up(self) -> None:
        if not self.line.wait_until_open():
            return
        try:
            target = _dialled(self.line.target)
        except OSError:
            self.cut()
            return
        with self._lock:
            if self.ended:
                _reset(target)
                return
            self.target = target
        Thread(target=self._pump, args=(target, self.client, False), name="line-down", daemon=True).start()
        self._pump(self.client, target, True)

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(_CHUNK):
                if not self.line.wait_until_open():
                    break
                if self.struck:
                    data = self.struck.up(data, self) if up else self.struck.down(data, self)
                if self.deaf and not up:
                    self.answered.set()
                elif data:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()
        else:
            if not up:
                self.cut()


def _dialled(target: Address) -> socket.socket:
    made = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.connect(target)
    except OSError:
        made.close()
        raise
    return made


def _listener(at: Path | None) -> socket.socket:
    if at is None:
        return socket.create_server(("127.0.0.1", 0))
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(at))
    made.listen(64)
    return made


def _reset(end: socket.socket) -> None:
    """Wakes whoever reads from it in a thread here, and tells the other end."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
