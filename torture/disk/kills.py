"""Processes that are killed or held while clients of a served registry state and ask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from registry.v1 import verdict_pb2
from torture.book import Book
from torture.disk.process import today
from torture.disk.served import Server, under_load, wait_until
from torture.disk.shim import Controls, shimmed
from torture.examine import examine
from torture.fault import Losses
from torture.load import UnansweredError, question
from torture.reach import Served
from torture.site import Site, new_site
from torture.statements import Statements, blocks, withdrawn_by

QUESTIONS, DEADLINE_S = 20, 3.0
AGAIN_S = 120.0
"""How long it may take until statements are acknowledged again after something was killed."""


def kill_server(seed: int, directory: Path) -> Losses:
    """SIGKILL to the only process, at any moment; now and then to the next ones while they start."""
    chance, site, book = Random(seed), new_site(directory), Book()
    server = Server(site)
    with under_load(site, server, book, chance, stays=False):
        _some(book, chance)
        server.end(signal.SIGKILL)
    for _ in range(chance.choice((0, 0, 1, 2))):
        _killed_at_start(site, chance)
    return _examined(site, book, chance)


def kill_supervisor(seed: int, directory: Path) -> Losses:
    """SIGKILL to the process that watches over the others; they end by themselves."""
    chance, site, book = Random(seed), new_site(directory), Book()
    server = Server(site, readers=1)
    with under_load(site, server, book, chance, stays=False):
        _some(book, chance)
        server.end(signal.SIGKILL)
    return _examined(site, book, chance)


def kill_writer(seed: int, directory: Path) -> Losses:
    """SIGKILL to the writer of several processes; another takes its place, and clients go on."""
    return _among(seed, directory, lambda server, _: os.kill(server.child("writer"), signal.SIGKILL))


def kill_reader(seed: int, directory: Path) -> Losses:
    """The same of the process that answers."""
    return _among(seed, directory, lambda server, _: os.kill(server.child("reader"), signal.SIGKILL))


def hold_writer(seed: int, directory: Path) -> Losses:
    """The writer is held (SIGSTOP) for a while, and goes on."""

    def hold(server: Server, chance: Random) -> None:
        pid = server.child("writer")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(chance.uniform(0.1, 2.0))
        os.kill(pid, signal.SIGCONT)

    return _among(seed, directory, hold)


def hold_reader(seed: int, directory: Path) -> Losses:
    """The process that answers is held, and goes on: what it knew when it was held is old by then."""

    def hold(server: Server, chance: Random) -> None:
        pid = server.child("reader")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(chance.uniform(0.1, 2.0))
        os.kill(pid, signal.SIGCONT)

    return _among(seed, directory, hold)


def slow_disk(seed: int, directory: Path) -> Losses:
    """Every sync of the writer takes 0.2 to 2 seconds. Statements wait, until their deadline; questions of
    which nothing has to be recorded first do not. RuntimeError if they do."""
    chance, site, book = Random(seed), new_site(directory), Book()
    with Controls(directory / "controls") as controls:
        server = Server(site, readers=1, env=shimmed(site.root, controls=controls.path))
        with under_load(site, server, book, chance, stays=True):
            _some(book, chance)
            asked, asker = _known_ban(book), Served(site, server.port, deadline_s=DEADLINE_S)
            wait_until(lambda: _answered(asker, asked, book), AGAIN_S, "nothing is answered")
            controls.set(delay_ns=int(chance.uniform(0.2, 2.0) * 1e9))
            refusals = 0
            for _ in range(QUESTIONS):
                refusals += not _answered(asker, asked, book)
                time.sleep(0.1)
            asker.close()
        server.end(signal.SIGKILL if chance.random() < 0.5 else signal.SIGTERM)
    if refusals:
        raise RuntimeError(f"{refusals} of {QUESTIONS} questions were not answered beside a slow disk")
    return _examined(site, book, chance)


def _known_ban(book: Book) -> str:
    """A statement whose ban stands for good."""
    wait_until(lambda: any(map(_stands, list(book.given))), AGAIN_S, "nobody was banned")
    return next(filter(_stands, list(book.given)))


def _stands(statement_id: str) -> bool:
    return bool(blocks(statement_id)) and not withdrawn_by(statement_id)


def _answered(asker: Served, statement_id: str, book: Book) -> bool:
    """Whether a question is answered within its deadline; a false CLEAR is noted."""
    try:
        verdict = asker.verdict(question(blocks(statement_id)))
    except UnansweredError:
        return False
    if verdict == verdict_pb2.VERDICT_CLEAR:
        book.false_clear(f"{statement_id} beside a slow disk")
    return True


def _among(seed: int, directory: Path, strike: Callable[[Server, Random], None]) -> Losses:
    """Strikes one of several processes; clients stay, and are answered again."""
    chance, site, book = Random(seed), new_site(directory), Book()
    server = Server(site, readers=1)
    with under_load(site, server, book, chance, stays=True):
        _some(book, chance)
        strike(server, chance)
        before = len(book.given)
        wait_until(lambda: len(book.given) > before, AGAIN_S, "nothing is acknowledged any more")
    server.end(signal.SIGTERM)
    return _examined(site, book, chance)


def _killed_at_start(site: Site, chance: Random) -> None:
    """What the next start begins to mend is killed in the midst of it."""
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(site.registry)]
    starting = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0.3, 1.5))
    starting.kill()
    starting.wait()


def _some(book: Book, chance: Random) -> None:
    """Until some statements were acknowledged, and a moment more."""
    wanted = chance.randrange(1, 60)
    wait_until(lambda: len(book.given) >= wanted, AGAIN_S, "nothing was acknowledged")
    time.sleep(chance.uniform(0.0, 0.05))


def _examined(site: Site, book: Book, chance: Random) -> Losses:
    return examine(site, book, Statements(site, today()), chance)
