from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner, load_verifying_key
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3, Suite
from registry_web.console.second_factor import RelyingParty
from registry_web.signer.journal import SigningJournal, SigningJournalError
from registry_web.signer.key_ring import FREE_ATTEMPTS, HeldKey, KeyRing, KeyRingError, pin_faults
from tests.registry_web.console_core.authenticator import Authenticator

URL = "http://localhost:8493"
PIN = "松柏-2026-常青"
DEPARTMENT, OFFICIAL = "11130900DEM0000228", "B-21"


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def ring_in(directory: Path, clock: Clock) -> KeyRing:
    return KeyRing(directory, RelyingParty(URL), clock)


def added(ring: KeyRing, suite: Suite.ValueType = SUITE_ED25519) -> HeldKey:
    return ring.add(FileSigner.generate(suite), DEPARTMENT, OFFICIAL, PIN)


@pytest.mark.parametrize("suite", [SUITE_ED25519, SUITE_ECDSA_P256_SHA256, SUITE_SM2_SM3])
def test_a_key_of_each_suite_is_sealed_and_signs_when_its_pin_is_given(
    tmp_path: Path, suite: Suite.ValueType
) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held = added(ring, suite)
    sealed = (tmp_path / "keys" / f"{held.keyid}.pem").read_bytes()
    assert b"ENCRYPTED" in sealed
    signature = ring.opened(held, PIN).sign(b"message")
    load_verifying_key(suite, held.owner.public_key).verify(b"message", signature)
    ring.close()


def test_a_wrong_pin_locks_the_key_longer_and_longer_over_restarts(tmp_path: Path) -> None:
    clock = Clock()
    ring = ring_in(tmp_path / "keys", clock)
    held = added(ring)
    for left in range(FREE_ATTEMPTS - 1, 0, -1):
        with pytest.raises(KeyRingError, match=f"还可以试{left}次"):
            ring.opened(held, "wrong-pin-1")
    with pytest.raises(KeyRingError, match="60秒"):
        ring.opened(held, "wrong-pin-1")
    ring.close()
    ring = ring_in(tmp_path / "keys", clock)
    with pytest.raises(KeyRingError) as locked:
        ring.opened(held, PIN)  # Even the right one, and after a restart.
    assert (locked.value.reason, locked.value.wait_s) == ("LOCKED", 60)
    clock.now += 61
    with pytest.raises(KeyRingError) as again:
        ring.opened(held, "wrong-pin-1")
    assert again.value.wait_s == 120
    clock.now += 121
    assert ring.opened(held, PIN).keyid == held.keyid
    with pytest.raises(KeyRingError, match="还可以试4次"):
        ring.opened(held, "wrong-pin-1")
    ring.close()


def test_ending_the_process_gives_no_attempt_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held = added(ring)

    def killed(path: object, passphrase: object) -> FileSigner:
        raise KeyboardInterrupt

    monkeypatch.setattr(FileSigner, "load", killed)
    with pytest.raises(KeyboardInterrupt):
        ring.opened(held, "guess-number-1")
    row = ring.database.row("SELECT failures FROM keys")
    assert row is not None
    assert row["failures"] == 1
    ring.close()


@pytest.mark.parametrize("pin", ["", "1234567", "11111111", "12345678", "abcdefgh", "x" * 129, "abababab"])
def test_a_pin_that_is_guessed_first_is_not_taken(pin: str) -> None:
    assert pin_faults(pin)


def test_another_pin_opens_the_key_and_the_old_one_does_not(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held = added(ring)
    ring.change_pin(held, PIN, "另一个-签名口令-77")
    assert ring.opened(held, "另一个-签名口令-77").keyid == held.keyid
    with pytest.raises(KeyRingError):
        ring.opened(held, PIN)
    assert {each.name for each in (tmp_path / "keys").glob("*.pem")} == {f"{held.keyid}.pem"}
    ring.close()


def test_a_second_factor_is_asked_for_once_one_is_bound_and_is_good_once(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    authenticator, stranger = Authenticator(URL), Authenticator(URL)
    held = added(ring)
    ring.require_factor(held, bytes(32), "")  # None is bound: none is asked for.
    ring.bind(held.keyid, [authenticator.credential])
    held = ring.key(held.keyid)
    challenge = b"c" * 32
    said = authenticator.get(challenge)
    ring.require_factor(held, challenge, said)
    refused = {
        "none": "",
        "replayed": said,
        "for other bytes": authenticator.get(b"d" * 32),
        "of a stranger": stranger.get(challenge),
        "for another site": authenticator.get(challenge, origin="https://evil.example"),
        "without verification": authenticator.get(challenge, verified=False),
        "of a copy": authenticator.get(challenge, count=1),
    }
    for what, given in refused.items():
        with pytest.raises(KeyRingError) as raised:
            ring.require_factor(held, challenge, given)
        assert raised.value.reason == "ASSERTION", what
    ring.close()


def test_an_authenticator_that_does_not_count_still_answers_each_time_anew(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    authenticator = Authenticator(URL)
    held = added(ring)
    ring.bind(held.keyid, [authenticator.credential])
    held, challenge = ring.key(held.keyid), b"c" * 32
    said = authenticator.get(challenge, count=0)
    ring.require_factor(held, challenge, said)
    with pytest.raises(KeyRingError, match="已经用过"):
        ring.require_factor(held, challenge, said)
    ring.require_factor(held, challenge, authenticator.get(challenge, count=0))
    ring.close()


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held = added(ring)
    for path in (tmp_path / "keys", *(tmp_path / "keys").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    ring.close()
    os.chmod(tmp_path / "keys", 0o755)
    with pytest.raises(KeyRingError, match="700"):
        ring_in(tmp_path / "keys", Clock())
    assert held.keyid


def test_a_key_file_put_in_the_place_of_another_is_not_used(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held, other = added(ring), added(ring)
    os.replace(tmp_path / "keys" / f"{other.keyid}.pem", tmp_path / "keys" / f"{held.keyid}.pem")
    with pytest.raises(KeyRingError, match="不是同一把"):
        ring.opened(held, PIN)
    ring.close()


@pytest.mark.parametrize("keyid", ["../../etc/passwd", "", "a/b", "nothing"])
def test_a_key_that_is_none_is_not_looked_for_on_the_disk(tmp_path: Path, keyid: str) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    with pytest.raises(KeyRingError):
        ring.key(keyid)
    ring.close()


# --- the journal


def test_the_journal_is_chained_and_a_changed_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "signed.jsonl"
    journal = SigningJournal(path)
    for number in range(3):
        journal.append(1.0, keyid="k", digest=f"{number}")
    assert [each["n"] for each in SigningJournal(path).of_key("k", 2)] == [3, 2]
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[1].replace('"digest":"1"', '"digest":"9"') + lines[2])
    with pytest.raises(SigningJournalError, match="第3条"):
        SigningJournal(path)
    path.write_text(lines[0] + lines[2])
    with pytest.raises(SigningJournalError):
        SigningJournal(path)


def test_a_line_cut_off_is_void_and_the_journal_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "signed.jsonl"
    SigningJournal(path).append(1.0, keyid="k", digest="0")
    with path.open("ab") as file:
        file.write(b'{"n":2,"at":"2026-')
    journal = SigningJournal(path)
    journal.append(2.0, keyid="k", digest="1")
    assert [each["digest"] for each in SigningJournal(path).of_key("k", 9)] == ["1", "0"]
    assert json.loads(path.read_text().splitlines()[-1])["n"] == 2


def test_what_cannot_be_journalled_whole_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "signed.jsonl"
    journal = SigningJournal(path)
    journal.append(1.0, keyid="k", digest="0")
    before = path.read_bytes()
    monkeypatch.setattr(os, "write", lambda handle, line: 3)
    with pytest.raises(SigningJournalError):
        journal.append(2.0, keyid="k", digest="1")
    monkeypatch.undo()
    assert path.read_bytes() == before
    journal.append(3.0, keyid="k", digest="2")
    assert [each["digest"] for each in SigningJournal(path).of_key("k", 9)] == ["2", "0"]


def test_an_assertion_is_good_once_however_it_is_written(tmp_path: Path) -> None:
    ring = ring_in(tmp_path / "keys", Clock())
    held = added(ring)
    authenticator = Authenticator(URL)
    ring.bind(held.keyid, [authenticator.credential])
    held = ring.key(held.keyid)
    answer = authenticator.get(bytes(32), count=0)  # One that does not count.
    ring.require_factor(held, bytes(32), answer)
    for again in (answer, json.dumps(json.loads(answer), indent=1)):
        with pytest.raises(KeyRingError, match="已经用过"):
            ring.require_factor(held, bytes(32), again)
    ring.close()
