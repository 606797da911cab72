"""An authority for time stamps on the loopback: ``openssl ts`` behind a small HTTP server (RFC 3161 §3.4).

Nothing is imitated: the tokens are OpenSSL's own, with keys and certificates that it made. What an authority
does wrong is a mode; it can be changed while it serves.

    with serving(authority(tmp_path, "ec")) as tsa:
        tsa.mode = Mode.REFUSES
        urllib3.request("POST", tsa.url, body=timestamp_request(text, nonce=7))

Where there is no openssl, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registry.provenance import der
from registry.provenance.timestamp import REQUEST_TYPE, RESPONSE_TYPE, TimeAuthority, timestamp_request

NEW_KEY = {
    "rsa": ("-newkey", "rsa:2048"),
    "ec": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
}
TIMEOUT_S = 30
SLOW_S = 3.0
_CONFIG = """\
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = root
[ root ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ signer ]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = {usage}
[ tsa ]
default_tsa = authority
[ authority ]
serial = serial
signer_cert = signer.pem
signer_key = signer.key
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256,sha384
clock_precision_digits = 3
ess_cert_id_alg = {ess}
{more}
"""


class Mode(Enum):
    """What an authority does with a request."""

    STAMPS = "stamps"
    REFUSES = "refuses"
    WRONG_DIGEST = "wrong digest"
    WRONG_NONCE = "wrong nonce"
    SLOW = "slow"
    DRIPS = "drips"
    GARBAGE = "garbage"
    ENDLESS = "endless"
    OTHER_CERTIFICATE = "other certificate"
    UNAVAILABLE = "unavailable"


@dataclass(slots=True)
class Tsa:
    """An authority's keys in a directory, and how it behaves; ``url`` while it serves."""

    directory: Path
    mode: Mode = Mode.STAMPS
    url: str = ""
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def certificate(self) -> Path:
        """The root's certificate, PEM: what a registry is configured with."""
        return self.directory / "root.pem"

    @property
    def signer(self) -> Path:
        """The certificate that stamps, PEM."""
        return self.directory / "signer.pem"

    @property
    def authority(self) -> TimeAuthority:
        """What believes this authority."""
        return TimeAuthority.from_pem(self.certificate.read_bytes())

    def reply(self, request: bytes) -> bytes:
        """OpenSSL's answer to a request, whatever the mode."""
        with self._lock:  # It counts its serial numbers in a file.
            (self.directory / "request.tsq").write_bytes(request)
            arguments = ["-queryfile", "request.tsq", "-out", "answer.tsr"]
            openssl(self.directory, "ts", "-reply", "-config", "authority.cnf", *arguments)
            return (self.directory / "answer.tsr").read_bytes()

    def answer(self, request: bytes) -> bytes:
        """The answer to a request in the present mode."""
        self.asked += 1
        match self.mode:
            case Mode.REFUSES:
                return refusal("quota exceeded")
            case Mode.WRONG_DIGEST:
                return self.reply(timestamp_request("something else", _nonce(request)))
            case Mode.WRONG_NONCE:
                return self.reply(request[:-4] + bytes([request[-4] ^ 1]) + request[-3:])
            case Mode.GARBAGE:
                return b"<html>maintenance</html>"
            case Mode.ENDLESS:
                return bytes(10_000_000)
            case Mode.OTHER_CERTIFICATE:
                return authority(self.directory / f"other-{self.asked}", "ec").reply(request)
            case _:
                return self.reply(request)


def authority(
    directory: Path,
    kind: str = "rsa",
    *,
    digest: str = "sha256",
    ess: str = "sha256",
    usage: str = "critical,timeStamping",
    more: Sequence[str] = (),
    expired: bool = False,
) -> Tsa:
    """A new authority: a root, and a certificate for time stamps. Skips the test if openssl is missing."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no authority for time stamps")
    directory.mkdir(parents=True)
    text = _CONFIG.format(usage=usage, digest=digest, ess=ess, more="\n".join(more))
    (directory / "authority.cnf").write_text(text)
    (directory / "serial").write_text("01\n")
    new = (*NEW_KEY[kind], "-nodes", "-config", "authority.cnf")
    root = ("-keyout", "root.key", "-out", "root.pem", "-extensions", "root", "-days", "30")
    openssl(directory, "req", "-x509", *new, *root)
    openssl(directory, "req", *new, "-subj", "/CN=signer", "-keyout", "signer.key", "-out", "signer.csr")
    _issue(directory, days=-1 if expired else 20)
    return Tsa(directory)


def _issue(directory: Path, days: int) -> None:
    by = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "7", "-days", str(days))
    extensions = ("-extfile", "authority.cnf", "-extensions", "signer")
    openssl(directory, "x509", "-req", "-in", "signer.csr", "-out", "signer.pem", *by, *extensions)


def openssl(directory: Path, *arguments: str) -> bytes:
    """Runs openssl in a directory; what it prints."""
    command = ["openssl", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def refusal(reason: str) -> bytes:
    """An answer that refuses, with a reason in words."""
    words = der.encode(der.SEQUENCE, der.encode(0x0C, reason.encode()))
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode_number(2), words))


def _nonce(request: bytes) -> int:
    return der.only(request).within(der.SEQUENCE)[2].number()


@contextmanager
def serving(tsa: Tsa) -> Iterator[Tsa]:
    """Serves on a free port of the loopback; ``tsa.url`` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.headers["Content-Type"] == REQUEST_TYPE and tsa.mode is not Mode.UNAVAILABLE
            answer = tsa.answer(request) if right else b""
            self.send_response(200 if right else 503)
            self.send_header("Content-Type", RESPONSE_TYPE)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self._send(answer)

        def _send(self, answer: bytes) -> None:
            if tsa.mode is Mode.SLOW:
                time.sleep(SLOW_S)
            parts = [answer[at : at + 1] for at in range(len(answer))] if tsa.mode is Mode.DRIPS else [answer]
            try:
                for part in parts:
                    self.wfile.write(part)
                    if tsa.mode is Mode.DRIPS:
                        time.sleep(0.05)
            except OSError:
                pass  # Whoever asked has given up.

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    tsa.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
