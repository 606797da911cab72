"""The log over plain HTTP as C2SP tlog-tiles demands it, and nothing of the store beyond it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from registry.provenance.checkpoint import Checkpoint, open_checkpoint
from registry.provenance.envelope import pae
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import LEAF_BYTES, Leaf, statement_hash
from registry.provenance.merkle import leaf_hash, root_of
from registry.provenance.tile_path import TilePath, decode_bundle, tiles_of
from registry.provenance.tiles import tile_root
from registry.provenance.vkey import NoteKey
from registry.v1.envelope_pb2 import SignedStatement
from registry.v1.statement_pb2 import Statement
from tests.publication.conftest import Published
from tests.support.events import firm, licence, person, placed
from tests.support.spine import ORIGIN

READER = Path(__file__).with_name("outside_reader")
BUILD_S, RUN_S = 90, 20


def checkpoint(published: Published) -> Checkpoint:
    signer = FileSigner.load(published.spine.config.log_key, None)
    verifier = load_verifying_key(signer.suite, signer.public_key)
    return open_checkpoint(published.get("/checkpoint").body.decode(), verifier, origin=ORIGIN)


def leaves(published: Published) -> list[bytes]:
    """Every leaf, out of the bundles that a tree of the checkpoint's size has."""
    found: list[bytes] = []
    size = checkpoint(published).size
    while len(found) < size:
        width = min(256, size - len(found))
        page = published.get(f"/{TilePath(None, len(found) // 256, width)}")
        assert page.status == 200
        found += decode_bundle(page.body, width)
    return found


def test_checkpoint_is_text_that_no_cache_keeps(published: Published) -> None:
    page = published.get("/checkpoint")
    head = published.spine.engine.state.head
    assert head is not None
    assert (page.status, page.body.decode()) == (200, head.note)
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"


def test_bundles_hold_the_leaves_that_the_checkpoint_is_over(published: Published) -> None:
    signed, held = checkpoint(published), leaves(published)
    assert {len(leaf) for leaf in held} == {LEAF_BYTES}
    assert root_of([leaf_hash(leaf) for leaf in held]) == signed.root
    assert 256 < signed.size < 512


def test_full_tile_is_kept_for_ever_and_its_root_stands_in_the_tile_above(published: Published) -> None:
    page = published.get("/tile/0/000")
    assert page.body == b"".join(leaf_hash(leaf) for leaf in leaves(published)[:256])
    assert page.headers["content-type"] == "application/octet-stream"
    assert "immutable" in page.headers["cache-control"]
    assert "max-age=31536000" in page.headers["cache-control"]
    assert published.get("/tile/1/000.p/1").body == tile_root(page.body)


def test_partial_tiles_are_there_in_every_width_up_to_that_of_the_checkpoint(published: Published) -> None:
    signed, hashes = checkpoint(published), [leaf_hash(leaf) for leaf in leaves(published)]
    lowest, above = tiles_of(signed.size)
    assert (above.level, above.width) == (1, 1)
    for width in (1, 2, lowest.width - 1, lowest.width):
        page = published.get(f"/tile/0/001.p/{width}")
        assert page.body == b"".join(hashes[256 : 256 + width])
        bundle = published.get(f"/tile/entries/001.p/{width}")
        assert [leaf_hash(leaf) for leaf in decode_bundle(bundle.body, width)] == hashes[256 : 256 + width]


def test_partial_tile_of_before_is_still_there_when_the_tile_is_full(published: Published) -> None:
    whole = published.get("/tile/0/000").body
    for width in (1, 100, 255):
        assert published.get(f"/tile/0/000.p/{width}").body == whole[: 32 * width]


def test_what_is_not_there_yet_is_not_found_and_not_kept(published: Published) -> None:
    lowest = tiles_of(checkpoint(published).size)[0]
    for path in (
        f"/tile/0/001.p/{lowest.width + 1}",
        f"/tile/entries/001.p/{lowest.width + 1}",
        "/tile/0/001",
        "/tile/entries/001",
        "/tile/0/002.p/1",
        "/tile/1/000",
        "/tile/1/000.p/2",
        "/tile/2/000.p/1",
        "/tile/63/000.p/1",
        "/tile/0/x999/x999/x999/x999/x999/x999/999",
        f"/statement/{checkpoint(published).size}",
        "/statement/9223372036854775808",
    ):
        page = published.get(path)
        assert (page.status, page.headers["cache-control"]) == (404, "no-cache"), path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tile",
        "/tile/",
        "/tile/0/",
        "/tile/0/000/",
        "/tile/0/0",
        "/tile/0/x000/000",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/000.p/01",
        "/tile/leaves/000",
        "/tile/../checkpoint",
        "/checkpoint/",
        "/statement",
        "/statement/",
        "/statement/00",
        "/statement/-1",
        "/statement/1e1",
        "/statement/" + "9" * 5000,
        "/registry.db",
        "/../registry.db",
        "/..%2f..%2fkeys/log.key",
        "/docs",
        "/openapi.json",
    ],
)
def test_nothing_else_is_to_be_found(published: Published, path: str) -> None:
    page = published.get(path)
    assert page.status == 404
    assert b"/" not in page.body


def test_head_tells_what_get_would_and_no_other_method_is_served(published: Published) -> None:
    for path in ("/checkpoint", "/tile/0/000", "/tile/entries/000", "/statement/0"):
        whole, head = published.get(path), published.get(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        del whole.headers["date"], head.headers["date"]
        assert head.headers == whole.headers
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert published.get(path, method).status == 405
    assert published.get("/tile/0/001", "HEAD").status == 404


def test_statements_of_the_registry_s_own_are_there_with_signatures_that_hold(published: Published) -> None:
    spine, held = published.spine, leaves(published)
    log_key = FileSigner.load(spine.config.log_key, None)
    for position, signer, body in (
        (0, spine.signers["信用办"], "genesis"),
        (spine.position, log_key, "map_state"),
    ):
        page = published.get(f"/statement/{position}")
        assert page.headers["content-type"] == "application/protobuf"
        envelope = SignedStatement.FromString(page.body).envelope
        message = pae(envelope.payload_type, envelope.payload)
        load_verifying_key(signer.suite, signer.public_key).verify(message, envelope.signatures[0].sig)
        assert Statement.FromString(envelope.payload).WhichOneof("body") == body
        hashed = statement_hash(envelope.payload_type, envelope.payload)
        assert Leaf.decode(held[position]).statement_hash == hashed


def test_statements_of_others_are_not_to_be_had_nor_anything_of_a_person(published: Published) -> None:
    number = person(7001).identifier.value.encode()
    for position in range(1, published.spine.position):
        assert published.get(f"/statement/{position}").status == 404
    for path in ("/tile/0/000", "/tile/entries/000", "/checkpoint"):
        assert number not in published.get(path).body


def test_growing_log_is_published_as_it_grows(published: Published) -> None:
    before = checkpoint(published).size
    key = "市场监管"
    placed(published.spine.say(key, event=licence(key, firm(7999))))
    assert checkpoint(published).size == before + 1
    assert published.get(f"/tile/0/001.p/{before + 1 - 256}").status == 200


def test_tools_we_did_not_write_read_and_check_the_log(published: Published, tmp_path: Path) -> None:
    """golang.org/x/mod, which checks the log of Go's modules, reads ours: signature, leaves, tree, growth."""
    program = build_reader(tmp_path)
    signer = FileSigner.load(published.spine.config.log_key, None)
    verifier = NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key))
    signed = checkpoint(published)
    older = map(str, (1, 2, 200, 256, 257, signed.size - 1, signed.size))
    run = [str(program), published.url, verifier.vkey, *older]
    said = subprocess.run(run, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.split() == [str(signed.size), signed.text().split("\n")[2]]
    other = FileSigner.generate(signer.suite)
    stranger = NoteKey.of(ORIGIN, load_verifying_key(other.suite, other.public_key))
    run = [str(program), published.url, stranger.vkey]
    said = subprocess.run(run, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert said.returncode == 1


def build_reader(directory: Path) -> Path:
    """The reader in Go, or a skip that says what is missing."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no Go toolchain (go): the log was not read with golang.org/x/mod")
    program = directory / "reader"
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false -mod=readonly", "GOTOOLCHAIN": "local"}
    build = [go, "build", "-o", str(program), "."]
    try:
        built = subprocess.run(
            build, cwd=READER, env=environment, capture_output=True, text=True, timeout=BUILD_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"the reader in Go was not built within {BUILD_S} s")
    if built.returncode:
        pytest.skip(f"the reader in Go cannot be built: {built.stderr.strip().splitlines()[-1]}")
    return program


def test_damaged_store_is_unavailable_rather_than_wrong(published: Published) -> None:
    """Last of the module: the store is of no use afterwards."""
    with sqlite3.connect(published.spine.config.store) as store:
        store.execute("DELETE FROM tile")
    store.close()
    assert published.get("/tile/0/000").status == 503
    assert published.get("/checkpoint").status == 200
