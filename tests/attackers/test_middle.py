"""(f) The attacker sits between client and server, on the wire or on the way of the published log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.provenance.tile_path import TilePath
from registry.publication.pages import pages
from registry.publication.serving import HttpServer
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import Receipt
from registry_client import Credentials, Question, Registry, RegistryCallError, uscc
from tests.attackers.scene import BARRED, FREE, Scene, Stage, Watcher, fault_names
from tests.support.events import ban, placed, refusal
from tests.support.served import Authority
from tests.support.tampering import Copy

QUESTION = Question(domain=subject_pb2.DOMAIN_PROCUREMENT, role=subject_pb2.SUBJECT_ROLE_BIDDER)


def test_a_server_that_another_authority_vouches_for_is_not_asked(
    scene: Scene, copy: Copy, tmp_path: Path
) -> None:
    """He answers in the registry's place with a certificate of his own making."""
    own = Authority.new(tmp_path / "authority")
    with scene.running(copy.config.home) as stage:
        caller = stage.served.system(CallerRole.PROCUREMENT_SYSTEM)
        directory = tmp_path / "caller"
        directory.mkdir()
        credential = stage.served.authority.client(caller.uri)
        (directory / "cert.pem").write_bytes(credential.certificate)
        (directory / "key.pem").write_bytes(credential.key)
        (directory / "ca.pem").write_bytes((own.directory / "authority.pem").read_bytes())
        credentials = Credentials.load(directory)
        with (
            Registry(stage.served.target, credentials, timeout=2.0) as registry,
            pytest.raises(RegistryCallError),
        ):
            registry.check(uscc(BARRED.identifier.value), QUESTION)


def test_an_older_receipt_passed_off_as_the_answer_is_refused_by_the_nonce(
    scene: Scene, kept: dict[str, Receipt]
) -> None:
    report = scene.report(kept["free"], nonce=b"of today's question")
    assert fault_names(report) == ["terms"]
    assert "随机数不是所问的" in report.faults[0].detail


def test_a_signed_statement_cannot_be_replayed_here_or_elsewhere(scene: Scene, copy: Copy) -> None:
    """The same statement again is the same one; that of another registry names another log."""
    with scene.running(copy.config.home) as stage:
        spine = stage.spine
        event = ban("财政", FREE, "M-PRO-01", "2026-03-01", "2028-03-01")
        sealed = spine.seal("财政", spine.statement("财政", event=event))
        first = placed(spine.put("财政", sealed)[0])
        assert placed(spine.put("财政", sealed)[0]) == first
        elsewhere = spine.statement("财政", event=event)
        elsewhere.origin = "credit.example/elsewhere"
        assert refusal(spine.put("财政", spine.seal("财政", elsewhere))[0])


class Altered:
    """The published log with one byte changed on the way."""

    def __init__(self, stage: Stage, change: Callable[[TilePath, bytes], bytes]) -> None:
        self._log = stage.spine.engine.upkeep.log
        self._change = change

    def checkpoint(self) -> str | None:
        return self._log.checkpoint()

    def tile(self, path: TilePath) -> bytes | None:
        content = self._log.tile(path)
        return None if content is None else self._change(path, content)

    def public_statement(self, position: int) -> bytes | None:
        return self._log.public_statement(position)


@pytest.mark.parametrize(("level", "alarm"), [(0, "TILES"), (None, "LEAF")])
def test_pages_altered_on_the_way_do_not_fit_the_signed_root(
    scene: Scene, copy: Copy, watcher: Watcher, level: int | None, alarm: str
) -> None:
    def change(path: TilePath, content: bytes) -> bytes:
        return content[:-1] + bytes([content[-1] ^ 1]) if path.level == level else content

    with scene.running(copy.config.home) as stage:
        server = HttpServer(pages(Altered(stage, change)), "127.0.0.1:0")
        try:
            assert alarm in watcher.look(f"http://127.0.0.1:{server.port}/")
        finally:
            server.stop()
        assert watcher.look(stage.url) == []


def test_an_older_log_shown_to_one_client_alone_passes_until_he_has_seen_a_newer_one(
    before: Scene, scene: Scene, copy: Copy, watcher: Watcher, tmp_path: Path
) -> None:
    """Plain HTTP may be frozen: what is old and signed is true. A follower that has seen more says SHRUNK."""
    (tmp_path / "old").mkdir()
    with scene.running(before.copy(tmp_path / "old").config.home) as stage:
        assert watcher.look(stage.url) == []
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == []
    (tmp_path / "older").mkdir()
    with scene.running(before.copy(tmp_path / "older").config.home) as stage:
        assert watcher.look(stage.url) == ["SHRUNK"]
