"""Snapshots fetched as files over plain HTTP (快照文件), as ``registry.upkeep.snapshot_files`` writes them.

    <url>/delta        asked first: by its header it says what base it is over
    <url>/snapshot     fetched when that is not the one at hand

    source = FromUrl("https://files.example/credit/procurement", DOMAIN_PROCUREMENT)
    replica.follow(source, "procurement.snapshot", every_s=60)

Whoever answers is not believed: what comes is verified like everything that a replica takes. It may be slow,
endless or lie, so an answer is bounded in time and bytes, no redirect is followed, no proxy of the
environment is used. What was had already is not sent again (ETag, RFC 9110 §13); a snapshot that was cut off
is gone on with where it ended, if the server has the same one still (If-Range, §14). Where there is no delta
(404), the snapshot is all.

``http`` is enough against changes, ``https`` keeps from others what a domain's table says; with ``tls`` the
caller shows its certificate, so that the web server can tell who may have which domain.

Needs urllib3: ``pip install credit-registry[replica]``.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from registry.provenance.json_bounds import parsed
from registry.provenance.signed_table import SnapshotError
from registry.provenance.snapshot_delta import header_in
from registry.v1.subject_pb2 import Domain
from registry_client.errors import AnswerError
from registry_client.held_snapshot import MAX_BYTES, MAX_DELTA_BYTES, Held, Since

DEADLINE_S, SILENCE_S = 600.0, 10.0
"""For a whole answer, and for the next bytes of it."""
_CHUNK = 1 << 18
_OK, _PARTIAL, _SAME, _MISSING, _BEYOND = 200, 206, 304, 404, 416


@dataclass(frozen=True, slots=True)
class _Had:
    """An answer that was had: the server's word for which (ETag), and what it was."""

    etag: str
    content: bytes


class FromUrl:
    """A ``replica_following.Source``. ``url`` is a domain's directory; ``headers`` go with each question.

    ``etag`` is the server's word for the snapshot that was fetched last; a program that was started anew and
    has that still may set it."""

    prove: None = None

    def __init__(
        self,
        url: str,
        domain: Domain.ValueType,
        *,
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float = DEADLINE_S,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} 不是 http 或 https 地址")
        self.domain = domain
        self._url, self._headers = url.rstrip("/"), {"Accept-Encoding": "identity", **(headers or {})}
        self._deadline_s, self._max_bytes = deadline_s, max_bytes
        self._pool = urllib3.PoolManager(maxsize=1, cert_reqs="CERT_REQUIRED", ssl_context=tls)
        self._delta: _Had | None = None
        self.etag = ""

    def since(self, held: Held | None, into: Path | None) -> Since:
        """See Source."""
        delta = self._newest_delta()
        if delta is not None and held is not None and _base_of(delta) == held.header.table_sha256:
            return Since(delta=delta)
        return Since(unchanged=into is None or not self.fetch(into, anew=held is None))

    def close(self) -> None:
        """Lets go of the connection."""
        self._pool.clear()

    def wait(self, position: int, longest_s: float, ended: Event) -> None:
        """See Source."""
        ended.wait(longest_s)

    def fetch(self, into: Path, *, anew: bool = False) -> bool:
        """Fetches the snapshot into a file; False if it is still the one that was fetched last, unless it is
        wanted ``anew``. Raises AnswerError, OSError."""
        part, note = (into.with_name(f"{into.name}.{end}") for end in ("part", "etag"))
        begun = _begun(part, note, self._url)
        asked = {"If-None-Match": self.etag} if self.etag and not anew else {}
        if begun:
            asked = {"Range": f"bytes={part.stat().st_size}-", "If-Range": begun}
        with self._asked("snapshot", asked) as response:
            if response.status == _BEYOND:  # What lies there is as long as the whole, or longer: begin anew.
                part.unlink()
                raise AnswerError(f"{self._url}/snapshot: 续传的位置不对，下次重新取")
            if response.status == _SAME:
                return False
            if response.status not in (_OK, _PARTIAL):
                raise AnswerError(f"{self._url}/snapshot: 状态 {response.status}")
            goes_on = response.status == _PARTIAL and _goes_on(response, part)
            etag = response.headers.get("ETag", "")
            note.write_text(json.dumps([self._url, etag]), "utf-8")
            self._write(response, part, "ab" if goes_on else "wb")
        part.replace(into)
        note.unlink()
        self.etag = etag
        return True

    def _write(self, response: BaseHTTPResponse, part: Path, mode: str) -> None:
        with part.open(mode) as file:
            for piece in self._pieces(response, self._max_bytes - file.tell()):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def _newest_delta(self) -> bytes | None:
        had = self._delta
        with self._asked("delta", {"If-None-Match": had.etag} if had else {}) as response:
            if response.status == _MISSING:
                return None
            if response.status == _SAME and had:
                return had.content
            if response.status != _OK:
                raise AnswerError(f"{self._url}/delta: 状态 {response.status}")
            content, etag = b"".join(self._pieces(response, MAX_DELTA_BYTES)), response.headers.get("ETag")
        self._delta = _Had(etag, content) if etag else None
        return content

    @contextmanager
    def _asked(self, name: str, headers: Mapping[str, str]) -> Iterator[BaseHTTPResponse]:
        """An answer, whatever its status. Raises AnswerError, also for what fails while it is read."""
        url = f"{self._url}/{name}"
        try:
            response = self._pool.urlopen(
                "GET",
                url,
                headers={**self._headers, **headers},
                timeout=urllib3.Timeout(SILENCE_S),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                yield response
            finally:
                response.close()
        except HTTPError as error:
            raise AnswerError(f"{url}: {' '.join(str(error).split())[:300]}") from error

    def _pieces(self, response: BaseHTTPResponse, limit: int) -> Iterator[bytes]:
        until, size = monotonic() + self._deadline_s, 0
        while piece := response.read1(_CHUNK, decode_content=False):
            size += len(piece)
            if size > limit:
                raise AnswerError(f"{self._url}: 答复过长，超过{limit}字节")
            if monotonic() > until:
                raise AnswerError(f"{self._url}: 超时")
            yield piece


def _base_of(delta: bytes) -> str:
    try:
        return header_in(delta).base_sha256
    except SnapshotError as error:
        raise AnswerError(f"增量不能解析：{error}") from error


def _begun(part: Path, note: Path, url: str) -> str:
    """The ETag of a snapshot of which a part lies there; empty if there is none to go on with."""
    try:
        of, etag = parsed(note.read_text("utf-8"))
        strong = of == url and not str(etag).startswith("W/")
        return str(etag) if strong and part.stat().st_size else ""
    except (OSError, ValueError, TypeError):
        return ""


def _goes_on(response: BaseHTTPResponse, part: Path) -> bool:
    """Whether an answer goes on where a part ends. Raises AnswerError if it goes on elsewhere."""
    told = response.headers.get("Content-Range", "")
    if not told.startswith(f"bytes {part.stat().st_size}-"):
        raise AnswerError(f"续传的位置不对：{told[:60]!r}")
    return True
