"""What may befall an evidence store: killed at any byte, torn writes, a full disk, two servers, damage."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from registry.evidence.keep import MAX_PART
from registry.evidence.sealing import SEALED_CHUNK
from registry.store.interface import StoreError
from tests.evidence.conftest import MakeSite
from tests.support.evidence import FIRE, MARKET, Site, content_of, digest
from tests.support.object_storage import Storage

ROOT = Path(__file__).parents[2]
UPLOADER = """
import sys
from pathlib import Path
from tests.support.evidence import Site, content_of
site, content = Site(Path(sys.argv[1])), content_of(int(sys.argv[2]))
held = site.begin(content)
print(held.offset, flush=True)
while not held.complete:
    held = site.send(content, held.offset)
    print(held.offset, flush=True)
"""
MANY = """
import resource, sys
from pathlib import Path
from hashlib import sha256
from tests.support.evidence import FIRE, Site
from registry.commands.supervision.evidence import Label
from registry.v1.supervision_pb2 import FileReference
site, size = Site(Path(sys.argv[1]), max_mib=256), int(sys.argv[2])
def part(at):
    block = at.to_bytes(8, "big") * 8192
    return (block * 16)[: min(1 << 20, size - at)]
digest = sha256()
for at in range(0, size, 1 << 20):
    digest.update(part(at))
file = FileReference(kind=7, department=FIRE, number="JC-1")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
held = site.keep.begin(Label(digest.digest(), file, "video/mp4", "x"), size)
for at in range(0, size, 1 << 20):
    held = site.keep.append(FIRE, digest.digest(), at, part(at))
assert held.complete
again = sha256()
for piece in site.keep.read(digest.digest(), 0, size, caller="x"):
    again.update(piece)
assert again.digest() == digest.digest()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.fixture
def in_directory(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "evidence")
    yield site
    site.keep.close()


@pytest.mark.parametrize("delay_ms", [0, 5, 14])
def test_killed_at_any_moment_it_goes_on_with_everything_that_was_acknowledged(
    in_directory: Site, delay_ms: int
) -> None:
    content = content_of(24 * MAX_PART + 3)
    with started(UPLOADER, in_directory.directory, len(content)) as process:
        assert process.stdout
        process.stdout.readline()
        timer = threading.Timer(delay_ms / 1000, process.kill)
        timer.start()
        acknowledged = [int(line) for line in process.stdout if line.endswith("\n")]
        timer.join()
    assert process.returncode in (-signal.SIGKILL, 0)
    in_directory.reopen()
    held = in_directory.begin(content)
    assert held.offset >= max(acknowledged, default=0)
    assert in_directory.read(in_directory.upload(content)) == content


@pytest.mark.parametrize("torn", [1, 27, 28, 65_563, SEALED_CHUNK, SEALED_CHUNK + 1, 16 * SEALED_CHUNK - 1])
def test_bytes_of_a_torn_write_are_cut_off(in_directory: Site, torn: int) -> None:
    content = content_of(5 * MAX_PART)
    in_directory.begin(content)
    in_directory.send(content, 0)
    (staged,) = (in_directory.directory / "uploads").iterdir()
    with staged.open("ab") as file:
        file.write(bytes(torn))
    in_directory.reopen()
    assert in_directory.begin(content).offset == MAX_PART
    assert in_directory.read(in_directory.upload(content)) == content


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file may grow beyond a size: what a full disk does, for whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_clear_error_and_nothing_is_lost(make_site: MakeSite) -> None:
    site = make_site()
    content = content_of(4 * MAX_PART)
    site.begin(content)
    site.send(content, 0)
    with files_up_to(2 * MAX_PART + 100_000):
        site.send(content, MAX_PART)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"^证据库不能读写: File too large$"):
                site.send(content, 2 * MAX_PART)
    assert site.begin(content).offset == 2 * MAX_PART
    assert site.read(site.upload(content)) == content


def test_a_second_server_is_refused_and_the_first_goes_on(in_directory: Site) -> None:
    in_directory.serve()
    second = Site(in_directory.directory)
    with pytest.raises(StoreError, match="正由另一服务进程使用"):
        second.keep.serve()
    second.keep.close()
    content = content_of(MAX_PART)
    assert in_directory.read(in_directory.upload(content)) == content


def test_two_processes_upload_the_same_bytes_for_two_departments_at_once(in_directory: Site) -> None:
    content = content_of(12 * MAX_PART)
    with started(UPLOADER, in_directory.directory, len(content)) as process:
        in_directory.upload(content, "X-1", MARKET)
        assert process.stdout
        last = process.stdout.read().split()[-1]
    assert (process.returncode, last) == (0, str(len(content)))
    assert {each.file.department for each in in_directory.keep.labels(digest(content))} == {FIRE, MARKET}
    assert in_directory.keep.objects.fault(digest(content)) == ""
    assert list((in_directory.directory / "uploads").iterdir()) == []


def test_a_large_upload_takes_little_memory(tmp_path: Path) -> None:
    with started(MANY, tmp_path / "evidence", 200 * MAX_PART + 7) as process:
        assert process.stdout
        grown_mib = int(process.stdout.read())
    assert process.returncode == 0
    assert grown_mib < 40


def test_an_altered_object_is_not_read_and_a_missing_one_may_be_sent_again(in_directory: Site) -> None:
    content = content_of(3 * MAX_PART)
    sha256 = in_directory.upload(content)
    ((object_, *_),) = [list((in_directory.directory / "objects").glob("*/*"))]
    with object_.open("r+b") as file:
        file.seek(2 * MAX_PART)
        file.write(b"altered")
    with pytest.raises(StoreError, match="被改动"):
        in_directory.read(sha256)
    assert "被改动" in in_directory.keep.objects.fault(sha256)
    object_.unlink()
    with pytest.raises(StoreError):
        in_directory.read(sha256)
    assert in_directory.begin(content).offset == 0
    assert in_directory.read(in_directory.upload(content)) == content


def test_two_chunks_of_an_object_cannot_change_places(in_directory: Site) -> None:
    content = content_of(4 * 65_536)
    sha256 = in_directory.upload(content)
    (object_,) = (in_directory.directory / "objects").glob("*/*")
    sealed = object_.read_bytes()
    object_.write_bytes(sealed[SEALED_CHUNK:] + sealed[:SEALED_CHUNK])
    with pytest.raises(StoreError, match="被改动"):
        in_directory.read(sha256)


def test_nobody_else_on_the_machine_can_read_the_store(in_directory: Site) -> None:
    in_directory.upload(content_of(1000))
    for path in in_directory.directory.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_object_storage_that_is_away_is_one_clear_error_and_the_upload_goes_on(
    tmp_path: Path, storage: Storage
) -> None:
    site = Site(tmp_path / "evidence", storage=storage.settings)
    content = content_of(20 * MAX_PART, seed=77)
    site.begin(content)
    at = 0
    for at in range(0, 7 * MAX_PART, MAX_PART):
        site.send(content, at)
    storage.stop()
    try:
        with pytest.raises(StoreError, match="^对象存储不能使用: "):
            site.send(content, at + MAX_PART)
        site.serve()  # A registry starts all the same.
        with pytest.raises(StoreError, match="^对象存储不能使用: "):
            site.send(content, site.begin(content).offset)
    finally:
        storage.start()
    assert site.begin(content).offset >= 7 * MAX_PART
    assert site.read(site.upload(content)) == content
    site.keep.close()


def test_uploads_that_were_given_up_leave_nothing_in_the_object_storage(
    tmp_path: Path, storage: Storage
) -> None:
    site = Site(tmp_path / "evidence", storage=storage.settings)
    content, before = content_of(18 * MAX_PART, seed=78), set(storage.keys())
    site.begin(content)
    for at in range(0, 17 * MAX_PART, MAX_PART):
        site.send(content, at)
    assert len(storage.under_way()) == 1
    with pytest.raises(Exception, match="摘要不符"):
        site.keep.append(FIRE, digest(content), 17 * MAX_PART, bytes(MAX_PART))
    assert (storage.under_way(), set(storage.keys())) == ([], before)
    site.begin(content)
    for at in range(0, 17 * MAX_PART, MAX_PART):
        site.send(content, at)
    site.keep.catalogue.run("DELETE FROM upload")  # As if its catalogue had been restored from before.
    site.serve()
    assert len(storage.under_way()) == 1, "a copy that is looked at ends nobody's uploads"
    site.clock.move_to(date(2126, 1, 1))
    site.serve()
    assert storage.under_way() == []
    site.keep.close()


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_credentials_that_others_can_read_are_not_used(tmp_path: Path, storage: Storage, mode: int) -> None:
    copied = tmp_path / "s3.toml"
    copied.write_bytes(storage.settings.credentials.read_bytes())
    copied.chmod(mode)
    settings = storage.settings.__class__(storage.settings.endpoint, storage.settings.bucket, copied)
    with pytest.raises(StoreError, match="chmod 600"):
        Site(tmp_path / "evidence", storage=settings)


def test_keys_in_the_environment_are_not_used(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "else")
    site = Site(tmp_path / "evidence", storage=storage.settings)
    assert site.upload(content_of(10)) == digest(content_of(10))
    site.keep.close()
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('access_key = "test-access"\nsecret_key = "not the one"\n')
    os.chmod(wrong, 0o600)
    settings = storage.settings.__class__(storage.settings.endpoint, storage.settings.bucket, wrong)
    with pytest.raises(StoreError, match="^对象存储拒绝: "):
        Site(tmp_path / "other", storage=settings)


def test_a_catalogue_of_a_later_program_is_left_alone(in_directory: Site) -> None:
    in_directory.keep.catalogue.run("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match="版本2"):
        in_directory.opened()
