"""A follower's mirror is the log: every page of it, whatever sizes it grew by."""

from __future__ import annotations

import http.server
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from registry.durable import DirectoryInUseError
from registry.follow import copying
from registry.follow.mirror import Mirror
from registry.follow.progress import ProgressError
from registry.provenance.tile_path import WIDTH, TilePath, tiles_of
from tests.follow.conftest import Watch
from tests.follow.made_log import MadeLog

SIZES = (1, 2, 255, 256, 257, 511, 512, 513, 700)


def pages_of(log: MadeLog) -> dict[str, bytes]:
    """Every page that a log of its size must have, as it serves it."""
    size, paths = log.size, list(tiles_of(log.size))
    paths += [TilePath(level, number) for level in range(8) for number in range(size >> 8 * (level + 1))]
    paths += [
        TilePath(None, number, min(WIDTH, size - number * WIDTH)) for number in range(-(-size // WIDTH))
    ]
    found = {str(path): log.tile(path) or b"" for path in paths}
    found |= {f"statement/{position}": content for position, content in log.statements.items()}
    return found | {"checkpoint": log.note().encode()}


def mirror_of(watch: Watch) -> dict[str, bytes]:
    return {
        str(path.relative_to(watch.directory)): path.read_bytes()
        for path in watch.directory.rglob("*")
        if path.is_file() and path.relative_to(watch.directory).parts[0] != "follow"
    }


def test_every_page_is_mirrored_to_the_byte_at_every_size(watch: Watch) -> None:
    watch.served.log = log = MadeLog(watch.log.origin, watch.log.signers)
    log.genesis()
    for size in SIZES:
        log.grow(size)
        assert watch.look() == []
        expected = pages_of(log)
        mirror = mirror_of(watch)
        assert {name: mirror.get(name) for name in expected} == expected
        extra = mirror.keys() - expected.keys()
        assert all(".p/" in name for name in extra), extra


def test_partial_pages_go_when_the_full_one_is_there(watch: Watch) -> None:
    watch.look()
    assert (watch.directory / "tile/0/001.p").exists()
    watch.log.grow(512)
    watch.look()
    for name in ("tile/0/001", "tile/entries/001", "tile/1/000"):
        assert not (watch.directory / f"{name}.p").exists() or name == "tile/1/000"
        assert (watch.directory / name).exists() or name == "tile/1/000"


def test_partial_page_stays_until_the_full_one_is_on_the_disk(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    mirror.put_tile(TilePath(0, 1, 3), bytes(96))
    mirror.settle()
    mirror.put_tile(TilePath(0, 1), bytes(32 * 256))
    assert (tmp_path / "tile/0/001.p/3").exists()
    mirror.settle()
    assert not (tmp_path / "tile/0/001.p").exists()


def test_an_empty_log_is_mirrored(watch: Watch) -> None:
    watch.served.log = MadeLog(watch.log.origin, watch.log.signers)
    assert watch.look() == []
    assert watch.mirrored().size == 0
    watch.log.grow(3)
    assert watch.look() == []
    assert watch.mirrored().size == 3


def test_pages_that_are_here_are_not_fetched_again(watch: Watch) -> None:
    watch.look()
    watch.log.asked.clear()
    watch.log.grow(watch.log.size + 5)
    watch.look()
    entries = [name for name in watch.log.asked if name.startswith("tile/entries")]
    assert sorted(entries) == ["tile/entries/000", f"tile/entries/001.p/{watch.log.size - 256}"]


def test_a_log_grown_beyond_its_checkpoint_is_read_from_full_pages(watch: Watch) -> None:
    log = watch.log
    log.grow(600)
    log.served_note = log.note(300)
    for name in ("tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"):
        log.pages[name] = None if name != "tile/1/000.p/1" else log.tree.subtree(8, 0)
    assert watch.look() == []
    assert watch.mirrored().size == 300
    log.served_note = None
    assert watch.look() == []
    assert watch.mirrored().size == 600


def test_the_mirror_is_served_and_followed_itself(watch: Watch, tmp_path: Path) -> None:
    watch.look()
    handler = partial(_Quiet, directory=str(watch.directory))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        second = Watch(watch.served, url, tmp_path / "second", watch.policy)
        assert second.look() == []
        assert second.mirrored() == watch.mirrored()
        second.stop()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


# --- going on


def test_a_follower_goes_on_where_it_was(watch: Watch) -> None:
    watch.look()
    for size in (301, 400, 900):
        watch.again()
        watch.log.grow(size)
        watch.log.map_state()
        assert watch.look() == []
        assert watch.mirrored().size == watch.log.size


def test_a_follower_that_was_cut_off_goes_on_and_checks_every_leaf_once(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "SETTLED_BUNDLES", 2)
    log = watch.log
    log.grow(2000)
    log.map_state()
    log.pages["tile/entries/005"] = None
    assert watch.look() == ["MISSING"]
    assert watch.follower
    assert watch.follower.size == 1024
    assert not (watch.directory / "checkpoint").exists()
    watch.again()
    log.pages["tile/entries/005"] = b"no bundle"
    assert watch.look() == ["LEAF"]
    del log.pages["tile/entries/005"]
    assert watch.look() == []
    assert watch.mirrored().size == log.size


def test_a_statement_that_cannot_be_had_now_is_checked_later(watch: Watch) -> None:
    log = watch.log
    log.map_state(root=bytes(32))
    wrong = log.size - 1
    log.grow(400)
    log.pages[f"statement/{wrong}"] = b"x" * 2_000_000
    assert watch.look() == ["MISSING"]
    del log.pages[f"statement/{wrong}"]
    assert watch.look() == ["MAP"]
    assert watch.mirrored().size == log.size


def test_one_directory_is_held_by_one_follower(watch: Watch) -> None:
    watch.look()
    with pytest.raises(DirectoryInUseError):
        watch.start()


DAMAGED = ["", "{", "[]", "[" * 60_000, '{"seen": "x"}', '{"mirrored": 5}', '{"more": 1}']


@pytest.mark.parametrize("content", DAMAGED, ids=[each[:12] for each in DAMAGED])
def test_a_damaged_record_is_told_and_not_guessed(watch: Watch, content: str) -> None:
    watch.look()
    watch.stop()
    (watch.directory / "follow/progress.json").write_text(content, "utf-8")
    with pytest.raises(ProgressError):
        watch.start()
