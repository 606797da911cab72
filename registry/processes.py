"""The registry as several processes on one address (多进程): one writes, the others answer.

* The **writer** holds the store's lock, the keys and what runs beside; it listens on a socket in a
  directory that only the registry's account can open. There is one: a second one cannot have the lock.
* Each **reader** listens on the public address (SO_REUSEPORT: the kernel deals out connections) and follows
  the store. What has to be written it passes on.

Whatever ends by itself is started again. SIGHUP starts everything anew, one after the other: new readers
first, the old ones then finish what they have begun and go; at last the writer, for whom the readers' calls
wait. New certificates, keys and settings are read so, and no request fails. A writer that writes no more
until it is started anew is so before the readers: they cannot begin beside what it left. SIGTERM ends
readers, then the writer.

Every process but this one is a fresh interpreter, started before any gRPC object exists.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic

from registry.config import Config
from registry.config_options.checking import split_address
from registry.engine import StartError
from registry.observing.gathering import Gathering, socket_of
from registry.observing.health import RESTART_NEEDED
from registry.observing.looking import HEARTBEAT, fault_of
from registry.observing.pages import pages
from registry.observing.process import READER, WRITER
from registry.process import READY
from registry.publication.serving import HttpServer
from registry.server import GRACE_S, check_address
from registry.shared_position import SharedPosition

LOOK_S = 0.2
PAUSE_S, AGAIN_S = 1.0, 5.0
"""Between two starts of a process that ended by itself, and of one that could not start (another machine's
has the right to write, say)."""
START_S = 900.0
"""How long one may take to start while others serve. Where none does, it is waited for."""
STOP_S = GRACE_S + 20.0
"""How long a process may take to stop before it is killed."""
_STOP = (signal.SIGTERM, signal.SIGINT)
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """A process of the registry."""

    role: str
    process: subprocess.Popen[str]
    ready: bool = False
    """Whether it has said that it serves."""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def hear(self, within_s: float) -> bool:
        """Whether it serves: it is waited for so long until it says so. Raises StartError with what it says
        instead; it has ended then."""
        stdout = self.process.stdout
        assert stdout
        if self.ready or stdout.closed or not select.select([stdout], [], [], within_s)[0]:
            return self.ready
        if (said := stdout.readline().strip()) != READY:
            self.stop()
            raise StartError(said or f"{self.role} 进程没有启动")
        self.ready = True
        return True

    def stop(self) -> None:
        """Has it finish what it has begun, and waits until it has ended; one that has begun nothing yet is
        not waited for."""
        if self.running:
            self.process.terminate() if self._serves() else self.process.kill()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            logger.error("%s %d does not stop, and is killed", self.role, self.process.pid)
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def _serves(self) -> bool:
        """Whether it has said that it serves, if only just now."""
        stdout = self.process.stdout
        assert stdout
        if not self.ready and not stdout.closed and select.select([stdout], [], [], 0.0)[0]:
            self.ready = stdout.readline().strip() == READY
        return self.ready


@dataclass(slots=True)
class Processes:
    """The processes of an installation in a directory; ``address`` is what the readers share. ``stopping``:
    whether all of it is to stop, so that nothing that starts is waited for any more."""

    directory: Path
    address: str
    readers: int
    run: Path
    stopping: Callable[[], bool] = lambda: False
    children: list[Child] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)
    """How often a process of a role was started."""
    attended_s: float = field(default_factory=monotonic)
    """When the processes were looked after last."""
    _started: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Starts the writer, then the readers. Raises StartError with what one of them says; none runs
        then."""
        try:
            for role in (WRITER, *[READER] * self.readers):
                self.children.append(self._child(role, inf))
        except StartError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the readers, then the writer."""
        for role in (READER, WRITER):
            _stop_all([child for child in self.children if child.role == role])
        self.children.clear()

    def places(self) -> dict[str, Path]:
        """Where each process tells of itself, by its name."""
        readers = (child for child in tuple(self.children) if child.role == READER)
        named = {f"{READER}-{number}": child for number, child in enumerate(readers)}
        writers = [(WRITER, child) for child in tuple(self.children) if child.role == WRITER]
        return {name: socket_of(self.run, each.process.pid) for name, each in [*writers, *named.items()]}

    def look(self) -> None:
        """Starts again what has ended by itself. What starts is not waited for: the others need looking
        after meanwhile."""
        self.attended_s = monotonic()
        for place, child in enumerate(self.children):
            try:
                self.children[place] = self._looked_after(child)
            except StartError as error:
                logger.error("%s cannot be started again: %s", child.role, error)

    def _looked_after(self, child: Child) -> Child:
        """The same, or another in its place. Raises StartError."""
        child.hear(0.0)
        pause_s = PAUSE_S if child.ready else AGAIN_S
        if child.running or monotonic() - self._started.get(child.role, 0.0) < pause_s:
            return child
        if child.ready:
            logger.error("%s %d ended with %s", child.role, child.process.pid, child.process.returncode)
        child.stop()
        return self._begun(child.role)

    def renew(self) -> None:
        """Starts every process anew, with no request failing. What cannot be started leaves the old
        running."""
        if stuck := self._writer_is_stuck():
            self._renew_writer()
        old, fresh = [child for child in self.children if child.role == READER], list[Child]()
        try:
            for _ in old:
                fresh.append(self._child(READER, START_S))
        except StartError as error:
            logger.error("not renewed: %s", error)
            _stop_all(fresh)
            return
        self.children = [child for child in self.children if child.role == WRITER] + fresh
        for child in old:  # One by one: whoever leaves the first and meets another has some time there.
            self.attended_s = monotonic()
            child.stop()
        if not stuck:
            self._renew_writer()

    def _writer_is_stuck(self) -> bool:
        """Whether the writer has said that it writes no more until it is started anew."""
        left = SharedPosition(self.run / HEARTBEAT)
        try:
            return fault_of(left.get(), monotonic()) == RESTART_NEEDED
        finally:
            left.close()

    def _renew_writer(self) -> None:
        self.attended_s = monotonic()
        self.children[0].stop()
        try:
            self.children[0] = self._begun(WRITER)
            self._await(self.children[0], START_S)
        except StartError as error:
            logger.error("the writer cannot be started again: %s", error)

    def _child(self, role: str, within_s: float) -> Child:
        """A process that serves. Raises StartError with its line."""
        child = self._begun(role)
        self._await(child, within_s)
        return child

    def _await(self, child: Child, within_s: float) -> None:
        """Waits until a process serves. Raises StartError, and it has ended then."""
        until = monotonic() + within_s
        while not child.hear(LOOK_S):
            self.attended_s = monotonic()
            if self.stopping() or self.attended_s > until:
                child.stop()
                raise StartError(f"{child.role} 进程没有启动, 不再等待")

    def _begun(self, role: str) -> Child:
        """A process that starts. Raises StartError where the machine has no room for another."""
        self._started[role] = monotonic()
        self.starts[role] += 1
        told = [role, str(self.directory), str(self.run), self.address]
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "registry.process", *told],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # A Ctrl-C in the terminal reaches whoever started them, and once.
            )
        except OSError as error:
            raise StartError(f"{role} 进程不能启动: {error.strerror or error}") from error
        return Child(role, process)


def serve_processes(
    config: Config, directory: Path, readers: int, *, ready: Callable[[], None] = lambda: None
) -> None:
    """Serves until SIGTERM or SIGINT; starts everything anew on SIGHUP. Raises StartError."""
    told = Signals({*_STOP, signal.SIGHUP})
    check_address(config.address)
    with _reserved(config.address) as port, _run_directory() as run:
        host = config.address.rpartition(":")[0]
        processes = Processes(directory, f"{host}:{port}", readers, run, told.stopping)
        page = None
        try:
            processes.start()
            ready()
            page = _page(config, processes)
            print(f"registry: {config.origin} 在 {host}:{port} 提供服务({readers}个查询进程)", flush=True)
            while (number := told.within(LOOK_S)) is None or number == signal.SIGHUP:
                processes.renew() if number else processes.look()
        finally:
            if page:
                page.stop()
            processes.stop()


class Signals:
    """Signals, one after the other, whatever is being done when they come. They are blocked, here and in the
    processes that are started. But a library may have begun threads before, which do not block them: what the
    kernel hands to one of those would end the process, and is noted instead."""

    def __init__(self, signals: set[signal.Signals]) -> None:
        self._signals = signals
        self._noted: deque[int] = deque()
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        for each in signals:
            signal.signal(each, lambda number, _frame: self._noted.append(number))

    def within(self, seconds: float) -> int | None:
        """The next one; None if there is none for so long."""
        if self._noted:
            return self._noted.popleft()
        found = signal.sigtimedwait(self._signals, seconds)
        return found.si_signo if found else None

    def stopping(self) -> bool:
        """Whether one that ends everything waits to be obeyed."""
        return not {*self._noted, *signal.sigpending()}.isdisjoint(_STOP)


def _page(config: Config, processes: Processes) -> HttpServer | None:
    """Metrics and health of all processes, if they are wanted. Raises StartError."""
    if config.metrics is None:
        return None
    gathering = Gathering(processes.places, lambda: dict(processes.starts))
    attended = pages(gathering.metrics, gathering.faults, lambda: monotonic() - processes.attended_s)
    try:
        return HttpServer(attended, config.metrics.address)
    except OSError as error:
        raise StartError(f"[metrics] 地址不能监听: {error.strerror or error}") from error


@contextmanager
def _run_directory() -> Iterator[Path]:
    """A directory for as long as the registry runs: open to this account alone, and its name short, for
    sockets need that. Its lock keeps systemd-tmpfiles from taking out what looks old there."""
    run = Path(tempfile.mkdtemp(prefix="registry-"))
    handle = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield run
    finally:
        os.close(handle)
        shutil.rmtree(run, ignore_errors=True)


@contextmanager
def _reserved(address: str) -> Iterator[int]:
    """Holds an address without listening on it, so that it stays the registry's while processes come and
    go; its port."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host, port))
        yield held.getsockname()[1]


def _stop_all(children: list[Child]) -> None:
    """Stops processes side by side."""
    for child in children:
        if child.running:
            child.process.terminate()
    for child in children:
        child.stop()
