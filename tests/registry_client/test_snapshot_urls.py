"""Snapshots over plain HTTP: from a web server as any is, and from one that is slow, endless or lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from registry.config import SnapshotFolder
from registry.publication.serving import HttpServer
from registry.upkeep.snapshot_files import SnapshotFiles
from registry.v1 import subject_pb2
from registry_client import AnswerError, Replica, ReplicaError, Verdict
from registry_client.cli.group import registryctl
from registry_client.replica_following import Following
from registry_client.snapshot_urls import FromUrl
from tests.registry_client.test_replica import BIDDER, code_of, seal_of, snapshot_of, whole_policy
from tests.support.events import placed
from tests.support.history import short_ban
from tests.support.spine import Spine, found_spine, furnish

PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
Web: TypeAlias = tuple[str, list[tuple[str, int, int]]]
"""An address, and what was asked there: the name, the status and the bytes of each answer."""


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def files(spine: Spine, tmp_path: Path) -> SnapshotFiles:
    folder = SnapshotFolder(tmp_path / "files", ("procurement",))
    written = SnapshotFiles(spine.engine.state, seal_of(spine), folder, spine.clock)
    written.write("procurement")
    return written


@pytest.fixture
def web(files: SnapshotFiles, tmp_path: Path) -> Iterator[Web]:
    """A web server over the files."""
    asked = list[tuple[str, int, int]]()
    pages = Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path / "files"))])

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                asked.append((scope["path"].rpartition("/")[2], message["status"], 0))
            else:
                name, status, size = asked[-1]
                asked[-1] = (name, status, size + len(message.get("body", b"")))
            await send(message)

        await pages(scope, receive, sent)

    server = HttpServer(noting, "127.0.0.1:0")
    yield f"http://127.0.0.1:{server.port}/procurement", asked
    server.stop()


def replica_for(spine: Spine) -> Replica:
    return Replica(whole_policy(spine), max_age_s=600, clock=spine.clock)


def is_barred(replica: Replica, number: int) -> bool:
    return replica.asker(role=BIDDER).check(code_of(number)).verdict == Verdict.BLOCKED


def test_only_what_is_new_is_fetched(spine: Spine, files: SnapshotFiles, web: Web, tmp_path: Path) -> None:
    (url, asked), replica = web, replica_for(spine)
    following = Following(replica, FromUrl(url, PROCUREMENT), tmp_path / "s", every_s=1)
    following.step()
    assert [(name, status) for name, status, _ in asked] == [
        ("delta", 200),
        ("snapshot", 200),
        ("delta", 304),
    ]
    placed(spine.say("财政", event=short_ban(1)))
    asked.clear()
    following.step()
    assert asked == [("delta", 304, 0)]
    files.write("procurement")
    following.step()
    assert [(name, status) for name, status, _ in asked[1:]] == [("delta", 200)]
    assert is_barred(replica, 1)
    assert replica_for(spine).load(tmp_path / "s").domain == PROCUREMENT


def test_new_base_is_fetched_when_the_delta_is_over_another(
    spine: Spine, files: SnapshotFiles, web: Web, tmp_path: Path
) -> None:
    (url, asked), replica = web, replica_for(spine)
    following = Following(replica, FromUrl(url, PROCUREMENT), tmp_path / "s", every_s=1)
    following.step()
    (tmp_path / "files" / "procurement" / "snapshot").unlink()
    placed(spine.say("财政", event=short_ban(1)))
    files.write("procurement")
    asked.clear()
    following.step()
    assert [name for name, _, _ in asked] == ["delta", "snapshot", "delta"]
    assert is_barred(replica, 1)


def test_server_without_deltas_gives_a_snapshot_when_there_is_another(
    spine: Spine, files: SnapshotFiles, web: Web, tmp_path: Path
) -> None:
    (url, asked), replica, folder = web, replica_for(spine), tmp_path / "files" / "procurement"
    (folder / "delta").unlink()
    following = Following(replica, FromUrl(url, PROCUREMENT), tmp_path / "s", every_s=1)
    for _ in range(2):
        following.step()
    assert asked[-1] == ("snapshot", 304, 0)
    placed(spine.say("财政", event=short_ban(1)))
    (folder / "snapshot").write_bytes(snapshot_of(spine))
    following.step()
    assert is_barred(replica, 1)


# --- a server as it should not be -----------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/procurement"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: object) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": len(body), **headers}.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()
    handler.wfile.write(body)


def test_snapshot_that_is_cut_off_is_gone_on_with_and_the_old_one_stays_meanwhile(
    spine: Spine, tmp_path: Path
) -> None:
    content, asked, path = snapshot_of(spine), list[str](), tmp_path / "s"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("delta"):
            return say(handler, 404)
        wanted = handler.headers.get("Range", "")
        asked.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        if first:
            assert handler.headers["If-Range"] == '"one"'
            told = f"bytes {first}-{len(content) - 1}/{len(content)}"
            return say(handler, 206, content[first:], Content_Range=told, ETag='"one"')
        return say(handler, 200, content[:1000], Content_Length=len(content), ETag='"one"')

    path.write_bytes(b"earlier")
    with answering(answer) as url:
        replica = replica_for(spine)
        following = Following(replica, FromUrl(url, PROCUREMENT), path, every_s=1)
        with pytest.raises(AnswerError):
            following.step()
        assert path.read_bytes() == b"earlier"
        following.step()
    assert asked == ["", "bytes=1000-"]
    assert path.read_bytes() == content
    assert replica.header.position == spine.position
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".s")] == []


def test_part_of_another_snapshot_is_not_gone_on_with(spine: Spine, tmp_path: Path) -> None:
    content, asked = snapshot_of(spine), list[tuple[str, str]]()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("delta"):
            return say(handler, 404)
        asked.append((handler.headers.get("Range", ""), handler.headers.get("If-Range", "")))
        sent = content if len(asked) > 1 else bytes(1000)
        tag = '"two"' if len(asked) > 1 else '"one"'
        return say(handler, 200, sent, Content_Length=len(content), ETag=tag)

    with answering(answer) as url:
        following = Following(replica_for(spine), FromUrl(url, PROCUREMENT), tmp_path / "s", every_s=1)
        with pytest.raises(AnswerError):
            following.step()
        following.step()
    assert asked == [("", ""), ("bytes=1000-", '"one"')]
    assert (tmp_path / "s").read_bytes() == content


@pytest.mark.parametrize("status", [301, 302, 307, 403, 500, 206])
def test_answer_of_another_kind_changes_nothing(spine: Spine, tmp_path: Path, status: int) -> None:
    """A redirect leads nowhere: what it leads to is never asked."""
    asked = list[str]()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        location = f"http://127.0.0.1:{handler.server.server_port}/elsewhere"  # type: ignore[attr-defined]
        say(handler, status, b"x" * 100, Location=location)

    with answering(answer) as url:
        following = Following(replica_for(spine), FromUrl(url, PROCUREMENT), tmp_path / "s", every_s=1)
        with pytest.raises((AnswerError, ReplicaError)):
            following.step()
    assert "/elsewhere" not in asked
    assert not (tmp_path / "s").exists()


def test_answer_without_end_is_cut_off(spine: Spine, tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("delta"):
            return say(handler, 404)
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    with answering(answer) as url:
        source = FromUrl(url, PROCUREMENT, max_bytes=1 << 20)
        with pytest.raises(AnswerError, match="过长"):
            source.fetch(tmp_path / "s")
        endless = FromUrl(url, PROCUREMENT, deadline_s=0)
        with pytest.raises(AnswerError, match="超时"):
            endless.fetch(tmp_path / "t")
    assert not (tmp_path / "s").exists()


def test_nobody_listening_is_one_line(tmp_path: Path) -> None:
    with answering(say_nothing) as url:
        pass
    with pytest.raises(AnswerError, match="http://127.0.0.1"):
        FromUrl(url, PROCUREMENT).fetch(tmp_path / "s")
    with pytest.raises(ValueError, match="http"):
        FromUrl("ftp://files.example/procurement", PROCUREMENT)


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Hangs up."""


# --- the command ----------------------------------------------------------------------------------


def test_command_fetches_files_that_the_policy_lets_it_believe(
    spine: Spine, files: SnapshotFiles, web: Web, tmp_path: Path
) -> None:
    (url, asked), file, policy = web, tmp_path / "p.snapshot", tmp_path / "policy"
    policy.write_text(whole_policy(spine).text(), "utf-8")
    command = ["snapshot", str(file), "--domain", "procurement", "--from", url, "--policy", str(policy)]
    done = CliRunner().invoke(registryctl, command)
    assert done.exit_code == 0, done.output
    assert f"序号{spine.position}" in "".join(done.output.split())
    placed(spine.say("财政", event=short_ban(1)))
    files.write("procurement")
    asked.clear()
    assert CliRunner().invoke(registryctl, command).exit_code == 0
    assert [name for name, _, _ in asked] == ["delta"]
    replica = replica_for(spine)
    replica.load(file, Path(f"{file}.delta").read_bytes())
    assert is_barred(replica, 1)
    elsewhere = [*command[:3], "bidding", *command[4:]]
    refused = CliRunner().invoke(registryctl, elsewhere)
    assert refused.exit_code == 3
    assert "另一领域" in refused.output
    assert replica_for(spine).load(file).domain == PROCUREMENT
    assert CliRunner().invoke(registryctl, command[:-2]).exit_code == 2
    assert CliRunner().invoke(registryctl, command[:4], env={"REGISTRY_TARGET": ""}).exit_code == 2
