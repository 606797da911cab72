from __future__ import annotations

import json
import os
import pwd
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_web.config import SignerConfig, WebConfigError
from registry_web.console.signing import SigningComponent, SigningError
from registry_web.signer.cli import serving_signer
from registry_web.signer.key_ring import HeldKey, KeyRing
from registry_web.signer.permission import ToSign, challenge_over
from tests.registry_web.console_core.authenticator import Authenticator

URL = "http://localhost:8493"
PIN = "松柏-2026-常青"
DEPARTMENT, OFFICIAL = "11130900DEM0000228", "B-21"
NOBODY = 65_534


@dataclass(slots=True)
class Running:
    """A signing component at work with one key."""

    config: SignerConfig
    ring: KeyRing
    held: HeldKey

    @property
    def component(self) -> SigningComponent:
        """As the console asks it."""
        return SigningComponent(self.config.socket)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    config = SignerConfig(tmp_path / "run" / "signer.sock", tmp_path / "keys", URL)
    with serving_signer(config) as ring:
        yield Running(config, ring, ring.add(FileSigner.generate(SUITE_ED25519), DEPARTMENT, OFFICIAL, PIN))


def review(opinion: str = "同意", department: str = DEPARTMENT) -> ToSign:
    statement = pb.Statement(
        statement_id="S-1",
        origin="credit.example/test",
        department=department,
        nonce=bytes(16),
        ban_review=pb.BanReview(case_number="K-1", opinion=opinion),
    )
    return ToSign(PAYLOAD_TYPE, statement.SerializeToString(deterministic=True))


def test_a_statement_is_signed_with_the_pin_and_journalled(running: Running) -> None:
    asked = review()
    (signature,) = running.component.sign(running.held.keyid, PIN, [asked])
    load_verifying_key(SUITE_ED25519, running.held.owner.public_key).verify(asked.message, signature)
    (entry,) = running.component.journal(running.held.keyid)
    assert (entry["kind"], entry["digest"], entry["official"]) == (
        "ban_review",
        asked.digest.hex(),
        OFFICIAL,
    )
    assert "同意" not in (running.config.keys / "signed.jsonl").read_text()


def test_what_is_not_permitted_costs_no_attempt_and_is_not_journalled(running: Running) -> None:
    with pytest.raises(SigningError) as raised:
        running.component.sign(running.held.keyid, PIN, [review(), review(department="11130900DEM000014D")])
    assert raised.value.reason == "NOT_PERMITTED"
    assert running.component.journal(running.held.keyid) == []
    row = running.ring.database.row("SELECT failures FROM keys")
    assert row is not None
    assert row["failures"] == 0


def test_an_assertion_over_one_statement_signs_no_other(running: Running) -> None:
    authenticator = Authenticator(URL)
    running.ring.bind(running.held.keyid, [authenticator.credential])
    shown, other = review("同意"), review("不同意")
    said = authenticator.get(challenge_over([shown]))
    for messages in ([other], [shown, other]):
        with pytest.raises(SigningError) as raised:
            running.component.sign(running.held.keyid, PIN, messages, assertion=said)
        assert raised.value.reason == "ASSERTION"
    with pytest.raises(SigningError):
        running.component.sign(running.held.keyid, PIN, [shown])
    assert running.component.sign(running.held.keyid, PIN, [shown], assertion=said)
    with pytest.raises(SigningError, match="没有通过|已经用过"):
        running.component.sign(running.held.keyid, PIN, [shown], assertion=said)


def test_without_the_second_factor_a_pin_cannot_even_be_guessed(running: Running) -> None:
    running.ring.bind(running.held.keyid, [Authenticator(URL).credential])
    reasons = set()
    for pin in (PIN, "wrong-guess-1"):
        with pytest.raises(SigningError) as raised:
            running.component.sign(running.held.keyid, pin, [review()], assertion="{}")
        reasons.add((raised.value.reason, raised.value.message))
    assert len(reasons) == 1


def test_a_journal_that_cannot_be_written_signs_nothing(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def full(path: str | Path, *given: int, **more: int) -> int:
        if str(path).endswith("signed.jsonl"):
            raise OSError(28, "No space left on device")
        return real(path, *given, **more)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(SigningError) as raised:
        running.component.sign(running.held.keyid, PIN, [review()])
    assert raised.value.reason == "JOURNAL"


def test_the_socket_is_its_owners_alone(running: Running) -> None:
    mode = running.config.socket.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert (mode & 0o777, running.config.socket.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def answered_to(place: Path, user: int, group: int) -> int:
    """How many bytes a process of a user is answered with; 0: it is turned away."""
    for directory in place.parents[1:]:
        if str(directory).startswith("/tmp/"):
            os.chmod(directory, 0o755)
    program = (
        "import os, socket, sys\n"
        f"os.setgroups([]); os.setgid({group}); os.setuid({user})\n"
        "s = socket.socket(socket.AF_UNIX); s.settimeout(5)\n"
        "try:\n"
        "    s.connect(sys.argv[1])\n"
        "    s.sendall(b'POST /keys HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 2\\r\\n\\r\\n{}')\n"
        "    got = s.recv(100)\n"
        "except OSError:\n"
        "    got = b''\n"
        "print(len(got))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(place)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_a_process_of_another_user_is_turned_away_even_past_the_mode(running: Running) -> None:
    """Directory and socket are opened to everybody, so that nothing is left but the check of the peer."""
    os.chmod(running.config.socket.parent, 0o755)
    os.chmod(running.config.socket, 0o666)
    assert answered_to(running.config.socket, NOBODY, NOBODY) == 0
    assert running.component.keys(DEPARTMENT, OFFICIAL)  # Who is let in still is.


@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_the_user_that_is_named_is_let_in_and_nobody_else_of_his_group(tmp_path: Path) -> None:
    config = SignerConfig(tmp_path / "run" / "signer.sock", tmp_path / "keys", URL)
    console = pwd.getpwnam("nobody")
    with serving_signer(config, console):
        assert config.socket.stat().st_mode & 0o777 == 0o660
        assert answered_to(config.socket, console.pw_uid, console.pw_gid) > 0
        assert answered_to(config.socket, console.pw_uid - 1, console.pw_gid) == 0
        assert answered_to(config.socket, console.pw_uid - 1, console.pw_gid - 1) == 0
    with serving_signer(config, console):  # The directory is there now, and is as it must be.
        assert SigningComponent(config.socket).keys(DEPARTMENT, OFFICIAL) == []


def test_two_components_do_not_share_keys_or_a_socket(running: Running, tmp_path: Path) -> None:
    with pytest.raises(WebConfigError, match="正在使用"), serving_signer(running.config):
        pass
    other = SignerConfig(running.config.socket, tmp_path / "others", URL)
    with pytest.raises(WebConfigError, match="已有签名组件在运行"), serving_signer(other):
        pass


def test_a_socket_left_behind_is_replaced_and_another_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    left = tmp_path / "run" / "signer.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(left))
    config = SignerConfig(left, tmp_path / "keys", URL)
    with serving_signer(config):
        assert SigningComponent(left).keys(DEPARTMENT, OFFICIAL) == []
    left.write_text("a file")
    with pytest.raises(WebConfigError, match="不是套接字"), serving_signer(config):
        pass
    assert left.read_text() == "a file"


def test_a_directory_that_others_use_is_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    os.chmod(shared, 0o755)
    config = SignerConfig(shared / "signer.sock", tmp_path / "keys", URL)
    with pytest.raises(WebConfigError, match="不与其他文件合用"), serving_signer(config):
        pass
    assert shared.stat().st_mode & 0o777 == 0o755


def test_a_component_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="签名组件没有运行"):
        SigningComponent(tmp_path / "nothing.sock").keys(DEPARTMENT, OFFICIAL)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keyid": 1}', b"\xff", b'{"keyid":"x","messages":[]}']
)
def test_a_malformed_question_is_answered_as_one(running: Running, body: bytes) -> None:
    transport = httpx.HTTPTransport(uds=str(running.config.socket))
    with httpx.Client(transport=transport, base_url="http://signer") as client:
        answer = client.post("/sign", content=body)
    assert answer.status_code in (400, 404)
    assert json.loads(answer.text)["message"]


def test_the_commands_make_list_change_and_destroy_a_key(tmp_path: Path) -> None:
    config = tmp_path / "web.toml"
    config.write_text(
        f'[registry]\ntarget = "127.0.0.1:1"\n[signer]\nsocket = "run/s.sock"\nkeys = "keys"\nurl = "{URL}"\n'
    )

    def run(*words: str, lines: str = "") -> subprocess.CompletedProcess[str]:
        read, write = os.pipe()
        os.write(write, lines.encode())
        os.close(write)
        given = [word.replace("FD", str(read)) for word in words]
        done = subprocess.run(
            [sys.executable, "-m", "registry_web", *given, *(["--config", str(config)])],
            capture_output=True, text=True, timeout=60, pass_fds=(read,), check=False,
            env={**os.environ, "PYTHONPATH": "clients"},
        )  # fmt: skip
        os.close(read)
        return done

    owner = ("--department", DEPARTMENT, "--official", OFFICIAL)
    made = run("signer-key", "add", *owner, "--suite", "sm2", "--pin-fd", "FD", lines=f"{PIN}\n")
    assert "-----BEGIN PUBLIC KEY-----" in made.stdout, made.stderr
    listed = run("signer-key", "list").stdout
    keyid = listed.split()[0]
    assert f"{OFFICIAL}  SM2_SM3  没有第二因素" in listed
    weak = run("signer-key", "add", *owner, "--pin-fd", "FD", lines="1234\n")
    assert (weak.returncode, len(weak.stderr.splitlines())) == (1, 1), weak.stderr
    pins = f"{PIN}\n另一个-签名口令-77\n"
    assert run("signer-key", "pin", keyid, "--pin-fd", "FD", lines=pins).returncode == 0
    again = run("signer-key", "pin", keyid, "--pin-fd", "FD", lines=pins)
    assert "签名口令不对" in again.stderr
    assert run("signer-key", "remove", keyid, "--yes").returncode == 0
    assert run("signer-key", "list").stdout == ""
    assert not list((tmp_path / "keys").glob("*.pem"))


def test_the_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config = tmp_path / "web.toml"
    config.write_text(
        f'[registry]\ntarget = "127.0.0.1:1"\n[signer]\nsocket = "run/s.sock"\nkeys = "keys"\nurl = "{URL}"\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "registry_web", "signer", "--config", str(config)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": "clients"},
    )  # fmt: skip
    try:
        assert process.stdout
        assert "signer" in process.stdout.readline()
        assert SigningComponent(tmp_path / "run" / "s.sock").keys(DEPARTMENT, OFFICIAL) == []
    finally:
        process.terminate()
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert not (tmp_path / "run" / "s.sock").exists()
