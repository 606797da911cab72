"""A real S3 server (versitygw) over a directory; built once with Go, where Go is to be had.

with running_storage(tmp_path) as storage:     # skips the test, and says why, where it cannot be built
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from registry.config import ObjectStorage

MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
CACHE = Path(__file__).parents[2] / "build" / "versitygw"
BUILD_S, START_S = 600, 20
ACCESS_KEY, SECRET_KEY, BUCKET = "test-access", "test-secret-of-a-storage", "evidence-of-a-test"


@dataclass
class Storage:
    """A storage that can be stopped and started; ``settings`` is what a registry is told of it."""

    program: Path
    directory: Path
    port: int
    settings: ObjectStorage
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        data, side = self.directory / "data", self.directory / "side"
        for each in (data, side):
            each.mkdir(exist_ok=True)
        command = [self.program, "-q", "-p", f"127.0.0.1:{self.port}", "posix", "--sidecar", side, data]
        keys = {"ROOT_ACCESS_KEY_ID": ACCESS_KEY, "ROOT_SECRET_ACCESS_KEY": SECRET_KEY}
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(each) for each in command], stdout=log, stderr=log, env=os.environ | keys
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, (self.directory / "log").read_text("utf-8", "replace")
                time.sleep(0.05)
        raise TimeoutError("the storage does not listen")

    def stop(self) -> None:
        """Stops it."""
        if self.process:
            self.process.terminate()
            self.process.wait(START_S)
            self.process = None

    def client(self) -> Any:
        """A client that looks behind the registry's back."""
        import boto3  # type: ignore[import-untyped]  # It has no types of its own.

        return boto3.session.Session().client(
            "s3", endpoint_url=self.settings.endpoint, region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
        )  # fmt: skip

    def keys(self) -> list[str]:
        """The names of all objects."""
        return [each["Key"] for each in self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def under_way(self) -> list[str]:
        """The names of all uploads that were begun and have not ended."""
        uploads = self.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return [each["Key"] for each in uploads]


@contextmanager
def running_storage(directory: Path) -> Iterator[Storage]:
    """A storage with an empty bucket, stopped at the end."""
    if find_spec("boto3") is None:
        pytest.skip("boto3 is not installed (extra s3): evidence in object storage was not tried")
    program, port = _program(), _free_port()
    credentials = directory / "s3.toml"
    credentials.write_text(f'access_key = "{ACCESS_KEY}"\nsecret_key = "{SECRET_KEY}"\n')
    credentials.chmod(0o600)
    settings = ObjectStorage(f"http://127.0.0.1:{port}", BUCKET, credentials)
    storage = Storage(program, directory, port, settings)
    try:
        storage.start()
        storage.client().create_bucket(Bucket=BUCKET)
        yield storage
    finally:
        storage.stop()


def _program() -> Path:
    built = CACHE / "versitygw"
    if built.exists():
        return built
    go = shutil.which("go")
    if go is None:
        pytest.skip("no Go toolchain (go): evidence was not put into a real object storage")
    CACHE.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"GOBIN": str(CACHE), "GOTOOLCHAIN": "local"}
    try:
        done = subprocess.run(
            [go, "install", MODULE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=BUILD_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"versitygw was not built within {BUILD_S} s")
    if done.returncode:
        pytest.skip(
            f"versitygw cannot be built: {(done.stderr.strip() or 'no reason told').splitlines()[-1]}"
        )
    return built


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
