"""The socket of the signing component: who may connect, and how it is made (unix(7), SO_PEERCRED).

* The socket is 0600 in a directory of 0700: the kernel lets in nobody but the same user. For a console that
  runs as another user (recommended: then it cannot read the sealed keys either) that user is named; the
  socket is 0660 and the directory 0710 of that user's group, and the user is checked at each connection.
* One process at a time: a lock beside the keys. A socket left by a process that is gone is replaced.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pwd import struct_passwd
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from registry_web.config import WebConfigError
from registry_web.serving import ThreadServer

_PEER = struct.Struct("3i")
_BACKLOG = 64
_LONGEST_PATH = 100
GRACE_S = 3
logger = logging.getLogger(__name__)


class SignerServer:
    """Serves an ASGI application on a unix socket until ``stop``. Raises WebConfigError if it cannot."""

    def __init__(self, application: Any, path: Path, peer: struct_passwd | None = None) -> None:
        allowed = frozenset({os.getuid(), *((peer.pw_uid,) if peer else ())})
        self._path = path
        self._socket = _bound(path, peer)
        protocol = type("_Guarded", (_Checked,), {"allowed": allowed})
        config = uvicorn.Config(
            application, http=protocol, loop="asyncio", ws="none", lifespan="off", access_log=False,
            log_config=None, server_header=False, proxy_headers=False, timeout_graceful_shutdown=GRACE_S,
        )  # fmt: skip
        config.load()
        self._server = ThreadServer(config)
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="registry-web-signer"
        )
        self._thread.start()
        self._server.begun.wait(GRACE_S)

    def stop(self) -> None:
        """Finishes what is under way, and returns."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)


class _Checked(H11Protocol):
    """Hangs up on every process but those of the allowed users."""

    allowed: frozenset[int] = frozenset()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if peer_user(transport.get_extra_info("socket")) not in self.allowed:
            logger.warning("a process of another user was turned away")
            transport.abort()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if hasattr(self, "transport") and self.transport is not None:
            super().connection_lost(exc)


def peer_user(connection: Any) -> int:
    """The user whose process is on the other end."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return int(_PEER.unpack(credentials)[1])


def _bound(path: Path, peer: struct_passwd | None) -> socket.socket:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise WebConfigError(f"[signer] socket 的路径过长: {path}")
    _remove_stale(path)
    try:
        _prepare_directory(path.parent, peer)
    except OSError as error:
        raise WebConfigError(f"不能使用 {path.parent}: {error.strerror}") from None
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        earlier = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(earlier)
        if peer is not None:
            os.chown(path, -1, peer.pw_gid)
            os.chmod(path, 0o660)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise WebConfigError(f"不能监听 {path}: {error.strerror}") from None
    return listening


def _prepare_directory(directory: Path, peer: struct_passwd | None) -> None:
    """Makes the socket's directory, or sees that one that is there already is nobody else's."""
    mode = 0o710 if peer else 0o700
    if not directory.exists():
        directory.mkdir(mode=0o700, parents=True)
        if peer is not None:
            os.chown(directory, -1, peer.pw_gid)
        os.chmod(directory, mode)
        return
    found = directory.stat()
    grouped = found.st_mode & 0o070 and (peer is None or found.st_gid != peer.pw_gid)
    if found.st_uid != os.getuid() or found.st_mode & 0o007 or grouped:
        raise WebConfigError(f"{directory}: 须归签名组件的用户所有, 权限 {mode:o}, 不与其他文件合用")


def _remove_stale(path: Path) -> None:
    """Removes a socket on which nobody listens."""
    if not path.exists():
        return
    if not path.is_socket():
        raise WebConfigError(f"{path}: 已有同名的文件, 不是套接字")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise WebConfigError(f"{path}: 已有签名组件在运行")


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Holds the lock beside the keys. Raises WebConfigError if another process does."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WebConfigError(f"{directory}: 另一个签名组件正在使用") from None
        yield
    finally:
        os.close(handle)
