"""The page of several processes: one that starts, or fails in answering, takes nothing from the others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from registry.observing.facts import gauge
from registry.observing.gathering import AWAY, Gathering
from registry.observing.pages import pages, text_of
from registry.publication.serving import HttpServer
from tests.support.promql import RULES, raised

WELL: Mapping[str, Sequence[str]] = {"reading": (), "writing": ()}
STARTING: Mapping[str, Sequence[str]] = {"reading": ("STARTING",), "writing": ("STARTING",)}


def size() -> Iterable[Metric]:
    return [gauge("registry_log_size", "Statements in the log.", 7)]


def broken() -> Iterable[Metric]:
    raise OSError("no descriptors are left")


@contextmanager
def process(
    path: Path, faults: Mapping[str, Sequence[str]], metrics: Callable[[], Iterable[Metric]] = size
) -> Iterator[None]:
    """The pages of a process on a socket, until the block ends."""
    server = HttpServer(pages(metrics, lambda: faults, lambda: 0.0), path)
    try:
        yield
    finally:
        server.stop()


@pytest.fixture
def run() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:  # Short, for sockets need it.
        yield Path(name)


def of(run: Path, *names: str) -> Gathering:
    return Gathering(lambda: {name: run / f"{name}.watch" for name in names}, dict)


def test_process_that_fails_in_answering_is_missing_and_the_others_are_told(run: Path) -> None:
    with process(run / "writer.watch", WELL, broken), process(run / "reader-0.watch", WELL):
        told = text_of(of(run, "writer", "reader-0").metrics()).decode()
    assert 'registry_log_size{process="reader-0"} 7.0' in told
    assert 'registry_process_up{process="writer"} 0.0' in told
    assert 'registry_process_up{process="reader-0"} 1.0' in told


def test_ready_while_one_reading_process_is_whatever_the_others_do(run: Path) -> None:
    with process(run / "writer.watch", WELL), process(run / "reader-0.watch", WELL):
        assert of(run, "writer", "reader-0", "reader-1").faults() == WELL
        with process(run / "reader-1.watch", STARTING):
            assert of(run, "writer", "reader-0", "reader-1").faults() == WELL
            assert of(run, "writer", "reader-1").faults()["reading"] == ("STARTING",)
        nobody = of(run, "writer", "reader-1")
        assert nobody.faults()["reading"] == (AWAY,)
        told = text_of(nobody.metrics()).decode()
        assert raised(RULES["RegistryNotAnswering"], told, told), "though the writer itself could read"


def test_writer_that_is_away_keeps_nobody_from_asking(run: Path) -> None:
    with process(run / "reader-0.watch", WELL):
        assert of(run, "writer", "reader-0").faults() == {"reading": (), "writing": ("WRITER_AWAY",)}
