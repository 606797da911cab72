"""That losses are seen: a registry without a fault is held to books that it does not keep to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from registry.engine import start_engine
from torture.book import Acknowledgement, Book
from torture.disk.process import today
from torture.disk.served import wait_until
from torture.examine import examine
from torture.fault import COUNTS, Losses
from torture.load import Client, Load
from torture.reach import Within
from torture.site import Site, new_site
from torture.statements import Statements

WANTED = 30


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A registry that acknowledged some statements to one client."""
    site = new_site(tmp_path_factory.mktemp("site"))
    book = Book(site.told)
    with closing(start_engine(site.config)) as engine:
        load = Load([Client(1, Within(engine), Statements(site, today()), book, Random(1))])
        load.start()
        wait_until(lambda: len(book.given) >= WANTED and bool(book.notes), 60.0, "nothing is acknowledged")
        load.stop()
    return site


def told(site: Site) -> Book:
    return Book.read(site.told.read_bytes())


def found(site: Site, book: Book) -> Losses:
    return examine(site, book, Statements(site, today()), Random(2))


def counts(losses: Losses) -> dict[str, int]:
    return {name: getattr(losses, name) for name in COUNTS[1:] if getattr(losses, name)}


def test_registry_that_kept_what_it_acknowledged_has_lost_nothing(written: Site) -> None:
    losses = found(written, told(written))
    assert losses.none, losses
    assert losses.acknowledged >= WANTED


def _move_one(book: Book) -> None:
    book.given["1-0"] = replace(book.given["1-0"], position=book.given["1-0"].position + 1)


def _add_one_far_away(book: Book) -> None:
    book.given["1-900"] = Acknowledgement(9_000, 1)
    book.first_sent["1-900"] = 3


def _answer_twice(book: Book) -> None:
    book.acknowledged("1-0", 5_000, 1)


def _answer_clear(book: Book) -> None:
    book.false_clear("1-0")


def _send_late(book: Book) -> None:
    book.first_sent["1-0"] = book.given["1-0"].position


def _hold_another_log(book: Book) -> None:
    book.notes.append(book.notes[0].replace("\n", "\n9", 1))


@pytest.mark.parametrize(
    ("lie", "count"),
    [
        (_move_one, "lost"),
        (_add_one_far_away, "lost"),
        (_answer_twice, "duplicated"),
        (_answer_clear, "false_clear"),
        (_send_late, "disordered"),
        (_hold_another_log, "unverifiable"),
    ],
)
def test_each_kind_of_loss_is_counted(written: Site, lie: Callable[[Book], None], count: str) -> None:
    book = told(written)
    lie(book)
    assert counts(found(written, book)).get(count), count


def test_store_that_was_put_back_is_lost_and_does_not_start(written: Site, tmp_path: Path) -> None:
    before = new_site(tmp_path)
    (before.registry / "head" / "checkpoint").write_bytes(
        (written.registry / "head" / "checkpoint").read_bytes()
    )
    losses = found(before, told(written))
    assert losses.unverifiable == 1
    assert "does not start" in losses.told[0]
