"""The metrics and health of several processes on one page (汇总), asked by the one that watches over them.

Each process answers on a socket of its own in the registry's run directory, which nobody else may enter. The
watching one asks them side by side and puts ``process`` on every sample: ``writer``, ``reader-0`` …; a place
has one name whichever process is in it, so counters begin anew when one is started again, as rates expect. A
process that does not answer within ``PATIENCE_S`` is missing, and ``registry_process_up`` says so.

Reading is well when that of one reading process is; writing when the writer's is, and reading too.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

from registry.observing.health import READING, WRITER_AWAY, WRITING, ready
from registry.observing.pages import labelled, merged

PATIENCE_S = 5.0
AWAY = "AWAY"
METRICS = "/metrics"
_ASKED_AT_ONCE = 8


def socket_of(run: Path, pid: int) -> Path:
    """Where a process of the registry tells of itself."""
    return run / f"{pid}.watch"


class _Local(HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """See HTTPConnection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(self._path))


def asked(path: Path, page: str) -> str | None:
    """What a process says on a page; None if it does not answer, or fails in answering."""
    connection = _Local(path)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        text = answer.read().decode()
        return text if answer.status == HTTPStatus.OK or page != METRICS else None
    except (OSError, HTTPException, UnicodeDecodeError):
        return None
    finally:
        connection.close()


class Gathering:
    """``places`` are the processes that there should be, by name, with their sockets; ``starts`` counts how
    often one of a role was started."""

    def __init__(
        self, places: Callable[[], Mapping[str, Path]], starts: Callable[[], Mapping[str, int]]
    ) -> None:
        self._places = places
        self._starts = starts

    def metrics(self) -> list[Metric]:
        """Of all of them."""
        return merged(self._metrics())

    def faults(self) -> dict[str, tuple[str, ...]]:
        """What is wrong with the whole."""
        told = {name: _faults_in(text) for name, text in self._ask("/readyz").items()}
        writer = told.pop("writer", None)
        readers = list(told.values())
        reading: list[str] = []
        if not any(each is not None and not each[READING] for each in readers):
            reading += sorted({fault for each in readers for fault in (each[READING] if each else [AWAY])})
        writing = [WRITER_AWAY] if writer is None else writer[WRITING]
        return {READING: tuple(reading), WRITING: tuple(dict.fromkeys([*writing, *reading]))}

    def _ask(self, page: str) -> dict[str, str | None]:
        places = dict(self._places())
        with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="registry-gathering") as pool:
            found = pool.map(lambda path: asked(path, page), places.values())
            return dict(zip(places, found, strict=True))

    def _metrics(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("registry_process_up", "1 if a process answers.", labels=["process"])
        for name, text in self._ask(METRICS).items():
            up.add_metric([name], text is not None)
            if text is not None:
                yield from labelled(text_string_to_metric_families(text), process=name)
        yield up
        yield ready(self.faults())
        starts = CounterMetricFamily("registry_process_starts", "Processes started.", labels=["role"])
        for role, number in self._starts().items():
            starts.add_metric([role], number)
        yield starts


def _faults_in(text: str | None) -> dict[str, Sequence[str]] | None:
    try:
        found: dict[str, Sequence[str]] = json.loads(text or "")
    except ValueError:
        return None
    return found
